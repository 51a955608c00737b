/** Files come at the speed of their sender's line: they keep nobody from a page, and come to an end. */
import { request, type ClientRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../module/platform/config.js'
import { openLog } from '../../module/platform/log.js'
import { openPortal, type RunningPortal } from '../../module/portal.js'
import { serverOf } from '../../module/web/server.js'
import { filesIn, formOf, pdfOf, sendForm } from '../support/files.js'
import { openPractice, ZONE, type TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'
import { SECRET } from './portals.js'
import { cookiesOf } from './storm.js'

const limits = {
  ...{ seconds: 10, atOnce: 2, waiting: 30 },
  uploads: { atOnce: 3, each: 2, seconds: 60, silence: 2 },
}
const B = 'a-boundary'

describe('Files on a slow line', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let running: RunningPortal
  let server: Server
  let dataDir: string
  let maria: Visitor
  let john: Visitor

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'foyer-slow-'))
    practice = await openPractice()
    running = await openPortal({
      ...{ config: readConfig({ FOYER_TIME_ZONE: ZONE, FOYER_DATA_DIR: dataDir }), databaseUrl: practice.url },
      ...{ secret: SECRET, log: openLog({ level: 'silent' }), clock: practice.clock, jobs: false, limits },
    })
    server = serverOf(running.app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const signedIn = async (name: 'maria' | 'john') => {
      const moved = visitor(origin)
      for (const [key, value] of (await practice.patientVisitor(name)).cookies) moved.cookies.set(key, value)
      return moved
    }
    ;[maria, john] = [await signedIn('maria'), await signedIn('john')]
  })
  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await running.close()
    await practice.leave()
    await rm(dataDir, { recursive: true, force: true })
  })

  const pathOf = (name: 'maria' | 'john') => `/portal/records/${practice.records[name]}/documents/upload`
  const arriving = async () =>
    (await filesIn(join(dataDir, 'files'))).filter((file) => file.startsWith('arriving/')).length

  interface Slow {
    sent: ClientRequest
    answer: Promise<IncomingMessage & { text: string }>
    goOn: (bytes: number) => void
    finish: () => void
  }

  /** A form that has begun to come: its token, and the first part of its file. */
  async function begin(person: Visitor, name: 'maria' | 'john', first = 100_000): Promise<Slow> {
    const { _csrf: token = '' } = await formOf(person, pathOf(name))
    const { hostname, port } = new URL(person.origin)
    const headers = {
      'Content-Type': `multipart/form-data; boundary=${B}`,
      Cookie: cookiesOf(person),
      Connection: 'close',
    }
    const sent = request({ hostname, port, method: 'POST', path: pathOf(name), headers, agent: false })
    const answer = new Promise<IncomingMessage & { text: string }>((resolve, reject) => {
      sent.on('error', reject)
      sent.on('response', (response) => {
        let text = ''
        response.on('data', (bytes: Buffer) => (text += bytes.toString()))
        response.on('end', () => {
          resolve(Object.assign(response, { text }))
        })
      })
    })
    answer.catch(() => undefined)
    sent.write(
      `--${B}\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${token}\r\n--${B}\r\n` +
        `Content-Disposition: form-data; name="file"; filename="slow.pdf"\r\n\r\n%PDF-1.4\n`,
    )
    sent.write(Buffer.alloc(first, '%'))
    return {
      sent,
      answer,
      goOn: (bytes) => sent.write(Buffer.alloc(bytes, '%')),
      finish: () => sent.end(`\r\n--${B}--\r\n`),
    }
  }

  it('stand in a line of their own: while more come than pages are served at once, pages are served at once', async () => {
    const slow = [await begin(maria, 'maria'), await begin(maria, 'maria'), await begin(john, 'john')]
    await until(async () => (await arriving()) === 3)
    for (let time = 0; time < 5; time += 1) {
      const began = performance.now()
      expect((await john.get(`/portal/records/${practice.records.john}`)).status).to.equal(200)
      expect(performance.now() - began).to.be.lessThan(1500)
      for (const each of slow) each.goOn(1000)
    }
    for (const each of slow) each.finish()
    for (const each of slow) expect((await each.answer).statusCode).to.equal(303)
    expect(await arriving()).to.equal(0)
  })

  it('of one person are let in a few at a time: another need not wait behind them', async () => {
    const [first, second, third] = [
      await begin(maria, 'maria'),
      await begin(maria, 'maria'),
      await begin(maria, 'maria'),
    ]
    await until(async () => (await arriving()) === 2)
    const other = await sendForm(john, pathOf('john'), await formOf(john, pathOf('john')), [
      { name: 'quick.pdf', bytes: pdfOf('quick') },
    ])
    expect(other.status, 'John’s goes past Maria’s third').to.equal(303)
    expect(await arriving()).to.equal(2)
    first.finish()
    expect((await first.answer).statusCode).to.equal(303)
    await until(async () => (await arriving()) === 2)
    for (const each of [second, third]) each.finish()
    expect((await third.answer).statusCode).to.equal(303)
    expect((await second.answer).statusCode).to.equal(303)
  })

  it('that have stopped coming are given up, in words, and leave nothing', async () => {
    const before = await filesIn(join(dataDir, 'files'))
    const silent = await begin(maria, 'maria')
    const answer = await silent.answer
    expect(answer.statusCode).to.equal(503)
    expect(answer.text).to.include('did not arrive in time')
    await until(async () => (await filesIn(join(dataDir, 'files'))).length === before.length)
    // Its row goes after the file, once the answer is sent.
    await until(async () => (await practice.db.select(`SELECT id FROM foyer_files WHERE state <> 'kept'`)).length === 0)
  })

  it('that come while their sender is signed out elsewhere are not taken', async () => {
    const before = await practice.db.select(`SELECT id FROM foyer_uploads`)
    const slow = await begin(john, 'john')
    await until(async () => (await arriving()) === 1)
    await practice.db.transaction((tx) =>
      tx.change(`DELETE FROM foyer_sessions WHERE owner = :owner OR data LIKE :in`, {
        owner: String(practice.accounts.john),
        in: `%"id":${String(practice.accounts.john)},%`,
      }),
    )
    slow.finish()
    const answer = await slow.answer
    expect(answer.statusCode).to.be.oneOf([303, 403])
    expect(answer.headers.location ?? '/sign-in').to.include('/sign-in')
    expect(await practice.db.select(`SELECT id FROM foyer_uploads`)).to.deep.equal(before)
    expect(await arriving()).to.equal(0)
  })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It never came to that')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
