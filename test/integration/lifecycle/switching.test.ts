import { expect } from 'chai'
import { registration } from '../../../module/host/modules.js'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { status } from '../../../module/lifecycle/status.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { upgrade } from '../../../module/lifecycle/upgrade.js'
import { readState } from '../../../module/platform/state.js'
import { difference, dumpRows, dumpSchema } from '../../support/dump.js'
import { hostFor, saidBy, type Guest } from './guest.js'
import { installFirstVersion } from './older.js'

describe('an administrator switches the portal', () => {
  let guest: Guest

  beforeEach(async () => {
    guest = await hostFor('demo')
    await install(guest.context)
  })
  afterEach(() => guest.leave())

  it('on and off, each written down with who did it', async () => {
    const { db, context } = guest
    await enable(context)
    expect((await readState(db))?.enabled).to.equal(true)
    await disable(context)
    expect((await readState(db))?.enabled).to.equal(false)
    const audit = await db.select(`SELECT event, actor_id FROM foyer_audit ORDER BY id`)
    expect(audit).to.deep.equal(
      ['module.installed', 'module.enabled', 'module.disabled'].map((event) => ({ event, actor_id: 'test' })),
    )
  })

  it('off, and patients’ sign-ins end; staff keep theirs, which open the EMR', async () => {
    const { db, context } = guest
    await enable(context)
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_sessions (id_hash, audience, data, created_at, seen_at)
         VALUES (REPEAT('a', 64), 'patient', '{}', :now, :now), (REPEAT('b', 64), 'staff', '{}', :now, :now)`,
        { now: '2026-01-05 15:00:00.000' },
      ),
    )
    await disable(context)
    expect(await db.select(`SELECT audience FROM foyer_sessions`)).to.deep.equal([{ audience: 'staff' }])
  })

  it('and the EMR’s list says so only where the EMR holds the module’s files', async () => {
    const { db, context } = guest
    const active = async () => (await registration(db))?.active
    await enable(context)
    expect(await active()).to.equal(false)
    await disable(context)

    await enable({ ...context, connectorPresent: true })
    expect(await active()).to.equal(true)
    await disable({ ...context, connectorPresent: true })
    expect(await active()).to.equal(false)
  })

  it('once: doing it again changes nothing and says so', async () => {
    const { db, context } = guest
    expect(saidBy(await disable(context))).to.deep.equal(['The portal is off already.'])
    await enable(context)
    const rows = await dumpRows(db)
    const again = await enable(context)
    expect(again).to.include({ ok: true, changed: false })
    expect(saidBy(again)).to.deep.equal(['The portal is on already.'])
    expect(difference(rows, await dumpRows(db))).to.deep.equal([])
  })

  it('not where it is not installed', async () => {
    const { context } = guest
    await uninstall(context)
    expect(await enable(context)).to.include({ ok: false, reason: 'not-installed' })
    expect(await disable(context)).to.include({ ok: false, reason: 'not-installed' })
    expect(await upgrade(context)).to.include({ ok: false, reason: 'not-installed' })
  })
})

describe('an administrator asks what a command would do', () => {
  let guest: Guest

  beforeEach(async () => {
    guest = await hostFor('demo')
  })
  afterEach(() => guest.leave())

  it('and hears the sentences of the deed, while nothing is done', async () => {
    const { db, context } = guest
    for (const verb of [install, enable, disable, uninstall]) {
      const before = [await dumpSchema(db), await dumpRows(db)] as const
      const plan = await verb({ ...context, dryRun: true })
      expect(difference(before[0], await dumpSchema(db)), verb.name).to.deep.equal([])
      expect(difference(before[1], await dumpRows(db)), verb.name).to.deep.equal([])
      expect(guest.told, verb.name).to.deep.equal([])

      const deed = await verb(context)
      expect(plan.ok && plan.changed, verb.name).to.equal(false)
      expect(deed.ok && deed.changed, verb.name).to.equal(true)
      expect(saidBy(plan), verb.name).to.deep.equal(saidBy(deed))
      expect(guest.told.splice(0), verb.name).to.deep.equal(saidBy(deed))
    }
  })

  it('also of an upgrade, and of what would be refused', async () => {
    const { db, context } = guest
    expect(await enable({ ...context, dryRun: true })).to.include({ ok: false, reason: 'not-installed' })
    await install(context)
    await olderBy(guest)
    const before = [await dumpSchema(db), await dumpRows(db)] as const
    const plan = await upgrade({ ...context, dryRun: true })
    expect(difference(before[0], await dumpSchema(db))).to.deep.equal([])
    expect(difference(before[1], await dumpRows(db))).to.deep.equal([])
    expect(await upgrade(context)).to.deep.equal({ ...plan, changed: true })
  })
})

describe('an administrator brings a newer Foyer', () => {
  let guest: Guest

  beforeEach(async () => {
    guest = await hostFor('demo')
    await install(guest.context)
    await enable(guest.context)
  })
  afterEach(() => guest.leave())

  it('and only an upgrade takes the steps that came since; what is on stays on', async () => {
    const { db, context } = guest
    const schema = await dumpSchema(db)
    await olderBy(guest)
    expect(await install(context)).to.include({ ok: false, reason: 'older-installed' })
    expect(await enable(context)).to.include({ ok: false, reason: 'not-upgraded' })
    expect(await status(context)).to.deep.include({
      version: '0.0.9',
      pending: ['0003-appointments/index-foyer_username'],
    })

    expect(await upgrade(context)).to.include({ ok: true, changed: true })
    expect(difference(schema, await dumpSchema(db))).to.deep.equal([])
    expect(await status(context)).to.deep.include({
      ...{ installed: true, enabled: true, version: context.manifest.version, pending: [], inHostsList: 'inactive' },
    })
    expect((await registration(db))?.version).to.equal(context.manifest.version)
    expect(await upgrade(context)).to.include({ ok: true, changed: false })
  })

  it('which can switch off and take out what an older one installed', async () => {
    const old = await hostFor('demo')
    try {
      const before = await dumpSchema(old.db)
      await installFirstVersion(old)
      expect(await enable(old.context)).to.include({ ok: false, reason: 'not-upgraded' })
      expect(await disable(old.context)).to.include({ ok: true, changed: true })
      expect((await readState(old.db))?.enabled).to.equal(false)
      expect(await uninstall({ ...old.context, discard: true })).to.include({ ok: true, changed: true })
      expect(difference(before, await dumpSchema(old.db))).to.deep.equal([])
    } finally {
      await old.leave()
    }
  })

  it('and an older one refuses to touch what it does not know', async () => {
    const { db, context } = guest
    await db.transaction((tx) =>
      tx.insert(`INSERT INTO foyer_migrations (name, done_at) VALUES ('0099-later/table', '2026-01-05 15:00:00.000')`),
    )
    for (const verb of [install, upgrade, uninstall]) {
      expect(await verb(context), verb.name).to.include({ ok: false, reason: 'newer-installed' })
    }
    await disable(context)
    expect(await enable(context)).to.include({ ok: false, reason: 'newer-installed' })
  })

  it('or an older one, told by its number alone', async () => {
    const { db, context } = guest
    await db.transaction((tx) => tx.change(`UPDATE foyer_state SET value = '10.0.0' WHERE name = 'version'`))
    expect(await install(context)).to.include({ ok: false, reason: 'newer-installed' })
  })
})

/** As an older version left it: one step fewer, and its own number. */
async function olderBy({ db }: Guest): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.change(`UPDATE foyer_state SET value = '0.0.9' WHERE name = 'version'`)
    await tx.change(`UPDATE modules SET sql_version = '0.0.9' WHERE mod_directory = 'foyer'`)
    await tx.change(`DELETE FROM foyer_migrations WHERE name = '0003-appointments/index-foyer_username'`)
  })
  await db.transaction((tx) => tx.change(`DROP INDEX foyer_username ON users`))
}
