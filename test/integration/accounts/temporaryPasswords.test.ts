/** A password that staff made, at the door of both portals: it opens the page that makes another, and nothing else. */
import { expect } from 'chai'
import { notePatientIn, signInPatient } from '../../../module/access/signInPatient.js'
import type { SignedIn, SignInOutcome } from '../../../module/access/signIn.js'
import { expireCredentials } from '../../../module/features/accounts/credentials/expiring.js'
import { makeCredential } from '../../../module/features/accounts/credentials/making.js'
import { choosePassword } from '../../../module/features/accounts/safety/choosing.js'
import { findPerson, withLogin } from '../../../module/features/accounts/safety/person.js'
import { openedByPasskey } from '../../../module/features/accounts/secondFactor/entering.js'
import { writeHostLog } from '../../../module/host/log.js'
import { hashHostPassword, verifyHostPassword } from '../../../module/host/php/passwords.js'
import type { Actor } from '../../../module/platform/audit.js'
import type { Database } from '../../../module/platform/database.js'
import { describeOnEverySite } from '../../support/database.js'
import { afterReading } from '../../support/meanwhile.js'
import { MONDAY, MORNING, openPractice, type TestPractice } from '../../support/practice.js'

const admin: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined }
const TEMPORARY = 'wander-47-Kettle@pine'
const OWN = 'quiet+Harbour-93-fog'
const CHOSEN = 'Lantern ferry-pepper 7'

describeOnEverySite('a password that staff made', (site) => {
  let practice: TestPractice
  let pid: number

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    await practice.setting('signInTriesPerAddress', '10000')
    // The EMR does not ask for a change: Foyer alone does.
    await practice.global('portal_force_credential_reset', '1')
  })
  beforeEach(async () => {
    practice.clock.set(MORNING)
    pid = await practice.patient({ fname: 'Nina', lname: 'Moss', email: 'nina@example.org' })
    await reset(TEMPORARY)
  })
  after(() => practice.leave())

  const name = () => `nina${String(pid)}`
  const reset = (password: string) =>
    makeCredential(practice.portal, admin, {
      ...{ pid, loginName: name(), password, changeInHost: false, seen: undefined, token: undefined },
    })
  const signIn = (password: string, portal = practice.portal): Promise<SignInOutcome> =>
    signInPatient(portal, {
      ...{ username: name(), password, email: '', address: '127.0.0.1', requestId: 'r', device: undefined },
    })
  /** As the host's own portal leaves it after a sign-in or a change of its own (facts §3.3). */
  const hostKeeps = async (password: string, cost: number) => {
    const hash = await hashHostPassword(password, { algorithm: 'bcrypt', cost, exact: true })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_access_onsite SET portal_pwd = :hash, portal_pwd_status = 1 WHERE pid = :pid`, {
        ...{ pid, hash },
      }),
    )
  }
  const hostLogsIn = () =>
    practice.db.transaction((tx) =>
      writeHostLog(tx, {
        ...{ at: `${MONDAY} 09:00:00`, event: 'login', user: 'NinaMoss', comment: 'NinaMoss: Nina Moss:success' },
        ...{ pid, success: true, from: 'onsite-portal' },
      }),
    )
  const kept = () =>
    practice.db.first<{ open_pid: number | null; ended: string | null; first_hash: string | null }>(
      `SELECT open_pid, ended, first_hash FROM foyer_credentials WHERE pid = :pid ORDER BY id DESC LIMIT 1`,
      { pid },
    )
  const passed = (days: number) => practice.clock.set(practice.clock.now().plus({ days }).toISO())

  it('is still to be changed when the EMR has kept it under a new hash', async () => {
    await hostKeeps(TEMPORARY, 6)
    expect(await signIn(TEMPORARY)).to.deep.include({ ok: true, stages: ['change-password'] })
    // Known by the new hash from now on.
    expect(await signIn(TEMPORARY)).to.deep.include({ ok: true, stages: ['change-password'] })
    expect((await kept())?.open_pid).to.equal(pid)
  })

  it('is done with when the patient has chosen another in the EMR’s own portal, and its hash is kept no longer', async () => {
    expect((await kept())?.first_hash)
      .to.be.a('string')
      .that.does.not.include('$2')
    await hostKeeps(OWN, 6)
    expect(await signIn(OWN)).to.deep.include({ ok: true, stages: [] })
    expect(await kept()).to.deep.equal({ open_pid: null, ended: 'changed', first_hash: null })
    expect(await signIn(TEMPORARY)).to.deep.equal({ ok: false, reason: 'wrong' })
  })

  it('is still to be changed after its time, when it is in use in the EMR’s own portal under a new hash', async () => {
    await hostKeeps(TEMPORARY, 6)
    await hostLogsIn()
    passed(30)
    await expireCredentials(practice.portal)
    expect(await signIn(TEMPORARY)).to.deep.include({ ok: true, stages: ['change-password'] })
  })

  it('expires though its patient comes in here by a password of another kind', async () => {
    const account = await signIn(TEMPORARY)
    if (!account.ok) throw new Error('the password was refused')
    const patient: Actor = { kind: 'account', id: String(account.who.id), name: 'Nina Moss', requestId: undefined }
    const place = { address: '127.0.0.1', device: 'Firefox' }
    await practice.db.transaction((tx) => notePatientIn(tx, practice.portal, patient, place))
    passed(30)
    await expireCredentials(practice.portal)
    expect(await kept()).to.include({ ended: 'expired', open_pid: null })
    const row = await practice.db.first<{ portal_pwd: string }>(
      `SELECT portal_pwd FROM patient_access_onsite WHERE pid = :pid`,
      { pid },
    )
    expect(await verifyHostPassword(TEMPORARY, row?.portal_pwd)).to.equal(false)
  })

  it('replaced while it was being looked at, opens nothing; the new one does', async () => {
    const { db } = practice.portal
    let isReplaced = false
    const meanwhile = new Proxy(db, {
      get: (target, key, self) => {
        if (key !== 'transaction') return Reflect.get(target, key, self) as unknown
        return async (...work: Parameters<Database['transaction']>) => {
          if (!isReplaced) await reset(OWN)
          isReplaced = true
          return target.transaction(...work)
        }
      },
    })
    expect(await signIn(TEMPORARY, { ...practice.portal, db: meanwhile })).to.deep.equal({ ok: false, reason: 'wrong' })
    expect(isReplaced).to.equal(true)
    expect(await signIn(OWN)).to.deep.include({ ok: true, stages: ['change-password'] })
  })

  it('that was given another hash by the patient’s own other device in the same moment still opens', async () => {
    await hostKeeps(OWN, 6)
    await signIn(OWN)
    await hostKeeps(OWN, 7)
    const both = await Promise.all([signIn(OWN), signIn(OWN), signIn(OWN)])
    expect(both.map(({ ok }) => ok)).to.deep.equal([true, true, true])
  })

  /** In by the password that staff made, and made to choose another. */
  const held = async () => {
    const outcome = await signIn(TEMPORARY)
    if (!outcome.ok) throw new Error('the password was refused')
    return outcome.who
  }
  const chooses = async (who: SignedIn, password = CHOSEN) => {
    const found = await findPerson(practice.db, practice.portal, who.id)
    if (!found) throw new Error('there is no such account')
    const person = who.login ? await withLogin(practice.db, found, who.login.pid) : found
    const patient: Actor = { kind: 'account', id: String(who.id), name: person.name, requestId: undefined }
    const choice = { password, why: 'forced', of: 'host', under: who } as const
    return choosePassword(practice.portal, patient, person, choice)
  }
  const hostHash = async () =>
    (
      await practice.db.first<{ portal_pwd: string }>(`SELECT portal_pwd FROM patient_access_onsite WHERE pid = :pid`, {
        pid,
      })
    )?.portal_pwd ?? ''

  it('is the patient’s to replace, and nobody’s who typed the one before it', async () => {
    const before = await held()
    await reset(OWN)
    const made = await hostHash()
    expect(await chooses(before)).to.deep.equal({ ok: false, reason: 'too-late' })
    expect(await hostHash()).to.equal(made)
    const outcome = await signIn(OWN)
    if (!outcome.ok) throw new Error('the password was refused')
    expect(await chooses(outcome.who)).to.include({ ok: true })
    expect(await signIn(CHOSEN)).to.deep.include({ ok: true, stages: [] })
  })

  it('is replaced once only: where no change is owed any more, the page that asked for it chooses none', async () => {
    const who = await held()
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE foyer_credentials SET open_pid = NULL, ended_at = made_at WHERE open_pid = :pid`, { pid })
    })
    const made = await hostHash()
    expect(await chooses(who)).to.deep.equal({ ok: false, reason: 'too-late' })
    expect(await hostHash()).to.equal(made)
  })

  it('changes no password of another login, where its account went into one that has that', async () => {
    const { id: from } = await held()
    const [gone, stays] = [pid, await practice.patient({ fname: 'Ida', lname: 'Moss', email: 'ida@example.org' })]
    pid = stays
    await reset(OWN)
    const into = await signIn(OWN)
    if (!into.ok) throw new Error('the password was refused')
    expect(await chooses(into.who)).to.include({ ok: true })
    const made = await hostHash()
    const joins = (id: number | null) =>
      practice.db.transaction((tx) =>
        tx.change(
          `UPDATE foyer_accounts SET merged_into = :id, disabled_at = IF(:id IS NULL, NULL, created_at) WHERE id = :from`,
          { from, id },
        ),
      )
    await joins(into.who.id)
    pid = gone
    const who = await held()
    expect(who.id).to.equal(into.who.id)
    // As a session says it that does not know whose password was typed.
    const nobodys = { id: who.id, fingerprint: who.fingerprint }
    expect(await chooses(nobodys, 'sparrow-Cellar-58-tin')).to.deep.equal({ ok: false, reason: 'too-late' })
    // Nobody who typed the one before it, either.
    await reset('bramble-Kettle-71-oak')
    expect(await chooses(who, 'sparrow-Cellar-58-tin')).to.deep.equal({ ok: false, reason: 'too-late' })
    await reset(TEMPORARY)
    const again = await held()
    await joins(null)
    expect(await chooses(again, 'sparrow-Cellar-58-tin'), 'it stands by itself again').to.include({ ok: false })
    await joins(into.who.id)
    expect(await chooses(again, 'sparrow-Cellar-58-tin'), 'the login that was typed').to.include({ ok: true })
    expect(await signIn('sparrow-Cellar-58-tin')).to.deep.include({ ok: true, stages: [] })
    pid = stays
    expect(await hostHash()).to.equal(made)
    expect(await signIn(CHOSEN), 'the other one opens as before').to.deep.include({ ok: true, stages: [] })
  })

  it('made while a passkey is being looked at, keeps that passkey out', async () => {
    const { id } = await held()
    expect(await chooses(await held())).to.include({ ok: true })
    expect(await openedByPasskey(practice.portal, id)).to.have.property('fingerprint')
    const replaced = afterReading(practice.db, /FROM foyer_credentials WHERE open_pid/, () => reset(OWN))
    expect(await openedByPasskey({ ...practice.portal, db: replaced.db }, id)).to.equal(undefined)
    expect(replaced.happened()).to.equal(true)
  })
})
