/** The patient's verbs, each one transaction: host rows, our row, audit, outbox event, or none of them. */
import type { Portal } from '../../access/portal.js'
import { pidOf, type PatientScope } from '../../access/scope.js'
import type { Category, Provider } from '../../host/calendar.js'
import { insertRequest, lockEvent, setStatus, type LockedEvent } from '../../host/events.js'
import { minuteOfDay } from '../../host/schedule.js'
import { CANCELLED, isCancelled, PENDING } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { utc, wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { receiptNumber } from '../../platform/ids.js'
import { firstResult, rememberResult, type Once } from '../../platform/once.js'
import { providerTurn, takeTurn } from '../../platform/turns.js'
import { mayBeAskedFor, parseAppointmentId, whyNotCancel, type Appointment, type CancelRefusal } from './appointment.js'
import type { FreeTime } from './availability.js'
import { askToCancel } from './cancellationRequests.js'
import { findAppointment } from './ofPatient.js'
import { freedomUnderLock, nearestOpenings, requestable, type Wish } from './openings.js'
import { endProposal } from './proposals.js'
import { adopted, settle, visitIn, type RequestRow } from './requests.js'
import { freeSeat, turnOf } from './seats.js'
import { noteToProvider, tellOfPatient } from './telling.js'

export interface RequestInput {
  scope: PatientScope
  /** users.id */
  provider: number
  /** pc_catid */
  category: number
  day: Day
  /** HH:MM */
  time: string
  reason: string
  once: Once | undefined
}

export type RequestOutcome = { ok: true; eid: number; first: boolean } | RequestRefusal

export type RequestRefusal =
  /** No office hours, or not active. */
  | { ok: false; reason: 'no-such-provider' }
  /** Not a visit that the practice lets patients ask for. */
  | { ok: false; reason: 'no-such-category' }
  /** Not a start of a slot, outside office hours, too soon, or further ahead than the practice plans. */
  | { ok: false; reason: TimeRefusal }
  /** As many requests wait for the practice as it takes from one patient. */
  | { ok: false; reason: 'too-many'; limit: number }
  /** Somebody has it. The nearest free times, three at most. */
  | { ok: false; reason: 'slot-taken'; alternatives: FreeTime[] }
  /** The same form was sent before with other answers. */
  | { ok: false; reason: 'used-otherwise' }

type TimeRefusal = Exclude<Awaited<ReturnType<typeof freedomUnderLock>>, 'free' | 'taken'>

export const ALTERNATIVES = 3

/**
 * Asks for a time. It is held in the provider's calendar, marked pending (facts §2.5), until staff decide. Free is
 * what is free when we hold the provider's turn and their rows: two at once never both get it.
 */
export function requestAppointment(portal: Portal, actor: Actor, input: RequestInput): Promise<RequestOutcome> {
  return asking(portal, input, (wish, at) =>
    portal.db.transaction((tx) => requestInTurn(portal, tx, actor, input, wish, at)),
  )
}

type WhatAndWhen = Pick<RequestInput, 'provider' | 'category' | 'day' | 'time'>

/** Looks up what is asked for, asks for it, and where somebody has the time by then, says which are free near it. */
export async function asking<Outcome>(
  portal: Portal,
  input: WhatAndWhen,
  ask: (wish: Wish, at: FreeTime) => Promise<Outcome | 'taken'>,
): Promise<Outcome | RequestRefusal> {
  const offer = await requestable(portal, portal.db)
  const category = offer.categories.find((each) => each.id === input.category)
  if (!category) return { ok: false, reason: 'no-such-category' }
  const provider = offer.providers.find((each) => each.id === input.provider)
  if (!provider) return { ok: false, reason: 'no-such-provider' }

  const at = freeTimeOf(input)
  const outcome = await ask({ provider, category }, at)
  if (outcome !== 'taken') return outcome
  const alternatives = await nearestOpenings(portal, portal.db, { provider, category }, at, ALTERNATIVES)
  return { ok: false, reason: 'slot-taken', alternatives }
}

/** A time of day that is none reads as one that no visit begins at. */
export function freeTimeOf({ day, time }: { day: Day; time: string }): FreeTime {
  return { day, minute: minuteOfDay(time) ?? -1 }
}

/** Within a transaction, as its first step but for turns. */
export async function requestInTurn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: RequestInput,
  wish: Wish,
  at: FreeTime,
): Promise<RequestOutcome | 'taken'> {
  // Before anything is read: what others committed while we waited counts, and twenty presses of one form come one by one.
  await takeTurn(tx, [turnOf(input.scope), providerTurn(input.provider)])
  const before = await resultOf(portal, tx, input.once)
  if (before) return before
  const same = await openRequest(tx, input)
  if (same !== undefined) {
    if (input.once) await rememberResult(tx, input.once, String(same))
    return { ok: true, eid: same, first: false }
  }

  const seat = await freeSeat(portal, tx, input.scope)
  if (seat === undefined) return { ok: false, reason: 'too-many', limit: portal.settings().openRequestLimit }
  const freedom = await freedomUnderLock(portal, tx, wish, at)
  if (freedom === 'taken') return 'taken'
  if (freedom !== 'free') return { ok: false, reason: freedom }

  const eid = await writeVisit(portal, tx, actor, input, {
    ...wish,
    status: PENDING,
    seat,
    event: 'appointment.requested',
  })
  if (input.once) await rememberResult(tx, input.once, String(eid))
  return { ok: true, eid, first: true }
}

/** What an earlier press of this form gave; undefined: this is the first. */
export async function resultOf(
  portal: Portal,
  tx: Tx,
  once: Once | undefined,
): Promise<{ ok: true; eid: number; first: false } | { ok: false; reason: 'used-otherwise' } | undefined> {
  if (!once) return undefined
  const before = await firstResult(tx, portal.clock, once)
  if (before.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
  return before.state === 'done' ? { ok: true, eid: Number(before.result), first: false } : undefined
}

/** The same record asking the same provider for the same start is one wish, however often it is sent. */
export function openKeyOf(wish: Pick<RequestInput, 'scope' | 'provider' | 'day' | 'time'>): string {
  return `${wish.scope.record} ${String(wish.provider)} ${wish.day} ${wish.time}`
}

/**
 * The event of an open wish, if it still stands in the calendar where it was asked for. One that the practice
 * cancelled, moved or removed with its own screens is open no longer: the wish may be made anew.
 */
async function openRequest(tx: Tx, input: RequestInput): Promise<number | undefined> {
  // No lock: the patient's turn keeps others away, and a lock on what is not there would make patients wait in a ring.
  const row = await tx.first<{ id: number; pc_eid: number }>(
    `SELECT id, pc_eid FROM foyer_appointment_requests WHERE open_key = :openKey`,
    { openKey: openKeyOf(input) },
  )
  if (!row) return undefined
  const event = await lockEvent(tx, row.pc_eid)
  if (event && !isCancelled(event.status) && standsWhereAsked(event, input)) return event.eid
  await tx.change(`UPDATE foyer_appointment_requests SET open_key = NULL WHERE id = :id`, { id: row.id })
  return undefined
}

function standsWhereAsked(event: LockedEvent, input: RequestInput): boolean {
  const { day, start, pid, providerId } = event
  const samePlace = day === input.day && start === `${input.time}:00` && providerId === input.provider
  return samePlace && pid === pidOf(input.scope)
}

export interface NewVisit {
  provider: Pick<Provider, 'id'>
  category: Pick<Category, 'id' | 'name' | 'minutes'>
  /** `^`, or `-` where the practice has said yes to this very time. */
  status: string
  /** As seats.ts gave it; undefined: nobody has to decide on it any more. */
  seat: string | undefined
  /** What the trail calls it. */
  event: string
  /** The visit that this one is to take the place of. */
  replaces?: number
  details?: Record<string, string | number>
}

/** The event, our row beside it, the note, and what everybody is told. Answers pc_eid. */
export async function writeVisit(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: Omit<RequestInput, 'category' | 'provider' | 'once'>,
  visit: NewVisit,
): Promise<number> {
  const now = portal.clock.now()
  const { scope, day, time, reason } = input
  const { provider, category, status, seat, replaces } = visit
  const { minutes } = category
  const pid = pidOf(scope)
  const eid = await insertRequest(tx, {
    ...{ site: portal.site, provider, category, pid, status, minutes, day, start: time, reason, at: wallClock(now) },
    informant: scope.kind === 'chart' ? scope.patient.providerId : undefined,
  })
  await tx.insert(
    `INSERT INTO foyer_appointment_requests
       (receipt, pc_eid, account_id, record, pid, provider_id, category_id, day, start_time, minutes, reason, state,
        open_key, open_seat, replaces_eid, created_at, decided_at)
     VALUES (:receipt, :eid, :account, :record, :pid, :provider, :category, :day, :start, :minutes, :reason, :state,
        :openKey, :seat, :replaces, :now, :decided)`,
    {
      ...{ receipt: receiptNumber(), eid, account: scope.account.id, record: scope.record, pid: pid ?? null },
      ...{ provider: String(provider.id), category: category.id, day, start: `${time}:00`, minutes, reason },
      state: status === PENDING ? 'requested' : 'confirmed',
      openKey: status === PENDING ? openKeyOf({ ...input, provider: provider.id }) : null,
      seat: seat ?? null,
      replaces: replaces ?? null,
      now: utc(now),
      decided: status === PENDING ? null : utc(now),
    },
  )
  await noteToProvider(portal, tx, scope, { what: 'A New Appointment', providerId: provider.id, day, time, reason })
  await tellOfPatient(portal, tx, actor, scope, {
    ...{ event: visit.event, eid, hostEvent: 'scheduling-insert' },
    ...(visit.details ? { details: visit.details } : {}),
  })
  return eid
}

export interface CancelInput {
  scope: PatientScope
  /** As addresses name it. */
  id: string
  reason: string
}

export type CancelOutcome =
  /** `asked`: it is too late, or one day of a series; the practice was asked to, and decides. */
  | { ok: true; asked: boolean; appointment: Appointment }
  | { ok: false; reason: CancelRefusal; appointment: Appointment | undefined }

/**
 * Takes an appointment off the calendar as its patient. The host keeps the row and marks it `x`, with the reason in
 * place of the comment, and its provider gets a note (facts §2.5). Too late (inside the practice's minimum notice), or
 * one day of a series: the practice is asked to. Refused: 'not-found', 'already-over', 'already-cancelled'.
 */
export async function cancelAppointment(portal: Portal, actor: Actor, input: CancelInput): Promise<CancelOutcome> {
  const { scope } = input
  return portal.db.transaction(async (tx): Promise<CancelOutcome> => {
    await takeTurn(tx, [turnOf(scope)])
    // The lock before the first look: staff may be deciding just now, and then we see what they decided.
    const event = await lockEvent(tx, parseAppointmentId(input.id)?.eid ?? 0)
    const appointment = event && (await findAppointment(portal, tx, scope, input.id))
    const refusal = whyNotCancel(appointment, portal.clock.now(), portal.settings().minimumNotice)
    if (appointment && mayBeAskedFor(refusal)) {
      await askToCancel(portal, tx, actor, { scope, appointment, reason: input.reason })
      return { ok: true, asked: true, appointment }
    }
    if (refusal || !appointment) return { ok: false, reason: refusal ?? 'not-found', appointment }
    await takeOff(portal, tx, actor, scope, event, appointment, input.reason)
    return { ok: true, asked: false, appointment: { ...appointment, standing: 'cancelled', hostStatus: CANCELLED } }
  })
}

async function takeOff(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  scope: PatientScope,
  event: LockedEvent,
  appointment: Appointment,
  reason: string,
): Promise<void> {
  const { eid } = appointment
  const request = await requestToClose(portal, tx, event)
  await setStatus(tx, event, { status: CANCELLED, at: wallClock(portal.clock.now()), text: reason })
  if (request) await settle(tx, portal, request, { state: 'cancelled', reason: '', by: null })
  await endOpenWords(portal, tx, appointment)
  const { day, start: time } = appointment
  await noteToProvider(portal, tx, scope, {
    ...{ what: 'A Cancelled Appointment', providerId: event.providerId, day, time, reason },
  })
  await tellOfPatient(portal, tx, actor, scope, { event: 'appointment.cancelled', eid, hostEvent: 'scheduling-update' })
}

/** Its request, adopted where it was made in the host's own portal. */
async function requestToClose(portal: Portal, tx: Tx, event: LockedEvent): Promise<RequestRow | undefined> {
  const visit = await visitIn(tx, event.eid)
  return visit && (await adopted(tx, portal, visit)).request
}

/** What was still being talked about is settled by the visit's end: a proposal, a wish to have it cancelled. */
async function endOpenWords(portal: Portal, tx: Tx, { eid, id }: Appointment): Promise<void> {
  const now = utc(portal.clock.now())
  await endProposal(tx, portal, eid, { state: 'withdrawn' })
  await tx.change(
    `UPDATE foyer_cancellation_requests SET state = 'done', decided_at = :now, open_key = NULL WHERE open_key = :id`,
    { id, now },
  )
}
