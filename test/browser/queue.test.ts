import { expect } from 'chai'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { hallPage, queuePage, staffAppointmentPage } from './pages/staff.js'
import { hostStatus, requestVisit } from './visits.js'

const POLL_MS = 30_000

describe('The queue of requests', function () {
  this.timeout(240_000)
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

  it('leaves a row’s menu open while somebody chooses, and brings the news once it is closed', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const staff = await staffAt('/staff/portal/appointments')
    const queue = await queuePage(staff, 'queue: one waits')
    const menu = queue.row(eid).getByTestId('row-menu')
    await menu.locator('summary').click()
    await queuePage(staff, 'queue: a menu open')
    const second = await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
    const asked = staff.page.waitForResponse((answer) => answer.url().includes('/appointments/waiting'))
    await staff.page.clock.runFor(POLL_MS)
    await (await asked).finished()
    await staff.page.clock.runFor(1000)
    expect(await menu.getAttribute('open')).to.equal('')
    expect(await queue.row(second).count()).to.equal(0)

    await menu.getByRole('link').first().focus()
    await staff.page.keyboard.press('Escape')
    expect(await menu.getAttribute('open')).to.equal(null)
    expect(await focused(staff)).to.equal(`menu-of-${eid}`)
    await staff.page.clock.runFor(POLL_MS)
    await queue.row(second).waitFor()
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
    await staff.page.locator('#announcer').getByText(staff.say('appointments.done.confirmed')).waitFor()
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
    // Deciding on a page leads on to the next that waits.
    await theirs.page.waitForURL(new RegExp(`/appointments/${String(other)}[?]`))
    expect(await hostStatus(practice, eid)).to.equal('-')

    await queue.confirm(eid)
    await queue.row(eid).waitFor({ state: 'detached' })
    await mine.page.locator('#flash .notice-warning').waitFor()
    expect(await queue.row(other).count()).to.equal(1)
    expect(await queue.badge()).to.equal(await queue.rows.count())
  })

  it('takes back what was done, by a button or a key, while the notice stands', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const other = await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    await queue.confirm(eid)
    await queue.row(eid).waitFor({ state: 'detached' })
    await queue.undo()
    await queue.row(eid).waitFor()
    await queue.news.waitFor({ state: 'detached' })
    expect(await hostStatus(practice, eid)).to.equal('^')
    expect(await queue.badge()).to.equal(2)

    await queue.confirm(other)
    await queue.row(other).waitFor({ state: 'detached' })
    await staff.page.keyboard.press('u')
    await staff.page.keyboard.press('Enter')
    await queue.row(other).waitFor()
    expect(await hostStatus(practice, other)).to.equal('^')
  })

  for (const scripts of [true, false]) {
    it(`confirms several at once and takes all of it back, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const eids = []
      for (const time of ['10:00', '11:00', '13:00'])
        eids.push(await requestVisit(practice, { date: '2026-11-24', time }))
      const [one = 0, laid = 0, two = 0] = eids
      const { lee } = practice.staff
      await practice.event({ providerId: lee, pid: practice.patients.amina, date: '2026-11-24', start: '11:00' })
      const staff = await openWindow(practice, { as: { staff: 'admin' }, scripts })
      await staff.open('/staff/portal/appointments')
      const queue = await queuePage(staff)
      for (const eid of eids) await queue.tick(eid)
      await queue.withTicked('appointments.confirm')

      const done = await queuePage(staff)
      expect(await done.news.innerText()).to.contain('2 confirmed. One was not: another appointment lies over it.')
      expect(await done.rows.count()).to.equal(1)
      expect([
        await hostStatus(practice, one),
        await hostStatus(practice, laid),
        await hostStatus(practice, two),
      ]).to.deep.equal([...['-', '^', '-']])
      await done.undo()
      await done.row(one).waitFor()
      expect(await hostStatus(practice, two)).to.equal('^')
    })
  }

  it('keeps a warning until it is closed; only the way back goes by itself', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const staff = await staffAt('/staff/portal/appointments')
    const queue = await queuePage(staff)
    // As an answer brings it when nothing at all was done.
    await staff.page.evaluate(`
      const notice = Object.assign(document.createElement('div'), { className: 'notice notice-warning' })
      const close = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Close' })
      close.dataset.dismiss = ''
      notice.append('None was.', close)
      document.getElementById('undo').replaceChildren(notice)
    `)
    const warning = staff.page.locator('#undo .notice-warning')
    const news = await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
    await staff.page.clock.runFor(POLL_MS)
    await queue.row(news).waitFor()
    await staff.page.clock.runFor(20_000)
    expect(await warning.count()).to.equal(1)
    await warning.getByRole('button').click()
    await warning.waitFor({ state: 'detached' })

    await queue.confirm(eid)
    await queue.news.waitFor()
    await staff.page.clock.runFor(20_000)
    await queue.news.waitFor({ state: 'detached' })
  })

  it('speaks both what was done and what was not, where one page says both', async () => {
    const [done, laid] = [
      await requestVisit(practice, { date: '2026-11-24', time: '10:00' }),
      await requestVisit(practice, { date: '2026-11-24', time: '11:00' }),
    ]
    const { lee } = practice.staff
    await practice.event({ providerId: lee, pid: practice.patients.amina, date: '2026-11-24', start: '11:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    for (const eid of [done, laid]) await queue.tick(eid)
    await queue.withTicked('appointments.confirm')
    const token = await queue.news.locator('input[name=token]').inputValue()
    await staff.open(`/staff/portal/appointments?undo=${token}`)
    const named = staff.page.getByTestId('not-done').getByRole('link')
    const spoken = staff.page.locator('#announcer')
    await spoken.getByText((await named.innerText()).trim()).waitFor({ state: 'attached' })
    expect(await spoken.innerText()).to.contain((await queue.news.locator('p').innerText()).trim())
  })

  it('shows who has what, and what is mine', async () => {
    const mine = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    await queue.claim(mine)
    await queue.row(mine).getByText(staff.say('appointments.claim.you')).waitFor()
    await queue.show('mine')
    const filtered = await queuePage(staff, 'queue: mine')
    expect(await filtered.rows.count()).to.equal(1)
    expect(await filtered.badge()).to.equal(2)
  })

  function focused(tab: Tab): Promise<string> {
    return tab.page.evaluate<string>('document.activeElement.id')
  }
})
