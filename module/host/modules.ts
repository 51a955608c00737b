/** The host's list of modules, and Foyer's place in it (facts §8.2). */
import type { WallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { HostSite } from './detect.js'

const DIRECTORY = 'foyer'
const NAME = 'Foyer Patient Portal'

export interface HostModule {
  id: number
  directory: string
  name: string
  active: boolean
  /** The host loads a custom module through its bootstrap file, a Laminas module through its own framework. */
  kind: 'custom' | 'laminas'
  version: string
}

/** Every module that the host knows, in the order in which it loads them. */
export async function listModules(db: Queryable): Promise<HostModule[]> {
  const rows = await db.select<ModuleRow>(`${selectModule} ORDER BY mod_ui_order, date, mod_id`)
  return rows.map(hostModule)
}

/** Foyer's own row; undefined: the host does not know it. */
export async function registration(db: Queryable): Promise<HostModule | undefined> {
  const row = await db.first<ModuleRow>(`${selectModule} WHERE mod_directory = :directory`, { directory: DIRECTORY })
  return row && hostModule(row)
}

interface ModuleRow {
  mod_id: number
  mod_directory: string
  mod_name: string
  mod_active: number
  type: number | null
  sql_version: string
}

const selectModule = `SELECT mod_id, mod_directory, mod_name, mod_active, type, sql_version FROM modules`

function hostModule(row: ModuleRow): HostModule {
  return {
    id: row.mod_id,
    directory: row.mod_directory,
    // The host keeps the line break of info.txt's first line (facts §8.1).
    name: row.mod_name.trim(),
    active: row.mod_active === 1,
    kind: row.type === 1 ? 'laminas' : 'custom',
    version: row.sql_version,
  }
}

/**
 * Writes Foyer into the host's list as its Module Manager does, not active; where the host has found the module's
 * folder by itself and listed it, only says which version is installed. Safe to run again.
 */
export async function registerModule(tx: Tx, { version, now }: { version: string; now: WallClock }): Promise<void> {
  const before = await registration(tx)
  const id = before?.id ?? (await freeId(tx))
  if (before) {
    await tx.change(`UPDATE modules SET sql_run = 1, sql_version = :version WHERE mod_directory = :directory`, {
      version,
      directory: DIRECTORY,
    })
  } else {
    await tx.insert(
      `INSERT INTO modules (mod_id, mod_name, mod_directory, mod_parent, mod_type, mod_active, mod_ui_name,
         mod_relative_link, mod_ui_order, mod_ui_active, mod_description, mod_nick_name, mod_enc_menu, directory, date,
         sql_run, type, sql_version, acl_version)
       VALUES (:id, :name, :directory, '', '', 0, 'Foyer',
         'foyer/index.php', 0, 0, '', 'Foyer', 'no', '', :now,
         1, 0, :version, '')`,
      { id, name: NAME, directory: DIRECTORY, now, version },
    )
  }
  const section = await tx.first(`SELECT section_id FROM module_acl_sections WHERE section_identifier = :directory`, {
    directory: DIRECTORY,
  })
  if (section) return
  await tx.insert(
    `INSERT INTO module_acl_sections (section_id, section_name, parent_section, section_identifier, module_id)
     VALUES (:id, :name, 0, :directory, :id)`,
    { id, name: NAME, directory: DIRECTORY },
  )
}

/**
 * The host takes MAX(section_id) + 1 as the module's id and the section's. Unregistering leaves sections behind, and a
 * module's row may have a higher id than any section, so Foyer goes above both.
 */
async function freeId(tx: Tx): Promise<number> {
  // Locking reads: another registration waits until ours is committed.
  const section = await tx.first<Highest>(`SELECT MAX(section_id) AS highest FROM module_acl_sections FOR UPDATE`)
  const module = await tx.first<Highest>(`SELECT MAX(mod_id) AS highest FROM modules FOR UPDATE`)
  return Math.max(section?.highest ?? 0, module?.highest ?? 0) + 1
}

interface Highest {
  highest: number | null
}

/** Says in the host's list whether Foyer is on. The host itself loads a module only while this says so. */
export async function markActive(tx: Tx, active: boolean, now: WallClock): Promise<void> {
  await tx.change(
    `UPDATE modules SET mod_active = :active, date = :now WHERE mod_directory = :directory AND mod_active <> :active`,
    { active: active ? 1 : 0, now, directory: DIRECTORY },
  )
}

/**
 * Takes Foyer out of the host's list, with every row that hangs on its id: what stays would belong to whichever
 * module is given the same number next.
 */
export async function removeRegistration(tx: Tx, site: HostSite): Promise<void> {
  const sections = await tx.select<{ section_id: number | null; module_id: number | null }>(
    `SELECT section_id, module_id FROM module_acl_sections WHERE section_identifier = :directory`,
    { directory: DIRECTORY },
  )
  const module = await registration(tx)
  const sectionIds = sections.flatMap(({ section_id }) => section_id ?? [])
  const moduleIds = [...sections.flatMap(({ module_id }) => module_id ?? []), ...(module ? [module.id] : [])]

  for (const [table, column, ids] of [
    ['module_acl_group_settings', 'section_id', sectionIds],
    ['module_acl_user_settings', 'section_id', sectionIds],
    ['module_configuration', 'module_id', moduleIds],
    ['modules_settings', 'mod_id', moduleIds],
    ['modules_hooks_settings', 'mod_id', moduleIds],
  ] as const) {
    if (ids.length > 0 && site.has(table, column)) {
      // sql-safe: names from the list above
      await tx.change(`DELETE FROM ${table} WHERE ${column} IN (:ids)`, { ids })
    }
  }
  await tx.change(`DELETE FROM module_acl_sections WHERE section_identifier = :directory`, { directory: DIRECTORY })
  await tx.change(`DELETE FROM modules WHERE mod_directory = :directory`, { directory: DIRECTORY })
}
