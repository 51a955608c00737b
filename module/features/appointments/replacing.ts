/** Whoever confirms a visit that moves another one takes the other off the calendar: patient, staff, or the host's screens. */
import type { Portal } from '../../access/portal.js'
import { CANCELLED, isCancelled } from '../../host/statuses.js'
import type { Tx } from '../../platform/database.js'
import { hasBegun } from './appointment.js'
import { joined, writeStatus, type Writer } from './boardLines.js'
import { settle, visitIn, type Visit } from './requests.js'

/** A visit that has left the calendar, as it stood before, and what staff read in its comment since. */
export interface Replaced {
  old: Visit
  text: string
}

/**
 * Cancels the visit that this one moves, unless it is over, or its patient has come to it; undefined: then, and where
 * it moves none. The caller tells of it, and comes before the look whether the new time is free: it may lie over the old.
 */
export async function giveUpReplaced(
  portal: Portal,
  tx: Tx,
  writer: Writer,
  visit: Visit,
  /** Who decided, as the request keeps it; null: its patient. */
  by: string | null,
): Promise<Replaced | undefined> {
  const old = await replacedBy(portal, tx, visit)
  if (!old) return undefined
  const { day, start } = visit.event
  const text = joined(old.event.text, `Moved to ${day} ${start.slice(0, 5)}`)
  await writeStatus(portal, tx, writer, old, { status: CANCELLED, text })
  if (old.request) await settle(tx, portal, old.request, { state: 'cancelled', reason: '', by })
  return { old, text }
}

/** The visit that this one moves, held; undefined: none, or none that would leave the calendar by that. */
async function replacedBy(portal: Portal, tx: Tx, { event, request }: Visit): Promise<Visit | undefined> {
  const old = request?.replaces_eid == null ? undefined : await visitIn(tx, request.replaces_eid)
  if (!old || old.event.recurring || isCancelled(old.event.status) || old.event.pid !== event.pid) return undefined
  return hasBegun(old.event, portal.clock.now()) ? undefined : old
}
