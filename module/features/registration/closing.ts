/**
 * *Completed* in the host's own messages closes the registration with its note; nobody decided it here, so it may be
 * reopened. The host tells nobody, so what it completed is looked for every minute.
 */
import { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import type { Job } from '../../feature.js'
import { reopenNote, whoCompleted } from '../../host/noteTypes.js'
import { openWithCompletedNote } from '../../host/reads/registrations.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc, wallClock, type Utc, type WallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { claimOf, inHand, isOpen, openKeyOf, type Registration } from './registrations.js'
import { tellOf, type NotDecided } from './staff/deed.js'
import { accountOf, writeToHolder } from './staff/linking.js'

/** So many are closed in one run: the rest has its turn a minute later. */
const AT_ONCE = 200

const theHost: Actor = { kind: 'system', id: 'EMR', name: 'EMR', requestId: undefined }

export const followNotes: Job = {
  name: 'follow-registrations',
  everySeconds: 60,
  // One that cannot be closed, and fails so every minute, keeps none of the others from it.
  run: async (portal) => {
    const ids = await openWithCompletedNote(portal.db, AT_ONCE)
    const failed: unknown[] = []
    for (const id of ids) await closeWithNote(portal, id).catch((error: unknown) => failed.push(error))
    if (failed.length > 0) throw failed[0]
  },
}

function closeWithNote(portal: Portal, id: number): Promise<void> {
  return inHand(portal, id, async (tx, row) => {
    if (!row || !isOpen(row) || row.note_id === null) return
    // Reopened meanwhile, it stays open.
    const completed = await whoCompleted(tx, row.note_id)
    if (completed) await close(tx, portal, row, { by: completed.by, at: instantOf(portal, completed.at) })
  })
}

async function close(tx: Tx, portal: Portal, row: Registration, { at, by }: { by: string; at: Utc }): Promise<void> {
  await tx.change(
    `UPDATE foyer_registrations
        SET state = 'closed', open_key = NULL, decided_by = NULLIF(:by, ''), decided_at = :at, decision_reason = NULL,
            claimed_by = NULL, claimed_at = NULL, version = version + 1
      WHERE id = :id`,
    { id: row.id, by, at },
  )
  const subject = `registration:${String(row.id)}`
  await recordAudit(tx, portal.clock, theHost, {
    ...{ event: 'registration.closed', subject },
    details: { by: by === '' ? null : by, from: row.state },
  })
  const payload = { registration: row.id, account: row.account_id, pid: null }
  await publish(tx, portal.clock, { event: 'registration.closed', payload, key: subject })
  const holder = await accountOf(tx, row.account_id)
  if (holder) await writeToHolder(tx, portal, theHost, holder, { kind: 'registration.closed', row })
}

/** The note's own time, which is the practice's wall clock; now, where it has none or one to come. */
function instantOf({ clock }: Portal, at: WallClock | null): Utc {
  const now = utc(clock.now())
  const there = at === null ? undefined : DateTime.fromSQL(at, { zone: clock.zone })
  if (!there?.isValid) return now
  const then = utc(there)
  return then < now ? then : now
}

export type ReopenOutcome =
  | { ok: true }
  | NotDecided
  /** The same account has asked for the same person anew. */
  | { ok: false; reason: 'waits-already' }

/** One that was closed with its note waits again, and so does the note. One that waits stays as it is. */
export function reopenRegistration(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  id: number,
): Promise<ReopenOutcome> {
  return inHand(portal, id, async (tx, row): Promise<ReopenOutcome> => {
    if (!row) return { ok: false, reason: 'not-found' }
    if (isOpen(row)) return { ok: true }
    if (row.state !== 'closed') {
      const { decided_at: at, decided_by: by, state } = row
      return { ok: false, reason: 'over', state, by: by ?? undefined, at: at ?? undefined }
    }
    const openKey = openKeyOf(row.account_id, claimOf(row))
    const other = await tx.first(`SELECT id FROM foyer_registrations WHERE open_key = :openKey`, { openKey })
    if (other) return { ok: false, reason: 'waits-already' }
    await tx.change(
      `UPDATE foyer_registrations
          SET state = 'waiting', open_key = :openKey, decided_by = NULL, decided_at = NULL, version = version + 1
        WHERE id = :id`,
      { id, openKey },
    )
    if (row.note_id !== null) await reopenNote(tx, row.note_id, wallClock(portal.clock.now()))
    await tellOf(tx, portal, member, actor, { event: 'registration.reopened', row })
    return { ok: true }
  })
}
