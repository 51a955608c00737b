/** A form while somebody fills it: begun once, by which it stays as it was asked; saved as often as they like. */
import type { Assignment } from '../../../access/formAssignments.js'
import { formVersion, pinVersion, type FormVersion } from '../../../access/formVersions.js'
import type { Portal } from '../../../access/portal.js'
import { pathOf, type Answers, type Form, type Said } from '../../../access/questionnaires/model.js'
import { pidOf, type PatientScope } from '../../../access/scope.js'
import { activeVersion, keepsQuestionnaires } from '../../../host/questionnaires.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { day as dayOf, utc, type Clock, type Day, type Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import { keepAside, keptBeside, dropKept, notIn } from './keptAnswers.js'
import { answersIn, merge, readWritten, writeWritten, type Conflict, type Posted, type Written } from './merging.js'
import { assignmentHere, sentOf } from './ofPatient.js'

export interface Filling {
  assignment: Assignment
  version: FormVersion
  revision: number
  written: Written
  answers: Answers
  savedAt: Utc
}

interface Row {
  version_id: number
  revision: number
  answers: string
  saved_at: Utc
}

/** Undefined: it has not been begun. */
export async function fillingOf(db: Queryable, assignment: Assignment): Promise<Filling | undefined> {
  const row = await db.first<Row>(
    `SELECT version_id, revision, answers, saved_at FROM foyer_form_fillings WHERE assignment_id = :id`,
    { id: assignment.id },
  )
  if (!row) return undefined
  const written = readWritten(row.answers)
  return {
    ...{ assignment, version: await formVersion(db, row.version_id), revision: row.revision },
    ...{ written, answers: answersIn(written), savedAt: row.saved_at },
  }
}

/** over: it was sent, or the practice took it back. gone: the practice no longer asks it of anybody. */
export type Refusal = { ok: false; reason: 'not-found' | 'over' | 'gone' } | NotOpen

/** It is asked from a later day on: until then nobody begins, answers or sends it. */
export interface NotOpen {
  ok: false
  reason: 'not-open'
  opensOn: Day
  title: Said
}

/** Undefined: it is open, or waits no more. By the practice's own day. */
export function notOpen(clock: Clock, { opensOn, state, title }: Assignment): NotOpen | undefined {
  const isLater = state === 'waiting' && opensOn > dayOf(clock.now())
  return isLater ? { ok: false, reason: 'not-open', opensOn, title } : undefined
}

/** Runs in the patient's turn, with the assignment as it stands then, once it is open. */
export async function inTurn<Result>(
  portal: Portal,
  scope: PatientScope,
  id: string,
  work: (tx: Tx, assignment: Assignment) => Promise<Result>,
): Promise<Result | Refusal> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [patientTurn({ pid: pidOf(scope), record: scope.record })])
    const assignment = await assignmentHere(tx, scope, id)
    if (!assignment) return { ok: false, reason: 'not-found' }
    return notOpen(portal.clock, assignment) ?? work(tx, assignment)
  })
}

/** Begins, or goes on where somebody has begun. The form is kept as it is now. */
export function begin(portal: Portal, actor: Actor, scope: PatientScope, id: string): Promise<{ ok: true } | Refusal> {
  const { clock, site } = portal
  return inTurn(portal, scope, id, async (tx, assignment): Promise<{ ok: true } | Refusal> => {
    if (assignment.state !== 'waiting') return { ok: false, reason: 'over' }
    if (await fillingOf(tx, assignment)) return { ok: true }
    const row = keepsQuestionnaires(site) ? await activeVersion(tx, site, assignment.key) : undefined
    if (!row) return { ok: false, reason: 'gone' }
    const versionId = await pinVersion(tx, clock, row)
    const { form } = await formVersion(tx, versionId)
    await tx.insert(
      `INSERT INTO foyer_form_fillings (assignment_id, version_id, revision, answers, begun_at, saved_at, saved_by)
       VALUES (:id, :versionId, 0, :answers, :now, :now, :by)`,
      {
        id: assignment.id,
        versionId,
        answers: writeWritten(initially(form)),
        now: utc(clock.now()),
        by: scope.account.id,
      },
    )
    const subject = `form-assignment:${String(assignment.id)}`
    await recordAudit(tx, clock, actor, { event: 'form.begun', subject, pid: assignment.pid })
    return { ok: true }
  })
}

/** What the questionnaire itself says at first. Within groups that repeat, each instance begins with it (itemView.ts). */
function initially(form: Form): Written {
  const given = [...form.all.values()].filter(({ item, around }) => item.initial.length > 0 && around.length === 0)
  return new Map(given.map(({ item }) => [pathOf('', item.linkId), [[0, item.initial, 'initially', 0] as const]]))
}

/** What was sent, for a page of it that is still open somewhere. Undefined: nothing was. */
export async function sentFilling(db: Queryable, assignment: Assignment): Promise<Filling | undefined> {
  const sent = await sentOf(db, assignment.id)
  if (!sent) return undefined
  const version = await formVersion(db, sent.versionId)
  return { assignment, version, revision: 0, written: new Map(), answers: sent.answers, savedAt: sent.sentAt }
}

export type SaveOutcome =
  | { ok: true; filling: Filling; conflicts: readonly Conflict[] }
  | Refusal
  /** Over, and what the page says was kept beside it. */
  | { ok: false; reason: 'kept-aside' }
  /** It has not been begun. */
  | { ok: false; reason: 'not-begun' }

/** Saves what a page says, whole or not. What another device changed meanwhile is not taken, but kept beside it and told. */
export function save(portal: Portal, scope: PatientScope, id: string, posted: Posted): Promise<SaveOutcome> {
  return inTurn(portal, scope, id, async (tx, assignment): Promise<SaveOutcome> => {
    if (assignment.state !== 'waiting') return saveTooLate(tx, portal, scope, assignment, posted)
    const filling = await fillingOf(tx, assignment)
    return filling ? saveIn(tx, portal, scope, filling, posted) : { ok: false, reason: 'not-begun' }
  })
}

/** Nothing is kept of what the practice took back: nobody asks it any more. */
async function saveTooLate(
  tx: Tx,
  { clock }: Portal,
  scope: PatientScope,
  assignment: Assignment,
  { hand, values }: Posted,
): Promise<SaveOutcome> {
  const filling = (await fillingOf(tx, assignment)) ?? (await sentFilling(tx, assignment))
  if (!filling) return { ok: false, reason: 'over' }
  const keeping = { assignmentId: assignment.id, hand, by: scope.account.id, now: utc(clock.now()) }
  const kept = await keepAside(tx, keeping, notIn(filling.answers, values))
  return { ok: false, reason: kept ? 'kept-aside' : 'over' }
}

async function saveIn(
  tx: Tx,
  { clock }: Portal,
  scope: PatientScope,
  filling: Filling,
  posted: Posted,
): Promise<SaveOutcome> {
  const next = filling.revision + 1
  // A revision of the future was never shown: nothing is known of what its page showed.
  const seen = Math.min(posted.seen, filling.revision)
  const { written, changed, conflicts } = merge(filling.written, { ...posted, seen }, next)
  const now = utc(clock.now())
  const keeping = { assignmentId: filling.assignment.id, hand: posted.hand, by: scope.account.id, now }
  await keepAside(tx, keeping, valuesOf(posted, conflicts))
  const settled = conflicts.length === 0 ? posted.settles : undefined
  if (settled !== undefined) await keepAside(tx, { ...keeping, hand: { id: settled, count: LAST } }, new Map())
  if (!changed) return { ok: true, filling, conflicts }
  await tx.change(
    `UPDATE foyer_form_fillings SET revision = :next, answers = :answers, saved_at = :now, saved_by = :by
      WHERE assignment_id = :id`,
    { id: filling.assignment.id, next, answers: writeWritten(written), now, by: scope.account.id },
  )
  const saved = { ...filling, revision: next, written, answers: answersIn(written), savedAt: now }
  return { ok: true, filling: saved, conflicts }
}

/** Whatever that page has sent. */
const LAST = 2 ** 31 - 1

/** What the page says where it is not taken. */
function valuesOf({ values }: Posted, conflicts: readonly Conflict[]): Answers {
  const mine = conflicts.map(({ path }) => [path, values.get(path) ?? []] as const)
  return new Map(mine.filter(([, said]) => said.length > 0))
}

/** What was kept aside goes into the form in place of what stands there (`use`), or away. */
export function settleKept(
  portal: Portal,
  actor: Actor,
  scope: PatientScope,
  { hand, id, keptId, use }: { id: string; keptId: number; use: boolean; hand: string },
): Promise<{ ok: true } | Refusal> {
  return inTurn(portal, scope, id, async (tx, assignment): Promise<{ ok: true } | Refusal> => {
    const filling = (await fillingOf(tx, assignment)) ?? (await sentFilling(tx, assignment))
    const kept = filling && (await keptBeside(tx, assignment.id, filling.answers)).find((each) => each.id === keptId)
    if (use && assignment.state !== 'waiting') return { ok: false, reason: 'over' }
    if (use && kept) {
      const page = { values: kept.values, seen: filling.revision, hand: { id: hand, count: 0 } }
      await saveIn(tx, portal, scope, filling, page)
    }
    if (!(await dropKept(tx, assignment.id, keptId))) return { ok: false, reason: 'not-found' }
    const { pid, record } = assignment
    const event = use ? 'form.kept-used' : 'form.kept-dismissed'
    const subject = `form-assignment:${String(assignment.id)}`
    await recordAudit(tx, portal.clock, actor, { event, subject, pid, record })
    return { ok: true }
  })
}
