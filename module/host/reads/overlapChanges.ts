/** What was written into the host's calendar since Foyer last looked for overlaps, and the visits that it may touch, found by set. */
import type { HostSite } from '../detect.js'
import { eventColumns, goesOn, type PlacedRow } from '../eventRows.js'
import type { Queryable } from '../../platform/database.js'
import type { Day, WallClock } from '../../platform/clock.js'
import { active } from './overlaps.js'

/** Up to where the calendar had been read. */
export interface ReadUpTo {
  /** pc_time of what was written last, on the practice's wall. */
  written: WallClock
  /** The highest pc_eid. */
  eid: number
}

export async function newestEvent(db: Queryable): Promise<number> {
  const row = await db.first<{ eid: number | null }>(`SELECT MAX(pc_eid) AS eid FROM openemr_postcalendar_events`)
  return row?.eid ?? 0
}

/**
 * Rows that are new, or written since (facts §2.3 pc_time), and reach into the time from this day on; but for office
 * hours. So many at most. One statement over two indexes.
 */
export function changedSince(
  db: Queryable,
  site: HostSite,
  since: ReadUpTo,
  { from, limit }: { from: Day; limit: number },
): Promise<PlacedRow[]> {
  const rows = (hint: string) =>
    `SELECT ${eventColumns}, e.pc_title, c.pc_constant_id AS constant, IF(c.pc_cattype = 2, 1, 0) AS clinic
       FROM openemr_postcalendar_events e ${hint} LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = e.pc_catid` // sql-safe: constants
  const reaches = `e.pc_catid NOT IN (2, 3) AND
    (e.pc_eventDate >= DATE_SUB(:today, INTERVAL 31 DAY) OR (e.pc_recurrtype > 0 AND ${goesOn(site, 'e')}))` // sql-safe: constants
  return db.select<PlacedRow>(
    `(${rows('FORCE INDEX (PRIMARY)')} WHERE e.pc_eid > :eid AND ${reaches})
     UNION (${rows('FORCE INDEX (foyer_written)')} WHERE e.pc_time >= :written AND ${reaches})
     LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { ...since, today: from },
  )
}

/** What changed rows reach: whatever of Foyer's stands there is to be looked at. */
export interface Reach {
  /** The rows themselves: visits that moved, and what was flagged because of them. */
  eids: readonly number[]
  /** A provider's day; users.id as text. */
  places: readonly (readonly [string, Day])[]
  /** All the days from :from on, of providers whose series changed. */
  providers: readonly string[]
  /** Everybody's day. */
  days: readonly Day[]
}

/** pc_eid of rows there, those of a visit's other providers among them. Two statements at most. */
export async function rowsReached(db: Queryable, reach: Reach, from: Day): Promise<number[]> {
  const { eids, places, providers, days } = reach
  const there = `SELECT v.pc_eid AS eid, v.pc_multiple AS multiple FROM openemr_postcalendar_events v FORCE INDEX (foyer_provider_day)`
  const parts = [
    ...(eids.length > 0
      ? [
          `SELECT pc_eid AS eid, pc_multiple AS multiple FROM openemr_postcalendar_events WHERE pc_eid IN (:eids)`,
          `SELECT pc_eid, 0 FROM foyer_appointment_overlaps WHERE cleared_at IS NULL AND other_eid IN (:eids)`,
        ]
      : []),
    // sql-safe: constants of this file
    ...(places.length > 0 ? [`${there} WHERE (v.pc_aid, v.pc_eventDate) IN (:places) AND ${active('v')}`] : []),
    ...(providers.length > 0
      ? // sql-safe: constants of this file
        [`${there} WHERE v.pc_aid IN (:providers) AND v.pc_eventDate >= :from AND ${active('v')}`]
      : []),
    ...(days.length > 0 ? [`SELECT pc_eid, 0 FROM foyer_appointment_requests WHERE told_day IN (:days)`] : []),
  ]
  if (parts.length === 0) return []
  const rows = await db.select<{ eid: number; multiple: number }>(parts.join(' UNION '), { ...reach, from })
  const several = rows.filter(({ multiple }) => multiple > 0).map(({ eid }) => eid)
  return [...new Set([...rows.map(({ eid }) => eid), ...(await ofTheirVisits(db, several))])]
}

async function ofTheirVisits(db: Queryable, eids: readonly number[]): Promise<number[]> {
  if (eids.length === 0) return []
  const rows = await db.select<{ eid: number }>(
    `SELECT DISTINCT other.pc_eid AS eid FROM openemr_postcalendar_events e
       JOIN openemr_postcalendar_events other FORCE INDEX (pc_eventDate)
         ON other.pc_eventDate = e.pc_eventDate AND other.pc_multiple = e.pc_multiple
      WHERE e.pc_eid IN (:eids)`,
    { eids },
  )
  return rows.map(({ eid }) => eid)
}

/** The last day on which a visit of Foyer's stands; undefined: none does. One look into an index. */
export async function lastVisitDay(db: Queryable): Promise<Day | undefined> {
  const row = await db.first<{ day: Day }>(
    `SELECT told_day AS day FROM foyer_appointment_requests
      WHERE told_day IS NOT NULL AND state IN ('requested', 'proposed', 'confirmed') ORDER BY told_day DESC LIMIT 1`,
  )
  return row?.day
}

/** Days of the host's list of holidays from a day on: nothing says when one was written there. */
export async function listedHolidays(db: Queryable, site: HostSite, from: Day): Promise<Day[]> {
  if (!site.has('calendar_external', 'date')) return []
  const rows = await db.select<{ day: Day }>(`SELECT date AS day FROM calendar_external WHERE date >= :from`, { from })
  return rows.map(({ day }) => day)
}
