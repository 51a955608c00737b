import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { migrations } from '../../../migrations/index.js'
import { startMariadb, type Mariadb } from '../../../module/demo/mariadb.js'
import { registration } from '../../../module/host/modules.js'
import { install } from '../../../module/lifecycle/install.js'
import { status } from '../../../module/lifecycle/status.js'
import { upgrade } from '../../../module/lifecycle/upgrade.js'
import { packageRoot } from '../../../module/platform/root.js'
import { readState } from '../../../module/platform/state.js'
import { serverFolder } from '../../setup/database.js'
import type { SiteName } from '../../support/database.js'
import { difference, dumpRows, dumpSchema, type Dump } from '../../support/dump.js'
import { sharedAvailable } from '../../support/realSite.js'
import { guestAt, hostFor, type Guest } from './guest.js'
import { installFirstVersion, stepsSince } from './older.js'
import type { Pause } from './paused.js'
import { eventually } from './serving.js'

const versions = ['7.0', '8.0', '8.2'] as const
/** A write for each step, the EMR’s list of modules, the version. */
const WRITES = stepsSince.length + 2
/** Rounds that run side by side and whose commands die in one kill. */
const AT_ONCE = 6
/** The newest writes, which no release has proved yet: killed on each version. An older one on one of them, in turns. */
const NEWEST = 6

/** Where one command is killed. */
interface Kill {
  version: SiteName
  write: number
}

/** What is killed in one copy of the prepared folder, in which each version has a database of its own. */
const copies: readonly (readonly Kill[])[] = (() => {
  const newest = Array.from({ length: NEWEST }, (_, index) => WRITES - NEWEST + 1 + index)
  const older = Array.from({ length: WRITES - NEWEST }, (_, index) => index + 1)
  const inTurns = older.map((write, index): Kill => ({ version: versions[index % versions.length] ?? '8.2', write }))
  return [
    ...inGroups(inTurns, versions.length),
    ...newest.map((write) => versions.map((version): Kill => ({ version, write }))),
  ]
})()

function inGroups<Thing>(things: readonly Thing[], size: number): Thing[][] {
  return Array.from({ length: Math.ceil(things.length / size) }, (_, at) => things.slice(at * size, (at + 1) * size))
}

const whereTheyAre = sharedAvailable() ? describe : describe.skip

whereTheyAre(
  'an upgrade from 0.1.0 on OpenEMR 7.0, 8.0 and 8.2, killed and run again, ends as one that was not',
  () => {
    const prepared = serverFolder('prepared')
    /** By version: its database in the prepared folder, what a clean installation looks like, what 0.1.0 left. */
    const sites = new Map<SiteName, { path: string; clean: Dump; left: Dump }>()

    before(async function () {
      this.timeout(120_000)
      const server = await startMariadb({ dataDir: prepared, durable: false })
      try {
        await Promise.all(versions.map((version) => prepare(server, version)))
      } finally {
        await server.stop()
      }
    })
    after(() => rmSync(prepared, { recursive: true, force: true }))

    async function prepare(server: Mariadb, version: SiteName): Promise<void> {
      const newcomer = await hostFor(version)
      await install(newcomer.context)
      const clean = await dumpSchema(newcomer.db)
      await newcomer.leave()

      const guest = await hostFor(version, server.adminUrl)
      await installFirstVersion(guest)
      sites.set(version, { path: new URL(guest.url).pathname, clean, left: await whatWasLeft(guest) })
      await guest.db.close()
    }

    for (const some of inGroups(
      copies.map((kills, index) => ({ kills, name: `round${String(index)}` })),
      AT_ONCE,
    )) {
      const [first, last] = [some[0]?.kills[0]?.write, some.at(-1)?.kills.at(-1)?.write]
      it(`killed before and after write ${String(first)} to ${String(last)} of ${String(WRITES)}`, async function () {
        this.timeout(120_000)
        const rounds = await Promise.all(some.map(({ kills, name }) => openRound(kills, name)))
        const all = rounds.flatMap(({ at }) => at)
        try {
          // What the write says is done, the write is not; then the write is done, and nothing after it.
          await killAt(all.map(({ url, write }) => ({ url, at: write, side: 'before' })))
          await killAt(all.map(({ url }) => ({ url, at: 1, side: 'after' })))
          await Promise.all(all.map(({ version, url, write }) => endsWell(version, url, write)))
        } finally {
          await Promise.all(rounds.map((round) => round.close()))
        }
      })
    }

    interface Round {
      at: (Kill & { url: string })[]
      close: () => Promise<void>
    }

    /** A copy of the prepared folder, with a server of its own on it. */
    async function openRound(kills: readonly Kill[], name: string): Promise<Round> {
      const folder = serverFolder(name)
      rmSync(folder, { recursive: true, force: true })
      const [code] = (await once(spawn('cp', ['-R', prepared, folder], { stdio: 'inherit' }), 'exit')) as [
        number | null,
      ]
      expect(code, 'cp').to.equal(0)
      const server = await startMariadb({ dataDir: folder, durable: false })
      return {
        at: kills.map((kill) => ({ ...kill, url: server.url((sites.get(kill.version)?.path ?? '').slice(1)) })),
        close: async () => {
          await server.stop()
          rmSync(folder, { recursive: true, force: true })
        },
      }
    }

    async function endsWell(version: SiteName, url: string, write: number): Promise<void> {
      const site = sites.get(version)
      const guest = guestAt(url)
      const what = `OpenEMR ${version}, killed at write ${String(write)}`
      try {
        const outcome = await upgrade(guest.context)
        // Killed at its last write, it had nothing left to do.
        expect(outcome, what).to.include({ ok: true, changed: write < WRITES })
        expect(difference(site?.clean ?? new Map<string, string[]>(), await dumpSchema(guest.db)), what).to.deep.equal(
          [],
        )
        expect(difference(site?.left ?? new Map<string, string[]>(), await whatWasLeft(guest)), what).to.deep.equal([])
        await saysItOnce(guest, what)
      } finally {
        await guest.leave()
      }
    }
  },
)

describe('an upgrade waits for another', () => {
  let guest: Guest

  before(async () => {
    guest = await hostFor('demo')
    await installFirstVersion(guest)
  })
  after(() => guest.leave())

  it('as long as that lives, and goes on from where it was killed', async function () {
    this.timeout(30_000)
    const first = await standing([{ url: guest.url, at: 3, side: 'after' }])
    let ended = false
    const second = upgrade(guest.context).finally(() => {
      ended = true
    })
    try {
      await eventually(() => ended || guest.told.some((line) => /another foyer command/i.test(line)))
      expect(ended).to.equal(false)
      expect((await status(guest.context)).pending).to.have.length(stepsSince.length - 3)
    } finally {
      await first.kill()
    }
    expect(await second).to.include({ ok: true, changed: true })
    expect(guest.told).to.have.length(1 + WRITES - 3)
    await saysItOnce(guest, 'the second')
  })
})

async function saysItOnce({ db, context }: Guest, what: string): Promise<void> {
  const { version } = context.manifest
  expect(await readState(db), what).to.deep.include({ enabled: true, policyVersion: 3, version })
  expect((await registration(db))?.version, what).to.equal(version)
  const journal = await db.select<{ name: string }>(`SELECT name FROM foyer_migrations`)
  expect(
    // By the letter, as below: the database has an order of its own.
    journal.map(({ name }) => name).sort(),
    what,
  ).to.deep.equal(migrations.map(({ name }) => name).sort())
  const told = await db.select(`SELECT id FROM foyer_audit WHERE event = 'module.upgraded'`)
  expect(told, what).to.have.length(1)
}

/** What people left in tables that were there before, in the columns that were there before. */
async function whatWasLeft({ db }: Guest): Promise<Dump> {
  const rows = await db.select(
    `SELECT account.own_record, account.display_name, request.receipt, request.pc_eid, request.reason, request.state,
            request.open_key, request.created_at, request.record
       FROM foyer_accounts account JOIN foyer_appointment_requests request ON request.account_id = account.id`,
  )
  expect(rows).to.have.length(1)
  return new Map([...(await dumpRows(db, ['foyer_settings'])), ['request', rows.map((row) => JSON.stringify(row))]])
}

/** Upgrades these until each stands at its place, and ends the process as nobody wants it ended. */
async function killAt(pauses: readonly Pause[]): Promise<void> {
  await (await standing(pauses)).kill()
}

async function standing(pauses: readonly Pause[]): Promise<{ kill: () => Promise<void> }> {
  const script = join(packageRoot(), 'test', 'integration', 'lifecycle', 'paused.ts')
  const command = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(pauses)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(command, 'exit') as Promise<[code: number | null, signal: string | null]>
  await Promise.race([once(command.stdout, 'data'), ended])
  return {
    async kill() {
      command.kill('SIGKILL')
      const [, signal] = await ended
      expect(signal, 'it did not come to where it was to be killed').to.equal('SIGKILL')
    },
  }
}
