import { expect } from 'chai'
import { queue } from '../../../module/features/appointments/queue.js'
import { waitingAppointments } from '../../../module/host/reads/staffAppointments.js'
import { utc, wallClock } from '../../../module/platform/clock.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { booked, cancel, chart, decline, hostSets, newChart, practiceDuring, setStatus, TUESDAY } from './visits.js'

describeOnEverySite('what waits for staff', (site) => {
  const practice = practiceDuring(site)

  const now = () => {
    const at = practice.clock.now()
    return { utc: utc(at), wall: wallClock(at) }
  }
  const waiting = (limit = 50) => waitingAppointments(practice.db, now(), limit)
  const count = () => queue.read(practice.portal, practice.db, 1)

  it('is nothing where nobody asked', async () => {
    expect(await count()).to.deep.equal({ count: 0, oldestMinutes: undefined })
    expect(await waiting()).to.deep.equal([])
  })

  it('is what patients asked for, wherever they asked, the longest wait first, and the count is that of the list', async () => {
    const { lee, osei } = practice.staff
    const john = await chart(practice, 'john')
    const inHostPortal = await practice.event({
      ...{ providerId: osei, pid: practice.patients.amina, date: TUESDAY, start: '11:00', by: 'patient' as const },
      ...{ comment: ':text:My knee', at: `${MONDAY} 07:40:00` },
    })
    const ofNobodyYet = await practice.event({
      providerId: lee,
      date: TUESDAY,
      start: '14:00',
      by: 'patient',
      at: `${MONDAY} 07:50:00`,
    })
    const inFoyer = await booked(practice, john)
    await practice.event({ providerId: lee, pid: practice.patients.luis, date: TUESDAY, start: '15:00' })
    practice.clock.set(`${MONDAY}T08:30:00`)

    const rows = await waiting()
    expect(
      rows.map((row) => [row.pc_eid, row.last_name, row.provider, row.category, row.waiting_seconds / 60]),
    ).to.deep.equal([
      [inHostPortal, 'Yusuf', 'Kofi Osei', 'Office Visit', 50],
      [ofNobodyYet, null, 'Susan Lee', 'Office Visit', 40],
      [inFoyer, 'Carter', 'Susan Lee', 'Office Visit', 30],
    ])
    expect(rows.map((row) => row.total)).to.deep.equal([3, 3, 3])
    expect(await count()).to.deep.equal({ count: 3, oldestMinutes: 50 })
    expect((await waiting(2)).map((row) => [row.pc_eid, row.total])).to.deep.equal([
      [inHostPortal, 3],
      [ofNobodyYet, 3],
    ])
  })

  it('goes when it is decided, here or on the host’s own screens, and when its patient cancels', async () => {
    const { count: before } = await count()
    const scope = await newChart(practice)
    await practice.setting('openRequestLimit', '9')
    const eids: number[] = []
    for (const time of ['09:15', '09:30', '09:45', '10:00', '10:15']) eids.push(await booked(practice, scope, { time }))
    const [confirmed = 0, declined = 0, cancelled = 0, byHost = 0, removed = 0] = eids
    expect(await count()).to.include({ count: before + 5 })
    await setStatus(practice, confirmed, '-')
    await decline(practice, declined)
    await cancel(practice, scope, cancelled)
    await hostSets(practice, byHost, `pc_apptstatus = '-'`)
    await practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :removed`, {
      replacements: { removed },
    })
    expect(await count()).to.include({ count: before })
    expect((await waiting()).filter((row) => eids.includes(row.pc_eid))).to.deep.equal([])
  })

  it('counts the wait in hours that passed, also over the night on which the clocks go back', async () => {
    practice.clock.set('2027-11-07T00:30:00')
    const eid = await booked(practice, await newChart(practice), { day: '2027-11-08', time: '09:00' })
    practice.clock.set('2027-11-07T03:30:00')
    const row = (await waiting()).find((each) => each.pc_eid === eid)
    expect(Number(row?.waiting_seconds) / 3600).to.equal(4)
  })

  it('says no birth date where the chart has only the host’s zero date', async () => {
    const pid = await practice.patient({ fname: 'Zero', lname: 'Date' })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET DOB = '0000-00-00' WHERE pid = :pid`, { pid }),
    )
    await practice.event({ providerId: practice.staff.osei, pid, date: TUESDAY, start: '16:30', by: 'patient' })
    const staff = await practice.staffVisitor('admin')
    for (const path of ['/staff/portal/appointments', `/staff/portal/patients/${String(pid)}`]) {
      const { status, body } = await staff.get(path)
      expect(status, path).to.equal(200)
      expect(body, path).to.include('Date, Zero')
      expect(body, path).to.not.match(/Invalid|NaN/)
    }
  })
})
