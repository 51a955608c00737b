/** Proof that an e-mail address is somebody's own: a link is sent there, and whoever gets it presses a button. */
import { accountsOfPerson } from '../host/reads/redeeming.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { utc } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { isLanguage } from '../platform/i18n.js'
import { sha256 } from '../platform/ids.js'
import { publish } from '../platform/outbox.js'
import { takeTurn } from '../platform/turns.js'
import { writeLetter } from './letters.js'
import { endLinks, makeLink, useLink, type Link } from './links.js'
import type { Portal } from './portal.js'

/** Minutes: a day, since letters are read in the evening. */
const VERIFY_MINUTES = 24 * 60

export interface ToVerify {
  id: number
  email: string
  language: string | undefined
}

/**
 * Sends the link to an account's address. `next`: a safe address below /portal, to go on to once it is proved. Links
 * that were sent before open as well, until one of them is used. How often is the caller's to limit.
 */
export async function sendVerification(tx: Tx, portal: Portal, account: ToVerify, next?: string): Promise<void> {
  const facts = { email: account.email, next: next ?? null }
  const link = await makeLink(tx, portal, {
    purpose: 'verify-email',
    accountId: account.id,
    minutes: VERIFY_MINUTES,
    facts,
  })
  await writeLetter(tx, portal, {
    kind: 'account.verify',
    channel: 'mail',
    to: account.email,
    language: isLanguage(account.language) ? account.language : portal.settings().defaultLanguage,
    accountId: account.id,
    facts: { link },
    by: { kind: 'account', id: String(account.id), name: account.email, requestId: undefined },
  })
}

export type Verified = { ok: true; accountId: number; next: string | undefined } | { ok: false }

/**
 * The button was pressed: the address is the account's own, verified from now on. Not ok: used before, too old, or the
 * address has become another's meanwhile.
 */
export async function verifyEmail(portal: Portal, link: Link, requestId: string): Promise<Verified> {
  const { accountId, facts } = link
  const { email, next } = facts
  if (accountId === undefined || typeof email !== 'string') return { ok: false }
  return portal.db.transaction(async (tx): Promise<Verified> => {
    // Two accounts may prove one address in the same moment: the second finds it taken.
    await takeTurn(tx, [`email:${sha256(email.toLowerCase()).slice(0, 32)}`])
    if (!(await useLink(tx, portal, link.id))) return { ok: false }
    const before = await addressOf(tx, accountId)
    if (!before || !(await keepAddress(tx, portal, accountId, email))) return { ok: false }
    await endLinks(tx, portal, accountId, 'verify-email')
    const actor: Actor = { kind: 'account', id: String(accountId), name: before.name, requestId }
    if (before.verified && before.email !== email) await tellOldAddress(tx, portal, actor, before)
    const event = before.verified ? 'account.email-changed' : 'account.email-verified'
    await recordAudit(tx, portal.clock, actor, { event, subject: `account:${String(accountId)}` })
    await publish(tx, portal.clock, { event, payload: { account: accountId } })
    return { ok: true, accountId, next: typeof next === 'string' ? next : undefined }
  })
}

interface Before {
  id: number
  name: string
  language: string | null
  email: string | null
  verified: boolean
}

/** Undefined: there is no such account, or it is disabled. */
async function addressOf(tx: Tx, id: number): Promise<Before | undefined> {
  const row = await tx.first<Omit<Before, 'verified'> & { verified: number }>(
    `SELECT id, display_name AS name, language, email, email_verified_at IS NOT NULL AS verified
       FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL FOR UPDATE`,
    { id },
  )
  return row && { ...row, verified: row.verified === 1 }
}

/**
 * The account's address, proved. One that another account has by now stays the other's, unless that one was merged into
 * this one, or into one that was: then it is the same person's, and signs in nowhere.
 */
async function keepAddress(tx: Tx, { clock }: Portal, id: number, email: string): Promise<boolean> {
  const theirs = (await accountsOfPerson(tx, id)).map(({ account }) => account)
  await tx.change(`UPDATE foyer_accounts SET email = NULL WHERE email = :email AND id IN (:theirs) AND id <> :id`, {
    ...{ email, id, theirs },
  })
  const other = await tx.first(`SELECT id FROM foyer_accounts WHERE email = :email AND id <> :id`, { email, id })
  if (other) return false
  await tx.change(`UPDATE foyer_accounts SET email = :email, email_verified_at = :now WHERE id = :id`, {
    ...{ email, id },
    now: utc(clock.now()),
  })
  return true
}

/** Whoever lost their account to somebody else hears of it where they still read. */
async function tellOldAddress(tx: Tx, portal: Portal, by: Actor, { id, email, language }: Before): Promise<void> {
  if (email === null) return
  await writeLetter(tx, portal, {
    kind: 'account.email-changed',
    channel: 'mail',
    to: email,
    language: isLanguage(language) ? language : portal.settings().defaultLanguage,
    accountId: id,
    by,
  })
}
