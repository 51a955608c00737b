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
 * clock, for {CurrentDate}. A statement for each kind of place that is asked for, and none for nothing.
 */
export async function templateFields(
  db: Queryable,
  site: HostSite,
  { pid, names, now, written }: { pid: number; names: readonly string[]; now: DateTime; written: Written },
): Promise<Map<string, FieldValue>> {
  const ask: Ask = { db, site, pid, names, written }
  const found = [
    ...(await demographics(ask)),
    ...(await visitValues(ask)),
    ...(await listValues(ask)),
    ...(await history(ask)),
    ...(await formValues(ask)),
    ...dates(names, now, written),
  ]
  return new Map(found.filter(([, { text }]) => text !== ''))
}

interface Ask {
  db: Queryable
  site: HostSite
  pid: number
  names: readonly string[]
  written: Written
}

type Found = (readonly [string, FieldValue])[]

/** `DEM:fname` → `fname`, of those that were asked for. */
function columnsAsked({ names }: Ask, prefix: string): string[] {
  return names.flatMap((name) => (name.startsWith(`${prefix}:`) ? [name.slice(prefix.length + 1)] : []))
}

type Columns = Readonly<Record<string, string | number | null>>

const ofPatient: Readonly<Record<string, (row: Columns, written: Written) => string>> = {
  PatientName: (row) => joined([row['fname'], row['mname'], row['lname']], ' '),
  PatientID: (row) => said(row['pubpid']),
  Address: (row) => said(row['street']),
  City: (row) => said(row['city']),
  State: (row) => said(row['state']),
  Zip: (row) => said(row['postal_code']),
  PatientPhone: (row) =>
    [row['phone_home'], row['phone_cell'], row['phone_contact'], row['phone_biz']]
      .map(said)
      .find((phone) => phone !== '') ?? '',
  PatientDOB: (row, { day }) => dayText(said(row['DOB']), day),
  PatientSex: (row) => said(row['sex']),
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

async function demographics(ask: Ask): Promise<Found> {
  const { db, names, pid, site, written } = ask
  // A column is one of the site's own, by the list that the database gave.
  const asked = columnsAsked(ask, 'DEM').filter((column) => site.has('patient_data', column))
  const plain = names.filter((name) => name in ofPatient)
  if (asked.length + plain.length === 0) return []
  const columns = [...new Set([...always, ...asked])].map((column) => `p.\`${column}\``)
  const row = await db.first<Columns>(
    // sql-safe: columns that information_schema named
    `SELECT ${columns.join(', ')}, u.title AS ref_title, u.fname AS ref_fname, u.lname AS ref_lname
       FROM patient_data p LEFT JOIN users u ON u.id = p.ref_providerID WHERE p.pid = :pid`,
    { pid },
  )
  if (!row) return []
  const layout = await layoutOf(ask, 'DEM', asked)
  return [
    ...plain.map(
      (name) => [name, { text: ofPatient[name]?.(row, written) ?? '', title: written.title(name) }] as const,
    ),
    ...asked.flatMap((column) => laidOut(`DEM:${column}`, said(row[column]), layout.get(column), written)),
  ]
}

interface Laid {
  title: string
  used: boolean
  /** The words of its list, by option. */
  options: ReadonlyMap<string, string>
}

/** What the practice's layout says of these fields. A site without one says nothing, and shows what is there. */
async function layoutOf({ db, site }: Ask, form: string, fields: readonly string[]): Promise<Map<string, Laid>> {
  if (fields.length === 0 || !site.columns.has('layout_options')) return new Map()
  const rows = await db.select<{
    field_id: string
    title: string
    uor: number
    option_id: string | null
    option: string | null
  }>(
    `SELECT l.field_id, l.title, l.uor, o.option_id, o.title AS \`option\` FROM layout_options l
       LEFT JOIN list_options o ON l.list_id <> '' AND o.list_id = l.list_id
      WHERE l.form_id = :form AND l.field_id IN (:fields)`,
    { form, fields },
  )
  const found = new Map<string, Laid>()
  for (const row of rows) {
    const { options } = found.get(row.field_id) ?? { options: new Map<string, string>() }
    const more = row.option_id === null ? options : new Map([...options, [row.option_id, row.option ?? row.option_id]])
    found.set(row.field_id, { title: row.title.replace(/:\s*$/, ''), used: row.uor > 0, options: more })
  }
  return found
}

/** A field that the layout does not use is not shown, as in the host. */
function laidOut(name: string, value: string, laid: Laid | undefined, { day }: Written): Found {
  if (laid?.used === false) return []
  const parts = value.split('|').filter((part) => part !== '')
  const text = parts.map((part) => laid?.options.get(part) ?? dayText(part, day)).join(', ')
  return [[name, { text, ...(laid && laid.title !== '' ? { title: laid.title } : {}) }]]
}

async function visitValues({ db, names, pid, site, written }: Ask): Promise<Found> {
  if (!site.columns.has('form_encounter')) return []
  if (!names.includes('DOS') && !names.includes('ChiefComplaint')) return []
  const row = await db.first<{ date: string | null; reason: string | null }>(
    `SELECT DATE(e.date) AS date, e.reason FROM form_encounter e WHERE e.pid = :pid ORDER BY e.date DESC, e.id DESC LIMIT 1`,
    { pid },
  )
  return [
    ['DOS', { text: dayText(row?.date ?? '', written.day), title: written.title('DOS') }],
    ['ChiefComplaint', { text: row?.reason ?? '', title: written.title('ChiefComplaint') }],
  ]
}

const lists: Readonly<Record<string, string>> = {
  Allergies: 'allergy',
  Medications: 'medication',
  ProblemList: 'medical_problem',
}

/** What stands in the chart's lists without an end, in order of their beginning. */
async function listValues({ db, names, pid, site, written }: Ask): Promise<Found> {
  const asked = names.filter((name) => name in lists)
  if (asked.length === 0 || !site.columns.has('lists')) return []
  const rows = await db.select<{ type: string; title: string }>(
    `SELECT l.type, COALESCE(l.title, '') AS title FROM lists l
      WHERE l.pid = :pid AND l.type IN (:types) AND l.enddate IS NULL ORDER BY l.begdate, l.id LIMIT 500`,
    { pid, types: asked.map((name) => lists[name] ?? '') },
  )
  return asked.map((name) => {
    const titles = rows.filter(({ type }) => type === lists[name]).map(({ title }) => title)
    return [name, { text: joined(titles, '; '), title: written.title(name) }] as const
  })
}

/** The newest history of the patient. */
async function history(ask: Ask): Promise<Found> {
  const asked = columnsAsked(ask, 'HIS').slice(0, FIELDS_MOST)
  if (asked.length === 0 || !ask.site.columns.has('history_data')) return []
  const { db, pid, written } = ask
  const row = await db.first<Columns>(
    `SELECT * FROM history_data WHERE pid = :pid ORDER BY date DESC, id DESC LIMIT 1`,
    {
      pid,
    },
  )
  const layout = await layoutOf(ask, 'HIS', asked)
  return asked.flatMap((column) => laidOut(`HIS:${column}`, said(row?.[column]), layout.get(column), written))
}

const FIELDS_MOST = 100

/** The newest answer in a form that the practice made for itself. */
async function formValues({ db, names, pid, site, written }: Ask): Promise<Found> {
  const asked = names.filter((name) => /^LBF\w*:/.test(name)).slice(0, FIELDS_MOST)
  if (asked.length === 0 || !site.columns.has('lbf_data')) return []
  const rows = await db.select<{ name: string; field_value: string | null }>(
    `SELECT CONCAT(f.formdir, ':', d.field_id) AS name, d.field_value
       FROM forms f JOIN lbf_data d ON d.form_id = f.form_id
      WHERE f.pid = :pid AND f.deleted = 0 AND CONCAT(f.formdir, ':', d.field_id) IN (:asked)
      ORDER BY f.date, f.id`,
    { pid, asked },
  )
  return rows.flatMap(({ name, field_value: value }) => laidOut(name, value ?? '', undefined, written))
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
