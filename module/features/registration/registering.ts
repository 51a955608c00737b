/** The verbs of who registers: prove an e-mail address, make an account, say who one is. */
import { accountOfEmail, createAccount } from '../../access/accounts.js'
import { writeLetter } from '../../access/letters.js'
import { findLink, makeLink, useLink } from '../../access/links.js'
import { mergedInto } from '../../access/merged.js'
import { takeLetterTo } from '../../access/newcomers.js'
import { hashOwnPassword } from '../../access/ownPasswords.js'
import { judgePassword, type PasswordFlaw } from '../../access/passwordPolicy.js'
import type { Portal } from '../../access/portal.js'
import { stranger } from '../../access/signIn.js'
import { fingerprintOf } from '../../access/staff.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import type { Language } from '../../platform/i18n.js'
import { firstResult, rememberResult, type Once } from '../../platform/once.js'
import { accountTurn, takeTurn } from '../../platform/turns.js'
import type { Details } from './details.js'
import { submit } from './submitting.js'

const LINK_HOURS = 24

/**
 * Sends a letter to the address: a link to go on with, or, where it has an account, the way to sign in. Does the same
 * work for both, and neither says nor looks up whether it is a patient's: who asks learns nothing.
 */
export async function askToRegister(
  portal: Portal,
  { email, language, requestId }: { email: string; language: Language; requestId: string },
): Promise<void> {
  if (!(await takeLetterTo(portal, email))) return
  const by = stranger(requestId)
  await portal.db.transaction(async (tx) => {
    const known = await accountOfEmail(tx, email)
    // One that was joined with another signs in nowhere, nor does one that is closed: who reads there is told so.
    const stays = await mergedInto(tx, known?.verified === true ? known.id : 0)
    const closed = known?.disabled === true ? 'account.closed' : 'registration.known'
    const ofKnown = stays === undefined ? closed : 'account.merged'
    const link = await makeLink(tx, portal, {
      purpose: 'register',
      minutes: LINK_HOURS * 60,
      facts: { email, language },
    })
    await writeLetter(tx, portal, {
      kind: known ? ofKnown : 'registration.verify',
      channel: 'mail',
      to: email,
      language,
      accountId: stays,
      facts: { link: known ? '' : link },
      by,
    })
    await recordAudit(tx, portal.clock, by, { event: 'registration.begun', subject: 'registration' })
  })
}

/** What a link that was opened proves; undefined: it was used, is too old, or was never one. */
export async function provenAddress(portal: Portal, token: string): Promise<string | undefined> {
  const link = await findLink(portal.db, portal, 'register', token)
  const email = link?.facts['email']
  return typeof email === 'string' ? email : undefined
}

export interface NewcomerInput {
  token: string
  details: Details
  /** Of the account's holder: the parent's, where the details are a child's. */
  holderName: string
  password: string
  language: Language
  requestId: string
}

export type Registered =
  | { ok: true; accountId: number; fingerprint: string; receipt: string }
  /** Used, too old, or never a link of ours. */
  | { ok: false; reason: 'no-link' }
  | { ok: false; reason: 'unfit'; flaw: PasswordFlaw }
  /** The address got an account since the link was sent. */
  | { ok: false; reason: 'has-account' }

/** Makes the account, proved and empty, and hands in its first registration. */
export async function register(portal: Portal, input: NewcomerInput): Promise<Registered> {
  const email = await provenAddress(portal, input.token)
  if (email === undefined) return { ok: false, reason: 'no-link' }
  const { details } = input
  const about = [email, input.holderName, details.firstName, details.lastName, details.birthName, details.born]
  const { flaw } = judgePassword(portal, input.password, about)
  if (flaw) return { ok: false, reason: 'unfit', flaw }
  const passwordHash = await hashOwnPassword(input.password)
  return portal.db.transaction(async (tx): Promise<Registered> => {
    const link = await findLink(tx, portal, 'register', input.token)
    if (!link || !(await useLink(tx, portal, link.id))) return { ok: false, reason: 'no-link' }
    const account = await createAccount(tx, portal.clock, {
      ...{ email, verified: true, passwordHash, displayName: input.holderName, language: input.language },
    })
    if (!account) return { ok: false, reason: 'has-account' }
    const actor: Actor = { kind: 'account', id: String(account.id), name: input.holderName, requestId: input.requestId }
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'account.made', subject: `account:${String(account.id)}`, record: account.ownRecord },
      details: { how: 'registration' },
    })
    const { receipt } = await submit(
      tx,
      portal,
      actor,
      { id: account.id, ownRecord: account.ownRecord, email },
      details,
    )
    return { ok: true, accountId: account.id, fingerprint: fingerprintOf(passwordHash), receipt }
  })
}

/** Of somebody who has an account: another person, such as a child. */
export type Submitted =
  | { ok: true; receipt: string }
  /** As many wait as one account may have. */
  | { ok: false; reason: 'too-many'; limit: number }
  /** The same form was sent before with other answers. */
  | { ok: false; reason: 'used-otherwise' }
  /** The account was disabled or joined with another meanwhile. */
  | { ok: false; reason: 'no-account' }

const OPEN_MOST = 5

export async function registerAnother(
  portal: Portal,
  actor: Actor,
  account: { id: number; ownRecord: string },
  details: Details,
  once: Once | undefined,
): Promise<Submitted> {
  return portal.db.transaction(async (tx): Promise<Submitted> => {
    await takeTurn(tx, [accountTurn(account.id)])
    const before = once && (await firstResult(tx, portal.clock, once))
    if (before?.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
    if (before?.state === 'done') return { ok: true, receipt: before.result }
    const row = await tx.first<{ email: string | null; open: number }>(
      `SELECT a.email, (SELECT COUNT(*) FROM foyer_registrations r
                         WHERE r.account_id = a.id AND r.state IN ('waiting', 'asked')) AS open
         FROM foyer_accounts a WHERE a.id = :id AND a.disabled_at IS NULL FOR UPDATE`,
      { id: account.id },
    )
    if (!row) return { ok: false, reason: 'no-account' }
    if (row.open >= OPEN_MOST) return { ok: false, reason: 'too-many', limit: OPEN_MOST }
    const { receipt } = await submit(tx, portal, actor, { ...account, email: row.email ?? '' }, details)
    if (once) await rememberResult(tx, once, receipt)
    return { ok: true, receipt }
  })
}
