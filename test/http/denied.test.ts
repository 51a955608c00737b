/** A deny of the practice closes every route that asks for the permission, whoever comes and whatever lets them in. */
import { expect } from 'chai'
import { addressOf, type Route } from '../../module/web/routes.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { clearSamples } from './samples.js'

describe('A rule that denies', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
    maria = await practice.patientVisitor('maria')
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  it('closes every route that asks for its permission, and no other', async () => {
    const open: string[] = []
    for (const permission of permissionsOf(practice.routes)) {
      // Those of the first are enough where none should be.
      if (open.length > 0) break
      await practice.rule('anyone', permission, 'deny')
      for (const route of practice.routes.filter((each) => each.permission === permission)) {
        const { status } = await ask(route)
        const refusal = route.audience === 'account' || route.audience === 'record' ? 404 : 403
        if (status !== refusal) open.push(`${nameOf(route)}: ${String(status)}`)
        await clearSamples(practice)
      }
      await takeBack()
    }
    expect(open).to.deep.equal([])
  })

  it('is gone when it is taken back', async () => {
    for (const route of practice.routes.filter((each) => each.method === 'get')) {
      expect((await ask(route)).status, addressOf(route)).to.be.oneOf([200, 303])
    }
  })

  async function ask(route: Route): Promise<Page> {
    const sample = await sampleFor(practice, route, practice.patients.maria)
    const who = route.audience === 'staff' || route.audience === 'staffDoor' ? admin : maria
    return askAt(practice, who, route, { path: pathTo(route, practice.records.maria, sample), sample })
  }

  async function takeBack(): Promise<void> {
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_acl_rules`)
      await tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`)
    })
    await practice.refresh()
  }
})

/** Beginning with one of each audience: what lets a whole audience in is found soon. */
function permissionsOf(routes: readonly Route[]): Set<string> {
  const firsts = routes.filter(({ audience }, at) => routes.findIndex((each) => each.audience === audience) === at)
  return new Set([...firsts, ...routes].map(({ permission }) => permission))
}
