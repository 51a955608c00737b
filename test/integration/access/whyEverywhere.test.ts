/** Whatever is asked of why, about whomever: what keeps them out is shown with a link to where it is mended. */
import { expect } from 'chai'
import { createAccount } from '../../../module/access/accounts.js'
import type { WhyPerson } from '../../../module/feature.js'
import { features } from '../../../module/portal.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { seesItsWayOut, told } from './agreeing.js'
import { userNamed } from './deciding.js'

const EMR = 'https://emr.example.org/openemr/'

describe('Why somebody cannot do any one thing', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let people: WhyPerson[]

  before(async () => {
    practice = await openPractice()
    people = await shutOut(practice)
  })
  after(() => practice.leave())

  /** Each thing that can be asked, about each of them: where its ways out lead, and whether into the EMR. */
  async function waysOut(): Promise<Map<string, boolean>> {
    const led = new Map<string, boolean>()
    for (const { key, who } of features.flatMap(({ explain }) => explain ?? [])) {
      for (const person of people.filter(({ kind }) => kind === who)) {
        const { steps } = await told(practice.portal, key, person)
        seesItsWayOut(steps, `${key} of ${JSON.stringify(person)}`)
        for (const { elsewhere, href } of steps.flatMap(({ fixes }) => fixes)) led.set(href, elsewhere === true)
      }
    }
    return led
  }

  it('leads to a page of the portal for each step, and to the setting where the EMR mends it and none is said', async () => {
    const led = await waysOut()
    expect([...led.keys()].filter((href) => !href.startsWith('/staff/portal/'))).to.deep.equal([])
    expect([...led.keys()]).to.include('/staff/portal/settings#field-emrAddress-hint')
    expect([...led.values()]).to.not.include(true)
  })

  it('leads into the EMR once its address is said, and there only outside the portal', async () => {
    await practice.setting('emrAddress', EMR)
    const led = await waysOut()
    expect([...led].filter(([, elsewhere]) => elsewhere)).to.deep.equal([[EMR, true]])
    expect([...led.keys()].filter((href) => !href.startsWith('/staff/portal/'))).to.deep.equal([EMR])
    expect([...led.keys()]).to.not.include('/staff/portal/settings#field-emrAddress-hint')
  })
})

/** Those whom nearly everything is closed to, each in another way, and one of each kind to whom it is open. */
async function shutOut(practice: TestPractice): Promise<WhyPerson[]> {
  const { clock, db, patients, records } = practice
  const wanted = { email: 'no.chart@example.org', verified: true, passwordHash: 'x', language: 'en' }
  const own = await db.transaction((tx) => createAccount(tx, clock, { ...wanted, displayName: 'Nora Novak' }))
  const withoutLogin = await userNamed(practice, 'dr.lee')
  await db.transaction(async (tx) => {
    await tx.change(`UPDATE users SET active = 0 WHERE username = 'dr.osei'`)
    await tx.change(`DELETE FROM gacl_groups_aro_map WHERE aro_id IN (SELECT id FROM gacl_aro WHERE value = 'dr.osei')`)
    await tx.change(`UPDATE users_secure SET password = 'x' WHERE username = 'dr.osei'`)
    await tx.change(`DELETE FROM users_secure WHERE username = 'dr.lee'`)
    await tx.change(`UPDATE categories SET aco_spec = 'nobody|may'`)
    await tx.change(`UPDATE patient_data SET allow_patient_portal = 'NO' WHERE pid = :pid`, { pid: patients.luis })
    await tx.change(`UPDATE foyer_grants SET extent = 'appointments' WHERE record = :record`, { record: records.leo })
  })
  const unknown = await practice.patient({ fname: 'Uma', lname: 'Unknown', allowPortal: '' })
  const users = [withoutLogin, await userNamed(practice, 'admin'), await userNamed(practice, 'dr.osei')]
  const opened = [own?.ownRecord ?? '', records.luis, records.leo, records.john, 'nobody-nobody-nobody-n']
  return [
    ...users.map((user): WhyPerson => ({ kind: 'staff', user })),
    ...opened.map((record): WhyPerson => ({ kind: 'account', record })),
    ...[unknown, patients.luis, patients.leo, patients.john, 999_999].map((pid): WhyPerson => ({
      kind: 'patient',
      pid,
    })),
  ]
}
