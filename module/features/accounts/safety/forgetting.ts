/**
 * Somebody forgot how they sign in. What is asked is kept sealed and looked up afterwards, so that the answer is the
 * same, after the same time, whether or not there is anybody to write to.
 */
import { trustedEmail, whyNoLetter } from '../../../access/chartAddress.js'
import { writeLetter } from '../../../access/letters.js'
import { tryLimits, type Room, type TryLimits } from '../../../access/limits.js'
import { makeLink, type LinkFacts } from '../../../access/links.js'
import { mergedInto, tellOfMerge } from '../../../access/merged.js'
import { accountOfEmail, type EmailAccount } from '../../../access/accounts.js'
import { passwordMark as fingerprintOf } from '../../../access/ownPasswords.js'
import type { Portal } from '../../../access/portal.js'
import { stranger } from '../../../access/signIn.js'
import type { HeardEvent, Listener } from '../../../feature.js'
import { readPortalChart, isUnusable, type PortalChart } from '../../../host/credentials.js'
import { pidsOfAddress } from '../../../host/patientLogin.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import { publish } from '../../../platform/outbox.js'
import { seal, unseal } from '../../../platform/sealed.js'
import { languageOfPatient } from '../credentials/telling.js'
import { chartLogin, type ChartLogin } from './chartLogin.js'
import { findPerson } from './person.js'

export { fingerprintOf }

export interface Forgotten {
  /** An e-mail address or a login name. */
  typed: string
  address: string
  requestId: string
}

const EVENT = 'reset.asked'
const HOUR_SECONDS = 60 * 60
/** Letters to one person within an hour; also how often one name may be asked for. */
const LETTERS_MOST = 3

/** Takes down that somebody asked. Not ok: too often, for this name or from this address, whether or not it exists. */
export async function askForReset(portal: Portal, { typed, address, requestId }: Forgotten): Promise<Room> {
  const room = await limitsOf(portal).take({ audience: 'patient', targets: [typed], address })
  if (!room.ok) return room
  await portal.db.transaction(async (tx) => {
    const actor = stranger(requestId)
    await recordAudit(tx, portal.clock, actor, { event: 'account.reset-asked', subject: 'account' })
    const payload = { asked: seal(portal.secret, EVENT, typed) }
    await publish(tx, portal.clock, { event: EVENT, payload })
  })
  return room
}

function limitsOf({ db, settings }: Portal): TryLimits {
  const perAddress = () => settings().signInTriesPerAddress
  return tryLimits(db, 'forgotten', HOUR_SECONDS, () => ({ perAccount: LETTERS_MOST, perAddress: perAddress() }))
}

export const sendResetLinks: Listener = { name: 'send-reset-links', event: EVENT, hear: sendLinks }

async function sendLinks(portal: Portal, { payload }: HeardEvent): Promise<void> {
  const typed = unseal(portal.secret, EVENT, String(payload['asked']))
  if (typed === undefined) return
  const own = await sendToAccount(portal, typed)
  for (const pid of await pidsOfAddress(portal.db, typed)) await sendToChart(portal, pid, own)
}

/** Minutes. */
const LINK_MINUTES = 60

/** To the account's own address: getting the link proves that it is theirs. Says which account that was. */
async function sendToAccount(portal: Portal, typed: string): Promise<number | undefined> {
  const account = await accountOfEmail(portal.db, typed)
  if (!account) return undefined
  if (account.disabled) return tellThatItIsOver(portal, account)
  if (!(await mayHaveAnother(portal, `account ${String(account.id)}`))) return account.id
  const { id: accountId, email: to } = account
  const language = isLanguage(account.language) ? account.language : portal.settings().defaultLanguage
  const facts = { of: 'own', before: fingerprintOf(account.passwordHash), email: to }
  await send(portal, { accountId, facts }, { to, language })
  return accountId
}

export type LinkOutcome =
  | { ok: true }
  /** Nobody's, or of an account that is closed. */
  | { ok: false; reason: 'not-found' }
  /** It stands on the EMR's login alone: staff make a new password there. */
  | { ok: false; reason: 'no-address' }
  /** Three have gone out within the hour. */
  | { ok: false; reason: 'too-many' }

/** Staff have the link sent to an account's own address, which never had a password or whose holder cannot find the way. */
export async function sendLinkFor(portal: Portal, actor: Actor, accountId: number): Promise<LinkOutcome> {
  const person = await findPerson(portal.db, portal, accountId)
  if (!person) return { ok: false, reason: 'not-found' }
  const { email, language, ownHash } = person
  if (email === undefined) return { ok: false, reason: 'no-address' }
  if (!(await mayHaveAnother(portal, `account ${String(accountId)}`))) return { ok: false, reason: 'too-many' }
  const facts = { of: 'own', before: fingerprintOf(ownHash), email }
  await send(portal, { accountId, facts }, { to: email, language }, actor)
  return { ok: true }
}

/**
 * No link: whoever reads there is told that they sign in with their other account, and not with which; or that theirs is
 * closed, and whom to call.
 */
async function tellThatItIsOver(portal: Portal, { email, id, language }: EmailAccount): Promise<number | undefined> {
  if (!(await mayHaveAnother(portal, `account ${String(id)}`))) return id
  const stays = await mergedInto(portal.db, id)
  const by = stranger(undefined)
  if (stays !== undefined) {
    await portal.db.transaction((tx) => tellOfMerge(tx, portal, by, { kind: 'account.merged', to: id, stays }))
    return undefined
  }
  const reader = { to: email, language: isLanguage(language) ? language : portal.settings().defaultLanguage }
  const letter = { kind: 'account.closed', channel: 'mail', ...reader, accountId: id, by } as const
  await portal.db.transaction((tx) => writeLetter(tx, portal, letter))
  return id
}

/** To the chart's trusted address, where the patient agreed to e-mail (facts §3.2) and has a login to forget. */
async function sendToChart(portal: Portal, pid: number, alreadyTold: number | undefined): Promise<void> {
  const chart = await readPortalChart(portal.db, pid)
  if (!chart?.login || !canBeReset(chart)) return
  const whose = await chartLogin(portal.db, pid)
  const accountId = accountOf(whose)
  // The account's own password opens the same.
  if (accountId !== undefined && accountId === alreadyTold) return
  if (!(await mayHaveAnother(portal, `chart ${String(pid)}`))) return
  const language = await languageOfPatient(portal.db, portal, chart)
  const reader = { to: trustedEmail(chart).address, language }
  if (whose.kind === 'merged') return tellOfLogin(portal, pid, reader, 'account.login-merged')
  if (whose.kind === 'closed') return tellOfLogin(portal, pid, reader, 'account.closed')
  const facts = { of: 'host', pid, before: fingerprintOf(chart.login.hash) }
  await send(portal, { accountId, pid, facts }, reader)
}

/** Who was told already where it is theirs. */
function accountOf(whose: ChartLogin): number | undefined {
  switch (whose.kind) {
    case 'merged':
      return whose.stays
    case 'closed':
      return whose.id
    case 'theirs':
      return whose.accountId
  }
}

/** A link would end in nothing. Not with which account they sign in, nor to that one: it may be somebody else's. */
async function tellOfLogin(
  portal: Portal,
  pid: number,
  { language, to }: Reader,
  kind: 'account.login-merged' | 'account.closed',
): Promise<void> {
  const letter = { kind, channel: 'mail', to, language, pid, by: stranger(undefined) } as const
  await portal.db.transaction((tx) => writeLetter(tx, portal, letter))
}

/** A login whose time is over without having been used is the practice's to make anew. */
function canBeReset(chart: PortalChart): boolean {
  const { login, allowed } = chart
  return (
    allowed &&
    login !== undefined &&
    login.loginName !== '' &&
    !isUnusable(login.hash) &&
    whyNoLetter(chart) === undefined
  )
}

async function mayHaveAnother(portal: Portal, target: string): Promise<boolean> {
  return (await limitsOf(portal).take({ audience: 'letters', targets: [target], address: undefined })).ok
}

interface About {
  accountId: number | undefined
  pid?: number
  facts: LinkFacts
}

interface Reader {
  to: string
  language: Language
}

async function send(
  portal: Portal,
  { accountId, pid, facts }: About,
  { to, language }: Reader,
  by: Actor = stranger(undefined),
): Promise<void> {
  await portal.db.transaction(async (tx) => {
    const link = await makeLink(tx, portal, { purpose: 'reset-password', accountId, minutes: LINK_MINUTES, facts })
    if (by.kind === 'staff') {
      const subject = `account:${String(accountId)}`
      await recordAudit(tx, portal.clock, by, { event: 'account.reset-asked', subject })
    }
    const kind = 'account.reset-link'
    await writeLetter(tx, portal, { kind, channel: 'mail', to, language, pid, accountId, facts: { link }, by })
  })
}
