/** A large practice: nobody looks through hundreds of names to choose a time. */
import { expect } from 'chai'
import { addOfficeHours } from '../../module/host/site/days.js'
import { addStaff } from '../../module/host/site/people.js'
import { administrator } from '../support/database.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'

const MANY = 60

describe('A practice with sixty doctors', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let jose: number

  before(async () => {
    practice = await openPractice()
    const at = '2026-11-01 08:00:00'
    await practice.db.transaction(async (tx) => {
      for (let number = 1; number <= MANY; number += 1) {
        const lname = number === MANY ? 'Núñez' : `Adams${String(number)}`
        const fname = number === MANY ? 'José' : 'Doctor'
        const person = { username: `doctor.${String(number)}`, hash: '', fname, lname, group: 'doc' } as const
        jose = await addStaff(tx, { ...person, authorized: true, at })
        const hours = { from: '09:00', until: '12:00', firstDay: '2026-11-01', by: administrator, at } as const
        await addOfficeHours(tx, { ...hours, providerId: jose, weekdays: ['mon', 'tue', 'wed'] })
      }
    })
    maria = await practice.patientVisitor('maria')
    await practice.setting('publicBooking', 'on')
  })
  after(() => practice.leave())

  const doors = (): [string, Visitor | Promise<Visitor>, string][] => [
    ['a patient', maria, `/portal/records/${practice.records.maria}/appointments/new`],
    ['somebody without an account', practice.visitor(), '/portal/book'],
  ]

  it('lists forty of them, and finds the others by their name, for patients and for those without an account', async () => {
    for (const [who, comes, path] of doors()) {
      const visitor = await comes
      const first = await visitor.get(path)
      expect(first.status, who).to.equal(200)
      expect(optionsOf(first), who).to.have.length(40).and.to.not.include(String(jose))
      const [chosen = ''] = optionsOf(first)
      const found = await visitor.get(`${path}?provider=${chosen}&category=${String(OFFICE_VISIT)}&who=nunez`)
      expect(optionsOf(found), who).to.deep.equal([String(jose)])
      expect(found.body, who)
        .to.contain(`name="provider" value="${String(jose)}"`)
        .and.to.contain('name="time"')
      const [, later = ''] = /href="([^"]*from=[^"]*)"/.exec(found.body) ?? []
      expect(optionsOf(await visitor.get(later.replaceAll('&amp;', '&'))), `${who}, later days`).to.deep.equal([
        String(jose),
      ])
    }
  })

  it('says that nobody has a name, keeps it in the field, and leaves chosen whom they chose', async () => {
    const path = `/portal/records/${practice.records.maria}/appointments/new`
    const page = await maria.get(`${path}?provider=${String(jose)}&who=${encodeURIComponent('Qui<n>cy')}`)
    expect(page.body).to.contain('is called Qui&lt;n&gt;cy').and.to.contain('value="Qui&lt;n&gt;cy"')
    expect(page.body).to.contain(`name="provider" value="${String(jose)}"`)
    expect(optionsOf(page)).to.have.length(40).and.to.include(String(jose))
  })
})

/** users.id of those who can be chosen. */
function optionsOf(page: Page): string[] {
  const [select = ''] = /<select[^>]*name="provider"[\s\S]*?<\/select>/.exec(page.body) ?? []
  return [...select.matchAll(/<option value="(\d+)"/g)].map(([, id = '']) => id)
}
