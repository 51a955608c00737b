/** An account, a record, a code, with everything that may keep somebody out of them: open or not. */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { dayOrNone } from '../unset.js'
import { triedCode, type TriedCode } from './redeeming.js'
import type { Decided } from './grants.js'

export interface WhyRecord {
  record: string
  accountId: number
  accountName: string
  disabled: boolean
  /** 0: the account's own record, which has no chart. */
  pid: number
  patientName: string
  born: Day | undefined
  /** The chart says YES to the portal. */
  allowed: boolean
  /** Undefined: the account's own record. */
  grant:
    | {
        id: number
        relationship: string
        extent: string
        exempt: boolean
        validFrom: Utc
        validUntil: Utc | undefined
        revoked: Decided | undefined
      }
    | undefined
}

interface Row {
  account_id: number
  display_name: string
  disabled_at: Utc | null
  grant_id: number | null
  pid: number | null
  relationship: string | null
  extent: string | null
  exempt_at: Utc | null
  valid_from: Utc | null
  valid_until: Utc | null
  revoked_at: Utc | null
  revoked_by: string | null
  revoked_reason: string | null
  fname: string | null
  lname: string | null
  DOB: string | null
  allowed: string | null
}

/** Whoever's record it is, by the opaque id of its address. Undefined: nobody's. */
export async function whyRecord(db: Queryable, record: string): Promise<WhyRecord | undefined> {
  const row = await db.first<Row>(
    `SELECT a.id AS account_id, a.display_name, a.disabled_at, g.id AS grant_id, g.pid, g.relationship, g.extent,
            g.exempt_at, g.valid_from, g.valid_until, g.revoked_at, g.revoked_by, g.revoked_reason,
            p.fname, p.lname, p.DOB, p.allow_patient_portal AS allowed
       FROM foyer_accounts a
       LEFT JOIN foyer_grants g ON g.account_id = a.id AND g.record = :record
       LEFT JOIN patient_data p ON p.pid = g.pid
      WHERE a.id = COALESCE((SELECT account_id FROM foyer_grants WHERE record = :record),
                            (SELECT id FROM foyer_accounts WHERE own_record = :record))`,
    { record },
  )
  return row && recordOf(record, row)
}

function recordOf(record: string, row: Row): WhyRecord {
  return {
    record,
    accountId: row.account_id,
    accountName: row.display_name,
    disabled: row.disabled_at !== null,
    pid: row.pid ?? 0,
    patientName: `${row.fname ?? ''} ${row.lname ?? ''}`.trim(),
    born: dayOrNone(row.DOB),
    allowed: row.allowed === 'YES',
    grant: grantOf(row),
  }
}

function grantOf(row: Row): WhyRecord['grant'] {
  if (row.grant_id === null || row.valid_from === null) return undefined
  return {
    id: row.grant_id,
    relationship: row.relationship ?? 'other',
    extent: row.extent ?? 'none',
    exempt: row.exempt_at !== null,
    validFrom: row.valid_from,
    validUntil: row.valid_until ?? undefined,
    revoked:
      row.revoked_at === null
        ? undefined
        : { at: row.revoked_at, by: row.revoked_by ?? '', reason: row.revoked_reason ?? '' },
  }
}

/** By what an account signs in. */
export function whyAccount(
  db: Queryable,
  id: number,
): Promise<{ id: number; email: string | null; hostPid: number | null } | undefined> {
  return db.first(`SELECT id, email, host_pid AS hostPid FROM foyer_accounts WHERE id = :id`, { id })
}

/** The newest PIN or code of a patient's, one that still waits before any other. */
export async function newestCode(db: Queryable, pid: number): Promise<TriedCode | undefined> {
  const code = await db.first<{ hash: string }>(
    `SELECT code_hash AS hash FROM foyer_codes
      WHERE pid = :pid ORDER BY redeemed_at IS NULL AND revoked_at IS NULL DESC, id DESC LIMIT 1`,
    { pid },
  )
  return code && triedCode(db, code.hash)
}

/** A record of somebody's, as it is picked. */
export interface PickedRecord {
  record: string
  account: string
  /** 0: the account's own. */
  pid: number
}

/** Who opens these charts, or did, and the own records of these accounts' e-mail and of the charts' own patients. */
export async function recordsToPick(db: Queryable, pids: readonly number[], email: string): Promise<PickedRecord[]> {
  return db.select<PickedRecord>(
    `(SELECT g.record, a.display_name AS account, g.pid FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
       WHERE g.pid IN (:pids) LIMIT 50)
      UNION
     (SELECT a.own_record, a.display_name, 0 FROM foyer_accounts a WHERE a.email = :email)
      UNION
     (SELECT g.record, a.display_name, g.pid FROM foyer_accounts a JOIN foyer_grants g ON g.account_id = a.id
       WHERE a.email = :email LIMIT 50)
      UNION
     (SELECT a.own_record, a.display_name, 0 FROM foyer_accounts a WHERE a.host_pid IN (:pids) LIMIT 50)
      ORDER BY account, pid`,
    { pids: pids.length === 0 ? [0] : pids, email: email === '' ? '-' : email },
  )
}
