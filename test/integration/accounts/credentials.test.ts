import { expect } from 'chai'
import { accountOfCredential } from '../../../module/access/accounts.js'
import { mustChange } from '../../../module/access/staffCredentials.js'
import { staffMember } from '../../../module/access/staff.js'
import { authorise } from '../../../module/features/accounts/credentials/authorising.js'
import { correctTrustedEmail } from '../../../module/features/accounts/credentials/correcting.js'
import { expireCredentials } from '../../../module/features/accounts/credentials/expiring.js'
import { generatePassword } from '../../../module/features/accounts/credentials/generatedPassword.js'
import {
  makeCredential,
  type CredentialWish,
  type MakeOutcome,
} from '../../../module/features/accounts/credentials/making.js'
import { proposedLoginName } from '../../../module/features/accounts/credentials/names.js'
import { findPatientCredential, readPortalChart } from '../../../module/host/credentials.js'
import { checksumOf, writeHostLog } from '../../../module/host/log.js'
import { verifyHostPassword } from '../../../module/host/php/passwords.js'
import { addPortalCredential } from '../../../module/host/site/people.js'
import type { Actor } from '../../../module/platform/audit.js'
import { utc } from '../../../module/platform/clock.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY, MORNING, openPractice, type TestPractice } from '../../support/practice.js'

const admin: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: 'r1' }
const PASSWORD = 'wander-47-Kettle@pine'
const OTHER = 'quiet+Harbour-93-fog'

interface LoginRow {
  pid: number
  portal_username: string
  portal_login_username: string
  portal_pwd: string
  portal_pwd_status: number
  portal_onetime: string | null
  date_created: string
}

describeOnEverySite('a sign-in that staff make', (site) => {
  let practice: TestPractice

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
  })
  beforeEach(() => {
    practice.clock.set(MORNING)
  })
  after(() => practice.leave())

  const rowOf = (pid: number) =>
    practice.db.first<LoginRow>(`SELECT * FROM patient_access_onsite WHERE pid = :pid`, { pid })
  const someone = (more: Parameters<TestPractice['patient']>[0] = {}) =>
    practice.patient({ fname: 'Nina', lname: 'Moss', email: 'nina@example.org', ...more })
  const make = (pid: number, wish: Partial<CredentialWish> = {}): Promise<MakeOutcome> =>
    makeCredential(practice.portal, admin, {
      ...{ pid, loginName: `nina${String(pid)}`, password: PASSWORD, changeInHost: true, seen: undefined },
      ...{ token: undefined, ...wish },
    })
  const member = async () => {
    const found = await staffMember(practice.db, practice.staff.admin)
    if (!found) throw new Error('the administrator is gone')
    return found
  }
  /** What the host's own portal does with a name and a password (facts §3.1, gate for login). */
  const atHost = async (typed: string, password: string, email = ''): Promise<'refused' | 'must-change' | 'in'> => {
    const row = await practice.db.first<LoginRow & { email: string }>(
      `SELECT c.*, p.email FROM patient_access_onsite c JOIN patient_data p ON p.pid = c.pid
        WHERE c.portal_login_username = :typed AND p.allow_patient_portal = 'YES'`,
      { typed },
    )
    if (!row || !(await verifyHostPassword(password, row.portal_pwd))) return 'refused'
    if (practice.portal.globals().get('enforce_signin_email') === '1' && email !== row.email) return 'refused'
    return row.portal_pwd_status === 0 ? 'must-change' : 'in'
  }

  it('is the row that the host’s own dialog writes, column by column', async () => {
    const pid = await someone()
    const chart = await readPortalChart(practice.db, pid)
    expect(await make(pid)).to.deep.equal({ ok: true, kind: 'created' })
    const { portal_pwd: hash, ...row } = (await rowOf(pid)) ?? {}
    expect(row).to.include({
      pid,
      portal_username: `NinaMoss${String(chart?.id)}`,
      portal_login_username: `nina${String(pid)}`,
      portal_pwd_status: 0,
      portal_onetime: null,
      date_created: `${MONDAY} 08:00:00`,
    })
    expect(hash).to.match(/^\$2y\$05\$/)
    expect(await atHost(`nina${String(pid)}`, PASSWORD)).to.equal('must-change')
    expect(await atHost(`nina${String(pid)}`, OTHER)).to.equal('refused')
  })

  it('asks for a new password in the host’s portal as its global says, and in Foyer always', async () => {
    const cases = [
      ['0', true, 0],
      ['0', false, 0],
      ['1', true, 1],
      ['2', true, 0],
      ['2', false, 1],
    ] as const
    for (const [rule, changeInHost, status] of cases) {
      await practice.global('portal_force_credential_reset', rule)
      const pid = await someone()
      await make(pid, { changeInHost })
      const row = await rowOf(pid)
      const label = `${rule}, ${String(changeInHost)}`
      expect(row?.portal_pwd_status, label).to.equal(status)
      expect(await atHost(`nina${String(pid)}`, PASSWORD), label).to.equal(status === 0 ? 'must-change' : 'in')
      expect(await mustChange(practice.db, pid, row?.portal_pwd ?? '', status), label).to.equal(true)
    }
    await practice.global('portal_force_credential_reset', '0')
  })

  it('is hashed as the host’s globals say, so that PHP reads it', async () => {
    const forms = { BCRYPT: /^\$2y\$/, ARGON2ID: /^\$argon2id\$/, SHA512HASH: /^\$6\$rounds=\d+\$/ }
    for (const [algorithm, form] of Object.entries(forms)) {
      await practice.global('gbl_auth_hash_algo', algorithm)
      const pid = await someone()
      await make(pid)
      expect((await rowOf(pid))?.portal_pwd).to.match(form)
      expect(await atHost(`nina${String(pid)}`, PASSWORD)).to.equal('must-change')
    }
    await practice.global('gbl_auth_hash_algo', 'BCRYPT')
  })

  it('opens nothing before the chart allows the portal, and then does', async () => {
    const pid = await someone({ allowPortal: 'NO' })
    expect(await make(pid)).to.deep.equal({ ok: false, reason: 'not-allowed' })
    expect(await rowOf(pid)).to.equal(undefined)
    expect(await authorise(practice.portal, await member(), admin, pid)).to.deep.equal({ ok: true })
    const chart = await practice.db.first(
      `SELECT allow_patient_portal AS allowed, date, updated_by AS editor FROM patient_data WHERE pid = :pid`,
      { pid },
    )
    expect(chart).to.deep.include({ allowed: 'YES', date: `${MONDAY} 08:00:00`, editor: practice.staff.admin })
    expect(await make(pid)).to.include({ ok: true })
    // Once more changes nothing, and tells nobody again.
    const before = await logsOf(pid)
    expect(await authorise(practice.portal, await member(), admin, pid)).to.deep.equal({ ok: true })
    expect(await logsOf(pid)).to.deep.equal(before)
    expect(await authorise(practice.portal, await member(), admin, 99_999)).to.include({ ok: false })
  })

  const logsOf = (pid: number) =>
    practice.db.select<Record<string, string | number | null> & { comments: string; checksum_pair: string }>(
      `SELECT l.date, l.event, l.category, l.user, l.groupname, l.comments, l.user_notes, l.patient_id, l.success,
              l.crt_user, l.log_from, l.menu_item_id, l.ccda_doc_id, e.checksum AS checksum_pair
         FROM log l JOIN log_comment_encrypt e ON e.log_id = l.id WHERE l.patient_id = :pid ORDER BY l.id`,
      { pid },
    )

  it('is told to the host’s log, the audit trail, the outbox and the patient in one go', async () => {
    const pid = await someone()
    await make(pid)
    const [line] = await logsOf(pid)
    const { checksum_pair: checksum, ...columns } = line ?? { checksum_pair: '', comments: '' }
    expect(columns).to.include({ event: 'patient-access', user: 'admin', patient_id: pid, success: 1 })
    expect(Buffer.from(columns.comments, 'base64').toString()).to.equal('updated credentials')
    expect(checksum).to.equal(checksumOf(Object.values(columns)))
    const told = await practice.db.select(`SELECT event, actor_id FROM foyer_audit WHERE pid = :pid`, { pid })
    expect(told).to.deep.equal([{ event: 'credential.created', actor_id: 'admin' }])
    const published = await practice.db.select<{ event: string }>(
      `SELECT event FROM foyer_outbox WHERE CAST(payload AS CHAR) LIKE :pid OR event = 'letter.written' ORDER BY id DESC LIMIT 2`,
      { pid: `%${String(pid)}%` },
    )
    expect(published.map(({ event }) => event)).to.deep.equal(['letter.written', 'credential.created'])
    const letter = await practice.db.first(
      `SELECT kind, channel, recipient, state, language FROM foyer_letters WHERE pid = :pid`,
      { pid },
    )
    expect(letter).to.deep.equal({
      ...{
        kind: 'credential.created',
        channel: 'mail',
        recipient: 'nina@example.org',
        state: 'waiting',
        language: 'en',
      },
    })
  })

  it('stands nowhere in clear, nor anything by which it could be found', async () => {
    const pid = await someone()
    await make(pid, { token: opaqueId() })
    for (const table of ['foyer_audit', 'foyer_outbox', 'foyer_letters', 'foyer_once', 'foyer_credentials', 'log']) {
      const rows = await practice.db.select(`SELECT * FROM ${table}`) // sql-safe: constants of this test
      expect(rows, table).not.to.deep.equal([])
      expect(JSON.stringify(rows), table).not.to.include(PASSWORD)
      expect(JSON.stringify(rows), table).not.to.include((await rowOf(pid))?.portal_pwd)
    }
  })

  it('keeps the account’s name when it is reset, since the host’s messages hang on it', async () => {
    const pid = await someone()
    const at = `${MONDAY} 07:00:00`
    const hash = (await rowOf(practice.patients.maria))?.portal_pwd ?? ''
    await practice.db.transaction(async (tx) => {
      await addPortalCredential(tx, { pid, username: 'Nina-old', loginName: 'nina.old', hash, status: 1, at })
      await tx.change(`UPDATE patient_access_onsite SET portal_onetime = 'out' WHERE pid = :pid`, { pid })
    })
    expect(await make(pid, { loginName: 'nina.old' })).to.deep.equal({ ok: true, kind: 'reset' })
    expect(await rowOf(pid)).to.include({
      ...{ portal_username: 'Nina-old', portal_login_username: 'nina.old', date_created: at, portal_pwd_status: 0 },
      portal_onetime: null,
    })
    expect(await findPatientCredential(practice.db, 'nina.old')).to.include({ accountName: 'Nina-old' })
  })

  it('that the host made is the patient’s own to Foyer as the host says', async () => {
    const hash = (await rowOf(practice.patients.maria))?.portal_pwd ?? ''
    expect(await mustChange(practice.db, practice.patients.maria, hash, 1)).to.equal(false)
    expect(await mustChange(practice.db, practice.patients.maria, hash, 0)).to.equal(true)
  })

  it('ends every session of the patient’s own account and nobody else’s', async () => {
    const patient = await practice.patientVisitor('john')
    const other = await practice.patientVisitor('luis')
    expect((await patient.get('/portal/records')).status).to.equal(200)
    const sessions = () =>
      practice.db.select(`SELECT owner FROM foyer_sessions WHERE audience = 'patient' AND owner = :id`, {
        id: String(practice.accounts.john),
      })
    expect(await sessions()).to.have.length(1)
    await make(practice.patients.john, { loginName: 'john.carter' })
    expect(await sessions()).to.deep.equal([])
    expect((await patient.get('/portal/records')).status).to.equal(303)
    expect((await other.get('/portal/records')).status).to.equal(200)
  })

  it('ends those of the account into which the patient’s was merged: the login opens that one', async () => {
    const pid = await someone()
    await make(pid)
    const { accounts, clock, db } = practice
    const mergedInto = (into: number) =>
      db.transaction(async (tx) => {
        const { id } = await accountOfCredential(tx, clock, { pid, patientName: 'Nina Moss' })
        await tx.change(
          `UPDATE foyer_accounts SET merged_into = :into, disabled_at = :at, disabled_by = 'x' WHERE id = :id`,
          { id, into, at: utc(clock.now()) },
        )
      })
    await mergedInto(accounts.luis)
    const luis = await practice.patientVisitor('luis')
    const amina = await practice.patientVisitor('amina')
    await make(pid)
    expect((await luis.get('/portal/records')).status).to.equal(303)
    expect((await amina.get('/portal/records')).status).to.equal(200)
  })

  it('has a login name that nobody else has, whoever saves first', async () => {
    const [one, two] = [await someone(), await someone()]
    const both = await Promise.all([one, two].map((pid) => make(pid, { loginName: 'Same.Name' })))
    expect(both.filter(({ ok }) => ok)).to.have.length(1)
    expect(both).to.deep.include({ ok: false, reason: 'login-name-taken' })
    expect(await make(await someone(), { loginName: 'sáme.name' })).to.include({ reason: 'login-name-taken' })
    // Another's account name is taken too: the host's own check says so.
    const maria = await rowOf(practice.patients.maria)
    expect(await make(await someone(), { loginName: maria?.portal_username ?? '' })).to.include({ ok: false })
  })

  it('is proposed under the trusted e-mail, with the chart’s number where that is another’s', async () => {
    const propose = async (pid: number) => {
      const chart = await readPortalChart(practice.db, pid)
      return chart && proposedLoginName(practice.portal, chart)
    }
    await practice.global('use_email_for_portal_username', '1')
    const first = await someone({ email: 'twins@example.org' })
    expect(await propose(first)).to.equal('twins@example.org')
    await make(first, { loginName: 'twins@example.org' })
    const second = await someone({ email: 'twins@example.org' })
    expect(await propose(second)).to.equal(`twins${String(second)}@example.org`)
    expect(await propose(first)).to.equal('twins@example.org')
    await practice.global('use_email_for_portal_username', '0')
    const id = (await readPortalChart(practice.db, second))?.id
    expect(await propose(second)).to.equal(`NinaMoss${String(id)}`)
    const long = await someone({ fname: 'N'.repeat(90), lname: 'M'.repeat(90), email: '' })
    expect(await propose(long))
      .to.match(/^N{90}M+\d+$/)
      .and.have.length(100)
  })

  it('is told to the trusted address, or to nobody with the reason kept', async () => {
    const letterTo = async (columns: Record<string, string>) => {
      const pid = await someone({ columns })
      await make(pid)
      return practice.db.first(`SELECT recipient, state, error_code FROM foyer_letters WHERE pid = :pid`, { pid })
    }
    expect(await letterTo({ email_direct: 'direct@example.org' })).to.deep.equal({
      ...{ recipient: 'direct@example.org', state: 'waiting', error_code: null },
    })
    expect(await letterTo({ hipaa_allowemail: 'NO' })).to.include({ state: 'refused', error_code: 'no-consent' })
    expect(await letterTo({ email: '' })).to.include({ recipient: '', state: 'refused', error_code: 'no-address' })
    expect(await letterTo({ email: 'nina at home' })).to.include({ state: 'refused', error_code: 'bad-address' })
  })

  it('is told to an address that staff corrected, which the chart then has', async () => {
    const pid = await someone()
    const correct = async (email: string) => correctTrustedEmail(practice.portal, await member(), admin, { pid, email })
    expect(await correct('not an address')).to.deep.equal({ ok: false, reason: 'bad-address' })
    expect(await correct('nina.new@example.org')).to.deep.equal({ ok: true })
    await make(pid)
    expect(await readPortalChart(practice.db, pid)).to.include({
      ...{ email: 'nina@example.org', emailDirect: 'nina.new@example.org' },
    })
    expect(await practice.db.first(`SELECT recipient FROM foyer_letters WHERE pid = :pid`, { pid })).to.deep.equal({
      recipient: 'nina.new@example.org',
    })
    const [line] = await logsOf(pid)
    expect(line).to.include({ event: 'patient-record-update', category: 'Patient Demographics' })
    const audit = await practice.db.select<{ details: string }>(
      `SELECT CAST(details AS CHAR) AS details FROM foyer_audit WHERE pid = :pid AND event = 'trusted-email.corrected'`,
      { pid },
    )
    expect(audit).to.have.length(1)
    expect(JSON.stringify(audit)).not.to.include('example.org')
  })

  it('is one, however often the form is sent', async () => {
    const pid = await someone()
    const token = opaqueId()
    const pressed = await Promise.all(Array.from({ length: 8 }, () => make(pid, { token })))
    for (const outcome of pressed) expect(outcome).to.deep.equal({ ok: true, kind: 'created' })
    expect(await practice.db.select(`SELECT id FROM foyer_credentials WHERE pid = :pid`, { pid })).to.have.length(1)
    expect(await make(pid, { token, password: OTHER })).to.deep.equal({ ok: false, reason: 'used-otherwise' })
    expect(await atHost(`nina${String(pid)}`, PASSWORD)).to.equal('must-change')
  })

  describe('that nobody uses', () => {
    const passed = (days: number) => practice.clock.set(practice.clock.now().plus({ days }).toISO())
    const openRow = (pid: number) =>
      practice.db.first<{ used_at: string | null }>(`SELECT used_at FROM foyer_credentials WHERE open_pid = :pid`, {
        pid,
      })

    it('opens neither portal once its time is over, and is said to have expired', async () => {
      const pid = await someone()
      await make(pid)
      // Monday; the seventh day after is the last.
      practice.clock.set('2026-11-30T23:59:00')
      await expireCredentials(practice.portal)
      expect(await atHost(`nina${String(pid)}`, PASSWORD)).to.equal('must-change')
      practice.clock.set('2026-12-01T00:00:00')
      await expireCredentials(practice.portal)
      expect(await atHost(`nina${String(pid)}`, PASSWORD)).to.equal('refused')
      const hash = (await rowOf(pid))?.portal_pwd ?? ''
      expect(hash).to.match(/^![\w-]{22}$/)
      for (const typed of [PASSWORD, hash, '!', '']) expect(await verifyHostPassword(typed, hash)).to.equal(false)
      expect(await openRow(pid)).to.equal(undefined)
      const ended = await practice.db.first(`SELECT ended, open_pid FROM foyer_credentials WHERE pid = :pid`, { pid })
      expect(ended).to.deep.equal({ ended: 'expired', open_pid: null })
      const told = await practice.db.select<{ event: string }>(`SELECT event FROM foyer_audit WHERE pid = :pid`, {
        pid,
      })
      expect(told.map(({ event }) => event)).to.deep.equal(['credential.created', 'credential.expired'])
    })

    it('is left alone when it is no longer the one that staff made', async () => {
      const pid = await someone()
      await make(pid)
      const own = (await rowOf(practice.patients.maria))?.portal_pwd ?? ''
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE patient_access_onsite SET portal_pwd = :own, portal_pwd_status = 1 WHERE pid = :pid`, {
          pid,
          own,
        }),
      )
      expect(await mustChange(practice.db, pid, own, 1), 'at once').to.equal(false)
      passed(30)
      await expireCredentials(practice.portal)
      expect(await rowOf(pid)).to.include({ portal_pwd: own })
      expect(await openRow(pid)).to.equal(undefined)
      expect(await mustChange(practice.db, pid, own, 1)).to.equal(false)
    })

    it('is over when its chart is gone, and one that fails keeps no other open', async () => {
      const [gone, bad, good] = [await someone(), await someone(), await someone()]
      for (const pid of [gone, bad, good]) await make(pid)
      await practice.db.transaction(async (tx) => {
        await tx.change(`DELETE FROM patient_access_onsite WHERE pid = :gone`, { gone })
        await tx.change(`DELETE FROM patient_data WHERE pid = :gone`, { gone })
      })
      await practice.db.sequelize.query(
        `CREATE TRIGGER bad_login BEFORE UPDATE ON patient_access_onsite FOR EACH ROW
           BEGIN IF NEW.pid = ${String(bad)} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'; END IF; END`,
      )
      passed(30)
      const failure = await expireCredentials(practice.portal).catch((error: unknown) => error)
      await practice.db.sequelize.query(`DROP TRIGGER bad_login`)
      expect(String(failure)).to.include('the disk is full')
      const ended = (pid: number) =>
        practice.db.first(`SELECT ended, open_pid FROM foyer_credentials WHERE pid = :pid`, { pid })
      expect(await ended(gone)).to.deep.equal({ ended: 'gone', open_pid: null })
      expect(await ended(bad)).to.deep.equal({ ended: null, open_pid: bad })
      expect(await ended(good)).to.deep.equal({ ended: 'expired', open_pid: null })
      await expireCredentials(practice.portal)
      expect(await ended(bad)).to.deep.equal({ ended: 'expired', open_pid: null })
    })

    it('is left alone when it is in use at the host’s own portal; in Foyer it must still be changed', async () => {
      const pid = await someone()
      await practice.global('portal_force_credential_reset', '1')
      await make(pid)
      await practice.global('portal_force_credential_reset', '0')
      await practice.db.transaction((tx) =>
        writeHostLog(tx, {
          ...{ at: `${MONDAY} 09:00:00`, event: 'login', user: 'NinaMoss', comment: 'NinaMoss: Nina Moss:success' },
          ...{ pid, success: true, from: 'onsite-portal' },
        }),
      )
      passed(30)
      await expireCredentials(practice.portal)
      const row = await rowOf(pid)
      expect(await atHost(`nina${String(pid)}`, PASSWORD)).to.equal('in')
      expect((await openRow(pid))?.used_at).to.be.a('string')
      expect(await mustChange(practice.db, pid, row?.portal_pwd ?? '', 1)).to.equal(true)
    })

    it('can be made anew after it expired', async () => {
      const pid = await someone()
      await make(pid)
      passed(8)
      await expireCredentials(practice.portal)
      expect(await make(pid, { password: OTHER })).to.deep.equal({ ok: true, kind: 'reset' })
      expect(await atHost(`nina${String(pid)}`, OTHER)).to.equal('must-change')
    })
  })

  it('is proposed strong enough, and without letters that are taken for others', async () => {
    await practice.global('secure_password', '1')
    await practice.global('gbl_minimum_password_length', '16')
    for (let each = 0; each < 200; each += 1) {
      const password = generatePassword(practice.portal)
      expect(password)
        .to.match(/^[A-HJ-NP-Za-km-z2-9@#$%]{16,}$/)
        .and.not.match(/[0O1lIo]/)
      for (const kind of [/[A-Z]/, /[a-z]/, /\d/, /[@#$%]/]) expect(password).to.match(kind)
    }
    await practice.global('gbl_minimum_password_length', '9')
  })
})
