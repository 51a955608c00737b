/** Twenty patients' files of 50 MiB at once: the server's memory stays flat, since no file is ever in it as a whole. */
import { request } from 'node:http'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as yieldTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { DateTime } from 'luxon'
import { SECRET } from '../../http/portals.js'
import { cookiesOf } from '../../http/storm.js'
import { formOf } from '../../support/files.js'
import { loginOf, openPractice, passwordOf, ZONE, type SignInName, type TestPractice } from '../../support/practice.js'
import { visitor, type Visitor } from '../../support/visitor.js'
import { freePort, serve, type Serving } from '../lifecycle/serving.js'

const MIB = 1024 * 1024
const FILES = 20
const MOST_RESIDENT_MIB = 300
/** A tenth of what comes at once. */
const MOST_MORE_MIB = 120
const people: readonly SignInName[] = ['maria', 'john', 'amina', 'luis']

describe('Twenty files of 50 MiB at once', function () {
  this.timeout(300_000)
  let practice: TestPractice
  let dataDir: string
  let serving: Serving | undefined

  before(async function () {
    if (process.platform !== 'linux') this.skip()
    dataDir = await mkdtemp(join(tmpdir(), 'foyer-memory-'))
    const at = DateTime.now().setZone(ZONE).minus({ hours: 1 }).toFormat("yyyy-MM-dd'T'HH:mm:ss")
    practice = await openPractice({ at, env: { FOYER_DATA_DIR: dataDir } })
  })
  after(async () => {
    await serving?.end('SIGKILL')
    await practice.leave()
    await rm(dataDir, { recursive: true })
  })

  it(`are taken by a server of less than ${String(MOST_RESIDENT_MIB)} MiB, and kept whole`, async () => {
    const port = await freePort()
    serving = serve(practice, { FOYER_PORT: String(port), FOYER_DATA_DIR: dataDir, FOYER_SECRET: SECRET })
    await serving.until('Foyer is at')
    const atRest = peakOf(serving.pid)
    const sending: Promise<number>[] = []
    for (const name of people) {
      const person = visitor(`http://127.0.0.1:${String(port)}`)
      await person.signIn('/portal/sign-in', loginOf(name), passwordOf(loginOf(name)))
      const path = `/portal/records/${practice.records[name]}/documents/upload`
      const { _csrf: token = '' } = await formOf(person, path)
      for (let at = 0; at < FILES / people.length; at += 1) sending.push(send(person, path, token))
    }
    expect(await Promise.all(sending)).to.deep.equal(Array<number>(FILES).fill(303))
    const kept = await practice.db.select<{ bytes: number }>(`SELECT bytes FROM foyer_files WHERE state = 'kept'`)
    expect(kept.map(({ bytes }) => bytes)).to.deep.equal(Array<number>(FILES).fill(50 * MIB))
    const peak = peakOf(serving.pid)
    // Run from its source, a process holds its compiler as well.
    if (process.env['TEST_BUILT'] === '1') expect(peak, 'MiB at the most').to.be.lessThan(MOST_RESIDENT_MIB)
    expect(peak - atRest, 'MiB more than at rest').to.be.lessThan(MOST_MORE_MIB)
  })
})

/** MiB that a process had resident at the most. */
function peakOf(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

const B = 'a-boundary'
const piece = Buffer.alloc(64 * 1024, '%')

async function send(person: Visitor, path: string, token: string): Promise<number> {
  const { hostname, port } = new URL(person.origin)
  const headers = { 'Content-Type': `multipart/form-data; boundary=${B}`, Cookie: cookiesOf(person) }
  const sent = request({ hostname, port, method: 'POST', path, headers, agent: false })
  const answer = new Promise<number>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
  })
  const sending = { over: false }
  const answered = answer.then(
    () => (sending.over = true),
    () => (sending.over = true),
  )
  const head = (name: string) => `--${B}\r\nContent-Disposition: form-data; name="${name}"`
  sent.write(`${head('_csrf')}\r\n\r\n${token}\r\n${head('file')}; filename="scan.pdf"\r\n\r\n`)
  const begin = Buffer.from('%PDF-1.4\n')
  sent.write(begin)
  for (let left = 50 * MIB - begin.length; left > 0 && !sending.over; left -= piece.length) {
    if (!sent.write(piece.subarray(0, left)))
      await Promise.race([answered, new Promise((resolve) => sent.once('drain', resolve))])
    else await yieldTurn()
  }
  sent.end(`\r\n--${B}--\r\n`)
  return answer
}
