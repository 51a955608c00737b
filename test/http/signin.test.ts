/** Coming in: with the host's own credentials, under the host's own conditions, and not by trying. */
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { addPortalCredential } from '../../module/host/site/people.js'
import { safeNext } from '../../module/features/accounts/doors.js'
import { loginOf, MONDAY, MORNING, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import type { Page } from '../support/visitor.js'

const PATIENT = '/portal/sign-in'
const STAFF = '/staff/sign-in'
const AT = `${MONDAY} 07:00:00`

const kinds: Record<string, Record<string, string>> = {
  'bcrypt $2y$': { gbl_auth_hash_algo: 'BCRYPT', gbl_auth_bcrypt_hash_cost: '6' },
  'bcrypt $2a$': { gbl_auth_hash_algo: 'BCRYPT', gbl_auth_bcrypt_hash_cost: '5' },
  argon2i: { gbl_auth_hash_algo: 'ARGON2I', gbl_auth_argon_hash_memory_cost: '1024', gbl_auth_argon_hash_time_cost: '2' },
  argon2id: { gbl_auth_hash_algo: 'ARGON2ID', gbl_auth_argon_hash_memory_cost: '1024', gbl_auth_argon_hash_time_cost: '2' },
  'sha512 crypt': { gbl_auth_hash_algo: 'SHA512HASH', gbl_auth_sha512_rounds: '1000' },
} // prettier-ignore

async function hashOf(kind: string, password: string): Promise<string> {
  const hash = await hashHostPassword(password, hashSettings(new Map(Object.entries(kinds[kind] ?? {}))))
  return kind === 'bcrypt $2a$' ? hash.replace(/^\$2y/, '$2a') : hash
}

describe('Signing in', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await practice.setting('signInTries', '100')
    await practice.setting('signInTriesPerAddress', '10000')
    await change(`DELETE FROM foyer_attempts`)
  })

  describe('with the host’s passwords', () => {
    for (const kind of Object.keys(kinds)) {
      it(`takes a patient’s hash of the form ${kind}, and keeps it in the form that the host asks for now`, async () => {
        const username = `of.${kind.replace(/\W/g, '')}`
        const pid = await newLogin(username, await hashOf(kind, 'Right-Pass1'))
        const someone = await practice.visitor()
        expect((await someone.signIn(PATIENT, username, 'Wrong-Pass1')).status).to.equal(401)
        expectIn(await someone.signIn(PATIENT, username, 'Right-Pass1'), '/portal')
        expect(await portalHash(pid)).to.match(/^\$2y\$05\$/)
        expect((await someone.get('/portal/records')).status, 'the new hash ends no session').to.equal(200)
        expectIn(await (await practice.visitor()).signIn(PATIENT, username, 'Right-Pass1'), '/portal')
      })

      it(`takes a staff member’s hash of the form ${kind}`, async () => {
        const hash = await hashOf(kind, passwordOf('nurse'))
        await change(`UPDATE users_secure SET password = :hash WHERE username = 'nurse'`, { hash })
        expect((await (await practice.visitor()).signIn(STAFF, 'nurse', 'Wrong-Pass1')).status).to.equal(401)
        expectIn(await (await practice.visitor()).signIn(STAFF, 'nurse', passwordOf('nurse')), '/staff/portal')
      })
    }
  })

  describe('as a patient', () => {
    it('takes the login name in any case, as the host does', async () => {
      expectIn(await (await practice.visitor()).signIn(PATIENT, 'MARIA.Santos', passwordOf('maria.santos')), '/portal')
    })

    it('asks for the e-mail where the host does, and takes only the one on record, to the letter', async () => {
      await practice.global('enforce_signin_email', '1')
      try {
        const withEmail = async (email: string) => {
          const fields = { username: loginOf('maria'), password: passwordOf('maria.santos'), email }
          return (await practice.visitor()).post(PATIENT, fields, { from: PATIENT })
        }
        expect((await (await practice.visitor()).get(PATIENT)).body).to.include('name="email"')
        expect((await withEmail('')).status).to.equal(422)
        expect((await withEmail('Maria.Santos@example.org')).status).to.equal(401)
        expect((await withEmail('john.carter@example.org')).status).to.equal(401)
        expectIn(await withEmail('maria.santos@example.org'), '/portal')
        await change(`UPDATE patient_data SET email_direct = 'direct@example.org' WHERE fname = 'Maria'`)
        expect((await withEmail('direct@example.org')).status, 'the direct address is not asked for').to.equal(401)
        expectIn(await withEmail('maria.santos@example.org'), '/portal')
      } finally {
        await practice.global('enforce_signin_email', '0')
      }
      expect((await (await practice.visitor()).get(PATIENT)).body).not.to.include('name="email"')
    })

    it('is refused with a password that staff made, and told so only with the right one', async () => {
      await newLogin('fresh.login', await hashOf('bcrypt $2a$', 'Right-Pass1'), { status: 0 })
      const someone = await practice.visitor()
      const wrong = await someone.signIn(PATIENT, 'fresh.login', 'Wrong-Pass1')
      const right = await someone.signIn(PATIENT, 'fresh.login', 'Right-Pass1')
      expect([wrong.status, right.status]).to.deep.equal([401, 401])
      expect(right.body).to.include('must be replaced first')
      expect(wrong.body).not.to.include('must be replaced first')
      expect(someone.cookies.has('foyer_portal')).to.equal(false)
      expect((await someone.get('/portal/records')).status).to.equal(303)
    })

    it('is refused unless the chart says YES, in capitals', async () => {
      const pid = await newLogin('chart.says', await hashOf('bcrypt $2a$', 'Right-Pass1'))
      for (const [says, status] of [
        ['NO', 401],
        ['', 401],
        ['yes', 401],
        ['YES', 303],
      ] as const) {
        // prettier-ignore
        await change(`UPDATE patient_data SET allow_patient_portal = :says WHERE pid = :pid`, { says, pid })
        expect((await (await practice.visitor()).signIn(PATIENT, 'chart.says', 'Right-Pass1')).status, says).to.equal(
          status,
        )
      }
    })

    it('tells two equal login names apart by their letters, and lets neither in where there is no telling', async () => {
      const one = await newLogin('twin.name', await hashOf('bcrypt $2a$', 'Pass-of-one1'))
      const two = await newLogin('Twin.Name', await hashOf('bcrypt $2a$', 'Pass-of-two1'))
      const statusOf = async (username: string, password: string) =>
        (await (await practice.visitor()).signIn(PATIENT, username, password)).status
      expect(await statusOf('twin.name', 'Pass-of-one1')).to.equal(303)
      expect(await statusOf('Twin.Name', 'Pass-of-two1')).to.equal(303)
      expect(await statusOf('twin.name', 'Pass-of-two1')).to.equal(401)
      expect(await statusOf('TWIN.NAME', 'Pass-of-one1')).to.equal(401)
      await change(`UPDATE patient_access_onsite SET portal_login_username = 'twin.name' WHERE pid = :two`, { two })
      expect(await statusOf('twin.name', 'Pass-of-one1')).to.equal(401)
      expect(await statusOf('twin.name', 'Pass-of-two1')).to.equal(401)
      await change(`DELETE FROM patient_access_onsite WHERE pid IN (:both)`, { both: [one, two] })
    })

    it('makes an account and the grant of one’s own chart at the first time, and no second ones later', async () => {
      const pid = await newLogin('first.time', await hashOf('bcrypt $2a$', 'Right-Pass1'))
      const together = await Promise.all(Array.from({ length: 5 }, () => practice.visitor()))
      const pages = await Promise.all(together.map((each) => each.signIn(PATIENT, 'first.time', 'Right-Pass1')))
      expect(pages.map((page) => page.status)).to.deep.equal([303, 303, 303, 303, 303])
      const rows = await practice.db.select(
        `SELECT g.extent FROM foyer_accounts a JOIN foyer_grants g ON g.account_id = a.id WHERE a.host_pid = :pid`,
        { pid },
      )
      expect(rows).to.deep.equal([{ extent: 'full' }])
    })

    it('writes the host’s log, in pairs whose checksums hold', async () => {
      await change(`DELETE FROM log`)
      const someone = await practice.visitor()
      await someone.signIn(PATIENT, 'nobody.of.this.name', 'Typed-Pass1')
      await someone.signIn(PATIENT, loginOf('john'), 'Typed-Pass1')
      await someone.signIn(PATIENT, loginOf('john'), passwordOf('john.carter'))
      const rows = await hostLog()
      expect(rows.map(({ event, success, log_from, patient_id, said }) => ({ event, success, log_from, patient_id, said }))).to.deep.equal([
        { event: 'login attempt', success: 0, log_from: 'portal-login', patient_id: null, said: 'unknown:invalid username' },
        { event: 'login attempt', success: 0, log_from: 'portal-login', patient_id: practice.patients.john, said: `john${practice.patients.john}:invalid password` },
        { event: 'login', success: 1, log_from: 'onsite-portal', patient_id: practice.patients.john, said: `john${practice.patients.john}: John Carter:success` },
      ]) // prettier-ignore
      for (const row of rows) expect(row.checksum, row.event).to.equal(row.expected)
      expect(JSON.stringify(await practice.db.select(`SELECT * FROM foyer_audit`))).not.to.include(
        'nobody.of.this.name',
      )
    })
  })

  describe('as a staff member', () => {
    it('takes the user name to the letter, as the host does', async () => {
      expect((await (await practice.visitor()).signIn(STAFF, 'ADMIN', passwordOf('admin'))).status).to.equal(401)
      expectIn(await (await practice.visitor()).signIn(STAFF, 'admin', passwordOf('admin')), '/staff/portal')
    })

    it('is refused when inactive, without practice group, or without a permission group', async () => {
      const refusedWhile = async (gone: string, back: string) => {
        await change(gone)
        expect(
          (await (await practice.visitor()).signIn(STAFF, 'dr.marsh', passwordOf('dr.marsh'))).status,
          gone,
        ).to.equal(401)
        await change(back)
        expectIn(await (await practice.visitor()).signIn(STAFF, 'dr.marsh', passwordOf('dr.marsh')), '/staff/portal')
      }
      const by = `WHERE username = 'dr.marsh'`
      await refusedWhile(`UPDATE users SET active = 0 ${by}`, `UPDATE users SET active = 1 ${by}`)
      await refusedWhile(
        `UPDATE \`groups\` SET user = 'away' WHERE user = 'dr.marsh'`,
        `UPDATE \`groups\` SET user = 'dr.marsh' WHERE user = 'away'`,
      )
      await refusedWhile(
        `UPDATE gacl_aro SET value = 'away' WHERE value = 'dr.marsh'`,
        `UPDATE gacl_aro SET value = 'dr.marsh' WHERE value = 'away'`,
      )
    })

    it('counts a wrong password where the host counts it, and begins anew after the right one', async () => {
      const someone = await practice.visitor()
      await someone.signIn(STAFF, 'front', 'Wrong-Pass1')
      await someone.signIn(STAFF, 'front', 'Wrong-Pass2')
      expect(await failuresOf('front')).to.deep.equal({ failures: 2, last: `${MONDAY} 08:00:00`, total: 2 })
      expectIn(await someone.signIn(STAFF, 'front', passwordOf('front')), '/staff/portal')
      expect(await failuresOf('front')).to.deep.equal({ failures: 0, last: `${MONDAY} 08:00:00`, total: 2 })
    })

    it('is kept out as long as the host keeps them out, and no longer', async () => {
      await change(
        `UPDATE users_secure SET login_fail_counter = 20, last_login_fail = '${MONDAY} 07:30:00' WHERE username = 'front'`,
      )
      const signIn = async () => (await practice.visitor()).signIn(STAFF, 'front', passwordOf('front'))
      const locked = await signIn()
      expect(locked.status).to.equal(429)
      expect(locked.body).to.include('Wait 30 min')
      expect(await failuresOf('front'), 'a locked try is no try').to.deep.include({ failures: 20 })
      practice.clock.set(`${MONDAY}T08:31:00`)
      expectIn(await signIn(), '/staff/portal')
    })
  })

  describe('by trying', () => {
    it('is told the same whatever was wrong, after the same time', async () => {
      await practice.global('gbl_auth_bcrypt_hash_cost', '10')
      try {
        const settings = hashSettings(practice.portal.globals())
        const hash = await hashHostPassword('Right-Pass1', settings)
        await newLogin('somebody.real', hash)
        await newLogin('not.allowed', hash, { allow: 'NO' })
        await newLogin('never.set', '')
        await newLogin('odd.hash', 'NoLongerUsed')
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
        await change(`UPDATE users_secure SET password = :ofMarsh WHERE username = 'dr.marsh'`, { ofMarsh })
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
        await change(`UPDATE foyer_attempts SET expire = 1 WHERE \`key\` LIKE 'account:%'`)
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
      await change(`UPDATE foyer_attempts SET expire = 1`)
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

  describe('leads on', () => {
    const inside = ['/portal/records', '/portal/records?lang=es', '/portal/records/abc/appointments?from=2026-11-24#x']
    const elsewhere = [
      ...['https://evil.example/portal', '//evil.example/portal', '///evil.example/portal', '/\\evil.example/portal'],
      ...['\\\\evil.example', '/\t/evil.example', 'javascript:alert(1)', 'data:text/html,x', 'portal', '', '/', '/staff/portal'],
      ...['/portal/../staff/portal', '/portal/%2e%2e/%2e%2e//evil.example', '/portal/..//evil.example', '/portalx'],
      ...['/portal@evil.example', 'http:/portal', ' /portal', '/%0d%0aLocation:https://evil.example', '/portal/sign-in'],
      ...['/portal/sign-out', '//foyer.invalid@evil.example/portal', '/.evil.example', '/portal:80@evil.example/'],
    ] // prettier-ignore

    it('inside the door’s own pages', () => {
      for (const next of inside) expect(safeNext(next, ['/portal']), next).to.equal(next.split('#')[0])
    })

    it('and nowhere else: what names another place is dropped whole', () => {
      for (const next of elsewhere) expect(safeNext(next, ['/portal']), next).to.equal(undefined)
    })

    it('so over HTTP, from the form and from the address', async () => {
      const origin = (await practice.visitor()).origin
      for (const next of [...elsewhere, ...inside]) {
        const someone = await practice.visitor()
        const form = await someone.get(`${PATIENT}?next=${encodeURIComponent(next)}`)
        const kept = /name="next" value="([^"]*)"/.exec(form.body)?.[1]
        const page = await someone.post(PATIENT, {
          username: loginOf('maria'),
          password: passwordOf('maria.santos'),
          next,
        })
        for (const way of [page.location, kept]) {
          if (way === undefined) continue
          const address = new URL(way, origin)
          expect(address.origin, next).to.equal(origin)
          expect(address.pathname, next).to.match(/^\/portal(\/|$)/)
        }
        if (inside.includes(next)) expect(page.location).to.equal(next.split('#')[0])
      }
    })

    it('from a page that was asked for signed out, back to it', async () => {
      const someone = await practice.visitor()
      const wanted = `/portal/records/${practice.records.maria}/appointments/new?provider=1&from=2026-11-30`
      const door = await someone.follow(await someone.get(wanted))
      expect(door.status).to.equal(200)
      const next = /name="next" value="([^"]*)"/.exec(door.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
      const page = await someone.post(PATIENT, {
        username: loginOf('maria'),
        password: passwordOf('maria.santos'),
        next,
      })
      expect(page.location).to.equal(wanted)
    })
  })

  async function change(sql: string, values: Record<string, unknown> = {}): Promise<void> {
    await practice.db.transaction((tx) => tx.change(sql, values))
  }

  async function newLogin(
    loginName: string,
    hash: string,
    { status = 1, allow = 'YES' }: { status?: 0 | 1; allow?: 'YES' | 'NO' } = {},
  ): Promise<number> {
    const pid = await practice.patient({ lname: loginName, allowPortal: allow })
    await practice.db.transaction((tx) =>
      addPortalCredential(tx, { pid, username: `pat${pid}`, loginName, hash, status, at: AT }),
    )
    return pid
  }

  async function portalHash(pid: number): Promise<string> {
    const row = await practice.db.first<{ hash: string }>(
      `SELECT portal_pwd AS hash FROM patient_access_onsite WHERE pid = :pid`,
      { pid },
    )
    return row?.hash ?? ''
  }

  async function failuresOf(username: string) {
    return practice.db.first(
      `SELECT login_fail_counter AS failures, last_login_fail AS last, total_login_fail_counter AS total
         FROM users_secure WHERE username = :username`,
      { username },
    )
  }

  /** Lines that a looked-at try leaves. */
  async function countTries(): Promise<number> {
    const row = await practice.db.first<{ count: number }>(
      `SELECT COUNT(*) AS count FROM foyer_audit WHERE event LIKE '%sign%'`,
    )
    return row?.count ?? -1
  }

  async function hostLog() {
    const rows = await practice.db.select<Record<string, string | number | null>>(
      `SELECT l.date, l.event, l.category, l.user, l.groupname, l.comments, l.user_notes, l.patient_id, l.success, l.crt_user,
              l.log_from, l.menu_item_id, l.ccda_doc_id, e.checksum, e.encrypt, e.version
         FROM log l JOIN log_comment_encrypt e ON e.log_id = l.id ORDER BY l.id`,
    )
    return rows.map((row) => {
      const thirteen = Object.values(row).slice(0, 13)
      const expected = createHash('sha3-512')
        .update(thirteen.map((value) => value ?? '').join(''))
        .digest('hex')
      return { ...row, event: String(row['event']), success: row['success'], log_from: row['log_from'], patient_id: row['patient_id'], checksum: row['checksum'], expected, said: Buffer.from(String(row['comments']), 'base64').toString() } // prettier-ignore
    })
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

function expectIn(page: Page, to: string, how: 'exact' | 'prefix' = 'exact'): void {
  expect(page.status).to.equal(303)
  if (how === 'exact') expect(page.location).to.equal(to)
  else expect(page.location).to.match(new RegExp(`^${to}`))
}
