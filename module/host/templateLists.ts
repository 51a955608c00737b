/**
 * Categories and profiles of templates and groups of patients, as options of the host's own lists (facts §5.4): what is
 * made here stands in the host's template maintenance, and the reverse.
 */
import type { Queryable, Tx } from '../platform/database.js'
import { opaqueId } from '../platform/ids.js'
import type { HostSite } from './detect.js'
import { profileOfGroup } from './templateProfiles.js'

const listIds = {
  categories: 'Document_Template_Categories',
  profiles: 'Document_Template_Profiles',
  groups: 'Patient_Groupings',
} as const

export type TemplateList = keyof typeof listIds
export const templateListNames = Object.keys(listIds) as TemplateList[]

/** The host's own code looks for these by their id. */
const builtIn: readonly string[] = ['repository', 'questionnaire', 'notification_template']

/** Never removed: the host's code asks for it by its id. */
export function isBuiltIn(list: TemplateList, id: string): boolean {
  return list === 'categories' && builtIn.includes(id)
}

interface OptionRow {
  id: string
  title: string
}

/** Every option of it, those that the practice has set aside as well. */
function optionsIn(db: Queryable, list: TemplateList): Promise<OptionRow[]> {
  return db.select<OptionRow>(`SELECT option_id AS id, title FROM list_options WHERE list_id = :list`, {
    list: listIds[list],
  })
}

export type KeepOption = { ok: true; id: string } | { ok: false; reason: 'not-found' | 'title-taken' }

/** At the end of its list. The caller has the turn `templates`. */
export async function addOption(tx: Tx, list: TemplateList, title: string): Promise<KeepOption> {
  const there = await optionsIn(tx, list)
  if (there.some((option) => isSame(option.title, title))) return { ok: false, reason: 'title-taken' }
  const id = newId(
    title,
    there.map((option) => option.id),
  )
  await tx.change(
    `INSERT INTO list_options
       (list_id, option_id, title, seq, is_default, option_value, mapping, notes, codes, toggle_setting_1,
        toggle_setting_2, activity, subtype, edit_options)
     SELECT :list, :id, :title, COALESCE(MAX(seq), 0) + 10, 0, 0, '', '', '', 0, 0, 1, '', 1
       FROM list_options WHERE list_id = :list`,
    { list: listIds[list], id, title },
  )
  return { ok: true, id }
}

function isSame(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { sensitivity: 'base' }) === 0
}

/** `foyer_` and an id fit into the 64 characters of a profile. */
const ID_MOST = 40

/**
 * The title in plain letters. A patient is in a group whose id is found anywhere in their groups (facts §6.1): where one
 * id held another, the wrong patients would be asked, and an id of no meaning is taken.
 */
function newId(title: string, taken: readonly string[]): string {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, ID_MOST)
  const clashes = (id: string) =>
    taken.map((each) => each.toLowerCase()).some((each) => each.includes(id) || (each !== '' && id.includes(each)))
  // Foyer's own profiles begin so.
  return plain.length < 3 || plain.startsWith('foyer') || clashes(plain) ? opaqueId().replace(/\W/g, '_') : plain
}

/** Its title alone: whatever names it does so by its id. The caller has the turn `templates`. */
export async function renameOption(tx: Tx, list: TemplateList, id: string, title: string): Promise<KeepOption> {
  const there = await optionsIn(tx, list)
  if (!there.some((option) => option.id === id)) return { ok: false, reason: 'not-found' }
  if (there.some((option) => option.id !== id && isSame(option.title, title))) {
    return { ok: false, reason: 'title-taken' }
  }
  await setTitle(tx, listIds[list], id, title)
  // What this group alone is asked for is called as the group.
  if (list === 'groups') await setTitle(tx, listIds.profiles, profileOfGroup(id), title)
  return { ok: true, id }
}

async function setTitle(tx: Tx, list: string, id: string, title: string): Promise<void> {
  await tx.change(`UPDATE list_options SET title = :title WHERE list_id = :list AND option_id = :id`, {
    ...{ list, id, title },
  })
}

/** Who would miss an option: by name, each once, the first of them. */
export interface Users {
  templates: string[]
  questionnaires: string[]
  /** Titles of profiles that its group has. */
  profiles: string[]
  /** Titles of groups that have it. */
  groups: string[]
  patients: number
}

const none: Users = { templates: [], questionnaires: [], profiles: [], groups: [], patients: 0 }
const NAMES_MOST = 20

/** Who uses it now. */
export async function usersOf(db: Queryable, site: HostSite, list: TemplateList, id: string): Promise<Users> {
  if (list === 'categories') {
    return {
      ...none,
      templates: await names(
        db,
        `SELECT DISTINCT template_name AS name FROM document_templates WHERE category = :id`,
        id,
      ),
      // Since 7.0.4 they have a category of their own (facts A3).
      questionnaires: site.has('questionnaire_repository', 'category')
        ? await names(db, `SELECT DISTINCT name FROM questionnaire_repository WHERE category = :id`, id)
        : [],
    }
  }
  if (list === 'profiles') {
    return { ...none, templates: await templatesIn(db, id), groups: await linked(db, 'groups', id) }
  }
  const counted = await db.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM patient_data WHERE INSTR(patient_groups, :id) > 0`,
    { id },
  )
  const profiles = await linked(db, 'profiles', id)
  return {
    ...none,
    templates: await templatesIn(db, profileOfGroup(id)),
    profiles,
    patients: counted?.count ?? 0,
  }
}

function templatesIn(db: Queryable, profile: string): Promise<string[]> {
  return names(
    db,
    `SELECT DISTINCT COALESCE(t.template_name, m.template_name) AS name
       FROM document_template_profiles m LEFT JOIN document_templates t ON t.id = m.template_id
      WHERE m.profile = :id AND m.template_id > 0`,
    profile,
  )
}

/** Groups that have a profile, or profiles that a group has: but the one that Foyer makes for it. */
function linked(db: Queryable, what: 'groups' | 'profiles', id: string): Promise<string[]> {
  const [mine, other] = what === 'groups' ? ['profile', 'member_of'] : ['member_of', 'profile']
  return names(
    db,
    // sql-safe: constants
    `SELECT COALESCE(o.title, m.${other}) AS name FROM document_template_profiles m
       LEFT JOIN list_options o ON o.list_id = '${listIds[what]}' AND o.option_id = m.${other}
      WHERE m.template_id = 0 AND m.category = 'Group' AND m.active = 1 AND m.${mine} = :id
        AND m.profile <> CONCAT('foyer_', m.member_of)`,
    id,
  )
}

async function names(db: Queryable, statement: string, id: string): Promise<string[]> {
  const rows = await db.select<{ name: string | null }>(`${statement} ORDER BY 1 LIMIT ${String(NAMES_MOST)}`, { id }) // sql-safe: a constant and a number
  return rows.map(({ name }) => name ?? '')
}

/** Nobody uses it: it leaves its list, with what is left of links that were taken away. */
export async function removeOption(tx: Tx, list: TemplateList, id: string): Promise<void> {
  await tx.change(`DELETE FROM list_options WHERE list_id = :list AND option_id = :id`, { list: listIds[list], id })
  if (list === 'categories') return
  const column = list === 'profiles' ? 'profile' : 'member_of'
  await tx.change(`DELETE FROM document_template_profiles WHERE template_id = 0 AND ${column} = :id`, { id }) // sql-safe: a constant
  if (list === 'profiles') return
  await tx.change(`DELETE FROM list_options WHERE list_id = :list AND option_id = :id AND notes = 'foyer'`, {
    ...{ list: listIds.profiles, id: profileOfGroup(id) },
  })
}

/** By list and option, how many templates or patients it has. Two statements. */
export async function optionCounts(db: Queryable): Promise<Map<string, number>> {
  const categories = await db.select<{ id: string; count: number }>(
    `SELECT category AS id, COUNT(*) AS count FROM document_templates WHERE pid = -1 GROUP BY category`,
  )
  // Once over those who are in any group, however many groups there are.
  const groups = await db.select<{ id: string; count: number }>(
    `SELECT o.option_id AS id, COUNT(*) AS count
       FROM patient_data p JOIN list_options o ON o.list_id = 'Patient_Groupings' AND INSTR(p.patient_groups, o.option_id) > 0
      WHERE p.patient_groups <> '' GROUP BY o.option_id`,
  )
  return new Map([
    ...categories.map(({ count, id }) => [`categories:${id}`, count] as const),
    ...groups.map(({ count, id }) => [`groups:${id}`, count] as const),
  ])
}
