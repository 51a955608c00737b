/** The second factor at both doors, and on the page where one looks after it. */
import { expect } from 'chai'
import { issueCodes } from '../../module/access/codeIssuing.js'
import { findCode } from '../../module/access/codes.js'
import type { FactorOwner } from '../../module/access/secondFactors.js'
import { loginOf, openPractice, passwordOf, type SignInName, type TestPractice } from '../support/practice.js'
import { appWith, clearFactors, setUpFactor } from '../support/secondFactors.js'
import type { Page, Visitor } from '../support/visitor.js'
import { beginAnew, change, expectIn, PATIENT, STAFF } from './doors.js'

const STEP = '/portal/sign-in/second-factor'
const SET_UP = '/portal/sign-in/set-up-second-factor'
const STAFF_STEP = '/staff/sign-in/second-factor'
const STAFF_SET_UP = '/staff/sign-in/set-up-second-factor'
const OWN = '/portal/account/second-factor'
const STAFF_OWN = '/staff/portal/account'

describe('The second factor', function () {
  this.timeout(120_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.rule('user:front', 'portal:use', 'allow')
  })
  after(() => practice.leave())
  beforeEach(async () => {
    await beginAnew(practice)
    await practice.setting('secondFactor', 'optional')
    await practice.setting('staffSecondFactor', 'optional')
    await clearFactors(practice)
    await change(practice, `DELETE FROM foyer_sessions`)
    await change(practice, `DELETE FROM foyer_letters`)
  })

  const ownerOf = (name: SignInName): FactorOwner => `account:${String(practice.accounts[name])}`
  const typesPassword = async (name: SignInName): Promise<Visitor> => {
    const someone = await practice.visitor()
    const username = loginOf(name)
    const page = await someone.post(PATIENT, { username, password: passwordOf(username) }, { from: PATIENT })
    expect(page.status).to.equal(303)
    return someone
  }
  const atDoor = async (username: string): Promise<[Visitor, Page]> => {
    const someone = await practice.visitor()
    return [someone, await someone.post(STAFF, { username, password: passwordOf(username) }, { from: STAFF })]
  }
  const eventsOf = (subject: string) =>
    practice.db
      .select<{ event: string }>(
        `SELECT event FROM foyer_audit WHERE subject = :subject AND event LIKE 'second-factor.%' ORDER BY id`,
        { subject },
      )
      .then((rows) => rows.map(({ event }) => event))
  const codesOn = (page: Page) =>
    page.body.match(/<li>([A-Z2-9]{5}-[A-Z2-9]{5})<\/li>/g)?.map((line) => line.slice(4, -5))

  describe('asked for', () => {
    it('opens nothing before it was shown: the password alone is not being signed in', async () => {
      const { app } = await setUpFactor(practice, ownerOf('maria'))
      const someone = await typesPassword('maria')
      const paths = ['/portal', '/portal/records', `/portal/records/${practice.records.maria}`, OWN, '/portal/account']
      for (const path of paths) {
        expect((await someone.get(path)).location, path).to.equal(`${PATIENT}?next=${encodeURIComponent(path)}`)
      }
      const booking = `/portal/records/${practice.records.maria}/appointments`
      expect((await someone.post(booking, {}, { from: STEP })).location).to.match(/^\/portal\/sign-in/)
      expect((await someone.post(`${OWN}/removal`, { password: passwordOf(loginOf('maria')) })).location).to.match(
        /^\/portal\/sign-in/,
      )
      // A stage that is not theirs leads to the one that is.
      for (const stage of [SET_UP, '/portal/sign-in/new-password', '/portal/sign-in/verify-address']) {
        expectIn(await someone.get(stage), STEP)
        expectIn(await someone.post(stage), STEP)
      }
      expect((await someone.get('/staff/portal')).location).to.match(/^\/staff\/sign-in/)
      expectIn(await someone.post(STEP, { code: app.code() }, { from: STEP }), '/portal')
      expect((await someone.get('/portal/records')).status).to.equal(200)
    })

    it('takes the code as people type it, and goes on to the page that was asked for', async () => {
      const { app } = await setUpFactor(practice, ownerOf('maria'))
      const someone = await practice.visitor()
      const next = `/portal/records/${practice.records.leo}`
      const fields = { username: loginOf('maria'), password: passwordOf(loginOf('maria')), next }
      expectIn(await someone.post(PATIENT, fields, { from: PATIENT }), STEP)
      const page = await someone.get(STEP)
      expect(page.body).to.match(/<input[^>]*name="code"[^>]*autocomplete="one-time-code"[^>]*inputmode="numeric"/)
      expect(page.body).not.to.match(/<input[^>]*name="code"[^>]*(maxlength|pattern|onpaste)/)
      const code = app.code()
      expectIn(await someone.post(STEP, { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` }), next)
    })

    it('answers alike whatever was wrong, and takes no code twice', async () => {
      const { app, recoveryCodes } = await setUpFactor(practice, ownerOf('maria'))
      const first = await typesPassword('maria')
      expectIn(await first.post(STEP, { code: app.code() }, { from: STEP }), '/portal')
      const second = await typesPassword('maria')
      const inSecond = (fields: Record<string, string>) => second.post(STEP, fields, { from: STEP })
      expectIn(
        await (await typesPassword('maria')).post(STEP, { recovery: recoveryCodes[0] ?? '' }, { from: STEP }),
        '/portal',
      )
      const wrong = ['000000', app.code(), app.code(-5), 'abcdef', '1'.repeat(100)]
      for (const code of wrong) {
        const page = await inSecond({ code })
        expect(page.status, code).to.equal(401)
        expect(page.body, code).to.include('This code didn’t work')
      }
      for (const recovery of ['AAAAA-AAAAA', recoveryCodes[0] ?? '', 'x'.repeat(300)]) {
        const page = await inSecond({ recovery })
        expect(page.status, recovery).to.equal(401)
        expect(page.body, recovery).to.include('This code didn’t work')
      }
      expect((await inSecond({ passkey: '{}' })).status).to.equal(401)
      expect((await inSecond({ code: '' })).status).to.equal(422)
      expectIn(await second.post(STEP, { recovery: recoveryCodes[1] ?? '' }), '/portal')
    })

    it('can be tried so often, then waits; another person at that address does not', async () => {
      const { app, recoveryCodes } = await setUpFactor(practice, ownerOf('maria'))
      const john = await setUpFactor(practice, ownerOf('john'))
      const someone = await typesPassword('maria')
      await practice.setting('signInTries', '3')
      for (let at = 0; at < 3; at += 1) {
        expect((await someone.post(STEP, { code: '000000' }, { from: STEP })).status).to.equal(401)
      }
      expect((await someone.post(STEP, { code: app.code() }, { from: STEP })).status).to.equal(429)
      expect((await someone.post(STEP, { recovery: recoveryCodes[0] ?? '' }, { from: STEP })).status).to.equal(429)
      // Typing the password once more gives no tries.
      const again = await typesPassword('maria')
      expect((await again.post(STEP, { code: app.code() }, { from: STEP })).status).to.equal(429)
      // A passkey's count is its own: guessing codes keeps nobody from it.
      expect((await again.post(STEP, { passkey: '{}' }, { from: STEP })).status).to.equal(401)
      expectIn(await (await typesPassword('john')).post(STEP, { code: john.app.code() }, { from: STEP }), '/portal')
    })

    it('is written down, when it is shown and when it is refused', async () => {
      const { app, recoveryCodes } = await setUpFactor(practice, ownerOf('amina'))
      const subject = ownerOf('amina')
      const someone = await typesPassword('amina')
      await someone.post(STEP, { code: '123456' }, { from: STEP })
      expect(await eventsOf(subject)).to.deep.equal(['second-factor.refused'])
      await someone.post(STEP, { code: app.code() })
      expect(await eventsOf(subject)).to.deep.equal(['second-factor.refused', 'second-factor.accepted'])
      const all = JSON.stringify([
        await practice.db.select(`SELECT * FROM foyer_audit`),
        await practice.db.select(`SELECT * FROM foyer_outbox`),
      ])
      for (const secret of [app.secret, app.code(), ...recoveryCodes]) expect(all).not.to.include(secret)
    })

    it('is staff’s, at their own door', async () => {
      const { app } = await setUpFactor(practice, 'staff:front')
      const [front, page] = await atDoor('front')
      expectIn(page, STAFF_STEP)
      for (const path of ['/staff/portal', STAFF_OWN, '/staff/portal/patients']) {
        expect((await front.get(path)).location, path).to.match(/^\/staff\/sign-in\?next/)
      }
      expectIn(await front.get(STAFF_SET_UP), STAFF_STEP)
      expect((await front.post(STAFF_STEP, { code: '999999' }, { from: STAFF_STEP })).status).to.equal(401)
      expectIn(await front.post(STAFF_STEP, { code: app.code() }, { from: STAFF_STEP }), '/staff/portal')
      expect((await front.get('/staff/portal')).status).to.equal(200)
    })

    it('is over when the password was changed meanwhile, or staff took the factor off', async () => {
      const { app } = await setUpFactor(practice, ownerOf('john'))
      const someone = await typesPassword('john')
      await clearFactors(practice)
      expectIn(await someone.post(STEP, { code: app.code() }, { from: STEP }), PATIENT)
      expect((await someone.get('/portal/records')).status).to.equal(303)
    })
  })

  describe('required', () => {
    it('of those who open somebody else’s record: set up before anything opens, and of nobody else', async () => {
      await practice.setting('secondFactor', 'proxies')
      const john = await practice.visitor()
      expectIn(await john.signIn(PATIENT, loginOf('john'), passwordOf(loginOf('john'))), '/portal')
      const maria = await typesPassword('maria')
      const page = await maria.get(SET_UP)
      expect(page.status).to.equal(200)
      expectIn(await maria.get(STEP), SET_UP)
      expect((await maria.get('/portal/records')).status).to.equal(303)
      // Without having set anything up, nobody goes on.
      expect((await maria.post(SET_UP, {}, { from: SET_UP })).status).to.equal(422)
      expect((await maria.get('/portal/records')).status).to.equal(303)

      const { sealed, app } = shown(page)
      const wrong = await maria.post(SET_UP, { sealed, code: '000000' }, { from: SET_UP })
      expect(wrong.status).to.equal(422)
      expect(shown(wrong).app.secret, 'the app has read this one').to.equal(app.secret)
      const codes = await maria.post(SET_UP, { sealed, code: app.code() })
      expect(codesOn(codes)).to.have.length(10)
      expectIn(await maria.post(SET_UP), '/portal')
      expect((await maria.get('/portal/records')).status).to.equal(200)

      const again = await typesPassword('maria')
      expect((await again.post(STEP, { code: app.code() }, { from: STEP })).status, 'the code that set it up').to.equal(
        401,
      )
      expectIn(await again.post(STEP, { code: app.code(1) }), '/portal')
      expect(
        (await again.post(`${OWN}/removal`, { password: passwordOf(loginOf('maria')) }, { from: OWN })).status,
      ).to.equal(409)
    })

    it('of portal staff: not of those who may not enter the portal’s rooms', async () => {
      await practice.setting('staffSecondFactor', 'required')
      const [, nurse] = await atDoor('nurse')
      expectIn(nurse, '/staff/portal')
      const [front, page] = await atDoor('front')
      expectIn(page, STAFF_SET_UP)
      expect((await front.get('/staff/portal')).status).to.equal(303)
      const { sealed, app } = shown(await front.get(STAFF_SET_UP))
      expect(codesOn(await front.post(STAFF_SET_UP, { sealed, code: app.code() }))).to.have.length(10)
      expectIn(await front.post(STAFF_SET_UP), '/staff/portal')
      expect((await front.get(STAFF_OWN)).body).to.include('On')
    })

    it('of a parent who has just made an account with a PIN', async () => {
      await practice.setting('secondFactor', 'proxies')
      const pid = await practice.patient({ fname: 'Kim', lname: 'Novak', dob: '2017-05-03', allowPortal: '' })
      const by = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
      const issued = await issueCodes(practice.portal, by, {
        ...{ kind: 'pin', pids: [pid], recipient: 'Eva Novak', relationship: 'mother', extent: 'full', language: 'en' },
      })
      const id = issued.ok ? (issued.codes[0]?.id ?? 0) : 0
      const pin = (await findCode(practice.db, practice.portal, { pid, id }))?.symbols ?? ''
      const eva = await practice.visitor()
      const fields = {
        pin,
        birthDate: '2017-05-03',
        email: 'eva@example.org',
        password: 'Four unrelated words, 7 here',
      }
      expectIn(await eva.post('/portal/join', fields, { from: '/portal/join' }), SET_UP)
      expect((await eva.get('/portal/records')).location).to.match(/^\/portal\/sign-in/)
      // Her address is not proved: an app, and no passkey yet; the page that says so leads to the letter.
      const set = await eva.get(SET_UP)
      expect(set.body).to.not.include('name="passkey"')
      const { sealed, app } = shown(set)
      expect((await eva.post(SET_UP, { sealed, code: app.code() })).status).to.equal(200)
      await eva.post(SET_UP)
      const own = await eva.get(OWN)
      expect(own.body).to.include('href="/portal/account/email"').and.not.include(`${OWN}/passkeys/new`)
      expect((await eva.get(`${OWN}/passkeys/new`)).location).to.match(/^\/portal\/account\/second-factor/)
      expect((await eva.get('/portal/account/email')).body).to.include('value="eva@example.org"')
      await change(
        practice,
        `UPDATE foyer_accounts SET email_verified_at = '2026-11-23' WHERE email = 'eva@example.org'`,
      )
      expect((await eva.get(OWN)).body).to.include(`${OWN}/passkeys/new`)
    })

    it('of whoever is signed in already when another’s record is opened to them: that one waits, their own does not', async () => {
      await practice.setting('secondFactor', 'proxies')
      const john = await practice.patientVisitor('john')
      const pid = await practice.patient({ fname: 'Lia', lname: 'Carter', dob: '2017-05-03', allowPortal: '' })
      const by = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
      const issued = await issueCodes(practice.portal, by, {
        ...{ kind: 'pin', pids: [pid], recipient: 'Jo Carter', relationship: 'father', extent: 'full', language: 'en' },
      })
      const id = issued.ok ? (issued.codes[0]?.id ?? 0) : 0
      const pin = (await findCode(practice.db, practice.portal, { pid, id }))?.symbols ?? ''
      const fields = { pin, birthDate: '2017-05-03' }
      const redeemed = await john.post('/portal/codes', fields, { from: '/portal/codes' })
      expectIn(redeemed, OWN)
      expect((await john.follow(redeemed)).body).to.include('The PIN was accepted. One thing comes first')

      const row = await practice.db.first<{ record: string }>(`SELECT record FROM foyer_grants WHERE pid = :pid`, {
        pid,
      })
      const lia = `/portal/records/${row?.record ?? ''}`
      expectIn(await john.get(lia), OWN)
      expectIn(await john.post(`${lia}/appointments`, {}, { from: '/portal/codes' }), OWN)
      const part = await john.get(`${lia}/appointments`, { 'HX-Request': 'true' })
      expect([part.status, part.body]).to.deep.equal([401, ''])
      expect((await john.get(`/portal/records/${practice.records.john}`)).status, 'his own').to.equal(200)

      const { sealed, app } = shown(await john.get(`${OWN}/app`))
      const password = passwordOf(loginOf('john'))
      expect((await john.post(`${OWN}/app`, { sealed, code: app.code(), password })).status).to.equal(200)
      expect((await john.get(lia)).status).to.equal(200)
      // And it is nothing to whoever is asked for none.
      await clearFactors(practice)
      expectIn(await john.get(lia), OWN)
      await practice.setting('secondFactor', 'optional')
      expect((await john.get(lia)).status).to.equal(200)
    })

    it('takes no key that was made for somebody else', async () => {
      await practice.setting('secondFactor', 'proxies')
      const maria = await typesPassword('maria')
      const luis = await typesPassword('luis')
      const { sealed, app } = shown(await maria.get(SET_UP))
      await luis.get(SET_UP)
      expect((await luis.post(SET_UP, { sealed, code: app.code() })).status).to.equal(422)
      practice.clock.set('2026-11-23T08:09:00')
      expect((await maria.post(SET_UP, { sealed, code: app.code() }, { from: SET_UP })).status).to.equal(200)
    })
  })

  describe('looked after', () => {
    it('is set up, replaced, given new codes and switched off; the other sessions end each time, and a letter goes out', async () => {
      const maria = await practice.patientVisitor('maria')
      const password = passwordOf(loginOf('maria'))
      await change(practice, `UPDATE patient_data SET hipaa_allowemail = 'YES' WHERE pid = :pid`, {
        pid: practice.patients.maria,
      })
      const elsewhere = await practice.patientVisitor('maria')
      const other = await practice.patientVisitor('john')
      const { sealed, app } = shown(await maria.get(`${OWN}/app`))
      expect((await maria.post(`${OWN}/app`, { sealed, code: app.code(), password: 'guess' })).status).to.equal(422)
      expect((await elsewhere.get('/portal/records')).status).to.equal(200)
      const codes = codesOn(await maria.post(`${OWN}/app`, { sealed, code: app.code(), password }))
      expect(codes).to.have.length(10)
      expect((await elsewhere.get('/portal/records')).status, 'the other browser').to.equal(303)
      expect((await other.get('/portal/records')).status, 'somebody else').to.equal(200)
      expect((await maria.get(OWN)).status, 'this one').to.equal(200)

      expect((await maria.post(`${OWN}/codes`, { password: '' }, { from: `${OWN}/codes` })).status).to.equal(422)
      const fresh = codesOn(await maria.post(`${OWN}/codes`, { password }, { from: `${OWN}/codes` }))
      expect(fresh).to.have.length(10)
      expect(fresh).not.to.include(codes?.[0])

      expect((await maria.post(`${OWN}/removal`, { password: 'guess' }, { from: `${OWN}/removal` })).status).to.equal(
        422,
      )
      expectIn(await maria.post(`${OWN}/removal`, { password }, { from: `${OWN}/removal` }), OWN)
      expectIn(await (await practice.visitor()).signIn(PATIENT, loginOf('maria'), password), '/portal')
      expect((await eventsOf(ownerOf('maria'))).slice(-3)).to.deep.equal([
        'second-factor.app-added',
        'second-factor.codes-made',
        'second-factor.switched-off',
      ])
      const letters = await practice.db.select<{ what: string }>(
        `SELECT JSON_VALUE(facts, '$.what') AS what FROM foyer_letters WHERE account_id = :id ORDER BY id`,
        { id: practice.accounts.maria },
      )
      expect(letters.map(({ what }) => what)).to.deep.equal(['app-added', 'codes-made', 'switched-off'])
    })

    it('asks for the password, as often as the door does', async () => {
      await setUpFactor(practice, 'staff:front')
      const [front] = await atDoor('front')
      const { app } = await setUpFactor(practice, 'staff:front')
      await front.post(STAFF_STEP, { code: app.code() }, { from: STAFF_STEP })
      await practice.setting('signInTries', '3')
      const off = (password: string) =>
        front.post(`${STAFF_OWN}/removal`, { password }, { from: `${STAFF_OWN}/removal` })
      for (let at = 0; at < 3; at += 1) expect((await off('guess')).body).to.include('This is not your password')
      expect((await off(passwordOf('front'))).body).to.include('Wait 15 min')
    })
  })

  describe('lost', () => {
    const ask = () =>
      `/staff/portal/patients/${String(practice.patients.leo)}/second-factors/${String(practice.accounts.maria)}`

    it('is taken off by staff who have made sure and say how; sessions end, a letter goes out', async () => {
      const { app } = await setUpFactor(practice, ownerOf('maria'))
      await change(practice, `UPDATE patient_data SET hipaa_allowemail = 'YES' WHERE pid = :pid`, {
        pid: practice.patients.maria,
      })
      const maria = await typesPassword('maria')
      await maria.post(STEP, { code: app.code() }, { from: STEP })
      const front = await practice.staffVisitor('front')
      const card = await front.get(`/staff/portal/patients/${String(practice.patients.leo)}/second-factors`)
      expect(card.body).to.include(ask())
      expect((await front.post(ask(), { reason: 'Phone lost' }, { from: ask() })).body).to.include(
        'Say that you have made sure',
      )
      expect((await front.post(ask(), { checked: '1', reason: ' ' }, { from: ask() })).status).to.equal(422)
      expect((await maria.get('/portal/records')).status).to.equal(200)
      expect(
        (await front.post(ask(), { checked: '1', reason: 'Called back; phone lost' }, { from: ask() })).status,
      ).to.equal(303)
      expect((await maria.get('/portal/records')).status).to.equal(303)
      expectIn(
        await (await practice.visitor()).signIn(PATIENT, loginOf('maria'), passwordOf(loginOf('maria'))),
        '/portal',
      )
      const row = await practice.db.first<{ actor: string; details: string }>(
        `SELECT actor_id AS actor, details FROM foyer_audit WHERE event = 'second-factor.reset' ORDER BY id DESC`,
      )
      expect(row?.actor).to.equal('front')
      expect(JSON.stringify(row?.details)).to.include('Called back; phone lost')
      const letters = await practice.db.select(`SELECT kind, recipient FROM foyer_letters`)
      expect(letters).to.deep.equal([{ kind: 'account.second-factor-changed', recipient: 'maria.santos@example.org' }])
    })

    it('is nobody’s who has none, and of no record that is not in front of them', async () => {
      const front = await practice.staffVisitor('front')
      expect((await front.get(ask())).status).to.equal(404)
      await setUpFactor(practice, ownerOf('maria'))
      expect((await front.get(ask())).status).to.equal(200)
      const johns = `/staff/portal/patients/${String(practice.patients.john)}/second-factors/${String(practice.accounts.maria)}`
      expect((await front.get(johns)).status).to.equal(404)
      expect((await front.post(johns, { checked: '1', reason: 'x' }, { from: ask() })).status).to.equal(404)
      const nurse = await practice.staffVisitor('nurse')
      expect((await nurse.get(ask())).status).to.equal(403)
    })

    it('is taken off at the account’s own page where it opens no chart, or none any more', async () => {
      const { app } = await setUpFactor(practice, ownerOf('maria'))
      const maria = await typesPassword('maria')
      await maria.post(STEP, { code: app.code() }, { from: STEP })
      const account = `/staff/portal/accounts/${String(practice.accounts.maria)}`
      const [page, path] = [account, `${account}/second-factor`]
      const grants = `UPDATE foyer_grants SET valid_until = :until WHERE account_id = :id`
      await change(practice, grants, { until: '2026-11-01 00:00:00', id: practice.accounts.maria })
      const front = await practice.staffVisitor('front')
      expect((await front.get(ask())).status, 'of no chart').to.equal(404)
      expect((await front.get(page)).body).to.include(path)
      expect((await front.get(path)).body).to.include('a number they gave when they registered or booked')
      expect((await front.post(path, { reason: 'x' }, { from: path })).status).to.equal(422)
      const nurse = await practice.staffVisitor('nurse')
      expect((await nurse.get(path)).status).to.equal(403)
      expect((await front.post(path, { checked: '1', reason: 'Called back' }, { from: path })).location).to.equal(page)
      expect((await front.get(path)).status, 'nothing is left').to.equal(404)
      expect((await front.get(page)).body).not.to.include(path)
      expect((await maria.get('/portal/records')).status, 'signed out').to.equal(303)
      await change(practice, grants, { until: null, id: practice.accounts.maria })
      expectIn(
        await (await practice.visitor()).signIn(PATIENT, loginOf('maria'), passwordOf(loginOf('maria'))),
        '/portal',
      )
    })

    it('is a staff user’s: another administrator takes it off, never they themselves', async () => {
      const page = (username: string) => `/staff/portal/access/users/${username}/second-factor`
      const { app } = await setUpFactor(practice, 'staff:admin')
      await setUpFactor(practice, 'staff:front')
      const [admin] = await atDoor('admin')
      await admin.post(STAFF_STEP, { code: app.code() }, { from: STAFF_STEP })
      const form = { checked: '1', reason: 'Was here in person' }
      expect((await admin.post(page('admin'), form, { from: page('admin') })).status).to.equal(409)
      expectIn((await atDoor('admin'))[1], STAFF_STEP)
      expect((await admin.post(page('nobody'), form, { from: page('front') })).status).to.equal(404)
      expect((await admin.post(page('front'), form, { from: page('front') })).location).to.equal(
        '/staff/portal/access/users/front',
      )
      expectIn((await atDoor('front'))[1], '/staff/portal')
      expect((await (await practice.staffVisitor('front')).get(page('nurse'))).status).to.equal(403)
      expect((await admin.post(page('front'), form, { from: page('front') })).status, 'nothing is left').to.equal(409)
    })
  })

  function shown(page: Page) {
    const sealed = /name="sealed" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const key = /data-test="key">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? ''
    return { sealed, app: appWith(practice, key.replaceAll(' ', '')) }
  }
})
