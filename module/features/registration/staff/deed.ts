/** What is the same of every decision of staff: who may take it now, how it ends, and how it is written down. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { writeHostLog } from '../../../host/log.js'
import { completeNote } from '../../../host/noteTypes.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { holderOf, isOpen, type Registration, type RegistrationState } from '../registrations.js'

/** Whoever was faster, or is at it, is named. */
export type NotDecided =
  | { ok: false; reason: 'not-found' }
  /** Somebody has decided, or it was taken back. */
  | { ok: false; reason: 'over'; state: RegistrationState; by: string | undefined; at: Utc | undefined }
  /** Somebody else is at it. */
  | { ok: false; reason: 'claimed'; by: string; since: Utc }
  /** It says something else than when the page was opened: an answer came. */
  | { ok: false; reason: 'changed' }

export interface Deciding {
  id: number
  /** As the page showed it; undefined: whatever it is. */
  seen: number | undefined
}

/** Why this member can't decide on it now; undefined: they can. */
export function whyNotNow(
  portal: Portal,
  member: StaffMember,
  row: Registration | undefined,
  seen: number | undefined,
): NotDecided | undefined {
  if (!row) return { ok: false, reason: 'not-found' }
  if (!isOpen(row)) {
    const { decided_at: at, decided_by: by, state } = row
    return { ok: false, reason: 'over', state, by: by ?? undefined, at: at ?? undefined }
  }
  const holder = holderOf(portal, row)
  if (holder && holder.by !== member.username) return { ok: false, reason: 'claimed', ...holder }
  return seen !== undefined && seen !== row.version ? { ok: false, reason: 'changed' } : undefined
}

/** Ends it, and completes its note in the host's messages with it. */
export async function settle(
  tx: Tx,
  { clock }: Portal,
  member: StaffMember,
  row: Registration,
  to: { state: 'linked' | 'refused'; pid: number | undefined; reason: string },
): Promise<void> {
  await tx.change(
    `UPDATE foyer_registrations
        SET state = :state, pid = :pid, decided_by = :by, decided_at = :now, decision_reason = NULLIF(:reason, ''),
            claimed_by = NULL, claimed_at = NULL, open_key = NULL, version = version + 1
      WHERE id = :id`,
    { ...to, pid: to.pid ?? null, by: member.username, now: utc(clock.now()), id: row.id },
  )
  if (row.note_id === null) return
  await completeNote(tx, row.note_id, { userId: member.id, pid: to.pid }, wallClock(clock.now()))
}

export interface StaffDeed {
  event: string
  row: Registration
  pid?: number | undefined
  /** Keys and numbers: never what a person typed. */
  details?: Record<string, string | number | boolean | null>
}

/** The trail, the event, and the host's log. */
export async function tellOf(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { details = {}, event, pid, row }: StaffDeed,
): Promise<void> {
  const subject = `registration:${String(row.id)}`
  await recordAudit(tx, portal.clock, actor, { event, subject, pid, details })
  await publish(tx, portal.clock, {
    event,
    payload: { registration: row.id, account: row.account_id, pid: pid ?? null },
    key: subject,
  })
  await writeHostLog(tx, {
    at: wallClock(portal.clock.now()),
    event: 'patient-registration',
    user: member.username,
    comment: `Foyer: ${event}, ${row.receipt}`,
    pid,
    success: true,
    from: 'portal-dashboard',
  })
}
