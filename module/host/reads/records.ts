import type { Queryable } from '../../platform/database.js'
import type { Day, Utc } from '../../platform/clock.js'
import { dayOrNone, idOrNone } from '../unset.js'

/** An account with every record that it may open now: read at each request of a patient. */
export interface AccountRow {
  id: number
  ownRecord: string
  displayName: string
  language: string | undefined
  hostPid: number | undefined
  /** The hashes by which this account signs in, its own, the host's or both: a session made under others is over. */
  credentialHash: string | undefined
  /** An app or a passkey is asked for besides the password. Undefined: it was not looked. */
  hasFactor: boolean | undefined
  /** Something lies in its own record. Looked at where it opens a chart of its holder's, else undefined. */
  ownHolds: boolean | undefined
  grants: GrantRow[]
}

export interface GrantRow {
  record: string
  pid: number
  relationship: string
  /** As granted: what it opens today is another matter (access/ages.ts). */
  extent: string
  validUntil: Utc | undefined
  /** Staff keep it as it is despite the ages. */
  exempt: boolean
  firstName: string
  lastName: string
  born: Day | undefined
  providerId: number | undefined
}

interface Row {
  id: number
  own_record: string
  display_name: string
  language: string | null
  host_pid: number | null
  credential_hash: string | null
  has_factor: number | null
  own_holds: number | null
  record: string | null
  pid: number | null
  relationship: string | null
  extent: string | null
  valid_until: Utc | null
  exempt: number
  fname: string | null
  lname: string | null
  DOB: string | null
  providerID: number | null
}

/**
 * Accounts by their ids, in one statement; one that is not there or disabled is left out. A grant opens its chart only
 * while it runs, is not revoked, and the chart says YES (architecture, Scope). The own record's grant comes first, then
 * by name. `factors`: whether they have a second factor is read along.
 */
export async function accountsWithRecords(
  db: Queryable,
  ids: readonly number[],
  now: Utc,
  factors: boolean,
): Promise<Map<number, AccountRow>> {
  const rows = await db.select<Row>(
    `SELECT a.id, a.own_record, a.display_name, a.language, a.host_pid, NULLIF(CONCAT(COALESCE(a.password_hash, ''), COALESCE(c.portal_pwd, '')), '') AS credential_hash,
            ${factors ? hasFactor : 'NULL'} AS has_factor,
            IF(p.pid IS NOT NULL AND g.relationship = 'self', ${ownHolds}, NULL) AS own_holds,
            g.record, p.pid, g.relationship, g.extent, g.valid_until, g.exempt_at IS NOT NULL AS exempt, p.fname, p.lname, p.DOB, p.providerID
       FROM foyer_accounts a
       LEFT JOIN patient_access_onsite c ON c.pid = a.host_pid
       LEFT JOIN foyer_grants g ON g.account_id = a.id AND g.revoked_at IS NULL AND g.valid_from <= :now
                               AND (g.valid_until IS NULL OR g.valid_until > :now)
       LEFT JOIN patient_data p ON p.pid = g.pid AND p.allow_patient_portal = 'YES'
      WHERE a.id IN (:ids) AND a.disabled_at IS NULL
      ORDER BY g.relationship = 'self' DESC, p.fname, g.id`, // sql-safe: constants
    { ids, now },
  )
  const accounts = new Map<number, AccountRow>()
  for (const row of rows) {
    const account = accounts.get(row.id) ?? accountOf(row)
    if (row.own_holds !== null) account.ownHolds = row.own_holds === 1
    account.grants.push(...grantOf(row))
    accounts.set(row.id, account)
  }
  return accounts
}

const hasFactor = `(EXISTS (SELECT 1 FROM foyer_totp t WHERE t.owner = CONCAT('account:', a.id))
              OR EXISTS (SELECT 1 FROM foyer_passkeys k WHERE k.owner = CONCAT('account:', a.id)))`

/** What was booked, sent, asked and answered there and went into no chart. */
const ownHolds = ['foyer_appointment_requests', 'foyer_uploads', 'foyer_form_assignments', 'foyer_form_responses']
  .map((table) => `EXISTS (SELECT 1 FROM ${table} o WHERE o.record = a.own_record AND o.pid IS NULL)`) // sql-safe: constants
  .join(' OR ')

function accountOf(row: Row): AccountRow {
  return {
    id: row.id,
    ownRecord: row.own_record,
    displayName: row.display_name,
    language: row.language ?? undefined,
    hostPid: row.host_pid ?? undefined,
    credentialHash: row.credential_hash ?? undefined,
    hasFactor: row.has_factor === null ? undefined : row.has_factor === 1,
    ownHolds: undefined,
    grants: [],
  }
}

function grantOf(row: Row): GrantRow[] {
  if (row.record === null || row.pid === null) return []
  return [
    {
      record: row.record,
      pid: row.pid,
      relationship: row.relationship ?? 'other',
      extent: row.extent ?? 'none',
      validUntil: row.valid_until ?? undefined,
      exempt: row.exempt === 1,
      firstName: row.fname ?? '',
      lastName: row.lname ?? '',
      born: dayOrNone(row.DOB),
      providerId: idOrNone(row.providerID),
    },
  ]
}
