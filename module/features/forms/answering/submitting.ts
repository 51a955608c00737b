/** What was filled is sent: whole, once, into the chart where there is one. */
import { randomUUID } from 'node:crypto'
import { closeAnswered } from '../../../access/formAssignments.js'
import { fileAnswers } from '../../../access/formFiling.js'
import type { Portal } from '../../../access/portal.js'
import { checkAnswers, type AnswerProblem } from '../../../access/questionnaires/checking.js'
import { writeAnswers } from '../../../access/questionnaires/model.js'
import { flagOf, score } from '../../../access/questionnaires/scoring.js'
import type { PatientScope } from '../../../access/scope.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { receiptNumber } from '../../../platform/ids.js'
import { firstResult, rememberResult, type Once } from '../../../platform/once.js'
import { publish } from '../../../platform/outbox.js'
import { fillingOf, inTurn, type Filling, type Refusal } from './filling.js'
import { receiptOf } from './ofPatient.js'

export type SendOutcome =
  | { ok: true; receipt: string }
  | Refusal
  | { ok: false; reason: 'not-begun' }
  /** Something was written after the page was shown that was checked. */
  | { ok: false; reason: 'changed' }
  /** The same token came with another form. */
  | { ok: false; reason: 'used-otherwise' }
  | { ok: false; reason: 'incomplete'; problems: readonly AnswerProblem[] }

export interface Sending {
  id: string
  /** The revision that was looked through. */
  seen: number
  once: Once | undefined
}

/**
 * One transaction: the answers, the row in the host's chart, the assignment closed and the next one of what recurs, audit
 * `form.sent`, event `form.sent`. Nothing that is required and asked is missing in what is sent. Sent before: its receipt.
 */
export function send(
  portal: Portal,
  actor: Actor,
  scope: PatientScope,
  { id, seen, once }: Sending,
): Promise<SendOutcome> {
  return inTurn(portal, scope, id, async (tx, assignment): Promise<SendOutcome> => {
    const first = once ? await firstResult(tx, portal.clock, once) : { state: 'new' as const }
    if (first.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
    const before = first.state === 'done' ? first.result : await receiptOf(tx, assignment.id)
    if (before !== undefined) return { ok: true, receipt: before }
    if (assignment.state !== 'waiting') return { ok: false, reason: 'over' }
    const filling = await fillingOf(tx, assignment)
    if (!filling) return { ok: false, reason: 'not-begun' }
    if (filling.revision !== seen) return { ok: false, reason: 'changed' }

    const kept = await keepAnswers(tx, portal, actor, scope.account.id, filling)
    if (kept.ok && once) await rememberResult(tx, once, kept.receipt)
    return kept
  })
}

export type Kept =
  | { ok: true; receipt: string }
  /** Something that is required is not answered, or not as it is asked: nothing is kept. */
  | { ok: false; reason: 'incomplete'; problems: AnswerProblem[] }

/** The one way to staff: keeps answers that are whole, in the caller's transaction and the patient's turn. */
export async function keepAnswers(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  actor: Actor,
  accountId: number,
  { assignment, version, answers }: Pick<Filling, 'assignment' | 'version' | 'answers'>,
): Promise<Kept> {
  const { clock } = portal
  const problems = checkAnswers(version.form, answers)
  if (problems.length > 0) return { ok: false, reason: 'incomplete', problems }
  const receipt = receiptNumber()
  const result = score(version.form, answers)
  const flag = flagOf(version.form, answers)
  const { pid, record } = assignment
  const id = await tx.insert(
    `INSERT INTO foyer_form_responses
       (receipt, response_id, assignment_id, version_id, form_key, title, account_id, record, pid, answers, score, band,
        flag, state, sent_by, sent_at)
     VALUES (:receipt, :responseId, :assignmentId, :versionId, :key, :title, :accountId, :record, :pid, :answers, :score,
        :band, :flag, 'waiting', :by, :now)`,
    {
      ...{ receipt, responseId: randomUUID(), assignmentId: assignment.id, versionId: version.id, flag },
      ...{ key: assignment.key, title: JSON.stringify(assignment.title), accountId: assignment.accountId ?? null },
      ...{ record: record ?? null, pid: pid ?? null, answers: writeAnswers(answers), by: accountId },
      score: result.state === 'scored' ? result.value : null,
      band: result.state === 'scored' && result.band ? JSON.stringify(result.band) : null,
      now: utc(clock.now()),
    },
  )
  if (pid !== undefined) await fileAnswers(tx, portal, id)
  await closeAnswered(tx, portal, actor, assignment)
  const subject = `form-response:${String(id)}`
  await recordAudit(tx, clock, actor, { event: 'form.sent', subject, pid, record, details: { flag, receipt } })
  await publish(tx, clock, { event: 'form.sent', payload: { response: id, pid: pid ?? null, flag }, key: subject })
  return { ok: true, receipt }
}
