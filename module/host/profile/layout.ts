/** What of the profile this practice shows and asks for: its layout of the demographics, and its lists. */
import type { Queryable } from '../../platform/database.js'
import type { HostSite } from '../detect.js'
import { profileFields, type FieldFacts } from './fields.js'

export interface ProfileField extends FieldFacts {
  /** May not be left empty. */
  required: boolean
  /** What it is chosen from; undefined: it is typed. */
  options: readonly ListOption[] | undefined
}

export interface ListOption {
  value: string
  /** As the practice's list says it. */
  title: string
  /** What a chart may still say, but nobody can choose: a provider who has left. */
  gone?: boolean
}

interface LayoutRow {
  kind: 'field' | 'option'
  /** Of a field: its column; of an option: its list. */
  name: string
  /** Of a field: the practice's own list; of an option: its id. */
  value: string
  title: string
  uor: number
  edit_options: string
}

/** The fields that patients see here, in order. Hidden are those that the layout leaves out or keeps from the portal. One statement. */
export async function fieldsHere(db: Queryable, site: HostSite): Promise<ProfileField[]> {
  const known = profileFields.filter(({ column, of }) => site.has('patient_data', column) && isThere(site, of))
  const rows = await layoutRows(db, site, known)
  const layout = new Map(rows.filter(({ kind }) => kind === 'field').map((row) => [row.name, row]))
  const options = optionsOf(rows)
  return known.flatMap((field) => {
    const laid = layout.get(field.column)
    if (laid && isHidden(laid)) return []
    // Nobody to choose from: nothing to ask.
    if (field.of !== undefined && !options.get(field.of)?.some(({ gone }) => !gone)) return []
    const own = field.of ?? field.list
    const list = laid && laid.value !== '' && field.list !== undefined ? laid.value : own
    return [fieldOf(field, laid, list === undefined ? undefined : options.get(list))]
  })
}

function isThere(site: HostSite, of: FieldFacts['of']): boolean {
  return of !== 'pharmacies' || (site.has('pharmacies', 'name') && site.has('addresses', 'foreign_id'))
}

/** facts §5.3: not used, or excluded from the portal. */
function isHidden({ edit_options, uor }: LayoutRow): boolean {
  return uor === 0 || edit_options.includes('EP')
}

function fieldOf(field: FieldFacts, laid: LayoutRow | undefined, options: ListOption[] | undefined): ProfileField {
  const required = field.always === true || laid?.uor === 2
  if (field.kind === 'yesno') return { ...field, required, options: options ?? yesOrNo }
  // A list that this site does not have is typed.
  if (field.kind === 'list' && !options) return { ...field, kind: 'text', required, options: undefined }
  return { ...field, required, options }
}

const yesOrNo: readonly ListOption[] = [
  { value: 'NO', title: 'NO' },
  { value: 'YES', title: 'YES' },
]

function optionsOf(rows: readonly LayoutRow[]): Map<string, ListOption[]> {
  const lists = new Map<string, ListOption[]>()
  for (const { edit_options, kind, name, title, value } of rows) {
    if (kind !== 'option') continue
    const option = { value, title: title === '' ? value : title, ...(edit_options === GONE ? { gone: true } : {}) }
    lists.set(name, [...(lists.get(name) ?? []), option])
  }
  return lists
}

const GONE = 'gone'

/** Whom the host offers as a provider; who was one stays known by name. */
const providers = `SELECT 'option' AS kind, 'providers' AS name, CAST(u.id AS CHAR) AS value,
      TRIM(CONCAT(COALESCE(u.fname, ''), ' ', COALESCE(u.lname, ''))) AS title, 0 AS seq, 0 AS uor,
      IF(u.active = 1, '', '${GONE}') AS edit_options
    FROM users u WHERE u.authorized = 1 AND u.username <> ''`

/** By name and where it is: a chain has many. */
const pharmacies = `SELECT 'option' AS kind, 'pharmacies' AS name, CAST(f.id AS CHAR) AS value,
      CONCAT_WS(', ', f.name, NULLIF(TRIM(x.line1), ''), NULLIF(TRIM(x.city), '')) AS title, 0 AS seq, 0 AS uor, '' AS edit_options
    FROM pharmacies f LEFT JOIN addresses x ON x.foreign_id = f.id WHERE COALESCE(f.name, '') <> ''`

function layoutRows(db: Queryable, site: HostSite, fields: readonly FieldFacts[]): Promise<LayoutRow[]> {
  const asked = fields.flatMap(({ of }) => of ?? [])
  const tables = [
    ...(asked.includes('providers') ? [providers] : []),
    ...(asked.includes('pharmacies') ? [pharmacies] : []),
  ]
  const listed = `SELECT 'option' AS kind, o.list_id AS name, o.option_id AS value, o.title, o.seq AS seq, 0 AS uor, '' AS edit_options
      FROM list_options o WHERE o.activity = 1 AND (o.list_id IN (:lists)`
  const others = tables.map((table) => ` UNION ALL ${table}`).join('') // sql-safe: constants
  const laid = `FROM layout_options l WHERE l.form_id = 'DEM' AND l.field_id IN (:columns)`
  const values = {
    columns: fields.map(({ column }) => column),
    lists: [...new Set(fields.flatMap(({ list }) => list ?? []))],
  }
  // A site without layouts shows what the host's own portal shows.
  if (!site.columns.has('layout_options')) {
    return db.select<LayoutRow>(`${listed})${others} ORDER BY seq, title`, values) // sql-safe: constants
  }
  return db.select<LayoutRow>(
    `SELECT 'field' AS kind, l.field_id AS name, l.list_id AS value, '' AS title, l.seq AS seq, l.uor AS uor, l.edit_options AS edit_options
       ${laid}
     UNION ALL ${listed} OR o.list_id IN (SELECT l.list_id ${laid} AND l.list_id <> ''))${others} ORDER BY seq, title`, // sql-safe: constants
    values,
  )
}
