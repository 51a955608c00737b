/** What became of a grant: made, widened by codes, and whatever staff decided, with their reasons. */
import type { Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'

export interface GrantSaid {
  relationship?: string
  extent?: string
  from?: Utc
  until?: Utc | null
}

export interface GrantEntry {
  at: Utc
  by: string
  /** made, widened, changed, revoked, restored, exempted, exemption-ended. */
  what: string
  reason: string
  before: GrantSaid
  after: GrantSaid
}

const MOST = 50

interface Row extends Omit<GrantEntry, 'before' | 'after'> {
  before_it: unknown
  after_it: unknown
}

/** Newest first. One statement. */
export async function historyOfGrant(
  db: Queryable,
  grant: { id: number; pid: number; record: string },
): Promise<GrantEntry[]> {
  const rows = await db.select<Row>(
    `SELECT at, changed_by AS \`by\`, what, reason, before_it, after_it, 1 AS decided, id FROM foyer_grant_changes WHERE grant_id = :id
      UNION ALL
     SELECT at, actor_name, SUBSTRING(event, 7), '', '{}', details, 0, id FROM foyer_audit
      WHERE pid = :pid AND record = :record AND event IN ('grant.made', 'grant.widened')
      ORDER BY at DESC, decided DESC, id DESC LIMIT ${String(MOST)}`, // sql-safe: a number
    { id: grant.id, pid: grant.pid, record: grant.record },
  )
  return rows.map(({ at, by, what, reason, before_it: before, after_it: after }) => ({
    ...{ at, by, what, reason },
    before: saidIn(before),
    after: saidIn(after),
  }))
}

function saidIn(json: unknown): GrantSaid {
  return (typeof json === 'string' ? JSON.parse(json) : json) as GrantSaid
}
