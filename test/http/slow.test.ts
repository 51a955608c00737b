/** A database that takes half a second for each answer (R10): people are answered in time, and what waits has its bounds. */
import type { Server } from 'node:http'
import { connect, createServer as createProxy, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { readConfig } from '../../module/platform/config.js'
import { openLog } from '../../module/platform/log.js'
import { openPortal, type RunningPortal } from '../../module/portal.js'
import { serverOf } from '../../module/web/server.js'
import { openPractice, ZONE, type TestPractice } from '../support/practice.js'
import { SECRET } from './portals.js'

const DELAY_MS = 500
const limits = { seconds: 8, atOnce: 10, waiting: 20 }
const VISITORS = 50

describe('With a slow database', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let line: Awaited<ReturnType<typeof slowLineTo>>
  let running: RunningPortal
  let server: Server
  let origin: string
  let cookie: string

  before(async () => {
    practice = await openPractice()
    // Signed in on a fast portal of the same practice: sessions are everywhere.
    const maria = await practice.patientVisitor('maria')
    cookie = [...maria.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    line = await slowLineTo(practice.url)
    running = await openPortal({
      ...{ config: readConfig({ FOYER_TIME_ZONE: ZONE }), databaseUrl: line.url, secret: SECRET },
      ...{ log: openLog({ level: 'silent' }), clock: practice.clock, jobs: false, limits },
    })
    server = serverOf(running.app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    line.slowDown()
  })
  after(async () => {
    line.speedUp()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await running.close()
    await line.close()
    await practice.leave()
  })

  const timed = async (path: string) => {
    const began = performance.now()
    const response = await fetch(`${origin}${path}`, { headers: { cookie }, redirect: 'manual' })
    const body = await response.text()
    return { status: response.status, body, headers: response.headers, ms: performance.now() - began }
  }
  const home = () => timed(`/portal/records/${practice.records.maria}`)

  it('answers a page all the same', async () => {
    expect((await home()).status).to.equal(200)
  })

  it('answers everybody in time under load, the first with their page, who cannot be with 503 and when to come again', async () => {
    const crowd = Promise.all(Array.from({ length: VISITORS }, home))
    await sleep(DELAY_MS)
    const health = await timed('/health')
    expect(health.status).to.equal(200)
    expect(health.ms, 'the process says at once that it is up').to.be.lessThan(DELAY_MS)
    const ready = await timed('/ready')
    expect(ready.ms, 'and soon whether it can serve').to.be.lessThan(3000)

    const answers = await crowd
    const [served, refused] = [200, 503].map((status) => answers.filter((answer) => answer.status === status))
    expect(served?.length, 'some are served').to.be.greaterThan(0)
    expect((served?.length ?? 0) + (refused?.length ?? 0)).to.equal(VISITORS)
    const atOnce = refused?.filter(({ ms }) => ms < 1500) ?? []
    expect(atOnce.length, 'what waits has a bound').to.be.greaterThanOrEqual(VISITORS - limits.atOnce - limits.waiting)
    for (const { body, headers } of refused ?? []) {
      expect(Number(headers.get('Retry-After'))).to.be.greaterThan(0)
      expect(body).to.include('We’ll be back shortly').and.include(headers.get('X-Request-Id'))
    }
    expect(Math.max(...answers.map(({ ms }) => ms))).to.be.lessThan(limits.seconds * 1000 + 1000)
  })

  it('does not go on working for those who have been answered: the next is served at once', async () => {
    await Promise.all(Array.from({ length: limits.atOnce + limits.waiting }, home))
    const began = performance.now()
    const using = () =>
      (running.portal.db.sequelize.connectionManager as unknown as { pool: { using: number; waiting: number } }).pool
    while (using().using > 0 || using().waiting > 0) await sleep(20)
    expect(performance.now() - began).to.be.lessThan(6 * DELAY_MS)
    expect((await home()).status).to.equal(200)
  })
})

/** A way to the database on which each answer takes its time. */
async function slowLineTo(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let delay = 0
  const proxy = createProxy((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) })
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => other.destroy())
    } // prettier-ignore
    near.pipe(far)
    far.on('data', (chunk: Buffer) => {
      setTimeout(() => near.write(chunk), delay)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1' })
  url.port = String((proxy.address() as AddressInfo).port)
  return {
    url: url.href,
    slowDown: () => (delay = DELAY_MS),
    speedUp: () => (delay = 0),
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => proxy.close(resolve))
    },
  }
}
