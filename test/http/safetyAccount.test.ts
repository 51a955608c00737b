/** The account page: one's password, address, language, where one is signed in, and what happened. */
import { expect } from 'chai'
import { createAccount, grant } from '../../module/access/accounts.js'
import { issueCodes } from '../../module/access/codeIssuing.js'
import { findCode } from '../../module/access/codes.js'
import { linkToken } from '../../module/access/links.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { endSessions } from '../../module/access/sessions.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { beginAnew, change, expectIn, newLogin, PATIENT } from './doors.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { recordAudit } from '../../module/platform/audit.js'
import type { Tx } from '../../module/platform/database.js'
import { chartTurn, takeTurn } from '../../module/platform/turns.js'
import { untilWaiting } from '../integration/appointments/visits.js'

const ACCOUNT = '/portal/account'
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
const nurse = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
const NEW = 'Lantern ferry-pepper 7'

describe('The account page', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let made = 0

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(() => beginAnew(practice))

  it('shows where one is signed in: this device first, each with what it is and since when', async () => {
    const { username, password } = await person()
    const home = await comeIn(username, password, FIREFOX)
    practice.clock.set('2026-11-23T08:05:00')
    await comeIn(username, password, PHONE)
    expect(itemsOf('sessions', await home.get(ACCOUNT))).to.deep.equal([
      'Firefox, Windows This device from 127.0.0.1, since 08:00, last seen 08:05',
      'Safari, iPhone from 127.0.0.1, since 08:05, last seen 08:05 Sign out there',
    ])
  })

  it('signs out one device, all others, and never somebody else’s', async () => {
    const { username, password } = await person()
    const [home, phone, work] = [
      await comeIn(username, password, FIREFOX),
      await comeIn(username, password, PHONE),
      await comeIn(username, password, FIREFOX),
    ]
    const [john, johnElsewhere] = [await practice.patientVisitor('john'), await practice.patientVisitor('john')]
    const johns = /value="([0-9a-f]{64})"/.exec((await john.get(ACCOUNT)).body)?.[1] ?? ''
    expect(johns, 'John is signed in twice').to.have.length(64)
    const end = (session: string) => home.post(`${ACCOUNT}/sessions/ending`, { session }, { from: ACCOUNT })
    expectIn(await end(johns), ACCOUNT)
    expect((await johnElsewhere.get('/portal/account')).status).to.equal(200)
    expect((await home.follow(await end(johns))).body).to.include('signed out already')

    const phones = /name="session" value="([0-9a-f]{64})" aria-label="[^"]*iPhone/.exec(
      (await home.get(ACCOUNT)).body,
    )?.[1]
    expectIn(await end(phones ?? ''), ACCOUNT)
    expect((await phone.get('/portal/account')).status).to.equal(303)
    expect((await work.get('/portal/account')).status).to.equal(200)
    expectIn(await end('others'), ACCOUNT)
    expect((await work.get('/portal/account')).status).to.equal(303)
    expect((await home.get('/portal/account')).status).to.equal(200)
    expect((await home.get(ACCOUNT)).body).to.include('Nowhere else')
  })

  for (const kind of ['own', 'host'] as const) {
    it(`changes the password who knows the one there is (${kind})`, async () => {
      const { pid, username, password } = await person(kind)
      const home = await comeIn(username, password)
      const phone = await comeIn(username, password)
      const send = (current: string, wanted: string) =>
        home.post(`${ACCOUNT}/password`, { current, password: wanted }, { from: `${ACCOUNT}/password` })
      const wrong = await send('not mine', NEW)
      expect([wrong.status, /not the password of your account/.test(wrong.body)]).to.deep.equal([422, true])
      expect((await send(password, 'short')).status).to.equal(422)
      expect((await send(password, password)).body).to.include('have now')
      expect((await phone.get('/portal/account')).status).to.equal(200)

      const before = home.cookies.get('foyer_portal')
      expectIn(await send(password, NEW), ACCOUNT)
      expect(home.cookies.get('foyer_portal'), 'another id').not.to.equal(before)
      expect((await home.get('/portal/account')).status, 'this one stays').to.equal(200)
      const rows = await practice.db.select(
        `SELECT s.id_hash FROM foyer_sessions s JOIN foyer_accounts a ON a.id = s.owner
          WHERE s.audience = 'patient' AND (a.email = :username OR a.host_pid = :pid)`,
        { username, pid },
      )
      expect(rows, 'the others are gone').to.have.length(1)
      expect((await phone.get('/portal/account')).status, 'the others end').to.equal(303)
      expect((await practice.visitor().then((v) => v.signIn(PATIENT, username, password))).status).to.equal(401)
      expectIn(await (await practice.visitor()).signIn(PATIENT, username, NEW), '/portal')
      const replayed = visitor(home.origin)
      replayed.cookies.set('foyer_portal', before ?? '')
      expect((await replayed.get('/portal/account')).status).to.equal(303)
    })
  }

  for (const [what, meanwhile] of [
    ['made the login anew', `UPDATE patient_access_onsite SET portal_pwd = 'made anew' WHERE pid = :pid`],
    [
      'ended every session',
      `DELETE FROM foyer_sessions WHERE owner = (SELECT id FROM foyer_accounts WHERE host_pid = :pid)`,
    ],
  ] as const) {
    it(`changes no password where staff ${what} while it was on its way`, async () => {
      const { pid, username, password } = await person('host')
      const home = await comeIn(username, password)
      const page = await inTurnOf(
        pid,
        async (tx) => tx.change(meanwhile, { pid }),
        () => home.post(`${ACCOUNT}/password`, { current: password, password: NEW }, { from: `${ACCOUNT}/password` }),
      )
      expect(page.status).to.equal(422)
      expect(page.body).to.include('Somebody changed this password a moment ago')
      expect((await (await practice.visitor()).signIn(PATIENT, username, NEW)).status).to.equal(401)
      expect((await home.get(ACCOUNT)).status, 'signed out').to.equal(303)
    })
  }

  it('gives no new session to one that was ended while its request was on the way', async () => {
    const { id, username, password } = await person()
    const home = await comeIn(username, password)
    const pid = await practice.patient({ lname: 'Novak', dob: '2017-05-03' })
    const issued = await issueCodes(practice.portal, nurse, {
      ...{ kind: 'pin', pids: [pid], recipient: 'Eva Novak', relationship: 'mother', extent: 'full', language: 'en' },
    })
    const code = issued.ok && (await findCode(practice.db, practice.portal, { pid, id: issued.codes[0]?.id ?? 0 }))
    if (!code) throw new Error('no PIN')
    await inTurnOf(
      pid,
      (tx) => endSessions(tx, 'patient', id),
      () => home.post('/portal/codes', { pin: code.symbols ?? '', birthDate: '2017-05-03' }, { from: '/portal/codes' }),
    )
    expect((await home.get(ACCOUNT)).status).to.equal(303)
    const left = await practice.db.select(`SELECT id_hash FROM foyer_sessions WHERE owner = :owner`, {
      owner: String(id),
    })
    expect(left).to.deep.equal([])
  })

  it('takes no password that is made of a child’s name or birthday whose record is open', async () => {
    const maria = await practice.patientVisitor('maria')
    const change = (password: string) =>
      maria.post(
        `${ACCOUNT}/password`,
        { current: passwordOf('maria.santos'), password },
        { from: `${ACCOUNT}/password` },
      )
    for (const password of ['Leo, Leo, Leo 2017!', '05/03/2017 = Ok', '05/03/2017 & Leo']) {
      expect((await change(password)).body, password).to.include('made of your or the patient’s name')
    }
  })

  it('lets nobody at an open page try passwords for ever', async () => {
    await practice.setting('signInTries', '3')
    const { username, password } = await person()
    const home = await comeIn(username, password)
    const send = (current: string) =>
      home.post(`${ACCOUNT}/password`, { current, password: NEW }, { from: `${ACCOUNT}/password` })
    for (let time = 0; time < 3; time += 1) expect((await send('not mine')).status).to.equal(422)
    expect((await send(password)).status, 'the right one too').to.equal(429)
  })

  it('does not grow a session older by another id, nor younger', async () => {
    await practice.setting('sessionLimit', '8')
    await practice.setting('patientIdle', '240')
    const { username, password } = await person()
    const home = await comeIn(username, password)
    for (const time of ['11:00', '14:00']) {
      practice.clock.set(`2026-11-23T${time}:00`)
      expect((await home.get('/portal/account')).status).to.equal(200)
    }
    expectIn(
      await home.post(`${ACCOUNT}/password`, { current: password, password: NEW }, { from: `${ACCOUNT}/password` }),
      ACCOUNT,
    )
    practice.clock.set('2026-11-23T15:59:00')
    expect((await home.get('/portal/account')).status).to.equal(200)
    practice.clock.set('2026-11-23T16:00:30')
    expect((await home.get('/portal/account')).status).to.equal(303)
    await practice.setting('patientIdle', '20')
  })

  it('changes the address once the new one is proved, and tells the old one', async () => {
    const { id, username, password } = await person()
    const home = await comeIn(username, password)
    const send = (email: string, current = password) =>
      home.post(`${ACCOUNT}/email`, { email, current }, { from: `${ACCOUNT}/email` })
    expect((await send('no address')).status).to.equal(422)
    expect((await send('new@example.net', 'not mine')).status).to.equal(422)
    expectIn(await send('new@example.net'), ACCOUNT)
    expect((await home.get(ACCOUNT)).body, 'not yet').to.include(username)
    const token = await lastToken('new@example.net')
    expectIn(
      await home.post('/portal/verify', { token }, { from: `/portal/verify?token=${token}` }),
      `${PATIENT}?next=${encodeURIComponent(ACCOUNT)}`,
    )
    expect((await home.get(ACCOUNT)).body)
      .to.include('new@example.net')
      .and.not.to.include(username)
    const told = await practice.db.select(
      `SELECT kind, recipient FROM foyer_letters WHERE account_id = :id AND kind = 'account.email-changed'`,
      { id },
    )
    expect(told).to.deep.equal([{ kind: 'account.email-changed', recipient: username }])
    expect((await (await practice.visitor()).signIn(PATIENT, username, password)).status).to.equal(401)
    expectIn(await (await practice.visitor()).signIn(PATIENT, 'new@example.net', password), '/portal')
  })

  it('is no stranger’s to whom a mistyped new address belongs: the link asks the password of who is not signed in', async () => {
    const { id, username, password } = await person()
    const home = await comeIn(username, password)
    const send = (email: string) =>
      home.post(`${ACCOUNT}/email`, { email, current: password }, { from: `${ACCOUNT}/email` })
    await send('strangre@example.net')
    const mistyped = await lastToken('strangre@example.net')
    const stranger = await practice.visitor()
    const page = await stranger.get(`/portal/verify?token=${mistyped}`)
    expect(page.body).to.contain('name="current"').and.to.contain('Enter the password of your account')
    const emailOf = async () =>
      (await practice.db.first<{ email: string }>(`SELECT email FROM foyer_accounts WHERE id = :id`, { id }))?.email
    for (const current of ['', 'a guess of theirs']) {
      const tried = await stranger.post('/portal/verify', { token: mistyped, current })
      expect([tried.status, tried.body.includes('not the password of your account')]).to.deep.equal([422, true])
      expect(await emailOf()).to.equal(username)
    }
    // Somebody else who is signed in here is a stranger as well.
    const other = await person()
    const otherHome = await comeIn(other.username, other.password)
    const theirs = await otherHome.post(
      '/portal/verify',
      { token: mistyped },
      { from: `/portal/verify?token=${mistyped}` },
    )
    expect(theirs.status).to.equal(422)
    // Typed anew, the first link opens nothing any more; on another device the right one asks the password.
    await send('right@example.net')
    expect((await stranger.get(`/portal/verify?token=${mistyped}`)).status).to.equal(404)
    const token = await lastToken('right@example.net')
    const phone = await practice.visitor()
    await phone.get(`/portal/verify?token=${token}`)
    expect((await phone.post('/portal/verify', { token, current: password })).status).to.equal(303)
    expect(await emailOf()).to.equal('right@example.net')
  })

  it('takes no address that another account has, and tells nobody that it does', async () => {
    const { username: taken } = await person()
    const { username, password } = await person()
    const home = await comeIn(username, password)
    expectIn(
      await home.post(`${ACCOUNT}/email`, { email: taken, current: password }, { from: `${ACCOUNT}/email` }),
      ACCOUNT,
    )
    const token = await lastToken(taken)
    expect((await home.post('/portal/verify', { token }, { from: `/portal/verify?token=${token}` })).status).to.equal(
      404,
    )
    expect((await home.get(ACCOUNT)).body).to.include(username)
  })

  it('keeps the language of pages and letters', async () => {
    const { id, username, password } = await person()
    const home = await comeIn(username, password)
    const done = await home.post(`${ACCOUNT}/language`, { language: 'es' }, { from: ACCOUNT })
    expect((await home.follow(done)).body).to.include('Cuenta y seguridad')
    const row = await practice.db.first(`SELECT language FROM foyer_accounts WHERE id = :id`, { id })
    expect(row).to.deep.equal({ language: 'es' })
    expect((await home.post(`${ACCOUNT}/language`, { language: 'xx' }, { from: ACCOUNT })).status).to.equal(422)
  })

  it('tells what happened at one’s own door, and nothing of others’', async () => {
    const { username, password } = await person()
    const stranger = await practice.visitor()
    await stranger.signIn(PATIENT, username, 'Wrong-Pass1')
    await stranger.signIn(PATIENT, loginOf('john'), 'Wrong-Pass1')
    practice.clock.set('2026-11-23T08:03:00')
    const home = await comeIn(username, password, FIREFOX)
    expect(itemsOf('history', await home.get(ACCOUNT))).to.deep.equal([
      'Signed in (Firefox, Windows, from 127.0.0.1) 08:03',
      'Somebody tried to sign in and was refused (from 127.0.0.1) 08:00',
    ])
    const johns = (await (await practice.patientVisitor('john')).get(ACCOUNT)).body
    expect(johns.match(/tried to sign in/g)).to.have.length(1)
  })

  it('shows the half of a long address that stays the same', async () => {
    const { username, password } = await person()
    const home = await comeIn(username, password, FIREFOX)
    await change(practice, `UPDATE foyer_sessions SET address = '2001:db8:1:2:aaaa::7'`)
    expect(itemsOf('sessions', await home.get(ACCOUNT))[0]).to.contain('from 2001:db8:1:2…,')
  })

  it('tells of all that staff and oneself changed, page by page', async () => {
    const host = await person('host')
    const home = await comeIn(host.username, host.password)
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_accounts WHERE host_pid = :pid`, host)
    const by = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
    const [other, before] = [await person(), await person()]
    await practice.db.transaction(async (tx) => {
      const tell = (event: string, subject: string) => recordAudit(tx, practice.clock, by, { event, subject })
      await tell('credential.reset', `patient:${String(host.pid)}`)
      await tell('second-factor.reset', `account:${String(row?.id)}`)
      await tell('account.merged', `account:${String(before.id)}`)
      await tell('account.merged', `account:${String(other.id)}`)
      for (let at = 0; at < 30; at += 1) await tell('second-factor.app-added', `account:${String(row?.id)}`)
      await tx.change(`UPDATE foyer_accounts SET merged_into = :into WHERE id = :id`, {
        into: row?.id ?? 0,
        id: other.id,
      })
      // Joined with the other one, before that became part of this one.
      await tx.change(`UPDATE foyer_accounts SET merged_into = :into WHERE id = :id`, { into: other.id, id: before.id })
    })
    const card = await home.get(ACCOUNT)
    expect(itemsOf('history', card)).to.have.length(20)
    expect(card.body).to.include('href="/portal/account/history"')
    const first = await home.get(`${ACCOUNT}/history`)
    expect(itemsOf('history', first)).to.have.length(20)
    const [, next = ''] = /href="([^"]*before=\d+)"/.exec(first.body) ?? []
    const second = itemsOf('history', await home.get(next))
    expect(second.slice(10).map((line) => line.replace(/ \d\d:\d\d$/, ''))).to.deep.equal([
      'The practice joined another account of yours with this one',
      'The practice joined another account of yours with this one',
      'The practice took your second step off',
      'The practice made a new password for you',
      'Signed in (Firefox, Windows, from 127.0.0.1)',
    ])
    const johns = await (await practice.patientVisitor('john')).get(`${ACCOUNT}/history`)
    expect(johns.body).to.not.include('second step')
    expect((await home.get(`${ACCOUNT}/history?before=x`)).status).to.equal(200)
  })

  describe('of one person with two ways in', () => {
    it('is one: the host’s credential signs into the account whose holder the patient is', async () => {
      const { pid, id, own, host } = await personWithBoth()
      const byHost = await comeIn(host.username, host.password)
      expect((await byHost.get(ACCOUNT)).body)
        .to.include(own.username)
        .and.to.include(host.username)
      expectIn(await (await practice.visitor()).signIn(PATIENT, own.username, own.password), '/portal')
      const rows = await practice.db.select(`SELECT id FROM foyer_accounts WHERE host_pid = :pid`, { pid })
      expect(rows).to.deep.equal([{ id }])
    })

    it('ends its sessions when either password changes', async () => {
      const { pid, own, host } = await personWithBoth()
      const [byHost, byOwn] = [await comeIn(host.username, host.password), await comeIn(own.username, own.password)]
      const hash = await hashHostPassword('Another-Pass1', hashSettings(practice.portal.globals()))
      await change(practice, `UPDATE patient_access_onsite SET portal_pwd = :hash WHERE pid = :pid`, { hash, pid })
      expect((await byHost.get('/portal/account')).status).to.equal(303)
      expect((await byOwn.get('/portal/account')).status).to.equal(303)
    })

    it('lets go of the credential when the link between them is taken back', async () => {
      const { pid, id, own, host } = await personWithBoth()
      await comeIn(host.username, host.password)
      await change(practice, `UPDATE foyer_grants SET revoked_at = '2026-11-23 12:00:00' WHERE account_id = :id`, {
        id,
      })
      const again = await comeIn(host.username, host.password)
      expect((await again.get(ACCOUNT)).body).not.to.include(own.username)
      const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_accounts WHERE host_pid = :pid`, {
        pid,
      })
      expect(row?.id).to.be.a('number').and.not.to.equal(id)
      const grants = await practice.db.select(`SELECT id FROM foyer_grants WHERE account_id = :id`, { id: row?.id })
      expect(grants, 'signing in again does not undo what staff decided').to.deep.equal([])
    })

    it('follows merges: the credential of an account that became part of another opens the one that stands', async () => {
      const { id } = await person()
      const host = await person('host')
      await comeIn(host.username, host.password)
      await change(
        practice,
        `UPDATE foyer_accounts SET disabled_at = '2026-11-23 12:00:00', merged_into = :id WHERE host_pid = :pid`,
        { id, pid: host.pid },
      )
      const someone = await comeIn(host.username, host.password)
      expect((await someone.get(ACCOUNT)).body).to.include(`own${String(made - 1)}@example.org`)
      // Six times over.
      let last = id
      for (let times = 0; times < 5; times += 1) {
        const next = await person()
        await change(
          practice,
          `UPDATE foyer_accounts SET disabled_at = '2026-11-23 12:00:00', merged_into = :next WHERE id = :last`,
          { last, next: next.id },
        )
        last = next.id
      }
      const again = await comeIn(host.username, host.password)
      expect((await again.get(ACCOUNT)).body).to.include(`own${String(made)}@example.org`)
      await change(practice, `UPDATE foyer_accounts SET merged_into = NULL WHERE host_pid = :pid`, { pid: host.pid })
      expect((await (await practice.visitor()).signIn(PATIENT, host.username, host.password)).status).to.equal(401)
    })
  })

  async function person(kind: 'own' | 'host' = 'own') {
    made += 1
    if (kind === 'host') {
      const password = 'Right-Pass1'
      const hash = await hashHostPassword(password, hashSettings(practice.portal.globals()))
      const username = `host${String(made)}`
      return { id: 0, pid: await newLogin(practice, username, hash), username, password }
    }
    const email = `own${String(made)}@example.org`
    const password = 'Window harbor-melon 3'
    const passwordHash = await hashOwnPassword(password)
    const wanted = { email, verified: true, passwordHash, displayName: `Own ${String(made)}`, language: 'en' }
    const account = await practice.db.transaction((tx) => createAccount(tx, practice.clock, wanted))
    return { id: account?.id ?? 0, pid: 0, username: email, password }
  }

  /** While somebody else has the chart's turn, `send` comes as far as it can; then `meanwhile` is done before it goes on. */
  async function inTurnOf(
    pid: number,
    meanwhile: (tx: Tx) => Promise<unknown>,
    send: () => Promise<Page>,
  ): Promise<Page> {
    let sent: Promise<Page> | undefined
    await practice.db.transaction(async (tx) => {
      await takeTurn(tx, [chartTurn(pid)])
      let isOver = false
      sent = send().finally(() => (isOver = true))
      await untilWaiting(practice, 'foyer_turns', () => isOver)
      await meanwhile(tx)
    })
    if (!sent) throw new Error('nothing was sent')
    return sent
  }

  async function personWithBoth() {
    const own = await person('own')
    const host = await person('host')
    const by = { kind: 'staff', id: 'front', name: 'Fred Ray', requestId: undefined } as const
    await practice.db.transaction((tx) =>
      grant(tx, practice.clock, { accountId: own.id, pid: host.pid, relationship: 'self', extent: 'full', by }),
    )
    return { id: own.id, pid: host.pid, own, host }
  }

  async function comeIn(username: string, password: string, userAgent = FIREFOX): Promise<Visitor> {
    const someone = await practice.visitor()
    await someone.get(PATIENT)
    const page = await someone.post(PATIENT, { username, password }, { headers: { 'User-Agent': userAgent } })
    expectIn(page, '/portal')
    return someone
  }

  async function lastToken(to: string): Promise<string> {
    const row = await practice.db.first<{ facts: unknown }>(
      `SELECT facts FROM foyer_letters WHERE recipient = :to ORDER BY id DESC LIMIT 1`,
      { to },
    )
    const facts = row?.facts
    const { link } = (typeof facts === 'string' ? JSON.parse(facts) : facts) as { link: string }
    return linkToken(practice.portal, link)
  }
})

/** The lines of one section, as they read. */
function itemsOf(section: string, { body }: Page): string[] {
  const [, inside = ''] = new RegExp(`<section[^>]* id="${section}"(.*?)</section>`, 's').exec(body) ?? []
  return [...inside.matchAll(/<li>(.*?)<\/li>/gs)].map(([, item = '']) =>
    item
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}
