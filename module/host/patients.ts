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
 * Finds by what a person at the desk types: `santos`, `santos, mar`, `maria santos`, a birth date (`1986-04-02`), or
 * a chart number. At most `limit` rows, by name; each form goes over an index.
 */
export async function searchPatients(db: Queryable, typed: string, limit: number): Promise<Patient[]> {
  const wish = wishOf(typed)
  if (!wish) return []
  const rows = await db.select<PatientRow>(
    `SELECT ${patientColumns} FROM patient_data WHERE ${wish.where} ORDER BY lname, fname, pid LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    wish.values,
  )
  return rows.map(patientOf)
}

interface Wish {
  where: string
  values: Record<string, string | number>
}

function wishOf(typed: string): Wish | undefined {
  const text = typed.trim().replace(/\s+/g, ' ')
  if (text === '') return undefined
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { where: 'DOB = :born', values: { born: text } }
  if (/^\d+$/.test(text)) return { where: 'pid = :pid', values: { pid: Number(text) } }
  const [last = '', first = ''] = text.split(/\s*,\s*/)
  if (text.includes(','))
    return { where: 'lname LIKE :last AND fname LIKE :first', values: { last: starts(last), first: starts(first) } }
  const words = text.split(' ')
  const [head = ''] = words
  if (words.length === 1) return { where: '(lname LIKE :last OR fname LIKE :last)', values: { last: starts(head) } }
  return {
    where: '(fname LIKE :first AND lname LIKE :rest) OR lname LIKE :whole',
    values: { first: starts(head), rest: starts(words.slice(1).join(' ')), whole: starts(text) },
  }
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
