/** A practice with a hundred thousand documents, and a chart with hundreds: what that costs a page, and an archive. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import type { Portal } from '../../module/access/portal.js'
import { writeDownloadOf } from '../../module/features/documents/chart/downloading.js'
import { archiveOf } from '../../module/features/documents/chart/zipping.js'
import { openChartDocument } from '../../module/host/documents/opening.js'
import { documentsById } from '../../module/host/reads/chartDocuments.js'
import { countStatements, type StatementCount } from '../../module/platform/database.js'
import { entriesOf } from '../support/archives.js'
import { aDocument, hostsOwnDocument, makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'

const MANY = 100_000
const IN_ARCHIVE = 200
const BYTES = 256 * 1024
const MIB = 1024 * 1024

describe('A hundred thousand documents', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let folder: SiteFolderForTest
  let server: Server
  let origin: string
  let amina: Visitor
  let admin: Visitor
  let counted: Promise<StatementCount>
  const pictures = new Map<string, Buffer>()

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ env: { FOYER_HOST_SITE_DIR: folder.dir } })
    server = createServer((request, response) => {
      const ended = new Promise<void>((resolve) => response.on('close', () => resolve()))
      const work = countStatements(() => {
        practice.app(request, response)
        return ended
      })
      counted = work.then(({ count }) => count)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://localhost:${String((server.address() as AddressInfo).port)}`
    amina = visitor(origin)
    await amina.signIn('/portal/sign-in', loginOf('amina'), passwordOf('amina.yusuf'))
    admin = visitor(origin)
    await admin.signIn('/staff/sign-in', 'admin', passwordOf('admin'))
    // What waits is counted for each page, as for one who has just changed something.
    admin.cookies.set('foyer_changed', '1')
  })
  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await practice.leave()
    await folder.remove()
  })

  const record = (): string => `/portal/records/${practice.records.amina}`
  const cost = async (path: string, who = amina): Promise<{ statements: string[]; body: string }> => {
    const page = await who.get(path)
    expect(page.status).to.equal(200)
    return { statements: (await counted).sql, body: page.body }
  }

  it('cost a page of one chart no statement more, and none that walks them', async () => {
    const pid = practice.patients.amina
    await aDocument(practice, { pid, name: 'first.txt' })
    const list = `${record()}/documents`
    const staffs = `/staff/portal/patients/${String(pid)}/documents`
    // Twice, since what the first look asks is remembered.
    await cost(list)
    await cost(staffs, admin)
    const [before, home, staff] = [await cost(list), await cost(record()), await cost(staffs, admin)]
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `INSERT INTO documents (id, type, size, date, url, mimetype, revision, foreign_id, docdate, hash, name)
         SELECT 2000000 + seq, 'file_url', 100, '2026-11-20 08:00:00', CONCAT('file:///', seq), 'text/plain',
                '2026-11-20 08:00:00', IF(seq <= 300, :pid, 5000 + seq MOD 1000), '2026-11-20', '', CONCAT('many ', seq, '.txt')
           FROM seq_1_to_${String(MANY)}`, // sql-safe: a number of ours
        { pid },
      )
      await tx.change(
        `INSERT INTO categories_to_documents (category_id, document_id) SELECT 3, 2000000 + seq FROM seq_1_to_${String(MANY)}`, // sql-safe: a number of ours
      )
    })
    await practice.db.select(`ANALYZE TABLE documents, categories_to_documents`)
    const after = await cost(list)
    expect(after.body).to.contain('many 300.txt').and.to.contain('Download all (301)')
    expect(after.statements).to.have.length(before.statements.length)
    expect((await cost(record())).statements).to.have.length(home.statements.length)
    const toStaff = await cost(staffs, admin)
    expect(toStaff.body).to.contain('many 300.txt')
    expect(toStaff.statements).to.have.length(staff.statements.length)
    for (const sql of [...after.statements, ...toStaff.statements].filter((each) => /\bdocuments d\b/.test(each))) {
      for (const step of await practice.db.select<{ rows: string; table: string }>(`EXPLAIN ${sql}`)) {
        expect(Number(step.rows), step.table).to.be.lessThan(2000)
      }
    }
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE documents SET deleted = 1 WHERE foreign_id = :pid`, { pid }),
    )
  })

  it('of which the patient sees none but one leave that one its place', async () => {
    const pid = practice.patients.luis
    const luis = visitor(origin)
    await luis.signIn('/portal/sign-in', loginOf('luis'), passwordOf('luis.reyes'))
    const shared = await aDocument(practice, { pid, name: 'shared.txt' })
    const at = `/portal/records/${practice.records.luis}/documents`
    const all = async () => ({
      list: steady((await luis.get(at)).body),
      card: steady((await luis.get(`${at}/new`, { 'HX-Request': 'true' })).body),
      page: (await luis.get(`${at}/chart/${String(shared)}`)).status,
    })
    const before = await all()
    expect(before.list).to.contain('shared.txt')
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE documents SET date = '2026-11-22 08:00:00' WHERE id = :shared`, { shared })
      // As many as a list takes, and newer: a third deleted, a third taken back, a third over.
      await tx.change(
        `INSERT INTO documents (id, type, size, date, url, mimetype, revision, foreign_id, docdate, hash, name, deleted, date_expires)
         SELECT 3000000 + seq, 'file_url', 100, '2026-11-23 07:00:00', CONCAT('file:///', seq), 'text/plain',
                '2026-11-20 08:00:00', :pid, '2026-11-20', '', CONCAT('hidden ', seq, '.txt'), seq MOD 3 = 0,
                IF(seq MOD 3 = 1, '2026-11-01', NULL)
           FROM seq_1_to_2100`,
        { pid },
      )
      await tx.change(
        `INSERT INTO foyer_document_shares (document_id, pid, shared, reason, decided_by, decided_at, rules_for)
         SELECT 3000000 + seq, :pid, 0, 'test', 'test', '2026-11-20 08:00:00', 3000000 + seq
           FROM seq_1_to_2100 WHERE seq MOD 3 = 2`,
        { pid },
      )
    })
    expect(await all()).to.deep.equal(before)
  })

  it('come as an archive of two hundred that is never held whole, each as it was filed', async () => {
    const pid = practice.patients.amina
    for (let number = 1; number <= IN_ARCHIVE; number += 1) {
      const content = randomBytes(BYTES)
      const name = `picture ${String(number)}.png`
      const columns = { mimetype: 'image/png' }
      // Some are encrypted; the rest lie as the host itself wrote them once.
      if (number % 10 === 0) await aDocument(practice, { pid, name, content, mediaType: 'image/png' })
      else await hostsOwnDocument(practice, folder, { pid, name, content, columns })
      if (number % 50 === 0) pictures.set(`Medical Record/${name}`, content)
    }
    // Past the wire, whose other end is in this process, too, and keeps what it was sent.
    const before = await heldBytes()
    const t = practice.portal.speech.in('en')
    const archive = archiveOf(practice.portal, await documentsById(practice.db, await idsOf(pid)), t, unnoted)
    let bytes = 0
    let held = 0
    for await (const part of archive) {
      bytes += (part as Buffer).length
      // Looked at once, near the end, when all of it would be there.
      if (held === 0 && bytes > 0.8 * IN_ARCHIVE * BYTES) held = (await heldBytes()) - before
    }
    expect(bytes).to.be.greaterThan(IN_ARCHIVE * BYTES)
    // Of fifty MiB in all.
    expect(held).to.be.lessThan(16 * MIB)
  })

  it('are whole in it', async () => {
    const entries = await entriesOf(Buffer.from(await (await ask()).arrayBuffer()), 'latin1')
    expect(entries.size).to.equal(IN_ARCHIVE)
    for (const [name, content] of pictures) {
      expect(Buffer.from(entries.get(name) ?? '', 'latin1').equals(content), name).to.equal(true)
    }
  })

  it('are no longer read once nobody waits for them', async () => {
    const last = (await practice.db.first<{ id: number }>(`SELECT MAX(id) AS id FROM foyer_audit`))?.id ?? 0
    const aborting = new AbortController()
    const answer = await ask(aborting.signal)
    const reader = answer.body?.getReader()
    await reader?.read()
    expect(openFiles()).to.be.greaterThan(0)
    aborting.abort()
    await until(() => openFiles() === 0)
    // Those that it never came to are not in the trail as downloaded.
    const all = await practice.db.first<{ asked: number; taken: number }>(
      `SELECT SUM(event = 'document.archive-asked') AS asked, SUM(event = 'document.downloaded') AS taken
         FROM foyer_audit WHERE pid = :pid AND id > :last`,
      { pid: practice.patients.amina, last },
    )
    expect(Number(all?.asked)).to.equal(1)
    expect(Number(all?.taken)).to.be.within(1, IN_ARCHIVE / 2)
  })

  it('break off where it cannot be written down who takes one, and its file is closed', async () => {
    const documents = await documentsById(practice.db, (await idsOf(practice.patients.amina)).slice(0, 2))
    const noted: number[] = []
    const archive = archiveOf(practice.portal, documents, practice.portal.speech.in('en'), ({ id }) => {
      noted.push(id)
      return noted.length > 1 ? Promise.reject(new Error('the trail is full')) : Promise.resolve()
    })
    const read = await buffer(archive).catch((error: unknown) => String(error))
    expect(read).to.contain('the trail is full')
    expect(noted).to.deep.equal(documents.map(({ id }) => id))
    await until(() => openFiles() === 0)
  })

  it('are closed, one by one too, where it cannot be written down who takes them', async () => {
    const [document] = await documentsById(practice.db, (await idsOf(practice.patients.amina)).slice(0, 1))
    const opened = document && (await openChartDocument(practice.portal, document))
    if (!document || !opened?.ok) throw new Error('it cannot be read')
    const away: Portal['db'] = Object.assign(Object.create(practice.db) as Portal['db'], {
      transaction: () => Promise.reject(new Error('the database is away')),
    })
    const by = { kind: 'account', id: '1', name: 'Amina', requestId: undefined } as const
    const it = { body: opened.body, document }
    const written = writeDownloadOf({ ...practice.portal, db: away }, by, it, 'onsite-portal')
    expect(await written.catch(String)).to.equal('Error: the database is away')
    await until(() => openFiles() === 0)
  })

  it('are let go when nobody waits any longer while one of them is being opened', async () => {
    // Longer than what is read ahead of whoever takes it.
    const sealed = { pid: practice.patients.john, name: 'film.png', content: randomBytes(4 * MIB) }
    const documents = await documentsById(practice.db, [
      await aDocument(practice, { ...sealed, mediaType: 'image/png' }),
    ])
    await until(() => openFiles() === 0)
    const archive = archiveOf(practice.portal, documents, practice.portal.speech.in('en'), unnoted)
    // Read to its end before it counts as open.
    await until(() => openFiles() > 0)
    archive.destroy()
    await until(() => openFiles() === 0)
  })

  const unnoted = () => Promise.resolve()

  async function until(state: () => boolean): Promise<void> {
    const deadline = Date.now() + 5000
    while (!state() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve))
    expect(state()).to.equal(true)
  }

  async function ask(signal?: AbortSignal): Promise<Response> {
    const page = await amina.get(`${record()}/documents`)
    const body = new URLSearchParams({ _csrf: /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '', all: '1' })
    return fetch(`${origin}${record()}/documents/archive`, {
      method: 'POST',
      body,
      headers: { Cookie: [...amina.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(signal ? { signal } : {}),
    })
  }

  async function idsOf(pid: number): Promise<number[]> {
    const rows = await practice.db.select<{ id: number }>(
      'SELECT id FROM documents WHERE foreign_id = :pid AND deleted = 0',
      { pid },
    )
    return rows.map(({ id }) => id)
  }

  /** Of the EMR's folder, open in this process. */
  function openFiles(): number {
    return readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(folder.documents)).length
  }
})

/** Without tokens, numbers of the request and nonces. */
function steady(html: string): string {
  return html
    .replace(/name="_csrf" value="[^"]+"|nonce="[^"]+"|"X-CSRF-Token":\s*"[^"]+"|csrf[^ >]*="[^"]+"/gi, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

/** What is in use that a collection does not clear. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // What is given back is counted a turn later.
  for (let turn = 0; turn < 3; turn += 1) {
    collect()
    await sleep(50)
  }
  return process.memoryUsage().arrayBuffers
}
