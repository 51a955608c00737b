import type { Queryable } from '../platform/database.js'

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
const SUPER = 'admin/super'
const asked = [PORTAL_RIGHT, MODULES_RIGHT, ACL_RIGHT, SUPER]

interface StandingRow {
  kind: 'group' | 'rule'
  value: string
  allow: number
}

/** One statement. An unknown user stands in no group and holds nothing. */
export async function readStanding(db: Queryable, username: string): Promise<Standing> {
  const rows = await db.select<StandingRow>(
    `WITH mine AS (
       SELECT DISTINCT above.id, above.value
         FROM gacl_aro person
         JOIN gacl_groups_aro_map member ON member.aro_id = person.id
         JOIN gacl_aro_groups own ON own.id = member.group_id
         JOIN gacl_aro_groups above ON above.lft <= own.lft AND above.rgt >= own.rgt
        WHERE person.section_value = 'users' AND person.value = :username
     )
     SELECT 'group' AS kind, value, 1 AS allow FROM mine
     UNION ALL
     SELECT 'rule', CONCAT(object.section_value, '/', object.value), acl.allow
       FROM gacl_aco_map object
       JOIN gacl_acl acl ON acl.id = object.acl_id AND acl.enabled = 1
      WHERE CONCAT(object.section_value, '/', object.value) IN (:asked)
        AND (EXISTS (SELECT 1 FROM gacl_aro_map direct
                      WHERE direct.acl_id = acl.id AND direct.section_value = 'users' AND direct.value = :username)
          OR EXISTS (SELECT 1 FROM gacl_aro_groups_map mapped JOIN mine ON mine.id = mapped.group_id
                      WHERE mapped.acl_id = acl.id))
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_map axo WHERE axo.acl_id = acl.id)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_groups_map axo WHERE axo.acl_id = acl.id)`,
    { username, asked },
  )
  return {
    groups: rows.filter((row) => row.kind === 'group').map((row) => row.value),
    rights: rightsFrom(rows.filter((row) => row.kind === 'rule')),
  }
}

/** facts §4.2: admin/super allows all but itself; else an explicit deny wins over any allow; no rule is a deny. */
export function rightsFrom(rules: readonly { value: string; allow: number }[]): ReadonlySet<string> {
  const holds = (right: string) => {
    const on = rules.filter((rule) => rule.value === right)
    return on.length > 0 && on.every((rule) => rule.allow === 1)
  }
  return holds(SUPER) ? new Set(asked) : new Set(asked.filter(holds))
}
