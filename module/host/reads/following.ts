/** What the host's own screens did since Foyer last looked, found by set. */
import { PENDING } from '../statuses.js'
import type { Queryable, Tx } from '../../platform/database.js'
import type { Day } from '../../platform/clock.js'

/**
 * Visits that wait from a day on and that Foyer has no request for: asked for in the host's own portal. Of a visit with
 * several providers the first row; series are the host's own affair. The oldest first, so many at most.
 */
export async function unknownPending(db: Queryable, from: Day, limit: number): Promise<number[]> {
  const rows = await db.select<{ pc_eid: number }>(
    `SELECT e.pc_eid FROM openemr_postcalendar_events e
       LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid
      WHERE e.pc_apptstatus = :pending AND e.pc_eventDate >= :from AND e.pc_recurrtype = 0 AND r.id IS NULL
        AND COALESCE(e.pc_pid, '') NOT IN ('', '0')
        AND (e.pc_multiple = 0 OR NOT EXISTS (
          SELECT 1 FROM openemr_postcalendar_events sibling
            LEFT JOIN foyer_appointment_requests known ON known.pc_eid = sibling.pc_eid
           WHERE sibling.pc_eventDate = e.pc_eventDate AND sibling.pc_multiple = e.pc_multiple
             AND (sibling.pc_eid < e.pc_eid OR known.id IS NOT NULL)))
      ORDER BY e.pc_eid LIMIT ${String(Math.trunc(limit))}`, // sql-safe: a number
    { pending: PENDING, from },
  )
  return rows.map((row) => row.pc_eid)
}

/** A request with what its patient's page last said of its event, and the event as it is now. */
export interface FollowedRow {
  id: number
  pc_eid: number
  /** null: an account's own booking. */
  pid: number | null
  record: string | null
  state: string
  day: Day
  told_status: string | null
  told_day: Day | null
  told_start: string | null
  told_provider: string | null
  /** The visit whose place it is to take. */
  replaces_eid: number | null
  /** 0: the event is gone, or another patient's by now. */
  standing: 0 | 1
  status: string | null
  event_day: Day | null
  start: string | null
  provider: string | null
}

// Given to another patient it is not what this one asked for.
const theirs = `(e.pc_eid IS NOT NULL AND COALESCE(CONVERT(r.pid, CHAR), '') = COALESCE(NULLIF(e.pc_pid, '0'), ''))`

const followed = `SELECT r.id, r.pc_eid, r.pid, r.record, r.state, r.day, r.told_status, r.told_day, r.told_start, r.told_provider,
    r.replaces_eid, ${theirs} AS standing, e.pc_apptstatus AS status, e.pc_eventDate AS event_day, e.pc_startTime AS start, e.pc_aid AS provider
  FROM foyer_appointment_requests r LEFT JOIN openemr_postcalendar_events e ON e.pc_eid = r.pc_eid
 WHERE IF(${theirs},
    r.state <> 'removed' AND NOT (r.told_status <=> e.pc_apptstatus AND r.told_day <=> e.pc_eventDate
      AND r.told_start <=> e.pc_startTime AND r.told_provider <=> e.pc_aid),
    r.state IN ('requested', 'proposed', 'confirmed'))` // sql-safe: constants

/**
 * Requests whose event is not what was last told of it, so many at most. Only those told to be on this day or later;
 * what was never told goes by the day that was asked for. One statement over an index of each.
 */
export function changedByHost(db: Queryable, from: Day, limit: number): Promise<FollowedRow[]> {
  return db.select<FollowedRow>(
    `${followed} AND r.told_day >= :from UNION ALL ${followed} AND r.told_day IS NULL AND r.day >= :from
      ORDER BY id LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { from },
  )
}

/** The same of one request, if it still differs; the caller holds its event's lock. */
export function stillChanged(tx: Tx, eid: number): Promise<FollowedRow | undefined> {
  return tx.first<FollowedRow>(`${followed} AND r.pc_eid = :eid`, { eid }) // sql-safe: constants
}

/** A patient's wish to be taken off the calendar, and what it is about. */
export interface OpenCancellation {
  id: number
  pc_eid: number
  day: Day
  pid: number | null
  /** Null: the event is gone. */
  status: string | null
  pc_eventDate: Day | null
  pc_endDate: Day | null
  pc_recurrtype: number
  pc_recurrspec: string | null
}

/** Those that nobody has decided, so many at most. */
export function openCancellations(db: Queryable, limit: number): Promise<OpenCancellation[]> {
  return db.select<OpenCancellation>(
    `SELECT asked.id, asked.pc_eid, asked.day, asked.pid, e.pc_apptstatus AS status, e.pc_eventDate, e.pc_endDate,
            COALESCE(e.pc_recurrtype, 0) AS pc_recurrtype, e.pc_recurrspec
       FROM foyer_cancellation_requests asked LEFT JOIN openemr_postcalendar_events e ON e.pc_eid = asked.pc_eid
      WHERE asked.open_key IS NOT NULL ORDER BY asked.id LIMIT ${String(Math.trunc(limit))}`, // sql-safe: a number
  )
}
