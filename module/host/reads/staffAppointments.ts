/** Appointments as staff see them: what waits, and one of them with the person it is for. */
import type { Queryable } from '../../platform/database.js'
import type { Day, Utc, WallClock } from '../../platform/clock.js'
import { appointmentColumns, appointmentTables, type AppointmentRow } from './appointments.js'

/** An appointment as staff see it: with the person it is for. */
export interface StaffAppointmentRow extends AppointmentRow {
  first_name: string | null
  last_name: string | null
  born: Day | null
  waiting_seconds: number
}

export interface WaitingRow extends StaffAppointmentRow {
  total: number
  oldest_seconds: number
}

const person = `p.fname AS first_name, p.lname AS last_name, p.DOB AS born`
// A request of Foyer knows its UTC instant; one made in the host's own portal only its wall clock of writing.
const waited = `GREATEST(0, COALESCE(TIMESTAMPDIFF(SECOND, r.created_at, :utc), TIMESTAMPDIFF(SECOND, e.pc_time, :wall), 0))`

/** Everything that waits for staff, whoever asked and wherever: the longest wait first, with the count over all. */
export function waitingAppointments(
  db: Queryable,
  now: { utc: Utc; wall: WallClock },
  limit: number,
): Promise<WaitingRow[]> {
  return db.select<WaitingRow>(
    `SELECT ${appointmentColumns}, ${person}, ${waited} AS waiting_seconds, COUNT(*) OVER () AS total, MAX(${waited}) OVER () AS oldest_seconds
       FROM ${appointmentTables} LEFT JOIN patient_data p ON p.pid = CAST(e.pc_pid AS UNSIGNED)
      WHERE e.pc_apptstatus = '^'
      ORDER BY waiting_seconds DESC, e.pc_eid LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    now,
  )
}

/** One appointment for staff, in whatever state. */
export function staffAppointment(
  db: Queryable,
  now: { utc: Utc; wall: WallClock },
  eid: number,
): Promise<StaffAppointmentRow | undefined> {
  return db.first<StaffAppointmentRow>(
    `SELECT ${appointmentColumns}, ${person}, ${waited} AS waiting_seconds
       FROM ${appointmentTables} LEFT JOIN patient_data p ON p.pid = CAST(e.pc_pid AS UNSIGNED)
      WHERE e.pc_eid = :eid AND COALESCE(e.pc_pid, '') <> ''`, // sql-safe: constants
    { ...now, eid },
  )
}
