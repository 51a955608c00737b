/** The patient's verbs, each one transaction: host rows, our row, audit, outbox event, or none of them. */
import type { Portal } from '../../access/portal.js'
import type { ChartScope } from '../../access/scope.js'
import type { Category, Provider } from '../../host/calendar.js'
import { countPending, insertRequest, lockEvent, setStatus, type LockedEvent } from '../../host/events.js'
import { writeHostLog } from '../../host/log.js'
import { writeStaffNote } from '../../host/notes.js'
import { minuteOfDay } from '../../host/schedule.js'
import { findStaff } from '../../host/staff.js'
import { CANCELLED, isCancelled } from '../../host/statuses.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { day as dayOf, utc, wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { receiptNumber } from '../../platform/ids.js'
import { firstResult, rememberResult, type Once } from '../../platform/once.js'
import { publish } from '../../platform/outbox.js'
import { takeTurn } from '../../platform/turns.js'
import { parseAppointmentId, whyNotCancel, type Appointment, type CancelRefusal } from './appointment.js'
import type { FreeTime } from './availability.js'
import { findAppointment } from './ofPatient.js'
import { freedomUnderLock, nearestOpenings, requestable } from './openings.js'

export interface RequestInput {
  scope: ChartScope
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

export type RequestOutcome =
  | { ok: true; eid: number; first: boolean }
  /** No office hours, or not active. */
  | { ok: false; reason: 'no-such-provider' }
  /** Not a visit that the practice lets patients ask for. */
  | { ok: false; reason: 'no-such-category' }
  /** Not a start of a slot, outside office hours, too soon, or further ahead than the practice plans. */
  | { ok: false; reason: 'off-grid' | 'outside-schedule' | 'past' | 'too-far' }
  /** As many requests wait for the practice as it takes from one patient. */
  | { ok: false; reason: 'too-many'; limit: number }
  /** Somebody has it. The nearest free times, three at most. */
  | { ok: false; reason: 'slot-taken'; alternatives: FreeTime[] }
  /** The same form was sent before with other answers. */
  | { ok: false; reason: 'used-otherwise' }

const ALTERNATIVES = 3

/**
 * Asks for a time. It is held in the provider's calendar, marked pending (facts §2.5), until staff decide. Free is
 * what is free when we hold the provider's turn and their rows: two at once never both get it.
 */
export async function requestAppointment(portal: Portal, actor: Actor, input: RequestInput): Promise<RequestOutcome> {
  const offer = await requestable(portal, portal.db)
  const category = offer.categories.find((each) => each.id === input.category)
  if (!category) return { ok: false, reason: 'no-such-category' }
  const provider = offer.providers.find((each) => each.id === input.provider)
  if (!provider) return { ok: false, reason: 'no-such-provider' }

  const at: FreeTime = { day: input.day, minute: minuteOfDay(input.time) ?? -1 }
  const outcome = await portal.db.transaction((tx) =>
    requestInTurn(portal, tx, actor, input, { provider, category }, at),
  )
  if (outcome !== 'taken') return outcome
  const alternatives = await nearestOpenings(portal, portal.db, { provider, category }, at, ALTERNATIVES)
  return { ok: false, reason: 'slot-taken', alternatives }
}

async function requestInTurn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: RequestInput,
  wish: { provider: Provider; category: Category },
  at: FreeTime,
): Promise<RequestOutcome | 'taken'> {
  // Before anything is read: what others committed while we waited counts, and twenty presses of one form come one by one.
  await takeTurn(tx, [`patient:${String(input.scope.pid)}`, `provider:${String(input.provider)}`])
  if (input.once) {
    const before = await firstResult(tx, portal.clock, input.once)
    if (before.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
    if (before.state === 'done') return { ok: true, eid: Number(before.result), first: false }
  }
  const same = await openRequest(tx, input)
  if (same !== undefined) {
    if (input.once) await rememberResult(tx, input.once, String(same))
    return { ok: true, eid: same, first: false }
  }

  const limit = portal.settings().openRequestLimit
  if ((await countPending(tx, input.scope.pid, dayOf(portal.clock.now()))) >= limit)
    return { ok: false, reason: 'too-many', limit }
  const freedom = await freedomUnderLock(portal, tx, wish, at)
  if (freedom === 'taken') return 'taken'
  if (freedom !== 'free') return { ok: false, reason: freedom }

  const eid = await writeRequest(portal, tx, actor, input, wish)
  if (input.once) await rememberResult(tx, input.once, String(eid))
  return { ok: true, eid, first: true }
}

/** The same record asking the same provider for the same start is one wish, however often it is sent. */
function openKeyOf(input: RequestInput): string {
  return `${input.scope.record} ${String(input.provider)} ${input.day} ${input.time}`
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
  return day === input.day && start === `${input.time}:00` && pid === input.scope.pid && providerId === input.provider
}

async function writeRequest(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: RequestInput,
  { provider, category }: { provider: Provider; category: Category },
): Promise<number> {
  const now = portal.clock.now()
  const { scope } = input
  const { minutes } = category
  const eid = await insertRequest(tx, {
    site: portal.site,
    provider,
    category,
    pid: scope.pid,
    informant: scope.patient.providerId,
    day: input.day,
    start: input.time,
    minutes,
    reason: input.reason,
    at: wallClock(now),
  })
  const receipt = receiptNumber()
  await tx.insert(
    `INSERT INTO foyer_appointment_requests
       (receipt, pc_eid, account_id, record, pid, provider_id, category_id, day, start_time, minutes, reason, state, open_key, created_at)
     VALUES (:receipt, :eid, :account, :record, :pid, :provider, :category, :day, :start, :minutes, :reason, 'requested', :openKey, :now)`,
    {
      receipt,
      eid,
      account: scope.account.id,
      record: scope.record,
      pid: scope.pid,
      provider: String(provider.id),
      category: category.id,
      day: input.day,
      start: `${input.time}:00`,
      minutes,
      reason: input.reason,
      openKey: openKeyOf(input),
      now: utc(now),
    },
  )
  await writeStaffNote(tx, {
    at: wallClock(now),
    pid: scope.pid,
    title: 'Patient Reminders',
    text: noteText('A New Appointment', scope, input.day, input.time, input.reason),
    to: provider.username,
    from: 'portal-user',
  })
  await tellEverybody(portal, tx, actor, scope, { event: 'appointment.requested', eid, hostEvent: 'scheduling-insert' })
  return eid
}

/** The words by which the host's staff know such a note (facts §2.5); who acted for the patient is said too. */
function noteText(what: string, scope: ChartScope, day: Day, time: string, reason: string): string {
  const name = `${scope.patient.firstName} ${scope.patient.lastName}`
  const by = scope.relationship === 'self' ? '' : ` (sent by ${scope.account.name}, ${scope.relationship})`
  const because = reason === '' ? '' : ` Reason: ${reason}.`
  return `${what} request was received from portal patient ${name}${by} regarding appointment dated ${day} ${time}.${because} Use Portal Dashboard to confirm with patient.`
}

interface Told {
  event: string
  eid: number
  hostEvent: 'scheduling-insert' | 'scheduling-update'
}

async function tellEverybody(portal: Portal, tx: Tx, actor: Actor, scope: ChartScope, told: Told): Promise<void> {
  const subject = `appointment:${String(told.eid)}`
  await recordAudit(tx, portal.clock, actor, { event: told.event, subject, pid: scope.pid, record: scope.record })
  await publish(tx, portal.clock, {
    event: told.event,
    payload: { eid: told.eid, pid: scope.pid, record: scope.record },
  })
  await writeHostLog(tx, {
    at: wallClock(portal.clock.now()),
    event: told.hostEvent,
    category: 'Scheduling',
    user: 'portal-user',
    comment: `Foyer: ${told.event}, event ${String(told.eid)}`,
    pid: scope.pid,
    success: true,
    from: 'onsite-portal',
  })
}

export interface CancelInput {
  scope: ChartScope
  /** As addresses name it. */
  id: string
  reason: string
}

export type CancelOutcome =
  { ok: true; appointment: Appointment } | { ok: false; reason: CancelRefusal; appointment: Appointment | undefined }

/**
 * Takes an appointment off the calendar as its patient. The host keeps the row and marks it `x`, with the reason in
 * place of the comment, and its provider gets a note (facts §2.5). Refused: 'not-found', 'already-over',
 * 'already-cancelled', 'of-series', 'too-late' (inside the practice's minimum notice).
 */
export async function cancelAppointment(portal: Portal, actor: Actor, input: CancelInput): Promise<CancelOutcome> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [`patient:${String(input.scope.pid)}`])
    // The lock before the first look: staff may be deciding just now, and then we see what they decided.
    const event = await lockEvent(tx, parseAppointmentId(input.id)?.eid ?? 0)
    const appointment = event && (await findAppointment(portal, tx, input.scope, input.id))
    const refusal = whyNotCancel(appointment, portal.clock.now(), portal.settings().minimumNotice)
    if (refusal || !appointment) return { ok: false, reason: refusal ?? 'not-found', appointment }

    const now = portal.clock.now()
    await setStatus(tx, event, { status: CANCELLED, at: wallClock(now), text: input.reason })
    await tx.change(
      `UPDATE foyer_appointment_requests
          SET state = 'cancelled', open_key = NULL, version = version + 1, decided_at = :now, decided_by = NULL
        WHERE pc_eid = :eid`,
      { eid: event.eid, now: utc(now) },
    )
    const provider = await findStaff(tx, event.providerId)
    await writeStaffNote(tx, {
      at: wallClock(now),
      pid: input.scope.pid,
      title: 'Patient Reminders',
      text: noteText('A Cancelled Appointment', input.scope, appointment.day, appointment.start, input.reason),
      to: provider?.username,
      from: 'portal-user',
    })
    await tellEverybody(portal, tx, actor, input.scope, {
      event: 'appointment.cancelled',
      eid: event.eid,
      hostEvent: 'scheduling-update',
    })
    return { ok: true, appointment: { ...appointment, standing: 'cancelled', hostStatus: CANCELLED } }
  })
}
