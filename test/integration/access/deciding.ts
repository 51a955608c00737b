/** What the tests of access share: who decides, for whom, and what a deed wrote. */
import type { Effect } from '../../../module/access/rules.js'
import { staffMay, staffMember, type StaffMember } from '../../../module/access/staff.js'
import {
  changeAddressee,
  changeExtent,
  changeGroup,
  changeUser,
  type ChangeOutcome,
} from '../../../module/features/access/changing.js'
import { readAccessLists, type HostGroup } from '../../../module/host/gacl.js'
import { findStaffByName, type StaffUser } from '../../../module/host/staff.js'
import type { Actor } from '../../../module/platform/audit.js'
import type { Portal } from '../../../module/access/portal.js'
import { difference, dumpRows } from '../../support/dump.js'
import type { TestPractice } from '../../support/practice.js'

type Place = Pick<TestPractice, 'db'> & { portal: Portal }

export async function memberNamed(place: Place, username: string): Promise<StaffMember> {
  const member = await staffMember(place.db, (await userNamed(place, username)).id)
  if (!member) throw new Error(`${username} is not at work`)
  return member
}

export async function userNamed({ db }: Place, username: string): Promise<StaffUser> {
  const user = await findStaffByName(db, username)
  if (!user) throw new Error(`No user ${username}`)
  return user
}

export async function groupNamed({ db }: Place, value: string): Promise<HostGroup> {
  const group = (await readAccessLists(db)).groups.find((each) => each.value === value)
  if (!group) throw new Error(`No group ${value}`)
  return group
}

export const actorOf = ({ username, name }: StaffMember): Actor => ({
  ...{ kind: 'staff', id: username, name, requestId: undefined },
})

interface Decision {
  permission: string
  effect: Effect
  reason?: string
  /** Who decides; the administrator unless another is named. */
  by?: string
}

export async function decideForGroup(
  place: Place,
  value: string,
  { by = 'admin', ...decision }: Decision,
): Promise<ChangeOutcome> {
  const member = await memberNamed(place, by)
  const group = await groupNamed(place, value)
  return changeGroup(place.portal, member, actorOf(member), { reason: 'A test', ...decision, group })
}

export async function decideForUser(
  place: Place,
  username: string,
  { by = 'admin', ...decision }: Decision,
): Promise<ChangeOutcome> {
  const member = await memberNamed(place, by)
  const user = await userNamed(place, username)
  return changeUser(place.portal, member, actorOf(member), { reason: 'A test', ...decision, user })
}

export async function decideForExtent(
  place: Place,
  subject: string,
  { by = 'admin', ...decision }: Decision,
): Promise<ChangeOutcome> {
  const member = await memberNamed(place, by)
  return changeExtent(place.portal, member, actorOf(member), { reason: 'A test', ...decision, subject })
}

export async function decideAddressee(
  place: Place,
  username: string,
  on: boolean,
  by = 'admin',
): Promise<ChangeOutcome> {
  const member = await memberNamed(place, by)
  return changeAddressee(place.portal, member, actorOf(member), { user: await userNamed(place, username), on })
}

/** Whether the user may do it now, as a request of theirs would be decided. */
export async function may(place: Place, username: string, permission: string): Promise<boolean> {
  const member = await staffMember(place.db, (await userNamed(place, username)).id)
  return member !== undefined && staffMay(place.portal.policy(), member, permission)
}

const watched = [
  ...['gacl_acl', 'gacl_acl_sections', 'gacl_acl_seq', 'gacl_aco', 'gacl_aco_map', 'gacl_aro', 'gacl_aro_groups'],
  ...['gacl_aro_groups_map', 'gacl_aro_map', 'gacl_aro_seq', 'gacl_axo_map', 'gacl_axo_groups_map'],
  ...['gacl_groups_aro_map', 'gacl_aro_groups_id_seq', 'users', 'foyer_acl_rules'],
]

/** Rows that the work took away (`- table: row`) and laid down (`+ table: row`), the newest state of rights and rules. */
export async function rowsChanged({ db }: Place, work: () => Promise<unknown>): Promise<string[]> {
  const before = await dumpRows(db, watched)
  await work()
  return difference(before, await dumpRows(db, watched))
}
