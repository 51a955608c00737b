/** Who of the staff is at a proposal: claimed, handed over, taken over, given back. A claim lapses (setting claimMinutes). */
import { holderToBe, staysWith, type ClaimHow } from '../../../access/claiming.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import { holderOf } from '../changes.js'
import { inHand, rowOf, type NotDecided, type Which } from './deed.js'

export type ClaimOutcome =
  | { ok: true }
  | NotDecided
  /** No such colleague at work, or not one who may process profile changes. */
  | { ok: false; reason: 'no-such-colleague' }

export async function claimChange(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  which: Which,
  how: ClaimHow,
): Promise<ClaimOutcome> {
  const next = await holderToBe(portal, member, how, 'profile-changes:process')
  if (!next) return { ok: false, reason: 'no-such-colleague' }
  return inHand(portal, which, undefined, async (tx, change): Promise<ClaimOutcome> => {
    if (!change) return { ok: false, reason: 'not-found' }
    const { decidedAt, decidedBy, pid, state } = change
    if (state !== 'waiting') return { ok: false, reason: 'over', state, by: decidedBy, at: decidedAt }
    const holder = holderOf(portal, change)
    if (holder && staysWith(holder, member, how)) return { ok: false, reason: 'claimed', ...holder }
    const { id } = await rowOf(tx, portal, change)
    const at = next.to === undefined ? null : utc(portal.clock.now())
    await tx.change(
      `UPDATE foyer_profile_changes SET claimed_by = :to, claimed_at = :at WHERE id = :id AND pid = :pid`,
      {
        ...{ id, pid, at, to: next.to ?? null },
      },
    )
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: events[how.kind], subject: `profile-change:${String(id)}`, pid },
      details: { from: holder?.by ?? null, to: next.to ?? null },
    })
    return { ok: true }
  })
}

const events: Record<ClaimHow['kind'], string> = {
  claim: 'profile.claimed',
  take: 'profile.taken-over',
  release: 'profile.released',
  'hand-over': 'profile.handed-over',
}
