import { expect } from 'chai'
import { appointmentsOf, findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { queue } from '../../../module/features/appointments/staff/queue.js'
import { utc, wallClock } from '../../../module/platform/clock.js'
import { describeOnEverySite } from '../../support/database.js'
import {
  ask,
  booked,
  cancel,
  decline,
  hostSets,
  newChart,
  practiceDuring,
  setStatus,
  statusOf,
  TUESDAY,
} from './visits.js'

describeOnEverySite('what is done beside Foyer, in the host itself', (site) => {
  const practice = practiceDuring(site)

  /** As the dashboard counts. */
  const waiting = async () => {
    const now = practice.clock.now()
    const row = await practice.db.first<{ count: number }>(queue.counting, {
      ...{ utc: utc(now), wall: wallClock(now), claimedSince: utc(now) },
    })
    return Number(row?.count)
  }
  type Scope = Awaited<ReturnType<typeof newChart>>
  const standing = async (scope: Scope, eid: number) =>
    (await findAppointment(practice.portal, practice.db, scope, String(eid)))?.standing
  const remove = (eid: number) =>
    practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :eid`, {
      replacements: { eid },
    })
  const inHostPortal = (scope: Scope, start: string) =>
    practice.event({
      providerId: practice.staff.lee,
      pid: scope.pid,
      date: TUESDAY,
      start,
      by: 'patient',
      comment: 'My knee',
    })

  it('a request made in the host’s own portal waits in Foyer’s queue, and is confirmed, declined or cancelled here', async () => {
    const scope = await newChart(practice)
    const count = await waiting()
    const [one, two, three] = [
      await inHostPortal(scope, '09:00'),
      await inHostPortal(scope, '09:15'),
      await inHostPortal(scope, '09:30'),
    ]
    expect(await waiting()).to.equal(count + 3)
    expect(await standing(scope, one)).to.equal('requested')
    expect(await ask(practice, scope, { time: '10:00' })).to.include({ reason: 'too-many' })

    expect(await setStatus(practice, one, '-', { seen: '^' })).to.include({ ok: true })
    expect(await decline(practice, two, { seen: '^' })).to.include({ ok: true })
    expect(await cancel(practice, scope, three)).to.include({ ok: true })
    expect([await standing(scope, one), await standing(scope, two), await standing(scope, three)]).to.deep.equal([
      ...['confirmed', 'declined', 'cancelled'],
    ])
    expect(await waiting()).to.equal(count)
  })

  it('it holds its time, as one of Foyer’s does', async () => {
    await inHostPortal(await newChart(practice), '10:30')
    expect(await ask(practice, await newChart(practice), { time: '10:30' })).to.include({ reason: 'slot-taken' })
  })

  it('a request that the host confirms on its own screen is confirmed: it leaves the queue and counts no more', async () => {
    const scope = await newChart(practice)
    await practice.setting('openRequestLimit', '1')
    const eid = await booked(practice, scope, { time: '11:00' })
    expect(await ask(practice, scope, { time: '11:15' })).to.include({ reason: 'too-many' })
    await hostSets(practice, eid, `pc_apptstatus = '-'`)
    expect(await standing(scope, eid)).to.equal('confirmed')
    expect(await ask(practice, scope, { time: '11:15' })).to.include({ ok: true })
    expect(await setStatus(practice, eid, '@')).to.include({ ok: true })
    await practice.setting('openRequestLimit', '3')
  })

  it('a request that the host cancels may be made again, at the same time', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '13:00' })
    await hostSets(practice, eid, `pc_apptstatus = 'x'`)
    expect(await standing(scope, eid)).to.equal('cancelled')
    const again = await ask(practice, scope, { time: '13:00' })
    expect(again).to.include({ ok: true, first: true })
    expect(again.ok && again.eid).not.to.equal(eid)
  })

  it('a request whose event the host deletes was removed by the practice, and may be made again', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '13:30' })
    await remove(eid)
    const { requested, past } = await appointmentsOf(practice.portal, practice.db, scope)
    expect(requested).to.deep.equal([])
    expect(past).to.have.lengthOf(1)
    expect(past[0]).to.deep.include({
      ...{ id: String(eid), standing: 'removed', day: TUESDAY, start: '13:30', reason: 'Sore throat' },
    })
    expect(await cancel(practice, scope, eid)).to.include({ ok: false, reason: 'not-found' })
    expect(await setStatus(practice, eid, '-')).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await ask(practice, scope, { time: '13:30' })).to.include({ ok: true, first: true })
  })

  it('a request that the host moves stands at its new time, and the old time is free to be asked for', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '14:00' })
    await hostSets(practice, eid, `pc_startTime = '15:00:00', pc_endTime = '15:15:00'`)
    expect(await findAppointment(practice.portal, practice.db, scope, String(eid))).to.include({ start: '15:00' })
    const again = await ask(practice, scope, { time: '14:00' })
    expect(again).to.include({ ok: true, first: true })
    expect(await ask(practice, await newChart(practice), { time: '15:00' })).to.include({ reason: 'slot-taken' })
    expect(await statusOf(practice, eid)).to.equal('^')
  })
})
