/** What every answer carries, what every form needs, and what is said when something breaks. */
import { expect } from 'chai'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { connect, createServer as createProxy, type AddressInfo, type Socket } from 'node:net'
import fc from 'fast-check'
import { readConfig } from '../../module/platform/config.js'
import { openLog } from '../../module/platform/log.js'
import { openPortal } from '../../module/portal.js'
import { addressOf } from '../../module/web/routes.js'
import { loginOf, OFFICE_VISIT, openPractice, passwordOf, ZONE, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { tokenFor } from './roles.js'

const SECRET = 'a secret that only the tests know, 42 long'
const HTMX = { 'HX-Request': 'true' }

describe('The web', function () {
  this.timeout(60_000)
  let practice: TestPractice
  const written: string[] = []
  let maria: Visitor
  let admin: Visitor

  before(async () => {
    const log = openLog({ level: 'debug', destination: { write: (line: string) => void written.push(line) } })
    practice = await openPractice({ log })
    await practice.setting('signInTries', '100')
    await practice.setting('signInTriesPerAddress', '10000')
    await practice.setting('openRequestLimit', '50')
    maria = await practice.patientVisitor('maria')
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  const home = () => `/portal/records/${practice.records.maria}`

  describe('in every answer', () => {
    const answers = async (): Promise<Record<string, Page>> => ({
      page: await maria.get(home()),
      'staff page': await admin.get('/staff/portal'),
      fragment: await admin.get('/staff/portal/appointments/waiting', HTMX),
      'sign-in': await (await practice.visitor()).get('/portal/sign-in'),
      redirect: await (await practice.visitor()).get('/portal'),
      'signed-out fragment': await (await practice.visitor()).get('/portal', HTMX),
      'refused form': await maria.post(`${home()}/appointments`, {}, { csrf: false }),
      'not found': await maria.get('/portal/nothing/here'),
      'nothing anywhere': await maria.get('/nothing'),
      'an asset that is not there': await maria.get('/assets/nothing.js'),
      'too large': await maria.post(home(), { reason: 'x'.repeat(70_000) }),
      asset: await maria.get('/assets/css/foyer.css'),
      health: await maria.get('/health'),
    })

    it('has the headers that keep browsers from harm', async () => {
      for (const [what, { headers }] of Object.entries(await answers())) {
        const policy = headers.get('Content-Security-Policy') ?? ''
        expect(policy, what)
          .to.include("default-src 'none'")
          .and.match(/script-src 'nonce-[\w+/=]{22,}'/)
        expect(policy, what).not.to.match(/unsafe-|\*/)
        expect(headers.get('X-Content-Type-Options'), what).to.equal('nosniff')
        expect(headers.get('Referrer-Policy'), what).to.equal('same-origin')
        expect(headers.get('X-Request-Id'), what).to.match(/^[\w-]{22}$/)
        expect(headers.get('X-Powered-By'), what).to.equal(null)
        expect(headers.get('Strict-Transport-Security'), what).to.equal(null)
      }
    })

    it('is kept by nobody, but for assets', async () => {
      for (const [what, { headers }] of Object.entries(await answers())) {
        if (what === 'asset') expect(headers.get('Cache-Control')).not.to.equal('no-store')
        else expect(headers.get('Cache-Control'), what).to.equal('no-store')
        if (what !== 'asset' && what !== 'health') {
          const vary = (headers.get('Vary') ?? '').split(/,\s*/)
          expect(vary, what).to.include.members(['HX-Request', 'Cookie'])
        }
      }
    })

    it('has a nonce of its own, which its scripts carry', async () => {
      const nonces = new Set<string>()
      for (let at = 0; at < 5; at += 1) {
        const page = await maria.get(home())
        const nonce = /'nonce-([^']+)'/.exec(page.headers.get('Content-Security-Policy') ?? '')?.[1] ?? ''
        const scripts = page.body.match(/<script[^>]*>/g) ?? []
        expect(scripts).not.to.deep.equal([])
        for (const script of scripts) expect(script.replaceAll('&#43;', '+')).to.include(`nonce="${nonce}"`)
        nonces.add(nonce)
      }
      expect(nonces.size).to.equal(5)
    })

    it('may be framed by nobody, and staff’s pages by the EMR’s origin where one is named', async () => {
      const ancestors = (page: Page) =>
        /frame-ancestors ([^;]+)/.exec(page.headers.get('Content-Security-Policy') ?? '')?.[1]
      expect(ancestors(await maria.get(home()))).to.equal("'none'")
      expect(ancestors(await admin.get('/staff/portal'))).to.equal("'self'")
      await elsewhere({ FOYER_EMR_ORIGIN: 'https://emr.example.org' }, async ({ origin }) => {
        expect(ancestors(await visitor(origin).get('/staff/sign-in'))).to.equal("'self' https://emr.example.org")
        expect(ancestors(await visitor(origin).get('/portal/sign-in'))).to.equal("'none'")
      })
    })

    it('asks for TLS from then on where the public address has it', async () => {
      await elsewhere({ FOYER_BASE_URL: 'https://clinic.example.org' }, async ({ origin }) => {
        const { headers } = await visitor(origin).get('/portal/sign-in')
        expect(headers.get('Strict-Transport-Security')).to.match(/^max-age=31536000/)
        expect(headers.get('Content-Security-Policy')).to.include('upgrade-insecure-requests')
      })
    })
  })

  describe('takes a form', () => {
    const wish = () => ({
      provider: String(practice.staff.lee),
      category: String(OFFICE_VISIT),
      date: '2026-11-24',
      reason: '',
    })
    const send = (time: string, options: Parameters<Visitor['post']>[2] = {}, fields = {}) =>
      maria.post(`${home()}/appointments`, { ...wish(), time, ...fields }, options)
    const countRequests = async () =>
      (await practice.db.first<{ count: number }>(`SELECT COUNT(*) AS count FROM foyer_appointment_requests`))?.count

    it('with the token of this session, in the form or in a header', async () => {
      expect((await send('09:00', { csrf: tokenFor(practice, maria, '/portal') })).status).to.equal(303)
      const header = { 'X-CSRF-Token': tokenFor(practice, maria, '/portal') }
      expect((await send('09:15', { csrf: false, headers: header })).status).to.equal(303)
      expect(await countRequests()).to.equal(2)
    })

    it('and none without it: 403, a page that says what to do, and nothing is written', async () => {
      const before = await countRequests()
      const john = await practice.patientVisitor('john')
      const stranger = await practice.visitor()
      await stranger.get('/portal/sign-in')
      const old = await practice.patientVisitor('maria')
      const stale = tokenFor(practice, old, '/portal')
      await old.signIn('/portal/sign-in', loginOf('maria'), passwordOf('maria.santos'))
      const good = tokenFor(practice, maria, '/portal')
      const tokens = {
        missing: false,
        empty: '',
        'of John’s session': tokenFor(practice, john, '/portal'),
        'of somebody signed out': tokenFor(practice, stranger, '/portal'),
        'of the same person’s former session': stale,
        'of the staff session': tokenFor(practice, admin, '/staff'),
        cut: good.slice(0, -2),
        turned: Buffer.from(good).reverse().toString(),
        'too long': `${good}AAAA`,
      } as const
      for (const [what, csrf] of Object.entries(tokens)) {
        const page = await send('10:00', { csrf })
        expect(page.status, what).to.equal(403)
        expect(page.body, what).to.include('Nothing has been changed')
      }
      for (const fields of [{ _csrf: [good, good] }, { '_csrf[]': good }, { '_csrf[a]': good }]) {
        expect((await send('10:00', { csrf: false }, fields)).status, Object.keys(fields).join()).to.equal(403)
      }
      const inAddress = await maria.post(
        `${home()}/appointments?_csrf=${good}`,
        { ...wish(), time: '10:00' },
        { csrf: false },
      )
      expect(inAddress.status).to.equal(403)
      expect(await countRequests()).to.equal(before)
      expect((await send('10:00', { csrf: good })).status, 'with it, it goes').to.equal(303)
    })

    it('from pages of its own only, where the browser tells', async () => {
      const good = tokenFor(practice, maria, '/portal')
      for (const from of ['cross-site', 'same-site', 'anything']) {
        expect((await send('10:30', { csrf: good, headers: { 'Sec-Fetch-Site': from } })).status, from).to.equal(403)
      }
      expect((await send('10:30', { csrf: good, headers: { 'Sec-Fetch-Site': 'same-origin' } })).status).to.equal(303)
    })

    it('at the doors too, with the token of a cookie that it signed itself', async () => {
      const fields = { username: loginOf('john'), password: passwordOf('john.carter') }
      const someone = await practice.visitor()
      expect((await someone.post('/portal/sign-in', fields, { csrf: false })).status).to.equal(403)
      const made = await practice.visitor()
      made.cookies.set('foyer_csrf', 'chosen.chosen')
      expect(
        (await made.post('/portal/sign-in', fields, { csrf: tokenFor(practice, made, '/portal') })).status,
      ).to.equal(403)
      expect((await someone.post('/portal/sign-in', fields, { from: '/portal/sign-in' })).status).to.equal(303)
      expect((await someone.post('/portal/sign-out', {}, { csrf: false })).status, 'signing out').to.equal(403)
      expect((await someone.get('/portal/records')).status, 'still in').to.equal(200)
    })

    it('twice under one `_once` as one wish, and with other answers not at all', async () => {
      const once = 'a'.repeat(22)
      const before = (await countRequests()) ?? 0
      const csrf = tokenFor(practice, maria, '/portal')
      const presses = await Promise.all(Array.from({ length: 10 }, () => send('11:00', { csrf }, { _once: once })))
      expect(presses.map((page) => page.status)).to.deep.equal(Array.from({ length: 10 }, () => 303))
      expect(new Set(presses.map((page) => page.location)).size).to.equal(1)
      expect(await countRequests()).to.equal(before + 1)
      expect((await send('11:15', { csrf }, { _once: once })).status).to.equal(422)
      expect((await send('11:00', { csrf }, { _once: once, reason: 'other' })).status).to.equal(422)
      expect(await countRequests()).to.equal(before + 1)
      const john = await practice.patientVisitor('john')
      const ofJohn = `/portal/records/${practice.records.john}/appointments`
      const page = await john.post(
        ofJohn,
        { ...wish(), time: '11:30', _once: once },
        { csrf: tokenFor(practice, john, '/portal') },
      )
      expect(page.status, 'the same token in another’s hands is another').to.equal(303)
      expect(await countRequests()).to.equal(before + 2)
    })

    it('and no field that chooses whose it is, or what is not the sender’s to choose', async () => {
      const { john } = practice.patients
      const before = await ofJohn()
      const names = [
        'pid',
        'pubpid',
        'record',
        'recid',
        'account',
        'account_id',
        'patient_id',
        'id',
        'user',
        'status',
        'pc_pid',
      ]
      const fields = Object.fromEntries(
        names.map((name) => [name, name === 'record' ? practice.records.john : String(john)]),
      )
      const query = new URLSearchParams(fields).toString()
      const page = await maria.post(`${home()}/appointments?${query}`, { ...wish(), ...fields, time: '13:00', status: '-' }, { csrf: tokenFor(practice, maria, '/portal'), headers: { 'X-Patient-Id': String(john), pid: String(john) } }) // prettier-ignore
      expect(page.status).to.equal(303)
      expect(await ofJohn()).to.deep.equal(before)
      const made = await practice.db.first<{ pid: string; status: string }>(
        `SELECT pc_pid AS pid, pc_apptstatus AS status FROM openemr_postcalendar_events ORDER BY pc_eid DESC LIMIT 1`,
      )
      expect(made).to.deep.equal({ pid: String(practice.patients.maria), status: '^' })

      function ofJohn() {
        return practice.db.select(`SELECT * FROM openemr_postcalendar_events WHERE pc_pid = :pid`, {
          pid: String(john),
        })
      }
    })
  })

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

  describe('when something breaks', () => {
    it('says so with a number that is in the log, and nothing of what broke', async () => {
      written.length = 0
      await practice.db.sequelize.query('RENAME TABLE facility TO facility_of_marker_7731')
      let page: Page
      let fragment: Page
      try {
        page = await maria.get(`${home()}/appointments?secret=of-the-query`)
        fragment = await maria.get(`${home()}/appointments`, HTMX)
      } finally {
        await practice.db.sequelize.query('RENAME TABLE facility_of_marker_7731 TO facility')
      }
      for (const [what, answer] of Object.entries({ page, fragment })) {
        const number = answer.headers.get('X-Request-Id') ?? ''
        expect(answer.status, what).to.equal(500)
        expect(answer.body, what).to.include(number)
        expect(answer.body, what).not.to.match(/facility|SELECT|Sequelize|ER_|node_modules|\.ts:|\.js:/)
        const lines = written.filter((line) => line.includes(number))
        expect(
          lines.some((line) => line.includes('"err"')),
          what,
        ).to.equal(true)
      }
      expect(fragment.body).not.to.include('<html')
      expect((await maria.get(`${home()}/appointments`)).status, 'mended').to.equal(200)
    })

    it('keeps names, cookies, addresses’ values and statements out of the log', async () => {
      written.length = 0
      await practice.setting('signInTries', '100')
      const someone = await practice.visitor()
      await someone.signIn('/portal/sign-in', loginOf('amina'), 'Typed-Pass1')
      await someone.signIn('/portal/sign-in', loginOf('amina'), passwordOf('amina.yusuf'))
      await someone.get(`/portal/records/${practice.records.amina}/appointments?from=2026-11-25`)
      await admin.get('/staff/portal/patients?q=yusuf')
      await admin.get(`/staff/portal/patients/${String(practice.patients.amina)}`)
      await practice.db.sequelize.query('RENAME TABLE foyer_appointment_requests TO away')
      try {
        const fields = { provider: String(practice.staff.lee), category: String(OFFICE_VISIT), date: '2026-11-27', time: '10:00', reason: 'A private reason' }
        const page = await someone.post(`/portal/records/${practice.records.amina}/appointments`, fields, { csrf: tokenFor(practice, someone, '/portal') })
        expect(page.status).to.equal(500)
      } finally {
        await practice.db.sequelize.query('RENAME TABLE away TO foyer_appointment_requests')
      } // prettier-ignore
      const log = written.join('')
      expect(written.length).to.be.greaterThan(5)
      expect(log).to.include('/portal/records/:record/appointments').and.include('ER_NO_SUCH_TABLE')
      const private_ = [
        ...['yusuf', 'Amina', 'Typed-Pass1', passwordOf('amina.yusuf'), 'private reason', '2026-11-27', 'q=', 'from='],
        ...[
          'SELECT',
          'INSERT',
          'foyer_portal=',
          '$2',
          practice.records.amina,
          someone.cookies.get('foyer_portal') ?? '?',
        ],
      ]
      for (const each of private_) expect(log, each).not.to.include(each)
    })

    it('says 503 and when to come back while the database is away, and goes on when it is there again', async () => {
      const gate = await gateTo(practice.url)
      try {
        await elsewhere(
          {},
          async ({ origin }) => {
            const someone = visitor(origin)
            await someone.signIn('/portal/sign-in', loginOf('maria'), passwordOf('maria.santos'))
            expect((await someone.get(home())).status).to.equal(200)
            gate.shut()
            for (const headers of [{}, HTMX]) {
              const page = await someone.get(home(), headers)
              expect(page.status).to.equal(503)
              expect(Number(page.headers.get('Retry-After'))).to.be.greaterThan(0)
              expect(page.body).to.include(page.headers.get('X-Request-Id')).and.not.include('ECONN')
            }
            expect((await someone.post('/portal/sign-in', { username: 'a', password: 'b' })).status).to.equal(503)
            expect((await someone.get('/ready')).status).to.equal(503)
            expect((await someone.get('/health')).status).to.equal(200)
            gate.open()
            expect((await someone.get(home())).status, 'there again, still signed in').to.equal(200)
          },
          gate.url,
        )
      } finally {
        await gate.close()
      }
    })

    it('cannot be reached past a form that is cut off in the middle', async () => {
      const { hostname, port } = new URL(maria.origin)
      await new Promise<void>((resolve) => {
        const socket = connect({ host: hostname, port: Number(port) }, () => {
          socket.write(`POST ${home()}/appointments HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\n_csrf=`)
          socket.destroy()
        }) // prettier-ignore
        socket.on('close', () => resolve())
      })
      expect((await maria.get(home())).status).to.equal(200)
    })
  })

  describe('below a path of its public address', () => {
    it('has it in every address that a page names, in redirects and in cookies', async () => {
      await elsewhere({ FOYER_BASE_URL: 'http://localhost/clinic/care' }, async ({ origin }) => {
        const base = '/clinic/care'
        const one = await baseVisitor(origin, base, '/portal/sign-in', loginOf('maria'))
        const other = await baseVisitor(origin, base, '/staff/sign-in', 'admin')
        const seen = new Set<string>()
        const ofMaria = `${base}${home()}`
        for (const [who, start] of [
          [one, `${base}/portal`],
          [one, ofMaria],
          [other, `${base}/staff/portal`],
          [other, `${base}/staff/portal/patients?q=santos`],
        ] as const) {
          // prettier-ignore
          await walk(who, start, base, seen, 40)
        }
        expect(seen.size).to.be.greaterThan(10)
        const signedOut = await visitor(origin).get(ofMaria)
        expect(signedOut.location).to.equal(`${base}/portal/sign-in?next=${encodeURIComponent(home())}`)
        const fragment = await visitor(origin).get(ofMaria, HTMX)
        expect(fragment.headers.get('HX-Redirect')).to.equal(`${base}/portal/sign-in`)
        expect((await visitor(origin).get(base)).location).to.equal(`${base}/portal`)
        expect((await visitor(origin).get('/portal/sign-in')).status, 'and is nowhere else').to.equal(404)
      })
    })

    async function baseVisitor(origin: string, base: string, door: string, username: string): Promise<Visitor> {
      const someone = visitor(origin)
      // Its cookies are for below the path: the visitor's own rule is for the root.
      const page = await someone.post(
        `${base}${door}`,
        { username, password: passwordOf(username) },
        { from: `${base}${door}` },
      )
      expect(page.status).to.equal(303)
      expect(page.location).to.equal(`${base}${door === '/staff/sign-in' ? '/staff/portal' : '/portal'}`)
      for (const cookie of page.headers.getSetCookie()) expect(cookie).to.match(/; Path=\/clinic\/care\//)
      const cookie = someone.cookies.get('foyer_portal')
      return { ...someone, get: (path, headers = {}) => visitorWith(someone, cookie).get(path, headers) }
    }

    function visitorWith(someone: Visitor, portalCookie: string | undefined): Visitor {
      if (portalCookie === undefined) return someone
      const get: Visitor['get'] = (path, headers = {}) =>
        someone.get(path, { ...headers, Cookie: `foyer_portal=${portalCookie}` })
      return { ...someone, get }
    }

    /** Follows links from page to page and checks every address on the way. */
    async function walk(who: Visitor, start: string, base: string, seen: Set<string>, most: number): Promise<void> {
      const waiting = [start]
      for (let path = waiting.pop(); path !== undefined && seen.size < most; path = waiting.pop()) {
        if (seen.has(path)) continue
        seen.add(path)
        const page = await who.get(path)
        expect([200, 303], path).to.include(page.status)
        const named = [...page.body.matchAll(/\s(?:href|action|src|hx-get|hx-post)="([^"]*)"/g)].map(
          (found) => found[1] ?? '',
        )
        const all = [...named, page.location ?? base].map((each) => each.replaceAll('&amp;', '&'))
        for (const address of all) {
          if (!/^(#|\?|tel:|mailto:|https?:)/.test(address))
            expect(address, `on ${path}`).to.match(/^\/clinic\/care(\/|$)/)
        }
        // Where forms only are posted, there is nothing to look at.
        const isPage = (each: string) =>
          /^\/clinic\/care\/(portal|staff)/.test(each) && !/\/(sign-out|status)$/.test(each)
        waiting.push(...all.filter(isPage))
      }
    }
  })

  describe('speaks', () => {
    const languageOf = (page: Page) => /<html lang="(\w+)"/.exec(page.body)?.[1]

    it('the language that is asked for, then the one chosen before, the account’s, the browser’s, the practice’s', async () => {
      const someone = await practice.visitor()
      const door = '/portal/sign-in'
      expect(languageOf(await someone.get(door)), 'the practice’s').to.equal('en')
      expect(languageOf(await someone.get(door, { 'Accept-Language': 'fr, es;q=0.8, en;q=0.5' }))).to.equal('es')
      expect(languageOf(await someone.get(door, { 'Accept-Language': 'fr' }))).to.equal('en')
      await practice.setting('defaultLanguage', 'es')
      expect(languageOf(await someone.get(door, { 'Accept-Language': 'fr' }))).to.equal('es')
      await practice.setting('defaultLanguage', 'en')
      const chosen = await someone.get(`${door}?lang=es`)
      expect(languageOf(chosen)).to.equal('es')
      expect(chosen.headers.getSetCookie().join()).to.match(/foyer_language=es.*HttpOnly; SameSite=Lax/)
      expect(languageOf(await someone.get(door, { 'Accept-Language': 'en' })), 'kept').to.equal('es')
      expect(languageOf(await someone.get(`${door}?lang=xx`)), 'no language').to.equal('es')
      expect(languageOf(await someone.get('/nothing'))).to.equal('es')
      const luis = await practice.patientVisitor('luis')
      expect(languageOf(await luis.get(`/portal/records/${practice.records.luis}`)), 'the account’s').to.equal('es')
      expect(languageOf(await luis.get(`/portal/records/${practice.records.luis}?lang=en`))).to.equal('en')
    })
  })

  /** Another portal on the same practice, set up otherwise. */
  async function elsewhere(
    env: Record<string, string>,
    work: (there: { origin: string }) => Promise<void>,
    databaseUrl = practice.url,
  ): Promise<void> {
    const { clock } = practice
    const config = readConfig({ FOYER_TIME_ZONE: ZONE, ...env })
    const running = await openPortal({ config, databaseUrl, secret: SECRET, log: openLog({ level: 'silent' }), clock })
    const server = createServer(running.app)
    try {
      await work({ origin: await listen(server) })
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await running.close()
    }
  }
})

function cookiesOf({ cookies }: Visitor): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://localhost:${String((server.address() as AddressInfo).port)}`))
  })
}

/** A way to the database that can be shut: what was connected is cut off, what comes is turned away. */
async function gateTo(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const through = new Set<Socket>()
  let isOpen = true
  const gate = createProxy((near) => {
    if (!isOpen) {
      near.destroy()
      return
    }
    const far = connect({ host: target.hostname, port: Number(target.port) })
    for (const socket of [near, far]) {
      through.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1' })
  url.port = String((gate.address() as AddressInfo).port)
  return {
    url: url.href,
    shut: () => {
      isOpen = false
      for (const socket of through) socket.destroy()
    },
    open: () => {
      isOpen = true
    },
    close: () => {
      for (const socket of through) socket.destroy()
      return new Promise((resolve) => gate.close(resolve))
    },
  }
}
