/** Letters about forms: that something is asked, that it is due soon, that it is asked again. Never what, never why. */
import { writeLetter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import { readersWhoMay } from '../../../access/readers.js'
import { readPortalChart, type PortalChart } from '../../../host/credentials.js'
import type { LetterKind } from '../../../feature.js'
import type { Actor } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'

export type FormLetter = 'form.assigned' | 'form.reminder' | 'form.returned'

export const formLetters: readonly LetterKind[] = (['form.assigned', 'form.reminder', 'form.returned'] as const).map(
  (kind) => ({ kind, values: () => ({ path: '/portal' }) }),
)

export interface Addressed {
  kind: FormLetter
  pid: number | undefined
  accountId: number | undefined
}

/**
 * To everybody who may answer in the chart, a child's mother and a proxy among them; where nobody opens it yet, to the
 * chart's trusted address, as the host lets it be written to (facts §3.2). Without a chart to the account's.
 */
export async function writeAboutForm(tx: Tx, portal: Portal, by: Actor, letter: Addressed): Promise<void> {
  if (letter.pid !== undefined) return writeToReaders(tx, portal, by, letter.kind, letter.pid)
  if (letter.accountId === undefined) return
  const account = await tx.first<{ email: string | null; language: string | null }>(
    `SELECT email, language FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL`,
    { id: letter.accountId },
  )
  if (account?.email == null) return
  await writeLetter(tx, portal, {
    ...{ kind: letter.kind, channel: 'mail', to: account.email, accountId: letter.accountId, by },
    language: languageOf(portal, account.language, ''),
  })
}

async function writeToReaders(tx: Tx, portal: Portal, by: Actor, kind: FormLetter, pid: number): Promise<void> {
  const readers = await readersWhoMay(tx, portal, pid, 'forms:fill')
  if (readers.length === 0) return writeToChart(tx, portal, by, kind, pid)
  for (const reader of readers) await writeLetter(tx, portal, { kind, channel: 'mail', pid, by, ...reader })
}

async function writeToChart(tx: Tx, portal: Portal, by: Actor, kind: FormLetter, pid: number): Promise<void> {
  const chart = await readPortalChart(tx, pid)
  if (!chart) return
  const to = chart.emailDirect === '' ? chart.email : chart.emailDirect
  const account = await tx.first<{ language: string | null }>(
    `SELECT language FROM foyer_accounts WHERE host_pid = :pid`,
    { pid },
  )
  const refused = whyNoLetter(chart, to)
  await writeLetter(tx, portal, {
    ...{ kind, channel: 'mail', to, pid, by, language: languageOf(portal, account?.language ?? null, chart.language) },
    ...(refused === undefined ? {} : { refused }),
  })
}

function whyNoLetter({ mayMail }: PortalChart, to: string): string | undefined {
  if (!mayMail) return 'no-consent'
  if (to === '') return 'no-address'
  return isEmailAddress(to) ? undefined : 'bad-address'
}

/** As they chose in the portal, else as the chart says, else as the practice speaks. */
function languageOf(portal: Portal, chosen: string | null, spoken: string): Language {
  if (isLanguage(chosen)) return chosen
  const said = spoken.trim().toLowerCase()
  if (said.startsWith('spanish') || said.startsWith('español')) return 'es'
  return said.startsWith('english') ? 'en' : portal.settings().defaultLanguage
}
