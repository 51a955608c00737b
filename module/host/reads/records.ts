import type { Queryable } from '../../platform/database.js'
import type { Day, Utc } from '../../platform/clock.js'
import { dayOrNone, idOrNone } from '../unset.js'

/** An account with every record that it may open now, in one statement: this runs at each request of a patient. */
export interface AccountRow {
  id: number
  ownRecord: string
  displayName: string
  language: string | undefined
  hostPid: number | undefined
  /** The hash by which this account signs in, host's or own: a session made under another one is over. */
  credentialHash: string | undefined
  grants: GrantRow[]
}

export interface GrantRow {
  record: string
  pid: number
  relationship: string
  extent: string
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
  record: string | null
  pid: number | null
  relationship: string | null
  extent: string | null
  fname: string | null
  lname: string | null
  DOB: string | null
  providerID: number | null
}

/**
 * A grant opens its chart only while it runs, is not revoked, and the chart says YES (architecture, Scope). The own
 * record's grant comes first, then by name. Undefined: no such account, or disabled.
 */
export async function accountWithRecords(db: Queryable, accountId: number, now: Utc): Promise<AccountRow | undefined> {
  const rows = await db.select<Row>(
    `SELECT a.id, a.own_record, a.display_name, a.language, a.host_pid, COALESCE(a.password_hash, c.portal_pwd) AS credential_hash,
            g.record, p.pid, g.relationship, g.extent, p.fname, p.lname, p.DOB, p.providerID
       FROM foyer_accounts a
       LEFT JOIN patient_access_onsite c ON c.pid = a.host_pid
       LEFT JOIN foyer_grants g ON g.account_id = a.id AND g.revoked_at IS NULL AND g.valid_from <= :now
                               AND (g.valid_until IS NULL OR g.valid_until > :now)
       LEFT JOIN patient_data p ON p.pid = g.pid AND p.allow_patient_portal = 'YES'
      WHERE a.id = :accountId AND a.disabled_at IS NULL
      ORDER BY g.relationship = 'self' DESC, p.fname, g.id`,
    { accountId, now },
  )
  const [first] = rows
  if (!first) return undefined
  return {
    id: first.id,
    ownRecord: first.own_record,
    displayName: first.display_name,
    language: first.language ?? undefined,
    hostPid: first.host_pid ?? undefined,
    credentialHash: first.credential_hash ?? undefined,
    grants: rows.flatMap(grantOf),
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
      firstName: row.fname ?? '',
      lastName: row.lname ?? '',
      born: dayOrNone(row.DOB),
      providerId: idOrNone(row.providerID),
    },
  ]
}
