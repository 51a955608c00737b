import type { Queryable } from '../../platform/database.js'
import type { Utc } from '../../platform/clock.js'

/** How a chart stands towards the portal: allowed, with a login of its own, when it was last used. */
export interface PortalAccess {
  allowed: boolean
  /**
   * none: no login yet; temporary: made by staff here, to be changed; unused: made by staff in the host; expired: made
   * by staff and never used; current: the patient's own.
   */
  credential: 'none' | 'temporary' | 'unused' | 'expired' | 'current'
  /** Of a temporary one. */
  madeBy: string
  expiresAt: Utc | undefined
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
  is_unusable: number
  made_by: string | null
  expires_at: Utc | null
  sessions: number
  last_sign_in: Utc | null
}

/** One statement. Sessions run that were seen since `awake` and made since `young`. Undefined: no such patient. */
export async function portalAccess(
  db: Queryable,
  pid: number,
  { awake, young }: { awake: Utc; young: Utc },
): Promise<PortalAccess | undefined> {
  const row = await db.first<Row>(
    `SELECT p.allow_patient_portal, c.portal_login_username, c.portal_pwd_status,
            COALESCE(c.portal_pwd, '') <> '' AS has_password, COALESCE(c.portal_pwd, '') LIKE '!%' AS is_unusable,
            f.made_by, f.expires_at,
            (SELECT COUNT(*) FROM foyer_sessions s
              WHERE s.audience = 'patient' AND s.owner = CAST(a.id AS CHAR) AND s.seen_at > :awake
                AND s.created_at > :young) AS sessions,
            (SELECT MAX(l.at) FROM foyer_audit l
              WHERE l.actor_kind = 'account' AND l.actor_id = CAST(a.id AS CHAR) AND l.event = 'patient.signed-in') AS last_sign_in
       FROM patient_data p
       LEFT JOIN patient_access_onsite c ON c.pid = p.pid
       LEFT JOIN foyer_credentials f ON f.open_pid = p.pid AND BINARY f.fingerprint = BINARY SHA2(c.portal_pwd, 256)
       LEFT JOIN foyer_accounts a ON a.host_pid = p.pid AND a.disabled_at IS NULL
      WHERE p.pid = :pid`,
    { pid, awake, young },
  )
  if (!row) return undefined
  return {
    allowed: row.allow_patient_portal === 'YES',
    credential: credentialOf(row),
    madeBy: row.made_by ?? '',
    expiresAt: row.expires_at ?? undefined,
    loginName: row.portal_login_username ?? '',
    lastSignIn: row.last_sign_in ?? undefined,
    sessions: row.sessions,
  }
}

function credentialOf(row: Row): PortalAccess['credential'] {
  if (row.has_password !== 1 || (row.portal_login_username ?? '') === '') return 'none'
  if (row.is_unusable === 1) return 'expired'
  if (row.expires_at !== null) return 'temporary'
  return row.portal_pwd_status === 1 ? 'current' : 'unused'
}
