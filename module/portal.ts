/** The one list of features; composes everything that runs. */
import type { Express } from 'express'
import { access } from './features/access/index.js'
import { accounts } from './features/accounts/index.js'
import { appointments } from './features/appointments/index.js'
import { auditTrail } from './features/auditTrail/index.js'
import { dashboard } from './features/dashboard/index.js'
import { home } from './features/home/index.js'
import { operations } from './features/operations/index.js'
import { settings as settingsWing } from './features/settings/index.js'
import type { Feature } from './feature.js'
import { loadPolicy, type Policy } from './access/policy.js'
import type { Portal } from './access/portal.js'
import { sweep } from './access/sweep.js'
import { detectHost } from './host/detect.js'
import { practiceFacility } from './host/facility.js'
import { readGlobals } from './host/globals.js'
import { practiceZone } from './host/zone.js'
import { readJournal } from './lifecycle/migrate.js'
import { CannotStart } from './platform/cannotStart.js'
import { systemClock, type Clock } from './platform/clock.js'
import type { Config } from './platform/config.js'
import { connectDatabase, type Database } from './platform/database.js'
import { speakAll } from './platform/i18n.js'
import type { Log } from './platform/log.js'
import { loadManifest, settingsFrom } from './platform/settings.js'
import { watchState } from './platform/state.js'
import { createApp } from './web/app.js'
import type { Readiness } from './web/health.js'
import type { Route } from './web/routes.js'
import { addressOf } from './web/routes.js'
import type { Site } from './web/site.js'
import { words as webWords } from './web/words.js'

const wings: readonly Feature[] = [accounts, appointments, access, settingsWing, auditTrail, operations]

/** Every feature. The two halls show what the wings contribute. */
export const features: readonly Feature[] = [home(wings), dashboard(wings), ...wings]

export interface PortalOptions {
  config: Config
  /** mysql://… of a site on which Foyer is installed. */
  databaseUrl: string
  secret: string
  log: Log
  /** Another clock than the system's, for tests. */
  clock?: Clock
  /** The host's own pages, where Foyer brings them (the demo's EMR shell). */
  shell?: (wings: readonly Feature[]) => Feature
}

export interface RunningPortal {
  portal: Portal
  app: Express
  routes: readonly Route[]
  /** Reads state, globals and rules again now, instead of within seconds. */
  refresh: () => Promise<void>
  close: () => Promise<void>
}

/** Connects to the host's database and makes the web application. Listens nowhere yet. */
export async function openPortal(options: PortalOptions): Promise<RunningPortal> {
  const db = await connectInZone(options)
  try {
    const site = await gather(options, db)
    refuseGaps(site.site)
    return site.running(createApp(site.site, site.readiness))
  } catch (error) {
    await db.close()
    throw error
  }
}

/** The zone stands in the host's globals, so it is asked over a first connection. */
async function connectInZone(options: PortalOptions): Promise<Database> {
  const first = connectDatabase({ url: options.databaseUrl, zone: 'UTC', pool: 1 })
  try {
    const zone = practiceZone(options.config, await readGlobals(first))
    return connectDatabase({ url: options.databaseUrl, zone: options.clock?.zone ?? zone.name })
  } finally {
    await first.close()
  }
}

interface Gathered {
  site: Site
  readiness: Readiness
  running: (app: Express) => RunningPortal
}

const STATE_EVERY_MS = 2000
const HOST_EVERY_MS = 10_000
const SWEEP_EVERY_MS = 10 * 60 * 1000

async function gather(options: PortalOptions, db: Database): Promise<Gathered> {
  const host = await detectHost(db)
  const manifest = loadManifest()
  let globals = await readGlobals(db)
  let facility = await practiceFacility(db)
  const state = await watchState(db, STATE_EVERY_MS)
  const journal = await readJournal(db)
  if (!state.current() || journal.pending.length > 0) {
    state.stop()
    throw new CannotStart(
      state.current()
        ? 'This database is of an older Foyer. Run `foyer upgrade`.'
        : 'Foyer is not installed in this database. Run `foyer install`, then `foyer enable`.',
    )
  }
  let policy = await loadPolicy(db, versionOf(state.current()))
  let settings = settingsFrom(manifest, state.current()?.settings ?? new Map())

  state.onChange((next) => {
    settings = settingsFrom(manifest, next?.settings ?? new Map())
    void renewPolicy().catch((error: unknown) => {
      options.log.error({ err: error }, 'permission rules could not be read; the last ones stand')
    })
  })
  const hostTimer = setInterval(() => {
    void renewHost().catch((error: unknown) => {
      options.log.warn({ err: error }, 'host settings could not be read; the last ones stand')
    })
  }, HOST_EVERY_MS)
  hostTimer.unref()

  const sweepTimer = setInterval(() => {
    const { patientIdle, staffIdle, sessionLimit: limit } = settings
    const lives = [patientIdle, staffIdle].map((idle) => ({ idle, limit }))
    void sweep(db, portal.clock, lives).catch((error: unknown) => {
      options.log.warn({ err: error }, 'ended sessions could not be swept away')
    })
  }, SWEEP_EVERY_MS)
  sweepTimer.unref()

  async function renewPolicy(): Promise<void> {
    const version = versionOf(state.current())
    if (version !== policy.version) policy = await loadPolicy(db, version)
  }
  async function renewHost(): Promise<void> {
    globals = await readGlobals(db)
    facility = await practiceFacility(db)
  }

  const portal: Portal = {
    config: options.config,
    secret: options.secret,
    db,
    clock: options.clock ?? systemClock(practiceZone(options.config, globals).name),
    log: options.log,
    site: host,
    globals: () => globals,
    settings: () => settings,
    policy: (): Policy => policy,
    enabled: () => state.current()?.enabled ?? false,
    practice: () => ({
      name: settings.practiceName || facility.name || 'Foyer',
      phone: settings.practicePhone || facility.phone,
    }),
  }
  const all = options.shell ? [...features, options.shell(wings)] : features
  return {
    site: siteOf(portal, all),
    readiness: async () => [
      { part: 'database', ok: await answers(db) },
      { part: 'migrations', ok: state.current()?.version === manifest.version },
      { part: 'enabled', ok: portal.enabled() },
    ],
    running: (app) => ({
      portal,
      app,
      routes: all.flatMap((feature) => feature.routes),
      refresh: async () => {
        await state.refresh()
        await renewPolicy()
        await renewHost()
      },
      close: async () => {
        state.stop()
        clearInterval(hostTimer)
        clearInterval(sweepTimer)
        await db.close()
      },
    }),
  }
}

function versionOf(state: { policyVersion: number } | undefined): string {
  return String(state?.policyVersion ?? 0)
}

async function answers(db: Database): Promise<boolean> {
  return db.first('SELECT 1 AS one').then(
    () => true,
    () => false,
  )
}

function siteOf(portal: Portal, all: readonly Feature[]): Site {
  return {
    portal,
    speech: speakAll([webWords, ...all.map((feature) => feature.words)]),
    routes: all.flatMap((feature) => feature.routes),
    patientNav: all.flatMap((feature) => feature.patientNav ?? []),
    staffNav: all.flatMap((feature) => feature.staffNav ?? []),
    emrNav: all.flatMap((feature) => feature.emrNav ?? []),
  }
}

/** Two routes at one address, or a permission that no rule names, stop the start: a gap in access is found here. */
function refuseGaps(site: Site): void {
  const seen = new Set<string>()
  for (const route of site.routes) {
    const address = `${route.method} ${addressOf(route)}`
    if (seen.has(address)) throw new Error(`Two routes at ${address}`)
    seen.add(address)
    if (!site.portal.policy().permissions.has(route.permission)) {
      throw new Error(`${address} asks for ${route.permission}, which no rule names`)
    }
  }
}
