/** Who opens whose chart, as staff and the patients themselves see it. */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { dayOrNone } from '../unset.js'

/** A grant with its account and its chart, whether it runs or not. */
export interface ChartGrant {
  id: number
  /** What patients' addresses carry. */
  record: string
  pid: number
  firstName: string
  lastName: string
  born: Day | undefined
  accountId: number
  accountName: string
  relationship: string
  /** As granted: what it opens today is another matter (access/ages.ts). */
  extent: string
  validFrom: Utc
  validUntil: Utc | undefined
  grantedBy: string
  grantedAt: Utc
  revoked: Decided | undefined
  /** Staff keep it as it is despite the patient's age. */
  exempt: boolean
  exemption: Decided | undefined
  /** Grows with every change of staff's. */
  version: number
}

export interface Decided {
  by: string
  at: Utc
  reason: string
}

interface Row {
  id: number
  record: string
  pid: number
  fname: string
  lname: string
  DOB: string | null
  account_id: number
  display_name: string
  relationship: string
  extent: string
  valid_from: Utc
  valid_until: Utc | null
  granted_by: string
  granted_at: Utc
  revoked_at: Utc | null
  revoked_by: string | null
  revoked_reason: string | null
  exempt_at: Utc | null
  exempt_by: string | null
  exempt_reason: string | null
  version: number
}

const selectGrants = `SELECT g.id, g.record, g.pid, p.fname, p.lname, p.DOB, g.account_id, a.display_name, g.relationship, g.extent,
         g.valid_from, g.valid_until, g.granted_by, g.granted_at, g.revoked_at, g.revoked_by, g.revoked_reason,
         g.exempt_at, g.exempt_by, g.exempt_reason, g.version
    FROM foyer_grants g
    JOIN foyer_accounts a ON a.id = g.account_id
    JOIN patient_data p ON p.pid = g.pid`

/**
 * Grants of these charts, those that were revoked last, the patients' own first; accounts that are disabled are left
 * out. At most `most`. One statement, none for no chart.
 */
export async function grantsOfCharts(db: Queryable, pids: readonly number[], most: number): Promise<ChartGrant[]> {
  if (pids.length === 0) return []
  const rows = await db.select<Row>(
    // sql-safe: constants and a number
    `${selectGrants} WHERE g.pid IN (:pids) AND a.disabled_at IS NULL
      ORDER BY g.revoked_at IS NOT NULL, g.relationship = 'self' DESC, a.display_name, g.id LIMIT ${String(Math.trunc(most))}`,
    { pids },
  )
  return rows.map(grantOf)
}

/** Those of an account that open nothing yet, the next first, where the chart allows the portal. One statement. */
export async function comingGrants(db: Queryable, accountId: number, now: Utc, most: number): Promise<ChartGrant[]> {
  const rows = await db.select<Row>(
    // sql-safe: constants and a number
    `${selectGrants} WHERE g.account_id = :accountId AND g.revoked_at IS NULL AND g.valid_from > :now
        AND (g.valid_until IS NULL OR g.valid_until > g.valid_from) AND p.allow_patient_portal = 'YES'
      ORDER BY g.valid_from, g.id LIMIT ${String(Math.trunc(most))}`,
    { accountId, now },
  )
  return rows.map(grantOf)
}

/** A grant of this very chart: the address of one with another chart's pid leads nowhere. */
export async function findGrant(
  db: Queryable,
  { pid, id }: { pid: number; id: number },
): Promise<ChartGrant | undefined> {
  const row = await db.first<Row>(`${selectGrants} WHERE g.id = :id AND g.pid = :pid`, { id, pid }) // sql-safe: a constant
  return row && grantOf(row)
}

function grantOf(row: Row): ChartGrant {
  return {
    id: row.id,
    record: row.record,
    pid: row.pid,
    firstName: row.fname,
    lastName: row.lname,
    born: dayOrNone(row.DOB),
    accountId: row.account_id,
    accountName: row.display_name,
    relationship: row.relationship,
    extent: row.extent,
    validFrom: row.valid_from,
    validUntil: row.valid_until ?? undefined,
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
    revoked: decided(row.revoked_at, row.revoked_by, row.revoked_reason),
    exempt: row.exempt_at !== null,
    exemption: decided(row.exempt_at, row.exempt_by, row.exempt_reason),
    version: row.version,
  }
}

function decided(at: Utc | null, by: string | null, reason: string | null): Decided | undefined {
  return at === null ? undefined : { at, by: by ?? '', reason: reason ?? '' }
}
