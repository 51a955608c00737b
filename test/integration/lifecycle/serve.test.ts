import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { hostFor, type Guest } from './guest.js'
import { eventually, freePort, holdPort, isAlive, refuses, serve, type Serving } from './serving.js'

describe('foyer serve', function () {
  this.timeout(60_000)
  let guest: Guest
  let serving: Serving | undefined

  before(async () => {
    guest = await hostFor('demo')
    await install(guest.context)
    await enable(guest.context)
  })
  afterEach(async () => {
    await serving?.end('SIGKILL')
    serving = undefined
  })
  after(() => guest.leave())

  for (const workers of ['1', '2']) {
    it(`answers with FOYER_WORKERS ${workers} until it is asked to stop, and leaves nothing running (exit 0)`, async () => {
      const port = await freePort()
      serving = serve(guest, { FOYER_PORT: String(port), FOYER_WORKERS: workers })
      await serving.until('Foyer is at')
      const page = await fetch(`http://127.0.0.1:${String(port)}/portal/sign-in`)
      expect(page.status).to.equal(200)
      const children = serving.children()
      expect(await serving.end('SIGTERM')).to.equal(0)
      expect(await refuses(port)).to.equal(true)
      expect(children.filter(isAlive)).to.deep.equal([])
    })

    it(`says once that the port is taken, with FOYER_WORKERS ${workers} (exit 1)`, async () => {
      const taken = await holdPort()
      const { port } = taken.address() as AddressInfo
      try {
        serving = serve(guest, { FOYER_PORT: String(port), FOYER_WORKERS: workers })
        expect(await serving.ended).to.equal(1)
        expect(serving.said().err.trimEnd()).to.equal(`Port ${String(port)} is in use. Set FOYER_PORT to another one.`)
      } finally {
        taken.close()
      }
    })
  }

  it('replaces a process that dies', async function () {
    if (process.platform !== 'linux') this.skip()
    const port = await freePort()
    serving = serve(guest, { FOYER_PORT: String(port), FOYER_WORKERS: '2' })
    await serving.until('Foyer is at')
    const { children } = serving
    await eventually(() => children().length === 2)
    const [first = 0] = children()
    process.kill(first, 'SIGKILL')
    await eventually(() => children().length === 2 && !children().includes(first))
    while (await refuses(port)) await sleep(20)
    expect((await fetch(`http://127.0.0.1:${String(port)}/ready`)).status).to.equal(200)
  })

  it('is one portal in two processes: a sign-in is everybody’s, wrong passwords are counted once, jobs run', async function () {
    this.timeout(120_000)
    const port = await freePort()
    serving = serve(guest, { FOYER_PORT: String(port), FOYER_WORKERS: '2' })
    await serving.until('Foyer is at')
    const person = visitorOn(port)
    const signIn = (username: string, password: string) => person.post('/staff/sign-in', { username, password })
    expect((await signIn('admin', 'demo-admin-Pass1')).status).to.equal(303)
    // A connection each: the processes take them in turns.
    const pages = await Promise.all(Array.from({ length: 12 }, () => person.get('/staff/portal')))
    expect(pages.map(({ status }) => status)).to.deep.equal(Array(12).fill(200))
    const wrong: number[] = []
    for (let tries = 0; tries < 13; tries += 1) wrong.push((await signIn('nobody', 'wrong')).status)
    expect(wrong).to.deep.equal([...Array(10).fill(401), ...Array(3).fill(429)])
    const outcomes = () =>
      guest.db.select(`SELECT name, outcome FROM foyer_jobs WHERE name IN ('deliver', 'sweep') ORDER BY name`)
    await eventually(async () => {
      const all = await outcomes()
      return all.length === 2 && !JSON.stringify(all).includes('null')
    })
    expect(await outcomes()).to.deep.equal(['deliver', 'sweep'].map((name) => ({ name, outcome: 'ok' })))
  })
})

/** Somebody who opens a connection for each request, and keeps cookies and the last form's token. */
function visitorOn(port: number) {
  const cookies = new Map<string, string>()
  let token = ''
  const ask = (method: 'GET' | 'POST', path: string, body = ''): Promise<{ status: number }> =>
    new Promise((resolve, reject) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
      const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
        answer.on('end', () => {
          for (const each of answer.headers['set-cookie'] ?? []) {
            const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
            cookies.set(name, value)
          }
          token = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? token
          resolve({ status: answer.statusCode ?? 0 })
        })
      })
      sent.on('error', reject).end(body)
    })
  return {
    get: (path: string) => ask('GET', path),
    /** After the same page was opened for its token. */
    post: async (path: string, fields: Record<string, string>) => {
      await ask('GET', path)
      return ask('POST', path, new URLSearchParams({ ...fields, _csrf: token }).toString())
    },
  }
}
