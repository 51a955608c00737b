/** The link that was sent to somebody who forgot their password: opening it shows a form, sending that uses it up. */
import { findLink, useLink, type Link } from '../../../access/links.js'
import { accountOfPerson } from '../../../access/personAccount.js'
import type { Portal } from '../../../access/portal.js'
import { factorOwner, removeFactors } from '../../../access/secondFactors.js'
import type { Actor } from '../../../platform/audit.js'
import { readPortalChart } from '../../../host/credentials.js'
import type { Database, Queryable, Tx } from '../../../platform/database.js'
import { utc } from '../../../platform/clock.js'
import { chartLogin } from './chartLogin.js'
import { choosePassword, type Unfit } from './choosing.js'
import { fingerprintOf } from './forgetting.js'
import { findPerson } from './person.js'

export interface Resettable {
  link: Link
  of: 'own' | 'host'
  /** What is typed at sign-in: the e-mail address, or the host's login name. */
  loginName: string
}

/** What a token opens now. Undefined: unknown, used, too old, or the password has been changed since it was sent. */
export async function openReset(portal: Portal, token: string): Promise<Resettable | undefined> {
  const link = await findLink(portal.db, portal, 'reset-password', token)
  if (!link) return undefined
  const { of, pid } = link.facts
  if (of === 'own') return ownOf(portal.db, link)
  return of === 'host' && typeof pid === 'number' ? hostOf(portal.db, link, pid) : undefined
}

async function ownOf(db: Queryable, link: Link): Promise<Resettable | undefined> {
  const row = await db.first<{ email: string | null; password_hash: string | null }>(
    `SELECT email, password_hash FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL`,
    { id: link.accountId ?? 0 },
  )
  const stands = row && fingerprintOf(row.password_hash ?? undefined) === link.facts['before']
  // Sent to an address that the account has given up: nobody's proof any more.
  return stands && row.email === link.facts['email'] ? { link, of: 'own', loginName: row.email ?? '' } : undefined
}

async function hostOf(db: Queryable, link: Link, pid: number): Promise<Resettable | undefined> {
  const chart = await readPortalChart(db, pid)
  if (!chart?.login || !chart.allowed || fingerprintOf(chart.login.hash) !== link.facts['before']) return undefined
  // Closed, or merged with another since: asking once more tells what to do.
  if ((await chartLogin(db, pid)).kind !== 'theirs') return undefined
  return { link, of: 'host', loginName: chart.login.loginName }
}

export type Reset =
  { ok: true; accountId: number } | { ok: false; reason: 'over' } | { ok: false; reason: 'unfit'; unfit: Unfit }

/** The new password is kept, every session ends, and so does every other link that was sent. */
export async function resetPassword(
  portal: Portal,
  { link, of }: Resettable,
  password: string,
  requestId: string,
): Promise<Reset> {
  const accountId = of === 'own' ? link.accountId : await accountOfChart(portal.db, portal, Number(link.facts['pid']))
  const person = accountId === undefined ? undefined : await findPerson(portal.db, portal, accountId)
  if (!person) return { ok: false, reason: 'over' }
  // Merged into an account that has another login, or none: that one's password is not what the letter was about.
  if (of === 'host' && person.login?.pid !== link.facts['pid']) return { ok: false, reason: 'over' }
  const actor: Actor = { kind: 'account', id: String(person.id), name: person.name, requestId }
  const first = async (tx: Tx): Promise<boolean> => {
    if (!(await useLink(tx, portal, link.id)) || !(await stillOpens(tx, { link, of }))) return false
    if (of === 'own') await proveAddress(tx, portal, person.id)
    return true
  }
  const chosen = await choosePassword(portal, actor, person, { password, why: 'forgotten', of, first })
  if (chosen.ok) return { ok: true, accountId: person.id }
  return chosen.reason === 'unfit' ? chosen : { ok: false, reason: 'over' }
}

/** Nobody has changed the password, the address or the login since it was sent. */
async function stillOpens(tx: Tx, { link, of }: Pick<Resettable, 'link' | 'of'>): Promise<boolean> {
  const now = of === 'own' ? await ownOf(tx, link) : await hostOf(tx, link, Number(link.facts['pid']))
  return now !== undefined
}

/** Who has never signed in has no account yet. */
async function accountOfChart(db: Database, { clock }: Portal, pid: number): Promise<number | undefined> {
  const chart = await readPortalChart(db, pid)
  if (!chart) return undefined
  const patientName = `${chart.firstName} ${chart.lastName}`.trim()
  return db.transaction((tx) => accountOfPerson(tx, clock, { pid, patientName }))
}

/**
 * Whoever has the link has the letter, and so the address. Where nobody had proved it, somebody else may have set up
 * passkeys or an app meanwhile (whoever comes with a PIN is in at once): they go.
 */
async function proveAddress(tx: Tx, { clock }: Portal, id: number): Promise<void> {
  const proved = await tx.change(
    `UPDATE foyer_accounts SET email_verified_at = :now WHERE id = :id AND email_verified_at IS NULL`,
    {
      id,
      now: utc(clock.now()),
    },
  )
  if (proved === 1) await removeFactors(tx, factorOwner({ kind: 'account', id }))
}
