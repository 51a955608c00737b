/** Two hundred sign in at once: whoever is at work goes on working. A portal in a process of its own. */
import { Agent, request } from 'node:http'
import { expect } from 'chai'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { eventually, freePort, serve, type Serving } from '../integration/lifecycle/serving.js'
import { openPractice, passwordOf, ZONE, type TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'
import { change } from './doors.js'

const AT_ONCE = 200
const CALM = 40

describe('Two hundred sign-ins at once', function () {
  this.timeout(180_000)
  let practice: TestPractice
  let serving: Serving
  let port: number
  let admin: Visitor
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE + 10 })

  before(async () => {
    practice = await openPractice()
    // As costly as PHP's default.
    await practice.global('gbl_auth_bcrypt_hash_cost', '10')
    const hash = await hashHostPassword(passwordOf('admin'), hashSettings(practice.portal.globals()))
    await change(practice, `UPDATE users_secure SET password = :hash`, { hash })
    await practice.setting('signInTriesPerAddress', '10000')
    port = await freePort()
    serving = serve(practice, {
      FOYER_PORT: String(port),
      FOYER_TIME_ZONE: ZONE,
      FOYER_BASE_URL: `http://localhost:${String(port)}`,
    })
    await serving.until('http://')
    await eventually(() =>
      fetch(`http://localhost:${String(port)}/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
    admin = visitor(`http://localhost:${String(port)}`)
    await admin.signIn('/staff/sign-in', 'admin', passwordOf('admin'))
  })
  after(async () => {
    agent.destroy()
    await serving.end('SIGTERM')
    await practice.leave()
  })

  it('leave the dashboard’s p95 below three times what it is in calm', async () => {
    for (let time = 0; time < CALM; time += 1) await dashboard()
    const calm = await oneAfterTheOther(CALM, () => true)

    const { cookie, csrf } = await signInForm()
    let left = AT_ONCE
    const flood = Promise.all(
      Array.from({ length: AT_ONCE }, async (_, at) => {
        const body = new URLSearchParams({ _csrf: csrf, username: `nobody${String(at)}`, password: 'Wrong-Pass1' })
        const { status } = await ask('POST', '/portal/sign-in', cookie, body.toString())
        left -= 1
        return status
      }),
    )
    const stormy = await oneAfterTheOther(1000, () => left > 0)
    const answers = await flood
    const counted = (status: number) => answers.filter((each) => each === status).length
    const said = `calm ${p95(calm).toFixed(1)} ms, flood ${p95(stormy).toFixed(1)} ms over ${String(stormy.length)} pages; 401: ${String(counted(401))}, 503: ${String(counted(503))}`
    if (process.env['FOYER_TELL'] !== undefined) console.log(said)
    expect(counted(401) + counted(503), said).to.equal(AT_ONCE)
    expect(counted(401), 'they are answered, as many as can be').to.be.greaterThan(10)
    expect(stormy.length, said).to.be.greaterThan(20)
    // Below 20 ms what is measured is the machine.
    expect(p95(stormy), said).to.be.lessThan(3 * Math.max(p95(calm), 20))
  })

  async function oneAfterTheOther(most: number, goOn: () => boolean): Promise<number[]> {
    const times: number[] = []
    while (times.length < most && goOn()) times.push(await dashboard())
    return times
  }

  /** Milliseconds. */
  async function dashboard(): Promise<number> {
    const began = performance.now()
    const { status } = await ask('GET', '/staff/portal', cookiesOf(admin))
    expect(status).to.equal(200)
    return performance.now() - began
  }

  async function signInForm(): Promise<{ cookie: string; csrf: string }> {
    const someone = visitor(admin.origin)
    const page = await someone.get('/portal/sign-in')
    return { cookie: cookiesOf(someone), csrf: /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '' }
  }

  function cookiesOf({ cookies }: Visitor): string {
    return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  function ask(method: 'GET' | 'POST', path: string, cookie: string, body = ''): Promise<{ status: number }> {
    const headers = {
      cookie,
      ...(method === 'POST'
        ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }
        : {}),
    }
    return new Promise((resolve, reject) => {
      const asked = request({ agent, port, host: '127.0.0.1', method, path, headers }, (answer) => {
        answer.resume()
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0 }))
      })
      asked.once('error', reject)
      asked.end(body)
    })
  }
})

function p95(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.95)] ?? Infinity
}
