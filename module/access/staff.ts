import type { Queryable } from '../platform/database.js'
import { readStanding } from '../host/gacl.js'
import { findStaff } from '../host/staff.js'
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
  if (!user?.active || user.passwordHash === undefined) return undefined
  const standing = await readStanding(db, user.username)
  if (standing.groups.length === 0) return undefined
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    groups: standing.groups,
    subjects: [
      'anyone',
      'staff',
      `user:${user.username}`,
      ...standing.groups.map((group) => `group:${group}`),
      ...[...standing.rights].map((right) => `right:${right}`),
    ],
    fingerprint: fingerprintOf(user.passwordHash),
  }
}

export function fingerprintOf(passwordHash: string): string {
  return sha256(passwordHash).slice(0, 32)
}

/** Permissions that hold outside the portal's rooms: the EMR's own pages, and the module's switch. */
const outside = new Set(['sign-in:use', 'emr:use', 'modules:manage', 'portal:use'])

/**
 * May this member do it? Inside the portal's rooms only who holds `portal:use`, by the host's right
 * (patientportal/portal) or by a rule; then the permission itself. A deny of either wins.
 */
export function staffMay(policy: Policy, member: StaffMember, permission: string): boolean {
  if (outside.has(permission)) return policy.allows(member.subjects, permission)
  if (!policy.allows(member.subjects, 'portal:use')) return false
  return policy.allows([...member.subjects, 'portal-staff'], permission)
}
