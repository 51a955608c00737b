/** Coming in with the host’s own credentials, under the host’s own conditions. */
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { loginOf, MONDAY, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { beginAnew, change, expectIn, newLogin, PATIENT, STAFF } from './doors.js'

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
  beforeEach(() => beginAnew(practice))

  describe('with the host’s passwords', () => {
    for (const kind of Object.keys(kinds)) {
      it(`takes a patient’s hash of the form ${kind}, and keeps it in the form that the host asks for now`, async () => {
        const username = `of.${kind.replace(/\W/g, '')}`
        const pid = await newLogin(practice, username, await hashOf(kind, 'Right-Pass1'))
        const someone = await practice.visitor()
        expect((await someone.signIn(PATIENT, username, 'Wrong-Pass1')).status).to.equal(401)
        expectIn(await someone.signIn(PATIENT, username, 'Right-Pass1'), '/portal')
        expect(await portalHash(pid)).to.match(/^\$2y\$05\$/)
        expect((await someone.get('/portal/records')).status, 'the new hash ends no session').to.equal(200)
        expectIn(await (await practice.visitor()).signIn(PATIENT, username, 'Right-Pass1'), '/portal')
      })

      it(`takes a staff member’s hash of the form ${kind}`, async () => {
        const hash = await hashOf(kind, passwordOf('nurse'))
        await change(practice, `UPDATE users_secure SET password = :hash WHERE username = 'nurse'`, { hash })
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
        await change(practice, `UPDATE patient_data SET email_direct = 'direct@example.org' WHERE fname = 'Maria'`)
        expect((await withEmail('direct@example.org')).status, 'the direct address is not asked for').to.equal(401)
        expectIn(await withEmail('maria.santos@example.org'), '/portal')
      } finally {
        await practice.global('enforce_signin_email', '0')
      }
      expect((await (await practice.visitor()).get(PATIENT)).body).not.to.include('name="email"')
    })

    it('is led from a password that staff made to choosing their own, and only with the right one', async () => {
      await newLogin(practice, 'fresh.login', await hashOf('bcrypt $2a$', 'Right-Pass1'), { status: 0 })
      const someone = await practice.visitor()
      const wrong = await someone.signIn(PATIENT, 'fresh.login', 'Wrong-Pass1')
      expect(wrong.status).to.equal(401)
      expect(someone.cookies.has('foyer_portal')).to.equal(false)
      expectIn(await someone.signIn(PATIENT, 'fresh.login', 'Right-Pass1'), '/portal/sign-in/new-password')
      expect((await someone.get('/portal/records')).location).to.match(/^\/portal\/sign-in\?/)
    })

    it('is refused unless the chart says YES, in capitals', async () => {
      const pid = await newLogin(practice, 'chart.says', await hashOf('bcrypt $2a$', 'Right-Pass1'))
      for (const [says, status] of [
        ['NO', 401],
        ['', 401],
        ['yes', 401],
        ['YES', 303],
      ] as const) {
        // prettier-ignore
        await change(practice, `UPDATE patient_data SET allow_patient_portal = :says WHERE pid = :pid`, { says, pid })
        expect((await (await practice.visitor()).signIn(PATIENT, 'chart.says', 'Right-Pass1')).status, says).to.equal(
          status,
        )
      }
    })

    it('tells two equal login names apart by their letters, and lets neither in where there is no telling', async () => {
      const one = await newLogin(practice, 'twin.name', await hashOf('bcrypt $2a$', 'Pass-of-one1'))
      const two = await newLogin(practice, 'Twin.Name', await hashOf('bcrypt $2a$', 'Pass-of-two1'))
      const statusOf = async (username: string, password: string) =>
        (await (await practice.visitor()).signIn(PATIENT, username, password)).status
      expect(await statusOf('twin.name', 'Pass-of-one1')).to.equal(303)
      expect(await statusOf('Twin.Name', 'Pass-of-two1')).to.equal(303)
      expect(await statusOf('twin.name', 'Pass-of-two1')).to.equal(401)
      expect(await statusOf('TWIN.NAME', 'Pass-of-one1')).to.equal(401)
      await change(practice, `UPDATE patient_access_onsite SET portal_login_username = 'twin.name' WHERE pid = :two`, {
        two,
      })
      expect(await statusOf('twin.name', 'Pass-of-one1')).to.equal(401)
      expect(await statusOf('twin.name', 'Pass-of-two1')).to.equal(401)
      await change(practice, `DELETE FROM patient_access_onsite WHERE pid IN (:both)`, { both: [one, two] })
    })

    it('makes an account and the grant of one’s own chart at the first time, and no second ones later', async () => {
      const pid = await newLogin(practice, 'first.time', await hashOf('bcrypt $2a$', 'Right-Pass1'))
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
      await change(practice, `DELETE FROM log`)
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
        await change(practice, gone)
        expect(
          (await (await practice.visitor()).signIn(STAFF, 'dr.marsh', passwordOf('dr.marsh'))).status,
          gone,
        ).to.equal(401)
        await change(practice, back)
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
        practice,
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
})
