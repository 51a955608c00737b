import { detectHost } from '../host/detect.js'
import { markActive } from '../host/modules.js'
import { recordAudit } from '../platform/audit.js'
import { wallClock } from '../platform/clock.js'
import { readState } from '../platform/state.js'
import { refuse, type LifecycleContext, type Outcome } from './context.js'
import { readJournal } from './migrate.js'
import { carryOut, type Deed, type Plan } from './plan.js'
import { whyTooOld } from './version.js'

/**
 * Opens the portal: every process that serves it answers within five seconds. Refused: 'not-a-host',
 * 'not-installed', 'not-upgraded', 'newer-installed'.
 */
export function enable(context: LifecycleContext): Promise<Outcome> {
  return carryOut(context, async (): Promise<Plan> => {
    const { db, clock, manifest, actor, connectorPresent } = context
    await detectHost(db)
    const [journal, state] = [await readJournal(db), await readState(db)]

    if (!state) return refuse('not-installed', { key: 'life.notInstalledFirst' })
    const tooOld = whyTooOld(manifest.version, state.version, journal)
    if (tooOld) return tooOld
    if (state.version !== manifest.version || journal.pending.length > 0) {
      const params = { version: state.version, own: manifest.version }
      return refuse('not-upgraded', { key: 'life.notUpgraded', params })
    }
    const open: Deed = {
      says: { key: 'life.open' },
      does: () =>
        db.transaction(async (tx) => {
          const changed = await tx.change(`UPDATE foyer_state SET value = '1' WHERE name = 'enabled' AND value <> '1'`)
          if (changed === 0) return
          if (connectorPresent) await markActive(tx, true, wallClock(clock.now()))
          await recordAudit(tx, clock, actor, { event: 'module.enabled', subject: 'module:foyer' })
        }),
    }
    return { ok: true, deeds: state.enabled ? [] : [open], already: { key: 'life.isOpen' } }
  })
}
