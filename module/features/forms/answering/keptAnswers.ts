/** What a page said and did not get into its form: kept beside it, until whoever typed it says what becomes of it. */
import {
  readAnswers,
  sameValues,
  writeAnswers,
  type Answers,
  type Path,
  type Value,
} from '../../../access/questionnaires/model.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import type { Hand } from './merging.js'

export interface KeptAnswers {
  id: number
  /** Only what is not in the form as it stands now. */
  values: Answers
  savedAt: Utc
}

interface Keeping {
  assignmentId: number
  hand: Hand
  /** foyer_accounts.id */
  by: number
  now: Utc
}

/** The latest of each page; nothing to keep: what was kept of it goes. Answers whether something is kept. */
export async function keepAside(tx: Tx, { assignmentId, by, hand, now }: Keeping, values: Answers): Promise<boolean> {
  const page = { assignmentId, hand: pageOf(hand) }
  if (values.size === 0) {
    const before = await tx.first<{ id: number }>(
      `SELECT id FROM foyer_form_kept_answers
        WHERE assignment_id = :assignmentId AND hand = :hand AND hand_count <= :count`,
      { ...page, count: hand.count },
    )
    if (before) await dropKept(tx, assignmentId, before.id)
    return false
  }
  await tx.change(
    // The count last: the others are compared with the one before.
    `INSERT INTO foyer_form_kept_answers (assignment_id, hand, hand_count, answers, saved_by, saved_at)
     VALUES (:assignmentId, :hand, :count, :answers, :by, :now)
     ON DUPLICATE KEY UPDATE answers = IF(VALUES(hand_count) >= hand_count, VALUES(answers), answers),
       saved_by = VALUES(saved_by), saved_at = VALUES(saved_at), hand_count = GREATEST(hand_count, VALUES(hand_count))`,
    { ...page, by, now, count: hand.count, answers: writeAnswers(values) },
  )
  return true
}

/** A browser says it: what cannot be one of our pages is a page without a name. */
function pageOf({ id }: Hand): string {
  return /^[\w-]{1,22}$/.test(id) ? id : ''
}

/** Of what a page said, what stands otherwise. Where it said nothing, nothing is lost. */
export function notIn(now: Answers, values: ReadonlyMap<Path, readonly Value[]>): Answers {
  return new Map([...values].filter(([path, said]) => said.length > 0 && !sameValues(now.get(path) ?? [], said)))
}

/** What is kept beside a form that stands like this, the oldest first. */
export async function keptBeside(db: Queryable, assignmentId: number, now: Answers): Promise<KeptAnswers[]> {
  const rows = await db.select<{ id: number; answers: string; saved_at: Utc }>(
    `SELECT id, answers, saved_at FROM foyer_form_kept_answers WHERE assignment_id = :assignmentId ORDER BY saved_at, id`,
    { assignmentId },
  )
  return rows
    .map(({ answers, id, saved_at: savedAt }) => ({ id, savedAt, values: notIn(now, readAnswers(answers)) }))
    .filter(({ values }) => values.size > 0)
}

/** False: there is none of this form. */
export async function dropKept(tx: Tx, assignmentId: number, id: number): Promise<boolean> {
  const gone = await tx.change(`DELETE FROM foyer_form_kept_answers WHERE id = :id AND assignment_id = :assignmentId`, {
    id,
    assignmentId,
  })
  return gone > 0
}
