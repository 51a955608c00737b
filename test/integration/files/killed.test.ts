/**
 * R5: the process that receives is killed at any byte. Afterwards, once the sweeper has run, a file is either whole and
 * known to the database or gone, and the patient's page lists what is there and nothing else.
 */
import { createHash, randomInt } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { mkdtemp, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { DateTime } from 'luxon'
import { sweepStore } from '../../../module/access/storedFiles.js'
import { checkUploads } from '../../../module/features/documents/uploads/checking.js'
import { SECRET } from '../../http/portals.js'
import { cookiesOf } from '../../http/storm.js'
import { filesIn, formOf, pdfOf, storeOf } from '../../support/files.js'
import { loginOf, openPractice, passwordOf, ZONE, type TestPractice } from '../../support/practice.js'
import { visitor, type Visitor } from '../../support/visitor.js'
import { freePort, serve, type Serving } from '../lifecycle/serving.js'

/** Each kill meets so many forms, each at a byte of its own: 20 of them, and 4 once all has come, while it is kept. */
const AT_ONCE = 4
const KILLS = 6
const B = 'a-boundary'

describe('A process that is killed while files come', function () {
  this.timeout(400_000)
  let practice: TestPractice
  let dataDir: string
  let serving: Serving | undefined

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'foyer-killed-'))
    // The killed process has the system's clock.
    const at = DateTime.now().setZone(ZONE).minus({ hours: 1 }).toFormat("yyyy-MM-dd'T'HH:mm:ss")
    practice = await openPractice({ at, env: { FOYER_DATA_DIR: dataDir } })
  })
  after(async () => {
    await serving?.end('SIGKILL')
    await practice.leave()
    await rm(dataDir, { recursive: true })
  })

  it('leaves, after the sweeper, no row without its file and no file without its row', async () => {
    const files = [pdfOf('one', 900_000), pdfOf('two', 1_200_000), pdfOf('three', 400_000)]
    const known = new Set(files.map((bytes) => createHash('sha256').update(bytes).digest('hex')))
    let answered = 0
    for (let time = 0; time < KILLS; time += 1) {
      const port = await freePort()
      serving = serve(practice, { FOYER_PORT: String(port), FOYER_DATA_DIR: dataDir, FOYER_SECRET: SECRET })
      await serving.until('Foyer is at')
      const maria = visitor(`http://127.0.0.1:${String(port)}`)
      await maria.signIn('/portal/sign-in', loginOf('maria'), passwordOf(loginOf('maria')))
      const whole = await requestOf(maria, files)
      const last = time === KILLS - 1
      const offsets = Array.from({ length: AT_ONCE }, () => (last ? whole.length : randomInt(1, whole.length)))
      const before = await bytesIn(dataDir)
      const sent = await Promise.all(offsets.map((offset) => sendUntil(port, whole.subarray(0, offset))))
      // Not before they have come that far; but for the frames that are still filling, and what is around the files.
      const came = offsets.reduce((sum, offset) => sum + Math.max(0, offset - 4 * 64 * 1024), 0)
      if (!last) await arrived(async () => (await bytesIn(dataDir)) - before, came)
      await serving.end('SIGKILL')
      for (const { socket } of sent) socket.destroy()
      answered += sent.filter(({ said }) => /^HTTP\/1\.1 303/.test(said())).length
    }
    await grownOld()
    await sweepStore(practice.portal)
    await checkUploads.run(practice.portal)
    await sweepStore(practice.portal)

    const { rows, files: left, folder } = await storeOf(practice)
    expect(rows.filter(({ state }) => state !== 'kept')).to.deep.equal([])
    expect(left.map((file) => file.slice(3)).sort()).to.deep.equal(rows.map((row) => row.storage_key).sort())
    for (const { storage_key: key } of rows) {
      expect(
        known.has(
          createHash('sha256')
            .update(await practice.portal.files.read(key))
            .digest('hex'),
        ),
      ).to.equal(true)
    }
    expect((await filesIn(folder)).filter((file) => file.startsWith('arriving/'))).to.deep.equal([])
    const uploads = await practice.db.select<{ batch: string; state: string }>(`SELECT batch, state FROM foyer_uploads`)
    const batches = new Set(uploads.map(({ batch }) => batch))
    expect(uploads.map(({ state }) => state)).to.deep.equal(Array<string>(batches.size * files.length).fill('sent'))
    expect(rows.length, 'each of a batch, or none').to.equal(uploads.length)
    expect(batches.size, 'who was told that it was sent is not deceived').to.be.at.least(answered)
    const submissions = await practice.db.select(`SELECT id FROM foyer_submissions`)
    expect(submissions.length).to.equal(uploads.length)
  })

  async function requestOf(maria: Visitor, files: readonly Buffer[]): Promise<Buffer> {
    const path = `/portal/records/${practice.records.maria}/documents/upload`
    const { _csrf: token = '' } = await formOf(maria, path)
    const parts = [
      Buffer.from(`--${B}\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n`),
      ...files.flatMap((bytes, at) => [
        Buffer.from(
          `--${B}\r\nContent-Disposition: form-data; name="file"; filename="${String(at)}.pdf"\r\nContent-Type: application/pdf\r\n\r\n`,
        ),
        bytes,
        Buffer.from('\r\n'),
      ]),
      Buffer.from(`--${B}--\r\n`),
    ]
    const body = Buffer.concat(parts)
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      `Cookie: ${cookiesOf(maria)}`,
      `Content-Type: multipart/form-data; boundary=${B}`,
      `Content-Length: ${String(body.length)}`,
    ]
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
  }

  function sendUntil(port: number, bytes: Buffer): Promise<{ socket: Socket; said: () => string }> {
    let answer = ''
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(bytes, () => {
          resolve({ socket, said: () => answer })
        })
      })
      socket.on('data', (more: Buffer) => (answer += more.toString()))
      socket.on('error', () => undefined)
    })
  }

  /** Three hours pass, for the database and for the disk. */
  async function grownOld(): Promise<void> {
    await practice.db.transaction((tx) => tx.change(`UPDATE foyer_files SET created_at = created_at - INTERVAL 3 HOUR`))
    const folder = join(dataDir, 'files')
    const then = new Date(Date.now() - 3 * 60 * 60 * 1000)
    for (const file of await filesIn(folder)) await utimes(join(folder, file), then, then)
    practice.clock.set(DateTime.now().setZone(ZONE).toFormat("yyyy-MM-dd'T'HH:mm:ss"))
  }
})

/** A disk that is busy takes its time to say that it has them. */
async function arrived(bytes: () => Promise<number>, sought: number): Promise<void> {
  const end = Date.now() + 90_000
  for (let now = await bytes(); now < sought; now = await bytes()) {
    if (Date.now() > end) throw new Error(`${String(now)} of ${String(sought)} bytes have come`)
    await sleep(20)
  }
}

async function bytesIn(dataDir: string): Promise<number> {
  const folder = join(dataDir, 'files')
  let sum = 0
  for (const file of await filesIn(folder)) sum += (await stat(join(folder, file)).catch(() => undefined))?.size ?? 0
  return sum
}
