/** What every form needs: the token of its session, one wish at a time, and nothing that is not the sender’s to say. */
import { expect } from 'chai'
import { loginOf, OFFICE_VISIT, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { letIn, logInto } from './portals.js'
import { tokenFor } from './roles.js'

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
})
