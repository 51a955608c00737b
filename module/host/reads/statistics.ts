/**
 * How much the portal is used. What would be counted over every patient is counted by a job and remembered; what is
 * counted as the page is asked for is bounded, however large the practice.
 */
import type { Queryable, Tx } from '../../platform/database.js'
import type { Utc } from '../../platform/clock.js'

/** Counted over everybody, as of an instant. */
export interface PortalCounts {
  at: Utc
  /** Foyer accounts that are not disabled. */
  accounts: number
  /** Charts that say YES to the portal (facts §3.1). */
  allowed: number
  /** Credentials that staff made and nobody has used yet (facts §3.2). */
  unused: number
  /** Accounts that signed in within thirty days. */
  active: number
}

/** Walks the tables from end to end: for the job alone. */
export async function countPortal(db: Queryable, now: Utc, thirtyDaysAgo: Utc): Promise<PortalCounts> {
  const counts = await db.first<Omit<PortalCounts, 'at'>>(
    `SELECT (SELECT COUNT(*) FROM foyer_accounts WHERE disabled_at IS NULL) AS accounts,
            (SELECT COUNT(*) FROM patient_data WHERE allow_patient_portal = 'YES') AS allowed,
            (SELECT COUNT(*) FROM patient_access_onsite
              WHERE COALESCE(portal_pwd, '') <> '' AND COALESCE(portal_pwd_status, 0) <> 1) AS unused,
            (SELECT COUNT(DISTINCT actor_id) FROM foyer_audit
              WHERE event = 'patient.signed-in' AND at >= :thirtyDaysAgo) AS active`,
    { thirtyDaysAgo },
  )
  return { accounts: 0, allowed: 0, unused: 0, active: 0, ...counts, at: now }
}

export async function rememberCounts(tx: Tx, counts: PortalCounts): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_state (name, value) VALUES ('statistics', :counts) ON DUPLICATE KEY UPDATE value = VALUES(value)`,
    { counts: JSON.stringify(counts) },
  )
}

export interface Statistics {
  /** Undefined: not counted yet. */
  counts: PortalCounts | undefined
  /** Appointments asked for in Foyer since then, and how many of them have been decided. */
  requested: number
  decided: number
  /** Half of those decided waited no longer than this; undefined: none is decided. */
  medianSeconds: number | undefined
}

/** More than a practice's requests of a week: what is read stays the same, however many there were in all the years. */
const NEWEST = 5000

/** One statement: a row by its key, and the newest requests by theirs. */
export async function readStatistics(db: Queryable, since: Utc): Promise<Statistics> {
  const row = await db.first<{ counts: string | null; requested: number; decided: number; median: string | null }>(
    // sql-safe: a number of ours
    `WITH newest AS (
       SELECT created_at, TIMESTAMPDIFF(SECOND, created_at, decided_at) AS waited
         FROM foyer_appointment_requests ORDER BY id DESC LIMIT ${String(NEWEST)}
     ), decided AS (
       SELECT waited, ROW_NUMBER() OVER (ORDER BY waited) AS place, COUNT(*) OVER () AS total
         FROM newest WHERE created_at >= :since AND waited IS NOT NULL
     )
     SELECT (SELECT value FROM foyer_state WHERE name = 'statistics') AS counts,
            (SELECT COUNT(*) FROM newest WHERE created_at >= :since) AS requested,
            (SELECT COUNT(*) FROM decided) AS decided,
            (SELECT AVG(waited) FROM decided WHERE place IN (FLOOR((total + 1) / 2), CEILING((total + 1) / 2))) AS median`,
    { since },
  )
  return {
    counts: row?.counts == null ? undefined : (JSON.parse(row.counts) as PortalCounts),
    requested: row?.requested ?? 0,
    decided: row?.decided ?? 0,
    medianSeconds: row?.median == null ? undefined : Number(row.median),
  }
}
