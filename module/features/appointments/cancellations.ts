/** What patients may not cancel alone, as it waits for staff. */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

export interface CancellationRow {
  id: number
  receipt: string
  pc_eid: number
  day: Day
  of_series: 0 | 1
  account_id: number
  record: string
  pid: number | null
  reason: string
  state: string
  open_key: string | null
  claimed_by: string | null
  claimed_at: Utc | null
  decided_by: string | null
  decided_at: Utc | null
  decision_reason: string | null
  created_at: Utc
}

/** The open request to cancel a visit, by the visit's address; undefined: none waits. */
export function openCancellation(db: Queryable, id: string): Promise<CancellationRow | undefined> {
  return db.first<CancellationRow>(
    `SELECT id, receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, claimed_by, claimed_at,
            decided_by, decided_at, decision_reason, created_at
       FROM foyer_cancellation_requests WHERE open_key = :id`,
    { id },
  )
}
