import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { appointmentPage, checkPage, choosePage } from './pages/patient.js'

describe('A time that somebody else takes meanwhile', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  for (const scripts of [true, false]) {
    it(`costs one press more and nothing typed, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const tab = await openWindow(practice, {
        as: { patient: 'amina' },
        scripts,
        width: scripts ? 'desktop' : 'phone',
      })
      const time = scripts ? '10:00' : '15:00'
      await tab.open(`/portal/records/${practice.records.amina}/appointments/new`)
      const choose = await choosePage(tab)
      await choose.choose(`2026-11-25T${time}`)
      await choose.go()
      const check = await checkPage(tab)
      await check.reason.fill('My knee, “again” <since May>')
      await practice.event({
        providerId: practice.staff.lee,
        pid: practice.patients.john,
        date: '2026-11-25',
        start: time,
      })
      await check.send()

      const lost = await checkPage(tab, 409)
      expect(await lost.errors.lines()).to.deep.equal([tab.say('appointments.refused.slot-taken')])
      expect(await lost.reason.inputValue()).to.equal('My knee, “again” <since May>')
      expect(await lost.alternatives.count()).to.equal(3)
      if (scripts)
        expect(await tab.page.evaluate('document.activeElement.hasAttribute("data-error-summary")')).to.equal(true)
      const first = await lost.alternatives.first().getAttribute('data-time')
      await lost.send()

      const requested = await appointmentPage(tab, 'requested')
      expect(await requested.text())
        .to.contain(first)
        .and.to.contain('My knee, “again” <since May>')
    })
  }
})
