import { createConnection, type Connection } from 'mysql2/promise'
import { addFacility, addStaff, addSystemUsers } from '../../module/host/site/people.js'
import { createSite } from '../../module/host/site/schema.js'
import { connectDatabase } from '../../module/platform/database.js'
import { startTestMariadb } from '../setup/database.js'
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
  const server = onServer ?? (await adminUrl())
  const name = `foyer_${String(process.pid)}_${String((made += 1))}`
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  await asAdmin(server, (admin) =>
    admin.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`),
  )
  if (site !== 'demo') await createRealSite(url, site)
  await fill(url, site)
  return { url, name, drop: () => asAdmin(server, (admin) => admin.query(`DROP DATABASE IF EXISTS \`${name}\``)) }
}

let made = 0

async function asAdmin(url: string, work: (admin: Connection) => Promise<unknown>): Promise<void> {
  const admin = await createConnection({ uri: url })
  try {
    await work(admin)
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
