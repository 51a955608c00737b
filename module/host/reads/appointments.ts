/**
 * Appointments as they stand: the host's event row says what is so, Foyer's request row who asked and what became of
 * it. Read together, never copied (architecture, Data).
 */
import type { Queryable } from '../../platform/database.js'
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
export const appointmentTables = `openemr_postcalendar_events e
  LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = e.pc_catid
  LEFT JOIN users u ON u.id = CAST(e.pc_aid AS UNSIGNED)
  LEFT JOIN facility f ON f.id = COALESCE(NULLIF(e.pc_facility, 0), u.facility_id)
  LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid
        AND COALESCE(CONVERT(r.pid, CHAR), '') = COALESCE(e.pc_pid, '')`

/** A patient's events since a day, and every recurring one whenever it began: the caller expands and sorts. */
export function patientAppointments(db: Queryable, pid: number, since: Day): Promise<AppointmentRow[]> {
  return db.select<AppointmentRow>(
    `SELECT ${appointmentColumns} FROM ${appointmentTables}
      WHERE e.pc_pid = :pid AND (e.pc_eventDate >= :since OR e.pc_recurrtype > 0)
      ORDER BY e.pc_eventDate, e.pc_startTime, e.pc_eid LIMIT 500`, // sql-safe: constants
    { pid: String(pid), since },
  )
}

/** One of the patient's own events. Somebody else's is not there. */
export function patientAppointment(db: Queryable, pid: number, eid: number): Promise<AppointmentRow | undefined> {
  return db.first<AppointmentRow>(
    `SELECT ${appointmentColumns} FROM ${appointmentTables} WHERE e.pc_eid = :eid AND e.pc_pid = :pid`,
    {
      // sql-safe: constants
      pid: String(pid),
      eid,
    },
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

export function vanishedRequests(db: Queryable, pid: number, since: Day): Promise<VanishedRow[]> {
  return db.select<VanishedRow>(
    `SELECT r.pc_eid, r.receipt, r.day, r.start_time AS start, r.minutes, r.reason, COALESCE(c.pc_catname, '') AS category,
            TRIM(CONCAT(COALESCE(u.fname, ''), ' ', COALESCE(u.lname, ''))) AS provider
       FROM foyer_appointment_requests r
       LEFT JOIN openemr_postcalendar_events e ON e.pc_eid = r.pc_eid
       LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = r.category_id
       LEFT JOIN users u ON u.id = CAST(r.provider_id AS UNSIGNED)
      WHERE r.pid = :pid AND r.day >= :since AND e.pc_eid IS NULL
      ORDER BY r.day, r.start_time`,
    { pid, since },
  )
}
