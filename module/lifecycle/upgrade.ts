import { detectHost } from '../host/detect.js'
import { recordAudit } from '../platform/audit.js'
import { readState } from '../platform/state.js'
import { refuse, type LifecycleContext, type Outcome } from './context.js'
import { register } from './install.js'
import { readJournal, stepsUp } from './migrate.js'
import { perform, type Deed, type Plan } from './plan.js'
import { whyTooOld } from './version.js'

/**
 * Brings what is installed to this version: the steps that came since, then the version's number. On or off stays as
 * it was. Refused: 'not-a-host', 'not-installed', 'newer-installed', 'host-busy'.
 */
export function upgrade(context: LifecycleContext): Promise<Outcome> {
  return perform(context, async (connection): Promise<Plan> => {
    const { db, manifest } = context
    await detectHost(db)
    const [journal, state] = [await readJournal(db), await readState(db)]

    const tooOld = whyTooOld(manifest.version, state?.version, journal)
    if (tooOld) return tooOld
    if (!state) return refuse('not-installed', { key: 'life.notInstalledWhole' })
    return {
      ok: true,
      deeds: [
        ...stepsUp({ connection, ...context }, journal),
        ...(await register(context)),
        ...note(context, state.version),
      ],
      already: { key: 'life.isUpgraded', params: { version: manifest.version } },
    }
  })
}

function note({ db, clock, actor, manifest: { version } }: LifecycleContext, before: string): Deed[] {
  if (before === version) return []
  return [
    {
      says: { key: 'life.upgraded', params: { before, version } },
      does: () =>
        db.transaction(async (tx) => {
          await tx.change(`UPDATE foyer_state SET value = :version WHERE name = 'version'`, { version })
          await recordAudit(tx, clock, actor, {
            event: 'module.upgraded',
            subject: 'module:foyer',
            details: { before, version },
          })
        }),
    },
  ]
}
