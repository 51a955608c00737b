import type { Day } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

/** How many proposed times each of these patients has still to answer, by pid. One statement, none for nobody. */
export async function proposalsToAnswer(
  db: Queryable,
  pids: readonly number[],
  today: Day,
): Promise<Map<number, number>> {
  if (pids.length === 0) return new Map()
  const rows = await db.select<{ pid: number; count: number }>(
    `SELECT r.pid, COUNT(*) AS count
       FROM foyer_appointment_requests r JOIN openemr_postcalendar_events e ON e.pc_eid = r.pc_eid
      WHERE r.pid IN (:pids) AND r.state = 'proposed' AND e.pc_apptstatus = '^' AND e.pc_eventDate >= :today
      GROUP BY r.pid`,
    { pids, today },
  )
  return new Map(rows.map(({ pid, count }) => [pid, count]))
}
