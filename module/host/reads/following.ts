/** What the host's own screens did since Foyer last looked, found by set. */
import { PENDING } from '../statuses.js'
import type { Queryable, Tx } from '../../platform/database.js'
import type { Day, WallClock } from '../../platform/clock.js'

/** So many at most, after this one by their ids. */
export interface Page {
  after: number
  limit: number
}

/**
 * Visits that wait from a day on and that Foyer has no request for: asked for in the host's own portal. Of a visit with
 * several providers the first row; series are the host's own affair. By pc_eid, a page of them.
 */
export async function unknownPending(db: Queryable, from: Day, { after, limit }: Page): Promise<number[]> {
  const rows = await db.select<{ pc_eid: number }>(
    `SELECT e.pc_eid FROM openemr_postcalendar_events e
       LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid
      WHERE e.pc_apptstatus = :pending AND e.pc_eventDate >= :from AND e.pc_recurrtype = 0 AND r.id IS NULL AND e.pc_eid > :after
        AND COALESCE(e.pc_pid, '') NOT IN ('', '0')
        AND (e.pc_multiple = 0 OR NOT EXISTS (
          SELECT 1 FROM openemr_postcalendar_events sibling
            LEFT JOIN foyer_appointment_requests known ON known.pc_eid = sibling.pc_eid
           WHERE sibling.pc_eventDate = e.pc_eventDate AND sibling.pc_multiple = e.pc_multiple
             AND (sibling.pc_eid < e.pc_eid OR known.id IS NOT NULL)))
      ORDER BY e.pc_eid LIMIT ${String(Math.trunc(limit))}`, // sql-safe: a number
    { pending: PENDING, from, after },
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
 * Requests whose event is not what was last told of it, a page of them. Only those told to be on this day or later;
 * what was never told goes by the day that was asked for. One statement over an index of each.
 */
export function changedByHost(db: Queryable, from: Day, { after, limit }: Page): Promise<FollowedRow[]> {
  return db.select<FollowedRow>(
    `${followed} AND r.told_day >= :from AND r.id > :after
     UNION ALL ${followed} AND r.told_day IS NULL AND r.day >= :from AND r.id > :after
      ORDER BY id LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { from, after },
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
  /** 0: the host has given the event to another patient. */
  theirs: 0 | 1
  /** Null: the event is gone. */
  status: string | null
  pc_eventDate: Day | null
  pc_endDate: Day | null
  pc_recurrtype: number
  pc_recurrspec: string | null
}

/** Whether who asked is still whose visit it is. */
export const askedByThem = `COALESCE(CONVERT(asked.pid, CHAR), '') = COALESCE(NULLIF(e.pc_pid, '0'), '')`

/**
 * Those that nobody has decided and that may have to end, a page of them: the visit is off the calendar, another patient's by now,
 * or of a series (which the caller reads), or its day is over. What simply waits is left out.
 */
export function openCancellations(
  db: Queryable,
  { today, after, limit }: Page & { today: Day },
): Promise<OpenCancellation[]> {
  return db.select<OpenCancellation>(
    `SELECT asked.id, asked.pc_eid, asked.day, asked.pid, ${askedByThem} AS theirs, e.pc_apptstatus AS status, e.pc_eventDate, e.pc_endDate,
            COALESCE(e.pc_recurrtype, 0) AS pc_recurrtype, e.pc_recurrspec
       FROM foyer_cancellation_requests asked LEFT JOIN openemr_postcalendar_events e ON e.pc_eid = asked.pc_eid
      WHERE asked.open_key IS NOT NULL AND asked.id > :after
        AND (e.pc_eid IS NULL OR e.pc_apptstatus IN ('x', '%') OR e.pc_recurrtype > 0 OR e.pc_eventDate < :today OR NOT ${askedByThem})
      ORDER BY asked.id LIMIT ${String(Math.trunc(limit))}`, // sql-safe: a constant and a number
    { today, after },
  )
}

/** Whether a day that has left its series has an active row of its own, for the same patient with the same provider. */
export async function standsAlone(
  db: Queryable,
  { pc_eid: eid, day }: Pick<OpenCancellation, 'pc_eid' | 'day'>,
): Promise<boolean> {
  const single = await db.first(
    `SELECT one.pc_eid FROM openemr_postcalendar_events series
       JOIN openemr_postcalendar_events one ON one.pc_pid = series.pc_pid AND one.pc_eventDate = :day
      WHERE series.pc_eid = :eid AND series.pc_pid <> '' AND one.pc_recurrtype = 0 AND one.pc_aid = series.pc_aid
        AND one.pc_catid = series.pc_catid AND one.pc_apptstatus NOT IN ('x', '%') LIMIT 1`,
    { eid, day },
  )
  return single !== undefined
}

/** A proposal that waits for its patient although its time has come. */
export interface LapsedProposal {
  id: number
  eid: number
  /** users.id, as text: with whom the patient had asked for it. */
  from_provider: string
}

/** A page of them; `now` on the practice's wall. */
export function lapsedProposals(db: Queryable, now: WallClock, { after, limit }: Page): Promise<LapsedProposal[]> {
  return db.select<LapsedProposal>(
    `SELECT q.id, q.open_eid AS eid, q.from_provider
       FROM foyer_appointment_proposals q JOIN openemr_postcalendar_events e ON e.pc_eid = q.open_eid
      WHERE q.open_eid IS NOT NULL AND q.id > :after AND e.pc_apptstatus = :pending
        AND TIMESTAMP(e.pc_eventDate, COALESCE(e.pc_startTime, '00:00:00')) <= :now
      ORDER BY q.id LIMIT ${String(Math.trunc(limit))}`, // sql-safe: a number
    { now, after, pending: PENDING },
  )
}
