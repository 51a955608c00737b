import { markActive } from '../host/modules.js'
import { utc, wallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { readState, type ModuleState } from '../platform/state.js'
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
        await noteClosed(tx)
      }),
  }
}

/** Last of all, and by the database's own clock: two commands may run on two machines, and the host's rows may be waited for. */
async function noteClosed(tx: Tx): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_state (name, value) VALUES ('closedAt', UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE value = VALUES(value)`,
  )
}

/** Seconds within which every process hears that the portal is off. Until then what people do is still written down. */
export const UNTIL_CLOSED = 5

/** Whether some process may still answer on the portal's pages. A closing of which no time is kept may be a moment ago. */
export async function mayBeOpen(db: Queryable, state: ModuleState | undefined): Promise<boolean> {
  if (!state || state.enabled) return state?.enabled ?? false
  const row = await db.first<{ seconds: number | null; opened: number }>(
    `SELECT (SELECT TIMESTAMPDIFF(SECOND, CAST(value AS DATETIME(3)), UTC_TIMESTAMP(3))
               FROM foyer_state WHERE name = 'closedAt') AS seconds,
            EXISTS (SELECT 1 FROM foyer_audit WHERE event = 'module.enabled') AS opened`,
  )
  if (row?.seconds == null) return row?.opened === 1
  return row.seconds < UNTIL_CLOSED
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
