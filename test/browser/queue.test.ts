import { expect } from 'chai'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { hallPage, queuePage, staffAppointmentPage } from './pages/staff.js'
import { hostStatus, requestVisit } from './visits.js'

const POLL_MS = 30_000

describe('The queue of requests', function () {
  this.timeout(60_000)
  let practice: TestPractice

  beforeEach(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '20')
  })
  afterEach(() => practice.leave())

  /** The browser's own clock stands: polls come when the test lets time pass. */
  async function staffAt(path: string): Promise<Tab> {
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.page.clock.install()
    await staff.open(path)
    return staff
  }

  it('brings a new request by itself, and the number in the navigation with it', async () => {
    const staff = await staffAt('/staff/portal/appointments')
    const queue = await queuePage(staff, 'queue: empty')
    expect(await queue.rows.count()).to.equal(0)
    expect(await queue.badge()).to.equal(0)

    const first = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    await staff.page.clock.runFor(POLL_MS)
    await queue.row(first).waitFor()
    expect(await queue.badge()).to.equal(await queue.rows.count())

    // Once more: what was swapped in asks again.
    const second = await requestVisit(practice, { date: '2026-11-24', time: '11:00' })
    await staff.page.clock.runFor(POLL_MS)
    await queue.row(second).waitFor()
    expect(await queue.rows.count()).to.equal(2)
    expect(await queue.badge()).to.equal(2)
  })

  it('leaves the focus where it is when it asks for news', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const staff = await staffAt('/staff/portal')
    const hall = await hallPage(staff)
    const decline = hall.row(eid).getByRole('link', { name: staff.say('appointments.decline.open') })
    await decline.focus()
    const second = await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
    await staff.page.clock.runFor(POLL_MS)
    await hall.row(second).waitFor()
    expect(await focused(staff)).to.equal(`decline-${eid}`)
  })

  it('leads on to the next request once one is decided, and says what happened', async () => {
    const first = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    practice.clock.set('2026-11-23T08:05:00')
    const second = await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    expect(await queue.badge()).to.equal(2)

    await queue.confirm(first)
    await queue.row(first).waitFor({ state: 'detached' })
    await staff.page.locator('#announcer').getByText(staff.say('appointments.confirmed')).waitFor()
    expect(await focused(staff)).to.equal(`open-${second}`)
    expect(await queue.badge()).to.equal(1)

    await queue.confirm(second)
    await queue.row(second).waitFor({ state: 'detached' })
    await staff.page.getByText(staff.say('appointments.queue.empty')).waitFor()
    expect(await focused(staff)).to.equal('appointment-queue')
    expect(await queue.badge()).to.equal(0)
  })

  it('says what is so now when a colleague was faster', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const other = await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
    const [mine, theirs] = [
      await staffAt('/staff/portal/appointments'),
      await openWindow(practice, { as: { staff: 'admin' } }),
    ]
    const queue = await queuePage(mine)
    await theirs.open(`/staff/portal/appointments/${eid}`)
    await (await staffAppointmentPage(theirs)).confirm()
    await queuePage(theirs)
    expect(await hostStatus(practice, eid)).to.equal('-')

    await queue.confirm(eid)
    await queue.row(eid).waitFor({ state: 'detached' })
    await mine.page.locator('#flash .notice-warning').waitFor()
    expect(await queue.row(other).count()).to.equal(1)
    expect(await queue.badge()).to.equal(await queue.rows.count())
  })

  function focused(tab: Tab): Promise<string> {
    return tab.page.evaluate<string>('document.activeElement.id')
  }
})
