import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import { createConnection } from 'mysql2/promise'
import { migrations } from '../../../migrations/index.js'
import { install } from '../../../module/lifecycle/install.js'
import { readJournal } from '../../../module/lifecycle/migrate.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { upgrade } from '../../../module/lifecycle/upgrade.js'
import { readState } from '../../../module/platform/state.js'
import { programOf } from '../../support/command.js'
import { describeOnEverySite } from '../../support/database.js'
import { difference, dumpSchema, type Dump } from '../../support/dump.js'
import { hostFor, type Guest } from './guest.js'
import { installFirstVersion, stepsSince } from './older.js'

const names = migrations.map(({ name }) => name)
const indexes = names.filter((name) => name.includes('/index-'))

describeOnEverySite('a command is killed half-way and run again', (site) => {
  let guest: Guest
  let without: Dump

  before(async function () {
    this.timeout(60_000)
    guest = await hostFor(site)
    without = await dumpSchema(guest.db)
  })
  after(() => guest.leave())

  it('and an installation comes to the same end as one that was not', async function () {
    this.timeout(120_000)
    const { db, context } = guest
    await install(context)
    const whole = await dumpSchema(db)
    const journal = await db.first<Record<string, string>>(`SHOW CREATE TABLE foyer_migrations`)

    const steps = site === 'demo' ? [names[0], names[8], indexes[0], names.at(-1)] : [indexes[0]]
    for (const step of steps) {
      await uninstall(context)
      await db.transaction((tx) => tx.change(journal?.['Create Table'] ?? ''))
      await killAt(guest, 'install', String(step))
      expect([...(await readJournal(db)).done].sort()).to.deep.equal(names.slice(0, names.indexOf(String(step))).sort())
      expect(await readState(db), 'not installed yet').to.equal(undefined)

      expect(await install(context)).to.include({ ok: true, changed: true })
      expect(difference(whole, await dumpSchema(db)), `killed at ${String(step)}`).to.deep.equal([])
    }
    await uninstall(context)
  })

  it('and an upgrade goes on with the step at which it ended', async function () {
    this.timeout(120_000)
    const { db, context } = guest
    await installFirstVersion(guest)
    const step = stepsSince[4]?.name ?? ''
    await killAt(guest, 'upgrade', step)
    expect((await readState(db))?.version).to.equal('0.1.0')
    expect((await readJournal(db)).pending[0]?.name).to.equal(step)
    expect(await upgrade(context)).to.include({ ok: true, changed: true })
    expect((await readState(db))?.version).to.equal(context.manifest.version)
    await uninstall({ ...context, discard: true })
    expect(difference(without, await dumpSchema(db))).to.deep.equal([])
  })

  it('and a removal leaves nothing, as one that was not', async function () {
    this.timeout(120_000)
    const { db, context } = guest
    await install(context)
    await killAt(guest, 'uninstall', String(indexes[0]))
    expect(difference(without, await dumpSchema(db))).not.to.deep.equal([])

    expect(await uninstall(context)).to.include({ ok: true, changed: true })
    expect(difference(without, await dumpSchema(db))).to.deep.equal([])
    expect(await db.select(`SELECT mod_id FROM modules WHERE mod_directory = 'foyer'`)).to.deep.equal([])
  })

  it('and whichever step was done without being written down is done again or left as it is', async function () {
    this.timeout(60_000)
    const { db, context } = guest
    await install(context)
    const whole = await dumpSchema(db)
    for (const name of names) {
      await db.transaction(async (tx) => {
        await tx.change(`DELETE FROM foyer_state`)
        await tx.change(`DELETE FROM foyer_migrations WHERE name = :name`, { name })
      })
      expect(await install(context), name).to.include({ ok: true, changed: true })
    }
    expect(difference(whole, await dumpSchema(db))).to.deep.equal([])
    await uninstall(context)
    expect(difference(without, await dumpSchema(db))).to.deep.equal([])
  })
})

/**
 * Runs the command and kills it at a step: what it does is done, its line in the journal is not. We hold that line,
 * so that the command waits there for the kill.
 */
async function killAt({ db, url }: Guest, verb: 'install' | 'upgrade' | 'uninstall', step: string): Promise<void> {
  const holding = await createConnection({ uri: url })
  try {
    await holding.query(`START TRANSACTION`)
    const line =
      verb !== 'uninstall'
        ? `INSERT INTO foyer_migrations (name, done_at) VALUES (?, '2026-01-01')`
        : `SELECT name FROM foyer_migrations WHERE name = ? FOR UPDATE`
    await holding.query(line, [step])

    const command = spawn(process.execPath, [...programOf('cli'), verb], {
      env: { ...process.env, FOYER_DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const ended = once(command, 'exit') as Promise<[code: number | null, signal: string | null]>
    const waiting = () =>
      db.select<{ ID: number }>(
        `SELECT ID FROM information_schema.PROCESSLIST
          WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND INFO LIKE '%foyer_migrations%' AND INFO LIKE :step`,
        { step: `%'${step}'%` },
      )
    while (command.exitCode === null && (await waiting()).length === 0);
    command.kill('SIGKILL')
    const [, signal] = await ended
    expect(signal, `foyer ${verb} was over before it could be killed`).to.equal('SIGKILL')
    // Its last statement still stands in line on the server, and would be carried out once we let go.
    for (const { ID } of await waiting()) {
      await holding.query(`KILL CONNECTION ${String(ID)}`).catch(() => 'gone by itself')
    }
    while ((await waiting()).length > 0);
    await holding.query(`ROLLBACK`)
  } finally {
    holding.destroy()
  }
}
