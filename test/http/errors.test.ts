/** What is said when something breaks, on the page and in the log. */
import { expect } from 'chai'
import { connect, createServer as createProxy, type AddressInfo, type Socket } from 'node:net'
import { loginOf, OFFICE_VISIT, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import type { Route } from '../../module/web/routes.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { breakable, BROKEN } from './breaking.js'
import { elsewhere, HTMX, letIn, logInto } from './portals.js'
import { tokenFor } from './roles.js'
import { clearSamples } from './samples.js'

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

    it('says nothing of it on any route, whichever of its statements it was', async function () {
      this.timeout(600_000)
      /** Of the request that is on its way: the statement that failed; '' as long as none has. */
      let failed = ''
      let breaks = (_sql: string): boolean => false
      const there = await breakable(practice, () => (sql) => {
        if (failed !== '' || !breaks(sql)) return false
        failed = shapeOf(sql)
        return true
      })
      const [patient, staff] = [visitor(there.origin), visitor(there.origin)]
      await patient.signIn('/portal/sign-in', loginOf('maria'), passwordOf('maria.santos'))
      await staff.signIn('/staff/sign-in', 'admin', passwordOf('admin'))
      const met = new Set<string>()
      const faults: string[] = []
      // What nobody hears of ends `foyer serve`.
      const unheard = (reason: unknown) => faults.push(`unheard: ${String(reason)}`)
      process.on('unhandledRejection', unheard)
      let asked = 0
      for (const route of practice.routes) {
        const stranger = visitor(there.origin)
        const isDoor = route.audience === 'patientDoor' || route.audience === 'staffDoor'
        if (isDoor) await stranger.get('/portal/sign-in')
        const who = isDoor ? stranger : route.audience === 'staff' ? staff : patient
        const sample = await sampleFor(practice, route, practice.patients.maria)
        const path = pathTo(route, practice.records.maria, sample)
        // First whatever the route asks for itself; then, one by one, what no route has asked for before.
        breaks = (sql) => !isOfAnyPage.test(sql)
        for (let [goesOn, first] = [true, true]; goesOn; first = false) {
          failed = ''
          asked += 1
          // A file that breaks while it is sent is cut off.
          const page = await askAt(practice, who, route, { path, sample }).catch(() => undefined)
          met.add(failed)
          if (page) faults.push(...faultsIn(route, page, { failed, first }))
          else if (!/archive|file|export|pdf/.test(route.path)) faults.push(`${nameOf(route)} did not answer`)
          goesOn = failed !== ''
          breaks = (sql) => !met.has(shapeOf(sql))
        }
        await clearSamples(practice)
      }
      await there.close()
      process.off('unhandledRejection', unheard)
      console.log(`        ${String(asked)} requests, ${String(met.size)} statements`)
      expect(faults.slice(0, 20), faults.slice(0, 40).join('\n')).to.deep.equal([])
      expect(met.size).to.be.greaterThan(200)
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
          practice,
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
})

/** Who asks, what they may, how often they have tried, and whether a setting has changed: the same on every page. */
const isOfAnyPage =
  /^(BEGIN|SELECT data|UPDATE foyer_sessions|INSERT INTO foyer_sessions)|`key` = |points = IF|FROM foyer_state|FROM users u JOIN users_secure|gacl_aro|FROM foyer_accounts a\s+LEFT JOIN patient_access_onsite/

/** Without its values. */
function shapeOf(sql: string): string {
  return sql
    .replace(/'(?:[^'\\]|\\[^]|'')*'|\b\d+\b|NULL|X'[^']*'/g, '?')
    .replace(/(\?, ?)+\?/g, '?')
    .replace(/\s+/g, ' ')
}

/**
 * Without what it asks for first, no route answers, but for what stands beside its answer: how often somebody tried, a
 * card of several. Of later statements some are such, too.
 */
/** Of several, one that fails is named on the page to which this leads, and the others are done (bulk.test.ts). */
const GOES_ON: readonly string[] = ['POST /staff/portal/appointments/bulk']

function faultsIn(route: Route, page: Page, { failed, first }: { failed: string; first: boolean }): string[] {
  const headers = [...page.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  const said = `${page.body}\n${headers}`
  const what = `${nameOf(route)} (${failed.slice(0, 90)})`
  if (said.includes(BROKEN) || said.includes('ER_MARKER')) return [`${what} says what broke`]
  if (failed === '') return []
  const number = page.headers.get('X-Request-Id') ?? '?'
  if (page.status < 500) return first && !GOES_ON.includes(nameOf(route)) ? [`${what}: ${String(page.status)}`] : []
  if (page.status !== 500 && page.status !== 503) return [`${what}: ${String(page.status)}`]
  return route.method === 'get' && !page.body.includes(number) ? [`${what}: without its number`] : []
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
