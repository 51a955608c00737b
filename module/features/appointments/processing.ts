/** The staff's verbs on a visit, each one transaction: host rows, our rows, audit, outbox event, host log, or none of them. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { BOOKED, CANCELLED, isCancelled, PENDING, readStatuses } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import type { Tx } from '../../platform/database.js'
import { offerAlternatives, type NotOffered, type OfferedTime } from './alternatives.js'
import { joined, writeStatus } from './boardLines.js'
import { arrive } from './checkingIn.js'
import { isLaidOver } from './openings.js'
import { endProposal, openProposal } from './proposals.js'
import { giveUpReplaced } from './replacing.js'
import {
  adopted,
  heldByAnother,
  inHand,
  isAsSeen,
  settle,
  type HeldByAnother,
  type NotInHand,
  type Settled,
  type Visit,
} from './requests.js'
import { tellOfStaff } from './telling.js'
import { rememberDeed, requestBefore, stateOfEvent, type Deed } from './press.js'

export type ProcessOutcome = { ok: true; eid: number; status: string } | ProcessRefusal

export type ProcessRefusal =
  | NotInHand
  | HeldByAnother
  /** Not an active status of the site's list. */
  | { ok: false; reason: 'unknown-status' }
  /** A whole series: each of its days is decided by itself (dayOfSeries.ts), or all in the host's calendar. */
  | { ok: false; reason: 'of-series' }
  /** How the series repeats cannot be read. */
  | { ok: false; reason: 'unreadable-series' }
  /** It has come to an end, with this status. */
  | { ok: false; reason: 'over'; status: string }
  /** Another active event of a provider lies over it. */
  | { ok: false; reason: 'overlap' }

/** What every press of staff carries. */
export interface Press {
  eid: number
  /** What the screen showed (requests.ts versionOf), or the status alone; undefined: whatever it is now. */
  seen: string | undefined
  /** Under which it can be taken back for a short while; undefined: not at all. */
  undo?: string | undefined
}

export interface StatusInput extends Press {
  /** An apptstat id of the site; `-` confirms. */
  status: string
  /** Added to the comment that staff see. */
  note: string
}

/**
 * Sets any active status of the host's list, with its flow-board rows (facts §2.6). Confirming looks for overlaps again;
 * what the practice laid over a confirmed visit since is its own affair, and does not keep anybody from arriving.
 * Confirming a visit that moves another one takes the other off the calendar; who arrives gets an encounter (checkingIn.ts).
 */
export async function processAppointment(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: StatusInput,
): Promise<ProcessOutcome> {
  const statuses = await readStatuses(portal.db)
  const status = statuses.find((each) => each.id === input.status)
  if (!status) return { ok: false, reason: 'unknown-status' }
  return decide<never>(portal, member, actor, input, (_tx, { event, request }) => {
    const state = input.status === PENDING && event.status === PENDING ? request?.state : undefined
    const text = input.note === '' ? {} : { text: joined(event.text, input.note) }
    // The note is for staff: what stands in the decision, the patient reads.
    return { ok: true, status: input.status, ...text, state: stateNamed(state) ?? stateOf(input.status), reason: '' }
  })
}

export interface DeclineInput extends Press {
  /** The patient reads it. */
  reason: string
  /** Times with the same provider that the patient can take in one press, three at most. */
  alternatives?: readonly OfferedTime[]
}

export type DeclineOutcome = ProcessOutcome | NotOffered

/**
 * Declines a request: the time is free again, the patient sees why, and may take one of the times that are named instead
 * (free now; not held). Only while it is pending. Refused also: 'too-many' alternatives, 'not-free' with those that are not.
 */
export async function declineAppointment(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: DeclineInput,
): Promise<DeclineOutcome> {
  const offered = input.alternatives ?? []
  if (offered.length > 3) return { ok: false, reason: 'too-many' }
  return decide<NotOffered>(portal, member, actor, input, async (tx, { event }) => {
    if (event.status !== PENDING) return { ok: false, reason: 'changed', status: event.status }
    const refusal = await offerAlternatives(portal, tx, member, event, offered)
    if (refusal) return refusal
    const text = joined(event.text, `Declined: ${input.reason}`)
    return { ok: true, status: CANCELLED, text, state: 'declined', reason: input.reason, offered: offered.length > 0 }
  })
}

/** What becomes of a visit, as a verb has decided. */
export interface Decision {
  ok: true
  status: string
  /** Replaces the comment that staff see. */
  text?: string
  state: Settled['state']
  /** The patient reads it. */
  reason: string
  /** Staff lay it over another visit knowingly: no overlap is looked for. */
  over?: boolean
  /** Times were named with it. */
  offered?: boolean
}

/**
 * The way of every decision on one visit: in hand, still undecided and as it was seen, nobody else at it; then decided,
 * carried out and kept.
 */
export function decide<More extends { ok: false }>(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  press: Press,
  how: (tx: Tx, visit: Visit) => Decision | ProcessRefusal | More | Promise<Decision | ProcessRefusal | More>,
): Promise<ProcessOutcome | More> {
  return inHand<ProcessOutcome | More>(portal, press.eid, async (tx, found) => {
    const refusal = whyNotDecide(portal, member, found, press.seen)
    if (refusal) return refusal
    const visit = await adopted(tx, portal, found)
    const decision = await how(tx, visit)
    if (!decision.ok) return decision
    const deed = await carryOut(portal, tx, member, actor, visit, decision)
    if (!deed) return { ok: false, reason: 'overlap' }
    await rememberDeed(tx, portal, member, press.undo, deed)
    return { ok: true, eid: visit.event.eid, status: decision.status }
  })
}

/** Why staff may not decide on a visit as it stands: of a series, over, not as seen, or somebody else's at the moment. */
export function whyNotDecide(
  portal: Portal,
  member: StaffMember,
  { event, request }: Visit,
  seen: string | undefined,
): ProcessRefusal | undefined {
  if (event.recurring) return { ok: false, reason: 'of-series' }
  if (isCancelled(event.status)) return { ok: false, reason: 'over', status: event.status }
  if (!isAsSeen(event, seen)) return { ok: false, reason: 'changed', status: event.status }
  return heldByAnother(portal, request, member)
}

/** Undefined: something lies over it, and nothing that was written here may stay. */
async function carryOut(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  visit: Visit,
  decision: Decision,
): Promise<Deed | undefined> {
  const { event, request } = visit
  const confirms = event.status === PENDING && decision.state === 'confirmed'
  // First, since the new time may lie over the old.
  const replaced = confirms ? await cancelReplaced(portal, tx, member, actor, visit) : undefined
  if (confirms && decision.over !== true && (await isLaidOver(portal, tx, event))) return undefined

  const ended = decision.state === 'proposed' ? undefined : await openProposal(tx, event.eid)
  if (ended) await endProposal(tx, portal, event.eid, { state: confirms ? 'accepted' : 'withdrawn' })
  await writeStatus(portal, tx, member, visit, decision)
  const encounter = await arrive(portal, tx, member, {
    ...{ pid: event.pid, day: event.day, status: decision.status },
    eids: [event.eid, ...visit.rows.map(({ eid }) => eid).filter((eid) => eid !== event.eid)],
  })
  if (request) await settle(tx, portal, request, { ...decision, by: member.username })
  await tellOfStaff(portal, tx, member, actor, visit, {
    event: decision.over === true ? 'appointment.overbooked' : eventName(event.status, decision.state),
    status: decision.status,
    ...(encounter === undefined ? {} : { encounter }),
  })
  const after = { ...event, status: decision.status, text: decision.text ?? event.text }
  return {
    what: whatOf(event.status, decision),
    eid: event.eid,
    from: stateOfEvent(event),
    to: stateOfEvent(after),
    ...(request ? { request: requestBefore(request, { version: request.version + 1, holder: null }) } : {}),
    ...(ended ? { proposal: { ended: ended.id } } : {}),
    ...(decision.offered === true ? { offered: true } : {}),
    ...(replaced ? { replaced } : {}),
    ...(encounter === undefined ? {} : { encounter }),
  }
}

/** The visit that this one moves leaves the calendar with it. */
async function cancelReplaced(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  visit: Visit,
): Promise<Deed | undefined> {
  const replaced = await giveUpReplaced(portal, tx, member, visit, member.username)
  if (!replaced) return undefined
  const { old, text } = replaced
  await tellOfStaff(portal, tx, member, actor, old, {
    event: 'appointment.cancelled',
    status: CANCELLED,
    replacedBy: visit.event.eid,
  })
  return {
    what: 'cancelled',
    eid: old.event.eid,
    from: stateOfEvent(old.event),
    to: stateOfEvent({ ...old.event, status: CANCELLED, text }),
    ...(old.request ? { request: requestBefore(old.request, { version: old.request.version + 1, holder: null }) } : {}),
  }
}

/** What listeners and the audit trail call it. Who was confirmed before and arrives is not confirmed once more. */
function eventName(before: string, state: Settled['state']): string {
  const pending = before === PENDING
  if (state === 'requested' || state === 'proposed') return pending ? 'appointment.status-set' : 'appointment.reopened'
  return state === 'confirmed' && !pending ? 'appointment.status-set' : `appointment.${state}`
}

function whatOf(before: string, { status, state }: Decision): Deed['what'] {
  if (state === 'declined' || state === 'cancelled') return state
  return before === PENDING && status === BOOKED ? 'confirmed' : 'status-set'
}

/** What the request becomes when its event gets this status. */
export function stateOf(status: string): Settled['state'] {
  if (status === PENDING) return 'requested'
  return isCancelled(status) ? 'cancelled' : 'confirmed'
}

function stateNamed(state: string | undefined): Settled['state'] | undefined {
  return state === 'proposed' ? state : undefined
}
