/** What every answer carries, below a path of its public address too, and which language it speaks. */
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { elsewhere, HTMX, letIn, logInto } from './portals.js'

describe('The web', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor

  before(async () => {
    practice = await openPractice({ log: logInto([]) })
    ;({ maria, admin } = await letIn(practice))
  })
  after(() => practice.leave())

  const home = () => `/portal/records/${practice.records.maria}`

  describe('in every answer', () => {
    const answers = async (): Promise<Record<string, Page>> => ({
      page: await maria.get(home()),
      'staff page': await admin.get('/staff/portal'),
      fragment: await admin.get('/staff/portal/appointments/waiting', HTMX),
      card: await admin.get('/staff/portal/cards/online', HTMX),
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

    it('is framed for staff by the EMR, whose tab it is in, and for patients never', async () => {
      const inTab = { 'Sec-Fetch-Dest': 'iframe' }
      const staff = await admin.get('/staff/portal/appointments', inTab)
      expect(staff.body).to.include('class="staff embedded"').and.not.include('class="topbar"')
      expect(staff.body).to.include('href="/staff/portal/patients"')
      expect(staff.headers.get('Content-Security-Policy')).to.include("frame-ancestors 'self'")
      expect((await admin.get('/staff/portal/appointments')).body).to.include('class="topbar"')
      const patient = await maria.get(home(), inTab)
      expect(patient.body).to.include('class="topbar"')
      expect(patient.headers.get('Content-Security-Policy')).to.include("frame-ancestors 'none'")
    })

    it('brings its whole look in one stylesheet, kept until it changes', async () => {
      const [href = ''] = /\/assets\/css\/foyer\.css\?v=\w+/.exec((await maria.get(home())).body) ?? []
      const { body, headers } = await maria.get(href)
      expect(headers.get('Content-Type')).to.include('text/css')
      expect(headers.get('Cache-Control')).to.include('immutable')
      const folder = new URL('../../public/css/foyer/', import.meta.url)
      for (const part of readdirSync(folder)) expect(body, part).to.include(readFileSync(new URL(part, folder), 'utf8'))
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
      await elsewhere(practice, { FOYER_EMR_ORIGIN: 'https://emr.example.org' }, async ({ origin }) => {
        expect(ancestors(await visitor(origin).get('/staff/sign-in'))).to.equal("'self' https://emr.example.org")
        expect(ancestors(await visitor(origin).get('/portal/sign-in'))).to.equal("'none'")
      })
    })

    it('asks for TLS from then on where the public address has it', async () => {
      await elsewhere(practice, { FOYER_BASE_URL: 'https://clinic.example.org' }, async ({ origin }) => {
        const { headers } = await visitor(origin).get('/portal/sign-in')
        expect(headers.get('Strict-Transport-Security')).to.match(/^max-age=31536000/)
        expect(headers.get('Content-Security-Policy')).to.include('upgrade-insecure-requests')
      })
    })
  })

  describe('below a path of its public address', () => {
    it('has it in every address that a page names, in redirects and in cookies', async () => {
      await elsewhere(practice, { FOYER_BASE_URL: 'http://localhost/clinic/care' }, async ({ origin }) => {
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
        const named = [...page.body.matchAll(/\s(href|action|src|hx-get|hx-post)="([^"]*)"/g)].map(
          ([, by = '', address = '']) => ({ by, address: address.replaceAll('&amp;', '&') }),
        )
        const all = [...named.map(({ address }) => address), page.location ?? base]
        const toLookAt = [
          ...named.filter(({ by }) => !/action|post/.test(by)).map(({ address }) => address),
          page.location ?? base,
        ]
        for (const address of all) {
          if (!/^(#|\?|tel:|mailto:|https?:)/.test(address))
            expect(address, `on ${path}`).to.match(/^\/clinic\/care(\/|$)/)
        }
        // Where forms only are posted, there is nothing to look at.
        const isPage = (each: string) =>
          /^\/clinic\/care\/(portal|staff)/.test(each) && !/\/(sign-out|status)$/.test(each)
        waiting.push(...toLookAt.filter(isPage))
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
})
