/** Every page at both widths: the page objects look at each as it opens, in the light and in the dark. */
import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { arrive } from './pages/arrive.js'
import {
  appointmentPage,
  cancellationPage,
  checkPage,
  choosePage,
  chooserPage,
  homePage,
  listPage,
  signInPage,
} from './pages/patient.js'
import {
  declinePage,
  hallPage,
  panelPage,
  queuePage,
  searchPage,
  staffAppointmentPage,
  staffSignInPage,
} from './pages/staff.js'
import { requestVisit } from './visits.js'

describe('Every page', function () {
  this.timeout(480_000)
  let practice: TestPractice
  let requested: number
  let declined: number
  let soon: number

  before(async () => {
    practice = await openPractice()
    const { lee } = practice.staff
    const pid = practice.patients.maria
    declined = await requestVisit(practice, { by: 'maria', date: '2026-11-26', time: '10:00', reason: 'Check-up' })
    const admin = await practice.staffVisitor('admin')
    await admin.post(`/staff/portal/appointments/${declined}/decline`, { reason: 'Dr. Lee is away' })
    requested = await requestVisit(practice, { by: 'maria', date: '2026-11-25', time: '10:00', reason: 'A cough' })
    soon = await practice.event({ providerId: lee, pid, start: '10:00' })
    await practice.event({ providerId: lee, pid, date: '2026-10-12' })
  })
  after(() => practice.leave())

  for (const width of ['phone', 'desktop'] as const) {
    it(`of patients is sound on a ${width}`, async () => {
      const tab = await openWindow(practice, { as: { patient: 'maria' }, width })
      const { records, staff } = practice
      const mine = `/portal/records/${records.maria}`
      await tab.open('/portal/records')
      await chooserPage(tab)
      await tab.open(mine)
      await homePage(tab)
      await tab.open(`/portal/records/${records.ana}`)
      await homePage(tab, 'home: child, nothing next')
      await tab.open(`${mine}/appointments`)
      await listPage(tab)
      await tab.open(`${mine}/appointments/new`)
      await choosePage(tab)
      await tab.open(`${mine}/appointments/new/check?provider=${staff.lee}&category=5&time=2026-11-24T10:00`)
      await checkPage(tab)
      await tab.open(`${mine}/appointments/${requested}`)
      await appointmentPage(tab, 'requested')
      await tab.open(`${mine}/appointments/${declined}`)
      await appointmentPage(tab, 'declined')
      await tab.open(`${mine}/appointments/${requested}/cancellation`)
      await cancellationPage(tab)
      await tab.open(`${mine}/appointments/${soon}/cancellation`)
      const tooLate = await cancellationPage(tab, 'cancellation: too late')
      expect(await tooLate.warning.innerText()).to.contain(tab.say('appointments.notCancelled.too-late', { count: 24 }))
      await tab.open(`${mine}/appointments/999999`)
      await arrive(tab, { name: 'not there', path: /999999$/, status: 404 })
      await tab.context.clearCookies()
      await tab.open('/portal')
      const door = await signInPage(tab)
      await door.submit()
      await signInPage(tab, 422)
    })

    it(`of staff is sound on a ${width}`, async () => {
      const tab = await openWindow(practice, { as: { staff: 'admin' }, width })
      await tab.open('/staff/portal')
      await hallPage(tab)
      await tab.open('/staff/portal/appointments')
      await queuePage(tab)
      await tab.open(`/staff/portal/appointments/${requested}`)
      await staffAppointmentPage(tab)
      await tab.open(`/staff/portal/appointments/${declined}`)
      await staffAppointmentPage(tab, 'staff appointment: over')
      await tab.open(`/staff/portal/appointments/${requested}/decline`)
      await declinePage(tab)
      await tab.open('/staff/portal/patients?q=santos')
      const search = await searchPage(tab)
      await search.openFirst()
      await panelPage(tab)
      const front = await openWindow(practice, { as: { staff: 'front' }, width })
      await front.open('/staff/portal')
      await arrive(front, { name: 'not open', path: /^\/staff\/portal$/, status: 403 })
      await front.context.clearCookies()
      await front.open('/staff/portal')
      await staffSignInPage(front)
    })
  }

  it('turns dark by choice, and stays so', async () => {
    const tab = await openWindow(practice, { as: { patient: 'john' }, theme: 'light' })
    const background = () => tab.page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    await tab.open(`/portal/records/${practice.records.john}`)
    const light = await background()
    await tab.page.locator('.account-summary').click()
    await tab.page.getByRole('button', { name: tab.say('theme.dark') }).click()
    expect(await background()).not.to.equal(light)
    await tab.page.reload()
    expect(await background()).not.to.equal(light)
  })

  it('keeps still for those who ask for less motion', async () => {
    const moving = (tab: { page: { evaluate: <T>(script: string) => Promise<T> } }) =>
      tab.page.evaluate<number>(`Math.max(...[...document.querySelectorAll('*')].flatMap((el) => {
        const { transitionDuration, animationDuration } = getComputedStyle(el)
        return [...transitionDuration.split(','), ...animationDuration.split(',')].map((each) => parseFloat(each) * (each.trim().endsWith('ms') ? 1 : 1000))
      }))`)
    const path = `/portal/records/${practice.records.john}/appointments/new`
    const lively = await openWindow(practice, { as: { patient: 'john' } })
    await lively.open(path)
    expect(await moving(lively)).to.be.within(1, 150)
    const still = await openWindow(practice, { as: { patient: 'john' }, reducedMotion: true })
    await still.open(path)
    expect(await moving(still)).to.be.below(1)
  })
})
