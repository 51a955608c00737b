/** Whether everything is in place for a portal to work here, and what to do about what is not. Changes nothing. */
import { DateTime } from 'luxon'
import { detectHost, HostRefused } from '../host/detect.js'
import { readGlobals, type Globals } from '../host/globals.js'
import { registration } from '../host/modules.js'
import { countAuthorisedPatients, holdersOfPortalRight, providersBySchedule } from '../host/readiness.js'
import { practiceZone } from '../host/zone.js'
import { day, type Clock } from '../platform/clock.js'
import type { Config } from '../platform/config.js'
import type { Queryable } from '../platform/database.js'
import { unusableSettings, type Manifest } from '../platform/settings.js'
import { readState, type ModuleState } from '../platform/state.js'
import { readJournal } from './migrate.js'

export interface Finding {
  name: string
  /** `problem`: the portal does not work until it is mended. `warning`: it works, not for everyone or not well. */
  state: 'ok' | 'warning' | 'problem'
  found: string
  /** What to do; empty where nothing is to be done. */
  fix: string
}

export interface Examined {
  db: Queryable
  config: Config
  clock: Clock
  manifest: Manifest
  connectorPresent: boolean
}

/** Every check, in the order in which a practice would go through them. On a database that is no host: only that. */
export async function doctor(examined: Examined): Promise<Finding[]> {
  const { db, config, manifest } = examined
  const host = await hostVersion(db, manifest)
  if (host.state === 'problem') return [host]

  const globals = await readGlobals(db)
  const state = await readState(db)
  return [
    host,
    await steps(db, state, manifest),
    switchedOn(state),
    await hostsList(examined, state),
    settings(manifest, state),
    hostsPortal(globals),
    portalAddress(config, globals),
    await portalRight(db),
    await providers(examined),
    await credentials(db),
    zone(config, globals),
    await clocks(db),
    secret(config),
    baseUrl(config),
  ]
}

const ok = (name: string, found: string): Finding => ({ name, state: 'ok', found, fix: '' })
const warning = (name: string, found: string, fix: string): Finding => ({ name, state: 'warning', found, fix })
const problem = (name: string, found: string, fix: string): Finding => ({ name, state: 'problem', found, fix })

async function hostVersion(db: Queryable, manifest: Manifest): Promise<Finding> {
  const name = 'EMR'
  try {
    const site = await detectHost(db)
    return ok(name, `${manifest.host.name} ${site.version} (database ${site.database})`)
  } catch (error) {
    if (!(error instanceof HostRefused)) throw error
    return problem(name, error.found, `Point FOYER_DATABASE_URL at the database of ${error.needed}.`)
  }
}

async function steps(db: Queryable, state: ModuleState | undefined, manifest: Manifest): Promise<Finding> {
  const name = 'Foyer’s tables'
  const { pending, unknown } = await readJournal(db)
  if (!state) return problem(name, 'Foyer is not installed, or not to its end', 'Run foyer install.')
  if (unknown.length > 0)
    return problem(name, `Written by a newer Foyer than ${manifest.version}`, 'Use the newer Foyer.')
  if (pending.length > 0 || state.version !== manifest.version) {
    return problem(
      name,
      `Version ${state.version}, ${pending.length} steps behind ${manifest.version}`,
      'Run foyer upgrade.',
    )
  }
  return ok(name, `Version ${state.version}, every step done`)
}

function switchedOn(state: ModuleState | undefined): Finding {
  const name = 'Portal'
  return state?.enabled ? ok(name, 'Switched on') : problem(name, 'Switched off', 'Run foyer enable.')
}

async function hostsList({ db, connectorPresent }: Examined, state: ModuleState | undefined): Promise<Finding> {
  const name = 'The EMR’s list of modules'
  const listed = await registration(db)
  if (!listed)
    return state
      ? warning(name, 'Foyer is not in it', 'Run foyer install, which enters it again.')
      : ok(name, 'Foyer is not in it')
  if (!connectorPresent) {
    return listed.active
      ? warning(name, 'Foyer is active in it, but its files are not in the EMR', 'Run foyer disable and foyer enable.')
      : ok(name, 'Foyer is in it; its pages are not linked from the EMR’s menus')
  }
  if (listed.active === (state?.enabled ?? false))
    return ok(name, listed.active ? 'Foyer is active in it' : 'Foyer is in it, inactive')
  return warning(
    name,
    `Foyer is ${listed.active ? 'active' : 'inactive'} in it, and is not in truth`,
    'Run foyer disable and foyer enable.',
  )
}

function settings(manifest: Manifest, state: ModuleState | undefined): Finding {
  const name = 'Settings'
  const unusable = unusableSettings(manifest, state?.settings ?? new Map<string, string>())
  if (unusable.length === 0) return ok(name, `${state?.settings.size ?? 0} changed from their defaults`)
  const found = unusable.map((each) => `${each.name} is “${each.value}” (${each.needed})`).join('; ')
  return warning(name, `${found}; the default is used`, 'Set them again.')
}

function hostsPortal(globals: Globals): Finding {
  const name = 'Patient portal in the EMR'
  if (globals.get('portal_onsite_two_enable') === '1') return ok(name, 'Enabled (portal_onsite_two_enable)')
  return problem(
    name,
    'Not enabled: staff cannot authorise patients or make their credentials',
    'In the EMR, Administration → Globals → Portal, tick Enable Patient Portal.',
  )
}

function portalAddress(config: Config, globals: Globals): Finding {
  const name = 'Portal address in the EMR’s mails'
  const address = globals.get('portal_onsite_two_address') ?? ''
  const ours = config.baseUrl === undefined ? undefined : `${config.baseUrl}/portal`
  const fix = `In the EMR, Administration → Globals → Portal, set the site address to ${ours ?? 'the portal’s public address'}.`
  if (address === '' || address.includes('your_web_site')) return warning(name, 'Not set', fix)
  if (ours === undefined || address.replace(/\/$/, '') === ours) return ok(name, address)
  return warning(name, `${address}, which is not this portal`, fix)
}

async function portalRight(db: Queryable): Promise<Finding> {
  const name = 'Who may work in the portal'
  const { groups, users } = await holdersOfPortalRight(db)
  if (groups.length + users.length > 0) return ok(name, [...groups, ...users].join(', '))
  return problem(
    name,
    'Nobody holds the right patientportal/portal',
    'In the EMR, Administration → ACL, give Patient Portal to a group.',
  )
}

async function providers({ db, clock }: Examined): Promise<Finding> {
  const name = 'Providers’ schedules'
  const { scheduled, without } = await providersBySchedule(db, day(clock.now()))
  const fix =
    'In the EMR’s calendar, give each provider In Office events; until then patients are offered no time of theirs.'
  if (scheduled.length === 0) return problem(name, 'No provider has In Office events ahead', fix)
  if (without.length > 0) return warning(name, `With: ${scheduled.join(', ')}. Without: ${without.join(', ')}`, fix)
  return ok(name, `All have one: ${scheduled.join(', ')}`)
}

async function credentials(db: Queryable): Promise<Finding> {
  const name = 'Patients’ credentials'
  const { authorised, withoutCredential } = await countAuthorisedPatients(db)
  if (withoutCredential === 0) return ok(name, `${authorised} patients are authorised, each can sign in`)
  return warning(
    name,
    `${withoutCredential} of ${authorised} authorised patients have nothing to sign in with`,
    'In the EMR, open each patient and create the portal credentials.',
  )
}

function zone(config: Config, globals: Globals): Finding {
  const name = 'Time zone'
  const { name: zoneName, source } = practiceZone(config, globals)
  const fix = 'Set FOYER_TIME_ZONE, or in the EMR Administration → Globals → Locale → Time Zone.'
  const hosts = globals.get('gbl_time_zone') ?? ''
  if (source === 'environment' && hosts !== '' && hosts !== zoneName) {
    return warning(
      name,
      `${zoneName} by FOYER_TIME_ZONE, but the EMR writes its times in ${hosts}`,
      'Let both say the same.',
    )
  }
  if (source === 'environment') return ok(name, `${zoneName}, by FOYER_TIME_ZONE`)
  if (source === 'host') return ok(name, `${zoneName}, by the EMR`)
  const why =
    hosts === ''
      ? 'since neither FOYER_TIME_ZONE nor the EMR says'
      : `since the EMR’s “${hosts}” is no zone that is known here`
  return warning(name, `${zoneName}, this machine’s own, ${why}`, fix)
}

/** Seconds by which two clocks may differ before anyone is told, and before it matters. */
const NOTICEABLE = 5
const TOO_FAR = 60

/** The machine's own clock is asked, not the practice's: a rehearsed day is no fault. */
async function clocks(db: Queryable): Promise<Finding> {
  const name = 'Clock'
  const row = await db.first<{ utc: string }>(`SELECT UTC_TIMESTAMP(3) AS utc`)
  const seconds = Math.abs(DateTime.fromSQL(row?.utc ?? '', { zone: 'utc' }).diffNow('seconds').seconds)
  const found = `The database’s clock and this machine’s are ${seconds.toFixed(1)} seconds apart`
  const fix = 'Let both machines keep their time by NTP.'
  if (seconds < NOTICEABLE) return ok(name, found)
  return seconds < TOO_FAR ? warning(name, found, fix) : problem(name, found, fix)
}

function secret(config: Config): Finding {
  const name = 'Secret'
  if (config.secret !== undefined) return ok(name, 'FOYER_SECRET is set')
  return problem(name, 'FOYER_SECRET is not set', 'Set it to 32 random characters or more, the same in every process.')
}

function baseUrl(config: Config): Finding {
  const name = 'Public address'
  const fix = 'Set FOYER_BASE_URL to the https address that patients use.'
  if (config.baseUrl === undefined) return warning(name, 'FOYER_BASE_URL is not set', fix)
  const { protocol, hostname } = new URL(config.baseUrl)
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return protocol === 'https:' || local
    ? ok(name, config.baseUrl)
    : warning(name, `${config.baseUrl} is not https`, fix)
}
