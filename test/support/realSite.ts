/**
 * An EMR's real schema, built from the column facts that lie beside the checkout. Where they are absent the tests on
 * real schemas are pending.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createConnection, escape } from 'mysql2/promise'
import { defaultSettings } from '../../module/host/site/seed.js'

export type RealSite = '7.0' | '7.0.1' | '8.0' | '8.2'
export const realSites: readonly RealSite[] = ['7.0.1', '7.0', '8.0', '8.2']

const facts = fileURLToPath(new URL('../../../shared/host/', import.meta.url))
const schemaOf: Record<RealSite, string> = { '7.0': '7.0', '7.0.1': '7.0', '8.0': '8.0', '8.2': '8.2' }

/** Whether the facts that real sites are built from are at hand. */
export function sharedAvailable(): boolean {
  return existsSync(join(facts, 'openemr-rows.json'))
}

/** Makes and fills every table in an empty database, but for people and their places. */
export async function createRealSite(url: string, site: RealSite): Promise<void> {
  const tables = tablesOf(site)
  const rows = Object.entries(rowsOf(site)).filter(([name]) => name in tables)
  const statements = [
    // The host clears it on every connection; 7.0 and 8.0 have zero dates for defaults (facts §12.2, §12.3).
    `SET sql_mode = ''`,
    ...Object.entries(tables).map(([name, table]) => createStatement(name, table)),
    ...rows.flatMap(([name, list]) => insertStatements(name, list, tables[name])),
  ]
  const connection = await createConnection({ uri: url, multipleStatements: true })
  try {
    await connection.query(statements.join(';\n'))
  } finally {
    await connection.end()
  }
}

/** One column as the facts state it; its default is an expression. */
interface ColumnFacts {
  name: string
  type: string
  null: boolean
  default?: string
  extra?: string
  collation?: string
}

export interface TableFacts {
  columns: ColumnFacts[]
  indexes: Record<string, { unique: boolean; columns: string[] }>
}

type RowFacts = Record<string, string | number | null>

/** Every table of a version, by name. */
export function tablesOf(site: RealSite): Record<string, TableFacts> {
  const known = schemas.get(site)
  if (known) return known
  const { tables } = read(`openemr-${schemaOf[site]}.schema.json`) as { tables: Record<string, TableFacts> }
  const result = site === '7.0.1' ? before702(tables) : tables
  schemas.set(site, result)
  return result
}

const schemas = new Map<RealSite, Record<string, TableFacts>>()

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(facts, file), 'utf8'))
}

/** What 7.0.2 and 7.0.3 added to 7.0.1 (facts §1.1). */
const addedTables = ['ip_tracking', 'email_queue', 'patient_settings', 'recent_patients', 'edi_sequences']
const addedColumns: Record<string, readonly string[]> = {
  users_secure: ['last_login_fail', 'total_login_fail_counter', 'auto_block_emailed'],
  onsite_documents: ['template_data'],
  document_template_profiles: ['notify_trigger', 'notify_period'],
  patient_data: ['preferred_name', 'nationality_country', 'last_updated'],
  facility: ['inactive', 'last_updated', 'date_created'],
  onetime_auth: ['scope', 'profile', 'onetime_actions'],
  users: ['last_updated', 'date_created'],
  insurance_companies: ['last_updated', 'date_created'],
  form_encounter: ['last_update'],
  openemr_postcalendar_categories: ['pc_last_updated'],
  session_tracker: ['number_scripts'],
}

function before702(tables: Record<string, TableFacts>): Record<string, TableFacts> {
  const kept = Object.entries(tables).filter(([name]) => !addedTables.includes(name))
  return Object.fromEntries(
    kept.map(([name, table]) => {
      const columns = table.columns.filter((column) => !addedColumns[name]?.includes(column.name))
      return [name, { ...table, columns }]
    }),
  )
}

function rowsOf(site: RealSite): Record<string, RowFacts[]> {
  const { tables } = read('openemr-rows.json') as { tables: Record<string, RowFacts[]> }
  const { gacl_aro: _people, gacl_groups_aro_map: _memberships, globals = [], ...rows } = tables
  const settings: Record<string, string | number> = {
    ...defaultSettings,
    ...Object.fromEntries(globals.map(({ gl_name, gl_value }) => [gl_name, gl_value ?? ''])),
  }
  return {
    ...rows,
    // The people who are in the facts' site are added as people, after this.
    gacl_aro_seq: [{ id: 9 }],
    globals: Object.entries(settings).map(([gl_name, gl_value]) => ({
      gl_name,
      gl_index: 0,
      gl_value,
    })),
    version: [versions[site]],
  }
}

const version = (v_major: number, v_minor: number, v_patch: number, v_database: number, v_acl: number): RowFacts => ({
  ...{ v_major, v_minor, v_patch, v_realpatch: 0, v_tag: '' },
  ...{ v_database, v_acl },
})

const versions: Record<RealSite, RowFacts> = {
  // The facts do not tell 7.0.1's numbers: its database lies between 7.0.0's 469 and 7.0.3's 506.
  '7.0.1': version(7, 0, 1, 485, 12),
  '7.0': { ...version(7, 0, 3, 506, 12), v_realpatch: 3 },
  '8.0': version(8, 0, 0, 531, 12),
  '8.2': { ...version(8, 2, 0, 541, 13), v_tag: '-dev' },
}

function createStatement(name: string, { columns, indexes }: TableFacts): string {
  const lines = [
    ...columns.map(columnLine),
    ...Object.entries(indexes).map(([key, { unique, columns: over }]) => {
      const kind = key === 'PRIMARY' ? 'PRIMARY KEY' : `${unique ? 'UNIQUE ' : ''}KEY ${quote(key)}`
      return `${kind} (${over.map(quoteWithLength).join(', ')})`
    }),
  ]
  return `CREATE TABLE ${quote(name)} (${lines.join(', ')}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`
}

function columnLine(column: ColumnFacts): string {
  return [
    quote(column.name),
    column.type,
    column.collation ? `COLLATE ${column.collation}` : '',
    column.null ? 'NULL' : 'NOT NULL',
    column.default === undefined ? '' : `DEFAULT ${column.default}`,
    column.extra ?? '',
  ].join(' ')
}

/** One INSERT for the rows that have the same columns; columns that this version does not have are left out. */
function insertStatements(name: string, rows: RowFacts[], table: TableFacts | undefined): string[] {
  const has = new Set(table?.columns.map((column) => column.name))
  const byColumns = new Map<string, RowFacts[]>()
  for (const row of rows) {
    const columns = Object.keys(row)
      .filter((column) => has.has(column))
      .map(quote)
      .join(', ')
    byColumns.set(columns, [...(byColumns.get(columns) ?? []), row])
  }
  return [...byColumns].map(([columns, list]) => {
    const tuples = list.map(
      (row) =>
        `(${Object.entries(row)
          .filter(([column]) => has.has(column))
          .map(([, value]) => escape(value))
          .join(', ')})`,
    )
    return `INSERT INTO ${quote(name)} (${columns}) VALUES ${tuples.join(', ')}`
  })
}

function quote(name: string): string {
  return `\`${name}\``
}

/** `plan(20)`: an index over the first twenty characters. */
function quoteWithLength(column: string): string {
  return column.replace(/^(\w+)/, '`$1`')
}
