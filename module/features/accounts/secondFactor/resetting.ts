/** Whom staff may help whose second factor is lost: those who open a record that is in front of them. */
import { utc } from '../../../platform/clock.js'
import type { Portal } from '../../../access/portal.js'

export interface LostAccount {
  id: number
  name: string
}

/** Accounts with a second factor that a running grant lets into this chart. One statement. */
export async function accountsWithFactors({ clock, db }: Portal, pid: number): Promise<LostAccount[]> {
  return db.select<LostAccount>(
    `SELECT a.id, a.display_name AS name
       FROM foyer_accounts a
      WHERE a.disabled_at IS NULL
        AND a.id IN (SELECT g.account_id FROM foyer_grants g
                      WHERE g.pid = :pid AND g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > :now))
        AND (EXISTS (SELECT 1 FROM foyer_totp f WHERE f.owner = CONCAT('account:', a.id))
          OR EXISTS (SELECT 1 FROM foyer_passkeys f WHERE f.owner = CONCAT('account:', a.id)))
      ORDER BY a.display_name, a.id`,
    { pid, now: utc(clock.now()) },
  )
}
