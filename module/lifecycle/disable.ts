import { markActive } from '../host/modules.js'
import { utc, wallClock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { readState } from '../platform/state.js'
import { refuse, type LifecycleContext, type Outcome } from './context.js'
import { carryOut, type Deed, type Plan } from './plan.js'

/**
 * Closes the portal: within five seconds no process answers on its pages. Patients are signed out; everything they
 * left stays. Refused: 'not-installed'.
 */
export function disable(context: LifecycleContext): Promise<Outcome> {
  return carryOut(context, async (): Promise<Plan> => {
    const state = await readState(context.db)
    if (!state) return refuse('not-installed', { key: 'life.notInstalled' })
    return { ok: true, deeds: state.enabled ? [close(context)] : [], already: { key: 'life.isClosed' } }
  })
}

export function close({ db, clock, actor }: LifecycleContext): Deed {
  return {
    says: { key: 'life.close' },
    does: () =>
      db.transaction(async (tx) => {
        const changed = await tx.change(`UPDATE foyer_state SET value = '0' WHERE name = 'enabled' AND value <> '0'`)
        if (changed === 0) return
        await tx.change(`DELETE FROM foyer_sessions WHERE audience = 'patient'`)
        await markActive(tx, false, wallClock(clock.now()))
        await writeDown(tx, { clock, actor })
      }),
  }
}

/** In the columns that every version had: a portal is closed before it is upgraded, too. */
async function writeDown(tx: Tx, { clock, actor }: Pick<LifecycleContext, 'clock' | 'actor'>): Promise<void> {
  const { kind, id, name, requestId = null } = actor
  await tx.insert(
    `INSERT INTO foyer_audit (at, actor_kind, actor_id, actor_name, event, subject, details, request_id)
     VALUES (:at, :kind, :id, :name, 'module.disabled', 'module:foyer', '{}', :requestId)`,
    { at: utc(clock.now()), kind, id, name, requestId },
  )
}
