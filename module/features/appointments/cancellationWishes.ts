/** What became of a patient's wish that the practice cancel a visit for them. */
import { pidOf, type PatientScope } from '../../access/scope.js'
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

export interface CancellationRequest {
  id: number
  receipt: string
  /** 'lapsed': the day of the visit came to its end before the practice had decided. */
  state: 'requested' | 'done' | 'refused' | 'withdrawn' | 'lapsed'
  /** What the patient wrote. */
  reason: string
  /** What the practice wrote when it refused. */
  decisionReason: string
  askedAt: Utc
  decidedAt: Utc | undefined
}

interface Row {
  id: number
  receipt: string
  state: CancellationRequest['state']
  reason: string
  decision_reason: string | null
  created_at: Utc
  decided_at: Utc | null
}

/** This patient's last wish to cancel this visit, whatever became of it; not that of one who had the visit before. */
export async function lastCancellation(
  db: Queryable,
  scope: PatientScope,
  { eid, day }: { eid: number; day: Day },
): Promise<CancellationRequest | undefined> {
  const row = await db.first<Row>(
    `SELECT id, receipt, state, reason, decision_reason, created_at, decided_at
       FROM foyer_cancellation_requests
      WHERE pc_eid = :eid AND day = :day AND COALESCE(pid, 0) = :pid ORDER BY id DESC LIMIT 1`,
    { eid, day, pid: pidOf(scope) ?? 0 },
  )
  return row && requestOf(row)
}

/** The wish by which the practice took this day out of its series, if there was one. */
export async function settledCancellation(
  db: Queryable,
  scope: PatientScope,
  visit: { eid: number; day: Day },
): Promise<CancellationRequest | undefined> {
  const last = await lastCancellation(db, scope, visit)
  return last?.state === 'done' ? last : undefined
}

function requestOf(row: Row): CancellationRequest {
  const { id, receipt, state, reason, created_at: askedAt } = row
  return {
    ...{ id, receipt, state, reason, askedAt },
    decisionReason: row.decision_reason ?? '',
    decidedAt: row.decided_at ?? undefined,
  }
}

/** Which of these visits, by their addresses, wait for the practice to cancel them. */
export async function openCancellations(
  db: Queryable,
  scope: PatientScope,
  eids: readonly number[],
): Promise<ReadonlySet<string>> {
  if (eids.length === 0) return new Set()
  const rows = await db.select<{ id: string }>(
    `SELECT open_key AS id FROM foyer_cancellation_requests
      WHERE pc_eid IN (:eids) AND open_key IS NOT NULL AND COALESCE(pid, 0) = :pid`,
    { eids, pid: pidOf(scope) ?? 0 },
  )
  return new Set(rows.map((row) => row.id))
}
