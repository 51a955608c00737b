import type { WallClock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'

export interface OpenedChart {
  /** The chart did not say YES before. */
  allowed: boolean
  /** The row of the host's own portal was missing. */
  row: boolean
}

/**
 * The chart says YES to the portal, and has its row there (facts §3.1): without a login name and with an empty password,
 * which never verifies (facts §3.3). The row's account name is the one that the host's own dialog would give it. `by`:
 * the staff user's name.
 */
export async function openChart(
  tx: Tx,
  { pid, by, at }: { pid: number; by: string; at: WallClock },
): Promise<OpenedChart> {
  const allowed = await tx.change(
    `UPDATE patient_data SET allow_patient_portal = 'YES', date = :at,
            updated_by = COALESCE((SELECT MIN(u.id) FROM users u WHERE u.username = :by), updated_by)
      WHERE pid = :pid AND BINARY allow_patient_portal <> 'YES'`,
    { pid, by, at },
  )
  const made = await tx.change(
    `INSERT INTO patient_access_onsite (pid, portal_username, portal_login_username, portal_pwd, portal_pwd_status, date_created)
     SELECT p.pid, LEFT(CONCAT(p.fname, p.lname, p.id), 100), NULL, '', 0, :at FROM patient_data p
      WHERE p.pid = :pid AND NOT EXISTS (SELECT 1 FROM patient_access_onsite c WHERE c.pid = p.pid)`,
    { pid, at },
  )
  return { allowed: allowed === 1, row: made === 1 }
}
