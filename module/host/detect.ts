/**
 * What stands on the other side. Foyer goes by the tables and columns it finds, never by the version number
 * alone: sites are patched, and upgrades rename columns (facts §12.18).
 */
import type { Queryable } from '../platform/database.js'

export interface HostSite {
  /** v_major.v_minor.v_patch, e.g. `7.0.3`. */
  version: string
  /** The host's schema number (v_database). */
  database: number
  /** Columns of the host tables that Foyer reads or writes; a table that the site lacks is not in the map. */
  columns: ReadonlyMap<string, ReadonlySet<string>>
  /** How this site writes "no end" into pc_endDate: the column took NULL in 8.1 (facts §12.25). */
  noEndDate: null | '0000-00-00'
  /** Whether the site has this column. */
  has(table: string, column: string): boolean
}

/** This database is not a site that Foyer can be a guest of. */
export class HostRefused extends Error {
  constructor(
    readonly found: string,
    readonly needed: string,
  ) {
    super(`Found ${found}; Foyer needs ${needed}.`)
    this.name = 'HostRefused'
  }
}

/** Reads what this site is, in two statements. Throws HostRefused for anything but OpenEMR 7.0.1 or later. */
export async function detectHost(db: Queryable): Promise<HostSite> {
  const found = await db.select<ColumnRow>(
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS columnName, IS_NULLABLE AS nullable
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (:tables)`,
    { tables: [...required.keys(), ...optional] },
  )
  const columns = byTable(found)
  if (!columns.has('version') || !columns.has('openemr_postcalendar_events')) {
    throw new HostRefused('a database without OpenEMR’s tables', needed)
  }
  const version = await db.first<VersionRow>(`SELECT v_major, v_minor, v_patch, v_database FROM version LIMIT 1`)
  if (!version)
    throw new HostRefused('an OpenEMR database whose installation was not finished (its version is not set)', needed)

  const name = `${version.v_major}.${version.v_minor}.${version.v_patch}`
  const missing = missingFrom(columns)
  if (missing.length > 0) throw new HostRefused(`OpenEMR ${name}, without ${missing.join(', ')}`, needed)

  const endDate = found.find((row) => row.columnName === 'pc_endDate')
  return {
    version: name,
    database: version.v_database,
    columns,
    noEndDate: endDate?.nullable === 'YES' ? null : '0000-00-00',
    has: (table, column) => columns.get(table)?.has(column) ?? false,
  }
}

interface ColumnRow {
  tableName: string
  columnName: string
  nullable: 'YES' | 'NO'
}

interface VersionRow {
  v_major: number
  v_minor: number
  v_patch: number
  v_database: number
}

const needed = 'OpenEMR 7.0.1 or later'

/** Without these there is no portal. The calendar's uuid came with 7.0.1 (facts §1.1). */
const required: ReadonlyMap<string, readonly string[]> = new Map([
  ['version', ['v_major', 'v_minor', 'v_patch', 'v_database']],
  ['globals', ['gl_name', 'gl_index', 'gl_value']],
  ['patient_data', ['pid', 'fname', 'lname', 'DOB', 'email', 'allow_patient_portal', 'providerID']],
  ['users', ['id', 'username', 'fname', 'lname', 'active', 'authorized', 'portal_user', 'facility_id']],
  ['users_secure', ['id', 'username', 'password']],
  ['groups', ['name', 'user']],
  ['facility', ['id', 'name']],
  ['list_options', ['list_id', 'option_id', 'title', 'activity']],
  ['openemr_postcalendar_categories', ['pc_catid', 'pc_constant_id', 'pc_cattype', 'pc_active', 'pc_duration']],
  ['patient_tracker', ['id', 'eid', 'pid']],
  ['patient_tracker_element', ['pt_tracker_id', 'status', 'seq']],
  ['pnotes', ['id', 'body', 'pid', 'assigned_to', 'message_status']],
  ['patient_access_onsite', ['pid', 'portal_username', 'portal_pwd', 'portal_pwd_status', 'portal_login_username']],
  ['log', ['id', 'event', 'comments', 'log_from']],
  ['log_comment_encrypt', ['log_id', 'checksum', 'version']],
  ['modules', ['mod_id', 'mod_directory', 'mod_active', 'sql_version']],
  ['module_acl_sections', ['section_id', 'section_identifier', 'module_id']],
  ['gacl_aro', ['id', 'section_value', 'value']],
  ['gacl_aro_groups', ['id', 'parent_id', 'lft', 'rgt', 'value']],
  ['gacl_groups_aro_map', ['group_id', 'aro_id']],
  ['gacl_acl', ['id', 'allow', 'enabled', 'return_value']],
  ['gacl_aco_map', ['acl_id', 'section_value', 'value']],
  ['gacl_aro_map', ['acl_id', 'section_value', 'value']],
  ['gacl_aro_groups_map', ['acl_id', 'group_id']],
  [
    'openemr_postcalendar_events',
    ['pc_eid', 'pc_aid', 'pc_pid', 'pc_eventDate', 'pc_endDate', 'pc_apptstatus', 'uuid'],
  ],
])

/** Looked at where they are: a site may lack them, or have them in another shape. */
const optional: readonly string[] = [
  'calendar_external',
  'patient_settings',
  'user_settings',
  'users_facility',
  'login_mfa_registrations',
  'insurance_data',
  'insurance_companies',
  'pharmacies',
  'addresses',
  'layout_options',
  'onetime_auth',
  'verify_email',
  'onsite_documents',
  'onsite_mail',
  'onsite_portal_activity',
  'onsite_signatures',
  'document_templates',
  'document_template_profiles',
  'questionnaire_repository',
  'questionnaire_response',
  'documents',
  'categories',
  'categories_to_documents',
  'keys',
  'form_encounter',
  'forms',
  'history_data',
  'lbf_data',
  'lists',
  'gacl_aco',
  'gacl_axo_groups_map',
  'gacl_axo_map',
  'module_acl_group_settings',
  'module_acl_user_settings',
  'module_configuration',
  'modules_settings',
  'modules_hooks_settings',
  'sequences',
  'uuid_registry',
  'background_services',
  'email_queue',
  'ip_tracking',
  'contact',
  'contact_relation',
  'contact_telecom',
  'person',
]

function byTable(rows: readonly ColumnRow[]): Map<string, Set<string>> {
  const columns = new Map<string, Set<string>>()
  for (const { tableName, columnName } of rows) {
    const known = columns.get(tableName) ?? new Set()
    columns.set(tableName, known.add(columnName))
  }
  return columns
}

function missingFrom(columns: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...required].flatMap(([table, names]) => {
    const there = columns.get(table)
    if (!there) return [table]
    return names.filter((name) => !there.has(name)).map((name) => `${table}.${name}`)
  })
}
