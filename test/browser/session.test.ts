import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { checkPage, homePage, signInPage } from './pages/patient.js'
import { queuePage, staffSignInPage } from './pages/staff.js'
import { eventsOf, hostStatus, requestVisit } from './visits.js'

describe('A session that has ended', function () {
  this.timeout(240_000)
  let practice: TestPractice

  beforeEach(async () => {
    practice = await openPractice()
  })
  afterEach(() => practice.leave())

  it('leads staff to the sign-in when they press a button, and changes nothing', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    practice.clock.set('2026-11-23T20:00:00')
    const answered = staff.page.waitForResponse((response) => response.request().method() === 'POST')
    await queue.confirm(eid)
    const answer = await answered
    expect(answer.status(), 'asked for by htmx, which follows no redirect to a page').to.equal(401)
    await staffSignInPage(staff)
    expect(await hostStatus(practice, eid)).to.equal('^')
  })

  it('is not kept alive by a page that asks for news', async () => {
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.page.clock.install()
    await staff.open('/staff/portal/appointments')
    await queuePage(staff, 'queue: empty')
    const idle = practice.portal.settings().staffIdle
    const first = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    // Nobody is there, but the page asks shortly before the session would end, and is answered.
    practice.clock.set(after(idle - 1))
    await staff.page.clock.runFor(30_000)
    await staff.page.locator(`[data-eid="${first}"]`).waitFor()
    practice.clock.set(after(idle + 1))
    await staff.page.clock.runFor(30_000)
    await staffSignInPage(staff)
  })

  it('leads a patient to the sign-in and back to where they were', async () => {
    const patient = await openWindow(practice, { as: { patient: 'john' }, width: 'phone' })
    const mine = `/portal/records/${practice.records.john}`
    await patient.open(`${mine}/appointments/new/check?provider=${practice.staff.lee}&category=5&time=2026-11-25T10:00`)
    const check = await checkPage(patient)
    practice.clock.set('2026-11-23T20:00:00')
    await check.send()
    await signInPage(patient)
    expect(await eventsOf(practice, practice.patients.john)).to.equal(0)

    await patient.open(mine)
    const door = await signInPage(patient)
    await door.fill('john.carter', passwordOf('john.carter'))
    await door.submit()
    await homePage(patient)
    expect(new URL(patient.page.url()).pathname).to.equal(mine)
  })

  function after(minutes: number): string {
    const begin = new Date('2026-11-23T08:00:00Z').getTime()
    return new Date(begin + minutes * 60_000).toISOString().slice(0, 19)
  }
})
