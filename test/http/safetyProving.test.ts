/** Addresses that nobody has proved: how far one comes with them, and what proves them. */
import { expect } from 'chai'
import { grant } from '../../module/access/accounts.js'
import { sendVerification } from '../../module/access/verification.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { beginAnew, change, expectIn, PATIENT } from './doors.js'
import { forgetful, NEW, RESET } from './forgetful.js'

describe('Who signs in', function () {
  this.timeout(120_000)
  let practice: TestPractice
  const { ask, lastToken, lettersTo, ownAccount } = forgetful(() => practice)

  before(async () => {
    practice = await openPractice()
    await change(practice, `UPDATE patient_data SET hipaa_allowemail = 'YES'`)
  })
  after(() => practice.leave())
  beforeEach(async () => {
    await beginAnew(practice)
    await change(practice, `DELETE FROM foyer_letters`)
  })

  describe('and never proved their address', () => {
    const WAIT = '/portal/sign-in/verify-address'

    it('comes no further than to be asked for it, and in once the button is pressed', async () => {
      const { email, username, password } = await ownAccount({ verified: false })
      const someone = await practice.visitor()
      expectIn(await someone.signIn(PATIENT, username, password), WAIT)
      expect((await someone.get(WAIT)).body).to.include(email)
      expect((await someone.get('/portal/account')).status).to.equal(303)
      expect((await someone.post(WAIT, {}, { from: WAIT })).status, 'not yet').to.equal(409)
      expectIn(await someone.post(`${WAIT}/letter`, {}, { from: WAIT }), WAIT)
      const token = await lastToken()

      const elsewhere = await practice.visitor()
      expect((await elsewhere.get(`/portal/verify?token=${token}`)).status).to.equal(200)
      expect((await someone.post(WAIT, {}, { from: WAIT })).status, 'looking proves nothing').to.equal(409)
      expectIn(await elsewhere.post('/portal/verify', { token }), PATIENT)
      expect((await elsewhere.post('/portal/verify', { token })).status, 'once').to.equal(404)
      const again = await elsewhere.get(`/portal/verify?token=${token}`)
      expect([again.status, again.body.includes('Your e-mail address is confirmed')]).to.deep.equal([200, true])
      expectIn(await someone.post(WAIT, {}, { from: WAIT }), '/portal')
      expectIn(await (await practice.visitor()).signIn(PATIENT, username, password), '/portal')
    })

    it('is in at once where the link is opened in the browser that waits', async () => {
      const { username, password, id, email } = await ownAccount({ verified: false })
      const someone = await practice.visitor()
      await someone.signIn(PATIENT, username, password)
      await practice.db.transaction((tx) => sendVerification(tx, practice.portal, { id, email, language: 'es' }))
      const token = await lastToken()
      expectIn(await someone.post('/portal/verify', { token }, { from: `/portal/verify?token=${token}` }), '/portal')
      expect((await someone.get('/portal/account')).status).to.equal(200)
    })

    it('leads on from the letter to the page it was for', async () => {
      const { id, email } = await ownAccount({ verified: false })
      const next = '/portal/join?from=letter'
      await practice.db.transaction((tx) => sendVerification(tx, practice.portal, { id, email, language: 'en' }, next))
      const token = await lastToken()
      const someone = await practice.visitor()
      expectIn(
        await someone.post('/portal/verify', { token }, { from: PATIENT }),
        `${PATIENT}?next=${encodeURIComponent(next)}`,
      )
    })

    it('has three letters an hour, and a day for each', async () => {
      const { username, password } = await ownAccount({ verified: false })
      const someone = await practice.visitor()
      await someone.signIn(PATIENT, username, password)
      for (let time = 0; time < 5; time += 1) await someone.post(`${WAIT}/letter`, {}, { from: WAIT })
      expect((await lettersTo()).length).to.equal(3)
      const token = await lastToken()
      practice.clock.set('2026-11-24T07:59:59')
      expect((await someone.get(`/portal/verify?token=${token}`)).status).to.equal(200)
      practice.clock.set('2026-11-24T08:00:00')
      expect((await someone.get(`/portal/verify?token=${token}`)).status).to.equal(404)
    })

    it('opens nothing of another purpose with its token', async () => {
      const { id, email } = await ownAccount({ verified: false })
      await practice.db.transaction((tx) => sendVerification(tx, practice.portal, { id, email, language: 'en' }))
      const verify = await lastToken()
      await ask(email)
      const reset = await lastToken()
      const someone = await practice.visitor()
      expect((await someone.get(`${RESET}?token=${verify}`)).status).to.equal(404)
      expect((await someone.get(`/portal/verify?token=${reset}`)).status).to.equal(404)
      expect((await someone.get(`${RESET}?token=${reset}`)).status).to.equal(200)
      expect((await someone.get(`/portal/verify?token=${verify}`)).status).to.equal(200)
    })
  })

  describe('and joined by a PIN with an address that is another’s', () => {
    const WAIT = '/portal/sign-in/verify-address'
    const LEO = '2017-05-03'
    const verify = async (token: string, birthDate: string) =>
      (await practice.visitor()).post('/portal/verify', { token, birthDate }, { from: PATIENT })

    it('proves it by the letter and the patient’s date of birth, never by the letter alone', async () => {
      const { email, id, username, password } = await mother()
      await practice.db.transaction((tx) => sendVerification(tx, practice.portal, { id, email, language: 'en' }))
      const token = await lastToken()
      const page = await (await practice.visitor()).get(`/portal/verify?token=${token}`)
      expect(page.body).to.include('name="birthDate"').and.not.include(LEO)
      const none = await verify(token, '')
      expect([none.status, /Enter the patient’s date of birth/.test(none.body)]).to.deep.equal([422, true])
      const wrong = await verify(token, '2017-05-04')
      expect([wrong.status, /not the date of birth/.test(wrong.body)]).to.deep.equal([422, true])
      expect(wrong.body).to.include('value="2017-05-04"')
      expectIn(await (await practice.visitor()).signIn(PATIENT, username, password), WAIT)
      expectIn(await verify(token, LEO), PATIENT)
      expectIn(await (await practice.visitor()).signIn(PATIENT, username, password), '/portal')
    })

    it('chooses no new password by the letter alone, and has as many tries in a day as a PIN', async () => {
      await practice.setting('pinTries', '3')
      const { email, username, password } = await mother()
      await ask(email)
      const token = await lastToken()
      const someone = await practice.visitor()
      expect((await someone.get(`${RESET}?token=${token}`)).body).to.include('name="birthDate"')
      const send = (birthDate: string) => someone.post(RESET, { token, birthDate, password: NEW }, { from: PATIENT })
      for (const date of ['2017-05-01', '2017-05-02', '2017-05-04']) expect((await send(date)).status).to.equal(422)
      expect((await send(LEO)).status, 'the right one too').to.equal(429)
      expectIn(await (await practice.visitor()).signIn(PATIENT, username, password), WAIT)
      practice.clock.set('2026-11-23T08:30:00')
      await change(practice, `DELETE FROM foyer_attempts`)
      expectIn(await send(LEO), PATIENT)
      expectIn(await (await practice.visitor()).signIn(PATIENT, username, NEW), '/portal')
    })

    it('has the letter sent to the right one, who knows the password; the one before is over', async () => {
      const { email, id, username, password } = await mother()
      const right = `right.${email}`
      const parent = await practice.visitor()
      await practice.db.transaction((tx) => sendVerification(tx, practice.portal, { id, email, language: 'en' }))
      const strangers = await lastToken()
      expectIn(await parent.signIn(PATIENT, username, password), WAIT)
      expect((await parent.get(WAIT)).body).to.include(`${WAIT}/another`)
      expect((await parent.get(`${WAIT}/another`)).status).to.equal(200)
      const send = (typed: string, current: string) =>
        parent.post(`${WAIT}/another`, { email: typed, current }, { from: `${WAIT}/another` })
      expect((await send('no address', password)).status).to.equal(422)
      const wrong = await send(right, 'not mine')
      expect([wrong.status, wrong.body.includes(`value="${right}"`)]).to.deep.equal([422, true])
      expect((await verify(strangers, '2017-05-04')).status, 'nothing has happened yet').to.equal(422)

      const sent = await parent.follow(await send(right, password))
      expect(sent.body).to.include(right).and.not.include(`>${email}<`)
      expect((await verify(strangers, LEO)).status).to.equal(404)
      await parent.post(`${WAIT}/letter`, {}, { from: WAIT })
      expect(await lettersTo(), 'again, to the same').to.deep.equal([email, right, right])
      expectIn(await verify(await lastToken(), LEO), PATIENT)
      expectIn(await parent.post(WAIT, {}, { from: WAIT }), '/portal')
      expectIn(await (await practice.visitor()).signIn(PATIENT, right, password), '/portal')
    })

    it('is nobody’s page who is not waiting', async () => {
      const someone = await practice.visitor()
      expectIn(await someone.get(`${WAIT}/another`), PATIENT)
      expectIn(await someone.post(`${WAIT}/another`, { email: 'x@example.org' }, { from: PATIENT }), PATIENT)
    })

    async function mother() {
      const account = await ownAccount({ verified: false })
      const pid = await practice.patient({ lname: 'Novak', dob: LEO })
      const by = { kind: 'staff', id: 'front', name: 'Fred Ray', requestId: undefined } as const
      const opens = { accountId: account.id, pid, relationship: 'mother', extent: 'full', by }
      await practice.db.transaction((tx) => grant(tx, practice.clock, opens))
      return account
    }
  })
})
