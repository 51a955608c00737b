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
  const known = profileFields.filter(({ column }) => site.has('patient_data', column))
  const rows = await layoutRows(db, site, known)
  const layout = new Map(rows.filter(({ kind }) => kind === 'field').map((row) => [row.name, row]))
  const options = optionsOf(rows)
  return known.flatMap((field) => {
    const laid = layout.get(field.column)
    if (laid && isHidden(laid)) return []
    const list = laid && laid.value !== '' && field.list !== undefined ? laid.value : field.list
    return [fieldOf(field, laid, list === undefined ? undefined : options.get(list))]
  })
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
  for (const { kind, name, title, value } of rows) {
    if (kind !== 'option') continue
    lists.set(name, [...(lists.get(name) ?? []), { value, title: title === '' ? value : title }])
  }
  return lists
}

function layoutRows(db: Queryable, site: HostSite, fields: readonly FieldFacts[]): Promise<LayoutRow[]> {
  const listed = `SELECT 'option' AS kind, o.list_id AS name, o.option_id AS value, o.title, o.seq AS seq, 0 AS uor, '' AS edit_options
      FROM list_options o WHERE o.activity = 1 AND (o.list_id IN (:lists)`
  const laid = `FROM layout_options l WHERE l.form_id = 'DEM' AND l.field_id IN (:columns)`
  const values = {
    columns: fields.map(({ column }) => column),
    lists: [...new Set(fields.flatMap(({ list }) => list ?? []))],
  }
  // A site without layouts shows what the host's own portal shows.
  if (!site.columns.has('layout_options')) return db.select<LayoutRow>(`${listed}) ORDER BY seq, title`, values) // sql-safe: constants
  return db.select<LayoutRow>(
    `SELECT 'field' AS kind, l.field_id AS name, l.list_id AS value, '' AS title, l.seq AS seq, l.uor AS uor, l.edit_options AS edit_options
       ${laid}
     UNION ALL ${listed} OR o.list_id IN (SELECT l.list_id ${laid} AND l.list_id <> '')) ORDER BY seq, title`, // sql-safe: constants
    values,
  )
}
