/** What only staff may set, as somebody who knows our tables would name it in a form of a patient's. */
import { profileFields } from '../../module/host/profile/fields.js'
import type { Dump } from '../support/dump.js'
import type { TestPractice } from '../support/practice.js'

export interface Column {
  table: string
  column: string
  /** As information_schema says it. */
  type: string
}

/** Beside the tables that a form was seen to write: those that staff write of the same thing. */
const ofStaff: readonly [path: RegExp, tables: readonly string[]][] = [
  [/\/appointments/, ['openemr_postcalendar_events', 'foyer_appointment_requests', 'foyer_cancellation_requests']],
  [/\/documents/, ['onsite_documents', 'onsite_signatures', 'documents', 'foyer_submissions', 'foyer_filled']],
  [/\/forms/, ['questionnaire_response', 'foyer_form_assignments', 'foyer_form_responses']],
  [/\/profile/, ['patient_data', 'insurance_data', 'onsite_portal_activity', 'foyer_profile_changes']],
  [/\/account/, ['foyer_accounts', 'foyer_grants', 'patient_access_onsite', 'foyer_registrations']],
]

/** Asked for by names that no column has. */
const BESIDE = [
  'pid',
  'patient',
  'record',
  'account',
  'owner',
  'status',
  'state',
  'score',
  'approved',
  'role',
  'extent',
]

/** Every column of these tables. */
export async function columnsOf({ db }: TestPractice, tables: readonly string[]): Promise<Column[]> {
  return db.select<Column>(
    `SELECT table_name AS \`table\`, column_name AS \`column\`, data_type AS type FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name IN (:tables)`,
    { tables },
  )
}

/** The tables whose columns are named in this form: those it wrote, and those of staff. */
export function tablesFor(address: string, written: readonly Row[]): string[] {
  const staffs = ofStaff.filter(([path]) => path.test(address)).flatMap(([, tables]) => tables)
  return [...new Set([...written.map(({ table }) => table), ...staffs])]
}

/** What a patient may fill or propose is theirs to say. */
const theirs = new Set(profileFields.map(({ column }) => column))

/**
 * The fields to add, by name, as columns are called and as our forms would call them, but for those that the form asks
 * for itself. `wordsOfStaff`: with values that staff could set; otherwise with values that stand nowhere else.
 */
export function fieldsNaming(
  practice: TestPractice,
  columns: readonly Column[],
  { address, own, wordsOfStaff }: { address: string; own: ReadonlySet<string>; wordsOfStaff: boolean },
): Map<string, string> {
  const mayPropose = address.includes('/profile')
  const all = [...columns, ...BESIDE.map((column): Column => ({ table: '', column, type: 'varchar' }))]
  const fields = new Map<string, string>()
  for (const each of all) {
    if (mayPropose && theirs.has(each.column)) continue
    const value = wordsOfStaff ? wordOf(practice, address, each) : (MARKS[kindOf(each)] ?? '')
    for (const name of [each.column, camel(each.column)]) if (!own.has(name)) fields.set(name, value)
  }
  return fields
}

/** Each stands nowhere else in the database. */
const MARKS: Readonly<Record<string, string>> = {
  text: 'zq7staff',
  number: '8675309',
  time: '2031-05-05 05:05:05',
}

function kindOf({ type }: Column): 'text' | 'number' | 'time' {
  if (/int|decimal|double|float|bit/.test(type)) return 'number'
  return /date|time|year/.test(type) ? 'time' : 'text'
}

function wordOf({ accounts, patients, records, staff }: TestPractice, address: string, column: Column): string {
  const { column: name } = column
  const isNumber = kindOf(column) === 'number'
  if (/(^|_)pid$|^patient(_id)?$|^foreign_id$/.test(name)) return String(patients.john)
  if (/account/.test(name)) return String(accounts.john)
  if (/^record$|scope/.test(name)) return records.john
  if (/provider|_aid$|owner|user|_by$|authorized|reviewer|approv|auditor/.test(name)) {
    return isNumber ? String(staff.osei) : 'dr.osei'
  }
  if (/apptstatus/.test(name)) return '-'
  if (/state|status|action/.test(name)) return STATES.find(([path]) => path.test(address))?.[1] ?? 'done'
  if (name === 'denial_reason') return 'Locked'
  if (name === 'extent') return 'full'
  // Still recognised as nobody else's.
  return isNumber ? '8675309' : (MARKS[kindOf(column)] ?? '')
}

/** The last that becomes of it, by whoever decides. */
const STATES: readonly [path: RegExp, state: string][] = [
  [/\/appointments/, 'confirmed'],
  [/\/documents/, 'charted'],
  [/\/forms/, 'reviewed'],
  [/\/profile/, 'accepted'],
  [/\/registrations/, 'linked'],
]

function camel(column: string): string {
  return column.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase())
}

export interface Row {
  table: string
  line: string
}

/** The lines that are there now and were not. */
export function rowsAdded(before: Dump, after: Dump): Row[] {
  return [...after].flatMap(([table, lines]) => {
    const was = new Set(before.get(table) ?? [])
    return lines.filter((line) => !was.has(line)).map((line) => ({ table, line }))
  })
}

/**
 * What of the posted values stands in rows that were written: a mark anywhere, a word of staff in the column of that
 * name. What the same form writes without them is its own.
 */
export function valuesIn(
  written: readonly Row[],
  posted: ReadonlyMap<string, string>,
  plain: readonly Row[],
): string[] {
  const usual = new Set(plain.flatMap(cellsOf).map(([table, column, value]) => `${table}.${column}=${value}`))
  const marks = Object.values(MARKS)
  return written.flatMap((row) => {
    const marked = marks.filter((mark) => row.line.includes(mark)).map((mark) => `${row.table}: ${mark} in ${row.line}`)
    const words = cellsOf(row)
      .filter(([table, column, value]) => posted.get(column) === value && !usual.has(`${table}.${column}=${value}`))
      .map((cell) => `${cell[0]}.${cell[1]} = ${cell[2]}`)
    return [...marked, ...words]
  })
}

function cellsOf({ table, line }: Row): [table: string, column: string, value: string][] {
  const row = JSON.parse(line) as Record<string, unknown>
  return Object.entries(row).map(([column, value]) => [table, column, String(value)])
}
