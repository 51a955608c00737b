/**
 * A patient comes in, with an account of their own (its e-mail and password) or with the host's credential. Both are
 * looked at each time, so that the time tells nobody which of them there is.
 */
import {
  findPatientCredential,
  FOYER_SIGN_IN,
  holdHash,
  replaceHash,
  type PatientCredential,
} from '../host/credentials.js'
import { writeHostLog } from '../host/log.js'
import { patientLogin } from '../host/patientLogin.js'
import {
  hashHostPassword,
  hashSettings,
  needsRehash,
  PasswordNotHashable,
  verifyInEqualTime,
  type HashSettings,
} from '../host/php/passwords.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { wallClock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { accountOfEmail, type EmailAccount } from './accounts.js'
import { knownDevice } from './devices.js'
import { hashOwnPassword, holdOwnHash, ownHashSettings, verifyOwnPassword } from './ownPasswords.js'
import { accountOfPerson, accountOfPid } from './personAccount.js'
import type { Portal } from './portal.js'
import { findAccount, type Account } from './scope.js'
import type { Place } from './sessions.js'
import { limitsOf, stranger, type SignedIn, type SignInOutcome, type SignInTry } from './signIn.js'
import { fingerprintOf } from './staff.js'
import { noteShown, standingShown } from './staffCredentials.js'
import { stagesOwed } from './stages.js'

/** What there is under a name: one of the two, both, or neither. */
export interface Named {
  own: EmailAccount | undefined
  host: PatientCredential | undefined
}

export async function signInPatient(portal: Portal, attempt: SignInTry): Promise<SignInOutcome> {
  const limits = limitsOf(portal)
  const named = await lookUp(portal, attempt.username)
  const targets = targetsOf(named, attempt.username)
  // Known for all of them, or tries of a browser's own would be tries at another's account of the same name.
  const known = targets.map((target) => knownDevice(portal, attempt.device, [target]))
  const device = known.includes(undefined) ? undefined : known[0]
  const trying = { audience: 'patient', targets, address: attempt.address, device }
  const room = await limits.take(trying)
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }

  const first = await tryOnce(portal, named, attempt)
  // Another device of theirs may have given the same password a new hash in that moment.
  const again = first.entered === 'changed' && (await tryOnce(portal, await lookUp(portal, attempt.username), attempt))
  const { entered, opened, tried } = again || first
  if (!entered || entered === 'changed' || opened.by === 'none') {
    await tellOfFailure(portal, attempt, tried, opened.by === 'none' ? opened.why : 'not authorized')
    return { ok: false, reason: 'wrong' }
  }
  await limits.forgive({ ...trying, targets: await provenTargets(portal, tried, opened) })
  return entered
}

async function tryOnce(portal: Portal, tried: Named, attempt: SignInTry) {
  const opened = await open(portal, tried, attempt)
  return { tried, opened, entered: opened.by === 'none' ? undefined : await enter(portal, opened, attempt.password) }
}

/** Those of whoever has just proved to be who they say: of another's account of the same name only where both are one person's. */
async function provenTargets(
  { db }: Portal,
  { own, host }: Named,
  opened: Exclude<Opened, { by: 'none' }>,
): Promise<string[]> {
  const areOne = own && host && (await accountOfPid(db, host.pid)) === own.id
  if (areOne) return targetsOf({ own, host }, '')
  return targetsOf(opened.by === 'own' ? { own, host: undefined } : { own: undefined, host }, '')
}

/** Whose credentials this name is of. */
export async function lookUp({ db }: Pick<Portal, 'db'>, name: string): Promise<Named> {
  const [own, host] = await Promise.all([accountOfEmail(db, name), findPatientCredential(db, name)])
  return { own, host }
}

/**
 * Whose tries they are. The collation takes many spellings for one name (`maria`, `MÀRÍA`): all of them are tries of
 * one account, or each would bring tries of its own.
 */
export function targetsOf({ own, host }: Named, typed: string): string[] {
  const targets = [...(own ? [accountTarget(own.id)] : []), ...(host ? [chartTarget(host.pid)] : [])]
  return targets.length > 0 ? targets : [`name ${typed.normalize('NFKD').replace(/\p{M}/gu, '')}`]
}

function accountTarget(id: number): string {
  return `account ${String(id)}`
}

function chartTarget(pid: number): string {
  return `chart ${String(pid)}`
}

/** Under which targets this account is tried: what its browser remembers after it was signed in. */
export function targetsOfAccount({ id, hostPid }: Pick<Account, 'id' | 'hostPid'>): string[] {
  return [accountTarget(id), ...(hostPid === undefined ? [] : [chartTarget(hostPid)])]
}

export type Opened =
  | { by: 'own'; own: EmailAccount; hash: string }
  | { by: 'host'; host: PatientCredential }
  /** `why`: the host's own words for its log (facts §11.2). */
  | { by: 'none'; why: string }

async function open(portal: Portal, named: Named, { password, email }: SignInTry): Promise<Opened> {
  const own = await verifyOwnPassword(password, named.own?.passwordHash)
  const byOwn = openedBy(portal, named, { own, host: false, email })
  if (byOwn.by === 'own') return byOwn
  const host = await verifyInEqualTime(password, named.host?.hash, hashSettings(portal.globals()))
  return openedBy(portal, named, { own: false, host, email })
}

/** What is let in by a password that is right for one of the two, and by this e-mail. */
export function openedBy(
  { globals }: Pick<Portal, 'globals'>,
  { own, host }: Named,
  right: { own: boolean; host: boolean; email: string },
): Opened {
  if (right.own && own?.passwordHash !== undefined && !own.disabled) return { by: 'own', own, hash: own.passwordHash }
  if (!host) return { by: 'none', why: 'invalid username' }
  if (!right.host) return { by: 'none', why: 'invalid password' }
  if (!host.allowed) return { by: 'none', why: 'allow portal turned off' }
  const asksEmail = globals().get('enforce_signin_email') === '1'
  return asksEmail && right.email !== host.email ? { by: 'none', why: 'invalid email' } : { by: 'host', host }
}

/**
 * Undefined: the account is there and closed. changed: the password that was shown is not the one that holds by now, so
 * that it opens nothing.
 */
type Entered = SignInOutcome | 'changed' | undefined

async function enter(portal: Portal, opened: Exclude<Opened, { by: 'none' }>, password: string): Promise<Entered> {
  return opened.by === 'own' ? enterOwn(portal, opened, password) : enterByHost(portal, opened.host, password)
}

async function enterOwn(
  portal: Portal,
  { own, hash }: Extract<Opened, { by: 'own' }>,
  password: string,
): Promise<Entered> {
  const { id, verified } = own
  const after = needsRehash(hash, ownHashSettings) ? await hashOwnPassword(password) : hash
  const who = await portal.db.transaction(async (tx) => {
    if ((await holdOwnHash(tx, id)) !== hash) return 'changed'
    if (after !== hash) {
      await tx.change(`UPDATE foyer_accounts SET password_hash = :after WHERE id = :id`, { id, after })
    }
    return whoIsIn(tx, portal, id)
  })
  return inOrHeld(portal, who, { mustChange: false, unverified: !verified })
}

async function enterByHost(portal: Portal, host: PatientCredential, password: string): Promise<Entered> {
  const { pid } = host
  const standing = await standingShown(portal, host, password)
  // One that is about to be replaced stays as it is: it is known by its hash.
  const hash = standing.mustChange ? host.hash : await freshHash(hashSettings(portal.globals()), host, password)
  const who = await portal.db.transaction(async (tx) => {
    // It took its time to look at the password: staff may have made another meanwhile.
    if ((await holdHash(tx, pid)) !== host.hash) return 'changed'
    await noteShown(tx, portal, host, standing)
    if (hash !== host.hash) await replaceHash(tx, pid, host.hash, hash)
    const id = await accountOfPerson(tx, portal.clock, host)
    return id === undefined ? undefined : whoIsIn(tx, portal, id, standing.mustChange ? { pid, hash } : undefined)
  })
  return inOrHeld(portal, who, { mustChange: standing.mustChange, unverified: false })
}

/** The host re-creates a hash whose form its globals no longer ask for (facts §3.3). */
async function freshHash(settings: HashSettings, { hash }: PatientCredential, password: string): Promise<string> {
  if (!needsRehash(hash, settings)) return hash
  return hashHostPassword(password, settings).catch((error: unknown) => {
    // Longer than the new form takes: the old hash still holds, and the patient is not kept out for it.
    if (error instanceof PasswordNotHashable) return hash
    throw error
  })
}

/** While the hash is held: the session is one of this password's, and ends with it. */
async function whoIsIn(
  tx: Tx,
  portal: Portal,
  id: number,
  owes?: { pid: number; hash: string },
): Promise<SignedIn | undefined> {
  const account = await findAccount(tx, portal, id)
  if (account?.fingerprint === undefined) return undefined
  const isAnother = owes !== undefined && owes.pid !== account.hostPid
  const login = isAnother ? { login: { pid: owes.pid, fingerprint: fingerprintOf(owes.hash) } } : {}
  return { id, fingerprint: account.fingerprint, ...login }
}

async function inOrHeld(
  portal: Portal,
  who: SignedIn | 'changed' | undefined,
  owes: { mustChange: boolean; unverified: boolean },
): Promise<Entered> {
  if (who === undefined || who === 'changed') return who
  return { ok: true, who, stages: await stagesOwed(portal, { kind: 'account', id: who.id, ...owes }) }
}

async function tellOfFailure(portal: Portal, attempt: SignInTry, { own, host }: Named, why: string): Promise<void> {
  await portal.db.transaction(async (tx) => {
    await writeHostLog(tx, {
      at: wallClock(portal.clock.now()),
      event: 'login attempt',
      user: host?.accountName ?? '',
      // What was typed may be a password in the wrong box: only a name that exists is repeated.
      comment: `${host?.accountName ?? 'unknown'}:${why}`,
      pid: host?.pid,
      success: false,
      from: 'portal-login',
    })
    // Asked whether or not there is one to ask about: the same statements for everybody.
    const ofHost = await accountOfPid(tx, host?.pid ?? 0)
    const actor = stranger(attempt.requestId, own?.id ?? ofHost)
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'patient.sign-in-refused', subject: 'account', details: { address: attempt.address } },
    })
  })
}

/** Writes down that somebody is in. In the host's log too, where the host has a login for them. */
export async function notePatientIn(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  actor: Actor,
  { address, device }: Place,
): Promise<void> {
  const subject = `account:${actor.id}`
  await recordAudit(tx, clock, actor, { event: 'patient.signed-in', subject, details: { device, address } })
  const login = await patientLogin(tx, Number(actor.id))
  if (!login) return
  await writeHostLog(tx, {
    at: wallClock(clock.now()),
    event: 'login',
    user: login.accountName,
    comment: `${login.accountName}: ${login.patientName}:success`,
    notes: FOYER_SIGN_IN,
    pid: login.pid,
    success: true,
    from: 'onsite-portal',
  })
}
