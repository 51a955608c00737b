/**
 * Coming in. Expected refusals are values with a reason; which of name and password was wrong is never among them,
 * and an unknown name costs the same time as a wrong password.
 */
import { findPatientCredential, replaceHash, type PatientCredential } from '../host/credentials.js'
import { writeHostLog } from '../host/log.js'
import {
  hashHostPassword,
  hashSettings,
  needsRehash,
  PasswordNotHashable,
  verifyInEqualTime,
} from '../host/php/passwords.js'
import { clearStaffFailures, countStaffFailure, findStaffLogin, type StaffLogin } from '../host/staff.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { wallClock } from '../platform/clock.js'
import { DateTime } from 'luxon'
import { accountOfCredential } from './accounts.js'
import { signInLimits } from './limits.js'
import type { Portal } from './portal.js'
import { fingerprintOf, staffMember } from './staff.js'

export interface SignInTry {
  username: string
  password: string
  /** Asked for where the host's enforce_signin_email is 1. */
  email: string
  address: string
  requestId: string
}

export type SignInRefusal =
  | { ok: false; reason: 'wrong' }
  | { ok: false; reason: 'too-many'; seconds: number }
  /** Staff made this credential; its first use in the practice's portal sets the patient's own. */
  | { ok: false; reason: 'must-change' }

export type PatientSignIn = { ok: true; accountId: number; fingerprint: string } | SignInRefusal
export type StaffSignIn = { ok: true; userId: number; fingerprint: string } | SignInRefusal

/** Signs a patient in with the host's own credential (facts §3.1, gate for login). */
export async function signInPatient(portal: Portal, attempt: SignInTry): Promise<PatientSignIn> {
  const limits = limitsOf(portal)
  const credential = await findPatientCredential(portal.db, attempt.username)
  const counted = countedAs(credential, attempt.username)
  const room = await limits.take('patient', counted, attempt.address)
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }

  const refusal = await whyNotPatient(portal, credential, attempt)
  if (!credential || refusal) {
    await tellOfFailure(portal, attempt, refusal ?? 'invalid username', credential)
    return { ok: false, reason: 'wrong' }
  }
  await limits.forgive('patient', counted)
  if (!credential.current) return { ok: false, reason: 'must-change' }

  const hash = await freshHash(portal, credential, attempt.password)
  return portal.db.transaction(async (tx) => {
    const now = wallClock(portal.clock.now())
    if (hash !== credential.hash) await replaceHash(tx, credential.pid, credential.hash, hash)
    const account = await accountOfCredential(tx, portal.clock, credential)
    const actor: Actor = {
      kind: 'account',
      id: String(account.id),
      name: credential.patientName,
      requestId: attempt.requestId,
    }
    await recordAudit(tx, portal.clock, actor, { event: 'patient.signed-in', subject: `account:${String(account.id)}` })
    await writeHostLog(tx, {
      at: now,
      event: 'login',
      user: credential.accountName,
      comment: `${credential.accountName}: ${credential.patientName}:success`,
      pid: credential.pid,
      success: true,
      from: 'onsite-portal',
    })
    return { ok: true, accountId: account.id, fingerprint: fingerprintOf(hash) }
  })
}

/**
 * Whose tries they are. The host's collation takes many spellings for one login name (`maria`, `MÀRÍA`): all of them
 * are tries of one account, or each would bring tries of its own.
 */
function countedAs(credential: PatientCredential | undefined, typed: string): string {
  return credential ? `chart ${String(credential.pid)}` : `name ${typed.normalize('NFKD').replace(/\p{M}/gu, '')}`
}

/** The host's own words for its log (facts §11.2); undefined lets in. */
async function whyNotPatient(
  portal: Portal,
  credential: PatientCredential | undefined,
  attempt: SignInTry,
): Promise<string | undefined> {
  const verified = await verifyInEqualTime(attempt.password, credential?.hash, hashSettings(portal.globals()))
  if (!credential) return 'invalid username'
  if (!verified) return 'invalid password'
  if (!credential.allowed) return 'allow portal turned off'
  const emailAsked = portal.globals().get('enforce_signin_email') === '1'
  return emailAsked && attempt.email !== credential.email ? 'invalid email' : undefined
}

async function tellOfFailure(
  portal: Portal,
  attempt: SignInTry,
  why: string,
  credential: PatientCredential | undefined,
): Promise<void> {
  await portal.db.transaction(async (tx) => {
    await writeHostLog(tx, {
      at: wallClock(portal.clock.now()),
      event: 'login attempt',
      user: credential?.accountName ?? '',
      // What was typed may be a password in the wrong box: only a name that exists is repeated.
      comment: `${credential?.accountName ?? 'unknown'}:${why}`,
      pid: credential?.pid,
      success: false,
      from: 'portal-login',
    })
    await recordAudit(tx, portal.clock, stranger(attempt), { event: 'patient.sign-in-refused', subject: 'account' })
  })
}

function stranger(attempt: SignInTry): Actor {
  return { kind: 'system', id: 'unknown', name: 'Somebody who is not signed in', requestId: attempt.requestId }
}

/** The host re-creates a hash whose form its globals no longer ask for (facts §3.3). */
async function freshHash(portal: Portal, credential: PatientCredential, password: string): Promise<string> {
  const settings = hashSettings(portal.globals())
  if (!needsRehash(credential.hash, settings)) return credential.hash
  return hashHostPassword(password, settings).catch((error: unknown) => {
    // Longer than the new form takes: the old hash still holds, and the patient is not kept out for it.
    if (error instanceof PasswordNotHashable) return credential.hash
    throw error
  })
}

/** Signs a staff user in with the EMR's own user, under the host's own lockout besides ours (facts §3.7). */
export async function signInStaff(portal: Portal, attempt: SignInTry): Promise<StaffSignIn> {
  const limits = limitsOf(portal)
  const room = await limits.take('staff', attempt.username, attempt.address)
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }

  const login = await findStaffLogin(portal.db, portal.site, attempt.username)
  const wait = login ? lockedFor(portal, login) : 0
  if (wait > 0) return { ok: false, reason: 'too-many', seconds: wait }

  const verified = await verifyInEqualTime(attempt.password, login?.passwordHash, hashSettings(portal.globals()))
  const member = login && verified ? await staffMember(portal.db, login.id) : undefined
  if (!login || !member) {
    await countFailure(portal, login, verified, attempt)
    return { ok: false, reason: 'wrong' }
  }
  await limits.forgive('staff', attempt.username)
  await portal.db.transaction(async (tx) => {
    await clearStaffFailures(tx, login.id)
    const actor: Actor = { kind: 'staff', id: login.username, name: login.name, requestId: attempt.requestId }
    await recordAudit(tx, portal.clock, actor, { event: 'staff.signed-in', subject: `user:${login.username}` })
  })
  return { ok: true, userId: login.id, fingerprint: member.fingerprint }
}

/** Seconds for which the host itself keeps this user out. */
function lockedFor(portal: Portal, login: StaffLogin): number {
  const most = Number(portal.globals().get('password_max_failed_logins') ?? 0)
  const seconds = Number(portal.globals().get('time_reset_password_max_failed_logins') ?? 0)
  if (most <= 0 || login.failures < most || login.lastFailure === undefined) return 0
  const since = portal.clock
    .now()
    .diff(DateTime.fromSQL(login.lastFailure, { zone: portal.clock.zone }))
    .as('seconds')
  return seconds <= 0 ? 0 : Math.max(0, Math.ceil(seconds - since))
}

async function countFailure(
  portal: Portal,
  login: StaffLogin | undefined,
  verified: boolean,
  attempt: SignInTry,
): Promise<void> {
  await portal.db.transaction(async (tx) => {
    if (login && !verified) await countStaffFailure(tx, portal.site, login.id, wallClock(portal.clock.now()))
    await recordAudit(tx, portal.clock, stranger(attempt), { event: 'staff.sign-in-refused', subject: 'user' })
  })
}

function limitsOf(portal: Portal): ReturnType<typeof signInLimits> {
  return signInLimits(portal.db, () => ({
    perAccount: portal.settings().signInTries,
    perAddress: portal.settings().signInTriesPerAddress,
  }))
}
