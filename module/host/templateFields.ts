/** What the chart says to a template's directives (facts §6.1): `PatientName`, `DEM:fname`, `HIS:tobacco`, `LBFhealth:note`. */
import type { DateTime } from 'luxon'
import { isDay } from '../platform/clock.js'
import type { Queryable } from '../platform/database.js'
import type { HostSite } from './detect.js'

export interface FieldValue {
  text: string
  /** As the practice's layout calls it. */
  title?: string
}

export interface Written {
  /** A day as people read it. */
  day: (day: string) => string
  /** Titles of those that have no layout: `Allergies`. */
  title: (name: string) => string
}

/**
 * The values of these directives for a patient; those that the chart has nothing for are left out. `now`: the practice's
 * clock, for {CurrentDate}. Two statements at most, whatever is asked for: the chart's one row of each kind, and what
 * there is several of.
 */
export async function templateFields(
  db: Queryable,
  site: HostSite,
  { pid, names, now, written }: { pid: number; names: readonly string[]; now: DateTime; written: Written },
): Promise<Map<string, FieldValue>> {
  const asked = askedOf(site, names)
  const row = await oneOfEach(db, pid, asked)
  const many = await several(db, pid, asked)
  const layout = layoutsIn(many)
  const found = [
    ...(row ? demographics(asked, row, layout.get('DEM'), written) : []),
    ...(row ? visitValues(asked, row, written) : []),
    ...listValues(asked, many, written),
    ...(row ? laidOutColumns('HIS', asked.history, row, layout.get('HIS'), written) : []),
    ...formValues(many, written),
    ...dates(names, now, written),
  ]
  return new Map(found.filter(([, { text }]) => text !== ''))
}

/** What of it this site has a place for. */
interface Asked {
  site: HostSite
  /** `PatientName`. */
  plain: readonly string[]
  /** Columns of patient_data, by the list that the database gave: `fname` of `DEM:fname`. */
  demographics: readonly string[]
  /** Columns of history_data. */
  history: readonly string[]
  /** `DOS`, `ChiefComplaint`. */
  visit: readonly string[]
  /** `Allergies`. */
  lists: readonly string[]
  /** `LBFhealth:note`. */
  forms: readonly string[]
}

const FIELDS_MOST = 100

function askedOf(site: HostSite, names: readonly string[]): Asked {
  const columns = (prefix: string, table: string) =>
    names.flatMap((name) => {
      const column = name.startsWith(`${prefix}:`) ? name.slice(prefix.length + 1) : ''
      return column !== '' && site.has(table, column) ? [column] : []
    })
  const where = (table: string, these: readonly string[]) => (site.columns.has(table) ? these : [])
  return {
    site,
    plain: names.filter((name) => name in ofPatient),
    demographics: columns('DEM', 'patient_data'),
    history: columns('HIS', 'history_data').slice(0, FIELDS_MOST),
    visit: where(
      'form_encounter',
      names.filter((name) => name in ofVisit),
    ),
    lists: where(
      'lists',
      names.filter((name) => name in lists),
    ),
    forms: where('lbf_data', names.filter((name) => /^LBF\w*:/.test(name)).slice(0, FIELDS_MOST)),
  }
}

type Found = (readonly [string, FieldValue])[]

type Columns = Readonly<Record<string, string | number | null>>

const ofPatient: Readonly<Record<string, (row: Columns, written: Written) => string>> = {
  PatientName: (row) => joined([row['DEM:fname'], row['DEM:mname'], row['DEM:lname']], ' '),
  PatientID: (row) => said(row['DEM:pubpid']),
  Address: (row) => said(row['DEM:street']),
  City: (row) => said(row['DEM:city']),
  State: (row) => said(row['DEM:state']),
  Zip: (row) => said(row['DEM:postal_code']),
  PatientPhone: (row) =>
    [row['DEM:phone_home'], row['DEM:phone_cell'], row['DEM:phone_contact'], row['DEM:phone_biz']]
      .map(said)
      .find((phone) => phone !== '') ?? '',
  PatientDOB: (row, { day }) => dayText(said(row['DEM:DOB']), day),
  PatientSex: (row) => said(row['DEM:sex']),
  ReferringDOC: (row) => joined([row['ref_title'], row['ref_fname'], row['ref_lname']], ' '),
}

const always = [
  'fname',
  'mname',
  'lname',
  'pubpid',
  'street',
  'city',
  'state',
  'postal_code',
  'phone_home',
  'phone_cell',
  'phone_contact',
  'phone_biz',
  'DOB',
  'sex',
]

/** The patient's row, with the newest history and the newest visit beside it. Undefined: nothing of it is asked for. */
async function oneOfEach(db: Queryable, pid: number, asked: Asked): Promise<Columns | undefined> {
  const { demographics: own, history, plain, visit } = asked
  if (own.length + plain.length + history.length + visit.length === 0) return undefined
  const columns = [
    // sql-safe: columns that information_schema named, here and below
    ...[...new Set([...always, ...own])].map((column) => `p.\`${column}\` AS \`${columnOf('DEM', column)}\``),
    'u.title AS ref_title, u.fname AS ref_fname, u.lname AS ref_lname',
    // sql-safe: as above
    ...history.map((column) => `h.\`${column}\` AS \`${columnOf('HIS', column)}\``),
    ...(visit.length > 0 ? ['DATE(e.date) AS visit_day, e.reason AS visit_reason'] : []),
  ]
  return db.first<Columns>(
    // sql-safe: columns that information_schema named
    `SELECT ${columns.join(', ')}
       FROM patient_data p LEFT JOIN users u ON u.id = p.ref_providerID${history.length > 0 ? NEWEST_HISTORY : ''}${visit.length > 0 ? NEWEST_VISIT : ''}
      WHERE p.pid = :pid`,
    { pid },
  )
}

const NEWEST_HISTORY = `
       LEFT JOIN history_data h
              ON h.id = (SELECT id FROM history_data WHERE pid = :pid ORDER BY date DESC, id DESC LIMIT 1)`

const NEWEST_VISIT = `
       LEFT JOIN form_encounter e
              ON e.id = (SELECT id FROM form_encounter WHERE pid = :pid ORDER BY date DESC, id DESC LIMIT 1)`

/** Two tables may call a column the same. */
function columnOf(place: string, column: string): string {
  return `${place}:${column}`
}

function demographics(
  { demographics: own, plain }: Asked,
  row: Columns,
  layout: Layout | undefined,
  written: Written,
): Found {
  return [
    ...plain.map(
      (name) => [name, { text: ofPatient[name]?.(row, written) ?? '', title: written.title(name) }] as const,
    ),
    ...laidOutColumns('DEM', own, row, layout, written),
  ]
}

function laidOutColumns(
  place: 'DEM' | 'HIS',
  columns: readonly string[],
  row: Columns,
  layout: Layout | undefined,
  written: Written,
): Found {
  return columns.flatMap((column) => {
    const name = columnOf(place, column)
    return laidOut(name, said(row[name]), layout?.get(column), written)
  })
}

const ofVisit: Readonly<Record<string, (row: Columns, written: Written) => string>> = {
  DOS: (row, { day }) => dayText(said(row['visit_day']), day),
  ChiefComplaint: (row) => said(row['visit_reason']),
}

function visitValues({ visit }: Asked, row: Columns, written: Written): Found {
  return visit.map((name) => [name, { text: ofVisit[name]?.(row, written) ?? '', title: written.title(name) }])
}

const lists: Readonly<Record<string, string>> = {
  Allergies: 'allergy',
  Medications: 'medication',
  ProblemList: 'medical_problem',
}

interface Several {
  kind: 'layout' | 'list' | 'form'
  /** `DEM`, `HIS`; a list's type; `LBFhealth`. */
  place: string
  field: string
  text: string | null
  used: number | null
  option_id: string | null
  option: string | null
  /** By what they stand in order. */
  day: string | null
  number: number
}

/**
 * What the layouts say of the columns, with the words of their lists; what stands in the chart's lists without an end; the
 * answers in forms that the practice made for itself.
 */
async function several(db: Queryable, pid: number, asked: Asked): Promise<Several[]> {
  const { demographics: own, history, site } = asked
  const parts = [
    ...(own.length + history.length > 0 && site.columns.has('layout_options') ? [OF_LAYOUTS] : []),
    ...(asked.lists.length > 0 ? [OF_LISTS] : []),
    ...(asked.forms.length > 0 ? [OF_FORMS] : []),
  ]
  if (parts.length === 0) return []
  const rows = await db.select<Several>(
    parts.join(' UNION ALL '), // sql-safe: constants
    {
      ...{ pid, own: orNone(own), history: orNone(history), forms: orNone(asked.forms) },
      types: orNone(asked.lists.map((name) => lists[name] ?? '')),
    },
  )
  return rows.sort((a, b) => inOrder(a.day ?? '', b.day ?? '') || a.number - b.number)
}

/** No list in a statement is empty. */
function orNone(names: readonly string[]): readonly string[] {
  return names.length > 0 ? names : ['']
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// The columns of a site may differ in their collations, which a union does not put up with.
const OF_LAYOUTS = `SELECT 'layout' AS kind, CONVERT(l.form_id USING utf8mb4) AS place, CONVERT(l.field_id USING utf8mb4) AS field,
          CONVERT(l.title USING utf8mb4) AS text, l.uor AS used, CONVERT(o.option_id USING utf8mb4) AS option_id,
          CONVERT(o.title USING utf8mb4) AS \`option\`, NULL AS day, 0 AS number
     FROM layout_options l LEFT JOIN list_options o ON l.list_id <> '' AND o.list_id = l.list_id
    WHERE (l.form_id = 'DEM' AND l.field_id IN (:own)) OR (l.form_id = 'HIS' AND l.field_id IN (:history))`

const OF_LISTS = `(SELECT 'list' AS kind, CONVERT(l.type USING utf8mb4) AS place, '' AS field,
          CONVERT(l.title USING utf8mb4) AS text, NULL AS used, NULL AS option_id, NULL AS \`option\`,
          CAST(l.begdate AS CHAR) AS day, l.id AS number
     FROM lists l
    WHERE l.pid = :pid AND l.type IN (:types) AND l.enddate IS NULL ORDER BY l.begdate, l.id LIMIT 500)`

const OF_FORMS = `SELECT 'form' AS kind, CONVERT(f.formdir USING utf8mb4) AS place, CONVERT(d.field_id USING utf8mb4) AS field,
          CONVERT(d.field_value USING utf8mb4) AS text, NULL AS used, NULL AS option_id, NULL AS \`option\`,
          CAST(f.date AS CHAR) AS day, f.id AS number
     FROM forms f JOIN lbf_data d ON d.form_id = f.form_id
    WHERE f.pid = :pid AND f.deleted = 0 AND CONCAT(f.formdir, ':', d.field_id) IN (:forms)`

interface Laid {
  title: string
  used: boolean
  /** The words of its list, by option. */
  options: ReadonlyMap<string, string>
}

/** By column. */
type Layout = ReadonlyMap<string, Laid>

/** What the practice's layouts say of these fields. A site without one says nothing, and shows what is there. */
function layoutsIn(rows: readonly Several[]): ReadonlyMap<string, Layout> {
  const layouts = new Map<string, Map<string, Laid>>()
  for (const { field, kind, option, option_id: id, place, text, used } of rows) {
    if (kind !== 'layout') continue
    const layout = layouts.get(place) ?? new Map<string, Laid>()
    const { options } = layout.get(field) ?? { options: new Map<string, string>() }
    const more = id === null ? options : new Map([...options, [id, option ?? id]])
    layout.set(field, { title: said(text).replace(/:\s*$/, ''), used: (used ?? 0) > 0, options: more })
    layouts.set(place, layout)
  }
  return layouts
}

/** A field that the layout does not use is not shown, as in the host. */
function laidOut(name: string, value: string, laid: Laid | undefined, { day }: Written): Found {
  if (laid?.used === false) return []
  const parts = value.split('|').filter((part) => part !== '')
  const text = parts.map((part) => laid?.options.get(part) ?? dayText(part, day)).join(', ')
  return [[name, { text, ...(laid && laid.title !== '' ? { title: laid.title } : {}) }]]
}

/** In order of their beginning. */
function listValues({ lists: asked }: Asked, rows: readonly Several[], written: Written): Found {
  return asked.map((name) => {
    const titles = rows.filter(({ kind, place }) => kind === 'list' && place === lists[name]).map(({ text }) => text)
    return [name, { text: joined(titles, '; '), title: written.title(name) }] as const
  })
}

/** The newest answer to each: a later one takes the place of an earlier. */
function formValues(rows: readonly Several[], written: Written): Found {
  return rows
    .filter(({ kind }) => kind === 'form')
    .flatMap(({ field, place, text }) => laidOut(`${place}:${field}`, said(text), undefined, written))
}

/** `CurrentDate:Y-m-d`, in PHP's letters; `CurrentDate:global` as people read it. */
function dates(names: readonly string[], now: DateTime, { day }: Written): Found {
  return names.flatMap((name): Found => {
    if (!name.startsWith('CurrentDate:')) return []
    const pattern = name.slice('CurrentDate:'.length)
    const letters = pattern.replace(/%/g, '')
    const text = letters === '' || letters === 'global' ? day(now.toFormat('yyyy-MM-dd')) : phpDate(letters, now)
    return [[name, { text }]]
  })
}

const phpLetters: Readonly<Record<string, string>> = {
  ...{ Y: 'yyyy', y: 'yy', m: 'MM', n: 'M', d: 'dd', j: 'd', M: 'LLL', F: 'LLLL', D: 'ccc', l: 'cccc' },
  ...{ H: 'HH', G: 'H', h: 'hh', g: 'h', i: 'mm', s: 'ss', A: 'a', a: 'a' },
}

function phpDate(pattern: string, now: DateTime): string {
  return pattern.replace(/[A-Za-z]/g, (letter) => (phpLetters[letter] ? now.toFormat(phpLetters[letter]) : letter))
}

function said(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value).trim()
}

function joined(parts: readonly (string | number | null | undefined)[], by: string): string {
  return parts
    .map(said)
    .filter((part) => part !== '')
    .join(by)
}

/** A day as people read it; a zero date is none (facts §12.3); anything else stays as it is. */
function dayText(value: string, day: (day: string) => string): string {
  if (value.startsWith('0000-00-00')) return ''
  return isDay(value) ? day(value) : value
}
