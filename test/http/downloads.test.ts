/** Whatever leaves the portal as a file: no browser runs it, and none guesses what it is. */
import { expect } from 'chai'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { clearSamples } from './samples.js'

describe('A file that is downloaded', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    maria = await practice.patientVisitor('maria')
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  it('is told to be run by nothing, on whichever route', async () => {
    const asked: string[] = []
    for (const route of practice.routes.filter(({ method }) => method === 'get')) {
      const sample = await sampleFor(practice, route, practice.patients.maria)
      const who = ['account', 'record', 'patientDoor'].includes(route.audience) ? maria : admin
      const path = pathTo(route, practice.records.maria, sample)
      const { headers } = await askAt(practice, who, route, { path, sample })
      await clearSamples(practice)
      if (!headers.get('content-disposition')?.startsWith('attachment')) continue
      asked.push(nameOf(route))
      expect(headers.get('content-security-policy'), nameOf(route)).to.match(/^sandbox;/)
      expect(headers.get('x-content-type-options'), nameOf(route)).to.equal('nosniff')
    }
    // Of each kind: what is made for whoever asks, and what is kept.
    expect(asked.join('\n')).to.include('audit-trail').and.include('/documents/')
    expect(asked.length, asked.join('\n')).to.be.greaterThan(5)
  })
})
