/** What can go wrong while files come: a disk that is full (R9), a database that goes away. Said in words; nothing half-kept. */
import { execFileSync } from 'node:child_process'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { request } from 'node:http'
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { sweepStore } from '../../../module/access/storedFiles.js'
import { elsewhere } from '../../http/portals.js'
import { cookiesOf } from '../../http/storm.js'
import { filesIn, formOf, pdfOf, sendForm, storeOf } from '../../support/files.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { visitor, type Visitor } from '../../support/visitor.js'
import { eventually } from '../lifecycle/serving.js'

describe('While files come', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let dataDir: string
  let maria: Visitor

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'foyer-troubles-'))
    practice = await openPractice({ env: { FOYER_DATA_DIR: dataDir } })
    maria = await practice.patientVisitor('maria')
  })
  after(async () => {
    await practice.leave()
    await rm(dataDir, { recursive: true })
  })

  const address = () => `/portal/records/${practice.records.maria}/documents/upload`

  describe('and the disk is full', () => {
    let folder: string
    before(async function () {
      folder = join(dataDir, 'files')
      await mkdir(folder, { recursive: true })
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' })
      } catch {
        console.log('      (no small disk can be mounted here: not tested)')
        this.skip()
      }
    })
    after(() => {
      try {
        execFileSync('umount', [folder], { stdio: 'ignore' })
      } catch {
        // It was never mounted.
      }
    })

    it('the patient reads so (507), nothing half is left, and what fits is taken as before', async () => {
      const before = await storeOf(practice)
      const answer = await sendForm(maria, address(), await formOf(maria, address()), [
        { name: 'large.pdf', bytes: pdfOf('large', 3_000_000) },
      ])
      expect(answer.status).to.equal(507)
      expect(answer.body).to.include('“large.pdf” was not sent').and.include('storage is full')
      expect(await storeOf(practice)).to.deep.equal(before)
      const small = await sendForm(maria, address(), await formOf(maria, address()), [
        { name: 'large.pdf', bytes: pdfOf('large again', 3_000_000) },
        { name: 'small.pdf', bytes: pdfOf('small', 300_000) },
      ])
      expect(small.status).to.equal(303)
      const page = await maria.get(small.location)
      expect(page.body).to.include('Waiting for the practice').and.include('storage is full')
      expect((await maria.get(`/portal/records/${practice.records.maria}`)).status, 'the portal goes on').to.equal(200)
    })
  })

  it('and the database goes away: 503, and nothing is left once it is back and the sweeper has run', async () => {
    const line = await lineTo(practice.url)
    try {
      await elsewhere(
        practice,
        { FOYER_DATA_DIR: dataDir },
        async ({ origin }) => {
          const there = visitor(origin)
          for (const [name, value] of maria.cookies) there.cookies.set(name, value)
          const { _csrf: token = '' } = await formOf(there, address())
          const before = await storeOf(practice)
          const answer = await midway(there, token, async () => {
            await eventually(async () => (await filesIn(join(dataDir, 'files'))).length > before.files.length)
            line.cut()
          })
          expect(answer).to.equal(503)
          line.mend()
          await grownOld()
          await sweepStore(practice.portal)
          expect(await storeOf(practice)).to.deep.equal(before)
          expect(await practice.db.select(`SELECT id FROM foyer_uploads WHERE name = 'midway.pdf'`)).to.deep.equal([])
        },
        line.url,
      )
    } finally {
      await line.close()
    }
  })

  it('the sweeper takes what nobody keeps, and leaves what is young or kept', async () => {
    const { portal } = practice
    const good = [{ name: 'good.pdf', bytes: pdfOf('good') }]
    expect((await sendForm(maria, address(), await formOf(maria, address()), good)).status).to.equal(303)
    const [orphan, young] = [
      await portal.files.keep(Buffer.from('orphan')),
      await portal.files.keep(Buffer.from('young')),
    ]
    const before = await storeOf(practice)
    const [kept] = before.rows
    await aged([orphan.key, kept?.storage_key ?? ''])
    // One folder may serve several databases: what this one knows nothing of may be another's.
    await portal.files.isShared('another')
    await sweepStore(portal)
    expect(await storeOf(practice)).to.deep.equal(before)
    await rm(join(dataDir, 'files-of-another'))
    await sweepStore(portal)
    const after = await storeOf(practice)
    expect(after.rows).to.deep.equal(before.rows)
    expect(before.files.filter((file) => !after.files.includes(file)).map((file) => file.slice(3))).to.deep.equal([
      orphan.key,
    ])
    expect(after.files.some((file) => file.endsWith(young.key))).to.equal(true)
    expect((await portal.files.read(kept?.storage_key ?? '')).equals(pdfOf('good'))).to.equal(true)
    await portal.files.remove(young.key)
  })

  /** A form whose end comes only after something has happened. */
  function midway(person: Visitor, token: string, happens: () => Promise<void>): Promise<number> {
    const boundary = 'a-boundary'
    const { hostname, port } = new URL(person.origin)
    const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}`, Cookie: cookiesOf(person) }
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method: 'POST', path: address(), headers }, (response) => {
        response.resume()
        response.on('end', () => {
          resolve(response.statusCode ?? 0)
        })
      })
      sent.on('error', reject)
      const head = (name: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`
      sent.write(`${head('_csrf')}\r\n\r\n${token}\r\n${head('file')}; filename="midway.pdf"\r\n\r\n%PDF-1.4\n`)
      sent.write(Buffer.alloc(200_000, '%'))
      happens().then(() => {
        sent.end(`\r\n--${boundary}--\r\n`)
      }, reject)
    })
  }

  async function grownOld(): Promise<void> {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_files SET created_at = created_at - INTERVAL 3 HOUR WHERE state <> 'kept'`),
    )
    await aged()
  }

  async function aged(keys?: readonly string[]): Promise<void> {
    const folder = join(dataDir, 'files')
    const then = new Date(Date.now() - 3 * 60 * 60 * 1000)
    for (const file of await filesIn(folder)) {
      if (!keys || keys.some((key) => file.endsWith(key))) await utimes(join(folder, file), then, then)
    }
  }
})

/** A way to the database that can be cut. */
async function lineTo(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let whole = true
  const proxy = createServer((near) => {
    if (!whole) {
      near.destroy()
      return
    }
    const far = connect({ host: target.hostname, port: Number(target.port) })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1' })
  url.port = String((proxy.address() as AddressInfo).port)
  const cut = (): void => {
    whole = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    cut,
    mend: () => (whole = true),
    close: () => {
      cut()
      return new Promise((resolve) => proxy.close(resolve))
    },
  }
}
