import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { detectHost } from '../../../module/host/detect.js'
import { countRemains } from '../../../module/host/reads/remains.js'
import { archiveTo } from '../../../module/lifecycle/archive.js'
import { auditVerify, auditVerifyArchive } from '../../../module/lifecycle/auditVerify.js'
import { openConnection, withLock } from '../../../module/lifecycle/connection.js'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { english, type Said } from '../../../module/lifecycle/said.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { storeBytes } from '../../../module/access/storedFiles.js'
import { sealAudit } from '../../../module/platform/auditSeal.js'
import { standingClock } from '../../../module/platform/clock.js'
import { readConfig } from '../../../module/platform/config.js'
import { fileStore, type FileStore } from '../../../module/platform/files/store.js'
import { readState } from '../../../module/platform/state.js'
import { difference, dumpRows, dumpSchema } from '../../support/dump.js'
import { readArchive, refill } from './archived.js'
import { hostFor, saidBy, someoneUsesIt, type Guest } from './guest.js'

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

  describe('with files that patients sent', () => {
    const letter = Buffer.from('Dear practice,\n'.repeat(40_000))
    let files: { dataDir: string; store: FileStore }
    let kept: string

    beforeEach(async () => {
      kept = join(folder, 'files')
      files = { dataDir: folder, store: fileStore(kept, 'a secret of thirty-two characters') }
      const portal = { clock: guest.context.clock, files: files.store }
      const file = { name: 'letter.txt', mediaType: 'text/plain', bytes: letter, keptBy: 'submission:1' }
      await guest.db.transaction((tx) => storeBytes(portal, file, tx))
    })

    it('has them unsealed in the archive, and none left on the disk', async () => {
      const exportTo = join(folder, 'archive.gz')
      expect(await uninstall({ ...guest.context, files, exportTo })).to.include({ ok: true })
      const archive = await readArchive(exportTo)
      const [row] = archive.rows.get('foyer_files') ?? []
      expect(archive.files.get(String(row?.['storage_key']))?.equals(letter)).to.equal(true)
      expect(existsSync(kept)).to.equal(false)
    })

    it('leaves what another database keeps in the same folder, half files too', async () => {
      const [own] = await guest.db.select<{ storage_key: string }>(`SELECT storage_key FROM foyer_files`)
      const another = await files.store.keep(Buffer.from('of another database'))
      await files.store.isShared('another')
      await mkdir(join(kept, 'arriving'), { recursive: true })
      const halves = [own?.storage_key ?? '', another.key].map((key) => `arriving/${key}.0badcafe`)
      for (const half of halves) await writeFile(join(kept, half), 'half')
      expect(await uninstall({ ...guest.context, files, discard: true })).to.include({ ok: true })
      const left = (await readdir(kept, { recursive: true })).filter((name) => name.includes(another.key))
      expect(left).to.have.members([join(another.key.slice(0, 2), another.key), halves[1]])
      expect((await readdir(kept, { recursive: true })).join()).to.not.include(own?.storage_key)
      expect(await readdir(folder)).to.have.members(['files', 'files-of-another'])
    })

    it('has them all in it however long that takes: the server does not let the silent command go', async () => {
      const { context, url, db } = guest
      const silence = 1
      const connection = await openConnection(url, silence)
      // As where thousands of files are unsealed: longer than the server waits for a word.
      const open = async (key: string): Promise<Readable> => {
        await sleep(2.5 * silence * 1000)
        return files.store.open(key)
      }
      const slow = { ...context, files: { dataDir: folder, store: { ...files.store, open } } }
      const host = await detectHost(db)
      const { tables } = context.manifest
      const exportTo = join(folder, 'archive.gz')
      await withLock(connection, context.tell, async () => {
        await archiveTo(exportTo, { connection, context: slow, host, tables, remains: await countRemains(db, tables) })
        const [held] = await connection.select<{ free: number }>(
          `SELECT IS_FREE_LOCK(CONCAT('foyer:', LEFT(SHA2(DATABASE(), 256), 40))) AS free`,
        )
        expect(held?.free, 'no other command comes in').to.equal(0)
      })
      await connection.close()
      expect((await readArchive(exportTo)).files.size).to.equal(1)
    })

    it('has none left on the disk either after it was killed between the last table and the first file', async () => {
      const { context } = guest
      const there = { ...context, files, discard: true }
      const whole = await uninstall({ ...there, dryRun: true })
      const last = whole.ok ? (whole.sentences.at(-2) as Said) : undefined
      const killed = new Error('killed')
      const tell = (line: string): void => {
        if (last && line === english(last)) throw killed
      }
      expect(await uninstall({ ...there, tell }).catch((error: unknown) => error)).to.equal(killed)
      expect([...(await dumpSchema(guest.db)).keys()].filter((table) => table.startsWith('foyer_'))).to.deep.equal([])
      expect(existsSync(kept)).to.equal(true)

      expect(await uninstall({ ...context, files })).to.include({ ok: true, changed: true })
      expect(await readdir(folder)).to.deep.equal([])
      expect(await uninstall({ ...context, files })).to.include({ ok: true, changed: false })
    })

    it('stay where a command is pointed at a database that Foyer was never in', async () => {
      const other = await hostFor('demo')
      try {
        expect(await uninstall({ ...other.context, files, discard: true })).to.include({ ok: true, changed: false })
        expect(existsSync(kept)).to.equal(true)
      } finally {
        await other.leave()
      }
    })

    it('is refused the archive while the secret that sealed them is not known', async () => {
      const exportTo = join(folder, 'archive.gz')
      const sealed = { dataDir: folder, store: undefined }
      const outcome = await uninstall({ ...guest.context, files: sealed, exportTo })
      expect(outcome).to.include({ ok: false, reason: 'cannot-export' })
      expect(saidBy(outcome).join()).to.include('FOYER_SECRET')
      expect(existsSync(exportTo)).to.equal(false)
      expect(existsSync(kept)).to.equal(true)
    })

    it('is refused the archive when one of them has been altered, and keeps everything', async () => {
      const exportTo = join(folder, 'archive.gz')
      const [path = ''] = (await readdir(kept, { recursive: true })).filter((name) => /[0-9a-f]{32}$/.test(name))
      const bytes = await readFile(join(kept, path))
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9)
      await writeFile(join(kept, path), bytes)
      const outcome = await uninstall({ ...guest.context, files, exportTo })
      expect(outcome).to.include({ ok: false, reason: 'cannot-export' })
      expect(existsSync(exportTo)).to.equal(false)
      expect(await guest.db.first(`SELECT COUNT(*) AS n FROM foyer_files`)).to.deep.equal({ n: 1 })
    })
  })

  it('takes the trail’s anchor along: after a new installation the new trail is whole', async () => {
    const { context, db } = guest
    const secret = 'a secret of thirty-two characters'
    const files = { dataDir: folder, store: undefined }
    const config = readConfig({ FOYER_SECRET: secret, FOYER_DATA_DIR: folder })
    const sealed = (): Promise<unknown> => sealAudit({ db, clock: context.clock, secret, folder })
    await sealed()
    expect(await readdir(join(folder, 'audit'))).to.have.length(1)
    const exportTo = join(folder, 'archive.gz')
    await disable(context)
    expect(await uninstall({ ...context, files, exportTo })).to.include({ ok: true })
    expect(await readdir(join(folder, 'audit'))).to.deep.equal([])

    await install({ ...context, files })
    await sealed()
    expect((await auditVerify(config, context))?.verdict.bad).to.equal(undefined)
    expect((await auditVerifyArchive(config, exportTo)).verdict.bad).to.equal(undefined)
  })

  it('loses it all when told to discard it', async () => {
    await someoneUsesIt(guest)
    expect(await uninstall({ ...guest.context, discard: true })).to.include({ ok: true, changed: true })
    const tables = [...(await dumpSchema(guest.db)).keys()]
    expect(tables.filter((table) => table.startsWith('foyer_'))).to.deep.equal([])
  })

  it('says beforehand what is lost and what stays, refused or not, and changes nothing', async () => {
    await someoneUsesIt(guest)
    const rows = await dumpRows(guest.db)
    const refused = await uninstall({ ...guest.context, dryRun: true })
    expect(refused).to.include({ ok: false, reason: 'in-use' })
    const staysNothing = 'Nothing that Foyer wrote stays in the EMR.'
    expect(refused.remarks.map(english)).to.deep.equal([
      'Is lost unless it is exported: 1 account, 2 other audit entries.',
      staysNothing,
    ])
    const discarded = await uninstall({ ...guest.context, dryRun: true, discard: true })
    expect(discarded.remarks.map(english)).to.deep.equal(['Is lost: 1 account, 2 other audit entries.', staysNothing])
    const exported = await uninstall({ ...guest.context, dryRun: true, exportTo: join(folder, 'a') })
    expect(exported.remarks.map(english)[0]).to.match(/^Goes into the archive: /)
    expect(saidBy(exported).slice(0, 3)).to.deep.equal([
      'Switch the portal off and sign every patient out.',
      'Wait 5 seconds, until every process has closed its doors.',
      `Write every row of ${String(guest.context.manifest.tables.length)} tables to ${join(folder, 'a')}.`,
    ])
    expect(difference(rows, await dumpRows(guest.db))).to.deep.equal([])
    expect(existsSync(join(folder, 'a'))).to.equal(false)
  })

  it('keeps it all in an archive: every row, every digit, counted, hashed, and for its owner only', async () => {
    const { db, context } = guest
    await someoneUsesIt(guest)
    await disable(context)
    await db.transaction(async (tx) => {
      await tx.insert(`INSERT INTO foyer_appointment_requests SET ${requestColumns()}`)
      await tx.insert(`INSERT INTO foyer_attempts SET \`key\` = 'big', points = -1, expire = 18446744073709551615`)
      await tx.insert(`INSERT INTO foyer_audit SET ${auditColumns('{"b": 1.10, "a": 12345678901234567890}')}`)
    })
    const before = await dumpRows(db, context.manifest.tables)
    const texts = (): Promise<object[]> => db.select(`SELECT CONCAT(details, '') AS text FROM foyer_audit ORDER BY id`)
    const textsBefore = await texts()
    const file = join(folder, 'portal.jsonl.gz')
    expect(await uninstall({ ...context, exportTo: file })).to.include({ ok: true, changed: true })
    expect((await stat(file)).mode & 0o777).to.equal(0o600)

    const { head, rows } = await readArchive(file)
    expect(head).to.deep.include({ archive: 'foyer', format: 1, tables: context.manifest.tables })
    expect(head.hostWrites?.map(({ rows: _rows, ...write }) => write)).to.deep.equal(context.manifest.hostWrites)

    await install(context)
    await refill(guest, rows)
    expect(difference(before, await dumpRows(db, context.manifest.tables))).to.deep.equal([])
    // As text, since reading it as JSON would round the same way before and after.
    expect(await texts()).to.deep.equal(textsBefore)
  })

  it('leaves room for a new beginning: installed again, it is as it was at first', async () => {
    const { db } = guest
    const clock = standingClock('America/New_York', '2026-01-05T10:00:00')
    const context = { ...guest.context, clock }
    const used = async (): Promise<void> => {
      await enable(context)
      await someoneUsesIt(guest)
      await disable(context)
    }
    expect(await uninstall({ ...context, discard: true })).to.include({ ok: true })
    await install(context)
    const [schema, rows] = [await dumpSchema(db), await dumpRows(db)]
    await used()
    expect(await uninstall({ ...context, exportTo: join(folder, 'portal.jsonl.gz') })).to.include({ ok: true })
    expect(await hiddenWorkers(guest)).to.deep.equal([])

    await install(context)
    expect(difference(schema, await dumpSchema(db))).to.deep.equal([])
    expect(difference(rows, await dumpRows(db))).to.deep.equal([])
    expect(await hiddenWorkers(guest)).to.deep.equal([])
    await used()
    expect(await readState(db)).to.deep.include({ enabled: false, version: context.manifest.version })
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
    await disable(guest.context)
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

/** What a database may do by itself: Foyer brings nothing of the kind. */
async function hiddenWorkers({ db }: Guest): Promise<object[]> {
  return db.select(
    `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
      UNION ALL SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()
      UNION ALL SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()`,
  )
}

function auditColumns(details = '{}'): string {
  return `at = '2026-01-05 15:00:00.000', actor_kind = 'staff', actor_id = 'admin', actor_name = 'Admin', event = 'patient.viewed',
    subject = 'patient', details = '${details}'`
}

function requestColumns(): string {
  return `receipt = 'ACDE-FGHJ', pc_eid = 1, provider_id = '1', category_id = 5, day = '2026-01-12', start_time = '10:00:00',
    minutes = 15, reason = 'Ärger 🩺\\r\\n', state = 'open', created_at = '2026-01-05 15:00:00.123'`
}
