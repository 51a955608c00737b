/** In with a passkey alone: as far as the password that it stands for would open. */
import { expect } from 'chai'
import { expireCredentials } from '../../module/features/accounts/credentials/expiring.js'
import { makeCredential } from '../../module/features/accounts/credentials/making.js'
import type { Actor } from '../../module/platform/audit.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { clearFactors } from '../support/secondFactors.js'
import { passkeyOf } from '../support/passkeys.js'
import type { Page, Visitor } from '../support/visitor.js'
import { beginAnew, expectIn, PATIENT } from './doors.js'

const DOOR = '/portal/sign-in/passkey'
const STEP = '/portal/sign-in/second-factor'
const CHOOSE = '/portal/sign-in/new-password'
const TEMPORARY = 'wander-47-Kettle@pine'
const OWN = 'quiet+Harbour-93-fog'
const admin: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined }

describe('A passkey of an account that the EMR’s login opens', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let passkey: Awaited<ReturnType<typeof passkeyOf>>

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    await beginAnew(practice)
    await clearFactors(practice)
    passkey = await passkeyOf(practice, `account:${String(practice.accounts.john)}`)
  })

  const shows = async (someone: Visitor, path: string): Promise<Page> => {
    const page = await someone.get(path)
    const options = /data-options="([^"]*)"/.exec(page.body)?.[1]?.replaceAll('&#34;', '"') ?? ''
    const origin = someone.origin.replace('127.0.0.1', 'localhost')
    return someone.post(path, { passkey: passkey.answer(options, origin) }, { from: path })
  }
  const enters = async (): Promise<Page> => shows(await practice.visitor(), DOOR)
  const reset = () =>
    makeCredential(practice.portal, admin, {
      ...{ pid: practice.patients.john, loginName: 'john.carter', password: TEMPORARY, changeInHost: false },
      ...{ seen: undefined, token: undefined },
    })
  const login = () =>
    practice.db.first(`SELECT portal_pwd, portal_pwd_status FROM patient_access_onsite WHERE pid = :pid`, {
      pid: practice.patients.john,
    })

  it('opens the portal', async () => {
    expectIn(await enters(), '/portal')
  })

  it('opens nothing after staff made another password, and chooses none, until its patient has used that one', async () => {
    for (const rule of ['0', '1']) {
      await practice.global('portal_force_credential_reset', rule)
      expect(await reset()).to.include({ ok: true })
      const made = await login()
      const refused = await enters()
      expect(refused.status, rule).to.equal(401)
      expect(refused.body).not.to.include('new-password')
      expect(await login(), rule).to.deep.equal(made)
    }
    const john = await practice.visitor()
    expect((await john.signIn(PATIENT, 'john.carter', TEMPORARY)).location).to.equal(STEP)
    expect((await shows(john, STEP)).location).to.equal(CHOOSE)
    const chosen = await john.post(CHOOSE, { password: OWN, again: OWN }, { from: CHOOSE })
    expectIn(chosen, '/portal')
    expectIn(await enters(), '/portal')
  })

  it('opens nothing once an unused password has expired', async () => {
    await practice.global('portal_force_credential_reset', '1')
    await reset()
    practice.clock.set(practice.clock.now().plus({ days: 30 }).toISO())
    await expireCredentials(practice.portal)
    expect(await login())
      .to.have.property('portal_pwd')
      .that.matches(/^!/)
    expect((await enters()).status).to.equal(401)
  })
})
