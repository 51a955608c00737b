/**
 * The host's right *Patient Portal*, given to a group as the host's own access administration gives it: into the
 * group's access list of kind `write`, or into a new one that takes the next number (facts §4.1, §4.6). The host knows
 * no denial on its screens, but honours one (facts §4.2): it is an access list of its own, `allow` 0.
 */
import type { Tx } from '../platform/database.js'
import type { HostGroup } from './gacl.js'

const SECTION = 'patientportal'
const OBJECT = 'portal'
/** Of the access list that denies: a kind that the host's own upgrades never look for. */
const DENIAL = 'deny'

/** What became of the host's rows; 'unchanged': they said so already; 'shared': other groups are on the access list. */
export type Written = 'written' | 'unchanged' | 'shared'

/** Lets the group in. `at`: seconds since 1970. */
export async function allowPortal(tx: Tx, group: HostGroup, at: number): Promise<Written> {
  const before = await listsWithPortal(tx, group)
  const denying = before.filter(({ allow }) => allow === 0)
  if (denying.some(({ subjects }) => subjects > 1)) return 'shared'
  for (const list of denying) await takeOut(tx, list, at)
  if (before.some(({ allow }) => allow === 1)) return denying.length > 0 ? 'written' : 'unchanged'
  const own = await writeListOf(tx, group)
  if (own === undefined) await addList(tx, group, { allow: 1, kind: 'write', note: 'Work in the patient portal' }, at)
  else await putIn(tx, own, at)
  return 'written'
}

/** Takes back what was given or denied to this group itself; what it has from a group above stays. */
export async function resetPortal(tx: Tx, group: HostGroup, at: number): Promise<Written> {
  const before = await listsWithPortal(tx, group)
  if (before.some(({ subjects }) => subjects > 1)) return 'shared'
  for (const list of before) await takeOut(tx, list, at)
  return before.length > 0 ? 'written' : 'unchanged'
}

/** Keeps the group out, whatever else lets a member in; only the host's superusers are past it. */
export async function denyPortal(tx: Tx, group: HostGroup, at: number): Promise<Written> {
  const before = await listsWithPortal(tx, group)
  const allowing = before.filter(({ allow }) => allow === 1)
  if (allowing.some(({ subjects }) => subjects > 1)) return 'shared'
  for (const list of allowing) await takeOut(tx, list, at)
  if (before.some(({ allow }) => allow === 0)) return allowing.length > 0 ? 'written' : 'unchanged'
  await addList(tx, group, { allow: 0, kind: DENIAL, note: 'Not in the patient portal' }, at)
  return 'written'
}

interface AccessList {
  id: number
  allow: number
  /** What it is about. */
  objects: number
  /** Groups and users that it is for. */
  subjects: number
}

/** The enabled access lists on the right that name this very group. Locked: two changes wait for each other. */
async function listsWithPortal(tx: Tx, { id }: HostGroup): Promise<AccessList[]> {
  return tx.select<AccessList>(
    `SELECT acl.id, acl.allow,
            (SELECT COUNT(*) FROM gacl_aco_map objects WHERE objects.acl_id = acl.id) AS objects,
            (SELECT COUNT(*) FROM gacl_aro_groups_map others WHERE others.acl_id = acl.id)
              + (SELECT COUNT(*) FROM gacl_aro_map others WHERE others.acl_id = acl.id) AS subjects
       FROM gacl_acl acl
       JOIN gacl_aro_groups_map mine ON mine.acl_id = acl.id AND mine.group_id = :id
       JOIN gacl_aco_map object ON object.acl_id = acl.id
      WHERE acl.enabled = 1 AND object.section_value = '${SECTION}' AND object.value = '${OBJECT}'
      ORDER BY acl.id FOR UPDATE`, // sql-safe: constants
    { id },
  )
}

/** The group's own list of what it may do and write, to which the host adds. Undefined: none for it alone. */
async function writeListOf(tx: Tx, { id }: HostGroup): Promise<number | undefined> {
  const row = await tx.first<{ id: number }>(
    `SELECT acl.id
       FROM gacl_acl acl
       JOIN gacl_aro_groups_map mine ON mine.acl_id = acl.id AND mine.group_id = :id
      WHERE acl.enabled = 1 AND acl.allow = 1 AND acl.return_value = 'write'
        AND NOT EXISTS (SELECT 1 FROM gacl_aro_groups_map other WHERE other.acl_id = acl.id AND other.group_id <> :id)
        AND NOT EXISTS (SELECT 1 FROM gacl_aro_map other WHERE other.acl_id = acl.id)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_map other WHERE other.acl_id = acl.id)
        AND NOT EXISTS (SELECT 1 FROM gacl_axo_groups_map other WHERE other.acl_id = acl.id)
      ORDER BY acl.id LIMIT 1 FOR UPDATE`,
    { id },
  )
  return row?.id
}

async function putIn(tx: Tx, id: number, at: number): Promise<void> {
  await addObject(tx, id, SECTION, OBJECT)
  await touch(tx, id, at)
}

/** The host's last object of a list gives way to its placeholder, so that the list stays; a denial of ours goes whole. */
async function takeOut(tx: Tx, { id, allow, objects }: AccessList, at: number): Promise<void> {
  if (allow === 0 && objects === 1) {
    await tx.change(`DELETE FROM gacl_aro_groups_map WHERE acl_id = :id`, { id })
    await tx.change(`DELETE FROM gacl_aco_map WHERE acl_id = :id`, { id })
    await tx.change(`DELETE FROM gacl_acl WHERE id = :id`, { id })
    return
  }
  if (objects === 1) await addObject(tx, id, 'placeholder', 'filler')
  await tx.change(
    // sql-safe: constants
    `DELETE FROM gacl_aco_map WHERE acl_id = :id AND section_value = '${SECTION}' AND value = '${OBJECT}'`,
    { id },
  )
  await touch(tx, id, at)
}

async function addList(
  tx: Tx,
  group: HostGroup,
  list: { allow: 0 | 1; kind: string; note: string },
  at: number,
): Promise<void> {
  const id = await nextNumber(tx)
  await tx.change(
    `INSERT INTO gacl_acl (id, section_value, allow, enabled, return_value, note, updated_date)
     VALUES (:id, 'system', :allow, 1, :kind, :note, :at)`,
    { id, ...list, at },
  )
  await addObject(tx, id, SECTION, OBJECT)
  await tx.change(`INSERT INTO gacl_aro_groups_map (acl_id, group_id) VALUES (:id, :groupId)`, {
    id,
    groupId: group.id,
  })
}

/** The counter counts first and gives then (facts §4.6, §12.5); a list that was written past it is passed over. */
async function nextNumber(tx: Tx): Promise<number> {
  await tx.change(
    `UPDATE gacl_acl_seq
        SET id = LAST_INSERT_ID(GREATEST(id, (SELECT COALESCE(MAX(acl.id), 0) FROM gacl_acl acl)) + 1)`,
  )
  const row = await tx.first<{ id: number }>(`SELECT LAST_INSERT_ID() AS id`)
  if (!row) throw new Error('The host gave no number for an access list')
  return row.id
}

async function addObject(tx: Tx, id: number, section: string, value: string): Promise<void> {
  await tx.change(`INSERT INTO gacl_aco_map (acl_id, section_value, value) VALUES (:id, :section, :value)`, {
    ...{ id, section, value },
  })
}

async function touch(tx: Tx, id: number, at: number): Promise<void> {
  await tx.change(`UPDATE gacl_acl SET updated_date = :at WHERE id = :id`, { id, at })
}
