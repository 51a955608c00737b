/** Foyer itself: its tables, whether it is on, what it was told. */
import type { Config } from '../../platform/config.js'
import { unusableSettings, type Manifest } from '../../platform/settings.js'
import type { ModuleState } from '../../platform/state.js'
import { readJournal } from '../migrate.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'

const { ok, warning, problem } = findingsOf('foyer')

export async function steps({ db, manifest }: Examined, state: ModuleState | undefined): Promise<Finding> {
  const { pending, unknown } = await readJournal(db)
  const own = manifest.version
  if (!state) return problem('steps', said('doctor.steps.none'), said('doctor.steps.none.fix'))
  if (unknown.length > 0) return problem('steps', said('doctor.steps.newer', { own }), said('doctor.steps.newer.fix'))
  const { version } = state
  if (pending.length > 0 || version !== own) {
    const behind = said('doctor.steps.behind', { version, count: pending.length, own })
    return problem('steps', behind, said('doctor.steps.behind.fix'))
  }
  return ok('steps', 'doctor.steps.done', { version })
}

export function switchedOn(state: ModuleState | undefined): Finding {
  if (state?.enabled) return ok('portal', 'doctor.portal.on')
  return problem('portal', said('doctor.portal.off'), said('doctor.portal.fix'))
}

export function settings(manifest: Manifest, state: ModuleState | undefined): Finding {
  const unusable = unusableSettings(manifest, state?.settings ?? new Map<string, string>())
  if (unusable.length === 0) return ok('settings', 'doctor.settings.fine', { count: state?.settings.size ?? 0 })
  const list = unusable.map(({ name, value, needed }) => said('doctor.settings.one', { name, value, needed }))
  return warning('settings', said('doctor.settings.unusable', { list }), said('doctor.settings.fix'))
}

export function secret(config: Config): Finding {
  if (config.secret !== undefined) return ok('secret', 'doctor.secret.set')
  return problem('secret', said('doctor.secret.none'), said('doctor.secret.fix'))
}

export function foyersMail({ smtpUrl }: Config): Finding {
  if (smtpUrl === undefined) return ok('foyersMail', 'doctor.foyersMail.none')
  return ok('foyersMail', 'doctor.foyersMail.set', { host: new URL(smtpUrl).host })
}
