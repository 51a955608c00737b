import { detectHost } from '../host/detect.js'
import { registration, registerModule } from '../host/modules.js'
import { recordAudit } from '../platform/audit.js'
import { wallClock } from '../platform/clock.js'
import { readState } from '../platform/state.js'
import { refuse, type LifecycleContext, type Outcome } from './context.js'
import { removeOwn, wasLeaving } from './dataFolder.js'
import { readJournal, stepsUp } from './migrate.js'
import { perform, type Deed, type Plan } from './plan.js'
import { compareVersions, whyTooOld } from './version.js'

/**
 * Brings Foyer into a host: its tables, its indexes, its line in the host's list of modules; switched off. Run again
 * it does what is missing, be it all or nothing. Refused: 'not-a-host', 'older-installed', 'newer-installed', 'host-busy'.
 */
export function install(context: LifecycleContext): Promise<Outcome> {
  return perform(context, async (connection): Promise<Plan> => {
    const { db, manifest } = context
    const site = await detectHost(db)
    const [journal, state] = [await readJournal(db), await readState(db)]

    const tooOld = whyTooOld(manifest.version, state?.version, journal)
    if (tooOld) return tooOld
    if (state && compareVersions(state.version, manifest.version) < 0) {
      const params = { version: state.version, own: manifest.version }
      return refuse('older-installed', { key: 'life.olderInstalled', params })
    }
    return {
      ok: true,
      deeds: [
        ...(journal.done.size === 0 && wasLeaving(context) ? await removeOwn(context) : []),
        ...stepsUp({ connection, ...context }, journal),
        ...(await register(context)),
        ...(state ? [] : [begin(context)]),
      ],
      already: { key: 'life.isInstalled', params: { version: manifest.version, host: site.version } },
    }
  })
}

/** Foyer's line in the host's list, unless it is there and says this version. */
export async function register({ db, clock, manifest: { version } }: LifecycleContext): Promise<Deed[]> {
  if ((await registration(db))?.version === version) return []
  return [
    {
      says: { key: 'life.enter', params: { version } },
      does: () => db.transaction((tx) => registerModule(tx, { version, now: wallClock(clock.now()) })),
    },
  ]
}

/** Written last: from here on it is installed. */
function begin({ db, clock, actor, manifest: { version } }: LifecycleContext): Deed {
  return {
    says: { key: 'life.begin', params: { version } },
    does: () =>
      db.transaction(async (tx) => {
        await tx.change(
          `INSERT INTO foyer_state (name, value) VALUES ('enabled', '0'), ('policyVersion', '1'), ('version', :version)`,
          { version },
        )
        await recordAudit(tx, clock, actor, {
          event: 'module.installed',
          subject: 'module:foyer',
          details: { version },
        })
      }),
  }
}
