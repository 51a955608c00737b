/** What every form needs: the token of its session, one wish at a time, and nothing that is not the sender’s to say. */
import { expect } from 'chai'
import { loginOf, OFFICE_VISIT, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { addressOf, type Route } from '../../module/web/routes.js'
import { difference, dumpRows } from '../support/dump.js'
import type { Visitor } from '../support/visitor.js'
import { letIn, logInto } from './portals.js'
import { tokenFor } from './roles.js'
import { clearSamples, samples, type Sample } from './samples.js'

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
      const names = ['pid', 'pubpid', 'record', 'recid', 'account', 'account_id', 'patient_id', 'id', 'user', 'pc_pid']
      const fields = Object.fromEntries(
        names.map((name) => [name, name === 'record' ? practice.records.john : String(john)]),
      )
      const query = new URLSearchParams(fields).toString()
      const page = await maria.post(`${home()}/appointments?${query}`, { ...wish(), ...fields, time: '13:00' }, { csrf: tokenFor(practice, maria, '/portal'), headers: { 'X-Patient-Id': String(john), pid: String(john) } }) // prettier-ignore
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

  describe('takes of a patient', () => {
    const posts = () => practice.routes.filter((route) => route.audience === 'record' && route.method === 'post')
    const nameOf = (route: Route) => `POST ${addressOf(route)}`
    const sampleOf = async (route: Route): Promise<Sample> =>
      (await samples[nameOf(route)]?.(practice, practice.patients.maria)) ?? {}
    const pathOf = (route: Route, { params = {} }: Sample) =>
      addressOf(route).replace(/:(\w+)/g, (_whole, name: string) =>
        name === 'record' ? practice.records.maria : (params[name] ?? ''),
      )
    const send = (route: Route, sample: Sample, more: Record<string, string> = {}) => {
      const path = pathOf(route, sample)
      return maria.post(path, { ...sample.body, ...more }, { csrf: tokenFor(practice, maria, path) })
    }
    beforeEach(() => clearSamples(practice))

    it('nothing that only the practice decides: 422, and nothing is written', async () => {
      expect(posts().length).to.be.greaterThan(6)
      // Whatever else staff may set, and in every form: staffOnly.test.ts.
      for (const route of posts().filter(({ path }) => path.startsWith('/appointments'))) {
        const sample = await sampleOf(route)
        for (const more of [{ status: '-' }, { status: 'x' }, { status: '' }, { state: 'confirmed' }]) {
          const before = await dumpRows(practice.db)
          const page = await send(route, sample, more)
          expect(page.status, `${nameOf(route)} ${JSON.stringify(more)}`).to.equal(422)
          expect(page.body).to.include('only the practice may decide')
          expect(withoutVisit(difference(before, await dumpRows(practice.db))), nameOf(route)).to.deep.equal([])
        }
        expect((await send(route, sample)).status, `${nameOf(route)}, without it`).to.equal(303)
        await clearSamples(practice)
      }
    })

    it('no provider and no kind of visit that the practice has not opened: 422, and nothing is written', async () => {
      const { staff } = practice
      const refused = [
        ...[staff.marsh, staff.nurse, staff.admin, 4711].map((provider) => ({ provider: String(provider) })),
        ...[1, 2, 3, 4, 6, 12, 4711].map((category) => ({ category: String(category) })),
      ]
      for (const route of posts()) {
        const sample = await sampleOf(route)
        const fields = refused.filter((each) => Object.keys(each).every((field) => field in (sample.body ?? {})))
        for (const more of fields) {
          const before = await dumpRows(practice.db)
          expect((await send(route, sample, more)).status, `${nameOf(route)} ${JSON.stringify(more)}`).to.equal(422)
          expect(withoutVisit(difference(before, await dumpRows(practice.db))), nameOf(route)).to.deep.equal([])
        }
        await clearSamples(practice)
      }
    })

    it('twenty presses of a form that makes something as one, and another body under its token not at all', async () => {
      const making = posts().filter((route) => /appointments$|alternatives|rescheduling$/.test(addressOf(route)))
      expect(making).to.have.lengthOf(3)
      for (const route of making) {
        const sample = await sampleOf(route)
        const token = Buffer.from(addressOf(route)).toString('base64url').slice(-22)
        const before = await events()
        const pages = await Promise.all(Array.from({ length: 20 }, () => send(route, sample, { _once: token })))
        expect(new Set(pages.map(({ status, location }) => `${String(status)} ${String(location)}`)).size).to.equal(1)
        expect(pages[0]?.status, nameOf(route)).to.equal(303)
        // What nobody confirmed is moved where it stands.
        expect(await events(), nameOf(route)).to.equal(before + (addressOf(route).endsWith('rescheduling') ? 0 : 1))
        const other = await otherWith(route, sample)
        expect((await send(route, other, { _once: token })).status, `${nameOf(route)}, another body`).to.equal(422)
        await clearSamples(practice)
      }
    })

    /** The same form with another answer: another reason, or the other of two times. */
    async function otherWith(route: Route, sample: Sample): Promise<Sample> {
      if (!addressOf(route).includes('alternatives')) return { ...sample, body: { ...sample.body, reason: 'Another' } }
      const alternative = await practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_appointment_alternatives (pc_eid, provider_id, category_id, day, start_time, minutes, offered_by, offered_at)
           SELECT pc_eid, provider_id, category_id, day, '15:00', minutes, offered_by, offered_at
             FROM foyer_appointment_alternatives WHERE pc_eid = :eid LIMIT 1`,
          { eid: sample.params?.['id'] },
        ),
      )
      return { params: { ...sample.params, alternative: String(alternative) } }
    }

    it('twenty wishes to cancel one visit as one, with twenty equal answers', async () => {
      const eid = await practice.event({ providerId: practice.staff.lee, pid: practice.patients.maria, start: '15:00' })
      const path = `${home()}/appointments/${String(eid)}/cancellation`
      const csrf = tokenFor(practice, maria, path)
      const pages = await Promise.all(Array.from({ length: 20 }, () => maria.post(path, { reason: 'Ill' }, { csrf })))
      expect(new Set(pages.map(({ status, location }) => `${String(status)} ${String(location)}`))).to.deep.equal(
        new Set([`303 ${home()}/appointments/${String(eid)}`]),
      )
      expect(await practice.db.select(`SELECT id FROM foyer_cancellation_requests`)).to.have.lengthOf(1)
    })

    async function events(): Promise<number> {
      const row = await practice.db.first<{ count: number }>(
        `SELECT COUNT(*) AS count FROM openemr_postcalendar_events WHERE pc_pid <> ''`,
      )
      return row?.count ?? 0
    }

    /** But for the sign that somebody was there: the session, turns that were taken, a view in the trail. */
    function withoutVisit(lines: readonly string[]): string[] {
      return lines.filter((line) => !/^. foyer_(sessions|turns|audit|accounts)\b/.test(line))
    }
  })
})
