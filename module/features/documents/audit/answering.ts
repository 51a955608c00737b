/** Staff return a submission for correction, or deny it. What they write, the patient reads in the portal. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { denyDocument, giveBackDocument } from '../../../host/onsiteAudit.js'
import type { Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'
import { inHand, moveSubmission, type Submission } from '../submissions.js'
import { tellOf, whyNotNow, type NotDecided, type Seen } from './deed.js'

export type AnswerOutcome =
  | { ok: true }
  | NotDecided
  /** A document whose row of the host's is gone: there is nothing to give back. */
  | { ok: false; reason: 'not-correctable' }

/**
 * The patient's again: a document to be corrected (`marks`: what is wrong, by the field's name), a file to be sent once
 * more, which then stands in its place.
 */
export function returnSubmission(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { marks, reason, seen }: { seen: Seen; reason: string; marks: Readonly<Record<string, string>> },
): Promise<AnswerOutcome> {
  return inHand(portal, seen.id, async (tx, row): Promise<AnswerOutcome> => {
    const refusal = await whyNotNow(portal, tx, member, row, seen)
    if (!row || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    if (row.kind === 'document' && !isInHost(row)) return { ok: false, reason: 'not-correctable' }
    await moveSubmission(tx, portal, row, { state: 'returned', who: 'staff', by: member.username, reason, marks })
    if (isInHost(row)) await giveBackDocument(tx, decisionOf(portal, member, row))
    const event = 'document.returned'
    const details = { marks: Object.keys(marks).length }
    await tellOf(tx, portal, member, actor, { event, row, details, hostEvent: 'document-review', letter: event })
    return { ok: true }
  })
}

/** A document that was filled here or in the host's own portal; a file has no row of the host's before it is filed. */
export function isInHost(row: Submission): row is Submission & { onsite_id: number; pid: number } {
  return row.kind === 'document' && row.onsite_id !== null && row.pid !== null
}

/** For good, with a reason that the patient reads. */
export function denySubmission(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { reason, seen }: { seen: Seen; reason: string },
): Promise<AnswerOutcome> {
  return inHand(portal, seen.id, async (tx, row): Promise<AnswerOutcome> => {
    const refusal = await whyNotNow(portal, tx, member, row, seen)
    if (!row || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    await moveSubmission(tx, portal, row, { state: 'denied', who: 'staff', by: member.username, reason })
    if (isInHost(row)) await denyDocument(tx, decisionOf(portal, member, row))
    const event = 'document.denied'
    await tellOf(tx, portal, member, actor, { event, row, hostEvent: 'document-review', letter: event })
    return { ok: true }
  })
}

/** The host's row that goes with it. */
export function decisionOf(
  { clock }: Portal,
  { id: staffId }: StaffMember,
  { onsite_id: onsiteId, pid }: { onsite_id: number; pid: number },
) {
  return { onsiteId, pid, staffId, at: wallClock(clock.now()) }
}
