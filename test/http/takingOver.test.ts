/** What somebody has in hand is taken over from them by who says so, and of two who want to at once one is told. */
import { expect } from 'chai'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { nameOf, pathTo, sampleFor } from './asking.js'
import { HTMX } from './portals.js'
import { clearSamples } from './samples.js'

describe('What somebody of the staff has in hand', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let [admin, lee, front]: Visitor[] = []

  before(async () => {
    practice = await openPractice()
    const permissions = new Set(claimable().map(({ permission }) => permission))
    for (const who of ['user:dr.lee', 'user:front']) {
      for (const permission of ['portal:use', ...permissions]) await practice.rule(who, permission, 'allow')
    }
    ;[admin, lee, front] = await Promise.all(
      (['admin', 'lee', 'front'] as const).map((who) => practice.staffVisitor(who)),
    )
  })
  after(() => practice.leave())
  afterEach(() => clearSamples(practice))

  const claimable = () => practice.routes.filter(({ path }) => path.endsWith('/claim'))

  it('is of every kind that waits for staff', () => {
    expect(claimable().map(nameOf).join('\n')).to.match(/registrations/)
    expect(claimable()).to.have.length.at.least(7)
  })

  it('is taken over by one of two who both saw whose it was; the other is told who was faster', async () => {
    for (const route of claimable()) {
      const sample = await sampleFor(practice, route, practice.patients.maria)
      const path = pathTo(route, practice.records.maria, sample)
      const press = (who: Visitor | undefined, more: Record<string, string> = {}) =>
        who?.post(path, { ...sample.body, ...more })
      expect((await press(front))?.status, nameOf(route)).to.equal(303)
      const answers = await Promise.all([press(admin, { take: 'front' }), press(lee, { take: 'front' })])
      expect(answers.map((each) => each?.status).sort(), nameOf(route)).to.deep.equal([303, 409])
      const [winner, loser, told] =
        answers[0]?.status === 303 ? ['admin', lee, answers[1]] : ['dr.lee', admin, answers[0]]
      expect(told?.body, nameOf(route)).to.match(winner === 'admin' ? /admin|Administrator/ : /dr\.lee|Susan Lee/)
      expect(told?.body, nameOf(route)).to.include(`name="take" value="${winner}"`)
      expect((await press(loser, { take: winner }))?.status, nameOf(route)).to.equal(303)
      expect(told?.body, nameOf(route)).to.match(/since \d\d:\d\d/)
      // Whoever had it can only come back in so many words, too.
      expect((await press(front))?.status, nameOf(route)).to.equal(409)
      const inPlace = await front?.post(path, { ...sample.body }, { headers: HTMX })
      expect(inPlace?.status, nameOf(route)).to.equal(409)
      expect(inPlace?.body, nameOf(route)).to.match(/since \d\d:\d\d/)
      await clearSamples(practice)
    }
  })
})
