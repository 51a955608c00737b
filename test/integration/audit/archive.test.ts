/** The trail in the archive that is left when Foyer goes, and the command that checks it. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { auditVerify, auditVerifyArchive } from '../../../module/lifecycle/auditVerify.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { recordAudit } from '../../../module/platform/audit.js'
import { sealAudit } from '../../../module/platform/auditSeal.js'
import { readConfig } from '../../../module/platform/config.js'
import { programOf } from '../../support/command.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

const SECRET = 'a secret that only the tests know, 42 long'

interface Line {
  table?: string
  row?: Record<string, unknown>
}

describe('An archive of the audit trail', function () {
  this.timeout(120_000)
  let folder: string
  let file: string
  let lines: string[]
  let practice: TestPractice

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foyer-archive-'))
    file = join(folder, 'whole.jsonl.gz')
    practice = await openPractice()
    const { clock, db, lifecycle, patients } = practice
    const lee = { kind: 'staff', id: 'dr.lee', name: 'Susan\u2028 “Lee”\n', requestId: undefined } as const
    await db.transaction(async (tx) => {
      for (let at = 0; at < 300; at += 1) {
        const details = { listed: at, name: 'ñ', so: true, none: null }
        const entry = { event: 'patient.viewed', subject: `appointment:${String(at)}`, pid: patients.leo, details }
        await recordAudit(tx, clock, lee, entry)
      }
    })
    await sealAudit({ db, clock, secret: SECRET, folder: undefined })
    const outcome = await uninstall({ ...lifecycle, exportTo: file, discard: false })
    expect(outcome.ok, JSON.stringify(outcome)).to.equal(true)
    lines = gunzipSync(await readFile(file))
      .toString()
      .trimEnd()
      .split('\n')
  })
  after(async () => {
    await practice.leave()
    await rm(folder, { recursive: true })
  })

  it('is whole, and says what was not sealed yet when it was written', async () => {
    const { sentences, verdict } = await verified(file)
    expect(verdict.bad).to.equal(undefined)
    expect(verdict.rows).to.be.greaterThan(300)
    expect(sentences[0]).to.match(/^The audit trail is whole: \d+ entries, sealed up to 2026-11-23 /)
    // The portal was closed after sealing had come by.
    expect(verdict.waiting).to.equal(1)
  })

  it('is checked without the secret too, as far as that goes', async () => {
    const { sentences, verdict } = await auditVerifyArchive(readConfig({}), file)
    expect(verdict).to.include({ bad: undefined, keyed: false })
    expect(sentences.at(-1)).to.include('FOYER_SECRET is not set')
  })

  it('names the first bad entry after editing, deleting, inserting, reordering and cutting off', async () => {
    const audits = lines.flatMap((line, at) => (line.startsWith('{"table":"foyer_audit",') ? [at] : []))
    const seals = lines.flatMap((line, at) => (line.startsWith('{"table":"foyer_audit_seals"') ? [at] : []))
    const middle = audits[150] ?? 0
    const idAt = (at: number) => String((JSON.parse(lines[at] ?? '') as Line).row?.['id'])
    const last = JSON.parse(lines[seals.at(-2) ?? 0] ?? '') as Line

    const edited = await tampered((all) => all.map((line, at) => (at === middle ? line.replace('"ñ', '"n') : line)))
    expect(edited).to.include({ fault: 'changed', id: idAt(middle) })
    expect(await tampered((all) => all.filter((_, at) => at !== middle))).to.include({
      ...{ fault: 'deleted', id: idAt(middle) },
    })
    const forged = (lines[middle] ?? '').replace(/"id":\d+/, '"id":999999').replace('2026-11-23', '2026-11-20')
    expect(await tampered((all) => all.toSpliced(middle, 0, forged))).to.include({ fault: 'inserted', id: '999999' })
    const swapped = await tampered((all) => {
      const ids = [idAt(middle), idAt(middle + 1)]
      const other = (line: string, from = '', to = '') => line.replace(`"id":${from},`, `"id":${to},`)
      return all.map((line, at) =>
        at === middle ? other(line, ids[0], ids[1]) : at === middle + 1 ? other(line, ids[1], ids[0]) : line,
      )
    })
    expect(swapped).to.include({ fault: 'changed', id: idAt(middle) })
    const cut = await tampered((all) => all.filter((_, at) => at !== seals.at(-1) && at !== audits.at(-1)))
    expect(cut).to.include({ fault: 'cut-off', id: String(last.row?.['audit_id']) })
  })

  it('that was changed anywhere else is not as it was written', async () => {
    const broken = join(folder, 'broken.jsonl.gz')
    await writeFile(broken, gzipSync(`${lines.join('\n').replace('patient_tracker', 'patient_trackes')}\n`))
    expect((await verified(broken)).verdict.bad).to.include({ fault: 'file' })
  })

  it('is verified by the command, with 0, 1 and 2 as for every other', async () => {
    expect((await foyer(['audit', 'verify', '--archive', file])).code).to.equal(0)
    const json = await foyer(['audit', 'verify', '--archive', file, '--json'])
    expect(JSON.parse(json.out)).to.deep.include({ whole: true, keyed: true })
    const edited = join(folder, 'edited.jsonl.gz')
    await writeFile(edited, gzipSync(`${lines.join('\n').replace('"patient.viewed"', '"patient.viewes"')}\n`))
    const bad = await foyer(['audit', 'verify', '--archive', edited])
    expect(bad.code).to.equal(1)
    expect(bad.err).to.match(/First bad entry: \d+ of 2026-11-23 .*, seal \d+/)
    for (const args of [
      ['audit'],
      ['audit', 'verify', 'twice'],
      ['audit', 'verify', '--dry-run'],
      ['audit', 'change'],
    ]) {
      expect((await foyer(args)).code, args.join(' ')).to.equal(2)
    }
    const nowhere = await foyer(['audit', 'verify', '--archive', join(folder, 'nowhere')])
    expect(nowhere.code).to.equal(1)
    expect(nowhere.err)
      .to.match(/nowhere: ENOENT/)
      .and.not.match(/\n {4}at /)
    const noArchive = join(folder, 'other.gz')
    await writeFile(noArchive, gzipSync('hello\n'))
    expect((await foyer(['audit', 'verify', '--archive', noArchive])).err).to.include('is no archive of Foyer')
  })

  it('is of a database that the command checks as well, which is noted there', async () => {
    const there = await openPractice()
    try {
      const { clock, db } = there
      const config = readConfig({ FOYER_SECRET: SECRET, FOYER_DATA_DIR: folder })
      await sealAudit({ db, clock, secret: SECRET, folder })
      const actor = { kind: 'system', id: 'command', name: 'root', requestId: undefined } as const
      const done = await auditVerify(config, { db, clock, actor })
      expect(done?.verdict.bad).to.equal(undefined)
      expect(done?.sentences[1]).to.match(/^It ends with seal \d+, [0-9a-f]{64}/)
      const noted = await db.select(`SELECT actor_name FROM foyer_audit WHERE event = 'audit-trail.verified'`)
      expect(noted).to.deep.equal([{ actor_name: 'root' }])
      await db.sequelize.query(`UPDATE foyer_audit SET subject = 'module:other' WHERE id = 1`)
      const bad = await auditVerify(config, { db, clock, actor })
      expect(bad?.verdict.bad).to.include({ fault: 'changed', id: '1' })
      expect(bad?.sentences[0]).to.match(/First bad entry: 1 of 2026-11-23 .*, seal 1\./)
    } finally {
      await there.leave()
    }
  })

  it('of a database without Foyer there is none', async () => {
    const { clock, db } = practice
    const actor = { kind: 'system', id: 'command', name: 'root', requestId: undefined } as const
    expect(await auditVerify(readConfig({ FOYER_DATA_DIR: folder }), { db, clock, actor })).to.equal(undefined)
  })

  function verified(path: string) {
    return auditVerifyArchive(readConfig({ FOYER_SECRET: SECRET }), path)
  }

  /** What somebody may do who knows how an archive is made: its last line is right again. */
  async function tampered(change: (lines: string[]) => string[]) {
    const changed = change(lines.slice(0, -1))
    const sha256 = createHash('sha256')
      .update(changed.map((line) => `${line}\n`).join(''))
      .digest('hex')
    const end = { ...(JSON.parse(lines.at(-1) ?? '') as object), sha256 }
    const path = join(folder, 'tampered.jsonl.gz')
    await writeFile(path, gzipSync(`${[...changed, JSON.stringify(end)].join('\n')}\n`))
    return (await verified(path)).verdict.bad
  }

  function foyer(args: string[]): Promise<{ code: number; out: string; err: string }> {
    const env = { PATH: process.env['PATH'], FOYER_SECRET: SECRET }
    return new Promise((resolve) => {
      execFile(process.execPath, [...programOf('cli'), ...args], { env }, (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
      })
    })
  }
})
