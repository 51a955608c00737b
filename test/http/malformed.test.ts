/** What no page of Foyer’s own would send is refused, and breaks nothing. */
import { expect } from 'chai'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { letIn, logInto } from './portals.js'
import { tokenFor } from './roles.js'
import { cookiesOf, storm } from './storm.js'

/** The whole storm is 50,000: STORM=50000 npx mocha test/http/malformed.test.ts. */
const REQUESTS = Number(process.env['STORM'] ?? 5_000)
/** A request: what the runtime compiles and remembers by the way, and the log that we keep; a leak would be more. */
const MOST_GROWTH_KIB = 2
/** Templates that are shown for the first time later than in the first fifth stay, compiled. */
const FIRST_SHOWN_MIB = 8

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

    it('thousands more, made from the route table: no 5xx, nothing unhandled, and memory stays flat', async function () {
      this.timeout(600_000)
      const unhandled: unknown[] = []
      const note = (reason: unknown) => void unhandled.push(reason)
      process.on('unhandledRejection', note)
      const errors = () => written.filter((line) => line.includes('"level":50'))
      const before = errors().length
      try {
        const { faults, statuses, heap } = await storm(practice, { maria, admin }, REQUESTS)
        expect(
          faults.slice(0, 5),
          errors()
            .slice(before, before + 5)
            .join(''),
        ).to.deep.equal([])
        expect(errors().slice(before)).to.deep.equal([])
        expect(unhandled).to.deep.equal([])
        // A storm that never got past the door would prove nothing.
        for (const status of [200, 303, 404, 422]) expect(statuses.get(status), String(status)).to.be.greaterThan(50)
        const most = (REQUESTS * 0.8 * MOST_GROWTH_KIB) / 1024 + FIRST_SHOWN_MIB
        expect(heap.last - heap.first, 'MiB since the first fifth').to.be.lessThan(most)
      } finally {
        process.off('unhandledRejection', note)
      }
      expect((await maria.get(home())).status, 'and it goes on as before').to.equal(200)
    })
  })
})
