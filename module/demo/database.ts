/** The demo's database, brought to where the portal can open on it: made and filled once, later only brought up to date. */
import { DateTime } from 'luxon'
import { readGlobals } from '../host/globals.js'
import { createSite, siteState } from '../host/site/schema.js'
import { practiceZone } from '../host/zone.js'
import type { LifecycleContext, Outcome } from '../lifecycle/context.js'
import { enable } from '../lifecycle/enable.js'
import { install } from '../lifecycle/install.js'
import { upgrade } from '../lifecycle/upgrade.js'
import { CannotStart } from '../platform/cannotStart.js'
import { systemClock, utc } from '../platform/clock.js'
import type { Config } from '../platform/config.js'
import { connectDatabase, type Database } from '../platform/database.js'
import { loadManifest } from '../platform/settings.js'
import { readState } from '../platform/state.js'
import type { Mariadb } from './mariadb.js'
import { filePaperwork } from './paperwork.js'
import { sendFiles } from './sentFiles.js'
import { actor, fillPractice, isFilled, openRecords } from './practice.js'

const NAME = 'practice'

/**
 * Answers the database's address. Whatever an earlier start that was killed had begun is finished or made again.
 * Throws CannotStart where the folder holds what a newer Foyer has written.
 */
export async function readyDatabase(mariadb: Mariadb, config: Config, tell: (line: string) => void): Promise<string> {
  const url = mariadb.url(NAME)
  await makeDatabase(mariadb)
  await withDatabase(url, async (db) => {
    if ((await siteState(db)) === 'half-made') {
      await db.sequelize.query(`DROP DATABASE ${NAME}`)
      await makeDatabase(mariadb)
    }
  })
  await withDatabase(url, async (db) => {
    if ((await siteState(db)) === 'none') {
      tell('Making the demo practice. This is done once and takes a few seconds.')
      await createSite(db, siteSettings(config))
    }
    await bringUpToDate(url, db, config)
  })
  return url
}

/** After an uninstallation: installed, switched on, and each demo account opens again what it opened at first. */
export async function reinstall(url: string, config: Config): Promise<void> {
  await withDatabase(url, async (db) => installAndOpen(await lifecycleOf(url, db, config), config))
}

async function bringUpToDate(url: string, db: Database, config: Config): Promise<void> {
  const context = await lifecycleOf(url, db, config)
  const isComplete = (await isFilled(db)) && (await readState(db)) !== undefined
  if (isComplete) mustWork(await upgrade(context))
  else await installAndOpen(context, config)
  await filePaperwork(db, context.clock, config)
  await sendFiles(db, context.clock, config)
}

async function installAndOpen(context: LifecycleContext, config: Config): Promise<void> {
  mustWork(await install(context))
  await sayWhereTheEmrIs(context, config)
  mustWork(await enable(context))
  if (await isFilled(context.db)) await context.db.transaction((tx) => openRecords(tx, context.clock))
  else await fillPractice(context.db, context.clock)
}

/** The setting emrAddress: what has to be mended in the EMR leads there. */
async function sayWhereTheEmrIs({ clock, db }: LifecycleContext, config: Config): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `INSERT IGNORE INTO foyer_settings (name, value, updated_at, updated_by) VALUES ('emrAddress', :address, :now, :by)`,
      { address: `${addressOf(config)}/emr`, now: utc(clock.now()), by: actor.name },
    ),
  )
}

function addressOf({ baseUrl, port }: Config): string {
  return (baseUrl ?? `http://localhost:${String(port)}`).replace(/\/+$/, '')
}

/** This EMR holds the module's own files, so to speak: its list may say that the module is on (facts §8.1). */
async function lifecycleOf(url: string, db: Database, config: Config): Promise<LifecycleContext> {
  const clock = systemClock(practiceZone(config, await readGlobals(db)).name)
  const manifest = loadManifest()
  return { url, db, clock, manifest, actor, connectorPresent: true, dryRun: false, tell: () => undefined }
}

function mustWork(outcome: Outcome): void {
  if (!outcome.ok) throw new CannotStart(outcome.message.replaceAll('\n', ' '))
}

/** What the installer of an EMR would ask; the rest are the host's defaults. */
function siteSettings(config: Config): Record<string, string> {
  return {
    gbl_time_zone: config.timeZone ?? DateTime.local().zoneName,
    portal_onsite_two_address: `${addressOf(config)}/portal`,
    enforce_signin_email: '0',
    select_multi_providers: '1',
    calendar_interval: '15',
    schedule_end: '18',
  }
}

async function makeDatabase(mariadb: Mariadb): Promise<void> {
  await withDatabase(mariadb.adminUrl, (admin) =>
    admin.sequelize.query(`CREATE DATABASE IF NOT EXISTS ${NAME} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`),
  )
}

async function withDatabase(url: string, work: (db: Database) => Promise<unknown>): Promise<void> {
  const db = connectDatabase({ url, zone: 'UTC', pool: 2 })
  try {
    await work(db)
  } finally {
    await db.close()
  }
}
