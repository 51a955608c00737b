/** The one list of features; composes everything that runs. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Express } from 'express'
import { access } from './features/access/index.js'
import { accounts } from './features/accounts/index.js'
import { appointments } from './features/appointments/index.js'
import { auditTrail } from './features/auditTrail/index.js'
import { dashboard } from './features/dashboard/index.js'
import { documents } from './features/documents/index.js'
import { forms } from './features/forms/index.js'
import { home } from './features/home/index.js'
import { notifications } from './features/notifications/index.js'
import { operations } from './features/operations/index.js'
import { profile } from './features/profile/index.js'
import { registration } from './features/registration/index.js'
import { settings as settingsWing } from './features/settings/index.js'
import { why } from './features/why/index.js'
import { jobsOf } from './background.js'
import type { Feature } from './feature.js'
import { loadPolicy, type Policy } from './access/policy.js'
import type { Portal } from './access/portal.js'
import { detectHost } from './host/detect.js'
import { practiceFacility } from './host/facility.js'
import { readGlobals } from './host/globals.js'
import { practiceZone } from './host/zone.js'
import { readJournal } from './lifecycle/migrate.js'
import { words as lifecycleWords } from './lifecycle/words.js'
import { CannotStart } from './platform/cannotStart.js'
import { systemClock, type Clock } from './platform/clock.js'
import type { Config } from './platform/config.js'
import { connectDatabase, type Database } from './platform/database.js'
import { fileStore } from './platform/files/store.js'
import { speakAll } from './platform/i18n.js'
import { keepJobs, type Jobs } from './platform/jobs.js'
import type { Log } from './platform/log.js'
import { postOf, type Post } from './platform/post.js'
import { loadManifest, settingsFrom } from './platform/settings.js'
import { watchState } from './platform/state.js'
import { createApp } from './web/app.js'
import type { Readiness } from './web/health.js'
import { usualLimits, type RequestLimits } from './web/inTime.js'
import type { Route } from './web/routes.js'
import { addressOf } from './web/routes.js'
import type { Site } from './web/site.js'
import { words as webWords } from './web/words.js'

const acting: readonly Feature[] = [
  accounts,
  registration,
  appointments,
  documents,
  forms,
  profile,
  access(everyRoute),
  settingsWing,
  auditTrail,
  operations,
]

const wings: readonly Feature[] = [...acting, why(acting)]

/** Asked at a request: by then every wing is told. */
function everyRoute(): readonly Route[] {
  return features.flatMap((feature) => feature.routes)
}

/** Every feature. The two halls show what the wings contribute. */
export const features: readonly Feature[] = [home(wings), dashboard(wings), notifications(wings), ...wings]

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
  /** false: what runs by itself rests until it is told to run. */
  jobs?: boolean
  /** Another way out than the configured servers: the demo keeps its letters. */
  post?: Post
  /** Other bounds than the usual ones on how long and how many. */
  limits?: RequestLimits
}

export interface RunningPortal {
  portal: Portal
  app: Express
  routes: readonly Route[]
  jobs: Jobs
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
    return site.running(createApp(site.site, site.readiness, options.limits ?? usualLimits))
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
    // The rules too: had the database been away when they changed, nothing else would ask again.
    void Promise.all([renewHost(), renewPolicy()]).catch((error: unknown) => {
      options.log.warn({ err: error }, 'host settings or rules could not be read; the last ones stand')
    })
  }, HOST_EVERY_MS)
  hostTimer.unref()

  async function renewPolicy(): Promise<void> {
    const version = versionOf(state.current())
    if (version === policy.version) return
    const renewed = await loadPolicy(db, version)
    // Rules that were asked for earlier and come later tell of the past.
    if (version === versionOf(state.current())) policy = renewed
  }
  async function renewHost(): Promise<void> {
    globals = await readGlobals(db)
    facility = await practiceFacility(db)
  }

  const all = options.shell ? [...features, options.shell(wings)] : features
  const post = options.post ?? postOf(options.config)
  const portal: Portal = {
    config: options.config,
    secret: options.secret,
    db,
    clock: options.clock ?? systemClock(practiceZone(options.config, globals).name),
    files: fileStore(join(options.config.dataDir, 'files'), options.secret),
    log: options.log,
    site: host,
    speech: speakAll([webWords, lifecycleWords, ...all.map((feature) => feature.words)]),
    post,
    globals: () => globals,
    settings: () => settings,
    policy: (): Policy => policy,
    enabled: () => state.current()?.enabled ?? false,
    renew: async () => {
      await state.refresh()
      await renewPolicy()
    },
    practice: () => ({
      name: settings.practiceName || facility.name || 'Foyer',
      phone: settings.practicePhone || facility.phone,
    }),
  }
  const jobs = keepJobs({
    db,
    clock: portal.clock,
    log: portal.log,
    enabled: portal.enabled,
    jobs: jobsOf(portal, all),
  })
  return {
    site: siteOf(portal, all),
    readiness: () =>
      Promise.all([
        part('database', db.first('SELECT 1 AS one').then(Boolean)),
        part('migrations', state.current()?.version === manifest.version),
        part('enabled', portal.enabled()),
        part(
          'jobs',
          jobs.failing().then((names) => names.length === 0),
        ),
      ]),
    running: (app) => {
      if (options.jobs ?? true) jobs.start()
      return {
        portal,
        app,
        routes: all.flatMap((feature) => feature.routes),
        jobs,
        refresh: async () => {
          await portal.renew()
          await renewHost()
        },
        close: async () => {
          await jobs.stop()
          state.stop()
          clearInterval(hostTimer)
          post.close()
          await db.close()
        },
      }
    },
  }
}

function versionOf(state: { policyVersion: number } | undefined): string {
  return String(state?.policyVersion ?? 0)
}

const READY_WITHIN_MS = 2000

/** Asked by machines that wait for nobody: what does not answer soon does not hold. */
async function part(name: string, holds: boolean | Promise<boolean>): Promise<{ part: string; ok: boolean }> {
  const asked = Promise.resolve(holds).catch(() => false)
  return { part: name, ok: await Promise.race([asked, sleep(READY_WITHIN_MS, false, { ref: false })]) }
}

function siteOf(portal: Portal, all: readonly Feature[]): Site {
  return {
    portal,
    routes: all.flatMap((feature) => feature.routes),
    patientNav: all.flatMap((feature) => feature.patientNav ?? []),
    staffNav: all.flatMap((feature) => feature.staffNav ?? []),
    emrNav: all.flatMap((feature) => feature.emrNav ?? []),
    rowActions: all.flatMap((feature) => feature.rowActions ?? []),
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
