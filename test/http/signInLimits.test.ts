/** Nobody comes in by trying: what a refusal gives away, and where trying ends. */
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { beginAnew, change, expectIn, newLogin, PATIENT, STAFF } from './doors.js'

describe('Signing in', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(() => beginAnew(practice))

  describe('by trying', () => {
    it('is told the same whatever was wrong, after the same time', async () => {
      await practice.global('gbl_auth_bcrypt_hash_cost', '10')
      try {
        const settings = hashSettings(practice.portal.globals())
        const hash = await hashHostPassword('Right-Pass1', settings)
        await newLogin(practice, 'somebody.real', hash)
        await newLogin(practice, 'not.allowed', hash, { allow: 'NO' })
        await newLogin(practice, 'never.set', '')
        await newLogin(practice, 'odd.hash', 'NoLongerUsed')
        const tries = {
          'wrong password': ['somebody.real', 'Wrong-Pass1'],
          'unknown name': ['somebody.else', 'Wrong-Pass1'],
          'not allowed': ['not.allowed', 'Right-Pass1'],
          'no password yet': ['never.set', 'Wrong-Pass1'],
          'no hash': ['odd.hash', 'NoLongerUsed'],
          'a password that cannot be': ['somebody.real', 'Right-Pass1\0'],
          'a password without end': ['somebody.real', 'x'.repeat(5000)],
        } as const
        const found = await triedInTurns(Object.entries(tries).map(([why, [username, password]]) => ({ why, username, password }))) // prettier-ignore
        const [first] = found
        for (const each of found) {
          expect(each.status, each.why).to.equal(401)
          expect(each.body, each.why).to.equal(first?.body)
          expect(each.ms, `${each.why}: ms`).to.be.within((first?.ms ?? 0) / 3, (first?.ms ?? 0) * 3)
        }
        const ofMarsh = await hashHostPassword(passwordOf('dr.marsh'), settings)
        await change(practice, `UPDATE users_secure SET password = :ofMarsh WHERE username = 'dr.marsh'`, { ofMarsh })
        const [marsh, nobody] = await triedInTurns(
          ['dr.marsh', 'nobody'].map((username) => ({ why: username, username, password: 'Wrong-Pass1' })),
          STAFF,
        )
        expect([marsh?.status, marsh?.body]).to.deep.equal([401, nobody?.body])
        expect(marsh?.ms).to.be.within((nobody?.ms ?? 0) / 3, (nobody?.ms ?? 0) * 3)
      } finally {
        await practice.global('gbl_auth_bcrypt_hash_cost', '5')
      }
    })

    it('ends after so many tries for one account, before any password is looked at, and goes on after the window', async () => {
      await practice.setting('signInTries', '3')
      for (const [door, username] of [
        [PATIENT, loginOf('luis')],
        [STAFF, 'dr.osei'],
      ] as const) {
        // prettier-ignore
        const elsewhere = await practice.visitor()
        expectIn(await elsewhere.signIn(door, username, passwordOf(username)), door.replace('/sign-in', ''), 'prefix')
        const someone = await practice.visitor()
        for (let at = 0; at < 3; at += 1) {
          expect((await someone.signIn(door, username, `Wrong-Pass${at}`)).status).to.equal(401)
        }
        const written = await countTries()
        const page = await someone.signIn(door, username, passwordOf(username))
        expect(page.status, 'the right password too').to.equal(429)
        expect(page.body).to.match(/(Wait|Espere) 1[45] min/)
        expect(await countTries(), 'nothing was looked at').to.equal(written)
        expect((await elsewhere.get(door.replace('/sign-in', ''))).status, 'who is in stays in').not.to.equal(429)

        const other = door === PATIENT ? loginOf('amina') : 'nurse'
        expect((await someone.signIn(door, other, 'Wrong-Pass1')).status, 'others may').to.equal(401)
        // The limiter keeps real time: the window's end is brought to now.
        await change(practice, `UPDATE foyer_attempts SET expire = 1 WHERE \`key\` LIKE 'account:%'`)
        expect((await someone.signIn(door, username, passwordOf(username))).status, 'after the window').to.equal(303)
      }
    })

    it('counts every spelling that the host takes for the name as the same account', async () => {
      await practice.setting('signInTries', '3')
      const someone = await practice.visitor()
      for (const spelling of ['Maria.Santos', 'màríä.santos', 'maria.ſantos ']) {
        expect((await someone.signIn(PATIENT, spelling, 'Wrong-Pass1')).status, spelling).to.equal(401)
      }
      for (const spelling of ['MARIA.SANTOS', 'mária.santos', 'maria.santoß']) {
        expect((await someone.signIn(PATIENT, spelling, 'Wrong-Pass1')).status, spelling).to.equal(429)
      }
    })

    it('begins anew for an account that proved itself', async () => {
      await practice.setting('signInTries', '3')
      const someone = await practice.visitor()
      for (let round = 0; round < 3; round += 1) {
        await someone.signIn(PATIENT, loginOf('maria'), 'Wrong-Pass1')
        await someone.signIn(PATIENT, loginOf('maria'), 'Wrong-Pass2')
        expectIn(
          await (await practice.visitor()).signIn(PATIENT, loginOf('maria'), passwordOf('maria.santos')),
          '/portal',
        )
      }
    })

    it('does not begin anew for one account because another of the same name proved itself', async () => {
      await practice.setting('signInTries', '3')
      const name = 'shared@example.org'
      await newLogin(practice, name, 'x')
      const passwordHash = await hashOwnPassword('Lantern ferry-pepper 7')
      const wanted = { email: name, verified: true, passwordHash, displayName: 'Somebody else', language: undefined }
      await practice.db.transaction((tx) => createAccount(tx, practice.clock, wanted))
      const someone = await practice.visitor()
      const out = () => someone.post('/portal/sign-out', {}, { from: '/portal/account' })
      expectIn(await someone.signIn(PATIENT, name, 'Lantern ferry-pepper 7'), '/portal')
      await out()
      const statuses: number[] = []
      for (let round = 0; round < 4; round += 1) {
        statuses.push((await someone.signIn(PATIENT, name, 'Wrong-Pass1')).status)
        if ((await someone.signIn(PATIENT, name, 'Lantern ferry-pepper 7')).status === 303) await out()
      }
      expect(statuses).to.include(429)
    })

    it('counts no right password against the address: a whole waiting room comes in', async () => {
      await practice.setting('signInTriesPerAddress', '10')
      for (let at = 0; at < 15; at += 1) {
        const someone = await practice.visitor()
        expectIn(await someone.signIn(PATIENT, loginOf('maria'), passwordOf('maria.santos')), '/portal')
      }
      const guesser = await practice.visitor()
      await guesser.get(PATIENT)
      const guess = (at: number) => guesser.post(PATIENT, { username: `guess${String(at)}`, password: 'Wrong-Pass1' })
      for (let at = 0; at < 10; at += 1) expect((await guess(at)).status).to.equal(401)
      expect((await guess(11)).status).to.equal(429)
    })

    it('ends after so many tries from one address, whatever the names, and whatever address is claimed', async () => {
      await practice.setting('signInTriesPerAddress', '10')
      const someone = await practice.visitor()
      await someone.get(PATIENT)
      const attempt = (at: number) =>
        someone.post(
          PATIENT,
          { username: `name${at}`, password: 'Wrong-Pass1' },
          { headers: { 'X-Forwarded-For': `203.0.113.${at}` } },
        )
      for (let at = 0; at < 10; at += 1) expect((await attempt(at)).status).to.equal(401)
      expect((await attempt(11)).status).to.equal(429)
      const patient = await (await practice.visitor()).signIn(PATIENT, loginOf('maria'), passwordOf('maria.santos'))
      expect(patient.status).to.equal(429)
      await change(practice, `UPDATE foyer_attempts SET expire = 1`)
      expect((await attempt(12)).status).to.equal(401)
    })
  })

  describe('by trying, behind a proxy that is known', () => {
    it('counts the address that the proxy tells, and a whole IPv6 block as one', async () => {
      const behind = await openPractice({ env: { FOYER_TRUST_PROXY: 'loopback' } })
      try {
        await behind.setting('signInTriesPerAddress', '10')
        const someone = await behind.visitor()
        await someone.get(PATIENT)
        const attempt = async (from: string) => {
          const fields = { username: `from${from}`, password: 'Wrong-Pass1' }
          return (await someone.post(PATIENT, fields, { headers: { 'X-Forwarded-For': from } })).status
        }
        for (let at = 0; at < 10; at += 1) expect(await attempt(`2001:db8:1:2::${at}`)).to.equal(401)
        expect(await attempt('2001:db8:1:2:ffff:ffff:ffff:ffff'), 'the same block').to.equal(429)
        expect(await attempt('2001:db8:1:3::1'), 'the next block').to.equal(401)
        for (let at = 0; at < 10; at += 1) expect(await attempt('198.51.100.7')).to.equal(401)
        expect(await attempt('198.51.100.7')).to.equal(429)
        expect(await attempt('198.51.100.8')).to.equal(401)
      } finally {
        await behind.leave()
      }
    })
  })

  /** Lines that a looked-at try leaves. */
  async function countTries(): Promise<number> {
    const row = await practice.db.first<{ count: number }>(
      `SELECT COUNT(*) AS count FROM foyer_audit WHERE event LIKE '%sign%'`,
    )
    return row?.count ?? -1
  }

  /** Each five times, in turns, so that a busy moment meets all: how long its middle one took, and what was said. */
  async function triedInTurns(tries: readonly { why: string; username: string; password: string }[], door = PATIENT) {
    const someone = await practice.visitor()
    const found = tries.map((each) => ({ ...each, status: 0, body: '', times: [] as number[] }))
    for (let round = 0; round < 5; round += 1) {
      for (const each of found) {
        await someone.get(door)
        const began = performance.now()
        const page = await someone.post(door, { username: each.username, password: each.password })
        each.times.push(performance.now() - began)
        each.status = page.status
        each.body = withoutChance(page.body, each.username)
      }
    }
    return found.map(({ times, ...each }) => ({ ...each, ms: times.sort((a, b) => a - b)[2] ?? 0 }))
  }
})

function withoutChance(body: string, username: string): string {
  return body
    .replace(/nonce="[^"]*"/g, '')
    .replace(/value="[^"]{20,}"/g, '')
    .replaceAll(username, '')
}
