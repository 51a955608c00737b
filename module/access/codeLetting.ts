/** Staff's word on a code that waits: it is for somebody else than those who lost the access to its chart. */
import { recordAudit, type Actor } from '../platform/audit.js'
import { publish } from '../platform/outbox.js'
import { chartTurn, takeTurn } from '../platform/turns.js'
import { keepLooked } from './codeBars.js'
import { findCode } from './codes.js'
import type { Portal } from './portal.js'

export type LetThrough =
  | { ok: true }
  /** over: used, revoked or expired. given-back: nobody's access is revoked any more that was ticked. */
  | { ok: false; reason: 'not-found' | 'over' | 'given-back' }

/** Who comes with it is not taken for them by name or address any more. Their own accounts stay out. */
export async function letThrough(
  portal: Portal,
  actor: Actor,
  { id, keys, pid }: { pid: number; id: number; keys: readonly string[] },
): Promise<LetThrough> {
  return portal.db.transaction(async (tx): Promise<LetThrough> => {
    await takeTurn(tx, [chartTurn(pid)])
    const code = await findCode(tx, portal, { pid, id })
    if (!code) return { ok: false, reason: 'not-found' }
    if (code.standing !== 'pending') return { ok: false, reason: 'over' }
    const despite = await keepLooked(tx, portal, { code: id, pid }, keys, actor.name)
    if (despite.length === 0) return { ok: false, reason: 'given-back' }
    const subject = `code:${String(id)}`
    await recordAudit(tx, portal.clock, actor, {
      event: 'code.let-through',
      subject,
      pid,
      details: { despite: despite.join(' ') },
    })
    await publish(tx, portal.clock, { event: 'code.let-through', payload: { code: id, pid }, key: subject })
    return { ok: true }
  })
}
