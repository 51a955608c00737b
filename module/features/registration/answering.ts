/** The sender's verbs after the first word: an answer to the practice's question, or taking it back. */
import type { Portal } from '../../access/portal.js'
import { completeNote } from '../../host/noteTypes.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc, wallClock } from '../../platform/clock.js'
import { publish } from '../../platform/outbox.js'
import { inHand, isOpen } from './registrations.js'

export type OwnOutcome = { ok: true } | { ok: false; reason: 'over' }

/** The question is answered; it waits for staff again. 'over': none is open any more. */
export async function answerQuestion(portal: Portal, actor: Actor, id: number, answer: string): Promise<OwnOutcome> {
  const { clock } = portal
  return inHand(portal, id, async (tx, row): Promise<OwnOutcome> => {
    if (row?.state !== 'asked') return { ok: false, reason: 'over' }
    await tx.change(
      `UPDATE foyer_registrations SET state = 'waiting', answer = :answer, answered_at = :now, version = version + 1
        WHERE id = :id`,
      { id, answer, now: utc(clock.now()) },
    )
    const subject = `registration:${String(id)}`
    await recordAudit(tx, clock, actor, { event: 'registration.answered', subject })
    await publish(tx, clock, { event: 'registration.answered', payload: { registration: id }, key: subject })
    return { ok: true }
  })
}

/** Taken back by who sent it, as long as nobody has decided. */
export async function withdraw(portal: Portal, actor: Actor, id: number): Promise<OwnOutcome> {
  const { clock } = portal
  return inHand(portal, id, async (tx, row): Promise<OwnOutcome> => {
    if (!row || !isOpen(row)) return { ok: false, reason: 'over' }
    await tx.change(
      `UPDATE foyer_registrations
          SET state = 'withdrawn', open_key = NULL, decided_at = :now, claimed_by = NULL, claimed_at = NULL, version = version + 1
        WHERE id = :id`,
      { id, now: utc(clock.now()) },
    )
    if (row.note_id !== null) await completeNote(tx, row.note_id, { userId: 0, pid: undefined }, wallClock(clock.now()))
    const subject = `registration:${String(id)}`
    await recordAudit(tx, clock, actor, { event: 'registration.withdrawn', subject })
    await publish(tx, clock, { event: 'registration.withdrawn', payload: { registration: id }, key: subject })
    return { ok: true }
  })
}
