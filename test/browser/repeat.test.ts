import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { appointmentPage, checkPage } from './pages/patient.js'
import { eventsOf } from './visits.js'

describe('A request that was sent', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  for (const scripts of [true, false]) {
    it(`is not sent again by reloading, nor by going back, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const by = scripts ? 'amina' : 'john'
      const tab = await openWindow(practice, { as: { patient: by }, scripts })
      const query = `provider=${practice.staff.lee}&category=5&time=2026-11-24T${scripts ? '10:00' : '11:00'}`
      await tab.open(`/portal/records/${practice.records[by]}/appointments/new/check?${query}`)
      await (await checkPage(tab)).send()
      const eid = (await appointmentPage(tab, 'requested')).eid
      await tab.page.reload()
      await appointmentPage(tab, 'requested')
      expect(await eventsOf(practice, practice.patients[by])).to.equal(1)

      await tab.page.goBack()
      const check = await checkPage(tab)
      await check.send()
      expect((await appointmentPage(tab, 'requested')).eid).to.equal(eid)
      expect(await eventsOf(practice, practice.patients[by])).to.equal(1)
    })
  }

  it('is one, however often its button is pressed', async () => {
    const tab = await openWindow(practice, { as: { patient: 'luis' }, language: 'es' })
    const query = `provider=${practice.staff.lee}&category=5&time=2026-11-24T14:00`
    await tab.open(`/portal/records/${practice.records.luis}/appointments/new/check?${query}`)
    await checkPage(tab)
    await tab.page.getByRole('button', { name: tab.say('appointments.check.send') }).dblclick()
    await appointmentPage(tab, 'requested')
    expect(await eventsOf(practice, practice.patients.luis)).to.equal(1)
  })
})
