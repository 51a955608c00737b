/** What no page of Foyer’s own would send is refused, and breaks nothing. */
import { expect } from 'chai'
import { request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { addressOf } from '../../module/web/routes.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { HTMX, letIn, logInto } from './portals.js'
import { tokenFor } from './roles.js'

describe('The web', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  const written: string[] = []

  before(async () => {
    practice = await openPractice({ log: logInto(written) })
    ;({ maria, admin } = await letIn(practice))
  })
  after(() => practice.leave())

  const home = () => `/portal/records/${practice.records.maria}`

  describe('meets what no form of its own would send', () => {
    it('too large a body: a page, and nothing is read', async () => {
      const page = await maria.post(`${home()}/appointments`, { reason: 'x'.repeat(70_000) })
      expect(page.status).to.be.within(400, 499)
      expect(page.body).to.include('Nothing has been changed')
    })

    it('other kinds of bodies, broken ones and odd names: a refusal each', async () => {
      const post = async (type: string, body: string) => {
        const headers = { 'Content-Type': type, Cookie: cookiesOf(maria) }
        return fetch(`${maria.origin}${home()}/appointments`, { method: 'POST', headers, body, redirect: 'manual' })
      }
      const csrf = tokenFor(practice, maria, '/portal')
      const form = 'application/x-www-form-urlencoded'
      for (const [type, body] of [
        ['application/json', JSON.stringify({ _csrf: csrf })],
        ['multipart/form-data; boundary=x', '--x--'],
        ['text/plain', `_csrf=${csrf}`],
        [`${form}; charset=utf-99`, `_csrf=${csrf}`],
        [form, '%'],
        [form, `_csrf=${csrf}&provider=%zz&reason=%00%ff`],
        [form, `_csrf=${csrf}&__proto__=1&constructor=2&hasOwnProperty=3&toString=4`],
        [form, `_csrf=${csrf}&__proto__[polluted]=1&a[b][c]=1`],
        [form, `_csrf=${csrf}${'&a=1'.repeat(300)}`],
        [form, `_csrf=${csrf}&provider=1&provider=2&reason=a&reason=b`],
      ] as const) {
        const answer = await post(type, body)
        expect(answer.status, `${type} ${body.slice(0, 80)}`).to.be.within(400, 499)
        expect(await answer.text()).to.include('</html>')
      }
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
    })

    it('NUL bytes and the like in addresses: 404 or a refusal, never more', async () => {
      for (const path of [
        '/portal/records/%00',
        `${home()}%00`,
        `${home()}/appointments/%00`,
        `${home()}/appointments/1%00`,
      ]) {
        expect((await maria.get(path)).status, path).to.equal(404)
      }
      for (const path of ['/staff/portal/patients/%00', '/staff/portal/patients/1e3', '/staff/portal/patients/0x1', '/staff/portal/patients/-1', '/staff/portal/patients/99999999999999999999']) {
        expect((await admin.get(path)).status, path).to.equal(404)
      } // prettier-ignore
      expect((await admin.get('/staff/portal/patients?q=%00')).status).to.equal(200)
      expect((await maria.get('/portal/records/%zz')).status).to.be.within(400, 499)
    })

    it('five thousand more, made from the route table: no 5xx, nothing unhandled', async function () {
      this.timeout(240_000)
      const unhandled: unknown[] = []
      const note = (reason: unknown) => void unhandled.push(reason)
      process.on('unhandledRejection', note)
      const failures = written.filter((line) => line.includes('"level":50')).length
      try {
        const faults: string[] = []
        for (const batch of batches(5000, 25)) {
          await Promise.all(
            batch.map(async (wild) => {
              const status = await sendWild(wild)
              if (status >= 500 || status === 0) faults.push(`${String(status)} ${JSON.stringify(wild)}`)
            }),
          )
        }
        const told = written.filter((line) => line.includes('"level":50')).slice(failures)
        expect(faults.slice(0, 5), told.slice(0, 5).join('')).to.deep.equal([])
        expect(told).to.deep.equal([])
        expect(unhandled).to.deep.equal([])
      } finally {
        process.off('unhandledRejection', note)
      }
      expect((await maria.get(home())).status, 'and it goes on as before').to.equal(200)
    })

    interface Wild {
      staff: boolean
      method: string
      path: string
      headers: Record<string, string>
      body: string
    }

    function batches(count: number, size: number): Wild[][] {
      const all = fc.sample(anything(), { numRuns: count, seed: 20261122 })
      return Array.from({ length: count / size }, (_, at) => all.slice(at * size, (at + 1) * size))
    }

    function anything(): fc.Arbitrary<Wild> {
      const routes = practice.routes.filter((route) => !route.path.endsWith('/sign-in') || route.method === 'get')
      const odd = fc.constantFrom(
        ...[
          '%00',
          '%ff',
          '%',
          '%zz',
          '%2e%2e',
          '..',
          '-1',
          '0',
          '1',
          '1-20261301',
          '1-20261124',
          '9'.repeat(30),
          '1e9',
          'NaN',
        ],
        ...[
          '__proto__',
          'constructor',
          "'",
          '%27%20OR%201=1--',
          '%22%3E%3Cscript%3E',
          '%F0%9F%98%80',
          'a'.repeat(3000),
          '%5B%5D',
        ],
      )
      const part = fc.oneof(odd, fc.string({ maxLength: 20 }).map(encodeURIComponent))
      const name = fc.oneof(
        fc.constantFrom('provider', 'category', 'date', 'time', 'at', 'reason', 'status', 'note', 'version', '_once', 'q', 'from', 'lang', 'next', 'username'),
        part,
      ) // prettier-ignore
      const value = fc.oneof(
        part,
        fc.constantFrom('2026-11-24', '2026-02-30', '0000-00-00', '10:00', '24:00', '5', '^', 'x'),
      )
      const fields = fc
        .array(fc.tuple(name, value), { maxLength: 8 })
        .map((all) => all.map((pair) => pair.join('=')).join('&'))
      return fc
        .record({
          route: fc.constantFrom(...routes),
          params: fc.array(part, { minLength: 3, maxLength: 3 }),
          known: fc.integer({ min: 0, max: 3 }),
          query: fc.option(fields, { nil: '' }),
          body: fields,
          token: fc.integer({ min: 0, max: 9 }),
          method: fc.integer({ min: 0, max: 19 }),
          htmx: fc.boolean(),
        })
        .map(({ route, params, known, query, body, token, method, htmx }): Wild => {
          const staff = route.audience === 'staff' || route.audience === 'staffDoor'
          let at = 0
          // Three times of four inside a record that is theirs: behind the first guard.
          const path = addressOf(route).replace(/:(\w+)/g, (_whole, key: string) =>
            key === 'record' && known > 0 ? practice.records.maria : (params[(at += 1) - 1] ?? 'x'),
          )
          const signsOut = path.endsWith('/sign-out')
          const good = token > 0 && !signsOut
          const csrf = good ? `_csrf=${tokenFor(practice, staff ? admin : maria, path)}&` : ''
          const others = ['put', 'delete', 'options', 'head', 'patch']
          return {
            staff,
            method: (method < others.length ? others[method] : undefined) ?? route.method,
            path: query === '' ? path : `${path}?${query}`,
            headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...(htmx ? HTMX : {}) },
            body: route.method === 'post' ? csrf + body : '',
          }
        })
    }

    /** As it is, past what fetch would mend. 0: no answer. */
    function sendWild({ staff, method, path, headers, body }: Wild): Promise<number> {
      const { hostname, port } = new URL(maria.origin)
      return new Promise((resolve) => {
        const sent = httpRequest(
          {
            hostname,
            port,
            method: method.toUpperCase(),
            path,
            headers: { ...headers, Cookie: cookiesOf(staff ? admin : maria) },
          },
          (answer) => {
            answer.resume()
            answer.on('end', () => resolve(answer.statusCode ?? 0))
          },
        )
        sent.on('error', () => resolve(0))
        sent.end(body)
      })
    }
  })
})

function cookiesOf({ cookies }: Visitor): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
