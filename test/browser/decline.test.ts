import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { appointmentPage } from './pages/patient.js'
import { declinePage, queuePage } from './pages/staff.js'
import { hostStatus, requestVisit } from './visits.js'

describe('Staff who cannot offer a requested time', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  for (const scripts of [true, false]) {
    it(`decline it with a reason that the patient reads, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const eid = await requestVisit(practice, { date: '2026-11-24', time: scripts ? '10:00' : '11:00' })
      const staff = await openWindow(practice, { as: { staff: 'admin' }, scripts })
      await staff.open('/staff/portal/appointments')
      await (await queuePage(staff)).decline(eid)

      await (await declinePage(staff)).send()
      const refused = await declinePage(staff, 422)
      expect(await refused.errors.lines()).to.deep.equal([staff.say('appointments.decline.missingReason')])
      expect(await hostStatus(practice, eid)).to.equal('^')
      await refused.reason.fill('Dr. Lee is away that day')
      await refused.send()

      const queue = await queuePage(staff, 'queue: empty')
      await queue.news.getByText(staff.say('appointments.done.declined')).waitFor()
      expect(await queue.rows.count()).to.equal(0)
      expect(await hostStatus(practice, eid)).to.equal('x')

      const patient = await openWindow(practice, { as: { patient: 'john' }, scripts, width: 'phone' })
      await patient.open(`/portal/records/${practice.records.john}/appointments/${eid}`)
      expect(await (await appointmentPage(patient, 'declined')).text()).to.contain('Dr. Lee is away that day')
    })
  }
})
