/** A person's forms: loaded through the scope, so that another's is not found. */
import {
  assignmentColumns,
  assignmentOf,
  saidIn,
  type Assignment,
  type AssignmentRow,
} from '../../../access/formAssignments.js'
import { VISIT_OFF } from '../../../access/formVisits.js'
import { readAnswers, type Answers, type Band, type Flag, type Said } from '../../../access/questionnaires/model.js'
import { pidOf, type PatientScope } from '../../../access/scope.js'
import { daysLater, type Day, type Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import { isReceiptNumber } from '../../../platform/ids.js'

/** The condition by which a row of Foyer's is this person's; `pid` and `record` are bound with `whose`. */
const theirs = (scope: PatientScope, row: string): string =>
  // sql-safe: the name of a table, from the statements below
  pidOf(scope) === undefined ? `${row}.pid IS NULL AND ${row}.record = :record` : `${row}.pid = :pid`

const whose = (scope: PatientScope) => ({ pid: pidOf(scope) ?? -1, record: scope.record })

/** The one that the address names, if it is theirs. */
export async function assignmentHere(
  db: Queryable,
  scope: PatientScope,
  id: string,
  lock: 'lock' | 'look' = 'look',
): Promise<Assignment | undefined> {
  if (!/^[1-9]\d{0,14}$/.test(id)) return undefined
  const row = await db.first<AssignmentRow>(
    // sql-safe: constants
    `SELECT ${assignmentColumns} FROM foyer_form_assignments a
      WHERE a.id = :id AND ${theirs(scope, 'a')}${lock === 'lock' ? ' FOR UPDATE' : ''}`,
    { id: Number(id), ...whose(scope) },
  )
  return row && assignmentOf(row)
}

export interface SentForm {
  id: number
  /** What was answered with it; undefined: nobody asked. */
  assignmentId: number | undefined
  receipt: string
  responseId: string
  versionId: number
  key: string
  title: Said
  answers: Answers
  score: number | undefined
  band: Band | undefined
  flag: Flag
  state: 'waiting' | 'reviewed'
  sentAt: Utc
}

interface SentRow {
  id: number
  assignment_id: number | null
  receipt: string
  response_id: string
  version_id: number
  form_key: string
  title: string
  answers: string
  score: string | null
  band: string | null
  flag: Flag
  state: SentForm['state']
  sent_at: Utc
}

const sentColumns = `r.id, r.assignment_id, r.receipt, r.response_id, r.version_id, r.form_key, r.title, r.answers, r.score, r.band, r.flag,
  r.state, r.sent_at`

/** One that was sent, by its receipt number. */
export async function sentHere(db: Queryable, scope: PatientScope, receipt: string): Promise<SentForm | undefined> {
  if (!isReceiptNumber(receipt)) return undefined
  const row = await db.first<SentRow>(
    // sql-safe: constants
    `SELECT ${sentColumns} FROM foyer_form_responses r WHERE r.receipt = :receipt AND ${theirs(scope, 'r')}`,
    { receipt, ...whose(scope) },
  )
  return row && sentForm(row)
}

/** What this assignment was answered with. */
export async function sentOf(db: Queryable, assignmentId: number): Promise<SentForm | undefined> {
  const row = await db.first<SentRow>(
    `SELECT ${sentColumns} FROM foyer_form_responses r WHERE r.assignment_id = :assignmentId`, // sql-safe: a constant
    { assignmentId },
  )
  return row && sentForm(row)
}

function sentForm(row: SentRow): SentForm {
  return {
    assignmentId: row.assignment_id ?? undefined,
    ...{ id: row.id, receipt: row.receipt, responseId: row.response_id, versionId: row.version_id, key: row.form_key },
    ...{ title: saidIn(row.title), answers: readAnswers(row.answers), flag: row.flag, state: row.state },
    score: row.score === null ? undefined : Number(row.score),
    band: row.band === null ? undefined : (JSON.parse(row.band) as Band),
    sentAt: row.sent_at,
  }
}

/** The receipt of what this assignment was answered with. */
export async function receiptOf(db: Queryable, assignmentId: number): Promise<string | undefined> {
  const row = await db.first<{ receipt: string }>(
    `SELECT receipt FROM foyer_form_responses WHERE assignment_id = :assignmentId`,
    { assignmentId },
  )
  return row?.receipt
}

/** A line of the list. */
export interface FormLine {
  /** off: asked before a visit that does not take place. */
  kind: 'waiting' | 'sent' | 'off'
  id: number
  title: Said
  dueOn: string | undefined
  begun: boolean
  receipt: string | undefined
  at: Utc
  state: SentForm['state'] | undefined
}

const SENT_SHOWN = 50
/** Days for which the list tells of what went with its visit. */
const OFF_SHOWN_DAYS = 14

/** What waits, the soonest due first, what went with its visit, and what was sent, the newest first. One statement. */
export async function formLines(db: Queryable, scope: PatientScope, today: Day): Promise<FormLine[]> {
  const rows = await db.select<{
    kind: FormLine['kind']
    id: number
    title: string
    due_on: string | null
    begun: number
    receipt: string | null
    at: Utc
    state: SentForm['state'] | null
  }>(
    // sql-safe: constants and a number
    `(SELECT 'waiting' AS kind, a.id, a.title, a.due_on, f.assignment_id IS NOT NULL AS begun, NULL AS receipt,
             a.asked_at AS at, NULL AS state
        FROM foyer_form_assignments a LEFT JOIN foyer_form_fillings f ON f.assignment_id = a.id
       WHERE ${theirs(scope, 'a')} AND a.state = 'waiting' AND a.opens_on <= :today
       ORDER BY a.due_on IS NULL, a.due_on, a.id LIMIT 100)
     UNION ALL
     (SELECT 'off', a.id, a.title, a.due_on, f.assignment_id IS NOT NULL, NULL, a.closed_at, NULL
        FROM foyer_form_assignments a LEFT JOIN foyer_form_fillings f ON f.assignment_id = a.id
       WHERE ${theirs(scope, 'a')} AND a.state = 'withdrawn' AND a.reason = :off AND a.closed_at >= :offSince
         AND NOT EXISTS (SELECT 1 FROM foyer_form_assignments later
                          WHERE ${theirs(scope, 'later')} AND later.form_key = a.form_key AND later.id > a.id)
       ORDER BY a.closed_at DESC LIMIT 20)
     UNION ALL
     (SELECT 'sent', r.id, r.title, NULL, 0, r.receipt, r.sent_at, r.state FROM foyer_form_responses r
       WHERE ${theirs(scope, 'r')} ORDER BY r.sent_at DESC, r.id DESC LIMIT ${String(SENT_SHOWN)})`,
    { today, off: VISIT_OFF, offSince: daysLater(today, -OFF_SHOWN_DAYS), ...whose(scope) },
  )
  return rows.map((row) => ({
    ...{ kind: row.kind, id: row.id, title: saidIn(row.title), dueOn: row.due_on ?? undefined, begun: row.begun === 1 },
    ...{ receipt: row.receipt ?? undefined, at: row.at, state: row.state ?? undefined },
  }))
}
