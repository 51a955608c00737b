import type { Queryable } from '../../platform/database.js'
import type { Utc } from '../../platform/clock.js'

/** How a chart stands towards the portal: allowed, with a login of its own, when it was last used. */
export interface PortalAccess {
  allowed: boolean
  /** none: no login yet; unused: made by staff, not yet the patient's own; current: in use. */
  credential: 'none' | 'unused' | 'current'
  loginName: string
  /** Of the patient's own account; undefined: never, or not with Foyer. */
  lastSignIn: Utc | undefined
  /** Where the patient's own account is signed in now. */
  sessions: number
}

interface Row {
  allow_patient_portal: string
  portal_login_username: string | null
  portal_pwd_status: number | null
  has_password: number
  sessions: number
  last_sign_in: Utc | null
}

/** One statement. `awake`: sessions seen since then are running. Undefined: no such patient. */
export async function portalAccess(db: Queryable, pid: number, awake: Utc): Promise<PortalAccess | undefined> {
  const row = await db.first<Row>(
    `SELECT p.allow_patient_portal, c.portal_login_username, c.portal_pwd_status,
            COALESCE(c.portal_pwd, '') <> '' AS has_password,
            (SELECT COUNT(*) FROM foyer_sessions s
              WHERE s.audience = 'patient' AND s.owner = CAST(a.id AS CHAR) AND s.seen_at > :awake) AS sessions,
            (SELECT MAX(l.at) FROM foyer_audit l
              WHERE l.actor_kind = 'account' AND l.actor_id = CAST(a.id AS CHAR) AND l.event = 'patient.signed-in') AS last_sign_in
       FROM patient_data p
       LEFT JOIN patient_access_onsite c ON c.pid = p.pid
       LEFT JOIN foyer_accounts a ON a.host_pid = p.pid AND a.disabled_at IS NULL
      WHERE p.pid = :pid`,
    { pid, awake },
  )
  if (!row) return undefined
  return {
    allowed: row.allow_patient_portal === 'YES',
    credential: credentialOf(row),
    loginName: row.portal_login_username ?? '',
    lastSignIn: row.last_sign_in ?? undefined,
    sessions: row.sessions,
  }
}

function credentialOf(row: Row): PortalAccess['credential'] {
  if (row.has_password !== 1 || (row.portal_login_username ?? '') === '') return 'none'
  return row.portal_pwd_status === 1 ? 'current' : 'unused'
}

/** Somebody whose account opens a chart. */
export interface PatientGrantRow {
  account_name: string
  relationship: string
  extent: string
  valid_from: Utc
  /** null: no end. */
  valid_until: Utc | null
}

/** Grants of a chart that run now, the patient's own first. One statement. */
export function grantsOfPatient(db: Queryable, pid: number, now: Utc): Promise<PatientGrantRow[]> {
  return db.select<PatientGrantRow>(
    `SELECT a.display_name AS account_name, g.relationship, g.extent, g.valid_from, g.valid_until
       FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id AND a.disabled_at IS NULL
      WHERE g.pid = :pid AND g.revoked_at IS NULL AND g.valid_from <= :now
        AND (g.valid_until IS NULL OR g.valid_until > :now)
      ORDER BY g.relationship = 'self' DESC, a.display_name, g.id`,
    { pid, now },
  )
}
