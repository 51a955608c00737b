import { expect } from 'chai'
import { nowOf } from '../../../module/features/appointments/staff/queue.js'
import { waitingAppointments, waitingCount, type WaitingFilter } from '../../../module/host/reads/staffAppointments.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { deskOf, requestRow, wishToCancel } from './deciding.js'
import { booked, cancel, chart, decline, hostSets, newChart, practiceDuring, setStatus, TUESDAY } from './visits.js'

describeOnEverySite('what waits for staff', (site) => {
  const practice = practiceDuring(site)

  const now = () => nowOf(practice.portal)
  const waiting = (limit = 50, filter: Partial<WaitingFilter> = {}) =>
    waitingAppointments(practice.db, now(), limit, { view: 'all', me: 'admin', provider: undefined, ...filter })
  /** As the dashboard counts it. */
  async function count() {
    const row = await practice.db.first<{ count: number; oldest: number | null; taken: number }>(waitingCount, {
      ...now(),
    })
    return {
      count: row?.count ?? 0,
      oldestMinutes: row?.oldest == null ? undefined : row.oldest / 60,
      taken: row?.taken,
    }
  }

  it('is nothing where nobody asked', async () => {
    expect(await count()).to.deep.equal({ count: 0, oldestMinutes: undefined, taken: 0 })
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
    expect(await count()).to.deep.equal({ count: 3, oldestMinutes: 50, taken: 0 })
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

  it('is of two kinds, a request and a wish to cancel; what waits for the patient stands apart and does not count', async () => {
    const before = await count()
    const desk = await deskOf(practice)
    const asked = await booked(practice, await newChart(practice), { day: '2026-12-07', time: '09:00' })
    const proposed = await booked(practice, await newChart(practice), { day: '2026-12-07', time: '09:15' })
    await desk.propose(proposed, '2026-12-07T14:00')
    const { pid } = await chart(practice, 'maria')
    const visit = await practice.event({ providerId: practice.staff.osei, pid, date: '2026-12-07', start: '10:00' })
    await wishToCancel(practice, visit, '2026-12-07')
    const kinds = (rows: Awaited<ReturnType<typeof waiting>>) =>
      rows
        .filter((row) => row.shown === 1 && [asked, proposed, visit].includes(row.pc_eid))
        .map((row) => [row.pc_eid, row.kind])
    expect(kinds(await waiting())).to.deep.equal([
      [asked, 'request'],
      [visit, 'cancellation'],
    ])
    expect(kinds(await waiting(50, { view: 'proposed' }))).to.deep.equal([[proposed, 'proposal']])
    expect(await count()).to.include({ count: before.count + 2 })
    const [first] = await waiting(50, { view: 'proposed' })
    expect([first?.total, first?.shown_total]).to.deep.equal([before.count + 2, 1])
    await desk.setStatus(asked, 'x')
    await desk.setStatus(proposed, 'x')
    await desk.accept(String(visit))
    expect(await count()).to.deep.equal(before)
  })

  it('is shown by who has it and by provider, and every view counts what it lists', async () => {
    await practice.setting('openRequestLimit', '9')
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    const scope = await newChart(practice)
    const eids: number[] = []
    for (const time of ['09:00', '09:15', '09:30'])
      eids.push(await booked(practice, scope, { day: '2026-12-08', time }))
    const other = await booked(practice, scope, { day: '2026-12-08', time: '09:00', provider: practice.staff.osei })
    const [mine = 0, theirs = 0, free = 0] = eids
    await admin.claim(mine)
    await lee.claim(theirs)
    const shown = async (filter: Partial<WaitingFilter>) => {
      const rows = await waiting(200, filter)
      const listed = rows.filter((row) => row.shown === 1)
      expect(rows[0]?.shown_total ?? 0).to.equal(listed.length)
      expect(rows[0]?.total).to.equal((await count()).count)
      return listed.map((row) => row.pc_eid).filter((eid) => [...eids, other].includes(eid))
    }
    expect(await shown({})).to.deep.equal([mine, theirs, free, other])
    expect(await shown({ view: 'mine' })).to.deep.equal([mine])
    expect(await shown({ view: 'unclaimed' })).to.deep.equal([free, other])
    expect(await shown({ provider: practice.staff.osei })).to.deep.equal([other])
    expect(await shown({ view: 'mine', provider: practice.staff.osei })).to.deep.equal([])
    expect(await count()).to.include({ taken: 2 })
    const row = (await waiting(200)).find((each) => each.pc_eid === theirs)
    expect(row).to.include({ holder: 'dr.lee', holder_name: 'Susan Lee' })
    const at = practice.clock.now()
    practice.clock.set(at.plus({ minutes: 31 }).toFormat("yyyy-MM-dd'T'HH:mm:ss"))
    expect(await shown({ view: 'unclaimed' })).to.deep.equal([mine, theirs, free, other])
    for (const eid of [...eids, other]) await admin.setStatus(eid, 'x')
  })

  it('has a visit with several providers once, and an account’s own booking by the account’s name', async () => {
    const { lee, osei } = practice.staff
    const at = { pid: practice.patients.ana, date: '2026-12-09', start: '11:00', by: 'patient' as const }
    const one = await practice.event({ ...at, providerId: lee })
    const other = await practice.event({ ...at, providerId: osei })
    for (const eid of [one, other]) await hostSets(practice, eid, `pc_multiple = 12`)
    const own = await practice.event({ providerId: lee, date: '2026-12-09', start: '12:00', by: 'patient' })
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_appointment_requests
           (receipt, pc_eid, account_id, record, provider_id, category_id, day, start_time, minutes, reason, state, created_at)
         VALUES ('AAAA-BBBB', :own, :account, :record, :provider, 5, '2026-12-09', '12:00:00', 15, 'My knee', 'requested', :now)`,
        {
          own,
          account: practice.accounts.john,
          record: practice.records.ownOfJohn,
          provider: String(lee),
          now: now().utc,
        },
      ),
    )
    const rows = (await waiting()).filter((row) => [one, other, own].includes(row.pc_eid))
    expect(rows.map((row) => [row.pc_eid, row.pid === null, row.account_name])).to.have.deep.members([
      [one, false, null],
      [own, true, 'john.carter'],
    ])
    const desk = await deskOf(practice)
    expect(await desk.setStatus(own, '-')).to.include({ ok: true })
    expect(await requestRow(practice, own)).to.include({ state: 'confirmed', pid: null })
    expect(await practice.db.select(`SELECT id FROM patient_tracker WHERE eid = :own`, { own })).to.deep.equal([])
    const staff = await practice.staffVisitor('admin')
    expect((await staff.get(`/staff/portal/appointments/${String(own)}`)).body)
      .to.include('john.carter')
      .and.to.include('Not linked to a chart')
    await desk.setStatus(one, 'x')
    expect((await waiting()).filter((row) => [one, other].includes(row.pc_eid))).to.deep.equal([])
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
