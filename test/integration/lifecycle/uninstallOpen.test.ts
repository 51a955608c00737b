/** Taking out a portal on whose pages somebody may still be at work: every process hears within seconds that it is off. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { uninstall, type UninstallContext } from '../../../module/lifecycle/uninstall.js'
import { readState } from '../../../module/platform/state.js'
import { dumpSchema } from '../../support/dump.js'
import { readArchive } from './archived.js'
import { hostFor, saidBy, someoneUsesIt, type Guest } from './guest.js'

describe('an administrator takes out a portal that was open a moment ago', () => {
  let guest: Guest
  let folder: string

  beforeEach(async () => {
    guest = await hostFor('demo')
    folder = await mkdtemp(join(tmpdir(), 'foyer-archive-'))
    await install(guest.context)
    await enable(guest.context)
  })
  afterEach(async () => {
    await guest.leave()
    await rm(folder, { recursive: true, force: true })
  })

  it('keeps in the archive what was still written while the portal was being closed', async () => {
    const file = join(folder, 'portal.jsonl.gz')
    // A process that has not heard yet: it looks every two seconds.
    const pause = () => someoneUsesIt(guest)
    expect(await uninstall({ ...guest.context, exportTo: file, pause })).to.include({ ok: true, changed: true })
    const { rows } = await readArchive(file)
    expect(rows.get('foyer_accounts')?.map((row) => row['display_name'])).to.deep.equal(['Ana Ejemplo'])
  })

  it('keeps that too where it was closed by itself a moment ago, and waits for nobody once that is long ago', async () => {
    const { context, db } = guest
    const waits = async (asked: Partial<UninstallContext> = {}) =>
      saidBy(await uninstall({ ...context, ...asked, dryRun: true })).some((line) => line.startsWith('Wait 5 seconds'))
    const closedFor = (seconds: number) =>
      db.transaction((tx) =>
        tx.change(
          `UPDATE foyer_state SET value = UTC_TIMESTAMP(3) - INTERVAL :seconds SECOND WHERE name = 'closedAt'`,
          { seconds },
        ),
      )
    await disable(context)
    await closedFor(60)
    expect(await waits()).to.equal(false)
    await enable(context)
    await disable(context)
    expect(await waits()).to.equal(true)
    expect(await waits({ discard: true })).to.equal(true)
    // Nothing to close: the time stands.
    await closedFor(6)
    await disable(context)
    expect(await waits()).to.equal(false)

    await enable(context)
    await disable(context)
    const file = join(folder, 'portal.jsonl.gz')
    const pause = () => someoneUsesIt(guest)
    expect(await uninstall({ ...context, exportTo: file, pause })).to.include({ ok: true, changed: true })
    expect((await readArchive(file)).rows.get('foyer_accounts')).to.have.length(1)
  })

  it('waits where nothing says when an earlier version closed it, but not where it was never open', async () => {
    const { context, db } = guest
    const waits = async () =>
      saidBy(await uninstall({ ...context, dryRun: true }))
        .join()
        .includes('Wait 5 seconds')
    await disable(context)
    await db.transaction((tx) => tx.change(`DELETE FROM foyer_state WHERE name = 'closedAt'`))
    expect(await waits()).to.equal(true)
    await uninstall(context)
    await install(context)
    expect(await waits()).to.equal(false)
  })

  it('is refused when patients come in while it is being closed, and says how to go on', async () => {
    const { context, db } = guest
    const tables = async () => [...(await dumpSchema(db)).keys()]
    const before = await tables()
    const late = { pause: () => someoneUsesIt(guest) }
    const refused = await uninstall({ ...context, ...late })
    expect(refused).to.include({ ok: false, reason: 'in-use' })
    expect(saidBy(refused)[0]).to.match(/^Patients used the portal while it was being closed: 1 account\./)
    expect(saidBy(refused)[0]).to.match(/Nothing was removed; the portal is off now\..*--export FILE.*--discard/)
    expect(await tables()).to.deep.equal(before)
    expect(await readState(db)).to.include({ enabled: false })

    // As a portal that patients have used is refused, until it is said what shall become of it.
    expect(await uninstall(context)).to.include({ ok: false, reason: 'in-use' })
    expect(await uninstall({ ...context, discard: true })).to.include({ ok: true, changed: true })
  })

  it('goes ahead over whoever comes in while it is being closed when told to discard it', async () => {
    const { context } = guest
    const late = { pause: () => someoneUsesIt(guest) }
    expect(await uninstall({ ...context, ...late, discard: true })).to.include({ ok: true, changed: true })
  })
})
