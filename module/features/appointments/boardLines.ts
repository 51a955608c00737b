/** A visit's status in the calendar, and its lines on the flow board, which follow it (facts §2.6). */
import type { Portal } from '../../access/portal.js'
import { setStatus, type LockedEvent } from '../../host/events.js'
import { splitDay } from '../../host/seriesDays.js'
import { trackVisit } from '../../host/tracker.js'
import type { Actor } from '../../platform/audit.js'
import { wallClock, type Day } from '../../platform/clock.js'
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

/** Under this name the host itself is at work: what no person did. */
export const AS_FOYER: Writer = { username: 'oe-system' }

/** Who did it, where time did and Foyer wrote it down. */
export const foyer: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

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

/**
 * One day of a series gets a status of its own: it leaves the series for a row of its own in the calendar of each
 * provider, with its line on the flow board. Answers their pc_eid: that day goes by the first from now on.
 */
export async function writeDay(
  portal: Portal,
  tx: Tx,
  writer: Writer,
  { event, rows }: Visit,
  day: Day,
  to: { status: string; text?: string },
): Promise<number[]> {
  const eids = await splitDay(tx, event, day, {
    ...{ ...to, at: wallClock(portal.clock.now()), noEndDate: portal.site.noEndDate },
    ...(writer.id === undefined ? {} : { informant: writer.id }),
  })
  const ofDay = eids.map((eid, at) => ({ eid, room: rows[at]?.room ?? event.room }))
  await trackRows(portal, tx, writer, { rows: ofDay }, { ...event, day, status: to.status })
  return eids
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

/**
 * The comment when its patient writes anew: their words take the place of those they wrote before, and what staff wrote
 * there stays. In the host's own portal nobody knows whose words they are (facts §2.5): then all of them stay.
 */
export function reworded(text: string, before: string, now: string): string {
  const lines = `\n${text}\n`
  const at = before === '' ? -1 : lines.indexOf(`\n${before}\n`)
  const kept = at < 0 ? [text, now] : [lines.slice(1, at), now, lines.slice(at + before.length + 2, -1)]
  return kept.filter((part) => part !== '').join('\n')
}
