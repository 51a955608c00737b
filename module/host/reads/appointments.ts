/**
 * Appointments as they stand: the host's event row says what is so, Foyer's request row who asked and what became of
 * it. Read together, never copied (architecture, Data).
 */
import type { Queryable, Values } from '../../platform/database.js'
import type { Day, Utc } from '../../platform/clock.js'
import type { RecurrenceColumns } from '../recurrence.js'

export interface AppointmentRow extends RecurrenceColumns {
  pc_eid: number
  pid: number | null
  category_id: number
  category: string
  provider_id: number | null
  provider: string
  /** HH:MM:SS; null is midnight. */
  start: string | null
  /** Seconds. */
  seconds: number
  all_day: number
  status: string
  text: string | null
  place: string
  address: string
  phone: string
  request_id: number | null
  receipt: string | null
  state: string | null
  reason: string | null
  decision_reason: string | null
  requested_at: Utc | null
  decided_at: Utc | null
  version: number | null
}

export const appointmentColumns = `e.pc_eid, NULLIF(e.pc_pid, '') AS pid, e.pc_eventDate, e.pc_endDate, e.pc_recurrtype, e.pc_recurrspec,
  e.pc_startTime AS start, e.pc_duration AS seconds, e.pc_alldayevent AS all_day, e.pc_apptstatus AS status,
  e.pc_hometext AS text, e.pc_catid AS category_id, COALESCE(c.pc_catname, e.pc_title, '') AS category,
  u.id AS provider_id, TRIM(CONCAT(COALESCE(u.fname, ''), ' ', COALESCE(u.lname, ''))) AS provider,
  COALESCE(f.name, '') AS place,
  CONCAT_WS(', ', NULLIF(f.street, ''), NULLIF(f.city, ''), NULLIF(f.state, '')) AS address, COALESCE(f.phone, '') AS phone,
  r.id AS request_id, r.receipt, r.state, r.reason, r.decision_reason, r.created_at AS requested_at, r.decided_at, r.version`

// An event that the practice gave to another patient is not what this one asked for: hence the pid.
export const itsRequest = `LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid
        AND COALESCE(CONVERT(r.pid, CHAR), '') = COALESCE(e.pc_pid, '')`

export const appointmentTables = `openemr_postcalendar_events e
  LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = e.pc_catid
  LEFT JOIN users u ON u.id = CAST(e.pc_aid AS UNSIGNED)
  LEFT JOIN facility f ON f.id = COALESCE(NULLIF(e.pc_facility, 0), u.facility_id)
  ${itsRequest}`

/** Whose visits: those of a chart, or what an account asked for itself before any chart was known. */
export type Whose = { pid: number } | { record: string }

/** A visit as its patient sees it. */
export interface VisitRow extends AppointmentRow {
  /** The rows of one visit with several providers go by the first of them. */
  first_eid: number
  /** Names of all providers where there are several. */
  providers: string | null
  replaces_eid: number | null
  replaces_day: Day | null
  /** HH:MM:SS */
  replaces_start: string | null
  /** The request to move this visit: it waits, or has been granted. */
  replaced_by: number | null
}

// The rows of one visit with several providers share a number, a patient and a day (facts §2.3).
const sameVisit = `m.pc_multiple = e.pc_multiple AND m.pc_pid = e.pc_pid AND m.pc_eventDate = e.pc_eventDate`

const visitColumns = `${appointmentColumns},
  IF(e.pc_multiple > 0, (SELECT MIN(m.pc_eid) FROM openemr_postcalendar_events m WHERE ${sameVisit}), e.pc_eid) AS first_eid,
  IF(e.pc_multiple > 0,
     (SELECT GROUP_CONCAT(TRIM(CONCAT(COALESCE(mu.fname, ''), ' ', COALESCE(mu.lname, ''))) ORDER BY m.pc_eid SEPARATOR ', ')
        FROM openemr_postcalendar_events m JOIN users mu ON mu.id = CAST(m.pc_aid AS UNSIGNED) WHERE ${sameVisit}), NULL) AS providers,
  r.replaces_eid, o.pc_eventDate AS replaces_day, o.pc_startTime AS replaces_start,
  (SELECT MAX(n.pc_eid) FROM foyer_appointment_requests n JOIN openemr_postcalendar_events ne ON ne.pc_eid = n.pc_eid
    WHERE n.replaces_eid = e.pc_eid AND ne.pc_apptstatus NOT IN ('x', '%')) AS replaced_by`

const visitTables = `${appointmentTables} LEFT JOIN openemr_postcalendar_events o ON o.pc_eid = r.replaces_eid`

function belongs(whose: Whose): string {
  // An own booking has no chart: it is whose request it is, and only as long as the calendar names nobody.
  return 'pid' in whose ? `e.pc_pid = :pid` : `r.record = :record AND r.pid IS NULL AND COALESCE(e.pc_pid, '') = ''`
}

function valuesOf(whose: Whose): Values {
  return 'pid' in whose ? { pid: String(whose.pid) } : { record: whose.record }
}

const onlyFirst = `(e.pc_multiple = 0 OR NOT EXISTS
  (SELECT 1 FROM openemr_postcalendar_events m WHERE ${sameVisit} AND m.pc_eid < e.pc_eid))`

/** From a day on, and every series whenever it began: the caller expands and sorts. One row a visit. */
export function visitsFrom(db: Queryable, whose: Whose, from: Day): Promise<VisitRow[]> {
  return db.select<VisitRow>(
    `SELECT ${visitColumns} FROM ${visitTables}
      WHERE ${belongs(whose)} AND (e.pc_eventDate >= :from OR e.pc_recurrtype > 0) AND ${onlyFirst}
      ORDER BY e.pc_eventDate, e.pc_startTime, e.pc_eid LIMIT 500`, // sql-safe: constants
    { ...valuesOf(whose), from },
  )
}

/** A place in the list of what is over: everything after it is older. */
export interface Place {
  day: Day
  /** HH:MM */
  start: string
  eid: number
}

/** A row of their list, and which part of it: from a day on, or single visits before it. */
export type ListedRow = VisitRow & { ahead: 0 | 1 }

/**
 * Everything that visitsFrom names, and the newest single visits before that day and below a place in the list, so many
 * at most: one statement, in no order. Which they are is found first, of the events alone; what is read beside a visit
 * is read of these.
 */
export function visitsAround(
  db: Queryable,
  whose: Whose,
  today: Day,
  below: Place,
  limit: number,
): Promise<ListedRow[]> {
  const events = `openemr_postcalendar_events e ${'pid' in whose ? '' : itsRequest}`
  return db.select<ListedRow>(
    `SELECT ${visitColumns}, listed.ahead FROM ${visitTables}
       JOIN (
         (SELECT e.pc_eid AS eid, 1 AS ahead FROM ${events}
           WHERE ${belongs(whose)} AND (e.pc_eventDate >= :today OR e.pc_recurrtype > 0) AND ${onlyFirst}
           ORDER BY e.pc_eventDate, e.pc_startTime, e.pc_eid LIMIT 500)
         UNION ALL
         (SELECT e.pc_eid, 0 FROM ${events}
           WHERE ${belongs(whose)} AND e.pc_recurrtype = 0 AND e.pc_eventDate < :today AND e.pc_eventDate <= :day
             AND (e.pc_eventDate < :day OR COALESCE(e.pc_startTime, '00:00:00') < :start
                  OR (COALESCE(e.pc_startTime, '00:00:00') = :start AND e.pc_eid < :eid))
             AND ${onlyFirst}
           ORDER BY e.pc_eventDate DESC, e.pc_startTime DESC, e.pc_eid DESC LIMIT ${String(Math.trunc(limit))})
       ) listed ON listed.eid = e.pc_eid`, // sql-safe: constants and a number
    { ...valuesOf(whose), today, day: below.day, start: `${below.start}:00`, eid: below.eid },
  )
}

/** One visit of theirs by any of its rows. Somebody else's is not there. */
export function oneVisit(db: Queryable, whose: Whose, eid: number): Promise<VisitRow | undefined> {
  return db.first<VisitRow>(
    `SELECT ${visitColumns} FROM ${visitTables} WHERE e.pc_eid = :eid AND ${belongs(whose)}`, // sql-safe: constants
    { ...valuesOf(whose), eid },
  )
}

/** A request whose event row is gone: the practice removed it with its own screens. */
export interface VanishedRow {
  pc_eid: number
  receipt: string
  day: Day
  start: string
  minutes: number
  reason: string
  category: string
  provider: string
}

const vanished = `SELECT r.pc_eid, r.receipt, r.day, r.start_time AS start, r.minutes, r.reason, COALESCE(c.pc_catname, '') AS category,
    TRIM(CONCAT(COALESCE(u.fname, ''), ' ', COALESCE(u.lname, ''))) AS provider
  FROM foyer_appointment_requests r
  LEFT JOIN openemr_postcalendar_events e ON e.pc_eid = r.pc_eid
  LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = r.category_id
  LEFT JOIN users u ON u.id = CAST(r.provider_id AS UNSIGNED)`

function asked(whose: Whose): string {
  return 'pid' in whose ? `r.pid = :pid` : `r.record = :record AND r.pid IS NULL`
}

/** Below a place in the list of what is over, the newest first, so many at most. */
export function vanishedRequests(db: Queryable, whose: Whose, below: Place, limit: number): Promise<VanishedRow[]> {
  return db.select<VanishedRow>(
    `${vanished} WHERE ${asked(whose)} AND r.day <= :day AND e.pc_eid IS NULL
        AND (r.day < :day OR r.start_time < :start OR (r.start_time = :start AND r.pc_eid < :eid))
      ORDER BY r.day DESC, r.start_time DESC, r.pc_eid DESC LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { ...whose, day: below.day, start: `${below.start}:00`, eid: below.eid },
  )
}

/** One of these by the number that its event had. */
export function vanishedRequest(db: Queryable, whose: Whose, eid: number): Promise<VanishedRow | undefined> {
  return db.first<VanishedRow>(
    `${vanished} WHERE r.pc_eid = :eid AND ${asked(whose)} AND e.pc_eid IS NULL`, // sql-safe: constants
    { ...whose, eid },
  )
}

export interface PendingRow {
  eid: number
  /** The numbered seat that its request takes; null: asked for in the host's own portal. */
  seat: string | null
}

/**
 * What waits for the practice from a day on, in whichever portal it was asked for; one visit with several providers
 * counts once. Exact for whoever holds the patient's turn; it locks nothing, because the locks would reach into the
 * next patient's rows.
 */
export function pendingVisits(db: Queryable, whose: Whose, from: Day): Promise<PendingRow[]> {
  return db.select<PendingRow>(
    `SELECT e.pc_eid AS eid, r.open_seat AS seat
       FROM openemr_postcalendar_events e LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid
      WHERE ${belongs(whose)} AND e.pc_eventDate >= :from AND e.pc_apptstatus = '^' AND ${onlyFirst}`, // sql-safe: constants
    { ...valuesOf(whose), from },
  )
}

/** A declined request for which the practice named other times that are still ahead, none of them taken. */
export interface OfferedRow {
  eid: number
  /** So many times. */
  times: number
}

export function offeredInstead(db: Queryable, whose: Whose, now: { day: Day; time: string }): Promise<OfferedRow[]> {
  return db.select<OfferedRow>(
    `SELECT r.pc_eid AS eid, COUNT(*) AS times
       FROM foyer_appointment_requests r
       JOIN foyer_appointment_alternatives a ON a.pc_eid = r.pc_eid
       JOIN openemr_postcalendar_events e ON e.pc_eid = r.pc_eid
      WHERE ${asked(whose)} AND r.state = 'declined' AND a.closed_at IS NULL
        AND (a.day > :day OR (a.day = :day AND a.start_time > :time))
        AND NOT EXISTS (SELECT 1 FROM foyer_appointment_alternatives t WHERE t.pc_eid = r.pc_eid AND t.taken_eid IS NOT NULL)
      GROUP BY r.pc_eid ORDER BY r.pc_eid LIMIT 10`, // sql-safe: constants
    { ...whose, ...now },
  )
}
