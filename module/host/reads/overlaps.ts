/** Active events of the host's calendar that lie over a visit, found by set. */
import type { HostSite } from '../detect.js'
import { eventColumns, goesOn, recurrenceTypes, type PlacedRow } from '../eventRows.js'
import { closings } from '../holidays.js'
import type { Queryable } from '../../platform/database.js'
import type { Day } from '../../platform/clock.js'

/** One event over one visit. */
export interface Overlap {
  pc_eid: number
  /** 0: a day of the host's list of holidays. */
  other_eid: number
  /** The day of the visit. */
  day: Day
  /** Whose visit; null: an account's without a chart. */
  pid: number | null
}

export interface OverlapNamed extends Omit<Overlap, 'pid'> {
  /** The other's start, HH:MM:SS. */
  start: string | null
  all_day: number
  /** Of the other: its title, its category, whether that is the practice's own (cattype 2) or a provider's (1). */
  title: string
  category: string
  cattype: number
}

const begins = `TIME_TO_SEC(COALESCE(v.pc_startTime, '00:00:00'))`
const otherBegins = `near.days * 86400 + IF(o.pc_alldayevent, 0, TIME_TO_SEC(COALESCE(o.pc_startTime, '00:00:00')))`
// All day is whole days; what has no length takes one slot, as in the host (facts §2.8).
const otherLasts = `IF(o.pc_alldayevent, GREATEST(1, CEIL(o.pc_duration / 86400)) * 86400, IF(o.pc_duration > 0, o.pc_duration, :slot))`

// Joined by equal days: a range of days would be looked up anew for each visit, through all that its provider ever had.
const others = `JOIN openemr_postcalendar_events o FORCE INDEX (foyer_provider_day)
    ON o.pc_aid = v.pc_aid AND o.pc_eventDate = DATE_ADD(v.pc_eventDate, INTERVAL near.days DAY)`

// Office hours lie over everything: they are not in anybody's way.
export const active = (row: string): string =>
  `${row}.pc_recurrtype = 0 AND ${row}.pc_apptstatus NOT IN ('x', '%') AND ${row}.pc_catid NOT IN (2, 3)` // sql-safe: constants

const another = `${active('v')} AND ${active('o')} AND o.pc_eid <> v.pc_eid
  AND NOT (v.pc_multiple > 0 AND o.pc_multiple = v.pc_multiple)` // sql-safe: constants
const shareTime = `${begins} < ${otherBegins} + ${otherLasts} AND ${otherBegins} < ${begins} + GREATEST(v.pc_duration, 60)` // sql-safe: constants
const overAnother = `${another} AND ${shareTime}` // sql-safe: constants

/** The days of visits of Foyer's that are looked at together. */
export interface Stretch {
  from: Day
  until: Day
}

/** Visits that are looked at together: those that stand from a day on, up to and not including another, or these. */
export type Looked = Stretch | { eids: readonly number[]; from: Day }

// STRAIGHT_JOIN: from Foyer's own few rows to the calendar's many.
const standing = (looked: Looked): string =>
  `foyer_appointment_requests r FORCE INDEX (${'eids' in looked ? 'event' : 'told'})
  JOIN openemr_postcalendar_events v ON v.pc_eid = r.pc_eid` // sql-safe: constants
const ahead = (looked: Looked): string =>
  `${'eids' in looked ? 'r.pc_eid IN (:eids)' : 'r.told_day < :until'} AND r.told_day >= :from
    AND r.state IN ('requested', 'proposed', 'confirmed')` // sql-safe: constants

/** From a day on, the day up to which so many visits of Foyer's stand; undefined: fewer do. One look into an index. */
export async function dayAfterVisits(db: Queryable, from: Day, count: number): Promise<Day | undefined> {
  const row = await db.first<{ day: Day }>(
    `SELECT told_day AS day FROM foyer_appointment_requests
      WHERE told_day >= :from AND state IN ('requested', 'proposed', 'confirmed')
      ORDER BY told_day LIMIT 1 OFFSET ${String(Math.trunc(count))}`, // sql-safe: a number
    { from },
  )
  return row?.day
}

/**
 * Over each visit that Foyer committed, every active single event of its provider that begins on its day (or on the
 * next, where the visit itself runs past midnight). `slot`: seconds of the calendar's interval. One statement.
 */
export function overlapsAhead(db: Queryable, looked: Looked, slot: number): Promise<Overlap[]> {
  return db.select<Overlap>(
    `SELECT STRAIGHT_JOIN v.pc_eid, o.pc_eid AS other_eid, v.pc_eventDate AS day, CAST(NULLIF(v.pc_pid, '') AS SIGNED) AS pid
       FROM ${standing(looked)}
       JOIN (SELECT 0 AS days UNION ALL SELECT 1) near ON near.days = 0 OR ${begins} + v.pc_duration > 86400
       ${others}
      WHERE ${ahead(looked)} AND ${overAnother}`, // sql-safe: constants
    { ...looked, slot },
  )
}

/**
 * Over these visits, whoever made them: single events and closed days as they stand now, and series and absences of
 * several days that were flagged and still stand. One statement, whatever their number.
 */
export function overlapsOver(db: Queryable, eids: readonly number[], slot: number): Promise<OverlapNamed[]> {
  if (eids.length === 0) return Promise.resolve([])
  const named = `o.pc_startTime AS start, o.pc_alldayevent AS all_day, COALESCE(o.pc_title, '') AS title,
    COALESCE(c.pc_catname, '') AS category, COALESCE(c.pc_cattype, 0) AS cattype`
  const category = `LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = o.pc_catid`
  return db.select<OverlapNamed>(
    `SELECT v.pc_eid, o.pc_eid AS other_eid, v.pc_eventDate AS day, ${named}
       FROM openemr_postcalendar_events v
       JOIN (SELECT -1 AS days UNION ALL SELECT 0 UNION ALL SELECT 1) near ${others} ${category}
      WHERE v.pc_eid IN (:eids) AND ${overAnother}
     UNION
     SELECT STRAIGHT_JOIN v.pc_eid, o.pc_eid, v.pc_eventDate, ${named}
       FROM openemr_postcalendar_events v
       LEFT JOIN users u ON u.id = CAST(v.pc_aid AS UNSIGNED)
       JOIN (SELECT 0 AS days) near
       JOIN openemr_postcalendar_categories c ON c.pc_cattype = 2
       JOIN openemr_postcalendar_events o FORCE INDEX (foyer_category_day)
         ON o.pc_catid = c.pc_catid AND o.pc_recurrtype = 0 AND o.pc_eventDate = v.pc_eventDate
      WHERE v.pc_eid IN (:eids) AND (o.pc_facility = 0 OR o.pc_facility = u.facility_id) AND ${another}
        AND (o.pc_duration <= 0 OR ${shareTime})
     UNION
     SELECT flag.pc_eid, flag.other_eid, flag.day, ${named}
       FROM foyer_appointment_overlaps flag JOIN openemr_postcalendar_events o ON o.pc_eid = flag.other_eid ${category}
      WHERE flag.pc_eid IN (:eids) AND flag.cleared_at IS NULL AND o.pc_apptstatus NOT IN ('x', '%')
        AND (o.pc_recurrtype > 0 OR o.pc_duration > 86400 OR c.pc_cattype = 2)
      ORDER BY pc_eid, day, all_day DESC, start, other_eid`, // sql-safe: constants
    { eids, slot },
  )
}

/** A visit that Foyer committed and that stands, in the calendar of one of its providers. */
export interface StandingVisit {
  /** Of the request: several rows of one visit go by it. */
  pc_eid: number
  /** This provider's row. */
  row_eid: number
  /** users.id, as text. */
  provider: string
  facility_id: number
  day: Day
  /** HH:MM:SS; null is midnight. */
  start: string | null
  /** Seconds. */
  seconds: number
  multiple: number
  pid: number | null
}

const visitColumns = `v.pc_eid AS row_eid, v.pc_aid AS provider, COALESCE(u.facility_id, 0) AS facility_id, v.pc_eventDate AS day,
  v.pc_startTime AS start, v.pc_duration AS seconds, v.pc_multiple AS multiple, CAST(NULLIF(v.pc_pid, '') AS SIGNED) AS pid`
const itsProvider = `LEFT JOIN users u ON u.id = CAST(v.pc_aid AS UNSIGNED)`

/** The visits that overlapsAhead looks at, the soonest first. */
export function standingVisits(db: Queryable, looked: Looked): Promise<StandingVisit[]> {
  return db.select<StandingVisit>(
    `SELECT STRAIGHT_JOIN r.pc_eid, ${visitColumns} FROM ${standing(looked)} ${itsProvider}
      WHERE ${ahead(looked)} AND ${active('v')} ORDER BY r.told_day`, // sql-safe: constants
    { ...looked },
  )
}

/** One of them, whenever it is. */
export function standingVisit(db: Queryable, eid: number): Promise<StandingVisit | undefined> {
  return db.first<StandingVisit>(
    `SELECT r.pc_eid, ${visitColumns} FROM foyer_appointment_requests r
       JOIN openemr_postcalendar_events v ON v.pc_eid = r.pc_eid ${itsProvider}
      WHERE r.pc_eid = :eid AND r.state IN ('requested', 'proposed', 'confirmed') AND ${active('v')}`, // sql-safe: constants
    { eid },
  )
}

/** Of visits with several providers, the rows in the calendars of the others (facts §2.3). One statement. */
export async function siblingsOf(db: Queryable, visits: readonly StandingVisit[]): Promise<StandingVisit[]> {
  const several = visits.filter(({ multiple }) => multiple > 0)
  if (several.length === 0) return []
  return db.select<StandingVisit>(
    `SELECT STRAIGHT_JOIN e.pc_eid, ${visitColumns}
       FROM openemr_postcalendar_events e
       JOIN openemr_postcalendar_events v FORCE INDEX (pc_eventDate)
         ON v.pc_eventDate = e.pc_eventDate AND v.pc_multiple = e.pc_multiple AND v.pc_eid <> e.pc_eid ${itsProvider}
      WHERE e.pc_eid IN (:eids) AND ${active('v')}`, // sql-safe: constants
    { eids: several.map((visit) => visit.pc_eid) },
  )
}

/**
 * What takes more than the day on which it is written: every provider's series but for office hours, a provider's own
 * time that runs past midnight or over several days in one row, and what closes the practice. Expanded by the caller.
 * One statement.
 */
export function spreadRows(db: Queryable, site: HostSite, { from, until }: Stretch): Promise<PlacedRow[]> {
  const busy = `SELECT STRAIGHT_JOIN ${eventColumns}, e.pc_title, c.pc_constant_id AS constant, 0 AS clinic
    FROM openemr_postcalendar_categories c` // sql-safe: constants
  const rows = `JOIN openemr_postcalendar_events e FORCE INDEX (foyer_category_day) ON e.pc_catid = c.pc_catid`
  const those = `c.pc_catid NOT IN (2, 3) AND e.pc_apptstatus NOT IN ('x', '%')`
  return db.select<PlacedRow>(
    `${busy} JOIN ${recurrenceTypes} ${rows} AND e.pc_recurrtype = repeats.type
      WHERE ${those} AND c.pc_cattype <> 2 AND e.pc_eventDate < :until AND ${goesOn(site, 'e')}
     UNION ALL
     ${busy} ${rows} AND e.pc_recurrtype = 0
      WHERE ${those} AND c.pc_cattype = 1 AND e.pc_eventDate >= DATE_SUB(:from, INTERVAL 31 DAY) AND e.pc_eventDate < :until
        AND TIME_TO_SEC(COALESCE(e.pc_startTime, '00:00:00')) + e.pc_duration > 86400
     UNION ALL ${closings(site, 'all')}`, // sql-safe: constants
    { from, until, today: from },
  )
}
