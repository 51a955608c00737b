import type { Queryable } from '../platform/database.js'
import { readStanding, type Standing } from '../host/gacl.js'
import { findStaff, type StaffUser } from '../host/staff.js'
import { sha256 } from '../platform/ids.js'
import type { Policy } from './policy.js'

/** A staff user of the host at work, with everything that decides what they may do. */
export interface StaffMember {
  id: number
  username: string
  name: string
  /** gACL groups with their ancestors. */
  groups: readonly string[]
  /** What Casbin is asked with. */
  subjects: readonly string[]
  /** Changes with the password: a session made under another one is over. */
  fingerprint: string
}

/** Reads the user and their standing afresh. Undefined: gone, inactive, or in no group (the host would refuse too). */
export async function staffMember(db: Queryable, id: number): Promise<StaffMember | undefined> {
  const user = await findStaff(db, id)
  return user && memberOf(user, await readStanding(db, user.username))
}

/** The same of a user and a standing that were read already. */
export function memberOf(user: StaffUser, standing: Standing): StaffMember | undefined {
  if (!user.active || user.passwordHash === undefined || standing.groups.length === 0) return undefined
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    groups: standing.groups,
    subjects: [...subjectsOfStanding(standing), `user:${user.username}`],
    fingerprint: fingerprintOf(user.passwordHash),
  }
}

/** What anybody is who stands so in the host: a member of a group, before any rule of their own. */
export function subjectsOfStanding({ groups, rights }: Standing): string[] {
  return [
    'anyone',
    'staff',
    ...groups.map((group) => `group:${group}`),
    ...[...rights].map((right) => `right:${right}`),
  ]
}

export function fingerprintOf(passwordHash: string): string {
  return sha256(passwordHash).slice(0, 32)
}

/** Permissions that hold outside the portal's rooms: the EMR's own pages, and the module's switch. */
const outside = new Set(['sign-in:use', 'emr:use', 'modules:manage', 'portal:use'])

/** What Casbin is asked. */
export interface Question {
  subjects: readonly string[]
  permission: string
}

/**
 * What decides whether staff may do it: every question must be answered yes. Inside the portal's rooms only who holds
 * `portal:use`, by the host's right (patientportal/portal) or by a rule; then the permission itself.
 */
export function staffQuestions(subjects: readonly string[], permission: string): Question[] {
  if (outside.has(permission)) return [{ subjects, permission }]
  return [
    { subjects, permission: 'portal:use' },
    { subjects: [...subjects, 'portal-staff'], permission },
  ]
}

/** May this member do it? A deny of any question wins. */
export function staffMay(policy: Policy, member: Pick<StaffMember, 'subjects'>, permission: string): boolean {
  return staffQuestions(member.subjects, permission).every((asked) => policy.allows(asked.subjects, asked.permission))
}
