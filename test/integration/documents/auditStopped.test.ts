/** R6: the process that files is gone between any two of its statements. Nothing of it runs on, nobody tidies up. */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Portal } from '../../../module/access/portal.js'
import { fileSubmission, type FileInput } from '../../../module/features/documents/audit/filing.js'
import { sweepFilings } from '../../../module/host/documents/filings.js'
import { openChartDocument } from '../../../module/host/documents/opening.js'
import { connectDatabase, type Database, type Tx } from '../../../module/platform/database.js'
import { beginAs, sendAs, sendTemplate } from '../../support/filling.js'
import { makeSiteFolder, type SiteFolderForTest } from '../../support/chart.js'
import { openPractice, ZONE, type TestPractice } from '../../support/practice.js'
import { administrator } from '../registration/people.js'

describe('Filing that stops half-way', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let folder: SiteFolderForTest
  let staff: Awaited<ReturnType<typeof administrator>>

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ site: '8.2', env: { FOYER_HOST_SITE_DIR: folder.dir } })
    staff = await administrator(practice)
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  it('leaves the document waiting or in the chart, never both, and the bytes that were shown', async () => {
    const { input, onsite } = await aDocumentToFile()
    let stops = 0
    for (;;) {
      const outcome = await fileUntil(stops + 1, input)
      if (outcome === 'done') break
      stops += 1
      await expectWhole(input, onsite)
      // What was laid into the folder and became no document is swept.
      practice.clock.set(`2026-11-23T20:00:00`)
      await sweepFilings(practice.portal)
      practice.clock.set(`2026-11-23T08:00:00`)
      const state = await stateOf(input.seen.id)
      if (state === 'charted') break
      expect(await filesInFolder(), `files after stop ${String(stops)}`).to.have.length(0)
    }
    // It is many statements: were they not counted, none would be stopped.
    expect(stops).to.be.greaterThan(18)
    await expectWhole(input, onsite)
    expect(await stateOf(input.seen.id)).to.equal('charted')
    expect(await filesInFolder()).to.have.length(1)
  })

  async function aDocumentToFile(): Promise<{ input: FileInput; onsite: number }> {
    const maria = await practice.patientVisitor('maria')
    const template = await sendTemplate(practice, { pid: practice.patients.maria, name: 'Consent' })
    const onsite = await beginAs(maria, practice.records.maria, template)
    await sendAs(maria, practice.records.maria, onsite)
    const row = await practice.db.first<{ id: number; version: number; pid: number; sha256: string }>(
      `SELECT s.id, s.version, s.pid, f.sha256 FROM foyer_submissions s JOIN foyer_files f ON f.id = s.file_id WHERE s.onsite_id = :onsite`,
      { onsite },
    )
    if (!row) throw new Error('nothing was sent')
    const category = await practice.db.first<{ id: number }>(`SELECT id FROM categories WHERE name = 'Reviewed'`)
    return { input: { seen: row, categoryId: category?.id ?? 0, name: 'Consent.pdf' }, onsite }
  }

  /** `stopped`: at that statement nothing went on, and the server lost the connection. */
  async function fileUntil(stopAt: number, input: FileInput): Promise<'done' | 'stopped'> {
    const own = connectDatabase({ url: practice.url, zone: ZONE, pool: 3 })
    const stopped = new Promise<'stopped'>((resolve) => {
      const portal: Portal = { ...practice.portal, db: stoppingAt(own, stopAt, practice.db, () => resolve('stopped')) }
      void fileSubmission(portal, staff.member, staff.actor, input).then(
        (outcome) => {
          if (!outcome.ok) throw new Error(outcome.reason)
          done('done')
        },
        (error: unknown) => failed(error),
      )
    })
    let done: (word: 'done') => void = () => undefined
    let failed: (error: unknown) => void = () => undefined
    const ended = new Promise<'done'>((resolve, reject) => {
      done = resolve
      failed = reject
    })
    return Promise.race([stopped, ended])
  }

  async function stateOf(id: number): Promise<string | undefined> {
    return (await practice.db.first<{ state: string }>(`SELECT state FROM foyer_submissions WHERE id = :id`, { id }))
      ?.state
  }

  async function expectWhole({ seen }: FileInput, onsite: number): Promise<void> {
    const row = await practice.db.first<{ state: string; document_id: number | null }>(
      `SELECT state, document_id FROM foyer_submissions WHERE id = :id`,
      { id: seen.id },
    )
    const host = await practice.db.first<{ denial_reason: string }>(
      `SELECT denial_reason FROM onsite_documents WHERE id = :onsite`,
      { onsite },
    )
    const documents = await practice.db.select<{
      id: number
      type: string
      url: string
      path_depth: number
      encrypted: number
    }>(`SELECT * FROM documents WHERE foreign_id = :pid AND name = 'Consent.pdf'`, { pid: seen.pid })
    const told = await practice.db.select(`SELECT id FROM foyer_audit WHERE event = 'document.filed'`)
    if (row?.state === 'waiting') {
      expect([host?.denial_reason, documents.length, told.length, row.document_id]).to.deep.equal([
        'In Review',
        0,
        0,
        null,
      ])
      return
    }
    expect(row?.state).to.equal('charted')
    expect([host?.denial_reason, documents.length, told.length]).to.deep.equal(['Locked', 1, 1])
    const [document] = documents
    if (!document) return
    expect(row?.document_id).to.equal(document.id)
    const opened = await openChartDocument(practice.portal, {
      ...{ type: document.type, url: document.url, storageMethod: 0, pathDepth: document.path_depth },
      encrypted: document.encrypted === 1,
    })
    if (!opened.ok) throw new Error(opened.reason)
    const hash = createHash('sha256')
    for await (const part of opened.body) hash.update(part as Buffer)
    expect(hash.digest('hex')).to.equal(seen.sha256)
  }

  async function filesInFolder(): Promise<string[]> {
    const all = await readdir(join(folder.documents), { recursive: true, withFileTypes: true })
    // The EMR's keys lie in the folder too.
    return all.filter((each) => each.isFile() && !each.parentPath.includes('logs_and_misc')).map(({ name }) => name)
  }
})

/** A database that goes away at its nth statement: before it is sent, before a commit, or after one. */
function stoppingAt(own: Database, stopAt: number, other: Database, told: () => void): Database {
  let at = 0
  const never = new Promise<never>(() => undefined)
  const stop = async (connection?: Tx): Promise<void> => {
    at += 1
    if (at !== stopAt) return at > stopAt ? never : undefined
    if (connection) {
      const row = await connection.first<{ id: number }>(`SELECT CONNECTION_ID() AS id`)
      await other.append(`KILL ${String(row?.id)}`) // sql-safe: a number
    }
    told()
    await never
  }
  return {
    ...own,
    select: async (sql, values) => (await stop(), own.select(sql, values)),
    first: async (sql, values) => (await stop(), own.first(sql, values)),
    append: async (sql, values) => (await stop(), own.append(sql, values)),
    async transaction(work) {
      await stop()
      const result = await own.transaction(async (tx) => {
        const done = await work({
          ...tx,
          select: async (sql, values) => (await stop(tx), tx.select(sql, values)),
          first: async (sql, values) => (await stop(tx), tx.first(sql, values)),
          insert: async (sql, values) => (await stop(tx), tx.insert(sql, values)),
          change: async (sql, values) => (await stop(tx), tx.change(sql, values)),
        })
        await stop(tx)
        return done
      })
      await stop()
      return result
    },
  }
}
