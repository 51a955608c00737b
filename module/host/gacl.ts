import type { Queryable } from '../platform/database.js'
import { gatheringOf, type Several } from '../platform/gathering.js'

/**
 * What a staff user is in the host, read live, since the host's edits count at once (facts §12.21): groups with
 * their ancestors, and the answer to the few rights that Foyer asks for.
 */
export interface Standing {
  groups: readonly string[]
  /** `section/value` of each asked right that the user holds. */
  rights: ReadonlySet<string>
}

/** The host rights that decide anything in Foyer. */
export const PORTAL_RIGHT = 'patientportal/portal'
export const MODULES_RIGHT = 'admin/manage_modules'
export const ACL_RIGHT = 'admin/acl'
/** Brings every other right with it (facts §4.2). */
export const SUPER = 'admin/super'
const asked = [PORTAL_RIGHT, MODULES_RIGHT, ACL_RIGHT, SUPER]

interface StandingRow {
  /** Of the names that were asked for, from 0. */
  place: number
  kind: 'group' | 'rule'
  value: string
  allow: number
}

/** One statement. An unknown user stands in no group and holds nothing. `more`: rights asked for besides Foyer's own. */
export async function readStanding(db: Queryable, username: string, more: readonly string[] = []): Promise<Standing> {
  const wanted = [...asked, ...more]
  const rows = more.length === 0 ? await rowsOf(db, username) : await standingRows(db, [username], wanted)
  const own = rows.get(username) ?? []
  return {
    groups: own.filter((row) => row.kind === 'group').map((row) => row.value),
    rights: rightsFrom(
      own.filter((row) => row.kind === 'rule'),
      wanted,
    ),
  }
}

// Every page of staff's asks, so those that come together are asked for together.
const rowsOf = gatheringOf((db: Queryable, usernames: Several<string>) =>
  standingRows(db, [...new Set(usernames)], asked),
)

/** By name. Whether two names are one is the database's to say, so each is asked for at a place of its own. */
async function standingRows(
  db: Queryable,
  usernames: readonly string[],
  rights: readonly string[],
): Promise<Map<string, StandingRow[]>> {
  // sql-safe: its number in the list
  const places = usernames.map((_, at) => `SELECT ${String(at)} AS place, :user${String(at)} AS username`)
  const rows = await db.select<StandingRow>(
    // sql-safe: as many placeholders as there are names
    `WITH who AS (${places.join(' UNION ALL ')}),
     mine AS (
       SELECT DISTINCT who.place, above.id, above.value
         FROM who
         JOIN gacl_aro person ON person.section_value = 'users' AND person.value = who.username
         JOIN gacl_groups_aro_map member ON member.aro_id = person.id
         JOIN gacl_aro_groups own ON own.id = member.group_id
         JOIN gacl_aro_groups above ON above.lft <= own.lft AND above.rgt >= own.rgt
     ),
     listed AS (
       SELECT who.place, direct.acl_id
         FROM who JOIN gacl_aro_map direct ON direct.section_value = 'users' AND direct.value = who.username
        UNION
       SELECT mine.place, mapped.acl_id FROM mine JOIN gacl_aro_groups_map mapped ON mapped.group_id = mine.id
     )
     SELECT place, 'group' AS kind, value, 1 AS allow FROM mine
     UNION ALL
     SELECT listed.place, 'rule', CONCAT(object.section_value, '/', object.value), acl.allow
       FROM listed
       JOIN gacl_acl acl ON acl.id = listed.acl_id AND acl.enabled = 1
       JOIN gacl_aco_map object ON object.acl_id = acl.id
      WHERE CONCAT(object.section_value, '/', object.value) IN (:rights)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_map axo WHERE axo.acl_id = acl.id)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_groups_map axo WHERE axo.acl_id = acl.id)`,
    { rights, ...Object.fromEntries(usernames.map((username, at) => [`user${String(at)}`, username])) },
  )
  return new Map(usernames.map((username, at) => [username, rows.filter(({ place }) => place === at)]))
}

/** facts §4.2: admin/super allows all but itself; else an explicit deny wins over any allow; no rule is a deny. */
export function rightsFrom(
  rules: readonly { value: string; allow: number }[],
  wanted: readonly string[] = asked,
): ReadonlySet<string> {
  const holds = (right: string) => {
    const on = rules.filter((rule) => rule.value === right)
    return on.length > 0 && on.every((rule) => rule.allow === 1)
  }
  return holds(SUPER) ? new Set(wanted) : new Set(wanted.filter(holds))
}

/** Who is in which group, and every access list on the rights that Foyer asks for: what standings are made of. */
export interface AccessLists {
  /** As the host's tree has them, the root first. */
  groups: readonly HostGroup[]
  members: ReadonlyArray<{ username: string; groupId: number }>
  rules: readonly HostRule[]
}

/** A group of the host's rights. */
export interface HostGroup {
  id: number
  /** `doc`: what rules and addresses name it by. */
  value: string
  /** "Physicians". */
  name: string
  left: number
  right: number
}

/** One access list's word on one right, for a group or for one user. */
export interface HostRule {
  right: string
  allow: number
  groupId: number | null
  username: string | null
}

/** Three statements, of a page's size: groups and access lists are dozens, members as many as there are staff. */
export async function readAccessLists(db: Queryable): Promise<AccessLists> {
  const groups = await db.select<HostGroup>(
    `SELECT id, value, name, lft AS \`left\`, rgt AS \`right\` FROM gacl_aro_groups ORDER BY lft`,
  )
  const members = await db.select<{ username: string; groupId: number }>(
    `SELECT person.value AS username, member.group_id AS groupId
       FROM gacl_aro person JOIN gacl_groups_aro_map member ON member.aro_id = person.id
      WHERE person.section_value = 'users'`,
  )
  const rules = await db.select<HostRule>(
    `SELECT CONCAT(object.section_value, '/', object.value) AS \`right\`, acl.allow,
            mapped.group_id AS groupId, NULL AS username
       FROM gacl_aco_map object
       JOIN gacl_acl acl ON acl.id = object.acl_id AND acl.enabled = 1
       JOIN gacl_aro_groups_map mapped ON mapped.acl_id = acl.id
      WHERE CONCAT(object.section_value, '/', object.value) IN (:asked)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_map axo WHERE axo.acl_id = acl.id)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_groups_map axo WHERE axo.acl_id = acl.id)
      UNION ALL
     SELECT CONCAT(object.section_value, '/', object.value), acl.allow, NULL, direct.value
       FROM gacl_aco_map object
       JOIN gacl_acl acl ON acl.id = object.acl_id AND acl.enabled = 1
       JOIN gacl_aro_map direct ON direct.acl_id = acl.id AND direct.section_value = 'users'
      WHERE CONCAT(object.section_value, '/', object.value) IN (:asked)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_map axo WHERE axo.acl_id = acl.id)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_groups_map axo WHERE axo.acl_id = acl.id)`,
    { asked },
  )
  return { groups, members, rules }
}

/** The groups that a user is in, without their ancestors. The host's collation tells no names apart by case or accent. */
export function groupsOf({ groups, members }: AccessLists, username: string): HostGroup[] {
  const mine = members.filter((member) => isSame(member.username, username)).map(({ groupId }) => groupId)
  return groups.filter(({ id }) => mine.includes(id))
}

/** What somebody holds who is in these groups, and this user if one is named; with the access lists that say so. */
export function standingIn(
  lists: AccessLists,
  own: readonly HostGroup[],
  username?: string,
): Standing & { rules: HostRule[] } {
  const above = lists.groups.filter((each) => own.some((one) => each.left <= one.left && each.right >= one.right))
  const ids = above.map(({ id }) => id)
  const rules = lists.rules.filter((rule) =>
    rule.groupId === null
      ? username !== undefined && isSame(rule.username ?? '', username)
      : ids.includes(rule.groupId),
  )
  const rights = rightsFrom(rules.map(({ right, allow }) => ({ value: right, allow })))
  return { groups: above.map(({ value }) => value), rights, rules }
}

function isSame(one: string, other: string): boolean {
  return folded(one) === folded(other)
}

function folded(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
