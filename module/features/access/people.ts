/** Who opens a record, found by the record or by the patient. */
import type { Queryable } from '../../platform/database.js'

export interface OpenedRecord {
  /** The opaque id: what addresses carry. */
  record: string
  /** The account's name. */
  account: string
  /** How far it goes; `own`: the account's own record, without a chart. */
  extent: string
  /** 0 without a chart. */
  pid: number
}

/** Every grant on these charts that was not revoked, and the own records of the patients' own accounts. */
export async function openedRecords(db: Queryable, pids: readonly number[]): Promise<OpenedRecord[]> {
  if (pids.length === 0) return []
  return db.select<OpenedRecord>(
    `SELECT g.record, a.display_name AS account, g.extent, g.pid
       FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
      WHERE g.pid IN (:pids) AND g.revoked_at IS NULL
      UNION ALL
     SELECT a.own_record, a.display_name, 'own', a.host_pid FROM foyer_accounts a WHERE a.host_pid IN (:pids)
      ORDER BY pid, account`,
    { pids },
  )
}

/** Whose record it is, open or not. Undefined: nobody's. */
export async function accountOfRecord(
  db: Queryable,
  record: string,
): Promise<(OpenedRecord & { accountId: number }) | undefined> {
  return db.first<OpenedRecord & { accountId: number }>(
    `SELECT g.record, a.display_name AS account, g.extent, g.pid, a.id AS accountId
       FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id WHERE g.record = :record
      UNION ALL
     SELECT a.own_record, a.display_name, 'own', COALESCE(a.host_pid, 0), a.id
       FROM foyer_accounts a WHERE a.own_record = :record`,
    { record },
  )
}
