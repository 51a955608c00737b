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

/** A first day that the chart has can be corrected but not emptied: without it nobody knows which insurance runs. */
export function fieldsBeside(fields: readonly ProfileField[], policy: Policy | undefined): ProfileField[] {
  const dated = (policy?.values['date'] ?? '') !== ''
  return fields.map((each) => (each.column === 'date' && dated ? { ...each, required: true } : each))
}

export interface Policy {
  /** insurance_data.id */
  id: number
  type: string
  values: Readonly<Record<string, string>>
  /** Its first day lies ahead. */
  coming: boolean
  /** What else the chart says of the subscriber, by column: never shown to patients (facts A1). */
  unshown: Readonly<Record<string, string>>
}

/**
 * Of each kind the one that runs on a day, which is the latest that has begun and is not over, and after it those that
 * come, the soonest first. The host keeps earlier ones, and empty ones for kinds that nobody has.
 */
export async function policiesOf(
  db: Queryable,
  site: HostSite,
  { day, lock, pid }: { pid: number; day: Day; lock?: 'lock' },
): Promise<Policy[]> {
  const rows = await db.select<Record<string, string | number | null>>(
    `SELECT i.*, (SELECT co.name FROM insurance_companies co WHERE co.id = CAST(NULLIF(i.provider, '') AS UNSIGNED)) AS company
       FROM insurance_data i WHERE i.pid = :pid ORDER BY i.date DESC, i.id DESC ${lock ? 'FOR UPDATE' : ''}`, // sql-safe: constants
    { pid },
  )
  const there = rows
    .map((row) => policyIn(site, row, day))
    .filter(({ values }) => !isBlank(values) && !isOver(values, day))
  const begun = there.filter(({ coming }) => !coming)
  const running = begun.filter(({ type }, at) => begun.findIndex((other) => other.type === type) === at)
  return [...running, ...there.filter(({ coming }) => coming).reverse()]
}

function policyIn(site: HostSite, row: Record<string, string | number | null>, day: Day): Policy {
  const columns = facts
    .map(({ column }) => column)
    .filter((column) => column === 'company' || site.has('insurance_data', column))
  const text = (column: string) => plainValue(row[column] == null ? '' : String(row[column]))
  const values = Object.fromEntries(columns.map((column) => [column, text(column)]))
  const said = unshownColumns(site).flatMap((column) => (text(column) === '' ? [] : [[column, text(column)] as const]))
  const unshown = Object.fromEntries(said)
  return { id: Number(row['id']), type: String(row['type']), values, coming: text('date') > day, unshown }
}

/** Of the subscriber, and on no form of ours: middle name, number, address, employer. All of them may be NULL. */
function unshownColumns(site: HostSite): string[] {
  return [...(site.columns.get('insurance_data') ?? [])].filter(
    (column) => column.startsWith('subscriber_') && !writable.has(column),
  )
}

/**
 * Columns that speak of the former subscriber and that no form shows: with these values somebody else subscribes, and
 * what stands there would be taken for theirs. Only those in which something stands.
 */
export function formerSubscribers(before: Policy | undefined, values: Readonly<Record<string, string>>): string[] {
  return before && isAnotherSubscriber(before, values) ? Object.keys(before.unshown) : []
}

/**
 * Another name, or another relation than the chart says. A patient who subscribes themself stays that person under a
 * corrected name; a relation that the chart did not say yet is no other one.
 */
function isAnotherSubscriber(before: Policy, values: Readonly<Record<string, string>>): boolean {
  const changed = [...whoSubscribes].filter(
    (column) => (values[column] ?? before.values[column]) !== before.values[column],
  )
  const relation = before.values['subscriber_relationship'] ?? ''
  const named = changed.some((column) => column !== 'subscriber_relationship')
  return (changed.includes('subscriber_relationship') && relation !== '') || (named && relation !== 'self')
}

/** As the host's registration leaves one for a kind that the patient does not have (facts §5.1). */
function isBlank({ company = '', plan_name: plan = '', policy_number: number = '' }: Policy['values']): boolean {
  return `${company}${plan}${number}` === ''
}

function isOver({ date_end: ends = '' }: Policy['values'], day: Day): boolean {
  return ends !== '' && ends < day
}

/** The one of a kind: what runs, or where nothing does what comes first. */
export function policyOfType(policies: readonly Policy[], type: string | undefined): Policy | undefined {
  const ofType = policies.filter((policy) => policy.type === type)
  return ofType.find(({ coming }) => !coming) ?? ofType[0]
}

/** The one that a proposal is about: the one of its kind, or the coming one whose first day it names. */
export function policyMeant(
  policies: readonly Policy[],
  type: string | undefined,
  first: string | undefined,
): Policy | undefined {
  const named = policies.find((policy) => policy.type === type && policy.coming && policy.values['date'] === first)
  return named ?? policyOfType(policies, type)
}

/**
 * Where what is accepted goes.
 * - row: into the row, with the first day that it has
 * - correction: into the row, which began earlier than the chart says or on a day that it does not say: a row of its own
 *   would stand behind the one that is there
 * - another: with a later first day it is another insurance, in a row of its own (unique by patient, kind and first day)
 */
export type Placement = { is: 'row' | 'correction' } | { is: 'another'; first: Day }

/** `first`: the first day that is accepted; '' or undefined: none is said. */
export function placementOf(before: Policy | undefined, first: string | undefined, today: Day): Placement {
  const said = first === '' ? undefined : first
  if (!before) return { is: 'another', first: said ?? today }
  const stands = before.values['date'] ?? ''
  if (said === undefined || said === stands) return { is: 'row' }
  return stands === '' || said < stands ? { is: 'correction' } : { is: 'another', first: said }
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
  /** The one that it is about; undefined: there is none. */
  before: Policy | undefined
  /** Columns to write; '' empties one. */
  values: Readonly<Record<string, string>>
  /** insurance_companies.id; undefined: as it was. */
  companyId: number | undefined
  today: Day
}

/** Whether the host has another insurance of the kind from the first day that this would have. Locks it. */
export async function isDayTaken(tx: Tx, write: Omit<PolicyWrite, 'site' | 'companyId'>): Promise<boolean> {
  const { before, today, values } = write
  const placement = placementOf(before, values['date'], today)
  if (placement.is === 'row') return false
  const first = placement.is === 'another' ? placement.first : (values['date'] ?? '')
  const there = await rowFrom(tx, write, first)
  // An empty one is filled in; but two rows never become one.
  return there !== undefined && (placement.is === 'correction' || there.blank === 0)
}

interface RowFrom {
  id: number
  blank: 0 | 1
}

function rowFrom(
  tx: Tx,
  { pid, type }: Pick<PolicyWrite, 'pid' | 'type'>,
  first: string,
): Promise<RowFrom | undefined> {
  return tx.first<RowFrom>(
    `SELECT i.id, CONCAT(COALESCE(i.plan_name, ''), COALESCE(i.policy_number, '')) = ''
              AND NOT EXISTS (SELECT 1 FROM insurance_companies co WHERE co.id = CAST(NULLIF(i.provider, '') AS UNSIGNED)) AS blank
       FROM insurance_data i WHERE i.pid = :pid AND i.type = :type AND i.date = :first FOR UPDATE`,
    { pid, type, first },
  )
}

/**
 * Writes what was accepted where it goes (`placementOf`); another insurance takes over what is not said anew. Throws where
 * `isDayTaken`. Answers insurance_data.id.
 */
export async function writePolicy(tx: Tx, write: PolicyWrite): Promise<number> {
  const { before, pid, today, type } = write
  if (await isDayTaken(tx, write)) throw new Error('Another insurance of this kind begins on that day')
  const columns = { ...columnsToWrite(write), ...cleared(write) }
  const placement = placementOf(before, write.values['date'], today)
  if (before && placement.is !== 'another') return update(tx, before.id, pid, columns)
  const first = placement.is === 'another' ? placement.first : today
  const there = await rowFrom(tx, write, first)
  const id =
    there?.id ??
    (await tx.insert(
      `INSERT INTO insurance_data (pid, type, date, provider, accept_assignment, policy_type) VALUES (:pid, :type, :first, '', 'TRUE', '')`,
      { pid, type, first },
    ))
  if (before) await carryOver(tx, write, { from: before, into: id })
  return update(tx, id, pid, { ...columns, date: first })
}

function columnsToWrite({ companyId, values: all }: PolicyWrite): Record<string, string | null> {
  const { company: _name, ...values } = all
  const columns: Record<string, string | null> = {}
  for (const [column, value] of Object.entries(values)) {
    if (!writable.has(column)) throw new Error(`Not a column of an insurance: ${column}`)
    columns[column] = value === '' && dates.has(column) ? null : value
  }
  if (companyId !== undefined) columns['provider'] = String(companyId)
  return columns
}

/** A row, old or new, in which somebody else subscribes now says nothing more of the one before. */
function cleared({ before, site, values }: PolicyWrite): Record<string, null> {
  if (!before || !isAnotherSubscriber(before, values)) return {}
  return Object.fromEntries(unshownColumns(site).map((column) => [column, null]))
}

async function carryOver(
  tx: Tx,
  { pid, site }: PolicyWrite,
  { from, into }: { from: Policy; into: number },
): Promise<void> {
  const sets = carried(site).map((name) => `n.\`${name}\` = b.\`${name}\``) // sql-safe: columns that information_schema named
  await tx.change(
    `UPDATE insurance_data n JOIN insurance_data b ON b.id = :from AND b.pid = n.pid SET ${sets.join(', ')}
      WHERE n.id = :into AND n.pid = :pid`, // sql-safe: columns that information_schema named
    { from: from.id, into, pid },
  )
}

/** What goes over into the new row: all that the site has of it. What is not the new subscriber's is cleared after. */
function carried(site: HostSite): string[] {
  return [...(site.columns.get('insurance_data') ?? [])].filter((column) => !rowsOwn.has(column))
}

const rowsOwn: ReadonlySet<string> = new Set(['id', 'uuid', 'pid', 'type', 'date', 'date_end'])
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
