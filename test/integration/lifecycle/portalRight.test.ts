/** Whom doctor finds at work in the portal: those whom its pages let in. */
import { expect } from 'chai'
import { addStaff } from '../../../module/host/site/people.js'
import { portalRight } from '../../../module/lifecycle/checks/people.js'
import type { Finding } from '../../../module/lifecycle/doctor.js'
import { install } from '../../../module/lifecycle/install.js'
import { english } from '../../../module/lifecycle/said.js'
import { readConfig } from '../../../module/platform/config.js'
import { countStatements } from '../../../module/platform/database.js'
import { readState } from '../../../module/platform/state.js'
import { describeOnEverySite } from '../../support/database.js'
import { hostFor, type Guest } from './guest.js'

const at = '2026-01-05 10:00:00'
const hash = '$2y$04$vsGpk.OloR1OMRfO5Z31X.F3BtvMs1uEGmonYEkdGq5EVqsciV0EW'

describeOnEverySite('doctor says of who may work in the portal', (site) => {
  let guest: Guest

  before(async function () {
    this.timeout(60_000)
    guest = await hostFor(site)
    await guest.db.transaction((tx) =>
      addStaff(tx, { username: 'dr.lee', fname: 'Min', lname: 'Lee', hash, group: 'doc', authorized: true, at }),
    )
  })
  after(() => guest.leave())

  async function found(): Promise<Finding> {
    const { context, db } = guest
    return portalRight({ ...context, config: readConfig({}) }, await readState(db))
  }

  it('that administrators hold the right, before Foyer is installed and after', async () => {
    expect(english((await found()).found)).to.equal('admin')
    await install(guest.context)
    expect(english((await found()).found)).to.equal('admin')
  })

  it('who is let in by the EMR’s right and by the practice’s rules, as its pages decide it', async () => {
    const { db } = guest
    const who = async () => english((await found()).found)
    const rule = (subject: string, effect: 'allow' | 'deny') =>
      db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_acl_rules (subject, permission, effect, reason, author, created_at)
           VALUES (:subject, 'portal:use', :effect, 'test', 'test', '2026-01-05')`,
          { subject, effect },
        ),
      )
    const atWork = (username: string, active: 0 | 1) =>
      db.transaction((tx) =>
        tx.change(`UPDATE users SET active = :active WHERE username = :username`, { username, active }),
      )
    expect(await who()).to.equal('admin')
    await rule('user:dr.lee', 'allow')
    expect(await who()).to.equal('admin, dr.lee')
    await rule('group:doc', 'deny')
    expect(await who(), 'a denial wins').to.equal('admin')
    await rule('user:admin', 'deny')
    expect(await found()).to.include({ state: 'problem' })
    expect(await who()).to.match(/^Nobody at work: .*keeps out who holds it$/)
    await db.transaction((tx) => tx.change(`DELETE FROM foyer_acl_rules WHERE effect = 'deny'`))
    await atWork('dr.lee', 0)
    expect(await who(), 'who has left may nothing').to.equal('admin')
    await atWork('dr.lee', 1)
    await db.transaction((tx) => tx.change(`DELETE FROM foyer_acl_rules`))
  })

  it('twenty by name and how many more, with as many statements as for one', async () => {
    const { context, db } = guest
    const state = await readState(db)
    const asked = () => countStatements(() => portalRight({ ...context, config: readConfig({}) }, state))
    const one = await asked()
    await db.transaction(async (tx) => {
      for (let number = 10; number < 32; number += 1) {
        const username = `clerk${String(number)}`
        await addStaff(tx, { username, fname: 'A', lname: 'Clerk', hash, group: 'admin', authorized: false, at })
      }
    })
    const many = await asked()
    expect(english(many.result.found)).to.match(/^admin, clerk10, .*clerk28 and 3 more$/)
    expect(many.count.sql.length).to.equal(one.count.sql.length)
  })
})
