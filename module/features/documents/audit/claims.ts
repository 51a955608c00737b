/** Who of the staff is at a submission: claimed, handed over, taken over, given back. A claim lapses (setting claimMinutes). */
import { holderToBe, staysWith, type ClaimHow } from '../../../access/claiming.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import { holderOf, inHand, isOpen } from '../submissions.js'
import { overOf, type NotDecided } from './deed.js'

export type ClaimOutcome =
  | { ok: true }
  | NotDecided
  /** No such colleague at work, or not one who may audit documents. */
  | { ok: false; reason: 'no-such-colleague' }

export async function claimSubmission(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  id: number,
  how: ClaimHow,
): Promise<ClaimOutcome> {
  const next = await holderToBe(portal, member, how, 'documents:audit')
  if (!next) return { ok: false, reason: 'no-such-colleague' }
  return inHand(portal, id, async (tx, row): Promise<ClaimOutcome> => {
    if (!row) return { ok: false, reason: 'not-found' }
    if (!isOpen(row)) return overOf(row)
    const holder = holderOf(portal, row)
    if (holder && staysWith(holder, member, how)) return { ok: false, reason: 'claimed', ...holder }
    const at = next.to === undefined ? null : utc(portal.clock.now())
    // What its holder had ticked to be filed is the next one's to decide, and stays ticked where it stays theirs.
    await tx.change(
      `UPDATE foyer_submissions
          SET filing_due_at = IF(claimed_by = :to, filing_due_at, NULL), claimed_by = :to, claimed_at = :at WHERE id = :id`,
      { id, at, to: next.to ?? null },
    )
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: events[how.kind], subject: `submission:${String(id)}`, pid: row.pid ?? undefined },
      details: { from: holder?.by ?? null, to: next.to ?? null },
    })
    return { ok: true }
  })
}

const events: Record<ClaimHow['kind'], string> = {
  claim: 'document.claimed',
  take: 'document.taken-over',
  release: 'document.released',
  'hand-over': 'document.handed-over',
}
