/** The practice asks for another time: the request stands there, held, until the patient accepts or answers. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { moveEvent, setStatus, type LockedEvent } from '../../host/events.js'
import { minuteOfDay } from '../../host/schedule.js'
import { findStaff } from '../../host/staff.js'
import { PENDING } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { utc, wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { wishOf } from './alternatives.js'
import { hasBegun } from './appointment.js'
import { joined, trackRows, type Writer } from './boardLines.js'
import type { FreeTime } from './availability.js'
import { isLaidOver, nearestOpenings } from './openings.js'
import { whyNotDecide, type Press, type ProcessRefusal } from './processing.js'
import { endProposal, openProposal, type Proposal } from './proposals.js'
import { adopted, inHand, settle, type RequestRow, type Visit } from './requests.js'
import { tellOfStaff } from './telling.js'
import { rememberDeed, requestBefore, stateOfEvent } from './press.js'

export interface ProposeInput extends Press {
  day: Day
  /** HH:MM */
  time: string
  /** Another provider, users.id; undefined: the same. */
  provider: number | undefined
  /** The patient reads it. */
  note: string
  /** Why staff lay it over another visit knowingly: it stands in the calendar (overbooking.ts). */
  over?: string
}

export type ProposeOutcome =
  | { ok: true; eid: number }
  | Exclude<ProcessRefusal, { reason: 'overlap' | 'unknown-status' }>
  /** Not an active provider. */
  | { ok: false; reason: 'no-such-provider' }
  /** It has begun already. */
  | { ok: false; reason: 'past' }
  /** It stands there now. */
  | { ok: false; reason: 'same-time' }
  /** Something lies there. The nearest free times of that provider, three at most. */
  | { ok: false; reason: 'slot-taken'; alternatives: FreeTime[] }

const ALTERNATIVES = 3

/**
 * Moves a pending request to another time of the same or another provider, and asks the patient. Its earlier time is
 * free again. Office hours are not asked (the practice may put a visit wherever it likes), other visits are. A proposal
 * that was waiting already is replaced; what it would go back to stays what the patient asked for.
 */
export async function proposeTime(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: ProposeInput,
): Promise<ProposeOutcome> {
  if (input.provider !== undefined) {
    const provider = await findStaff(portal.db, input.provider)
    if (!provider?.active || !provider.authorized) return { ok: false, reason: 'no-such-provider' }
  }
  if (hasBegun({ day: input.day, start: input.time }, portal.clock.now())) {
    return { ok: false, reason: 'past' }
  }
  let wanted: LockedEvent | undefined
  const outcome = await inHand<ProposeOutcome>(
    portal,
    input.eid,
    async (tx, found) => {
      const refusal = whyNotPropose(portal, member, found, input.seen)
      if (refusal) return refusal
      const visit = await adopted(tx, portal, found)
      const { event, request } = visit
      const there = placeOf(event, input)
      if (stands(event, there)) return { ok: false, reason: 'same-time' }
      if (input.over === undefined && (await liesOver(portal, tx, event, there))) {
        wanted = there
        return { ok: false, reason: 'slot-taken', alternatives: [] }
      }
      if (!request) return { ok: false, reason: 'changed', status: event.status }
      await carryOut(portal, tx, member, actor, { ...visit, request }, there, input)
      return { ok: true, eid: event.eid }
    },
    input.provider === undefined ? [] : [input.provider],
  )
  if (outcome.ok || outcome.reason !== 'slot-taken' || !wanted) return outcome
  const at = { day: wanted.day, minute: minuteOfDay(wanted.start) ?? 0 }
  return { ...outcome, alternatives: await nearestOpenings(portal, portal.db, wishOf(wanted), at, ALTERNATIVES) }
}

function placeOf(event: LockedEvent, { day, time, provider, over }: ProposeInput): LockedEvent {
  const text = over === undefined ? event.text : joined(event.text, `Overbooked: ${over}`)
  return { ...event, day, start: `${time}:00`, providerId: provider ?? event.providerId, text }
}

function whyNotPropose(
  portal: Portal,
  member: StaffMember,
  visit: Visit,
  seen: string | undefined,
): Exclude<ProcessRefusal, { reason: 'overlap' | 'unknown-status' }> | undefined {
  const refusal = whyNotDecide(portal, member, visit, seen)
  if (refusal) return refusal as Exclude<ProcessRefusal, { reason: 'overlap' | 'unknown-status' }>
  if (visit.event.status !== PENDING) return { ok: false, reason: 'changed', status: visit.event.status }
  return undefined
}

function stands(event: LockedEvent, there: LockedEvent): boolean {
  return event.day === there.day && event.start === there.start && event.providerId === there.providerId
}

/** In the calendar of every provider who would see the patient there. The caller holds the turns of all of them. */
export async function liesOver(portal: Portal, tx: Tx, event: LockedEvent, there: LockedEvent): Promise<boolean> {
  if (await isLaidOver(portal, tx, there)) return true
  const other = event.multiple > 0 && there.providerId !== event.providerId
  return other && isLaidOver(portal, tx, { ...there, multiple: 0 })
}

type WithRequest = Visit & { request: RequestRow }

async function carryOut(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  visit: WithRequest,
  there: LockedEvent,
  input: ProposeInput,
): Promise<void> {
  const { event, request } = visit
  const before = await openProposal(tx, event.eid)
  if (before) await endProposal(tx, portal, event.eid, { state: 'replaced' })
  const made = await keepProposal(portal, tx, member, event, there, before, input)
  await moveVisit(portal, tx, member, visit, there)
  await settle(tx, portal, request, { state: 'proposed', reason: '', by: member.username })
  await tellOfStaff(portal, tx, member, actor, visit, {
    event: input.over !== undefined ? 'appointment.overbooked' : 'appointment.proposed',
    status: event.status,
    moved: `${there.day} ${there.start.slice(0, 5)}`,
  })
  await rememberDeed(tx, portal, member, input.undo, {
    what: 'proposed',
    eid: event.eid,
    from: stateOfEvent(event),
    to: stateOfEvent(there),
    request: requestBefore(request, { version: request.version + 1, holder: null }),
    proposal: { made, ...(before ? { ended: before.id } : {}) },
  })
}

/** Puts a visit there, with its comment and its lines on the flow board. */
export async function moveVisit(
  portal: Portal,
  tx: Tx,
  writer: Writer,
  visit: Visit,
  there: LockedEvent,
): Promise<void> {
  const { day, start, providerId } = there
  const at = wallClock(portal.clock.now())
  const by = writer.id === undefined ? {} : { informant: writer.id }
  if (there.text !== visit.event.text) await setStatus(tx, visit.event, { ...there, at, ...by })
  await moveEvent(tx, visit.event, { day, start: start.slice(0, 5), at, providerId, ...by })
  await trackRows(portal, tx, writer, visit, there)
}

async function keepProposal(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  event: LockedEvent,
  there: LockedEvent,
  before: Proposal | undefined,
  { note, over }: ProposeInput,
): Promise<number> {
  return tx.insert(
    `INSERT INTO foyer_appointment_proposals
       (pc_eid, from_day, from_start, from_provider, day, start_time, provider_id, minutes, note, over_another, state,
        proposed_by, proposed_at, open_eid)
     VALUES (:eid, :fromDay, :fromStart, :fromProvider, :day, :start, :provider, :minutes, :note, :overAnother, 'proposed',
        :by, :now, :eid)`,
    {
      eid: event.eid,
      fromDay: before?.from.day ?? event.day,
      fromStart: before?.from.start ?? event.start,
      fromProvider: String(before?.from.provider ?? event.providerId),
      day: there.day,
      start: there.start,
      provider: String(there.providerId),
      minutes: event.minutes,
      note,
      overAnother: over === undefined ? 0 : 1,
      by: member.username,
      now: utc(portal.clock.now()),
    },
  )
}

export type WithdrawOutcome =
  | { ok: true; eid: number }
  | Exclude<ProcessRefusal, { reason: 'unknown-status' }>
  /** Nothing waits for the patient's answer. */
  | { ok: false; reason: 'no-proposal' }

/** Takes a proposal back: the request stands again where the patient asked for it, if that is still free. */
export async function withdrawProposal(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  press: Press,
): Promise<WithdrawOutcome> {
  const waiting = await openProposal(portal.db, press.eid)
  return inHand<WithdrawOutcome>(
    portal,
    press.eid,
    async (tx, found) => {
      const refusal = whyNotPropose(portal, member, found, press.seen)
      if (refusal) return refusal
      const visit = await adopted(tx, portal, found)
      const { event, request } = visit
      const proposal = await openProposal(tx, event.eid)
      if (!proposal || !request || proposal.id !== waiting?.id) return { ok: false, reason: 'no-proposal' }
      const { day, start, provider } = proposal.from
      const there = { ...event, day, start: `${start}:00`, providerId: provider }
      if (await liesOver(portal, tx, event, there)) return { ok: false, reason: 'overlap' }
      await endProposal(tx, portal, event.eid, { state: 'withdrawn' })
      await moveVisit(portal, tx, member, visit, there)
      await settle(tx, portal, request, { state: 'requested', reason: '', by: member.username })
      await tellOfStaff(portal, tx, member, actor, visit, {
        event: 'appointment.proposal-withdrawn',
        status: event.status,
        moved: `${day} ${start}`,
      })
      await rememberDeed(tx, portal, member, press.undo, {
        what: 'withdrawn',
        eid: event.eid,
        from: stateOfEvent(event),
        to: stateOfEvent(there),
        request: requestBefore(request, { version: request.version + 1, holder: null }),
        proposal: { ended: proposal.id },
      })
      return { ok: true, eid: event.eid }
    },
    waiting ? [waiting.from.provider] : [],
  )
}
