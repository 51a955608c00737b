/** In with a passkey alone: it is something that they have, opened by a finger, a face or a PIN. No password is asked. */
import { spendChallenge } from '../../../access/challenges.js'
import { tryLimits } from '../../../access/limits.js'
import { readProof, type ProvedBy } from '../../../access/passkeyCeremonies.js'
import { notePasskeyUse } from '../../../access/passkeys.js'
import type { Portal } from '../../../access/portal.js'
import { findAccount } from '../../../access/scope.js'
import { stranger, type SignInOutcome } from '../../../access/signIn.js'
import { passkeyMayEnter } from '../../../access/staffCredentials.js'
import { fingerprintOf, staffMember, type StaffMember } from '../../../access/staff.js'
import { stagesOwed, type Person } from '../../../access/stages.js'
import { canVerify } from '../../../host/php/passwords.js'
import { findStaffLogin } from '../../../host/staff.js'
import { recordAudit } from '../../../platform/audit.js'
import { findPerson } from '../safety/person.js'

interface Try {
  /** What the browser answers, as JSON. */
  answer: string
  address: string
  requestId: string
}

const WINDOW_SECONDS = 15 * 60

/** What does not open this door is refused alike: no such passkey, another door's, an account that is closed. */
export async function enterByPasskey(
  portal: Portal,
  door: 'patient' | 'staff',
  { answer, address, requestId }: Try,
): Promise<SignInOutcome> {
  // Whose it is says the answer itself, so nobody can use up another's tries: those of the address are counted.
  const limits = tryLimits(portal.db, 'passkey-entry', WINDOW_SECONDS, () => {
    const { signInTriesPerAddress } = portal.settings()
    return { perAccount: signInTriesPerAddress, perAddress: signInTriesPerAddress }
  })
  const room = await limits.take({ audience: door, targets: [], address })
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }
  const proof = await readProof(portal, answer)
  const outcome = proof && (await (door === 'patient' ? accountOf(portal, proof) : memberOf(portal, proof)))
  if (outcome && (await spend(portal, door, proof, outcome.who.id, requestId))) return outcome
  await refuse(portal, door, requestId)
  return { ok: false, reason: 'wrong' }
}

type Entered = Extract<SignInOutcome, { ok: true }>

async function accountOf(portal: Portal, { passkey }: ProvedBy): Promise<Entered | undefined> {
  const id = Number(/^account:(\d+)$/.exec(passkey.owner)?.[1])
  const opened = await openedByPasskey(portal, id)
  if (!opened) return undefined
  const { fingerprint, unverified } = opened
  return enteredAs(portal, { kind: 'account', id, mustChange: false, unverified }, fingerprint)
}

/** What a passkey of this account opens, as things stand. Undefined: nothing. */
export async function openedByPasskey(
  portal: Portal,
  id: number,
): Promise<{ fingerprint: string; unverified: boolean } | undefined> {
  const person = Number.isSafeInteger(id) ? await findPerson(portal.db, portal, id) : undefined
  if (!person) return undefined
  const { chart, login, ownHash, email, verified } = person
  // As with the password: whose portal the practice has turned off comes in no more.
  const byHost = ownHash === undefined
  if (byHost && !(login && chart?.allowed && (await passkeyMayEnter(portal.db, login)))) return undefined
  const account = await findAccount(portal.db, portal, id)
  if (account?.fingerprint === undefined) return undefined
  // Another password by now than the one that was asked about: staff have just made it.
  if (byHost && account.fingerprint !== fingerprintOf(login?.hash ?? '')) return undefined
  return { fingerprint: account.fingerprint, unverified: !byHost && email !== undefined && !verified }
}

async function memberOf(portal: Portal, { passkey }: ProvedBy): Promise<Entered | undefined> {
  const username = /^staff:(.+)$/s.exec(passkey.owner)?.[1]
  const member = username === undefined ? undefined : await memberByPasskey(portal, username)
  if (!member) return undefined
  return enteredAs(portal, { kind: 'staff', id: member.id, username: member.username }, member.fingerprint)
}

/**
 * Who comes in with a passkey of this user, as things stand. Whom the EMR lets in with no password any more has no way in
 * here either; after too many wrong ones it keeps out who guesses (facts §3.7), and a passkey is no guess.
 */
export async function memberByPasskey(portal: Portal, username: string): Promise<StaffMember | undefined> {
  const login = await findStaffLogin(portal.db, portal.site, username)
  return login && canVerify(login.passwordHash) ? staffMember(portal.db, login.id) : undefined
}

/** The passkey was both factors; what else is owed stays owed. */
async function enteredAs(portal: Portal, person: Person, fingerprint: string): Promise<Entered> {
  const stages = (await stagesOwed(portal, person)).filter((stage) => stage !== 'second-factor')
  return { ok: true, who: { id: person.id, fingerprint }, stages }
}

async function spend(
  portal: Portal,
  door: 'patient' | 'staff',
  { challenge, newCounter, passkey }: ProvedBy,
  id: number,
  requestId: string,
): Promise<boolean> {
  return portal.db.transaction(async (tx) => {
    if (!(await spendChallenge(tx, portal, challenge))) return false
    if (!(await notePasskeyUse(tx, portal, passkey, newCounter))) return false
    const name = passkey.owner.replace(/^(account|staff):/, '')
    const subject = door === 'patient' ? `account:${String(id)}` : `user:${name}`
    const actor = { kind: door === 'patient' ? 'account' : 'staff', id: name, name, requestId } as const
    const details = { by: 'passkey', alone: true }
    await recordAudit(tx, portal.clock, actor, { event: 'second-factor.accepted', subject, details })
    return true
  })
}

async function refuse({ clock, db }: Portal, door: 'patient' | 'staff', requestId: string): Promise<void> {
  const subject = door === 'patient' ? 'account' : 'user'
  await db.transaction((tx) =>
    recordAudit(tx, clock, stranger(requestId), {
      event: door === 'patient' ? 'patient.sign-in-refused' : 'staff.sign-in-refused',
      subject,
    }),
  )
}
