/** What doctor asks the host: whether those who are to use the portal can. */
import type { Queryable } from '../platform/database.js'
import { PORTAL_RIGHT } from './gacl.js'
import { calendarIndexes } from './indexes.js'

/** Names of the gACL groups, and of users by themselves, whom some rule gives the portal right and none denies it. */
export async function holdersOfPortalRight(db: Queryable): Promise<{ groups: string[]; users: string[] }> {
  const rules = await db.select<{ kind: 'group' | 'user'; name: string; allow: number }>(
    `SELECT 'group' AS kind, holders.name, acl.allow
       FROM gacl_aco_map object
       JOIN gacl_acl acl ON acl.id = object.acl_id AND acl.enabled = 1
       JOIN gacl_aro_groups_map mapped ON mapped.acl_id = acl.id
       JOIN gacl_aro_groups holders ON holders.id = mapped.group_id
      WHERE CONCAT(object.section_value, '/', object.value) = :right
     UNION ALL
     SELECT 'user', direct.value, acl.allow
       FROM gacl_aco_map object
       JOIN gacl_acl acl ON acl.id = object.acl_id AND acl.enabled = 1
       JOIN gacl_aro_map direct ON direct.acl_id = acl.id AND direct.section_value = 'users'
      WHERE CONCAT(object.section_value, '/', object.value) = :right`,
    { right: PORTAL_RIGHT },
  )
  const holding = (kind: 'group' | 'user') => {
    const denied = new Set(rules.filter((rule) => rule.kind === kind && rule.allow === 0).map(({ name }) => name))
    const allowed = rules.filter((rule) => rule.kind === kind && rule.allow === 1).map(({ name }) => name)
    return [...new Set(allowed)].filter((name) => !denied.has(name)).sort()
  }
  return { groups: holding('group'), users: holding('user') }
}

/** How many patients the practice has let into the portal, and how many of those have nothing to sign in with. */
export async function countAuthorisedPatients(
  db: Queryable,
): Promise<{ authorised: number; withoutCredential: number }> {
  const counts = await db.first<{ authorised: number; with_credential: string | null }>(
    `SELECT COUNT(*) AS authorised, SUM(credential.portal_pwd <> '') AS with_credential
       FROM patient_data patient LEFT JOIN patient_access_onsite credential ON credential.pid = patient.pid
      WHERE patient.allow_patient_portal = 'YES'`,
  )
  const authorised = counts?.authorised ?? 0
  return { authorised, withoutCredential: authorised - Number(counts?.with_credential ?? 0) }
}

/** Whether the indexes stand by which calendars are read: not before Foyer's steps have run. */
export async function calendarIsIndexed(db: Queryable): Promise<boolean> {
  const names = calendarIndexes.map(({ name }) => name)
  const row = await db.first<{ there: number }>(
    `SELECT COUNT(DISTINCT INDEX_NAME) AS there FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'openemr_postcalendar_events' AND INDEX_NAME IN (:names)`,
    { names },
  )
  return row?.there === names.length
}
