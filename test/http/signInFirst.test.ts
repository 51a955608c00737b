/**
 * The first sign-in with a password that staff made: for every value of every setting that has a say in it, the patient
 * makes their own before anything opens (openemr#12806).
 */
import { expect } from 'chai'
import { noteStaffCredential } from '../../module/access/staffCredentials.js'
import { hashHostPassword, hashSettings, verifyHostPassword } from '../../module/host/php/passwords.js'
import { openPractice, passwordOf, loginOf, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { beginAnew, change, expectIn, newLogin, PATIENT } from './doors.js'

const PAGE = '/portal/sign-in/new-password'
const MADE = 'Made-by-staff1'
const OWN = 'Lantern ferry-pepper 7'

interface Case {
  /** portal_pwd_status, as the host's dialog writes it. */
  status: 0 | 1
  /** Foyer's own reset dialog made it: it must be changed, whatever the host's column says. */
  byFoyer: boolean
  portal_force_credential_reset: string
  use_email_for_portal_username: string
  enforce_signin_email: string
}

const cases: Case[] = [0, 1].flatMap((status) =>
  [false, true].flatMap((byFoyer) =>
    ['0', '1', '2'].flatMap((portal_force_credential_reset) =>
      ['0', '1'].flatMap((use_email_for_portal_username) =>
        ['0', '1'].map((enforce_signin_email) => ({
          status: status as 0 | 1,
          ...{ byFoyer, portal_force_credential_reset, use_email_for_portal_username, enforce_signin_email },
        })),
      ),
    ),
  ),
)

describe('The first sign-in', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let hash: string
  let made = 0

  before(async () => {
    practice = await openPractice()
    await practice.setting('passwordLength', '12')
    hash = await hashHostPassword(MADE, hashSettings(practice.portal.globals()))
  })
  after(() => practice.leave())
  beforeEach(() => beginAnew(practice))

  it('is another thing in 48 practices', () => {
    expect(cases).to.have.length(48)
  })

  for (const each of cases) {
    it(nameOf(each), async () => {
      for (const name of [
        'portal_force_credential_reset',
        'use_email_for_portal_username',
        'enforce_signin_email',
      ] as const) {
        await practice.global(name, each[name])
      }
      const { pid, fields } = await person(each)
      const someone = await practice.visitor()
      const page = await someone.post(PATIENT, fields(MADE), { from: PATIENT })
      if (each.status === 1 && !each.byFoyer) {
        expectIn(page, '/portal')
        return
      }
      expectIn(page, PAGE)
      await expectNothingElseOpens(someone)
      const done = await someone.post(PAGE, { password: OWN }, { from: PAGE })
      expectIn(done, '/portal')
      expect((await someone.get('/portal/account')).status).to.equal(200)
      expect(await kept(pid)).to.deep.equal({ matches: true, status: 1, onetime: null, open: 0 })

      const again = await practice.visitor()
      expect((await again.post(PATIENT, fields(MADE), { from: PATIENT })).status, 'the old one').to.equal(401)
      expectIn(await again.post(PATIENT, fields(OWN), { from: PATIENT }), '/portal')
    })
  }

  it('goes on to the page that was asked for, once the password is chosen', async () => {
    const { fields } = await person({ ...plain, status: 0 })
    const someone = await practice.visitor()
    const next = '/portal/records?from=letter'
    await someone.post(PATIENT, { ...fields(MADE), next }, { from: PATIENT })
    expectIn(await someone.post(PAGE, { password: OWN }, { from: PAGE }), next)
  })

  it('keeps nothing that does not do: each fault is said at the field, and the password stays as it was', async () => {
    const { pid, fields } = await person({ ...plain, status: 0 })
    const someone = await practice.visitor()
    await someone.post(PATIENT, fields(MADE), { from: PATIENT })
    const faults: Record<string, RegExp> = {
      '': /at least 12 characters/,
      short: /at least 12 characters/,
      passwordpassword: /Many people|repeats/,
      [MADE]: /have now/,
      ['x'.repeat(3) + 'lantern ferry pepper '.repeat(5)]: /72 characters/,
      'lantern ferry\0pepper': /can’t be used/,
    }
    for (const [password, said] of Object.entries(faults)) {
      const page = await someone.post(PAGE, { password }, { from: PAGE })
      expect(page.status, password).to.equal(422)
      expect(page.body, password).to.match(said)
      expect(page.body, 'no password comes back').not.to.include(`value="${password || 'x'}"`)
    }
    expect((await kept(pid)).status).to.equal(0)
    expectIn(await someone.post(PAGE, { password: OWN }, { from: PAGE }), '/portal')
  })

  it('makes the password of the login that was typed, also where its account was joined into one with another login', async () => {
    const [gone, stays] = [await person({ ...plain, byFoyer: true }), await person({ ...plain, status: 1 })]
    for (const { fields } of [gone, stays]) {
      expect((await (await practice.visitor()).post(PATIENT, fields(MADE), { from: PATIENT })).status).to.equal(303)
    }
    await change(
      practice,
      `UPDATE foyer_accounts g JOIN foyer_accounts s ON s.host_pid = :stays
          SET g.merged_into = s.id, g.disabled_at = g.created_at WHERE g.host_pid = :gone`,
      { gone: gone.pid, stays: stays.pid },
    )
    const someone = await practice.visitor()
    expectIn(await someone.post(PATIENT, gone.fields(MADE), { from: PATIENT }), PAGE)
    const name = gone.fields('').username
    expect((await someone.get(PAGE)).body, 'whose password it is').to.contain(`value="${name}"`)
    expect((await someone.post(PAGE, { password: 'short' }, { from: PAGE })).status).to.equal(422)
    expectIn(await someone.post(PAGE, { password: OWN }, { from: PAGE }), '/portal')
    expect((await someone.get('/portal/account')).status).to.equal(200)
    expect(await kept(gone.pid)).to.include({ matches: true, open: 0 })
    expect(await kept(stays.pid), 'the other password stays').to.include({ matches: false })
    expectIn(await (await practice.visitor()).post(PATIENT, gone.fields(OWN), { from: PATIENT }), '/portal')
    expectIn(await (await practice.visitor()).post(PATIENT, stays.fields(MADE), { from: PATIENT }), '/portal')
  })

  it('ends after ten minutes, with a changed password, and with a closed account', async () => {
    const { pid, fields } = await person({ ...plain, status: 0 })
    const held = async () => {
      const someone = await practice.visitor()
      expectIn(await someone.post(PATIENT, fields(MADE), { from: PATIENT }), PAGE)
      expect((await someone.get(PAGE)).status).to.equal(200)
      return someone
    }
    const late = await held()
    practice.clock.set('2026-11-23T08:09:59')
    expect((await late.get(PAGE)).status).to.equal(200)
    practice.clock.set('2026-11-23T08:10:00')
    expectIn(await late.get(PAGE), PATIENT)
    practice.clock.set('2026-11-23T08:11:00')

    const closed = await held()
    await change(practice, `UPDATE foyer_accounts SET disabled_at = '2026-11-23 13:00:00' WHERE host_pid = :pid`, {
      pid,
    })
    expectIn(await closed.get(PAGE), PATIENT)
    expectIn(await closed.post(PAGE, { password: OWN }), PATIENT)
    await change(practice, `UPDATE foyer_accounts SET disabled_at = NULL WHERE host_pid = :pid`, { pid })

    const changed = await held()
    const other = await hashHostPassword('Another-by-staff1', hashSettings(practice.portal.globals()))
    await change(practice, `UPDATE patient_access_onsite SET portal_pwd = :other WHERE pid = :pid`, { pid, other })
    expectIn(await changed.get(PAGE), PATIENT)
    expectIn(await changed.post(PAGE, { password: OWN }), PATIENT)
    expect((await kept(pid)).status).to.equal(0)
  })

  it('has an id of its own before and after, and neither opens what the other does', async () => {
    const { fields } = await person({ ...plain, status: 0 })
    const someone = await practice.visitor()
    someone.cookies.set('foyer_portal', encodeURIComponent(`s:chosen.${'A'.repeat(43)}`))
    await someone.post(PATIENT, fields(MADE), { from: PATIENT })
    const held = someone.cookies.get('foyer_portal') ?? ''
    expect(held).not.to.include('chosen')
    await someone.post(PAGE, { password: OWN }, { from: PAGE })
    const inside = someone.cookies.get('foyer_portal') ?? ''
    expect(inside).not.to.equal(held)

    const replayed = await practice.visitor()
    replayed.cookies.set('foyer_portal', held)
    expectIn(await replayed.get(PAGE), PATIENT)
    expect((await replayed.get('/portal/account')).status).to.equal(303)
    expectIn(await someone.get(PAGE), '/portal')
  })

  it('can be left: signed out, the page is for nobody', async () => {
    const { fields } = await person({ ...plain, status: 0 })
    const someone = await practice.visitor()
    await someone.post(PATIENT, fields(MADE), { from: PATIENT })
    await someone.get(PAGE)
    expectIn(await someone.post('/portal/sign-out'), PATIENT)
    expectIn(await someone.get(PAGE), PATIENT)
  })

  it('is nobody’s page without having typed the right password', async () => {
    expectIn(await (await practice.visitor()).get(PAGE), PATIENT)
    const maria = await practice.patientVisitor('maria')
    expectIn(await maria.post(PAGE, { password: OWN }, { from: '/portal/records' }), '/portal')
    expectIn(await (await practice.visitor()).signIn(PATIENT, loginOf('maria'), passwordOf('maria.santos')), '/portal')
  })

  it('tells the patient by letter, and writes the host’s log', async () => {
    const { pid, fields } = await person({ ...plain, status: 0 })
    await change(practice, `UPDATE patient_data SET hipaa_allowemail = 'YES' WHERE pid = :pid`, { pid })
    const someone = await practice.visitor()
    await someone.post(PATIENT, fields(MADE), { from: PATIENT })
    await someone.post(PAGE, { password: OWN }, { from: PAGE })
    const letters = await practice.db.select(
      `SELECT kind, recipient, state, facts FROM foyer_letters WHERE pid = :pid`,
      { pid },
    )
    expect(letters).to.deep.equal([
      { kind: 'account.password-changed', recipient: `first${pid}@example.org`, state: 'waiting', facts: {} },
    ])
    const log = await practice.db.first<{ comments: string }>(
      `SELECT comments FROM log WHERE patient_id = :pid AND event = 'password update' AND success = 1`,
      { pid },
    )
    expect(Buffer.from(log?.comments ?? '', 'base64').toString()).to.equal(`pat${pid}: Pat first${made}:success`)
    const all = JSON.stringify([
      await practice.db.select(`SELECT * FROM foyer_audit`),
      await practice.db.select(`SELECT * FROM foyer_outbox`),
    ])
    expect(all).not.to.include(OWN)
    expect(all).not.to.include('$2y')
  })

  const plain: Case = {
    ...{ status: 1, byFoyer: false, portal_force_credential_reset: '0' },
    ...{ use_email_for_portal_username: '0', enforce_signin_email: '0' },
  }

  async function person({ status, byFoyer, ...globals }: Case) {
    made += 1
    await practice.global('enforce_signin_email', globals.enforce_signin_email)
    const pid = await newLogin(practice, `first${made}`, hash, { status })
    const email = `first${pid}@example.org`
    const loginName = globals.use_email_for_portal_username === '1' ? email : `first${made}`
    await change(practice, `UPDATE patient_data SET email = :email WHERE pid = :pid`, { email, pid })
    await change(
      practice,
      `UPDATE patient_access_onsite SET portal_login_username = :loginName, portal_onetime = :onetime WHERE pid = :pid`,
      { loginName, pid, onetime: `${'t'.repeat(32)}PIN123` },
    )
    if (byFoyer) {
      const by = { kind: 'staff', id: 'front', name: 'Fred Ray', requestId: undefined } as const
      await practice.db.transaction((tx) => noteStaffCredential(tx, practice.portal, { pid, hash, by }))
    }
    const asked: Record<string, string> = globals.enforce_signin_email === '1' ? { email } : {}
    return { pid, fields: (password: string) => ({ username: loginName, password, ...asked }) }
  }

  async function expectNothingElseOpens(someone: Visitor): Promise<void> {
    expect((await someone.get(PAGE)).status).to.equal(200)
    for (const path of ['/portal', '/portal/records', `/portal/records/${practice.records.maria}`]) {
      expect((await someone.get(path)).location, path).to.equal(`${PATIENT}?next=${encodeURIComponent(path)}`)
    }
    expect((await someone.get('/staff/portal')).location).to.match(/^\/staff\/sign-in/)
    // Being turned away has not ended it.
    expect((await someone.get(PAGE)).status).to.equal(200)
  }

  async function kept(pid: number) {
    const row = await practice.db.first<{ hash: string; status: number; onetime: string | null }>(
      `SELECT portal_pwd AS hash, portal_pwd_status AS status, portal_onetime AS onetime FROM patient_access_onsite WHERE pid = :pid`,
      { pid },
    )
    const open = await practice.db.select(`SELECT id FROM foyer_credentials WHERE open_pid = :pid`, { pid })
    const matches = await verifyHostPassword(OWN, row?.hash)
    return { matches, status: row?.status, onetime: row?.onetime ?? null, open: open.length }
  }
})

function nameOf(each: Case): string {
  const led = each.status === 0 || each.byFoyer ? 'leads to an own password' : 'leads in'
  const {
    portal_force_credential_reset: force,
    use_email_for_portal_username: name,
    enforce_signin_email: email,
  } = each
  const by = each.byFoyer ? 'made in Foyer' : 'made in the host'
  return `${led}: status ${each.status}, ${by}, force ${force}, e-mail as name ${name}, e-mail asked ${email}`
}
