/** Foyer itself: its tables, whether it is on, what it was told. */
import type { Globals } from '../../host/globals.js'
import type { Config } from '../../platform/config.js'
import { isMailbox } from '../../platform/emailAddress.js'
import { settingsFrom, unusableSettings, type Manifest } from '../../platform/settings.js'
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

/** Codes, links and news go out by it; whose name they bear: the practice's sender, else the EMR's. */
export function foyersMail(
  { baseUrl, smtpUrl }: Config,
  manifest: Manifest,
  globals: Globals,
  state: ModuleState | undefined,
): Finding {
  if (smtpUrl === undefined) {
    return warning('foyersMail', said('doctor.foyersMail.none'), said('doctor.foyersMail.none.fix'))
  }
  const { host } = new URL(smtpUrl)
  const { mailSender } = settingsFrom(manifest, state?.settings ?? new Map())
  const fix = said('doctor.foyersMail.sender.fix')
  if (mailSender !== '' && !isMailbox(mailSender)) {
    return warning('foyersMail', said('doctor.foyersMail.badSender', { host, sender: mailSender }), fix)
  }
  const sender = [mailSender, globals.get('patient_reminder_sender_email') ?? ''].find(isMailbox)
  if (sender !== undefined) return ok('foyersMail', 'doctor.foyersMail.set', { host, sender })
  const ours = `no-reply@${baseUrl === undefined ? '…' : new URL(baseUrl).hostname}`
  return warning('foyersMail', said('doctor.foyersMail.noSender', { host, sender: ours }), fix)
}

/** A choice: without it, whoever has no address gets their letters on paper. */
export function foyersSms({ smsUrl }: Config): Finding {
  if (smsUrl === undefined) return ok('foyersSms', 'doctor.foyersSms.none')
  return ok('foyersSms', 'doctor.foyersSms.set', { host: new URL(smsUrl).host })
}
