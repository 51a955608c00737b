import { memberOf, subjectsOfStanding, type StaffMember } from '../../access/staff.js'
import { groupsOf, standingIn, type AccessLists, type HostGroup, type HostRule } from '../../host/gacl.js'
import type { StaffUser } from '../../host/staff.js'

export interface UserStanding {
  /** Those that the user was put into, without what stands above them. */
  groups: HostGroup[]
  /** What the host's access lists say of them. */
  hostRules: readonly HostRule[]
  /** Undefined: not at work. */
  member: StaffMember | undefined
  subjects: readonly string[]
}

/** A user as a request of theirs would be read, from the access lists of everybody. */
export function standingOfUser(lists: AccessLists, user: StaffUser): UserStanding {
  const groups = groupsOf(lists, user.username)
  const standing = standingIn(lists, groups, user.username)
  const member = memberOf(user, standing)
  return { groups, hostRules: standing.rules, member, subjects: member?.subjects ?? subjectsOfStanding(standing) }
}
