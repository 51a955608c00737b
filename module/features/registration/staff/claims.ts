/** Who of the staff is at a registration: claimed, handed over, taken over, given back. A claim lapses (setting claimMinutes). */
import { holderToBe, staysWith, type ClaimHow } from '../../../access/claiming.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import { holderOf, inHand, isOpen } from '../registrations.js'
import type { NotDecided } from './deed.js'

export type ClaimOutcome =
  | { ok: true }
  | NotDecided
  /** No such colleague at work, or not one who may process registrations. */
  | { ok: false; reason: 'no-such-colleague' }

export async function claimRegistration(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  id: number,
  how: ClaimHow,
): Promise<ClaimOutcome> {
  const next = await holderToBe(portal, member, how, 'registrations:process')
  if (!next) return { ok: false, reason: 'no-such-colleague' }
  return inHand(portal, id, async (tx, row): Promise<ClaimOutcome> => {
    if (!row) return { ok: false, reason: 'not-found' }
    if (!isOpen(row)) {
      const { decided_at: at, decided_by: by, state } = row
      return { ok: false, reason: 'over', state, by: by ?? undefined, at: at ?? undefined }
    }
    const holder = holderOf(portal, row)
    if (holder && staysWith(holder, member, how)) return { ok: false, reason: 'claimed', ...holder }
    const at = next.to === undefined ? null : utc(portal.clock.now())
    await tx.change(`UPDATE foyer_registrations SET claimed_by = :to, claimed_at = :at WHERE id = :id`, {
      ...{ id, at, to: next.to ?? null },
    })
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: events[how.kind], subject: `registration:${String(id)}` },
      details: { from: holder?.by ?? null, to: next.to ?? null },
    })
    return { ok: true }
  })
}

const events: Record<ClaimHow['kind'], string> = {
  claim: 'registration.claimed',
  take: 'registration.taken-over',
  release: 'registration.released',
  'hand-over': 'registration.handed-over',
}
