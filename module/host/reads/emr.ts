/**
 * What the demo's EMR shows: the host's own rows and nothing of Foyer's. A calendar's days, a chart's summary, the
 * people who have a column.
 */
import type { Day } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { readText } from '../events.js'
import { occurrences, recurringEvent, type RecurrenceColumns } from '../recurrence.js'
import { IN_OFFICE, OUT_OF_OFFICE, minuteOfDay } from '../schedule.js'
import { isCancelled } from '../statuses.js'

/** One event on one day, as a calendar draws it. */
export interface CalendarEntry {
  eid: number
  day: Day
  /** Minutes since midnight. */
  start: number
  minutes: number
  allDay: boolean
  /** In Office, Out Of Office; a visit; anything else of a provider's own, such as lunch. */
  kind: 'in' | 'out' | 'visit' | 'own'
  category: string
  /** In Office: the category that these hours are kept for. */
  keptFor: string | undefined
  providerId: number
  patient: { pid: number; firstName: string; lastName: string } | undefined
  status: string
  cancelled: boolean
  comment: string
  room: string
  recurring: boolean
}

interface EntryRow extends RecurrenceColumns {
  pc_eid: number
  pc_catid: number
  provider_id: number
  start: string | null
  seconds: number
  all_day: number
  status: string
  comment: string | null
  room: string | null
  category: string | null
  kept_for: string | null
  pid: number | null
  first_name: string | null
  last_name: string | null
}

const columns = `e.pc_eid, e.pc_catid, CAST(e.pc_aid AS UNSIGNED) AS provider_id, e.pc_eventDate, e.pc_endDate,
  e.pc_recurrtype, e.pc_recurrspec, e.pc_startTime AS start, e.pc_duration AS seconds, e.pc_alldayevent AS all_day,
  e.pc_apptstatus AS status, e.pc_hometext AS comment, e.pc_room AS room, COALESCE(c.pc_catname, e.pc_title) AS category,
  kept.pc_catname AS kept_for, p.pid, p.fname AS first_name, p.lname AS last_name`

const joined = `openemr_postcalendar_events e
  LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = e.pc_catid
  LEFT JOIN openemr_postcalendar_categories kept ON kept.pc_catid = NULLIF(e.pc_prefcatid, 0)
  LEFT JOIN patient_data p ON p.pid = CAST(NULLIF(e.pc_pid, '') AS UNSIGNED)`

// "No end" is NULL from 8.1 on and a zero date before (facts §2.3).
const inRange = `(e.pc_recurrtype = 0 AND e.pc_eventDate >= :from AND e.pc_eventDate < :until
  OR e.pc_recurrtype > 0 AND e.pc_eventDate < :until
     AND (e.pc_endDate IS NULL OR e.pc_endDate = '0000-00-00' OR e.pc_endDate >= :from))`

export interface Days {
  from: Day
  /** Not included. */
  until: Day
}

/** Every event of the days, whoever's, recurring ones on each of theirs; by time. `weekend`: weekdays, 0 is Sunday. */
export async function calendarEntries(
  db: Queryable,
  days: Days,
  weekend: ReadonlySet<number>,
): Promise<CalendarEntry[]> {
  const rows = await db.select<EntryRow>(`SELECT ${columns} FROM ${joined} WHERE ${inRange}`, { ...days }) // sql-safe: constants
  return expanded(rows, days, weekend)
}

/** The same for one patient. */
export async function patientEntries(
  db: Queryable,
  pid: number,
  days: Days,
  weekend: ReadonlySet<number>,
): Promise<CalendarEntry[]> {
  const rows = await db.select<EntryRow>(
    `SELECT ${columns} FROM ${joined} WHERE e.pc_pid = :pid AND ${inRange}`, // sql-safe: constants
    { ...days, pid: String(pid) },
  )
  return expanded(rows, days, weekend)
}

/** One event on its first day. */
export async function calendarEntry(db: Queryable, eid: number): Promise<CalendarEntry | undefined> {
  const row = await db.first<EntryRow>(`SELECT ${columns} FROM ${joined} WHERE e.pc_eid = :eid`, { eid }) // sql-safe: constants
  return row && entryOn(row, row.pc_eventDate ?? '')
}

function expanded(rows: readonly EntryRow[], days: Days, weekend: ReadonlySet<number>): CalendarEntry[] {
  return rows
    .flatMap((row) => occurrences(recurringEvent(row, weekend), days.from, days.until).map((day) => entryOn(row, day)))
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.start - b.start || a.eid - b.eid))
}

function entryOn(row: EntryRow, day: Day): CalendarEntry {
  return {
    eid: row.pc_eid,
    day,
    start: row.all_day !== 0 ? 0 : (minuteOfDay(row.start ?? '') ?? 0),
    minutes: Math.max(0, Math.round(row.seconds / 60)),
    allDay: row.all_day !== 0,
    kind: kindOf(row),
    category: row.category ?? '',
    keptFor: row.kept_for ?? undefined,
    providerId: row.provider_id,
    patient:
      row.pid === null ? undefined : { pid: row.pid, firstName: row.first_name ?? '', lastName: row.last_name ?? '' },
    status: row.status,
    cancelled: isCancelled(row.status),
    comment: readText(row.comment),
    room: row.room ?? '',
    recurring: Number(row.pc_recurrtype) > 0,
  }
}

function kindOf(row: EntryRow): CalendarEntry['kind'] {
  if (row.pc_catid === IN_OFFICE) return 'in'
  if (row.pc_catid === OUT_OF_OFFICE) return 'out'
  // A request of an account without a chart has no person yet, and is a visit all the same.
  return row.pid !== null || row.status === '^' ? 'visit' : 'own'
}

export interface CalendarColumn {
  /** users.id */
  id: number
  name: string
}

/** Who has a column in the calendar: active and authorized, by name. */
export function calendarProviders(db: Queryable): Promise<CalendarColumn[]> {
  return db.select<CalendarColumn>(
    `SELECT id, TRIM(CONCAT_WS(' ', title, fname, lname)) AS name FROM users
      WHERE active = 1 AND authorized = 1 AND username <> '' ORDER BY lname, fname, id`,
  )
}

/** The demographics that the chart's summary begins with. */
export interface ChartSummary {
  pid: number
  pubpid: string
  firstName: string
  lastName: string
  born: Day | undefined
  sex: string
  street: string
  place: string
  phone: string
  email: string
  language: string
  provider: string
  mother: string
  guardian: string
  /** allow_patient_portal is YES. */
  portalAllowed: boolean
  /** What the patient types at the host's portal. */
  portalLogin: string | undefined
}

export async function chartSummary(db: Queryable, pid: number): Promise<ChartSummary | undefined> {
  const row = await db.first<ChartSummary & { allowed: string }>(
    `SELECT p.pid, p.pubpid, p.fname AS firstName, p.lname AS lastName, NULLIF(p.DOB, '0000-00-00') AS born, p.sex,
            p.street, CONCAT_WS(' ', NULLIF(p.city, ''), NULLIF(p.state, ''), NULLIF(p.postal_code, '')) AS place,
            COALESCE(NULLIF(p.phone_cell, ''), p.phone_home) AS phone, p.email, p.language,
            TRIM(CONCAT_WS(' ', u.title, u.fname, u.lname)) AS provider, p.mothersname AS mother,
            COALESCE(p.guardiansname, '') AS guardian, p.allow_patient_portal AS allowed,
            c.portal_login_username AS portalLogin
       FROM patient_data p
       LEFT JOIN users u ON u.id = p.providerID
       LEFT JOIN patient_access_onsite c ON c.pid = p.pid
      WHERE p.pid = :pid`,
    { pid },
  )
  if (!row) return undefined
  const { allowed, ...rest } = row
  return {
    ...rest,
    born: row.born ?? undefined,
    portalLogin: row.portalLogin ?? undefined,
    portalAllowed: allowed === 'YES',
  }
}
