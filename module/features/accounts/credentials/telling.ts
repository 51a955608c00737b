/** Access that was given or changed is told to the trusted address: with a link, never with the password. */
import { trustedEmail, whyNoLetter } from '../../../access/chartAddress.js'
import { writeLetter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import type { LetterKind } from '../../../feature.js'
import type { PortalChart } from '../../../host/credentials.js'
import type { Actor } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'

export type CredentialLetter = 'credential.created' | 'credential.reset'

export const letters: readonly LetterKind[] = [
  { kind: 'credential.created', values: () => ({ path: '/portal/sign-in' }) },
  { kind: 'credential.reset', values: () => ({ path: '/portal/sign-in' }) },
]

/** Writes the letter down, or that there is none and why. */
export async function tellPatient(
  tx: Tx,
  portal: Portal,
  chart: PortalChart,
  { kind, by }: { kind: CredentialLetter; by: Actor },
): Promise<void> {
  const refused = whyNoLetter(chart)
  await writeLetter(tx, portal, {
    kind,
    channel: 'mail',
    to: trustedEmail(chart).address,
    language: await languageOfPatient(tx, portal, chart),
    pid: chart.pid,
    by,
    ...(refused === undefined ? {} : { refused }),
  })
}

/** As the patient chose in the portal, else as the chart says, else as the practice speaks. */
export async function languageOfPatient(tx: Pick<Tx, 'first'>, portal: Portal, chart: PortalChart): Promise<Language> {
  const account = await tx.first<{ language: string | null }>(
    `SELECT language FROM foyer_accounts WHERE host_pid = :pid`,
    { pid: chart.pid },
  )
  if (isLanguage(account?.language)) return account.language
  const spoken = chart.language.trim().toLowerCase()
  if (spoken.startsWith('spanish') || spoken.startsWith('español')) return 'es'
  return spoken.startsWith('english') ? 'en' : portal.settings().defaultLanguage
}
