import { expect } from 'chai'
import { createConnection } from 'mysql2/promise'
import { migrations } from '../../../migrations/index.js'
import { registration } from '../../../module/host/modules.js'
import { openConnection } from '../../../module/lifecycle/connection.js'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { readState } from '../../../module/platform/state.js'
import { describeOnEverySite } from '../../support/database.js'
import { difference, dumpRows, dumpSchema } from '../../support/dump.js'
import { hostFor, saidBy, type Guest } from './guest.js'

describeOnEverySite('an administrator brings the portal in and takes it out unused', (site) => {
  let guest: Guest

  before(async function () {
    this.timeout(60_000)
    guest = await hostFor(site)
  })
  after(() => guest.leave())

  it('adds what module.json lists, and otherwise finds and leaves every table and every row as it was', async function () {
    this.timeout(60_000)
    const { db, context } = guest
    const [schema, rows] = [await dumpSchema(db), await dumpRows(db)]

    expect(await install(context)).to.include({ ok: true, changed: true })
    const { manifest } = context
    expect(added(difference(schema, await dumpSchema(db)))).to.deep.equal({
      tables: [...manifest.tables].sort(),
      indexes: manifest.indexes.map(({ name, table, columns }) => `${table}: ${name} ${columns.join()}`).sort(),
      other: [],
    })
    expect(await enable(context)).to.include({ ok: true, changed: true })
    expect(await disable(context)).to.include({ ok: true, changed: true })
    expect(await uninstall(context)).to.include({ ok: true, changed: true })

    expect(difference(schema, await dumpSchema(db))).to.deep.equal([])
    expect(difference(rows, await dumpRows(db))).to.deep.equal([])
  })

  it('comes in switched off, in the EMR’s list of modules and inactive there', async () => {
    const { db, context } = guest
    const ids = await db.first<{ highest: number | null }>(`SELECT MAX(section_id) AS highest FROM module_acl_sections`)
    expect(await install(context)).to.include({ ok: true })

    expect(await readState(db)).to.deep.include({ enabled: false, version: context.manifest.version, policyVersion: 1 })
    expect(await registration(db)).to.deep.include({
      ...{ directory: 'foyer', name: 'Foyer Patient Portal', active: false, kind: 'custom' },
      version: context.manifest.version,
    })
    const section = await db.first(`SELECT * FROM module_acl_sections WHERE section_identifier = 'foyer'`)
    const id = (await registration(db))?.id
    expect(section).to.deep.equal({
      ...{ section_id: id, section_name: 'Foyer Patient Portal', parent_section: 0 },
      ...{ section_identifier: 'foyer', module_id: id },
    })
    expect(id).to.be.greaterThan(ids?.highest ?? 0)
  })

  it('does nothing the second time, says so, and keeps what is on on', async () => {
    const { context, db } = guest
    await enable(context)
    const rows = await dumpRows(db)
    const again = await install(context)
    expect(again).to.include({ ok: true, changed: false })
    expect(saidBy(again).join()).to.match(/installed already/)
    expect(difference(rows, await dumpRows(db))).to.deep.equal([])
    expect(await enable(context)).to.include({ ok: true, changed: false })
  })

  it('is one installation when two start it at once, and both succeed', async function () {
    this.timeout(60_000)
    const { context, db } = guest
    expect(await uninstall(context)).to.include({ ok: true })

    const outcomes = await Promise.all([install(context), install(context)])
    expect(outcomes.map(({ ok }) => ok)).to.deep.equal([true, true])
    expect(outcomes.map((outcome) => outcome.ok && outcome.changed).sort()).to.deep.equal([false, true])
    const journal = await db.select<{ name: string }>(`SELECT name FROM foyer_migrations`)
    expect(journal.map(({ name }) => name).sort()).to.deep.equal(migrations.map(({ name }) => name).sort())
    expect(await db.select(`SELECT mod_id FROM modules WHERE mod_directory = 'foyer'`)).to.have.length(1)
    expect(await db.select(`SELECT id FROM foyer_audit WHERE event = 'module.installed'`)).to.have.length(1)
  })
})

describe('an installation is held up', () => {
  let guest: Guest

  beforeEach(async () => {
    guest = await hostFor('demo')
  })
  afterEach(() => guest.leave())

  it('by another command as long as that lives, and goes on when it dies', async () => {
    const other = await createConnection({ uri: guest.url })
    let ended = false
    let installation
    try {
      await other.query(`DO GET_LOCK(CONCAT('foyer:', LEFT(SHA2(DATABASE(), 256), 40)), 0)`)
      installation = install(guest.context).finally(() => {
        ended = true
      })
      await until(() => ended || guest.told.some((line) => /another foyer command/i.test(line)))
      expect(ended).to.equal(false)
      expect(await readState(guest.db)).to.equal(undefined)
    } finally {
      other.destroy()
    }
    expect(await installation).to.include({ ok: true, changed: true })
  })

  it('by no strictness of the server, under which 7.0 and 8.0 would take no index', async () => {
    const connection = await openConnection(guest.url)
    try {
      expect(await connection.select(`SELECT @@SESSION.sql_mode AS mode`)).to.deep.equal([{ mode: '' }])
    } finally {
      await connection.close()
    }
  })

  it('by the EMR using its calendar, and does not make the EMR wait for long: it is run again later', async function () {
    this.timeout(20_000)
    const emr = await createConnection({ uri: guest.url })
    try {
      await emr.query(`START TRANSACTION`)
      await emr.query(`SELECT pc_eid FROM openemr_postcalendar_events LIMIT 1`)
      expect(await install(guest.context)).to.include({ ok: false, reason: 'host-busy' })
      expect(await readState(guest.db)).to.equal(undefined)
    } finally {
      emr.destroy()
    }
    expect(await install(guest.context)).to.include({ ok: true, changed: true })
  })
})

/** Sorts what a schema has more than it had before: tables, indexes as `table: name columns`, and what is neither. */
function added(lines: readonly string[]): { tables: string[]; indexes: string[]; other: string[] } {
  const table = /^\+ (\w+): the whole table$/
  const index = /^\+ (\w+): +KEY `(foyer_\w+)` \((.*?)\),?$/
  const rest = lines.filter((line) => !table.test(line) && !index.test(line))
  // The line that was a table's last has a comma now.
  const turned = (line: string) =>
    rest.includes(line.replace(/^-/, '+') + ',') || rest.includes(line.replace(/^\+(.*),$/, '-$1'))
  return {
    tables: lines.flatMap((line) => table.exec(line)?.[1] ?? []).sort(),
    indexes: lines
      .flatMap((line) => {
        const [, of, name, columns] = index.exec(line) ?? []
        return of && name && columns ? [`${of}: ${name} ${columns.replaceAll('`', '')}`] : []
      })
      .sort(),
    other: rest.filter((line) => !turned(line)),
  }
}

/** Comes back once it is so, or fails: what never comes is not waited for. */
async function until(reached: () => boolean): Promise<void> {
  const end = Date.now() + 8000
  while (!reached()) {
    if (Date.now() > end) throw new Error('It never came to that')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
