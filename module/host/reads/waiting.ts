/** What of one patient waits for somebody: requested visits, and cancellations that staff decide. */
import type { Queryable } from '../../platform/database.js'
import type { Day, Utc, WallClock } from '../../platform/clock.js'

export interface PatientWaitRow {
  kind: 'request' | 'cancellation'
  pc_eid: number
  day: Day
  start: string | null
  category: string
  provider: string
  /** proposed: the patient's answer is waited for. */
  state: string | null
  waiting_seconds: number
}

/** The longest wait first, at most `limit`. One statement over the patient's own rows. */
export function patientWaits(
  db: Queryable,
  pid: number,
  now: { utc: Utc; wall: WallClock; today: Day },
  limit: number,
): Promise<PatientWaitRow[]> {
  return db.select<PatientWaitRow>(
    `SELECT 'request' AS kind, e.pc_eid, e.pc_eventDate AS day, e.pc_startTime AS start, ${what}, r.state,
            GREATEST(0, COALESCE(TIMESTAMPDIFF(SECOND, r.created_at, :utc), TIMESTAMPDIFF(SECOND, e.pc_time, :wall), 0)) AS waiting_seconds
       FROM ${visits} LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid AND r.pid = :pid
      WHERE e.pc_pid = :ofPatient AND e.pc_apptstatus = '^'
     UNION ALL
     SELECT 'cancellation', e.pc_eid, k.day, e.pc_startTime, ${what}, k.state,
            GREATEST(0, TIMESTAMPDIFF(SECOND, k.created_at, :utc))
       FROM ${visits} JOIN foyer_cancellation_requests k ON k.pc_eid = e.pc_eid AND k.open_key IS NOT NULL AND k.pid = :pid
      WHERE e.pc_pid = :ofPatient AND (e.pc_eventDate >= :today OR e.pc_recurrtype > 0)
      ORDER BY waiting_seconds DESC, pc_eid LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { ...now, pid, ofPatient: String(pid) },
  )
}

const what = `COALESCE(c.pc_catname, e.pc_title, '') AS category,
            TRIM(CONCAT(COALESCE(u.fname, ''), ' ', COALESCE(u.lname, ''))) AS provider`

const visits = `openemr_postcalendar_events e
       LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = e.pc_catid
       LEFT JOIN users u ON u.id = CAST(e.pc_aid AS UNSIGNED)`
