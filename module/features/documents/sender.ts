/** What an account is written about a thing that it sent. */
import { writeLetter, type Letter } from '../../access/letters.js'
import type { Portal } from '../../access/portal.js'
import type { Actor } from '../../platform/audit.js'
import type { Tx } from '../../platform/database.js'
import { isLanguage } from '../../platform/i18n.js'
import type { Submission } from './submissions.js'

/** To the account that sent it. What became of it stands in the portal: a letter tells only that there is something. */
export async function writeToSender(
  tx: Tx,
  portal: Portal,
  by: Actor,
  row: Pick<Submission, 'account_id' | 'pid' | 'record'>,
  { facts, kind }: { kind: string; facts: Letter['facts'] },
): Promise<void> {
  if (row.account_id === null) return
  const account = await tx.first<{ email: string | null; language: string | null }>(
    `SELECT email, language FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL`,
    { id: row.account_id },
  )
  if (account?.email == null) return
  await writeLetter(tx, portal, {
    ...{ kind, channel: 'mail', to: account.email, accountId: row.account_id, pid: row.pid ?? undefined, by },
    facts: { ...facts, record: row.record ?? '' },
    language: isLanguage(account.language) ? account.language : portal.settings().defaultLanguage,
  })
}
