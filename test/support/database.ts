import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { birthOf } from '../../module/demo/processes.js'
import { addFacility, addStaff, addSystemUsers } from '../../module/host/site/people.js'
import { createSite } from '../../module/host/site/schema.js'
import { connectDatabase } from '../../module/platform/database.js'
import { startTestMariadb } from '../setup/database.js'
import { putBack, remember, type Pristine } from './pristine.js'
import { createRealSite, realSites, sharedAvailable, type RealSite } from './realSite.js'

/** The demo practice's own site, and the host's of these versions (7.0 is 7.0.3). */
export type SiteName = 'demo' | RealSite

export interface FreshDatabase {
  /** mysql://user:password@127.0.0.1:port/name */
  url: string
  name: string
  drop(): Promise<void>
}

/** The administrator of every fresh site: users.id 1, password `demo-admin-Pass1`. */
export const administrator = { userId: 1, username: 'admin' }

const ADMIN_HASH = '$2y$04$vsGpk.OloR1OMRfO5Z31X.F3BtvMs1uEGmonYEkdGq5EVqsciV0EW'

/**
 * A site as its installer leaves it, in a database of its own: lists, categories, rights, settings, one facility
 * (id 1), `admin`, and the host's pseudo-users. No other staff, no patients. `onServer`: another than the run's own.
 */
export async function freshDatabase(site: SiteName, onServer?: string): Promise<FreshDatabase> {
  const fresh = await emptyDatabase(onServer ?? (await adminUrl()))
  if (site !== 'demo') await createRealSite(fresh.url, site)
  await fill(fresh.url, site)
  return fresh
}

export interface FilledDatabase<Told> extends FreshDatabase {
  /** What was told by whoever filled it. */
  told: Told
}

/**
 * A site that `prepare` has worked on, as it left it. It does so once in a process for each `kind`: a test file that is
 * done hands its database to the next one that asks for the same kind, and there it is put back to what it was.
 */
export async function preparedDatabase<Told>(
  kind: string,
  site: SiteName,
  prepare: (url: string) => Promise<Told>,
): Promise<FilledDatabase<Told>> {
  const server = await adminUrl()
  const label = `${kind} on ${server}`
  const shelf = (shelves.get(label) as Shelf<Told> | undefined) ?? (await firstOf(server, site, prepare))
  shelves.set(label, shelf)
  const free = (await takeUnused(server, shelf.free)) ?? (await emptyDatabase(server))
  await putBack(free.url, shelf.pristine)
  const handOn = () => {
    shelf.free.push(free)
    return Promise.resolve()
  }
  return { ...free, told: structuredClone(shelf.told), drop: handOn }
}

interface Shelf<Told> {
  pristine: Pristine
  told: Told
  /** Done with. The runner's server takes them with it; on another one the next run does. */
  free: FreshDatabase[]
}

const shelves = new Map<string, Shelf<unknown>>()

async function firstOf<Told>(
  server: string,
  site: SiteName,
  prepare: (url: string) => Promise<Told>,
): Promise<Shelf<Told>> {
  await sweep(server)
  const first = await freshDatabase(site)
  const told = await prepare(first.url)
  const rows = await emptyDatabase(server)
  return { pristine: await remember(first.url, rows.name), told, free: [first] }
}

/** One of these that nobody is connected to any more: who is leaves in a moment, or has been forgotten there. */
async function takeUnused(server: string, free: FreshDatabase[]): Promise<FreshDatabase | undefined> {
  for (let next = free.pop(); next; next = free.pop()) {
    for (const limit = Date.now() + 2_000; Date.now() < limit;) {
      const there = await asAdmin(server, `SELECT id FROM information_schema.processlist WHERE db = '${next.name}'`)
      if (there.length === 0) return next
      await sleep(20)
    }
  }
  return undefined
}

async function emptyDatabase(server: string): Promise<FreshDatabase> {
  const name = `foyer_${String(process.pid)}_${String((made += 1))}`
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  await asAdmin(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`)
  return { url, name, drop: () => dropDatabase(server, name) }
}

let made = 0

async function dropDatabase(server: string, name: string): Promise<void> {
  await asAdmin(server, `DROP DATABASE IF EXISTS ${name}`)
}

/** Databases of test processes that are gone. */
async function sweep(server: string): Promise<void> {
  for (const row of await asAdmin(server, `SHOW DATABASES`)) {
    const [name = '', owner] = /^foyer_(\d+)_\d+$/.exec(String(Object.values(row)[0])) ?? []
    if (owner && birthOf(Number(owner)) === undefined) await dropDatabase(server, name)
  }
}

async function asAdmin(server: string, sql: string): Promise<RowDataPacket[]> {
  const admin = await createConnection({ uri: server })
  try {
    return (await admin.query<RowDataPacket[]>(sql))[0]
  } finally {
    await admin.end()
  }
}

async function fill(url: string, site: SiteName): Promise<void> {
  const db = connectDatabase({ url, zone: 'UTC', pool: 1 })
  try {
    if (site === 'demo') await createSite(db)
    await db.transaction(async (tx) => {
      const facilityId = await addFacility(tx, { name: 'Your Clinic Name Here' })
      await addStaff(tx, {
        ...{ username: 'admin', fname: '', lname: 'Administrator', hash: ADMIN_HASH, group: 'admin' },
        ...{ authorized: true, facilityId, at: '2026-01-01 08:00:00' },
      })
      await addSystemUsers(tx)
    })
  } finally {
    await db.close()
  }
}

/** One server for the run, given by the runner; a single test file that is run by hand starts its own. */
function adminUrl(): Promise<string> {
  const given = process.env['FOYER_TEST_MARIADB']
  return given ? Promise.resolve(given) : (own ??= startOwn())
}

let own: Promise<string> | undefined

async function startOwn(): Promise<string> {
  const { env, stop } = await startTestMariadb()
  // When nothing is left to do but to end: the server must not outlive us, nor keep us alive.
  process.once('beforeExit', () => void stop())
  return env['FOYER_TEST_MARIADB'] ?? ''
}

/** The same sentences on every site. Where a real one cannot be built they stand as pending, with the reason. */
export function describeOnEverySite(title: string, tests: (site: SiteName) => void): void {
  for (const site of ['demo', ...realSites] as const) describeOnSite(title, site, tests)
}

/** The same for one of them. */
export function describeOnSite<Site extends SiteName>(title: string, site: Site, tests: (site: Site) => void): void {
  const full = `${title} (${site === 'demo' ? 'demo site' : `OpenEMR ${site}`})`
  if (site === 'demo' || sharedAvailable()) {
    describe(full, () => tests(site))
  } else {
    describe.skip(full, () => it('needs the host facts in ../shared/host, which are not here', () => undefined))
  }
}
