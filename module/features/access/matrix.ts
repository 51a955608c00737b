/** Who may do what, as a table: how each permission stands for a group or for an extent, and where that comes from. */
import { explainStaff, explainSubjects, type Explanation } from '../../access/explain.js'
import type { Policy, Rule } from '../../access/policy.js'
import { subjectsOfStanding } from '../../access/staff.js'
import { PORTAL_RIGHT, standingIn, SUPER, type AccessLists, type HostGroup } from '../../host/gacl.js'
import { loadManifest, type PermissionDefinition } from '../../platform/settings.js'

const { permissions } = loadManifest()

/** What groups and users of the host may be given. */
export const staffPermissions: readonly PermissionDefinition[] = permissions.filter(
  ({ audience }) => audience === 'staff',
)

/** What a practice may open or close to patients and families. A record always has its home: else it leads nowhere. */
export const patientPermissions: readonly PermissionDefinition[] = permissions.filter(
  ({ audience, name }) => audience === 'patient' && name !== 'home:view',
)

/** How far an account's access to a record goes, as addresses name it, and as rules do. */
export const extents: ReadonlyArray<{ name: string; subject: string }> = [
  { name: 'full', subject: 'extent:full' },
  { name: 'appointments', subject: 'extent:appointments' },
  { name: 'forms', subject: 'extent:forms' },
  { name: 'own', subject: 'own' },
]

/**
 * allowed, denied; waiting: allowed as soon as the group may work in the portal; none: no rule speaks of it. By whom:
 * the module's rules, the practice's, or the host's rights.
 */
export type Standing = { state: 'allowed' | 'denied'; by: Source } | { state: 'waiting' | 'none'; by?: undefined }

export type Source = 'module' | 'practice' | 'host'

/** How it stands for whoever is in this group and in no other. */
export function groupStanding(policy: Policy, lists: AccessLists, group: HostGroup, permission: string): Standing {
  const standing = standingIn(lists, [group])
  const found = standingOf(explainStaff(policy, subjectsOfStanding(standing), permission))
  const shutByHost = standing.rules.some(({ right, allow }) => right === PORTAL_RIGHT && allow === 0)
  const denied = permission === 'portal:use' && found.state === 'none' && shutByHost
  return denied ? { state: 'denied', by: 'host' } : found
}

export function extentStanding(policy: Policy, subject: string, permission: string): Standing {
  return standingOf(explainSubjects(policy, ['anyone', 'account', subject], permission))
}

export function standingOf({ verdict, steps, decisive }: Explanation): Standing {
  const rule = decisive.rules.find((each) => each.decides)?.rule
  if (verdict && rule) return { state: 'allowed', by: sourceOf(rule) }
  const last = steps.at(-1)
  if (last?.allows) return { state: 'waiting' }
  const denial = last?.rules.find((each) => each.decides && each.rule.effect === 'deny')
  return denial ? { state: 'denied', by: sourceOf(denial.rule) } : { state: 'none' }
}

export function sourceOf(rule: Rule): Source {
  if (rule.made) return 'practice'
  return rule.subject.startsWith('right:') ? 'host' : 'module'
}

/** Groups that people are put into: all but the root of the host's tree, under which the others stand. */
export function groupsToDecideOn({ groups }: AccessLists): HostGroup[] {
  return groups.filter((group) => groups.some((other) => other.left < group.left && other.right > group.right))
}

/** Whether the host lets the group do anything at all: what it may do cannot be taken back there. */
export function isSuper(lists: AccessLists, group: HostGroup): boolean {
  return standingIn(lists, [group]).rights.has(SUPER)
}
