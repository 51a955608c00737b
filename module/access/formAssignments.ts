/**
 * Who is asked to answer which questionnaire. One of a form waits for a person at a time; what recurs waits again, from a
 * day in the future, as soon as it is answered.
 */
import { activeVersion, keepsQuestionnaires } from '../host/questionnaires.js'
import { chartIsThere, stillNamed } from '../host/reads/forms.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { day as dayOf, daysBetween, daysLater, utc, type Day, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { sha256 } from '../platform/ids.js'
import { publish } from '../platform/outbox.js'
import { patientTurn, takeTurn } from '../platform/turns.js'
import type { Portal } from './portal.js'
import type { Said } from './questionnaires/model.js'
import { readQuestionnaire, type ReadProblem } from './questionnaires/reading.js'

export type FormOrigin = 'hand' | 'rule' | 'repeat' | 'document'

/** Whose it is: a chart's, or an account's own record while there is none. */
export type FormTarget = { pid: number } | { accountId: number; record: string }

export interface NewAssignment {
  /** `form_key`: RepositoryRow.key */
  form: string
  to: FormTarget
  origin: FormOrigin
  dueOn?: Day | undefined
  /** Asked from this day on; undefined: from today. */
  opensOn?: Day | undefined
  /** Asked again so many days after it was answered, until `repeatUntil`. */
  everyDays?: number | undefined
  repeatUntil?: Day | undefined
  /** What the practice says about it, plain text; the patient reads it. */
  note?: string | undefined
  ruleId?: number | undefined
  /** Given once: `r3:e4711`. */
  occasion?: string | undefined
}

export type AssignOutcome =
  | { ok: true; id: number }
  /** Nothing of this key that is active, or the site keeps no questionnaires. */
  | { ok: false; reason: 'no-such-form' }
  /** Foyer cannot ask it as its author meant. */
  | { ok: false; reason: 'not-answerable'; problems: ReadProblem[] }
  | { ok: false; reason: 'no-such-patient' }
  /** It waits for them already. */
  | { ok: false; reason: 'waits-already'; id: number }
  /** For this occasion they have been asked. */
  | { ok: false; reason: 'asked-already' }

export interface Assignment {
  id: number
  key: string
  title: Said
  accountId: number | undefined
  record: string | undefined
  pid: number | undefined
  state: 'waiting' | 'sent' | 'withdrawn'
  origin: FormOrigin
  ruleId: number | undefined
  opensOn: Day
  dueOn: Day | undefined
  everyDays: number | undefined
  repeatUntil: Day | undefined
  note: string
  /** What staff said when they sent it back: of this one alone, '' where they did not. */
  returnNote: string
  askedBy: string
  askedAt: Utc
  closedBy: string | undefined
  closedAt: Utc | undefined
  reason: string | undefined
  version: number
}

export interface AssignmentRow {
  id: number
  form_key: string
  title: string
  account_id: number | null
  record: string | null
  pid: number | null
  state: Assignment['state']
  origin: FormOrigin
  rule_id: number | null
  opens_on: Day
  due_on: Day | null
  every_days: number | null
  repeat_until: Day | null
  note: string
  return_note: string | null
  asked_by: string
  asked_at: Utc
  closed_by: string | null
  closed_at: Utc | null
  reason: string | null
  version: number
}

/** Of `foyer_form_assignments a`. */
export const assignmentColumns = `a.id, a.form_key, a.title, a.account_id, a.record, a.pid, a.state, a.origin, a.rule_id,
  a.opens_on, a.due_on, a.every_days, a.repeat_until, a.note, a.return_note, a.asked_by, a.asked_at, a.closed_by,
  a.closed_at, a.reason, a.version`

export function assignmentOf(row: AssignmentRow): Assignment {
  return {
    ...{ id: row.id, key: row.form_key, title: saidIn(row.title), state: row.state, origin: row.origin },
    ...{ accountId: row.account_id ?? undefined, record: row.record ?? undefined, pid: row.pid ?? undefined },
    ...{ ruleId: row.rule_id ?? undefined, opensOn: row.opens_on, dueOn: row.due_on ?? undefined },
    ...{ everyDays: row.every_days ?? undefined, repeatUntil: row.repeat_until ?? undefined, note: row.note },
    returnNote: row.return_note ?? '',
    ...{ askedBy: row.asked_by, askedAt: row.asked_at, closedBy: row.closed_by ?? undefined },
    ...{ closedAt: row.closed_at ?? undefined, reason: row.reason ?? undefined, version: row.version },
  }
}

/** A title as it is kept: JSON, with its translations. */
export function saidIn(text: string): Said {
  return JSON.parse(text) as Said
}

/**
 * Asks a person to answer a questionnaire: row, audit `form.assigned`, event `form.assigned`. Takes the patient's turn;
 * a caller that has read something of the patient before has taken it already.
 */
export async function assignForm(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  actor: Actor,
  input: NewAssignment,
): Promise<AssignOutcome> {
  const { site, clock } = portal
  await takeTurn(tx, [turnOf(input.to)])
  const row = keepsQuestionnaires(site) ? await activeVersion(tx, site, input.form) : undefined
  if (!row) return { ok: false, reason: 'no-such-form' }
  const reading = readQuestionnaire(row.questionnaire)
  if (!reading.ok) return { ok: false, reason: 'not-answerable', problems: reading.problems }
  if ('pid' in input.to && !(await chartIsThere(tx, input.to.pid))) return { ok: false, reason: 'no-such-patient' }

  const today = dayOf(clock.now())
  const openKey = openKeyOf(input.to, row.key)
  const { asked, waiting } = await standingFor(tx, openKey, input)
  const opensOn = input.opensOn ?? today
  if (waiting && waiting.opens_on <= opensOn) return { ok: false, reason: 'waits-already', id: waiting.id }
  if (asked) return { ok: false, reason: 'asked-already' }
  if (waiting) return sooner(tx, portal, actor, input, waiting, opensOn)

  const title = reading.questionnaire.title
  const said = title.text === '' ? { ...title, text: row.name } : title
  const id = await tx.insert(
    `INSERT INTO foyer_form_assignments
       (form_key, title, account_id, record, pid, state, origin, rule_id, occasion, opens_on, due_on, every_days,
        repeat_until, note, asked_by, asked_at, open_key)
     VALUES (:key, :title, :accountId, :record, :pid, 'waiting', :origin, :ruleId, :occasion, :opensOn, :dueOn, :everyDays,
        :repeatUntil, :note, :by, :now, :openKey)`,
    {
      ...{ key: row.key, title: JSON.stringify(said), origin: input.origin, openKey, ...columnsOf(input.to) },
      ...{ ruleId: input.ruleId ?? null, occasion: input.occasion ?? null, opensOn },
      ...{ dueOn: input.dueOn ?? null, everyDays: input.everyDays ?? null, repeatUntil: input.repeatUntil ?? null },
      ...{ note: (input.note ?? '').slice(0, 1000), by: actor.name.slice(0, 255), now: utc(clock.now()) },
    },
  )
  await takeUpDraft(tx, id, row.key, input.to)
  await tellOfForm(tx, portal, actor, 'form.assigned', { id, ...input.to }, { origin: input.origin })
  return { ok: true, id }
}

/** What they had answered of it when the visit it was asked for did not take place: they go on there. */
async function takeUpDraft(tx: Tx, id: number, form: string, to: FormTarget): Promise<void> {
  const whose = 'pid' in to ? 'a.pid = :pid' : 'a.pid IS NULL AND a.record = :record'
  const kept = await tx.first<{ id: number }>(
    // sql-safe: constants
    `SELECT a.id FROM foyer_form_assignments a JOIN foyer_form_fillings f ON f.assignment_id = a.id
      WHERE ${whose} AND a.form_key = :form AND a.state = 'withdrawn' ORDER BY a.closed_at DESC LIMIT 1`,
    { form, ...columnsOf(to) },
  )
  if (!kept) return
  for (const table of ['foyer_form_fillings', 'foyer_form_kept_answers']) {
    // sql-safe: one of two names
    await tx.change(`UPDATE ${table} SET assignment_id = :id WHERE assignment_id = :kept`, { id, kept: kept.id })
  }
}

function turnOf(to: FormTarget): string {
  return 'pid' in to ? patientTurn({ pid: to.pid, record: '' }) : patientTurn({ pid: undefined, record: to.record })
}

/** One of a form for a person: who they are and which form, as one word. */
export function openKeyOf(to: FormTarget, key: string): string {
  return sha256(`${'pid' in to ? `pid:${String(to.pid)}` : `record:${to.record}`} ${key}`)
}

function columnsOf(to: FormTarget): { pid: number | null; accountId: number | null; record: string | null } {
  return 'pid' in to
    ? { pid: to.pid, accountId: null, record: null }
    : { pid: null, accountId: to.accountId, record: to.record }
}

interface Waiting {
  id: number
  opens_on: Day
  due_on: Day | null
  rule_id: number | null
}

async function standingFor(
  tx: Tx,
  openKey: string,
  { occasion }: NewAssignment,
): Promise<{ waiting: Waiting | undefined; asked: boolean }> {
  const waiting = await tx.first<Waiting>(
    `SELECT id, opens_on, due_on, rule_id FROM foyer_form_assignments WHERE open_key = :openKey`,
    { openKey },
  )
  const asked =
    occasion !== undefined &&
    (await tx.first(`SELECT id FROM foyer_form_assignments WHERE occasion = :occasion`, { occasion })) !== undefined
  return { waiting, asked }
}

/**
 * What waits for a day in the future is asked from `opensOn` instead. It goes on recurring as it did, but for what staff
 * say anew: their note and their interval count from now on. The days to answer it stay as many as they were.
 */
async function sooner(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  actor: Actor,
  input: NewAssignment,
  waiting: Waiting,
  opensOn: Day,
): Promise<AssignOutcome> {
  const { everyDays, note = '', occasion, repeatUntil, ruleId } = input
  const byHand = input.origin === 'hand'
  const anew = byHand && everyDays !== undefined
  if (ruleId !== undefined) await rememberRule(tx, portal, waiting.id, { ...input, opensOn, ruleId, occasion })
  // It recurs as staff say from now on, whatever becomes of the rule: which has asked all the same.
  else if (anew && waiting.rule_id !== null) {
    await rememberRule(tx, portal, waiting.id, { opensOn, ruleId: waiting.rule_id })
  }
  await tx.change(
    `UPDATE foyer_form_assignments
        SET opens_on = :opensOn, due_on = COALESCE(:dueOn, due_on), note = IF(:note = '', note, :note),
            asked_by = IF(:byHand, :by, asked_by), rule_id = IF(:anew, NULL, rule_id),
            every_days = IF(:anew, :everyDays, every_days), repeat_until = IF(:anew, :repeatUntil, repeat_until),
            version = version + 1
      WHERE id = :id`,
    {
      ...{
        id: waiting.id,
        opensOn,
        dueOn: input.dueOn ?? dueWith(waiting, opensOn),
        note: byHand ? note.slice(0, 1000) : '',
      },
      ...{ byHand: byHand ? 1 : 0, by: actor.name.slice(0, 255), anew: anew ? 1 : 0 },
      ...{ everyDays: everyDays ?? null, repeatUntil: repeatUntil ?? null },
    },
  )
  await tellOfForm(tx, portal, actor, 'form.assigned', { id: waiting.id, ...input.to }, { origin: input.origin })
  return { ok: true, id: waiting.id }
}

/** The day until which it is to be answered where it opens on another one; null: it has none. */
function dueWith({ due_on: dueOn, opens_on: before }: Waiting, opensOn: Day): Day | null {
  return dueOn === null ? null : daysLater(opensOn, Math.max(0, daysBetween(before, dueOn)))
}

/** The reason of a row that only says that a rule has asked: another row, which recurs on its own, waits for both. */
export const JOINED = 'joined'

/**
 * That a rule has asked, in a row of its own: were it written on the one that waits, that one's recurring would end with
 * the visit it was asked for.
 */
async function rememberRule(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  id: number,
  asked: { ruleId: number; opensOn: Day; dueOn?: Day | undefined; occasion?: string | undefined },
): Promise<void> {
  await tx.insert(
    `INSERT INTO foyer_form_assignments
       (form_key, title, account_id, record, pid, state, origin, rule_id, occasion, opens_on, due_on, asked_by, asked_at,
        closed_by, closed_at, reason)
     SELECT form_key, title, account_id, record, pid, 'withdrawn', 'rule', :ruleId, :occasion, :opensOn, :dueOn, :by, :now,
            :by, :now, :reason
       FROM foyer_form_assignments WHERE id = :id`,
    {
      ...{ id, ruleId: asked.ruleId, occasion: asked.occasion ?? null, opensOn: asked.opensOn },
      ...{ dueOn: asked.dueOn ?? null, by: foyer.name, now: utc(clock.now()), reason: JOINED },
    },
  )
}

/** What happened to one that is asked: audit and event. */
export async function tellOfForm(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  actor: Actor,
  event: string,
  of: { id: number; pid?: number | undefined; record?: string | undefined },
  details: Record<string, string | number>,
): Promise<void> {
  const subject = `form-assignment:${String(of.id)}`
  await recordAudit(tx, clock, actor, { event, subject, pid: of.pid, record: of.record, details })
  await publish(tx, clock, { event, payload: { assignment: of.id, pid: of.pid ?? null }, key: subject })
}

export type WithdrawOutcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** It was answered, or taken back before. */
  | { ok: false; reason: 'not-waiting'; state: Assignment['state']; by: string | undefined }

/** Not asked any more, and not again: what was answered so far goes with it. `of` is the patient whom it must be about. */
export async function withdrawForm(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  actor: Actor,
  { id, of, reason }: { id: number; of: FormTarget; reason: string },
): Promise<WithdrawOutcome> {
  await takeTurn(tx, [turnOf(of)])
  const assignment = await findAssignment(tx, id)
  if (!assignment || !isOf(assignment, of)) return { ok: false, reason: 'not-found' }
  if (assignment.state !== 'waiting') {
    return { ok: false, reason: 'not-waiting', state: assignment.state, by: assignment.closedBy }
  }
  await tx.change(
    `UPDATE foyer_form_assignments
        SET state = 'withdrawn', open_key = NULL, closed_by = :by, closed_at = :now, reason = :reason, version = version + 1
      WHERE id = :id`,
    { id, by: actor.name.slice(0, 255), now: utc(portal.clock.now()), reason: reason.slice(0, 1000) },
  )
  await tx.change(`DELETE FROM foyer_form_fillings WHERE assignment_id = :id`, { id })
  await tx.change(`DELETE FROM foyer_form_kept_answers WHERE assignment_id = :id`, { id })
  await tellOfForm(tx, portal, actor, 'form.withdrawn', { id, pid: assignment.pid, record: assignment.record }, {})
  return { ok: true }
}

function isOf(assignment: Assignment, of: FormTarget): boolean {
  return 'pid' in of ? assignment.pid === of.pid : assignment.pid === undefined && assignment.record === of.record
}

export async function findAssignment(db: Queryable, id: number): Promise<Assignment | undefined> {
  const row = await db.first<AssignmentRow>(
    `SELECT ${assignmentColumns} FROM foyer_form_assignments a WHERE a.id = :id`, // sql-safe: a constant
    { id },
  )
  return row && assignmentOf(row)
}

/**
 * It has been answered: it waits no more, and where it recurs the next one waits from its day on; what a rule asks recurs
 * as long as that is switched on and names the patient. The caller holds the patient's turn and has looked that it waits.
 */
export async function closeAnswered(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  actor: Actor,
  assignment: Assignment,
): Promise<void> {
  const { clock } = portal
  await tx.change(
    `UPDATE foyer_form_assignments
        SET state = 'sent', open_key = NULL, closed_by = :by, closed_at = :now, version = version + 1 WHERE id = :id`,
    { id: assignment.id, by: actor.name.slice(0, 255), now: utc(clock.now()) },
  )
  await tx.change(`DELETE FROM foyer_form_fillings WHERE assignment_id = :id`, { id: assignment.id })
  const again = nextDay(assignment, dayOf(clock.now()))
  if (again === undefined) return
  const { accountId, pid, record, ruleId } = assignment
  if (ruleId !== undefined && !(await stillNamed(tx, ruleId, { pid, day: again }))) return
  const to = pid !== undefined ? { pid } : { accountId: accountId ?? 0, record: record ?? '' }
  await assignForm(tx, portal, foyer, {
    ...{ form: assignment.key, to, origin: 'repeat', opensOn: again },
    dueOn: daysLater(again, daysToAnswer(assignment)),
    ...{ everyDays: assignment.everyDays, repeatUntil: assignment.repeatUntil, ruleId },
    note: assignment.note,
  })
}

/** As many as the round before had, whoever set them: a rule, or staff. */
function daysToAnswer({ dueOn, opensOn }: Assignment): number {
  return dueOn === undefined ? REPEAT_DUE_DAYS : Math.max(0, daysBetween(opensOn, dueOn))
}

/** Days to answer what recurs and had no day of its own. */
const REPEAT_DUE_DAYS = 7

export const foyer: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

function nextDay({ everyDays, repeatUntil }: Assignment, today: Day): Day | undefined {
  if (everyDays === undefined) return undefined
  const next = daysLater(today, everyDays)
  return repeatUntil !== undefined && next > repeatUntil ? undefined : next
}
