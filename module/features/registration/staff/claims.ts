/** Who of the staff is at a registration: claimed, handed over, taken over, given back. A claim lapses (setting claimMinutes). */
import type { Portal } from '../../../access/portal.js'
import { staffMay, staffMember, type StaffMember } from '../../../access/staff.js'
import { colleagues } from '../../../host/reads/staffAppointments.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import { holderOf, inHand, isOpen } from '../registrations.js'
import type { NotDecided } from './deed.js'

export type ClaimHow =
  | { kind: 'claim' }
  /** From whoever has it. */
  | { kind: 'take' }
  | { kind: 'release' }
  /** To a colleague's username. */
  | { kind: 'hand-over'; to: string }

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
  const next = await holderToBe(portal, member, how)
  if (!next) return { ok: false, reason: 'no-such-colleague' }
  return inHand(portal, id, async (tx, row): Promise<ClaimOutcome> => {
    if (!row) return { ok: false, reason: 'not-found' }
    if (!isOpen(row)) {
      const { decided_at: at, decided_by: by, state } = row
      return { ok: false, reason: 'over', state, by: by ?? undefined, at: at ?? undefined }
    }
    const holder = holderOf(portal, row)
    if (holder && holder.by !== member.username && how.kind !== 'take') {
      return { ok: false, reason: 'claimed', ...holder }
    }
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

/** Whose it will be; undefined: handed to nobody who could take it. */
async function holderToBe(
  portal: Portal,
  member: StaffMember,
  how: ClaimHow,
): Promise<{ to: string | undefined } | undefined> {
  if (how.kind === 'release') return { to: undefined }
  if (how.kind !== 'hand-over') return { to: member.username }
  const colleague = (await colleagues(portal.db)).find((each) => each.username === how.to)
  const other = colleague && (await staffMember(portal.db, colleague.id))
  return other && staffMay(portal.policy(), other, 'registrations:process') ? { to: other.username } : undefined
}
