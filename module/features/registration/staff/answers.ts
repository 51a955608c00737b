/** Staff ask for more, or refuse. What they write stands in the portal; the letter says only that there is something. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import type { Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import { inHand } from '../registrations.js'
import { settle, tellOf, whyNotNow, type Deciding, type NotDecided } from './deed.js'
import { accountOf, writeToHolder } from './linking.js'

export type AnswerOutcome = { ok: true } | NotDecided

/** It waits for its sender from now on, and for staff again once they have answered. */
export function askForMore(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { id, question, seen }: Deciding & { question: string },
): Promise<AnswerOutcome> {
  return inHand(portal, id, async (tx, row): Promise<AnswerOutcome> => {
    const refusal = whyNotNow(portal, member, row, seen)
    if (!row || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    await tx.change(
      `UPDATE foyer_registrations
          SET state = 'asked', question = :question, asked_by = :by, asked_at = :now, answer = NULL, answered_at = NULL,
              version = version + 1
        WHERE id = :id`,
      { id, question, by: member.username, now: utc(portal.clock.now()) },
    )
    await tellOf(tx, portal, member, actor, { event: 'registration.asked', row })
    const holder = await accountOf(tx, row.account_id)
    if (holder) await writeToHolder(tx, portal, actor, holder, { kind: 'registration.question', row })
    return { ok: true }
  })
}

/** The account stays, empty; its holder reads why. */
export function refuseRegistration(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { id, reason, seen }: Deciding & { reason: string },
): Promise<AnswerOutcome> {
  return inHand(portal, id, async (tx, row): Promise<AnswerOutcome> => {
    const refusal = whyNotNow(portal, member, row, seen)
    if (!row || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    await settle(tx, portal, member, row, { state: 'refused', pid: undefined, reason })
    await tellOf(tx, portal, member, actor, { event: 'registration.refused', row })
    const holder = await accountOf(tx, row.account_id)
    if (holder) await writeToHolder(tx, portal, actor, holder, { kind: 'registration.refused', row })
    return { ok: true }
  })
}
