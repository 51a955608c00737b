/** The thinnest whole, in a real browser: from the patient's sign-in to a cancelled visit. */
import { expect } from 'chai'
import { openWindow, type WindowOptions } from '../support/browser.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import {
  appointmentPage,
  cancellationPage,
  checkPage,
  choosePage,
  homePage,
  listPage,
  signInPage,
} from './pages/patient.js'
import { hallPage, staffSignInPage } from './pages/staff.js'
import { hostStatus } from './visits.js'

describe('A request for a visit', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const readers: [string, WindowOptions, string][] = [
    ['at a desk', {}, '2026-11-24T10:00'],
    ['on a phone', { width: 'phone' }, '2026-11-24T10:30'],
    ['at a desk without JavaScript', { scripts: false }, '2026-11-24T11:00'],
    ['on a phone without JavaScript', { width: 'phone', scripts: false }, '2026-11-24T11:30'],
    ['on a phone in Spanish', { width: 'phone', language: 'es' }, '2026-11-24T13:00'],
  ]

  for (const [place, options, time] of readers) {
    it(`goes from the patient to staff and back, ${place}`, async () => {
      const patient = await openWindow(practice, options)
      const staff = await openWindow(practice, options)
      const { say } = patient

      await patient.open('/portal')
      const door = await signInPage(patient)
      await door.fill(loginOf('john'), passwordOf('john.carter'))
      await door.submit()
      const home = await homePage(patient)
      expect(await home.record()).to.contain('John Carter')
      await home.openAppointments()
      await (await listPage(patient)).request()

      const choose = await choosePage(patient)
      expect(await choose.times()).to.include(time)
      expect(await choose.preselected()).to.equal((await choose.times())[0])
      await choose.choose(time)
      await choose.go()

      const check = await checkPage(patient)
      expect(await check.facts())
        .to.contain('John Carter')
        .and.to.contain(time.slice(11))
        .and.to.contain('Susan Lee')
      await check.reason.fill('A cough that stays')
      await check.send()

      const requested = await appointmentPage(patient, 'requested')
      await requested.news.getByText(say('appointments.requested')).waitFor()
      expect(await requested.receipt()).not.to.equal('')
      const eid = requested.eid
      expect(await hostStatus(practice, eid)).to.equal('^')

      await staff.open('/staff/portal')
      await (await staffSignInPage(staff)).signIn('admin', passwordOf('admin'))
      const hall = await hallPage(staff)
      // Without JavaScript the rows are behind their link.
      if (options.scripts === false) await hall.openQueue()
      const row = hall.row(eid)
      expect(await row.innerText())
        .to.contain('Carter, John')
        .and.to.contain('A cough that stays')
      await hall.confirm(eid)
      await hall.news.getByText(say('appointments.done.confirmed')).waitFor()
      await row.waitFor({ state: 'detached' })
      expect(await hostStatus(practice, eid)).to.equal('-')

      await patient.page.reload()
      const confirmed = await appointmentPage(patient, 'confirmed')
      await confirmed.cancel()
      const cancellation = await cancellationPage(patient)
      await cancellation.reason.fill('I feel well again')
      await cancellation.send()
      const cancelled = await appointmentPage(patient, 'cancelled')
      await cancelled.news.getByText(say('appointments.cancelled')).waitFor()
      expect(await hostStatus(practice, eid)).to.equal('x')
    })
  }
})
