import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import { detectHost, HostRefused } from '../../../module/host/detect.js'
import { readGlobals } from '../../../module/host/globals.js'
import {
  listModules,
  markActive,
  registerModule,
  registration,
  removeRegistration,
} from '../../../module/host/modules.js'
import { practiceZone } from '../../../module/host/zone.js'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { status } from '../../../module/lifecycle/status.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { upgrade } from '../../../module/lifecycle/upgrade.js'
import { connectDatabase, type Database } from '../../../module/platform/database.js'
import { readState, watchState } from '../../../module/platform/state.js'
import { describeOnEverySite } from '../../support/database.js'
import { difference, dumpRows } from '../../support/dump.js'
import { hostFor, type Guest } from './guest.js'

const versions = { demo: '8.2.0', '7.0.1': '7.0.1', '7.0': '7.0.3', '8.0': '8.0.0', '8.2': '8.2.0' }

describeOnEverySite('Foyer looks at the EMR', (site) => {
  let guest: Guest

  before(async function () {
    this.timeout(60_000)
    guest = await hostFor(site)
  })
  after(() => guest.leave())

  it('and knows its version, and how it writes that a series has no end', async () => {
    const found = await detectHost(guest.db)
    expect(found.version).to.equal(versions[site])
    expect(found.noEndDate).to.equal(site === 'demo' || site === '8.2' ? null : '0000-00-00')
  })

  it('and knows what its patients’ rows are called there', async () => {
    const found = await detectHost(guest.db)
    const old = site.startsWith('7') || site === '8.0'
    expect(found.has('patient_data', 'interpretter')).to.equal(old)
    expect(found.has('patient_data', 'interpreter')).to.equal(!old)
    expect(found.has('patient_data', 'no_such_column')).to.equal(false)
    expect(found.has('no_such_table', 'id')).to.equal(false)
  })

  it('and finds its settings, unset where they have no row', async () => {
    await guest.db.transaction((tx) => tx.change(`DELETE FROM globals WHERE gl_name = 'calendar_interval'`))
    const globals = await readGlobals(guest.db)
    expect(globals.get('schedule_start')).to.equal('8')
    expect(globals.has('calendar_interval')).to.equal(false)
  })

  it('and takes its place among the modules above every number that was given before, and leaves no row of its own', async () => {
    const { db } = guest
    const [host, before] = [await detectHost(db), await dumpRows(db)]
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO module_acl_sections (section_id, section_name, parent_section, section_identifier, module_id)
         VALUES (41, 'Long gone', 0, 'gone', 41)`,
      ),
    )
    const now = '2026-01-05 10:00:00'
    await db.transaction((tx) => registerModule(tx, { version: '1.0.0', now }))
    await db.transaction((tx) => registerModule(tx, { version: '1.1.0', now }))
    expect(await registration(db)).to.include({ id: 42, version: '1.1.0', active: false })
    expect((await listModules(db)).filter(({ directory }) => directory === 'foyer')).to.have.length(1)
    await db.transaction((tx) => markActive(tx, true, now))
    expect(await registration(db)).to.include({ active: true })

    // What the EMR's own screens hang on the number.
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO module_configuration (module_id, field_name, field_value, date_created) VALUES (42, 'a', 'b', :now)`,
        { now },
      ),
    )
    await db.transaction((tx) => removeRegistration(tx, host))
    await db.transaction((tx) => tx.change(`DELETE FROM module_acl_sections WHERE section_identifier = 'gone'`))
    expect(difference(before, await dumpRows(db))).to.deep.equal([])
  })

  it('and keeps the place that the EMR gave it when it found the module’s folder by itself', async () => {
    const { db } = guest
    const host = await detectHost(db)
    await db.transaction(async (tx) => {
      await tx.insert(
        `INSERT INTO modules (mod_id, mod_name, mod_directory, directory, date, type, sql_version, acl_version)
         VALUES (77, 'Foyer Patient Portal\\n', 'foyer', '', '2026-01-05 10:00:00', 0, '', '')`,
      )
      await tx.insert(
        `INSERT INTO module_acl_sections (section_id, section_name, parent_section, section_identifier, module_id)
         VALUES (77, 'Foyer Patient Portal\\n', 0, 'foyer', 77)`,
      )
    })
    await db.transaction((tx) => registerModule(tx, { version: '1.0.0', now: '2026-01-06 10:00:00' }))
    expect(await registration(db)).to.include({ id: 77, name: 'Foyer Patient Portal', version: '1.0.0' })
    expect(
      await db.select(`SELECT 1 AS one FROM module_acl_sections WHERE section_identifier = 'foyer'`),
    ).to.have.length(1)
    await db.transaction((tx) => removeRegistration(tx, host))
    expect(await registration(db)).to.equal(undefined)
  })
})

describe('Foyer is no guest', () => {
  let guest: Guest

  beforeEach(async () => {
    guest = await hostFor('demo')
  })
  afterEach(() => guest.leave())

  const notHosts: ReadonlyArray<[what: string, sql: readonly string[], found: RegExp]> = [
    [
      'of OpenEMR before 7.0.1',
      [`ALTER TABLE openemr_postcalendar_events DROP COLUMN uuid`],
      /8\.2\.0, without openemr_postcalendar_events\.uuid/,
    ],
    ['of a site that lacks a table', [`DROP TABLE patient_access_onsite`], /without patient_access_onsite/],
    ['of a site whose installer did not finish', [`DELETE FROM version`], /not finished/],
    [
      'of another database',
      [`DROP TABLE version`, `DROP TABLE openemr_postcalendar_events`],
      /without OpenEMR’s tables/,
    ],
  ]
  for (const [what, statements, found] of notHosts) {
    it(`${what}: every command says what was found and what is needed, and leaves nothing`, async () => {
      const { db, context } = guest
      for (const sql of statements) await db.transaction((tx) => tx.change(sql))
      const refusal: unknown = await detectHost(db).catch((error: unknown) => error)
      expect(refusal).to.be.instanceOf(HostRefused)
      expect(refusal).to.include({ needed: 'OpenEMR 7.0.1 or later' })
      expect((refusal as HostRefused).found).to.match(found)
      for (const verb of [install, enable, upgrade, uninstall]) {
        const outcome = await verb(context)
        expect(outcome, verb.name).to.include({ ok: false, reason: 'not-a-host' })
        expect(!outcome.ok && outcome.message, verb.name).to.match(/^Found .*; Foyer needs OpenEMR 7\.0\.1 or later\.$/)
      }
      expect((await status(context)).host.ok).to.equal(false)
      expect(await readState(db)).to.equal(undefined)
      const made = await db.select(
        `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'foyer%'`,
      )
      expect(made).to.deep.equal([])
    })
  }
})

describe('the practice’s zone', () => {
  it('is the one that is configured, else the EMR’s, else this machine’s', () => {
    const hosts = new Map([['gbl_time_zone', 'America/Chicago']])
    expect(practiceZone({ timeZone: 'Europe/Madrid' }, hosts)).to.deep.equal({
      name: 'Europe/Madrid',
      source: 'environment',
    })
    expect(practiceZone({ timeZone: undefined }, hosts)).to.deep.equal({ name: 'America/Chicago', source: 'host' })
    for (const none of [
      new Map<string, string>(),
      new Map([['gbl_time_zone', '']]),
      new Map([['gbl_time_zone', 'Central']]),
    ]) {
      expect(practiceZone({ timeZone: undefined }, none).source).to.equal('system')
    }
  })
})

describe('every process hears of a change', () => {
  let guest: Guest

  beforeEach(async () => {
    guest = await hostFor('demo')
    await install(guest.context)
  })
  afterEach(() => guest.leave())

  it('when it is switched on or off, when a setting changes, when it is taken out', async () => {
    const { db, context } = guest
    const watch = await watchState(db, 10)
    try {
      const next = () =>
        new Promise((resolve) => {
          const end = watch.onChange((state) => {
            end()
            resolve(state)
          })
        })
      expect(watch.current()?.enabled).to.equal(false)

      let change = next()
      await enable(context)
      expect(await change).to.include({ enabled: true })

      change = next()
      await db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES ('minimumNotice', '60', '2026-01-05', 'admin')`,
        ),
      )
      await change
      expect(watch.current()?.settings.get('minimumNotice')).to.equal('60')

      change = next()
      await disable(context)
      await change
      change = next()
      await uninstall(context)
      expect(await change).to.equal(undefined)
      expect(watch.current()).to.equal(undefined)
    } finally {
      watch.stop()
    }
  })

  it('at once when it asks', async () => {
    const watch = await watchState(guest.db, 60_000)
    await enable(guest.context)
    expect(watch.current()?.enabled).to.equal(false)
    await watch.refresh()
    expect(watch.current()?.enabled).to.equal(true)
    watch.stop()
  })

  it('also after the database was away; meanwhile the last state stands', async () => {
    const { context, url } = guest
    await enable(context)
    const line = await lineTo(url)
    const db: Database = connectDatabase({ url: line.url, zone: 'UTC', pool: 1 })
    const watch = await watchState(db, 10)
    try {
      line.cut()
      await disable(context)
      await watch.refresh()
      expect(watch.current()?.enabled).to.equal(true)

      const change = new Promise((resolve) => watch.onChange(resolve))
      line.mend()
      expect(await change).to.include({ enabled: false })
    } finally {
      watch.stop()
      await db.close()
      await line.close()
    }
  })
})

/** A network line to the database that can be cut and mended. */
async function lineTo(url: string): Promise<{ url: string; cut(): void; mend(): void; close(): Promise<void> }> {
  const address = new URL(url)
  const open = new Set<Socket>()
  let whole = true
  const server = createServer((near) => {
    if (!whole) return void near.destroy()
    const far = connect(Number(address.port), address.hostname)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket))
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const place = server.address()
  if (place === null || typeof place === 'string') throw new Error('no port')
  const cut = () => {
    whole = false
    for (const socket of open) socket.destroy()
  }
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(place.port) }).href,
    cut,
    mend: () => {
      whole = true
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
