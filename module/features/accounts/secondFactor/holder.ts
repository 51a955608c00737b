/** Whose second factor it is: an account's, or that of somebody of the staff. At the doors and inside. */
import { factorOwner, type FactorOwner, type FactorPerson } from '../../../access/secondFactors.js'
import type { Portal } from '../../../access/portal.js'
import { staffMember } from '../../../access/staff.js'
import type { Audience } from '../../../access/sessions.js'
import { staffEmail } from '../../../host/reads/staffEmail.js'
import type { Actor } from '../../../platform/audit.js'
import type { Language } from '../../../platform/i18n.js'
import type { DoorContext } from '../../../web/routes.js'
import { findPerson, noticeAddress, type SafetyPerson } from '../safety/person.js'

export interface Holder {
  person: FactorPerson
  owner: FactorOwner
  audience: Audience
  name: string
  /** As whom they sign in: what an app or a browser keeps beside the practice's name. */
  label: string
  language: Language
  /** Where they are told of changes. Undefined: nowhere. */
  email: string | undefined
  /** Whose panel shows what became of the letter. */
  pid: number | undefined
  /** Nobody has shown yet that the account's address is theirs: it was typed beside a PIN. */
  unproved: boolean
  /** Undefined: staff. */
  account: SafetyPerson | undefined
  /** The session in which they are at it, which stays. */
  session?: string
}

/** Undefined: there is no such account, or it is disabled. */
export async function accountHolder(portal: Portal, id: number): Promise<Holder | undefined> {
  const account = await findPerson(portal.db, portal, id)
  if (!account) return undefined
  const { name, language, login, email } = account
  const person = { kind: 'account', id } as const
  return {
    ...{ person, owner: factorOwner(person), audience: 'patient', name, language },
    label: email ?? login?.loginName ?? name,
    email: noticeAddress(account),
    pid: login?.pid,
    unproved: email !== undefined && !account.verified && login === undefined,
    account,
  }
}

/** Undefined: gone, or no longer at work. */
export async function staffHolder(portal: Portal, id: number): Promise<Holder | undefined> {
  const member = await staffMember(portal.db, id)
  if (!member) return undefined
  const person = { kind: 'staff', id, username: member.username } as const
  return {
    ...{ person, owner: factorOwner(person), audience: 'staff', name: member.name, label: member.username },
    language: portal.settings().defaultLanguage,
    email: await staffEmail(portal.db, id),
    pid: undefined,
    unproved: false,
    account: undefined,
  }
}

/** Who is held at this door. */
export function holderAtDoor({ door, portal }: DoorContext, id: number): Promise<Holder | undefined> {
  return door === 'patient' ? accountHolder(portal, id) : staffHolder(portal, id)
}

/** As the audit trail names them. */
export function subjectOf({ person }: Pick<Holder, 'person'>): string {
  return person.kind === 'account' ? `account:${String(person.id)}` : `user:${person.username}`
}

export function actorOf({ person, name }: Holder, requestId: string): Actor {
  return person.kind === 'account'
    ? { kind: 'account', id: String(person.id), name, requestId }
    : { kind: 'staff', id: person.username, name, requestId }
}
