/** A visit's status in the calendar, and its lines on the flow board, which follow it (facts §2.6). */
import type { Portal } from '../../access/portal.js'
import { setStatus, type LockedEvent } from '../../host/events.js'
import { trackVisit } from '../../host/tracker.js'
import { wallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import type { Visit } from './requests.js'

/** Who writes, as the host's rows name them. */
export interface Writer {
  username: string
  /** users.id; undefined: nobody of staff, and whom the event names stays. */
  id?: number
}

/** Under this name the host knows what its patients do. */
export const AS_PATIENT: Writer = { username: 'portal-user' }

/** The event's status and comment, and its line on the flow board for each provider, as the host does (facts §2.6). */
export async function writeStatus(
  portal: Portal,
  tx: Tx,
  writer: Writer,
  visit: Visit,
  to: { status: string; text?: string },
): Promise<void> {
  await setStatus(tx, visit.event, {
    ...to,
    at: wallClock(portal.clock.now()),
    ...(writer.id === undefined ? {} : { informant: writer.id }),
  })
  await trackRows(portal, tx, writer, visit, { ...visit.event, status: to.status })
}

/** Somebody without a chart has no line on the flow board yet: linking them gives the event its patient. */
export async function trackRows(
  portal: Portal,
  tx: Tx,
  { username }: Writer,
  { rows }: { rows: readonly { eid: number; room: string }[] },
  as: LockedEvent,
): Promise<void> {
  if (as.pid === undefined) return
  const { pid, day, start, status } = as
  for (const { eid, room } of rows) {
    await trackVisit(tx, { eid, pid, day, start, status, room }, username, wallClock(portal.clock.now()))
  }
}

/** What is added to the comment that staff see stands on a line of its own. */
export function joined(before: string, added: string): string {
  return before === '' ? added : `${before}\n${added}`
}
