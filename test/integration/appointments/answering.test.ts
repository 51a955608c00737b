import { expect } from 'chai'
import { alternativesOf } from '../../../module/features/appointments/alternatives.js'
import {
  acceptProposal,
  answerProposal,
  takeAlternative,
  type AnswerOutcome,
} from '../../../module/features/appointments/answering.js'
import { lastProposal } from '../../../module/features/appointments/proposals.js'
import { findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { declineAppointment } from '../../../module/features/appointments/processing.js'
import { proposeTime } from '../../../module/features/appointments/proposing.js'
import { rescheduleAppointment } from '../../../module/features/appointments/rescheduling.js'
import type { PatientScope } from '../../../module/access/scope.js'
import type { Actor } from '../../../module/platform/audit.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { onceOf } from '../../../module/platform/once.js'
import { MONDAY } from '../../support/practice.js'
import { deskOf } from './deciding.js'
import {
  ask,
  booked,
  cancel,
  changesIn,
  chart,
  colleague,
  eventRow,
  failing,
  hostSets,
  newChart,
  overlapping,
  ownRecord,
  practiceDuring,
  setStatus,
  statusOf,
  TUESDAY,
  untilWaiting,
  watched,
  holderOf,
} from './visits.js'

const admin: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined }

describe('a patient to whom the practice proposes another time', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '20'))
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  const proposed = async (scope: PatientScope, time: string, to: string, day = TUESDAY) => {
    const eid = await booked(practice, scope, { time, day })
    await propose(eid, to, day)
    return eid
  }
  const propose = async (eid: number, time: string, day = TUESDAY) => {
    const outcome = await proposeTime(practice.portal, await colleague(practice, 'admin'), admin, {
      ...{ eid, seen: undefined, day, time, provider: undefined, note: 'We are late then' },
    })
    expect(outcome).to.include({ ok: true })
  }
  const accept = (scope: PatientScope, eid: number, proposal?: number): Promise<AnswerOutcome> =>
    acceptProposal(practice.portal, holderOf(scope), { scope, id: String(eid), proposal })
  const answer = (scope: PatientScope, eid: number, words = 'Only after four'): Promise<AnswerOutcome> =>
    answerProposal(practice.portal, holderOf(scope), { scope, id: String(eid), proposal: undefined, answer: words })
  const standing = async (scope: PatientScope, eid: number) =>
    (await findAppointment(practice.portal, practice.db, scope, String(eid)))?.standing

  it('accepts it, and it is confirmed at that time without another step of staff; nothing else is touched', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const eid = await proposed(scope, '09:00', '10:00')
    expect(await standing(scope, eid)).to.equal('proposed')
    practice.clock.set(`${MONDAY}T09:30:00`)

    const { result, written } = await watched(practice, () => accept(scope, eid))

    expect(result).to.deep.equal({ ok: true, first: true })
    expect(changesIn(written, 'openemr_postcalendar_events')).to.deep.equal({
      ...{ pc_apptstatus: '-', pc_time: `${MONDAY} 09:30:00` },
    })
    expect(await eventRow(practice, eid)).to.include({ pc_eventDate: TUESDAY, pc_startTime: '10:00:00' })
    expect(changesIn(written, 'foyer_appointment_requests')).to.deep.equal({
      ...{ state: 'confirmed', open_key: null, open_seat: null, version: 3, decided_by: null, told_status: '-' },
      decided_at: `${MONDAY} 14:30:00.000`,
    })
    expect(changesIn(written, 'foyer_appointment_proposals')).to.deep.equal({
      ...{ state: 'accepted', answered_at: `${MONDAY} 14:30:00.000`, open_eid: null },
    })
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['foyer_appointment_proposals', 'foyer_appointment_requests', 'foyer_audit', 'foyer_outbox'],
      ...['log', 'log_comment_encrypt', 'openemr_postcalendar_events', 'patient_tracker', 'patient_tracker_element'],
      'pnotes',
    ])
    expect(written.came['patient_tracker_element']).to.have.lengthOf(1)
    expect(written.came['patient_tracker_element']?.[0]).to.include({ status: '-', user: 'portal-user' })
    expect(written.came['foyer_audit']?.[0]).to.include({
      event: 'appointment.proposal-accepted',
      subject: `appointment:${String(eid)}`,
      pid: scope.pid,
    })
    expect(await standing(scope, eid)).to.equal('confirmed')
  })

  it('accepts it twenty times at once, and it is accepted once', async () => {
    const scope = await newChart(practice)
    const eid = await proposed(scope, '09:15', '10:30')
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => accept(scope, eid)))
    expect(outcomes.filter((outcome) => outcome.ok)).to.have.lengthOf(20)
    expect(outcomes.filter((outcome) => outcome.ok && outcome.first)).to.have.lengthOf(1)
    const told = await practice.db.select(
      `SELECT id FROM foyer_audit WHERE subject = :subject AND event = 'appointment.proposal-accepted'`,
      { subject: `appointment:${String(eid)}` },
    )
    expect(told).to.have.lengthOf(1)
  })

  it('answers with words: the time stays held, the request waits for the practice again, the words stand once', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const eid = await proposed(scope, '09:30', '11:00')
    const { result, written } = await watched(practice, () => answer(scope, eid))
    expect(result).to.deep.equal({ ok: true, first: true })
    expect(changesIn(written, 'foyer_appointment_proposals')).to.include({
      ...{ state: 'answered', answer: 'Only after four', open_eid: null },
    })
    expect(changesIn(written, 'foyer_appointment_requests')).to.deep.equal({ state: 'requested', version: 3 })
    expect(written.came['openemr_postcalendar_events']).to.equal(undefined)
    expect(String(written.came['pnotes']?.[0]?.['body'])).to.contain('Reason: Only after four.')
    expect(await statusOf(practice, eid)).to.equal('^')
    expect(await standing(scope, eid)).to.equal('requested')

    expect(await answer(scope, eid), 'the same words once more').to.deep.equal({ ok: true, first: false })
    expect(await answer(scope, eid, 'Never'), 'other words').to.deep.equal({ ok: false, reason: 'changed' })
    expect(await accept(scope, eid), 'too late to accept').to.deep.equal({ ok: false, reason: 'changed' })
  })

  it('may not accept what they did not see: another proposal, one taken back, one that the host moved', async () => {
    const scope = await newChart(practice)
    const eid = await proposed(scope, '13:00', '13:30')
    const first = await lastProposal(practice.db, eid)
    await propose(eid, '14:00')
    expect(await accept(scope, eid, first?.id)).to.deep.equal({ ok: false, reason: 'changed' })
    expect(await statusOf(practice, eid)).to.equal('^')
    await hostSets(practice, eid, `pc_startTime = '15:00:00', pc_endTime = '15:15:00'`)
    expect(await accept(scope, eid)).to.deep.equal({ ok: false, reason: 'changed' })
    await hostSets(practice, eid, `pc_startTime = '14:00:00', pc_endTime = '14:15:00'`)
    const second = await lastProposal(practice.db, eid)
    expect(await accept(scope, eid, second?.id)).to.deep.equal({ ok: true, first: true })
  })

  it('may not accept what staff have confirmed, declined or cancelled meanwhile, or what has begun', async () => {
    const scope = await newChart(practice)
    const eid = await proposed(scope, '13:15', '14:15')
    await setStatus(practice, eid, 'x')
    expect(await accept(scope, eid)).to.deep.equal({ ok: false, reason: 'changed' })
    const begun = await proposed(scope, '13:15', '14:30')
    practice.clock.set(`${TUESDAY}T14:30:00`)
    expect(await accept(scope, begun)).to.deep.equal({ ok: false, reason: 'over' })
    expect(await statusOf(practice, begun)).to.equal('^')
  })

  it('may not accept a time over which the host laid something, and nothing is written', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const eid = await proposed(scope, '15:30', '16:00')
    await practice.event({ providerId: practice.staff.lee, date: TUESDAY, start: '16:00' })
    const { result, written } = await watched(practice, () => accept(scope, eid))
    expect(result).to.deep.equal({ ok: false, reason: 'taken' })
    expect(written).to.deep.equal({ came: {}, went: {} })
  })

  it('accepts a time that the practice overbooks knowingly', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { day: '2026-11-30', time: '09:00' })
    await practice.event({ providerId: practice.staff.lee, date: '2026-11-30', start: '10:00' })
    const outcome = await proposeTime(practice.portal, await colleague(practice, 'admin'), admin, {
      ...{ eid, seen: undefined, day: '2026-11-30', time: '10:00', provider: undefined, note: '' },
      over: 'Both can wait a little',
    })
    expect(outcome).to.include({ ok: true })
    expect(await accept(scope, eid)).to.deep.equal({ ok: true, first: true })
  })

  it('is not somebody else: neither answer reaches another patient’s proposal', async () => {
    const [maria, john] = [await chart(practice, 'maria'), await chart(practice, 'john')]
    const eid = await proposed(maria, '09:00', '10:00', '2026-11-27')
    expect(await accept(john, eid)).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await answer(john, eid)).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await accept(ownRecord(practice, 'maria'), eid)).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await accept(maria, eid)).to.deep.equal({ ok: true, first: true })
  })

  it('accepts the time of a visit that is to move another: the other leaves the calendar in the same breath, or both stay', async () => {
    const scope = await newChart(practice)
    const old = await practice.event({
      providerId: practice.staff.lee,
      pid: scope.pid,
      date: '2026-12-01',
      start: '09:00',
    })
    const asked = await rescheduleAppointment(practice.portal, holderOf(scope), {
      ...{ scope, id: String(old), provider: practice.staff.lee, day: '2026-12-02', time: '09:00', reason: '' },
      once: undefined,
    })
    const eid = asked.ok ? asked.eid : 0
    await propose(eid, '09:00', '2026-12-03')
    const mend = await failing(practice, 'foyer_outbox')
    expect(await accept(scope, eid).catch((error: unknown) => String(error))).to.match(/disk is full/)
    await mend()
    expect([await statusOf(practice, old), await statusOf(practice, eid)]).to.deep.equal(['-', '^'])
    expect(await accept(scope, eid)).to.deep.equal({ ok: true, first: true })
    expect([await statusOf(practice, old), await statusOf(practice, eid)]).to.deep.equal(['x', '-'])
  })

  it('cancels it instead: the proposal is over', async () => {
    const scope = await newChart(practice)
    const eid = await proposed(scope, '11:30', '11:45')
    expect(await cancel(practice, scope, eid)).to.include({ ok: true, asked: false })
    expect(await lastProposal(practice.db, eid)).to.include({ state: 'withdrawn', open: false })
  })
})

describe('a patient to whom the practice names other times as it declines', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '20'))

  let hour = 9
  const declined = async (scope: PatientScope, day: string, times: string[]) => {
    const eid = await booked(practice, scope, { day, time: `${String(hour).padStart(2, '0')}:00` })
    const outcome = await declineAppointment(practice.portal, await colleague(practice, 'admin'), admin, {
      ...{ eid, seen: undefined, reason: 'We are full then', alternatives: times.map((time) => ({ day, time })) },
    })
    expect(outcome).to.include({ ok: true })
    return { eid, offered: (await alternativesOf(practice.db, eid)).map((each) => each.id) }
  }
  const take = (scope: PatientScope, eid: number, alternative = 0, token = opaqueId()) =>
    takeAlternative(practice.portal, holderOf(scope), {
      ...{ scope, id: String(eid), alternative, once: onceOf('account:1', token, { alternative }) },
    })

  it('takes one in one press: a visit confirmed at once, and the others are not to be had any more', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const { eid, offered } = await declined(scope, '2026-11-25', ['14:00', '15:00'])
    const { result, written } = await watched(practice, () => take(scope, eid, offered[0]))
    const made = result.ok ? result.eid : 0
    expect(result).to.deep.equal({ ok: true, eid: made, first: true })
    expect(await eventRow(practice, made)).to.include({
      ...{ pc_apptstatus: '-', pc_eventDate: '2026-11-25', pc_startTime: '14:00:00', pc_pid: String(scope.pid) },
      pc_hometext: 'Sore throat',
    })
    expect(written.came['foyer_appointment_requests']?.[0]).to.include({ state: 'confirmed', open_seat: null })
    expect(written.came['patient_tracker_element']).to.have.lengthOf(1)
    const more = await take(scope, eid, offered[1])
    expect(more).to.deep.equal({ ok: false, reason: 'one-taken', eid: made })
  })

  it('twenty presses take it once, with one token or with twenty', async () => {
    for (const tokens of [1, 20]) {
      const scope = await newChart(practice)
      hour += 1
      const { eid, offered } = await declined(scope, '2026-11-26', [tokens === 1 ? '14:00' : '15:00'])
      const all = Array.from({ length: tokens }, () => opaqueId())
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, at) => take(scope, eid, offered[0], all[at % tokens])),
      )
      expect(outcomes.every(({ ok }) => ok)).to.equal(true)
      expect(new Set(outcomes.map((each) => each.ok && each.eid)).size).to.equal(1)
      const visits = await practice.db.select(`SELECT pc_eid FROM openemr_postcalendar_events WHERE pc_pid = :pid`, {
        pid: String(scope.pid),
      })
      expect(visits).to.have.lengthOf(2)
    }
    expect(await overlapping(practice)).to.deep.equal([])
  })

  it('who is too late is told which are left, and takes one of these', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const { eid, offered } = await declined(scope, '2026-12-01', ['14:00', '15:00', '16:00'])
    expect(await ask(practice, await newChart(practice), { day: '2026-12-01', time: '14:00' })).to.include({ ok: true })
    const { result, written } = await watched(practice, () => take(scope, eid, offered[0]))
    expect(result).to.deep.equal({ ok: false, reason: 'gone', left: offered.slice(1) })
    expect(written).to.deep.equal({ came: {}, went: {} })
    expect(await take(scope, eid, offered[2])).to.include({ ok: true })
  })

  it('two patients for one named time: one has it', async () => {
    const [one, other] = [await newChart(practice), await newChart(practice)]
    const first = await declined(one, '2026-12-04', ['14:00'])
    hour = 10
    const second = await declined(other, '2026-12-04', ['14:00'])
    const outcomes = await Promise.all([
      take(one, first.eid, first.offered[0]),
      take(other, second.eid, second.offered[0]),
    ])
    expect(outcomes.filter(({ ok }) => ok)).to.have.lengthOf(1)
    expect(outcomes.find(({ ok }) => !ok)).to.deep.equal({ ok: false, reason: 'gone', left: [] })
  })

  it('not once the host has put the declined visit back, be it at the same moment', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const { eid, offered } = await declined(scope, '2026-12-08', ['14:00'])
    await hostSets(practice, eid, `pc_apptstatus = '-'`)
    const { result, written } = await watched(practice, () => take(scope, eid, offered[0]))
    expect(result).to.deep.equal({ ok: false, reason: 'withdrawn' })
    expect(written).to.deep.equal({ came: {}, went: {} })
    await hostSets(practice, eid, `pc_apptstatus = 'x'`)

    // The host's screen is about to commit as the patient presses.
    const host = await practice.db.sequelize.transaction()
    await practice.db.sequelize.query(
      `UPDATE openemr_postcalendar_events SET pc_apptstatus = '-' WHERE pc_eid = :eid`,
      {
        ...{ replacements: { eid }, transaction: host },
      },
    )
    let over = false
    const taking = take(scope, eid, offered[0]).finally(() => (over = true))
    await untilWaiting(practice, 'FOR UPDATE', () => over)
    await host.commit()
    expect(await taking).to.deep.equal({ ok: false, reason: 'withdrawn' })
  })

  it('or the visit itself, booked again by staff, not both: whichever comes first', async () => {
    const desk = await deskOf(practice)
    const maria = await practice.patientVisitor('maria')
    const admin = await practice.staffVisitor('admin')
    const scope = await chart(practice, 'maria')
    const address = (eid: number) => `/portal/records/${scope.record}/appointments/${String(eid)}`

    const first = await declined(scope, '2026-12-09', ['14:00', '15:00'])
    const offer = `/alternatives/${String(first.offered[0])}`
    expect((await maria.get(address(first.eid))).body).to.include(offer)
    expect(await desk.reopen(first.eid)).to.include({ ok: true })
    expect((await maria.get(address(first.eid))).body).not.to.include('/alternatives/')
    const late = await maria.post(address(first.eid) + offer, {})
    expect(late.status).to.equal(409)
    expect(late.body).to.include('This time isn’t offered any more')
    expect(await take(scope, first.eid, first.offered[1])).to.deep.equal({ ok: false, reason: 'withdrawn' })

    const second = await declined(scope, '2026-12-10', ['14:00', '15:00'])
    const taken = await take(scope, second.eid, second.offered[0])
    const instead = taken.ok ? taken.eid : 0
    const path = `/staff/portal/appointments/${String(second.eid)}`
    const refused = await admin.post(`${path}/reopening`, {})
    expect(refused.status).to.equal(409)
    expect(refused.body).to.include(`href="/staff/portal/appointments/${String(instead)}"`)
    expect(refused.body).to.include('the patient has taken one of the times that were offered instead')
    // What was taken has been given back: the need is there again.
    expect(await cancel(practice, scope, instead)).to.include({ ok: true })
    expect(await desk.reopen(second.eid)).to.include({ ok: true })
  })

  it('is not somebody else, and takes nothing of another visit', async () => {
    const [maria, john] = [await chart(practice, 'maria'), await chart(practice, 'john')]
    const { eid, offered } = await declined(maria, '2026-12-07', ['14:00'])
    const johns = await booked(practice, john, { day: '2026-12-07', time: '09:00' })
    expect(await take(john, eid, offered[0])).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await take(john, johns, offered[0])).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await take(maria, eid, offered[0])).to.include({ ok: true })
  })
})
