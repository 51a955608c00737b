/** Which rows of the host's calendar may fall into a stretch of days, as parts of statements. */
import type { HostSite } from './detect.js'
import type { EventRow } from './schedule.js'

/** A row with whose it is and where. */
export interface PlacedRow extends EventRow {
  /** users.id, as text (facts §12.7). */
  pc_aid: string | null
  /** Of a patient's visit, the pid as text; '' for a provider's own. */
  pc_pid?: string | null
  pc_facility: number
}

/** Of a row `e`, what schedule.ts needs to say when it takes place. */
export const eventColumns = `e.pc_eid, e.pc_catid, e.pc_aid, e.pc_pid, e.pc_eventDate, e.pc_endDate, e.pc_startTime,
  e.pc_duration, e.pc_alldayevent, e.pc_apptstatus, e.pc_prefcatid, e.pc_multiple, e.pc_facility, e.pc_recurrtype,
  e.pc_recurrspec`

/** The same with its name and its category's. */
export const withKind = `SELECT ${eventColumns}, e.pc_title, c.pc_constant_id AS constant, IF(c.pc_cattype = 2, 1, 0) AS clinic
  FROM openemr_postcalendar_events e LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = e.pc_catid`

/** Single ones. What runs past midnight began the day before. */
export const ofTheseDays = `e.pc_eventDate >= DATE_SUB(:from, INTERVAL 1 DAY) AND e.pc_eventDate < :until AND e.pc_recurrtype = 0`

/** An absence of several days in one row. */
export const ofDaysBefore = `e.pc_eventDate >= DATE_SUB(:from, INTERVAL 31 DAY)
  AND e.pc_eventDate < DATE_SUB(:from, INTERVAL 1 DAY) AND e.pc_duration > 86400 AND e.pc_recurrtype = 0`

/** Recurring ones that began before the end and have not ended by :today. */
export function repeating(site: HostSite): string {
  return `e.pc_recurrtype > 0 AND e.pc_eventDate < :until AND ${goesOn(site, 'e')}` // sql-safe: constants
}

export function goesOn(site: HostSite, alias: string): string {
  return `(${endless(site, alias)} OR ${alias}.pc_endDate >= :today)` // sql-safe: constants
}

/** "No end" is NULL from 8.1 on and a zero date before (facts §2.3). */
export function endless(site: HostSite, alias: string): string {
  return site.noEndDate === null ? `${alias}.pc_endDate IS NULL` : `${alias}.pc_endDate = '0000-00-00'`
}

/** Joined by equality: a list of them would be looked for among every single event of the category. */
export const recurrenceTypes = `(SELECT 1 AS type UNION ALL SELECT 2 UNION ALL SELECT 3) repeats`
