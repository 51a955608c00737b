/** A patient chooses a password: at the first sign-in, after forgetting it, or because they want another one. */
import { endSessions, isSessionOf } from '../../../access/sessions.js'
import { writeLetter } from '../../../access/letters.js'
import { endLinks } from '../../../access/links.js'
import { hashOwnPassword } from '../../../access/ownPasswords.js'
import { judgePassword, type PasswordFlaw } from '../../../access/passwordPolicy.js'
import type { Portal } from '../../../access/portal.js'
import { findAccount } from '../../../access/scope.js'
import { signsInto } from '../../../access/personAccount.js'
import type { SignedIn } from '../../../access/signIn.js'
import { fingerprintOf } from '../../../access/staff.js'
import { endStaffCredential, mustChange } from '../../../access/staffCredentials.js'
import { writeHostLog } from '../../../host/log.js'
import { chooseHostPassword, loginOfChart, patientLogin, type PatientLogin } from '../../../host/patientLogin.js'
import { hashHostPassword, hashSettings, verifyHostPassword } from '../../../host/php/passwords.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { accountTurn, chartTurn, takeTurn } from '../../../platform/turns.js'
import { aboutPerson, noticeAddress, type SafetyPerson } from './person.js'

interface AnyChoice {
  password: string
  /** The password of the host's credential, or the account's own. */
  of: 'host' | 'own'
  /** The session that stays, by its hash; all others end. Nothing is changed where it has ended. */
  keep?: string | undefined
  /** Runs first in the same transaction, in the turns of the account and its chart. False: nothing is changed. */
  first?: (tx: Tx) => Promise<boolean>
}

/**
 * forced: staff made the last one, and `under` is what a session under it knows of it; forgotten: by a link; changed:
 * signed in, because they want to.
 */
export type Choice = AnyChoice & ({ why: 'forced'; under: SignedIn } | { why: 'forgotten' | 'changed' })

export type Unfit = PasswordFlaw | { reason: 'same' } | { reason: 'unusable' }

export type Chosen =
  /** `fingerprint`: of sessions from now on. */
  { ok: true; fingerprint: string } | { ok: false; reason: 'unfit'; unfit: Unfit } | { ok: false; reason: 'too-late' }

export async function choosePassword(
  portal: Portal,
  actor: Actor,
  person: SafetyPerson,
  choice: Choice,
): Promise<Chosen> {
  const unfit = await unfitOf(portal, person, choice)
  if (unfit) return { ok: false, reason: 'unfit', unfit }
  const { login } = person
  if (choice.of === 'host' && !login) return { ok: false, reason: 'too-late' }
  const hash =
    choice.of === 'own'
      ? await hashOwnPassword(choice.password)
      : await hashHostPassword(choice.password, hashSettings(portal.globals()))
  const isDone = await portal.db.transaction(async (tx) => {
    // The turn of whoever makes this login anew, and of whoever merges or changes this account.
    await takeTurn(tx, [accountTurn(person.id), ...(login ? [chartTurn(login.pid)] : [])])
    if (!(await holdsStill(tx, person, choice))) return false
    if (choice.why === 'forced' && !(await isOwedStill(tx, portal, person, choice.under))) return false
    if (choice.first && !(await choice.first(tx))) return false
    if (choice.of === 'host' && login) await keepInHost(tx, portal, login, hash)
    await keepInAccount(tx, portal, person.id, choice.of === 'own' ? hash : null)
    await endSessions(tx, 'patient', person.id, choice.keep)
    await endLinks(tx, portal, person.id, 'reset-password')
    const details = { why: choice.why, of: choice.of }
    const subject = `account:${String(person.id)}`
    await recordAudit(tx, portal.clock, actor, { event: 'account.password-changed', subject, details })
    await tell(tx, portal, actor, person)
    return true
  })
  if (!isDone) return { ok: false, reason: 'too-late' }
  const account = await findAccount(portal.db, portal, person.id)
  return { ok: true, fingerprint: account?.fingerprint ?? '' }
}

async function unfitOf(portal: Portal, person: SafetyPerson, { password, of }: Choice): Promise<Unfit | undefined> {
  // PHP's own functions refuse it, so a hash of it would open nothing there.
  if (password.includes('\0')) return { reason: 'unusable' }
  const { flaw } = judgePassword(portal, password, await aboutPerson(portal, person))
  if (flaw) return flaw
  const now = of === 'own' ? person.ownHash : person.login?.hash
  return (await verifyHostPassword(password, now)) ? { reason: 'same' } : undefined
}

/**
 * What was read before the password was hashed holds still: the account, the password that the new one takes the place
 * of, and the session from which it comes. Staff may have made the login anew meanwhile, since somebody else knew it.
 */
async function holdsStill(tx: Tx, { id, login, ownHash }: SafetyPerson, choice: Choice): Promise<boolean> {
  const { keep, of } = choice
  const account = await tx.first<{ host_pid: number | null; password_hash: string | null }>(
    `SELECT host_pid, password_hash FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL FOR UPDATE`,
    { id },
  )
  if (!account) return false
  const typed = choice.why === 'forced' ? choice.under.login : undefined
  if (typed) {
    const into = await signsInto(tx, typed.pid)
    if (into.kind !== 'its-own' || into.id !== id || typed.pid !== login?.pid) return false
    return (await loginOfChart(tx, typed.pid))?.hash === login.hash
  }
  if ((account.host_pid ?? undefined) !== login?.pid) return false
  if (keep !== undefined && !(await isSessionOf(tx, id, keep))) return false
  if (of === 'own') return (account.password_hash ?? undefined) === ownHash
  return (await patientLogin(tx, id))?.hash === login?.hash
}

/** By whoever typed the password that stands, and of the login that it belongs to: staff may have made another since. */
async function isOwedStill(tx: Tx, portal: Portal, { id, login }: SafetyPerson, under: SignedIn): Promise<boolean> {
  if ((await findAccount(tx, portal, id))?.fingerprint !== under.fingerprint) return false
  if (under.login && under.login.fingerprint !== fingerprintOf(login?.hash ?? '')) return false
  return login !== undefined && (await mustChange(tx, login.pid, login.hash, login.status))
}

async function keepInHost(tx: Tx, portal: Portal, login: PatientLogin, hash: string): Promise<void> {
  await chooseHostPassword(tx, login.pid, hash)
  await endStaffCredential(tx, portal, login.pid)
  await writeHostLog(tx, {
    at: wallClock(portal.clock.now()),
    event: 'password update',
    user: login.accountName,
    comment: `${login.accountName}: ${login.patientName}:success`,
    pid: login.pid,
    success: true,
    from: 'onsite-portal',
  })
}

async function keepInAccount(tx: Tx, { clock }: Portal, id: number, ownHash: string | null): Promise<void> {
  await tx.change(
    `UPDATE foyer_accounts SET password_hash = COALESCE(:ownHash, password_hash), password_changed_at = :now WHERE id = :id`,
    { id, ownHash, now: utc(clock.now()) },
  )
}

/** Whoever did it, the account's holder hears of it. */
async function tell(tx: Tx, portal: Portal, by: Actor, person: SafetyPerson): Promise<void> {
  const to = noticeAddress(person)
  if (to === undefined) return
  const { language, id: accountId, login } = person
  const kind = 'account.password-changed'
  await writeLetter(tx, portal, { kind, channel: 'mail', to, language, accountId, pid: login?.pid, by })
}
