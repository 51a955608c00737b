import type { WallClock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'

export interface OpenedBefore {
  pid: number
  /** Of the staff user who takes it back. */
  by: string
  at: WallClock
  /** What allow_patient_portal said before it was set to YES; undefined: it said YES already. */
  allowedBefore: string | undefined
  /** The row of the host's own portal was made with it. */
  madeAccess: boolean
}

/**
 * Takes back what openChart did: the chart says what it said, and the row in the host's portal goes. Only what nobody
 * uses by now: with a grant of somebody else, or a login that staff or the patient made since, both stay.
 */
export async function closeChart(
  tx: Tx,
  { allowedBefore, at, by, madeAccess, pid }: OpenedBefore,
): Promise<{ allowedAgain: boolean; accessTaken: boolean }> {
  const used = await tx.first<{ grants: number; logins: number }>(
    `SELECT (SELECT COUNT(*) FROM foyer_grants WHERE pid = :pid AND revoked_at IS NULL) AS grants,
            (SELECT COUNT(*) FROM patient_access_onsite
              WHERE pid = :pid AND (COALESCE(portal_pwd, '') <> '' OR COALESCE(portal_login_username, '') <> '')) AS logins`,
    { pid },
  )
  if ((used?.grants ?? 0) > 0 || (used?.logins ?? 0) > 0) return { allowedAgain: false, accessTaken: false }
  const taken = madeAccess
    ? await tx.change(
        `DELETE FROM patient_access_onsite
          WHERE pid = :pid AND COALESCE(portal_pwd, '') = '' AND COALESCE(portal_login_username, '') = ''`,
        { pid },
      )
    : 0
  const again =
    allowedBefore === undefined
      ? 0
      : await tx.change(
          `UPDATE patient_data SET allow_patient_portal = :allowedBefore, date = :at,
                  updated_by = COALESCE((SELECT MIN(u.id) FROM users u WHERE u.username = :by), updated_by)
            WHERE pid = :pid AND BINARY allow_patient_portal = 'YES'`,
          { pid, allowedBefore, at, by },
        )
  return { allowedAgain: again === 1, accessTaken: taken === 1 }
}
