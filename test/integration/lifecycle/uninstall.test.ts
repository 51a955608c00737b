import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { readState } from '../../../module/platform/state.js'
import { difference, dumpRows, dumpSchema } from '../../support/dump.js'
import { hostFor, someoneUsesIt, type Guest } from './guest.js'

describe('an administrator takes out a portal that patients have used', () => {
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

  it('is refused until it is said what shall become of what they left, and nothing is touched', async () => {
    await someoneUsesIt(guest)
    const before = await dumpRows(guest.db)
    const outcome = await uninstall(guest.context)
    expect(outcome).to.include({ ok: false, reason: 'in-use' })
    expect(!outcome.ok && outcome.message).to.match(/1 account\b.*--export FILE.*--discard/)
    expect(difference(before, await dumpRows(guest.db))).to.deep.equal([])
    expect((await readState(guest.db))?.enabled).to.equal(true)
  })

  const traces: ReadonlyArray<[what: string, sql: string]> = [
    ['an appointment request', `INSERT INTO foyer_appointment_requests SET ${requestColumns()}`],
    ['an audit entry about a patient', `INSERT INTO foyer_audit SET ${auditColumns()}, pid = 7`],
    ['an audit entry about an account’s own record', `INSERT INTO foyer_audit SET ${auditColumns()}, record = 'a'`],
  ]
  for (const [what, sql] of traces) {
    it(`is refused for ${what} alone`, async () => {
      await guest.db.transaction((tx) => tx.insert(sql))
      expect(await uninstall(guest.context)).to.include({ ok: false, reason: 'in-use' })
    })
  }

  it('goes ahead over audit entries that are about no patient', async () => {
    await guest.db.transaction((tx) => tx.insert(`INSERT INTO foyer_audit SET ${auditColumns()}`))
    expect(await uninstall(guest.context)).to.include({ ok: true })
  })

  it('loses it all when told to discard it', async () => {
    await someoneUsesIt(guest)
    expect(await uninstall({ ...guest.context, discard: true })).to.include({ ok: true, changed: true })
    const tables = [...(await dumpSchema(guest.db)).keys()]
    expect(tables.filter((table) => table.startsWith('foyer_'))).to.deep.equal([])
  })

  it('keeps it all in an archive when given a file: every row of every table, counted and hashed', async () => {
    await someoneUsesIt(guest)
    const tables = await dumpRows(guest.db, guest.context.manifest.tables)
    const file = join(folder, 'portal.jsonl.gz')
    // Switching off, which comes first, is written down too.
    expect(await uninstall({ ...guest.context, exportTo: file })).to.include({ ok: true, changed: true })

    const lines = gunzipSync(await readFile(file))
      .toString()
      .trimEnd()
      .split('\n')
    const [head, ...rest] = lines.map((line) => JSON.parse(line) as Line)
    const tail = rest.pop()
    expect(head).to.deep.include({ archive: 'foyer', format: 1, tables: guest.context.manifest.tables })
    expect(head?.hostWrites).to.deep.equal(guest.context.manifest.hostWrites)
    const kept = rest.filter(({ table }) => table === 'foyer_accounts').map(({ row }) => row?.['display_name'])
    expect(kept).to.deep.equal(['Ana Ejemplo'])
    for (const [table, rows] of tables) {
      const more = table === 'foyer_audit' ? 1 : 0
      expect(
        rest.filter((line) => line.table === table),
        table,
      ).to.have.length(rows.length + more)
      expect(tail?.rows?.[table], table).to.equal(rows.length + more)
    }
    const before = lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join('')
    expect(tail?.sha256).to.equal(createHash('sha256').update(before).digest('hex'))
    expect((await stat(file)).mode & 0o777).to.equal(0o600)
  })

  it('overwrites no file with its archive', async () => {
    const file = join(folder, 'there.gz')
    await writeFile(file, 'mine')
    const outcome = await uninstall({ ...guest.context, exportTo: file })
    expect(outcome).to.include({ ok: false, reason: 'cannot-export' })
    expect(await readFile(file, 'utf8')).to.equal('mine')
    expect((await readState(guest.db))?.enabled).to.equal(true)
  })

  it('takes nothing out when the archive cannot be written', async () => {
    await someoneUsesIt(guest)
    const outcome = await uninstall({ ...guest.context, exportTo: join(folder, 'no', 'such', 'folder.gz') })
    expect(outcome).to.include({ ok: false, reason: 'cannot-export' })
    expect(await guest.db.select(`SELECT id FROM foyer_accounts`)).to.have.length(1)
    expect(await readState(guest.db)).not.to.equal(undefined)
  })

  it('has nothing to do the second time', async () => {
    expect(await uninstall(guest.context)).to.include({ ok: true, changed: true })
    expect(await uninstall(guest.context)).to.include({ ok: true, changed: false })
  })

  it('takes out the rest where a command before was killed half-way', async () => {
    const { db, context } = guest
    await db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_state`)
      await tx.change(`DELETE FROM foyer_migrations WHERE name LIKE '0003%'`)
    })
    await db.transaction((tx) => tx.change(`DROP TABLE foyer_appointment_requests`))
    expect(await uninstall(context)).to.include({ ok: true, changed: true })
    const left = [...(await dumpSchema(db)).values()].flat().filter((line) => line.includes('foyer_'))
    expect(left).to.deep.equal([])
  })
})

interface Line {
  archive?: string
  hostWrites?: unknown
  table?: string
  row?: Record<string, unknown>
  rows?: Record<string, number>
  sha256?: string
}

function auditColumns(): string {
  return `at = '2026-01-05 15:00:00.000', actor_kind = 'staff', actor_id = 'admin', actor_name = 'Admin', event = 'patient.viewed',
    subject = 'patient', details = '{}'`
}

function requestColumns(): string {
  return `receipt = 'ACDE-FGHJ', pc_eid = 1, provider_id = '1', category_id = 5, day = '2026-01-12', start_time = '10:00:00',
    minutes = 15, reason = '', state = 'open', created_at = '2026-01-05 15:00:00.000'`
}
