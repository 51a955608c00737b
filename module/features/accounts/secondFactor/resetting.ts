/** Whom staff may help whose second factor is lost: those who open a record that is in front of them. */
import { factorOwner, factorsOf, hasFactor } from '../../../access/secondFactors.js'
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
                      WHERE g.pid = :pid AND g.revoked_at IS NULL AND g.valid_from <= :now
                        AND (g.valid_until IS NULL OR g.valid_until > :now))
        AND (EXISTS (SELECT 1 FROM foyer_totp f WHERE f.owner = CONCAT('account:', a.id))
          OR EXISTS (SELECT 1 FROM foyer_passkeys f WHERE f.owner = CONCAT('account:', a.id)))
      ORDER BY a.display_name, a.id`,
    { pid, now: utc(clock.now()) },
  )
}

/** By its number as an address names it, with its own record. Undefined: no account in use, or none with a second factor. */
export async function accountWithFactors(
  { db }: Portal,
  account: string,
): Promise<{ id: number; record: string } | undefined> {
  const id = Number(/^[1-9]\d{0,15}$/.exec(account)?.[0] ?? 0)
  const row = await db.first<{ id: number; record: string }>(
    `SELECT id, own_record AS record FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL`,
    { id },
  )
  return row && hasFactor(await factorsOf(db, factorOwner({ kind: 'account', id }))) ? row : undefined
}
