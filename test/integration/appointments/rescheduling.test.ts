import { expect } from 'chai'
import type { PatientScope } from '../../../module/access/scope.js'
import { findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { rescheduleAppointment, type MoveInput } from '../../../module/features/appointments/rescheduling.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { onceOf } from '../../../module/platform/once.js'
import { MONDAY, NEW_PATIENT } from '../../support/practice.js'
import { deskOf } from './deciding.js'
import {
  ask,
  booked,
  cancel,
  changesIn,
  chart,
  decline,
  eventRow,
  holderOf,
  hostSets,
  newChart,
  overlapping,
  practiceDuring,
  setStatus,
  statusOf,
  TUESDAY,
  watched,
} from './visits.js'

describe('a patient asks for another time', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '20'))
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  const move = (scope: PatientScope, id: number | string, to: Partial<MoveInput> = {}) =>
    rescheduleAppointment(practice.portal, holderOf(scope), {
      ...{ scope, id: String(id), provider: practice.staff.lee, day: '2026-11-25', time: '09:00', reason: 'Later' },
      once: undefined,
      ...to,
    })
  const confirmed = async (scope: PatientScope & { pid: number }, date: string, start: string, more = {}) =>
    practice.event({ providerId: practice.staff.lee, pid: scope.pid, date, start, ...more })

  it('of what nobody confirmed yet: the row moves, stays pending, keeps its seat, and the old time is free', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '09:00' })
    practice.clock.set(`${MONDAY}T09:30:00`)
    const { result, written } = await watched(practice, () => move(scope, eid, { provider: practice.staff.osei }))
    expect(result).to.deep.equal({ ok: true, eid, first: true })
    expect(changesIn(written, 'openemr_postcalendar_events')).to.deep.equal({
      ...{ pc_aid: String(practice.staff.osei), pc_eventDate: '2026-11-25', pc_hometext: 'Later' },
      pc_time: `${MONDAY} 09:30:00`,
    })
    expect(changesIn(written, 'foyer_appointment_requests')).to.deep.equal({
      ...{ provider_id: String(practice.staff.osei), day: '2026-11-25', reason: 'Later', version: 2 },
      open_key: `${scope.record} ${String(practice.staff.osei)} 2026-11-25 09:00`,
      ...{ told_day: '2026-11-25', told_provider: String(practice.staff.osei) },
    })
    expect(written.came['pnotes']?.[0]).to.include({ assigned_to: 'dr.osei' })
    expect(written.came['foyer_audit']?.[0]).to.deep.include({
      event: 'appointment.moved',
      details: { fromDay: TUESDAY, fromStart: '09:00', day: '2026-11-25', start: '09:00' },
    })
    expect(await ask(practice, await newChart(practice), { time: '09:00' })).to.include({ ok: true })
  })

  it('and keeps what staff wrote in the calendar: only what the patient wrote before gives way', async () => {
    const desk = await deskOf(practice)
    const comment = async (eid: number) => (await eventRow(practice, eid))['pc_hometext']
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '13:00' })
    await practice.event({ providerId: practice.staff.lee, date: TUESDAY, start: '14:00' })
    expect(await desk.propose(eid, `${TUESDAY}T14:00`, { over: 'A sick child' })).to.include({ ok: true })
    expect(await comment(eid)).to.equal('Sore throat\nOverbooked: A sick child')
    expect(await move(scope, eid, { time: '13:00' })).to.include({ ok: true })
    expect(await comment(eid)).to.equal('Later\nOverbooked: A sick child')
    expect(await move(scope, eid, { time: '13:15', reason: '' })).to.include({ ok: true })
    expect(await comment(eid)).to.equal('Overbooked: A sick child')
    expect(await move(scope, eid, { time: '13:30', reason: 'Back pain' })).to.include({ ok: true })
    expect(await comment(eid)).to.equal('Overbooked: A sick child\nBack pain')

    // Asked for in the host's own portal, and noted there since: whose words are which, the row does not say.
    const theirs = await practice.event({
      ...{ providerId: practice.staff.lee, pid: scope.pid, date: TUESDAY, start: '16:00', by: 'patient' },
    })
    await hostSets(practice, theirs, `pc_hometext = 'Knee hurts\nNeeds an interpreter'`)
    expect(await move(scope, theirs, { time: '13:45', reason: 'Still hurts' })).to.include({ ok: true })
    expect(await move(scope, theirs, { time: '14:00', reason: 'Better now' })).to.include({ ok: true })
    expect(await comment(theirs)).to.equal('Knee hurts\nNeeds an interpreter\nBetter now')
  })

  it('by a quarter of an hour, over its own old time', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { category: NEW_PATIENT, time: '10:00' })
    expect(await move(scope, eid, { day: TUESDAY, time: '10:15' })).to.deep.equal({ ok: true, eid, first: true })
    expect(await eventRow(practice, eid)).to.include({ pc_startTime: '10:15:00', pc_endTime: '10:45:00' })
    expect(await move(scope, eid, { day: TUESDAY, time: '10:15' })).to.deep.equal({ ok: false, reason: 'same-time' })
  })

  it('of a confirmed visit: it stays until the practice confirms the new time, which takes it off the calendar', async () => {
    const scope = await newChart(practice)
    const old = await confirmed(scope, '2026-11-26', '09:00')
    const outcome = await move(scope, old, { day: '2026-11-27', time: '10:00' })
    const asked = outcome.ok ? outcome.eid : 0
    expect(outcome).to.deep.equal({ ok: true, eid: asked, first: true })
    expect([await statusOf(practice, old), await statusOf(practice, asked)]).to.deep.equal(['-', '^'])
    const read = (eid: number) => findAppointment(practice.portal, practice.db, scope, String(eid))
    expect(await read(old)).to.deep.include({ standing: 'confirmed', replacedBy: asked })
    expect(await read(asked)).to.deep.include({
      standing: 'requested',
      replaces: { eid: old, day: '2026-11-26', start: '09:00' },
    })
    expect(await move(scope, old, { day: '2026-11-30' }), 'not twice').to.deep.include({ why: 'already-asked' })
    await setStatus(practice, asked, '-')
    expect([await statusOf(practice, old), await statusOf(practice, asked)]).to.deep.equal(['x', '-'])
  })

  it('of a confirmed visit that the practice declines: the old one stays, and may be asked for once more', async () => {
    const scope = await newChart(practice)
    const old = await confirmed(scope, '2026-12-01', '09:00')
    const outcome = await move(scope, old, { day: '2026-12-02' })
    await decline(practice, outcome.ok ? outcome.eid : 0)
    expect(await statusOf(practice, old)).to.equal('-')
    expect(await move(scope, old, { day: '2026-12-03' })).to.include({ ok: true, first: true })
  })

  it('twenty times at once with one form, and has asked once; with other answers it is refused', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const old = await confirmed(scope, '2026-12-08', '09:00')
    const token = opaqueId()
    const form = (time: string) => ({ day: '2026-12-09', time, once: onceOf('account:1', token, { time }) })
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => move(scope, old, form('09:00'))))
    expect(outcomes.every(({ ok }) => ok)).to.equal(true)
    expect(new Set(outcomes.map((each) => each.ok && each.eid)).size).to.equal(1)
    expect(await move(scope, old, form('09:15'))).to.deep.equal({ ok: false, reason: 'used-otherwise' })
    const own = await practice.db.select(`SELECT pc_eid FROM openemr_postcalendar_events WHERE pc_pid = :pid`, {
      pid: String(scope.pid),
    })
    expect(own).to.have.lengthOf(2)
  })

  it('without a form’s token twenty times at once: one request to move it, nineteen are told so', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const old = await confirmed(scope, '2026-12-08', '10:00')
    const times = ['10:00', '10:15', '10:30', '10:45']
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => move(scope, old, { day: '2026-12-09', time: times[at % 4] ?? '' })),
    )
    expect(outcomes.filter(({ ok }) => ok)).to.have.lengthOf(1)
    expect(await overlapping(practice)).to.deep.equal([])
  })

  const refusals: [string, (scope: PatientScope & { pid: number }) => Promise<number | string>, string][] = [
    [
      'somebody else’s',
      () => practice.event({ providerId: 5, pid: practice.patients.john, date: '2026-12-10' }),
      'not-found',
    ],
    ['within the notice', (scope) => confirmed(scope, MONDAY, '15:00'), 'too-late'],
    ['begun', (scope) => confirmed(scope, '2026-11-20', '15:00'), 'already-over'],
    ['cancelled', (scope) => confirmed(scope, '2026-12-10', '15:00', { status: 'x' }), 'already-cancelled'],
    [
      'one day of a series',
      async (scope) => {
        const repeats = { every: 1, unit: 'week' } as const
        return `${String(await confirmed(scope, '2026-12-07', '14:00', { repeats }))}-20261214`
      },
      'of-series',
    ],
    [
      'with several providers',
      async (scope) => {
        const one = await confirmed(scope, '2026-12-11', '09:00')
        const other = await practice.event({
          ...{ providerId: practice.staff.osei, pid: scope.pid, date: '2026-12-11', start: '09:00' },
        })
        for (const eid of [one, other]) await hostSets(practice, eid, 'pc_multiple = 31')
        return one
      },
      'several-providers',
    ],
  ]
  for (const [what, make, why] of refusals) {
    it(`but not of a visit that is ${what}, and nothing is written`, async function () {
      this.timeout(60_000)
      const scope = await newChart(practice)
      const id = await make(scope)
      const { result, written } = await watched(practice, () => move(scope, id))
      expect(result).to.include({ ok: false, reason: 'not-movable', why })
      expect(written).to.deep.equal({ came: {}, went: {} })
    })
  }

  it('but not where nobody may ask: another kind of visit, a provider without hours, a time that is none, one that is taken', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { day: '2026-12-14', time: '09:00' })
    const of = (to: Partial<MoveInput>) => move(scope, eid, { day: '2026-12-15', ...to })
    expect(await of({ provider: practice.staff.marsh })).to.deep.equal({ ok: false, reason: 'no-such-provider' })
    expect(await of({ time: '09:05' })).to.deep.equal({ ok: false, reason: 'off-grid' })
    expect(await of({ time: '12:15' })).to.deep.equal({ ok: false, reason: 'outside-schedule' })
    await practice.event({ providerId: practice.staff.lee, date: '2026-12-15', start: '10:00' })
    const { result, written } = await watched(practice, () => of({ time: '10:00' }))
    expect(result).to.include({ ok: false, reason: 'slot-taken' })
    expect(written).to.deep.equal({ came: {}, went: {} })
    const assessment = await confirmed(scope, '2026-12-14', '10:00', { category: 12 })
    expect(await move(scope, assessment)).to.deep.equal({ ok: false, reason: 'no-such-category' })
    expect(await of({ time: '10:15' }), 'beside it there is room').to.include({ ok: true })
  })

  it('and two who want the same new time do not both get it', async () => {
    const [one, other] = [await newChart(practice), await newChart(practice)]
    const first = await booked(practice, one, { day: '2026-12-16', time: '09:00' })
    const second = await booked(practice, other, { day: '2026-12-16', time: '09:15' })
    const to = { day: '2026-12-17', time: '09:00' }
    const outcomes = await Promise.all([move(one, first, to), move(other, second, to)])
    expect(outcomes.filter(({ ok }) => ok)).to.have.lengthOf(1)
    expect(await overlapping(practice)).to.deep.equal([])
  })

  it('counts among the requests that may wait, when it is one more; not when it only moves', async () => {
    await practice.setting('openRequestLimit', '1')
    const scope = await newChart(practice)
    const old = await confirmed(scope, '2026-12-18', '09:00')
    const waiting = await booked(practice, scope, { day: '2026-12-18', time: '10:00' })
    expect(await move(scope, old, { day: '2026-12-21' })).to.deep.equal({ ok: false, reason: 'too-many', limit: 1 })
    expect(await move(scope, waiting, { day: '2026-12-21' })).to.include({ ok: true })
    expect(await cancel(practice, scope, waiting)).to.include({ ok: true })
    expect(await move(scope, old, { day: '2026-12-22' })).to.include({ ok: true })
    await practice.setting('openRequestLimit', '20')
  })

  it('and the host’s own request is adopted as it moves', async () => {
    const maria = await chart(practice, 'maria')
    const eid = await practice.event({
      ...{ providerId: practice.staff.lee, pid: maria.pid, date: '2026-12-22', start: '11:00', by: 'patient' as const },
    })
    expect(await move(maria, eid, { day: '2026-12-23' })).to.include({ ok: true, eid })
    const request = await practice.db.first(`SELECT state, day FROM foyer_appointment_requests WHERE pc_eid = :eid`, {
      eid,
    })
    expect(request).to.deep.equal({ state: 'requested', day: '2026-12-23' })
  })
})
