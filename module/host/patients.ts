import type { Queryable } from '../platform/database.js'
import type { Day } from '../platform/clock.js'
import { dayOrNone, idOrNone } from './unset.js'

/** A patient as staff tell them apart. */
export interface Patient {
  pid: number
  pubpid: string
  firstName: string
  lastName: string
  /** undefined: not in the chart. */
  born: Day | undefined
  sex: string
  /** The chart's own provider, users.id. */
  providerId: number | undefined
  portalAllowed: boolean
  email: string
}

interface PatientRow {
  pid: number
  pubpid: string
  fname: string
  lname: string
  DOB: string | null
  sex: string
  providerID: number | null
  allow_patient_portal: string
  email: string
  email_direct: string
}

const patientColumns = 'pid, pubpid, fname, lname, DOB, sex, providerID, allow_patient_portal, email, email_direct'

export async function findPatient(db: Queryable, pid: number): Promise<Patient | undefined> {
  const row = await db.first<PatientRow>(`SELECT ${patientColumns} FROM patient_data WHERE pid = :pid`, { pid }) // sql-safe: a constant
  return row && patientOf(row)
}

/**
 * Finds by what a person at the desk types: `santos`, `santos, mar`, `maria santos`, a birth date (`1986-04-02`), both
 * (`santos 1986-04-02`), or a chart number. At most `limit` rows, by name. One statement; each way of being meant goes
 * over an index in the order of the answer, so that one letter among a million patients costs no more than a name.
 */
export async function searchPatients(db: Queryable, typed: string, limit: number): Promise<Patient[]> {
  const ways = waysToMean(typed)
  if (ways.length === 0) return []
  const most = `LIMIT ${String(Math.trunc(limit))}` // sql-safe: a number
  const found = ways.map(
    // sql-safe: constants and a number
    ({ order, where }) => `(SELECT ${patientColumns} FROM patient_data WHERE ${where} ORDER BY ${order} ${most})`,
  )
  const rows = await db.select<PatientRow>(
    `${found.join(' UNION ')} ORDER BY lname, fname, pid ${most}`, // sql-safe: constants and a number
    Object.assign({}, ...ways.map(({ values }) => values)) as Record<string, string | number>,
  )
  return rows.map(patientOf)
}

/** One reading of what was typed: a range of one index, in that index's order. */
interface Way {
  where: string
  order: 'lname, fname' | 'fname' | 'DOB' | 'pid'
  values: Record<string, string | number>
}

const BIRTH_DATE = /\b(\d{4}-\d{2}-\d{2})\b/

function waysToMean(typed: string): Way[] {
  const text = typed.trim().replace(/\s+/g, ' ')
  if (text === '') return []
  const born = BIRTH_DATE.exec(text)?.[1]
  if (born === undefined) return /^\d+$/.test(text) ? numbered(text) : named(text)
  const name = text.replace(BIRTH_DATE, '').replace(/^[\s,]+|[\s,]+$/g, '')
  const bornThen: Way = { where: 'DOB = :born', order: 'DOB', values: { born } }
  if (name === '') return [bornThen]
  return named(name).map(({ values, where }) => ({
    where: `DOB = :born AND (${where})`, // sql-safe: constants
    order: 'DOB',
    values: { ...values, born },
  }))
}

function numbered(text: string): Way[] {
  return [{ where: 'pid = :pid', order: 'pid', values: { pid: Number(text) } }]
}

function named(text: string): Way[] {
  if (text.includes(',')) {
    const [last = '', first = ''] = text.split(/\s*,\s*/)
    return [
      {
        where: 'lname LIKE :last AND fname LIKE :first',
        order: 'lname, fname',
        values: { last: starts(last), first: starts(first) },
      },
    ]
  }
  const [head = '', ...rest] = text.split(' ')
  const whole: Way = { where: 'lname LIKE :whole', order: 'lname, fname', values: { whole: starts(text) } }
  if (rest.length === 0) return [whole, { where: 'fname LIKE :whole', order: 'fname', values: {} }]
  return [
    whole,
    {
      where: 'fname LIKE :head AND lname LIKE :rest',
      order: 'lname, fname',
      values: { head: starts(head), rest: starts(rest.join(' ')) },
    },
  ]
}

function starts(text: string): string {
  return `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

function patientOf(row: PatientRow): Patient {
  return {
    pid: row.pid,
    pubpid: row.pubpid,
    firstName: row.fname,
    lastName: row.lname,
    born: dayOrNone(row.DOB),
    sex: row.sex,
    providerId: idOrNone(row.providerID),
    portalAllowed: row.allow_patient_portal === 'YES',
    // The trusted address is the direct one where there is one (facts §3.2).
    email: row.email_direct.trim() === '' ? row.email : row.email_direct,
  }
}
