/**
 * Laid over another visit on purpose: a permission of its own, a route of its own, and a reason. The calendar shows the
 * reason, and the audit trail names the deed, so that nobody takes it for an accident (`appointment.overbooked`).
 */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { BOOKED, PENDING } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { joined } from './boardLines.js'
import { decide, type Press, type ProcessOutcome } from './processing.js'

export interface OverbookInput extends Press {
  /** For staff: it stands in the calendar. */
  reason: string
}

/** Confirms a pending request where it stands, whatever lies over it. Refused like any confirmation but for the overlap. */
export function overbook(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: OverbookInput,
): Promise<ProcessOutcome> {
  return decide<never>(portal, member, actor, input, (_tx, { event }) => {
    if (event.status !== PENDING) return { ok: false, reason: 'changed', status: event.status }
    const text = joined(event.text, `Overbooked: ${input.reason}`)
    return { ok: true, status: BOOKED, text, state: 'confirmed', reason: '', over: true }
  })
}
