/** Who is told that a proposal was decided: its sender, by a letter that says nothing of what is in it. */
import { writeLetter } from '../../access/letters.js'
import type { Portal } from '../../access/portal.js'
import type { LetterKind } from '../../feature.js'
import { whomToTell, type WhomToTell } from '../../host/reads/profileChanges.js'
import type { Actor } from '../../platform/audit.js'
import type { Tx } from '../../platform/database.js'
import { isEmailAddress } from '../../platform/emailAddress.js'
import { isLanguage } from '../../platform/i18n.js'
import type { Change } from './changes.js'

export const letters: readonly LetterKind[] = [
  { kind: 'profile.decided', values: (_portal, { facts }) => ({ path: pathOf(facts['record'], facts['receipt']) }) },
  { kind: 'profile.address-changed', values: () => ({ path: '/portal' }) },
]

function pathOf(record: string | number | undefined, receipt: string | number | undefined): string {
  if (record === undefined || record === '') return '/portal'
  return `/portal/records/${String(record)}/profile/changes/${String(receipt)}`
}

/** As the chart and the account stand before anything is written: read it first. */
export function readWhomToTell(tx: Tx, { accountId, pid }: Change): Promise<WhomToTell | undefined> {
  return whomToTell(tx, pid, accountId)
}

/** `receipt`: of the change, which may be new with its decision. */
export async function tellSender(
  tx: Tx,
  portal: Portal,
  by: Actor,
  { whom, change, receipt }: { whom: WhomToTell | undefined; change: Change; receipt: string },
): Promise<void> {
  const own = whom?.account_email ?? ''
  const address = own === '' ? trustedOf(whom) : { to: own }
  await writeLetter(tx, portal, {
    ...{ kind: 'profile.decided', channel: 'mail', pid: change.pid, accountId: change.accountId, by },
    ...address,
    language: languageOf(portal, whom),
    facts: { record: change.record ?? '', receipt },
  })
}

function trustedOf(whom: WhomToTell | undefined): { to: string; refused?: string } {
  const to = whom?.trusted ?? ''
  if (to === '') return { to, refused: 'no-address' }
  if (whom?.may_mail !== 1) return { to, refused: 'no-consent' }
  return isEmailAddress(to) ? { to } : { to, refused: 'bad-address' }
}

function languageOf(portal: Portal, whom: WhomToTell | undefined) {
  const said = whom?.account_language
  return isLanguage(said) ? said : portal.settings().defaultLanguage
}

/**
 * To the address that the chart trusted until now, when it trusts another: who did not ask for that hears of it. Where
 * letters may not go there, or it was none, nobody is told.
 */
export async function tellFormerAddress(
  tx: Tx,
  portal: Portal,
  by: Actor,
  { whom, pid }: { whom: WhomToTell | undefined; pid: number },
): Promise<void> {
  const address = trustedOf(whom)
  const now = await whomToTell(tx, pid, undefined)
  if (address.refused !== undefined || now?.trusted.toLowerCase() === address.to.toLowerCase()) return
  await writeLetter(tx, portal, {
    ...{ kind: 'profile.address-changed', channel: 'mail', pid, by, ...address },
    language: languageOf(portal, whom),
  })
}
