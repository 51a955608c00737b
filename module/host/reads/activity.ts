/** The newest of the audit trail with the patients it is about. The whole of it has a page of its own. */
import type { Queryable } from '../../platform/database.js'
import type { Utc } from '../../platform/clock.js'

export interface ActivityRow {
  id: number
  at: Utc
  actor_kind: 'account' | 'staff' | 'system'
  actor_name: string
  event: string
  subject: string
  pid: number | null
  /** As which record an account was at work. */
  record: string | null
  /** Whose own record that is, where there is no chart. */
  own_name: string | null
  first_name: string | null
  last_name: string | null
}

export interface ActivityWish {
  /** Which events are told; at least one. */
  events: readonly string[]
  /** Only what is older than this entry's id. */
  before: number | undefined
  /** Only what is about this patient. */
  pid?: number
  limit: number
}

/**
 * The newest first. Keyset: as quick on the hundredth page as on the first. Records are ASCII in their table, and their
 * key is only used for ASCII. One statement.
 */
export function recentActivity(db: Queryable, { events, before, pid, limit }: ActivityWish): Promise<ActivityRow[]> {
  const ofPatient = pid === undefined ? '' : 'AND l.pid = :pid'
  const older = before === undefined ? '' : 'AND l.id < :before'
  return db.select<ActivityRow>(
    `SELECT l.id, l.at, l.actor_kind, l.actor_name, l.event, l.subject, l.pid, l.record, p.fname AS first_name, p.lname AS last_name,
            (SELECT own.display_name FROM foyer_accounts own
              WHERE l.pid IS NULL AND own.own_record = CONVERT(l.record USING ascii)) AS own_name
       FROM foyer_audit l LEFT JOIN patient_data p ON p.pid = l.pid
      WHERE l.event IN (:events) ${ofPatient} ${older}
      ORDER BY l.id DESC LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { events, pid, before },
  )
}
