/** A patient answers what the practice offers: a time that it proposes, or one of those that it names when it declines. */
import type { Portal } from '../../access/portal.js'
import type { PatientScope } from '../../access/scope.js'
import { lockEvent, type LockedEvent } from '../../host/events.js'
import { BOOKED } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { utc } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { rememberResult, type Once } from '../../platform/once.js'
import { providerTurn, takeTurn } from '../../platform/turns.js'
import { alternativesOf, wishOf, type Alternative } from './alternatives.js'
import { hasBegun, type Appointment } from './appointment.js'
import { AS_PATIENT, trackRows, writeStatus } from './boardLines.js'
import { freeTimeOf, resultOf, writeVisit } from './booking.js'
import { findAppointment } from './ofPatient.js'
import { freedomUnderLock, isLaidOver } from './openings.js'
import { lastProposal, endProposal, type Proposal } from './proposals.js'
import { giveUpReplaced } from './replacing.js'
import { allOrNothing, inHand, settle, type Visit } from './requests.js'
import { turnOf } from './seats.js'
import { noteToProvider, tellOfPatient } from './telling.js'

export interface AnswerInput {
  scope: PatientScope
  /** The appointment, as addresses name it. */
  id: string
  /** The proposal that the page showed; undefined: whichever is open. */
  proposal: number | undefined
}

export type AnswerOutcome =
  /** `first`: it was now, and not already so. */
  { ok: true; first: boolean } | AnswerRefusal

export type AnswerRefusal =
  | { ok: false; reason: 'not-found' }
  /** The practice proposed something else, took it back, or moved the visit meanwhile; or it was answered already. */
  | { ok: false; reason: 'changed' }
  /** The proposed time has begun. */
  | { ok: false; reason: 'over' }
  /** The practice has put something else there. */
  | { ok: false; reason: 'taken' }

/**
 * Accepts the proposed time: it was held all the while, and is confirmed without another step of staff. The visit that
 * it was to move leaves the calendar with it. Accepted once more, it stays accepted.
 */
export async function acceptProposal(portal: Portal, actor: Actor, input: AnswerInput): Promise<AnswerOutcome> {
  return answered(portal, input, async (tx, visit, appointment, last) => {
    if (last.state === 'accepted' && appointment.standing === 'confirmed') return { ok: true, first: false }
    const refusal = whyNotAnswer(portal, appointment, last)
    if (refusal) return refusal
    // First, since the proposed time may lie over the visit that it moves.
    await cancelReplaced(portal, tx, actor, input.scope, visit)
    if (!last.overAnother && (await isLaidOver(portal, tx, visit.event))) return { ok: false, reason: 'taken' }
    await writeStatus(portal, tx, AS_PATIENT, visit, { status: BOOKED })
    await endProposal(tx, portal, visit.event.eid, { state: 'accepted' })
    if (visit.request) await settle(tx, portal, visit.request, { state: 'confirmed', reason: '', by: null })
    await noteOf(portal, tx, input.scope, visit.event, 'An Updated Appointment', 'The proposed time was accepted')
    await tellOfPatient(portal, tx, actor, input.scope, {
      ...{ event: 'appointment.proposal-accepted', eid: visit.event.eid, hostEvent: 'scheduling-update' },
      details: { day: appointment.day, start: appointment.start },
    })
    return { ok: true, first: true }
  })
}

/**
 * Answers a proposal in words: it is off the table, the request waits for the practice again, where it stands now. The
 * same words sent twice are one answer.
 */
export async function answerProposal(
  portal: Portal,
  actor: Actor,
  input: AnswerInput & { answer: string },
): Promise<AnswerOutcome> {
  return answered(portal, input, async (tx, visit, appointment, last) => {
    if (last.state === 'answered' && last.answer === input.answer) return { ok: true, first: false }
    const refusal = whyNotAnswer(portal, appointment, last)
    if (refusal) return refusal
    await endProposal(tx, portal, visit.event.eid, { state: 'answered', answer: input.answer })
    await tx.change(
      `UPDATE foyer_appointment_requests SET state = 'requested', version = version + 1 WHERE pc_eid IN (:eids)`,
      { eids: eidsOf(visit) },
    )
    await noteOf(portal, tx, input.scope, visit.event, 'An Updated Appointment', input.answer)
    await tellOfPatient(portal, tx, actor, input.scope, {
      ...{ event: 'appointment.proposal-answered', eid: visit.event.eid, hostEvent: 'scheduling-update' },
    })
    return { ok: true, first: true }
  })
}

type Answering = (tx: Tx, visit: Visit, appointment: Appointment, last: Proposal) => Promise<AnswerOutcome>

/** Finds the patient's own visit, takes it in hand, and looks at it again: what is so now is what is answered. */
async function answered(portal: Portal, input: AnswerInput, how: Answering): Promise<AnswerOutcome> {
  const own = await findAppointment(portal, portal.db, input.scope, input.id)
  if (!own) return { ok: false, reason: 'not-found' }
  const outcome = await inHand<AnswerOutcome>(portal, own.eid, async (tx, visit) => {
    const appointment = await findAppointment(portal, tx, input.scope, input.id)
    if (!appointment) return { ok: false, reason: 'not-found' }
    const last = await lastProposal(tx, appointment.eid)
    if (!last || (input.proposal !== undefined && last.id !== input.proposal)) return { ok: false, reason: 'changed' }
    return how(tx, visit, appointment, last)
  })
  return outcome.ok || outcome.reason !== 'changed' ? outcome : { ok: false, reason: 'changed' }
}

function whyNotAnswer(portal: Portal, appointment: Appointment, last: Proposal): AnswerRefusal | undefined {
  const { day, start, standing } = appointment
  const stands = last.open && standing === 'proposed' && day === last.day && start === last.start
  if (!stands) return { ok: false, reason: 'changed' }
  return hasBegun(appointment, portal.clock.now()) ? { ok: false, reason: 'over' } : undefined
}

/** The visit that a request moves leaves the calendar when the request is agreed on. */
async function cancelReplaced(portal: Portal, tx: Tx, actor: Actor, scope: PatientScope, visit: Visit): Promise<void> {
  const replaced = await giveUpReplaced(portal, tx, AS_PATIENT, visit, null)
  if (!replaced) return
  await tellOfPatient(portal, tx, actor, scope, {
    ...{ event: 'appointment.cancelled', eid: replaced.old.event.eid, hostEvent: 'scheduling-update' },
    details: { replacedBy: visit.event.eid },
  })
}

function eidsOf({ event, rows }: Visit): number[] {
  return [event.eid, ...rows.map((row) => row.eid)]
}

async function noteOf(
  portal: Portal,
  tx: Tx,
  scope: PatientScope,
  event: LockedEvent,
  what: string,
  reason: string,
): Promise<void> {
  const { day, providerId } = event
  await noteToProvider(portal, tx, scope, { what, providerId, day, time: event.start.slice(0, 5), reason })
}

export interface TakeInput {
  scope: PatientScope
  /** The declined appointment, as addresses name it. */
  id: string
  /** Id of the alternative. */
  alternative: number
  once: Once | undefined
}

export type TakeOutcome =
  | { ok: true; eid: number; first: boolean }
  | { ok: false; reason: 'not-found' | 'used-otherwise' }
  /** One of them has been taken: that is this visit now. */
  | { ok: false; reason: 'one-taken'; eid: number }
  /** It is offered no more: staff took the decline back or booked the visit again, or the host gave it another status. */
  | { ok: false; reason: 'withdrawn' }
  /** It is not free any more. Those that are left, by id. */
  | { ok: false; reason: 'gone'; left: number[] }

/**
 * Takes one of the times that the practice named when it declined: a visit confirmed at once, since the practice has
 * offered it, if it is free still. One of them, not two.
 */
export async function takeAlternative(portal: Portal, actor: Actor, input: TakeInput): Promise<TakeOutcome> {
  const own = await findAppointment(portal, portal.db, input.scope, input.id)
  const offered = own ? await alternativesOf(portal.db, own.eid) : []
  const chosen = offered.find((each) => each.id === input.alternative)
  if (!own || !chosen) return { ok: false, reason: 'not-found' }
  return allOrNothing(portal, async (tx): Promise<TakeOutcome> => {
    await takeTurn(tx, [turnOf(input.scope), providerTurn(chosen.providerId)])
    // Locked before the first look, since the host's screens take no turns: what they set is seen, or waits for us.
    await lockEvent(tx, own.eid)
    const before = await resultOf(portal, tx, input.once)
    if (before) return before
    const now = await alternativesOf(tx, own.eid)
    const taken = now.find((each) => each.takenEid !== undefined)
    if (taken?.takenEid !== undefined) {
      if (taken.id !== chosen.id) return { ok: false, reason: 'one-taken', eid: taken.takenEid }
      return { ok: true, eid: taken.takenEid, first: false }
    }
    const declined = await findAppointment(portal, tx, input.scope, input.id)
    const stands = now.some((each) => each.id === chosen.id && !each.closed)
    if (declined?.standing !== 'declined' || !stands) return { ok: false, reason: 'withdrawn' }
    if (!(await isStillFree(portal, tx, chosen)))
      return { ok: false, reason: 'gone', left: await left(portal, tx, now) }
    const eid = await writeTaken(portal, tx, actor, input.scope, declined, chosen)
    if (eid === undefined) return { ok: false, reason: 'withdrawn' }
    if (input.once) await rememberResult(tx, input.once, String(eid))
    return { ok: true, eid, first: true }
  })
}

async function isStillFree(
  portal: Portal,
  tx: Tx,
  { day, start: time, ...alternative }: Alternative,
): Promise<boolean> {
  return (await freedomUnderLock(portal, tx, wishOf(alternative), freeTimeOf({ day, time }))) === 'free'
}

/** All are of one provider, whose turn is held. */
async function left(portal: Portal, tx: Tx, all: readonly Alternative[]): Promise<number[]> {
  const free: number[] = []
  for (const each of all) if (await isStillFree(portal, tx, each)) free.push(each.id)
  return free
}

/** Undefined: it was taken or closed all the same, and nothing that was written here may stay. */
async function writeTaken(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  scope: PatientScope,
  declined: Appointment,
  chosen: Alternative,
): Promise<number | undefined> {
  const { day, start: time } = chosen
  const { category, reason } = declined
  const eid = await writeVisit(...([portal, tx, actor, { scope, day, time, reason }] as const), {
    provider: { id: chosen.providerId },
    category: { ...category, minutes: chosen.minutes },
    ...{ status: BOOKED, seat: undefined, event: 'appointment.alternative-taken', details: { declined: declined.eid } },
  })
  const event = await lockEvent(tx, eid)
  if (event) await trackRows(portal, tx, AS_PATIENT, { rows: [event] }, event)
  const taken = await tx.change(
    `UPDATE foyer_appointment_alternatives SET taken_eid = :eid, taken_at = :now
      WHERE id = :id AND taken_eid IS NULL AND closed_at IS NULL`,
    { eid, now: utc(portal.clock.now()), id: chosen.id },
  )
  return taken === 1 ? eid : undefined
}
