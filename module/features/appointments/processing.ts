/** The staff's verbs, each one transaction. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { eventProvider, lockEvent, setStatus, type LockedEvent } from '../../host/events.js'
import { writeHostLog } from '../../host/log.js'
import { CANCELLED, isCancelled, PENDING, readStatuses } from '../../host/statuses.js'
import { trackVisit } from '../../host/tracker.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc, wallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { takeTurn } from '../../platform/turns.js'
import { isLaidOver } from './openings.js'

export type ProcessOutcome =
  | { ok: true; eid: number; status: string }
  | { ok: false; reason: 'not-found' }
  /** Not an active status of the site's list. */
  | { ok: false; reason: 'unknown-status' }
  /** One day of a series: the host splits series in its own calendar. */
  | { ok: false; reason: 'of-series' }
  /** It has come to an end, with this status. */
  | { ok: false; reason: 'over'; status: string }
  /** It is not what was on the screen any more. */
  | { ok: false; reason: 'changed'; status: string }
  /** Another active event of the provider lies over it. */
  | { ok: false; reason: 'overlap' }

export interface StatusInput {
  eid: number
  /** An apptstat id of the site; `-` confirms. */
  status: string
  /** Added to the comment that staff see. */
  note: string
  /** The status that the screen showed; undefined: whatever it is now. */
  seen: string | undefined
}

/**
 * Sets any active status of the host's list, with its flow-board rows (facts §2.6). Confirming looks for overlaps again;
 * what the practice laid over a confirmed visit since is its own affair, and does not keep anybody from arriving.
 */
export async function processAppointment(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: StatusInput,
): Promise<ProcessOutcome> {
  const statuses = await readStatuses(portal.db)
  if (!statuses.some((status) => status.id === input.status)) return { ok: false, reason: 'unknown-status' }
  return decide(portal, member, actor, input.eid, input.seen, async (tx, event) => {
    const confirms = event.status === PENDING && stateOf(input.status) === 'confirmed'
    if (confirms && (await isLaidOver(portal, tx, event))) return { ok: false, reason: 'overlap' }
    const text = input.note === '' ? {} : { text: joined(event.text, input.note) }
    // The note is for staff: what stands in the decision, the patient reads.
    return { ok: true, status: input.status, ...text, state: stateOf(input.status), reason: '' }
  })
}

export interface DeclineInput {
  eid: number
  /** The patient reads it. */
  reason: string
  seen: string | undefined
}

/** Declines a request: the time is free again, the patient sees why. Only while it is pending. */
export async function declineAppointment(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: DeclineInput,
): Promise<ProcessOutcome> {
  return decide(portal, member, actor, input.eid, input.seen, (_tx, event) => {
    if (event.status !== PENDING) return { ok: false, reason: 'changed', status: event.status }
    const text = joined(event.text, `Declined: ${input.reason}`)
    return { ok: true, status: CANCELLED, text, state: 'declined', reason: input.reason }
  })
}

type Decision =
  { ok: true; status: string; text?: string; state: string; reason: string } | Extract<ProcessOutcome, { ok: false }>

async function decide(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  eid: number,
  seen: string | undefined,
  how: (tx: Tx, event: LockedEvent) => Decision | Promise<Decision>,
): Promise<ProcessOutcome> {
  const provider = await eventProvider(portal.db, eid)
  if (provider === undefined) return { ok: false, reason: 'not-found' }
  return portal.db.transaction(async (tx): Promise<ProcessOutcome> => {
    await takeTurn(tx, [`provider:${String(provider)}`])
    const event = await lockEvent(tx, eid)
    if (event?.pid === undefined) return { ok: false, reason: 'not-found' }
    if (event.recurring) return { ok: false, reason: 'of-series' }
    if (isCancelled(event.status)) return { ok: false, reason: 'over', status: event.status }
    if (seen !== undefined && seen !== event.status) return { ok: false, reason: 'changed', status: event.status }
    const decision = await how(tx, event)
    if (!decision.ok) return decision
    await carryOut(portal, tx, member, actor, { ...event, pid: event.pid }, decision)
    return { ok: true, eid, status: decision.status }
  })
}

async function carryOut(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  event: LockedEvent & { pid: number },
  decision: Extract<Decision, { ok: true }>,
): Promise<void> {
  const now = portal.clock.now()
  const at = wallClock(now)
  await setStatus(tx, event, {
    status: decision.status,
    at,
    informant: member.id,
    ...(decision.text === undefined ? {} : { text: decision.text }),
  })
  await trackVisit(tx, { ...event, status: decision.status }, member.username, at)
  await tx.change(
    `UPDATE foyer_appointment_requests
        SET state = :state, open_key = IF(:open, open_key, NULL), version = version + 1,
            decided_by = :by, decided_at = :now, decision_reason = NULLIF(:reason, '')
      WHERE pc_eid = :eid`,
    {
      state: decision.state,
      open: decision.state === 'requested' ? 1 : 0,
      by: member.username,
      now: utc(now),
      reason: decision.reason,
      eid: event.eid,
    },
  )
  const what = eventName(event.status, decision.state)
  const subject = `appointment:${String(event.eid)}`
  await recordAudit(tx, portal.clock, actor, {
    event: what,
    subject,
    pid: event.pid,
    details: { from: event.status, to: decision.status },
  })
  await publish(tx, portal.clock, { event: what, payload: { eid: event.eid, pid: event.pid, status: decision.status } })
  await writeHostLog(tx, {
    at,
    event: 'scheduling-update',
    category: 'Scheduling',
    user: member.username,
    groupname: 'Default',
    comment: `Foyer: event ${String(event.eid)}, status ${event.status} to ${decision.status}`,
    pid: event.pid,
    success: true,
    from: 'portal-dashboard',
  })
}

/** What listeners and the audit trail call it. Who was confirmed before and arrives is not confirmed once more. */
function eventName(before: string, state: string): string {
  const pending = before === PENDING
  if (state === 'requested') return pending ? 'appointment.status-set' : 'appointment.reopened'
  return state === 'confirmed' && !pending ? 'appointment.status-set' : `appointment.${state}`
}

/** What the request becomes when its event gets this status. */
function stateOf(status: string): string {
  if (status === PENDING) return 'requested'
  return isCancelled(status) ? 'cancelled' : 'confirmed'
}

function joined(before: string, added: string): string {
  return before === '' ? added : `${before}\n${added}`
}
