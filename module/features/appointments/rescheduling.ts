/**
 * A patient asks for another time in place of one they have. What nobody confirmed yet is moved where it stands, and
 * stays pending; a confirmed visit stays until the practice confirms the new time, which takes it off the calendar.
 */
import type { Portal } from '../../access/portal.js'
import type { PatientScope } from '../../access/scope.js'
import { eventProviders, lockEvent, moveEvent, setStatus, type LockedEvent } from '../../host/events.js'
import { PENDING } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { rememberResult, type Once } from '../../platform/once.js'
import { providerTurn, takeTurn } from '../../platform/turns.js'
import { parseAppointmentId, whyNotMove, type Appointment, type MoveRefusal } from './appointment.js'
import { reworded } from './boardLines.js'
import {
  ALTERNATIVES,
  freeTimeOf,
  openKeyOf,
  resultOf,
  writeVisit,
  type RequestOutcome,
  type RequestRefusal,
} from './booking.js'
import { findAppointment } from './ofPatient.js'
import { freedomUnderLock, nearestOpenings, requestable, type Wish } from './openings.js'
import { endProposal } from './proposals.js'
import { adopt } from './requests.js'
import { freeSeat, turnOf } from './seats.js'
import { noteToProvider, tellOfPatient } from './telling.js'

export interface MoveInput {
  scope: PatientScope
  /** The visit to be moved, as addresses name it. */
  id: string
  /** users.id: the same provider or another one. */
  provider: number
  day: Day
  /** HH:MM */
  time: string
  reason: string
  once: Once | undefined
}

export type MoveOutcome =
  /** `eid`: the visit itself where it was moved, else the new request. */
  | { ok: true; eid: number; first: boolean }
  | RequestRefusal
  /** It stands at this very time. */
  | { ok: false; reason: 'same-time' }
  | { ok: false; reason: 'not-movable'; why: MoveRefusal; appointment: Appointment | undefined }

/**
 * Asks for another time of the same kind of visit. Refused: what whyNotMove says; what a new request would be refused
 * for; 'same-time'; 'no-such-category' where patients may not ask for this kind of visit.
 */
export async function rescheduleAppointment(portal: Portal, actor: Actor, input: MoveInput): Promise<MoveOutcome> {
  const own = await findAppointment(portal, portal.db, input.scope, input.id)
  if (!own) return notMovable('not-found', undefined)
  const wish = await wishToMove(portal, own, input.provider)
  if ('reason' in wish) return wish

  const at = freeTimeOf(input)
  // Asked for before the transaction, which keeps to one connection.
  const providers = [wish.provider.id, ...(await eventProviders(portal.db, own.eid))]
  const outcome = await portal.db.transaction((tx) => moveInTurn(portal, tx, actor, input, wish, providers))
  if (outcome !== 'taken') return outcome
  const alternatives = await nearestOpenings(portal, portal.db, wish, at, ALTERNATIVES)
  return { ok: false, reason: 'slot-taken', alternatives }
}

function notMovable(why: MoveRefusal, appointment: Appointment | undefined): MoveOutcome {
  return { ok: false, reason: 'not-movable', why, appointment }
}

/** The same kind of visit, as long as this one is, with somebody who can be asked for. */
export async function wishToMove(
  portal: Portal,
  { category: { id }, minutes }: Pick<Appointment, 'category' | 'minutes'>,
  providerId: number,
): Promise<Wish | Extract<RequestRefusal, { reason: 'no-such-category' | 'no-such-provider' }>> {
  const offer = await requestable(portal, portal.db)
  const category = offer.categories.find((each) => each.id === id)
  if (!category) return { ok: false, reason: 'no-such-category' }
  const provider = offer.providers.find((each) => each.id === providerId)
  if (!provider) return { ok: false, reason: 'no-such-provider' }
  return { provider, category: { ...category, minutes: minutes > 0 ? minutes : category.minutes } }
}

async function moveInTurn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: MoveInput,
  wish: Wish,
  providers: readonly number[],
): Promise<MoveOutcome | 'taken'> {
  const eid = parseAppointmentId(input.id)?.eid ?? 0
  await takeTurn(tx, [turnOf(input.scope), ...providers.map(providerTurn)])
  const before = await resultOf(portal, tx, input.once)
  if (before) return before
  // The lock before the first look: staff may be deciding just now, and then we see what they decided.
  const event = await lockEvent(tx, eid)
  const appointment = event && (await findAppointment(portal, tx, input.scope, input.id))
  const refusal = whyNotMove(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (refusal || !appointment) return notMovable(refusal ?? 'not-found', appointment)
  if (isThere(event, input)) return { ok: false, reason: 'same-time' }

  const outcome =
    event.status === PENDING
      ? await moveInPlace(portal, tx, actor, input, wish, { ...event, asked: appointment.reason })
      : await askInstead(portal, tx, actor, input, wish, appointment)
  if (outcome !== 'taken' && outcome.ok && input.once) await rememberResult(tx, input.once, String(outcome.eid))
  return outcome
}

function isThere({ day, start, providerId }: LockedEvent, input: MoveInput): boolean {
  return day === input.day && start.slice(0, 5) === input.time && providerId === input.provider
}

/** Nobody has confirmed it: the row itself goes to the new time, and a proposal for it is answered by that. */
async function moveInPlace(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: MoveInput,
  wish: Wish,
  /** `asked`: what the patient wrote before. */
  event: LockedEvent & { asked: string },
): Promise<RequestOutcome | 'taken'> {
  const freedom = await freedomUnderLock(portal, tx, wish, freeTimeOf(input), event.eid)
  if (freedom === 'taken') return 'taken'
  if (freedom !== 'free') return { ok: false, reason: freedom }
  await adopt(tx, portal, event)
  const at = wallClock(portal.clock.now())
  const { provider } = wish
  await moveEvent(tx, event, { day: input.day, start: input.time, at, providerId: provider.id })
  await setStatus(tx, event, { status: PENDING, at, text: reworded(event.text, event.asked, input.reason) })
  await keepMoved(portal, tx, input, event.eid)
  const { day, time, reason, scope } = input
  await noteToProvider(portal, tx, scope, {
    what: 'An Updated Appointment',
    providerId: provider.id,
    day,
    time,
    reason,
  })
  await tellOfPatient(portal, tx, actor, scope, {
    ...{ event: 'appointment.moved', eid: event.eid, hostEvent: 'scheduling-update' },
    details: { fromDay: event.day, fromStart: event.start.slice(0, 5), day, start: time },
  })
  return { ok: true, eid: event.eid, first: true }
}

async function keepMoved(portal: Portal, tx: Tx, input: MoveInput, eid: number): Promise<void> {
  const openKey = openKeyOf(input)
  // Of a wish that the practice has moved away from there with its own screens: the time was free.
  await tx.change(
    `UPDATE foyer_appointment_requests SET open_key = NULL WHERE open_key = :openKey AND pc_eid <> :eid`,
    {
      ...{ openKey, eid },
    },
  )
  await tx.change(
    `UPDATE foyer_appointment_requests
        SET provider_id = :provider, day = :day, start_time = :start, reason = :reason, state = 'requested',
            open_key = :openKey, version = version + 1
      WHERE pc_eid = :eid`,
    {
      ...{ provider: String(input.provider), day: input.day, start: `${input.time}:00` },
      ...{ reason: input.reason, openKey, eid },
    },
  )
  await endProposal(tx, portal, eid, { state: 'answered', answer: input.reason })
}

/** It is confirmed, and stays so until the practice confirms the other: a request of its own, which takes a seat. */
async function askInstead(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: MoveInput,
  wish: Wish,
  old: Appointment,
): Promise<RequestOutcome | 'taken'> {
  const seat = await freeSeat(portal, tx, input.scope)
  if (seat === undefined) return { ok: false, reason: 'too-many', limit: portal.settings().openRequestLimit }
  const freedom = await freedomUnderLock(portal, tx, wish, freeTimeOf(input))
  if (freedom === 'taken') return 'taken'
  if (freedom !== 'free') return { ok: false, reason: freedom }
  const eid = await writeVisit(portal, tx, actor, input, {
    ...{ ...wish, status: PENDING, seat, event: 'appointment.move-requested', replaces: old.eid },
    details: { replaces: old.eid },
  })
  return { ok: true, eid, first: true }
}
