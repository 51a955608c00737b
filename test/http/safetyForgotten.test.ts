/** Forgotten passwords: what a letter's link opens, for how long, and what asking gives away. */
import { expect } from 'chai'
import { grant } from '../../module/access/accounts.js'
import { accountOfPid } from '../../module/access/personAccount.js'
import { sendAgain, type Letter } from '../../module/access/letters.js'
import { makeCredential } from '../../module/features/accounts/credentials/making.js'
import { openReset, resetPassword } from '../../module/features/accounts/safety/resetting.js'
import type { Actor } from '../../module/platform/audit.js'
import { languages } from '../../module/platform/i18n.js'
import { openLog } from '../../module/platform/log.js'
import { features } from '../../module/portal.js'
import { deliver } from '../support/mailServer.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { beginAnew, change, expectIn, PATIENT } from './doors.js'
import { FORGOTTEN, forgetful, NEW, RESET } from './forgetful.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'

const tester: Actor = { kind: 'system', id: 'test', name: 'test', requestId: undefined }

describe('Who forgot their password', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let lines = ''
  const { ask, hostLogin, lastToken, lettersTo, ownAccount } = forgetful(() => practice)

  before(async () => {
    const log = openLog({ level: 'info', destination: { write: (line: string) => void (lines += line) } })
    practice = await openPractice({ log })
    await change(practice, `UPDATE patient_data SET hipaa_allowemail = 'YES'`)
  })
  after(() => practice.leave())
  beforeEach(async () => {
    await beginAnew(practice)
    await change(practice, `DELETE FROM foyer_letters`)
  })

  it('is told the same whether or not there is such an account, and after the same work', async () => {
    const { email } = await ownAccount()
    const told = new Set<string>()
    for (const who of [email, 'maria.santos@example.org', loginOf('john'), 'nobody@example.org', 'nobody']) {
      const someone = await practice.visitor()
      const done = await someone.post(FORGOTTEN, { who }, { from: FORGOTTEN })
      expectIn(done, '/portal/forgotten/sent')
      told.add(withoutChance((await someone.follow(done)).body))
    }
    expect(told).to.have.length(1)
    expect(await lettersTo(), 'nothing is looked up while they wait').to.deep.equal([])
    const events = await practice.db.select<{ payload: unknown }>(
      `SELECT payload FROM foyer_outbox WHERE event = 'reset.asked'`,
    )
    expect(JSON.stringify(events)).not.to.match(/nobody|santos|john|example/)
    await deliver(practice)
    expect(await lettersTo()).to.deep.equal([email, 'john.carter@example.org', 'maria.santos@example.org'].sort())
  })

  it('gets no letter where the patient did not agree to e-mail, the chart is closed, or the login has run out', async () => {
    const quiet = async (sql: string) => {
      const { pid, email } = await hostLogin()
      await change(practice, sql, { pid })
      await ask(email)
    }
    await quiet(`UPDATE patient_data SET hipaa_allowemail = 'NO' WHERE pid = :pid`)
    await quiet(`UPDATE patient_data SET allow_patient_portal = 'NO' WHERE pid = :pid`)
    await quiet(`UPDATE patient_access_onsite SET portal_pwd = '!run out' WHERE pid = :pid`)
    await quiet(`UPDATE patient_data SET email_direct = 'other@example.org' WHERE pid = :pid`)
    expect(await lettersTo()).to.deep.equal([])
    const { email } = await hostLogin()
    await ask(email)
    expect(await lettersTo()).to.deep.equal([email])
  })

  for (const kind of ['own', 'host'] as const) {
    it(`chooses a new one by the link, once (${kind === 'own' ? 'e-mail account' : 'the host’s credential'})`, async () => {
      const { email, username, password } = kind === 'own' ? await ownAccount() : await hostLogin()
      const elsewhere = await practice.visitor()
      expectIn(await elsewhere.signIn(PATIENT, username, password), '/portal')
      await ask(email)
      const token = await lastToken()

      const someone = await practice.visitor()
      for (let look = 0; look < 3; look += 1) {
        const form = await someone.get(`${RESET}?token=${token}`)
        expect(form.status, 'opening uses nothing up').to.equal(200)
        expect(form.headers.get('Referrer-Policy')).to.equal('no-referrer')
        expect(form.body).to.include(username)
      }
      expect((await someone.post(RESET, { token, password: 'short' })).status).to.equal(422)
      expect((await elsewhere.get('/portal/account')).status, 'nothing has happened yet').to.equal(200)
      expectIn(await someone.post(RESET, { token, password: NEW }), PATIENT)
      expect((await elsewhere.get('/portal/account')).status, 'every session has ended').to.equal(303)

      expect((await someone.post(RESET, { token, password: `${NEW} again` })).status).to.equal(404)
      expect((await someone.get(`${RESET}?token=${token}`)).status).to.equal(404)
      expect((await (await practice.visitor()).signIn(PATIENT, username, password)).status).to.equal(401)
      expectIn(await (await practice.visitor()).signIn(PATIENT, username, NEW), '/portal')
      expect(lines, 'request logs keep the pattern').to.include(RESET).and.not.to.include(token)
    })
  }

  it('has an hour; a changed password and a closed account end the link', async () => {
    const open = async (token: string) => (await (await practice.visitor()).get(`${RESET}?token=${token}`)).status
    const { id, email } = await ownAccount()
    await ask(email)
    const late = await lastToken()
    practice.clock.set('2026-11-23T08:59:59')
    expect(await open(late)).to.equal(200)
    practice.clock.set('2026-11-23T09:00:00')
    expect(await open(late)).to.equal(404)

    await ask(email)
    const closed = await lastToken()
    expect(await open(closed)).to.equal(200)
    await change(practice, `UPDATE foyer_accounts SET disabled_at = '2026-11-23 13:00:00' WHERE id = :id`, { id })
    expect(await open(closed)).to.equal(404)

    const host = await hostLogin()
    await ask(host.email)
    const changed = await lastToken()
    expect(await open(changed)).to.equal(200)
    const hash = await hashHostPassword('Another-Pass1', hashSettings(practice.portal.globals()))
    await change(practice, `UPDATE patient_access_onsite SET portal_pwd = :hash WHERE pid = :pid`, {
      hash,
      pid: host.pid,
    })
    expect(await open(changed)).to.equal(404)
    expect(
      (await (await practice.visitor()).post(RESET, { token: changed, password: NEW }, { from: PATIENT })).status,
    ).to.equal(404)
  })

  it('whose account the practice has closed is told so, and whom to call; the answer is the same as ever', async () => {
    const { id, email } = await ownAccount()
    const open = await ask(email)
    await change(practice, `UPDATE foyer_accounts SET disabled_at = '2026-11-23 13:00:00' WHERE id = :id`, { id })
    await change(practice, `DELETE FROM foyer_letters`)
    const closed = await ask(email)
    expect([closed.status, closed.location]).to.deep.equal([open.status, open.location])
    const letters = await practice.db.select<{ kind: string; recipient: string; facts: unknown }>(
      `SELECT kind, recipient, facts FROM foyer_letters WHERE account_id = :id`,
      { id },
    )
    expect(letters).to.deep.equal([{ kind: 'account.closed', recipient: email, facts: {} }])
  })

  it('whose login of the EMR has an account that is closed is told so once, though that has the same address', async () => {
    const { email, password, pid, username } = await hostLogin()
    expectIn(await (await practice.visitor()).signIn(PATIENT, username, password), '/portal')
    const id = (await accountOfPid(practice.db, pid)) ?? 0
    await change(practice, `UPDATE foyer_accounts SET disabled_at = '2026-11-23 13:00:00' WHERE id = :id`, { id })
    await ask(email)
    const letters = () =>
      practice.db.select(`SELECT kind, recipient FROM foyer_letters WHERE pid = :pid OR account_id = :id`, { pid, id })
    expect(await letters()).to.deep.equal([{ kind: 'account.closed', recipient: email }])
    // The account has that address, too: one letter tells it.
    await change(practice, `UPDATE foyer_accounts SET email = :email WHERE id = :id`, { email, id })
    await change(practice, `DELETE FROM foyer_letters`)
    await ask(email)
    expect(await letters()).to.have.length(1)
  })

  it('gets no link that is over, however late staff send the letter once more', async () => {
    const { id, email } = await ownAccount()
    await ask(email)
    const letter = () =>
      practice.db.first<{ id: number; state: string; error_code: string }>(
        `SELECT id, state, error_code FROM foyer_letters WHERE recipient = :email`,
        { email },
      )
    const again = async () => {
      await change(practice, `UPDATE foyer_letters SET state = 'failed' WHERE recipient = :email`, { email })
      const one = { accountId: id, id: (await letter())?.id ?? 0 }
      expect(await practice.db.transaction((tx) => sendAgain(tx, practice.portal, one))).to.equal(true)
      await deliver(practice)
      return (await letter())?.error_code
    }
    expect(await again(), 'an hour has not gone').to.equal('no-mail-server')
    practice.clock.set('2026-11-23T09:00:00')
    expect(await again()).to.equal('over')
  })

  it('chooses none where the password was made anew between opening the link and sending it', async () => {
    const staff = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
    const host = await hostLogin()
    await ask(host.email)
    const opened = await openReset(practice.portal, await lastToken())
    if (!opened) throw new Error('the link opens nothing')
    const anew = 'quiet+Harbour-93-fog'
    const wish = { pid: host.pid, loginName: host.username, password: anew, changeInHost: false }
    expect(await makeCredential(practice.portal, staff, { ...wish, seen: undefined, token: undefined })).to.include({
      ok: true,
    })
    expect(await resetPassword(practice.portal, opened, NEW, 'test')).to.deep.equal({ ok: false, reason: 'over' })
    expect((await (await practice.visitor()).signIn(PATIENT, host.username, NEW)).status).to.equal(401)

    const own = await ownAccount()
    await ask(own.email)
    const theirs = await openReset(practice.portal, await lastToken())
    if (!theirs) throw new Error('the link opens nothing')
    await change(practice, `UPDATE foyer_accounts SET password_hash = 'another' WHERE id = :id`, own)
    expect(await resetPassword(practice.portal, theirs, NEW, 'test')).to.deep.equal({ ok: false, reason: 'over' })
  })

  it('used by twenty at once, the link changes the password once', async () => {
    const { email, username } = await ownAccount()
    await ask(email)
    const token = await lastToken()
    const all = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const someone = await practice.visitor()
        const page = await someone.post(RESET, { token, password: `${NEW} ${at}` }, { from: PATIENT })
        return { at, status: page.status }
      }),
    )
    const done = all.filter(({ status }) => status === 303)
    expect(done, JSON.stringify(all)).to.have.length(1)
    expect(all.filter(({ status }) => status === 404)).to.have.length(19)
    expectIn(await (await practice.visitor()).signIn(PATIENT, username, `${NEW} ${done[0]?.at ?? ''}`), '/portal')
  })

  it('may ask three times in an hour for one name, known or not, and is told so', async () => {
    const { email } = await ownAccount()
    for (const who of [email, 'nobody.at.all@example.org']) {
      const someone = await practice.visitor()
      for (let time = 0; time < 3; time += 1) {
        expect((await someone.post(FORGOTTEN, { who }, { from: FORGOTTEN })).status).to.equal(303)
      }
      const fourth = await someone.post(FORGOTTEN, { who: who.toUpperCase() }, { from: FORGOTTEN })
      expect(fourth.status, who).to.equal(429)
      expect(fourth.body).to.match(/try again in (59|60) min/)
    }
    await deliver(practice)
    expect(await lettersTo()).to.deep.equal([email, email, email])
  })

  it('proves the address by it: what somebody else put in its place is gone', async () => {
    const { email, id, username, password } = await ownAccount({ verified: false })
    const squatter = await practice.visitor()
    expectIn(await squatter.signIn(PATIENT, username, password), '/portal/sign-in/verify-address')
    await ask(email)
    const token = await lastToken()
    const owner = await practice.visitor()
    await change(
      practice,
      `INSERT INTO foyer_totp (owner, secret, last_step, created_at) VALUES (:owner, 'theirs', 0, '2026-11-23 08:00:00')`,
      { owner: `account:${String(id)}` },
    )
    expectIn(await owner.post(RESET, { token, password: NEW }, { from: PATIENT }), PATIENT)
    expectIn(await owner.signIn(PATIENT, username, NEW), '/portal')
    expectIn(await squatter.get('/portal/sign-in/verify-address'), PATIENT)
    expect((await squatter.signIn(PATIENT, username, password)).status).to.equal(401)
  })

  it('is told at an address whose account was joined with another that the other one signs in, and gets no link', async () => {
    const [merged, other] = [await ownAccount(), await ownAccount()]
    const shut = `UPDATE foyer_accounts SET disabled_at = '2026-11-23 08:00:00', merged_into = :into WHERE id = :id`
    const letters = () => practice.db.select(`SELECT kind, recipient, account_id FROM foyer_letters`)
    await change(practice, shut, { id: merged.id, into: other.id })
    await ask(merged.email)
    expect(await letters()).to.deep.equal([{ kind: 'account.merged', recipient: merged.email, account_id: other.id }])

    const third = await ownAccount()
    await change(practice, shut, { id: other.id, into: third.id })
    await ask(merged.email)
    const told = (account: number) => ({ kind: 'account.merged', recipient: merged.email, account_id: account })
    expect(await letters(), 'that one was joined with a third').to.deep.equal([told(other.id), told(third.id)])
  })

  it('gets one letter where the login’s account became part of the one that has this address', async () => {
    const [login, other] = [await hostLogin(), await ownAccount()]
    await change(practice, `UPDATE foyer_accounts SET email = :email WHERE id = :id`, {
      ...{ email: login.email, id: other.id },
    })
    const letters = () => practice.db.select(`SELECT account_id FROM foyer_letters WHERE kind = 'account.reset-link'`)
    await ask(login.email)
    expect(await letters(), 'two accounts').to.have.length(2)
    await change(practice, `DELETE FROM foyer_letters`, {})
    await change(
      practice,
      `INSERT INTO foyer_accounts (own_record, host_pid, display_name, created_at, disabled_at, merged_into)
       VALUES ('merged-merged-merged-2', :pid, 'x', '2026-11-23 08:00:00', '2026-11-23 08:00:00', :into)`,
      { pid: login.pid, into: other.id },
    )
    await ask(login.email)
    expect(await letters()).to.deep.equal([{ account_id: other.id }])
  })

  describe('of a login whose account became part of another', () => {
    const merged = async (pid: number, into: number | null) =>
      change(
        practice,
        `INSERT INTO foyer_accounts (own_record, host_pid, display_name, created_at, disabled_at, merged_into)
         VALUES (RPAD(CONCAT('merged-', :pid), 22, '-'), :pid, 'x', '2026-11-23 08:00:00', '2026-11-23 08:00:00', :into)`,
        { pid, into },
      )
    const letters = () =>
      practice.db.select<{ kind: string; recipient: string; pid: number; account_id: number | null }>(
        `SELECT kind, recipient, pid, account_id FROM foyer_letters`,
      )

    it('is told what to do, at the chart’s own address, and neither there nor elsewhere whose account that is', async () => {
      const [login, other] = [await hostLogin(), await ownAccount()]
      await merged(login.pid, other.id)
      await ask(login.email)
      const told = { kind: 'account.login-merged', recipient: login.email, pid: login.pid, account_id: null }
      expect(await letters(), 'no link that would open nothing').to.deep.equal([told])
      const kind = features.flatMap((each) => each.letters ?? []).find((each) => each.kind === told.kind)
      const letter = { facts: {}, language: 'en' } as Letter
      expect(await kind?.values(practice.portal, letter, practice.portal.speech.in('en'))).to.deep.equal({
        path: PATIENT,
      })
      for (const language of languages) {
        const text = practice.portal.speech.in(language)(`letter.${told.kind}.text`, { phone: '555-0100' })
        expect(text).to.contain('555-0100').and.not.contain(other.email)
      }
    })

    it('is told where that one is closed, and whom to call', async () => {
      const login = await hostLogin()
      await merged(login.pid, null)
      await ask(login.email)
      const told = { kind: 'account.closed', recipient: login.email, pid: login.pid, account_id: null }
      expect(await letters()).to.deep.equal([told])
    })

    it('finds the link over that was sent before, and not only once a password is chosen', async () => {
      const [login, other] = [await hostLogin(), await ownAccount()]
      await ask(login.email)
      const token = await lastToken()
      const someone = await practice.visitor()
      expect((await someone.get(`${RESET}?token=${token}`)).status).to.equal(200)
      await merged(login.pid, other.id)
      expect((await someone.get(`${RESET}?token=${token}`)).status).to.equal(404)
      expect((await someone.post(RESET, { token, password: NEW }, { from: PATIENT })).status).to.equal(404)
    })

    it('chooses a new one where that account is the patient’s own and has the login', async () => {
      const [login, other] = [await hostLogin(), await ownAccount()]
      await merged(login.pid, other.id)
      await change(practice, `UPDATE foyer_accounts SET host_pid = NULL WHERE host_pid = :pid`, { pid: login.pid })
      await change(practice, `UPDATE foyer_accounts SET host_pid = :pid WHERE id = :id`, {
        pid: login.pid,
        id: other.id,
      })
      const opens = { accountId: other.id, pid: login.pid, relationship: 'self', extent: 'full', by: tester }
      await practice.db.transaction((tx) => grant(tx, practice.clock, opens))
      await ask(login.email)
      const someone = await practice.visitor()
      expectIn(await someone.post(RESET, { token: await lastToken(), password: NEW }, { from: PATIENT }), PATIENT)
      expectIn(await someone.signIn(PATIENT, login.username, NEW), '/portal')
    })
  })
})

describe('A patient who is signed in', () => {
  it('keeps their session when somebody else asks for a link in their name', async function () {
    this.timeout(60_000)
    const practice = await openPractice()
    try {
      const maria = await practice.patientVisitor('maria')
      await (await practice.visitor()).post(FORGOTTEN, { who: loginOf('maria') }, { from: FORGOTTEN })
      await deliver(practice)
      expect((await maria.get('/portal/account')).status).to.equal(200)
      expectIn(
        await (await practice.visitor()).signIn(PATIENT, loginOf('maria'), passwordOf('maria.santos')),
        '/portal',
      )
    } finally {
      await practice.leave()
    }
  })
})

function withoutChance(body: string): string {
  return body
    .replace(/nonce="[^"]*"/g, '')
    .replace(/value="[^"]{20,}"/g, '')
    .replace(/[\w-]{22}/g, '')
}
