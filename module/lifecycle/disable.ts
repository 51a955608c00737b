import { markActive } from '../host/modules.js'
import { recordAudit } from '../platform/audit.js'
import { wallClock } from '../platform/clock.js'
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
    if (!state) return refuse('not-installed', 'Foyer is not installed here.')
    return { ok: true, deeds: state.enabled ? [close(context)] : [], already: 'The portal is off already.' }
  })
}

export function close({ db, clock, actor }: LifecycleContext): Deed {
  return {
    says: 'Switch the portal off and sign every patient out.',
    does: () =>
      db.transaction(async (tx) => {
        const changed = await tx.change(`UPDATE foyer_state SET value = '0' WHERE name = 'enabled' AND value <> '0'`)
        if (changed === 0) return
        await tx.change(`DELETE FROM foyer_sessions WHERE audience = 'patient'`)
        await markActive(tx, false, wallClock(clock.now()))
        await recordAudit(tx, clock, actor, { event: 'module.disabled', subject: 'module:foyer' })
      }),
  }
}
