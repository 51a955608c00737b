/**
 * Two accounts of one person became one: the address of the one that is no more signs in nowhere. Whoever reads there
 * hears of it, at once and whenever they forgot how they sign in; of the other's address they are told nothing.
 */
import { accountInUse } from '../host/reads/redeeming.js'
import type { Actor } from '../platform/audit.js'
import type { Queryable, Tx } from '../platform/database.js'
import { isLanguage } from '../platform/i18n.js'
import { writeLetter } from './letters.js'
import type { Portal } from './portal.js'

/** Which account stands in place of this one, however often that was merged since. Undefined: none, or it is closed. */
export async function mergedInto(db: Queryable, accountId: number): Promise<number | undefined> {
  const stands = await accountInUse(db, accountId)
  return stands === accountId ? undefined : stands
}

/**
 * To the account's own address, where its holder has proved it. `account.merged`: it signs in no longer;
 * `account.joined`: another one's records are here now. Kept with the letters of the account that stays.
 */
export async function tellOfMerge(
  tx: Tx,
  portal: Portal,
  by: Actor,
  { kind, to, stays }: { kind: 'account.merged' | 'account.joined'; to: number; stays: number },
): Promise<void> {
  const row = await tx.first<{ email: string; language: string | null }>(
    `SELECT email, language FROM foyer_accounts WHERE id = :to AND email IS NOT NULL AND email_verified_at IS NOT NULL`,
    { to },
  )
  if (!row) return
  await writeLetter(tx, portal, {
    ...{ kind, channel: 'mail', to: row.email, accountId: stays, by },
    language: isLanguage(row.language) ? row.language : portal.settings().defaultLanguage,
  })
}
