import type { Queryable } from '../../platform/database.js'
import type { Utc } from '../../platform/clock.js'

/** How a chart stands towards the portal: allowed, with a login of its own, opened by whom. */
export interface PortalAccess {
  allowed: boolean
  /** none: no login yet; unused: made by staff, not yet the patient's own; current: in use. */
  credential: 'none' | 'unused' | 'current'
  loginName: string
  grants: { accountName: string; relationship: string; extent: string; since: Utc; until: Utc | null }[]
}

interface Row {
  allow_patient_portal: string
  portal_login_username: string | null
  portal_pwd_status: number | null
  has_password: number
  display_name: string | null
  relationship: string | null
  extent: string | null
  valid_from: string | null
  valid_until: string | null
}

/** One statement. Undefined: no such patient. */
export async function portalAccess(db: Queryable, pid: number, now: Utc): Promise<PortalAccess | undefined> {
  const rows = await db.select<Row>(
    `SELECT p.allow_patient_portal, c.portal_login_username, c.portal_pwd_status,
            COALESCE(c.portal_pwd, '') <> '' AS has_password,
            a.display_name, g.relationship, g.extent, g.valid_from, g.valid_until
       FROM patient_data p
       LEFT JOIN patient_access_onsite c ON c.pid = p.pid
       LEFT JOIN foyer_grants g ON g.pid = p.pid AND g.revoked_at IS NULL AND g.valid_from <= :now
                               AND (g.valid_until IS NULL OR g.valid_until > :now)
       LEFT JOIN foyer_accounts a ON a.id = g.account_id AND a.disabled_at IS NULL
      WHERE p.pid = :pid
      ORDER BY g.relationship = 'self' DESC, a.display_name`,
    { pid, now },
  )
  const [first] = rows
  if (!first) return undefined
  return {
    allowed: first.allow_patient_portal === 'YES',
    credential: credentialOf(first),
    loginName: first.portal_login_username ?? '',
    grants: rows.flatMap((row) =>
      row.display_name === null
        ? []
        : [
            {
              accountName: row.display_name,
              relationship: row.relationship ?? '',
              extent: row.extent ?? '',
              since: row.valid_from ?? '',
              until: row.valid_until,
            },
          ],
    ),
  }
}

function credentialOf(row: Row): PortalAccess['credential'] {
  if (row.has_password !== 1 || (row.portal_login_username ?? '') === '') return 'none'
  return row.portal_pwd_status === 1 ? 'current' : 'unused'
}
