/** Pages of somebody's own record that were open while the practice linked their chart. */
import { expect } from 'chai'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { closeChart, withoutChart } from '../support/withoutChart.js'
import { tokenFor } from './roles.js'

describe('A page of one’s own record that was open while the chart was linked', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let john: Visitor
  let own: string
  let chart: string

  before(async () => {
    practice = await openPractice()
    john = await practice.patientVisitor('john')
    own = `/portal/records/${practice.records.ownOfJohn}`
    chart = `/portal/records/${practice.records.john}`
  })
  after(() => practice.leave())

  const wish = () => ({
    ...{ provider: String(practice.staff.lee), category: String(OFFICE_VISIT), date: '2026-11-25', reason: 'A cough' },
  })

  it('sends into the chart what is typed there, and leads there when it is loaded again', async () => {
    const csrf = tokenFor(practice, john, own)
    await withoutChart(practice, 'john', async () => {
      expect((await john.get(`${own}/appointments/new?category=${String(OFFICE_VISIT)}`)).status).to.equal(200)
    })
    const made = await john.post(`${own}/appointments`, { ...wish(), time: '10:00' }, { csrf })
    expect(made.status, made.body).to.equal(303)
    expect(made.location).to.match(new RegExp(`^${chart}/appointments/\\d+$`))
    const row = await practice.db.first(`SELECT pid, record FROM foyer_appointment_requests ORDER BY id DESC LIMIT 1`)
    expect(row).to.deep.equal({ pid: practice.patients.john, record: practice.records.john })
    const again = await john.get(`${own}/appointments?x=1`)
    expect([again.status, again.location]).to.deep.equal([303, `${chart}/appointments?x=1`])
    expect((await john.get('/portal/records')).body).to.not.contain(own)
  })

  it('is one’s own record still while something lies there, and is among the records to choose', async () => {
    const csrf = tokenFor(practice, john, own)
    await withoutChart(practice, 'john', async () => {
      const made = await john.post(`${own}/appointments`, { ...wish(), time: '11:00' }, { csrf })
      expect(made.location).to.match(new RegExp(`^${own}/appointments/\\d+$`))
    })
    const list = await john.get(`${own}/appointments`)
    expect([list.status, list.body.includes('A cough') || list.body.includes('11:00')]).to.deep.equal([200, true])
    expect((await john.get('/portal/records')).body).to.contain(
      'What you entered yourself and the practice has not put',
    )
    const switcher = /record-choices">([\s\S]*?)<\/ul>/.exec((await john.get(chart)).body)?.[1] ?? ''
    expect(switcher).to.contain(`href="${own}"`)
    // While no chart of theirs is open there is no other.
    await closeChart(practice, 'john')
    expect((await john.get(own)).status).to.equal(200)
    expect((await john.get('/portal/records')).body).to.contain('Not linked to a chart yet')
  })
})
