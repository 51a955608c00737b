/**
 * What a rule asked before a visit goes with it: due on its new day when it is moved, and no longer asked when it is
 * cancelled, declined or taken out of the calendar, whoever did that and where. What was answered is kept, and is there
 * again when the form is asked again.
 */
import { askedBeforeVisits, type AskedBefore } from '../host/reads/forms.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { utc, type Day } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { patientTurn, takeTurn } from '../platform/turns.js'
import { findAssignment, foyer, tellOfForm } from './formAssignments.js'
import { formRules } from './formRules.js'
import type { Portal } from './portal.js'

const AT_ONCE = 500

/** `eid`: only what was asked before this visit. Answers whether something is no longer asked. */
export async function followVisits(portal: Portal, eid?: number): Promise<boolean> {
  let off = 0
  for (const { categoryId, id } of await formRules(portal.db)) {
    if (categoryId === undefined) continue
    let after: number | undefined = 0
    while (after !== undefined) {
      const page = await askedBeforeVisits(portal.db, { id, categoryId }, { eid, after, most: AT_ONCE })
      for (const asked of page.asked) off += (await follow(portal, asked)) === 'off' ? 1 : 0
      after = page.next
    }
  }
  return off > 0
}

async function follow(portal: Portal, asked: AskedBefore): Promise<'off' | 'moved' | 'over'> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [patientTurn({ pid: asked.pid, record: asked.record ?? '' })])
    if (asked.day === undefined) return (await withdrawWithVisit(tx, portal, foyer, asked.id)) ? 'off' : 'over'
    return (await dueOnAnotherDay(tx, portal, foyer, { id: asked.id, dueOn: asked.day })) ? 'moved' : 'over'
  })
}

/** The reason of what went with its visit: a word of the code's, which pages say in the reader's own. */
export const VISIT_OFF = 'visit-off'

/**
 * The visit that it was asked for does not take place: it waits no more. What was answered is kept for the next time that
 * this form is asked, and the visit may bring it again. The caller holds the patient's turn. False: it no longer waits.
 */
async function withdrawWithVisit(tx: Tx, portal: Pick<Portal, 'clock'>, actor: Actor, id: number): Promise<boolean> {
  const assignment = await findAssignment(tx, id)
  if (assignment?.state !== 'waiting') return false
  await tx.change(
    `UPDATE foyer_form_assignments
        SET state = 'withdrawn', open_key = NULL, occasion = NULL, closed_by = :by, closed_at = :now, reason = :reason,
            version = version + 1
      WHERE id = :id`,
    { id, by: actor.name, now: utc(portal.clock.now()), reason: VISIT_OFF },
  )
  const whose = { id, pid: assignment.pid, record: assignment.record }
  await tellOfForm(tx, portal, actor, 'form.withdrawn', whose, { because: VISIT_OFF })
  return true
}

/** Its visit was moved. The patient is reminded anew before the new day. The caller holds the patient's turn. */
async function dueOnAnotherDay(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  actor: Actor,
  { id, dueOn }: { id: number; dueOn: Day },
): Promise<boolean> {
  const assignment = await findAssignment(tx, id)
  if (assignment?.state !== 'waiting' || assignment.dueOn === dueOn) return false
  await tx.change(
    `UPDATE foyer_form_assignments SET due_on = :dueOn, reminded_at = NULL, version = version + 1 WHERE id = :id`,
    { id, dueOn },
  )
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'form.due-moved', subject: `form-assignment:${String(id)}`, pid: assignment.pid },
    ...{ record: assignment.record, details: { from: assignment.dueOn ?? '', to: dueOn } },
  })
  return true
}

/** Days for which answers are kept that went with a visit. */
const DRAFT_DAYS = 90

/** What somebody answered and nobody asked for again: gone after three months. */
export async function dropOldDrafts({ clock, db }: Pick<Portal, 'clock' | 'db'>): Promise<void> {
  const since = utc(clock.now().minus({ days: DRAFT_DAYS }))
  await db.transaction(async (tx) => {
    for (const table of ['foyer_form_fillings', 'foyer_form_kept_answers']) {
      await tx.change(
        // sql-safe: one of two names
        `DELETE f FROM ${table} f JOIN foyer_form_assignments a ON a.id = f.assignment_id
          WHERE a.state = 'withdrawn' AND a.closed_at < :since`,
        { since },
      )
    }
  })
}
