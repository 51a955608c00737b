/** What the host's calendar offers: kinds of visit, providers, and a provider's events (facts §2.2, §2.8). */
import type { HostSite } from './detect.js'
import type { Queryable } from '../platform/database.js'
import type { Day } from '../platform/clock.js'
import { IN_OFFICE, type EventRow } from './schedule.js'

export interface Category {
  id: number
  /** The host's constant id, e.g. `office_visit`; '' for a site's own category. */
  constant: string
  name: string
  /** Minutes. */
  minutes: number
}

/** What patients may choose from at all: active, of patients, not No Show (facts §2.2). Site order. */
export async function patientCategories(db: Queryable): Promise<Category[]> {
  const rows = await db.select<{ id: number; constant: string | null; name: string | null; seconds: number }>(
    `SELECT pc_catid AS id, pc_constant_id AS constant, pc_catname AS name, pc_duration AS seconds
       FROM openemr_postcalendar_categories
      WHERE pc_active = 1 AND pc_cattype = 0 AND COALESCE(pc_constant_id, '') <> 'no_show' AND pc_catid <> 1
      ORDER BY pc_seq, pc_catid`,
  )
  return rows.map((row) => ({
    id: row.id,
    constant: row.constant ?? '',
    name: row.name ?? '',
    minutes: Math.max(1, Math.round(row.seconds / 60)),
  }))
}

export interface Provider {
  /** users.id; the calendar keeps it as text (facts §12.7). */
  id: number
  username: string
  name: string
  facilityId: number
  facilityName: string
  facilityPhone: string
}

/**
 * Providers with office hours that still go on: who has no In Office event cannot be requested (facts §2.8).
 * Active and authorized, by name.
 */
export async function scheduledProviders(db: Queryable, site: HostSite, today: Day): Promise<Provider[]> {
  const rows = await db.select<{
    id: number
    username: string
    fname: string | null
    lname: string | null
    facility_id: number
    facility_name: string | null
    facility_phone: string | null
  }>(
    `SELECT u.id, u.username, u.fname, u.lname, u.facility_id, f.name AS facility_name, f.phone AS facility_phone
       FROM users u LEFT JOIN facility f ON f.id = u.facility_id
      WHERE u.active = 1 AND u.authorized = 1 AND u.username <> ''
        AND EXISTS (SELECT 1 FROM openemr_postcalendar_events e
                     WHERE e.pc_aid = CONVERT(u.id, CHAR) AND e.pc_catid = ${String(IN_OFFICE)}
                       AND (e.pc_eventDate >= :today OR (e.pc_recurrtype > 0 AND ${goesOn(site, 'e')})))
      ORDER BY u.lname, u.fname, u.id`, // sql-safe: constants
    { today },
  )
  return rows.map((row) => ({
    id: row.id,
    username: row.username,
    name: [row.fname, row.lname].filter(Boolean).join(' ') || row.username,
    facilityId: row.facility_id,
    facilityName: row.facility_name ?? '',
    facilityPhone: row.facility_phone ?? '',
  }))
}

/** "No end" is NULL from 8.1 on and a zero date before (facts §2.3). */
function goesOn(site: HostSite, alias: string): string {
  const open = site.noEndDate === null ? `${alias}.pc_endDate IS NULL` : `${alias}.pc_endDate = '0000-00-00'`
  return `(${open} OR ${alias}.pc_endDate >= :today)` // sql-safe: constants
}

const eventColumns = `pc_eid, pc_catid, pc_aid, pc_pid, pc_eventDate, pc_endDate, pc_startTime, pc_duration, pc_alldayevent,
  pc_apptstatus, pc_prefcatid, pc_recurrtype, pc_recurrspec`

/**
 * A provider's rows that may fall into [from, until): single ones by date, recurring ones that began before the end
 * and have not ended. `lock` reads what is committed now and keeps others from adding to these days until we commit.
 */
export async function providerEvents(
  db: Queryable,
  site: HostSite,
  providerId: number,
  days: { from: Day; until: Day },
  options: { lock: boolean } = { lock: false },
): Promise<EventRow[]> {
  // Another index would lock the rows of others on its way.
  const [byDay, byRecurrence, lock] = options.lock
    ? ['FORCE INDEX (foyer_provider_day)', 'FORCE INDEX (foyer_provider_recurring)', 'FOR UPDATE']
    : ['', '', '']
  const values = { provider: String(providerId), from: days.from, until: days.until, today: days.from }
  const single = await db.select<EventRow>(
    // A visit that runs past midnight began the day before.
    `SELECT ${eventColumns} FROM openemr_postcalendar_events ${byDay}
      WHERE pc_aid = :provider AND pc_eventDate >= DATE_SUB(:from, INTERVAL 1 DAY) AND pc_eventDate < :until
        AND pc_recurrtype = 0 ${lock}`, // sql-safe: constants
    values,
  )
  const long = await db.select<EventRow>(
    // An absence of several days in one row. Unlocked: a month's locks would reach into other providers' rows.
    `SELECT ${eventColumns} FROM openemr_postcalendar_events
      WHERE pc_aid = :provider AND pc_eventDate >= DATE_SUB(:from, INTERVAL 31 DAY)
        AND pc_eventDate < DATE_SUB(:from, INTERVAL 1 DAY) AND pc_duration > 86400 AND pc_recurrtype = 0`, // sql-safe: constants
    values,
  )
  const recurring = await db.select<EventRow>(
    `SELECT ${eventColumns} FROM openemr_postcalendar_events ${byRecurrence}
      WHERE pc_aid = :provider AND pc_recurrtype > 0 AND pc_eventDate < :until AND ${goesOn(site, 'openemr_postcalendar_events')} ${lock}`, // sql-safe: constants
    values,
  )
  return [...single, ...long, ...recurring]
}
