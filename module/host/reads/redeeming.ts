import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { dayOrNone } from '../unset.js'

/** A code as somebody tries it, with the chart that it opens. */
export interface TriedCode {
  id: number
  pid: number
  /** Whom it was made out to. */
  recipient: string
  relationship: string
  extent: string
  /** When what it gives begins to open anything; null: as soon as it is used. */
  opens_from: Utc | null
  redeemed_at: Utc | null
  revoked_at: Utc | null
  expires_at: Utc
  /** Of the patient, as the chart says. */
  born: Day | undefined
  /** The chart says YES to the portal. */
  open: boolean
  /** What the patient is called in the chart. */
  patientName: string
}

interface Row extends Omit<TriedCode, 'born' | 'open' | 'patientName'> {
  DOB: string | null
  allowed: string | null
  fname: string | null
  lname: string | null
}

/** One statement over one index, found or not. */
export async function triedCode(db: Queryable, hash: string): Promise<TriedCode | undefined> {
  const row = await db.first<Row>(
    `SELECT c.id, c.pid, c.recipient, c.relationship, c.extent, c.opens_from, c.redeemed_at, c.revoked_at, c.expires_at, p.DOB,
            p.allow_patient_portal AS allowed, p.fname, p.lname
       FROM foyer_codes c
       LEFT JOIN patient_data p ON p.pid = c.pid
      WHERE c.code_hash = :hash`,
    { hash },
  )
  if (!row) return undefined
  const { DOB, allowed, fname, lname, ...code } = row
  const patientName = `${fname ?? ''} ${lname ?? ''}`.trim()
  return { ...code, born: dayOrNone(DOB), open: allowed === 'YES', patientName }
}

/** By what a person is known again: one account of theirs. */
export interface KnownAs {
  account: number
  name: string
  /** Its own. */
  email: string | null
  /** In the chart of its holder, where the account has the host's login. */
  chartEmail: string | null
}

export interface LostAccess extends KnownAs {
  /** foyer_grants.id */
  grant: number
  revokedAt: Utc
  revokedBy: string | null
  revokedReason: string | null
}

/** Accounts merged into another, and that one into the next: as far as one looks, so that no ring is followed for ever. */
const MERGED_MOST = 20

/** This account and those that it was merged into, one after the other. */
// sql-safe: a number
const became = `WITH RECURSIVE became AS (
       SELECT id, merged_into, disabled_at, 0 AS step FROM foyer_accounts WHERE id = :accountId
        UNION ALL
       SELECT a.id, a.merged_into, a.disabled_at, became.step + 1
         FROM became JOIN foyer_accounts a ON a.id = became.merged_into
        WHERE became.disabled_at IS NOT NULL AND became.step < ${String(MERGED_MOST)})`

/** The account that stands where this one was: itself, or the last one that it was merged into. Undefined: that is closed. */
export async function accountInUse(db: Queryable, accountId: number): Promise<number | undefined> {
  // sql-safe: a constant
  const stands = await db.first<{ id: number }>(`${became} SELECT id FROM became WHERE disabled_at IS NULL`, {
    accountId,
  })
  return stands?.id
}

/** The same, closed or not. */
export async function lastOfMerges(db: Queryable, accountId: number): Promise<number> {
  // sql-safe: a constant
  const last = await db.first<{ id: number }>(`${became} SELECT id FROM became ORDER BY step DESC LIMIT 1`, {
    accountId,
  })
  return last?.id ?? accountId
}

/**
 * Whose access to this chart was revoked and is not given back: each with the accounts that were merged into theirs. A
 * merged account's own grants say nothing: what was revoked went along with it (registration/staff/merging.ts).
 */
export function lostAccess(db: Queryable, pid: number): Promise<LostAccess[]> {
  return db.select<LostAccess>(
    `WITH RECURSIVE person AS (
       SELECT h.id, g.id AS grant_id, g.revoked_at, g.revoked_by, g.revoked_reason, 0 AS step
         FROM foyer_grants g JOIN foyer_accounts h ON h.id = g.account_id
        WHERE g.pid = :pid AND g.revoked_at IS NOT NULL AND h.merged_into IS NULL
        UNION ALL
       SELECT m.id, person.grant_id, person.revoked_at, person.revoked_by, person.revoked_reason, person.step + 1
         FROM person JOIN foyer_accounts m ON m.merged_into = person.id WHERE person.step < ${String(MERGED_MOST)})
     SELECT a.id AS account, a.display_name AS name, a.email, p.email AS chartEmail,
            person.grant_id AS \`grant\`, person.revoked_at AS revokedAt, person.revoked_by AS revokedBy, person.revoked_reason AS revokedReason
       FROM person JOIN foyer_accounts a ON a.id = person.id
       LEFT JOIN patient_data p ON p.pid = a.host_pid`, // sql-safe: a number
    { pid },
  )
}

/** An account and those that were merged into it; none of 0. */
export function accountsOfPerson(db: Queryable, accountId: number): Promise<KnownAs[]> {
  return db.select<KnownAs>(
    `WITH RECURSIVE person AS (
       SELECT id, 0 AS step FROM foyer_accounts WHERE id = :accountId
        UNION ALL
       SELECT m.id, person.step + 1
         FROM person JOIN foyer_accounts m ON m.merged_into = person.id WHERE person.step < ${String(MERGED_MOST)})
     SELECT a.id AS account, a.display_name AS name, a.email, p.email AS chartEmail
       FROM person JOIN foyer_accounts a ON a.id = person.id
       LEFT JOIN patient_data p ON p.pid = a.host_pid`, // sql-safe: a number
    { accountId },
  )
}

/**
 * Whether the account's holder is not the patient of this chart: they open it, or did, as somebody else, or are the
 * patient of another one.
 */
export async function isSomebodyElse(db: Queryable, accountId: number, pid: number): Promise<boolean> {
  const grant = await db.first(
    `SELECT g.id FROM foyer_grants g JOIN patient_data p ON p.pid = g.pid
      WHERE g.account_id = :accountId
        AND IF(g.pid = :pid, g.relationship <> 'self', g.relationship = 'self' AND g.revoked_at IS NULL) LIMIT 1`,
    { accountId, pid },
  )
  return grant !== undefined
}
