/** A member of staff comes in with the EMR's own user, under the host's own lockout besides ours (facts §3.7). */
import { DateTime } from 'luxon'
import { hashSettings, verifyInEqualTime } from '../host/php/passwords.js'
import { clearStaffFailures, countStaffFailure, findStaffLogin, type StaffLogin } from '../host/staff.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { wallClock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { knownDevice } from './devices.js'
import type { Portal } from './portal.js'
import { limitsOf, stranger, type SignInOutcome, type SignInTry } from './signIn.js'
import { fingerprintOf, staffMember, type StaffMember } from './staff.js'
import { stagesOwed } from './stages.js'

export async function signInStaff(portal: Portal, attempt: SignInTry): Promise<SignInOutcome> {
  const limits = limitsOf(portal)
  const targets = [staffTarget(attempt.username)]
  const device = knownDevice(portal, attempt.device, targets)
  const trying = { audience: 'staff', targets, address: attempt.address, device }
  const room = await limits.take(trying)
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }

  const login = await findStaffLogin(portal.db, portal.site, attempt.username)
  const wait = login ? lockedFor(portal, login) : 0
  if (wait > 0) return { ok: false, reason: 'too-many', seconds: wait }

  const verified = await verifyInEqualTime(attempt.password, login?.passwordHash, hashSettings(portal.globals()))
  const member = login && verified ? await memberBy(portal, login) : undefined
  if (!login || !member) {
    await countFailure(portal, login, verified, attempt)
    return { ok: false, reason: 'wrong' }
  }
  await limits.forgive(trying)
  await portal.db.transaction((tx) => clearStaffFailures(tx, login.id))
  const stages = await stagesOwed(portal, { kind: 'staff', id: login.id, username: login.username })
  return { ok: true, who: { id: login.id, fingerprint: member.fingerprint }, stages }
}

/** Undefined also where the EMR has another password of theirs by now: looking at this one took its time. */
async function memberBy({ db }: Portal, { id, passwordHash = '' }: StaffLogin): Promise<StaffMember | undefined> {
  const member = await staffMember(db, id)
  return member?.fingerprint === fingerprintOf(passwordHash) ? member : undefined
}

/** Under which target this user is tried: what their browser remembers after they were signed in. */
export function staffTarget(username: string): string {
  return `user ${username}`
}

/** Seconds for which the host itself keeps this user out. */
export function lockedFor(portal: Pick<Portal, 'clock' | 'globals'>, login: StaffLogin): number {
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
    await recordAudit(tx, portal.clock, stranger(attempt.requestId), {
      event: 'staff.sign-in-refused',
      subject: 'user',
    })
  })
}

/** Writes down that somebody is in. */
export async function noteStaffIn(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  actor: Actor,
  { device }: { device: string },
): Promise<void> {
  await recordAudit(tx, clock, actor, { event: 'staff.signed-in', subject: `user:${actor.id}`, details: { device } })
}
