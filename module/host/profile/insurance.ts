/** A patient's insurance as the chart has it, and what of it a patient may propose to change. */
import type { Day } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import type { HostSite } from '../detect.js'
import { plainValue } from './chart.js'
import type { FieldFacts } from './fields.js'
import type { ListOption, ProfileField } from './layout.js'

const field = (column: string, kind: FieldFacts['kind'], most: number, required = false): ProfileField => ({
  ...{ column, section: 'insurance', kind, most, required, options: undefined },
})

/** `company` is the insurer's name: the chart has its id instead, which staff choose. */
const facts: readonly ProfileField[] = [
  field('company', 'text', 255, true),
  field('plan_name', 'text', 255),
  field('policy_number', 'text', 255, true),
  field('group_number', 'text', 255),
  field('subscriber_relationship', 'list', 255),
  field('subscriber_fname', 'text', 255),
  field('subscriber_lname', 'text', 255),
  field('subscriber_DOB', 'date', 10),
  field('date', 'date', 10),
  field('date_end', 'date', 10),
]

/** Whether this site keeps insurance at all, and shows it to patients (show_insurance_in_profile, from 7.0.3 on). */
export function hasInsurance(site: HostSite, globals: ReadonlyMap<string, string>): boolean {
  const both = site.columns.has('insurance_data') && site.columns.has('insurance_companies')
  return both && globals.get('show_insurance_in_profile') !== '0'
}

/** The fields that this site has. One statement, for the list of relations. */
export async function insuranceFields(db: Queryable, site: HostSite): Promise<ProfileField[]> {
  const options = await db.select<ListOption>(
    `SELECT option_id AS value, title FROM list_options WHERE list_id = 'sub_relation' AND activity = 1 ORDER BY seq, title`,
  )
  return facts
    .filter(({ column }) => column === 'company' || site.has('insurance_data', column))
    .map((each): ProfileField => {
      if (each.kind !== 'list') return each
      return options.length > 0 ? { ...each, options } : { ...each, kind: 'text' }
    })
}

export interface Policy {
  /** insurance_data.id */
  id: number
  type: string
  values: Readonly<Record<string, string>>
}

/** The one of each kind that runs on a day: the host keeps earlier ones, and empty ones for kinds that nobody has. */
export async function policiesOf(
  db: Queryable,
  site: HostSite,
  { day, lock, pid }: { pid: number; day: Day; lock?: 'lock' },
): Promise<Policy[]> {
  const rows = await db.select<Record<string, string | number | null>>(
    `SELECT i.*, (SELECT co.name FROM insurance_companies co WHERE co.id = CAST(NULLIF(i.provider, '') AS UNSIGNED)) AS company
       FROM insurance_data i WHERE i.pid = :pid ORDER BY i.date DESC, i.id DESC LIMIT 50 ${lock ? 'FOR UPDATE' : ''}`, // sql-safe: constants
    { pid },
  )
  const policies = rows.map((row): Policy => {
    const columns = facts
      .map(({ column }) => column)
      .filter((column) => column === 'company' || site.has('insurance_data', column))
    const values = columns.map((column) => [column, plainValue(row[column] == null ? '' : String(row[column]))])
    return { id: Number(row['id']), type: String(row['type']), values: Object.fromEntries(values) as Policy['values'] }
  })
  const running = policies.filter(({ values }) => {
    const { company = '', date_end: ends = '', plan_name: plan = '', policy_number: number = '' } = values
    return `${company}${plan}${number}` !== '' && (ends === '' || ends >= day)
  })
  return running.filter(({ type }, at) => running.findIndex((other) => other.type === type) === at)
}

const COMPANIES_MOST = 1000

/** Companies that staff may choose, by name. */
export function insuranceCompanies(db: Queryable): Promise<{ id: number; name: string }[]> {
  return db.select<{ id: number; name: string }>(
    `SELECT id, name FROM insurance_companies WHERE inactive = 0 AND COALESCE(name, '') <> ''
      ORDER BY name, id LIMIT ${String(COMPANIES_MOST)}`, // sql-safe: a number
  )
}

export interface PolicyWrite {
  site: HostSite
  pid: number
  type: string
  /** The one that runs; undefined: there is none. */
  before: Policy | undefined
  /** Columns to write; '' empties one. */
  values: Readonly<Record<string, string>>
  /** insurance_companies.id; undefined: as it was. */
  companyId: number | undefined
  today: Day
}

/**
 * Writes what was accepted. With another first day it is another insurance: a row of its own, as the host keeps it
 * (unique by patient, kind and first day), which takes over what is not said anew. Answers insurance_data.id.
 */
export async function writePolicy(tx: Tx, write: PolicyWrite): Promise<number> {
  const { before, companyId, pid, today, type } = write
  const { company: _name, ...values } = write.values
  const columns: Record<string, string | null> = {}
  for (const [column, value] of Object.entries(values)) {
    if (!writable.has(column)) throw new Error(`Not a column of an insurance: ${column}`)
    columns[column] = value === '' && dates.has(column) ? null : value
  }
  if (companyId !== undefined) columns['provider'] = String(companyId)
  const begins = columns['date'] ?? before?.values['date'] ?? ''
  if (before?.values['date'] === begins) return update(tx, before.id, pid, columns)
  const first = begins === '' ? today : begins
  const there = await tx.first<{ id: number }>(
    `SELECT id FROM insurance_data WHERE pid = :pid AND type = :type AND date = :first FOR UPDATE`,
    { pid, type, first },
  )
  if (there) return update(tx, there.id, pid, columns)
  if (!before) {
    const id = await tx.insert(
      `INSERT INTO insurance_data (pid, type, date, provider, accept_assignment, policy_type) VALUES (:pid, :type, :first, '', 'TRUE', '')`,
      { pid, type, first },
    )
    return update(tx, id, pid, { ...columns, date: first })
  }
  const names = carried(write.site, before, values)
  const listed = names.map((name) => `\`${name}\`, `).join('')
  const id = await tx.insert(
    `INSERT INTO insurance_data (${listed}date) SELECT ${listed}:first FROM insurance_data WHERE id = :before AND pid = :pid`, // sql-safe: columns that information_schema named
    { pid, first, before: before.id },
  )
  return update(tx, id, pid, { ...columns, date: first })
}

/**
 * What goes over into the new row: all that the site has of it, and of the subscriber only while it is the same one. A
 * patient who subscribes themself stays that person under a corrected name.
 */
function carried(site: HostSite, before: Policy, values: Readonly<Record<string, string>>): string[] {
  const changed = [...whoSubscribes].filter(
    (column) => (values[column] ?? before.values[column]) !== before.values[column],
  )
  const own = before.values['subscriber_relationship'] === 'self'
  const another = changed.includes('subscriber_relationship') || (changed.length > 0 && !own)
  return [...(site.columns.get('insurance_data') ?? [])].filter((column) => {
    if (rowsOwn.has(column)) return false
    return !(another && column.startsWith('subscriber_') && !whoSubscribes.has(column))
  })
}

const rowsOwn: ReadonlySet<string> = new Set(['id', 'uuid', 'date', 'date_end'])
const whoSubscribes: ReadonlySet<string> = new Set(['subscriber_fname', 'subscriber_lname', 'subscriber_relationship'])

const writable = new Set(facts.map(({ column }) => column).filter((column) => column !== 'company'))
const dates = new Set(facts.filter(({ kind }) => kind === 'date').map(({ column }) => column))

async function update(
  tx: Tx,
  id: number,
  pid: number,
  columns: Readonly<Record<string, string | null>>,
): Promise<number> {
  const names = Object.keys(columns)
  if (names.length === 0) return id
  const sets = names.map((name, at) => `\`${name}\` = :v${String(at)}`).join(', ') // sql-safe: names from our own list
  const bound = Object.fromEntries(names.map((name, at) => [`v${String(at)}`, columns[name]]))
  await tx.change(`UPDATE insurance_data SET ${sets} WHERE id = :id AND pid = :pid`, { ...bound, id, pid }) // sql-safe: names from our own list
  return id
}
