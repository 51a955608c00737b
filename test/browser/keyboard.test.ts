/** Everything with Tab, Enter, Space and the arrows, and always to be seen where one is. */
import { expect } from 'chai'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import {
  appointmentPage,
  cancellationPage,
  checkPage,
  choosePage,
  homePage,
  listPage,
  signInPage,
} from './pages/patient.js'
import { hallPage } from './pages/staff.js'
import { hostStatus, requestVisit } from './visits.js'

interface Focus {
  text: string
  name: string
  /** Pixels of the outline around it (or around its label), drawn in a colour. */
  outline: number
  /** Wholly covered by something else (WCAG 2.4.11). */
  covered: boolean
}

// A radio button that is visually hidden shows the focus on what stands for it.
const LOOK = `(() => {
  const el = document.activeElement
  const stand = el.matches('.time > input') ? el.nextElementSibling : el
  const style = getComputedStyle(stand)
  const box = stand.getBoundingClientRect()
  const points = [[box.left + 4, box.top + 4], [box.left + box.width / 2, box.top + box.height / 2], [box.right - 4, box.bottom - 4]]
  const seen = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y)
    return top !== null && (stand.contains(top) || top.contains(stand))
  })
  return {
    text: (el.labels?.[0] ?? el).textContent.trim().replace(/\\s+/g, ' '),
    name: el.getAttribute('name') ?? '',
    outline: style.outlineStyle === 'none' || style.outlineColor === 'rgba(0, 0, 0, 0)' ? 0 : parseFloat(style.outlineWidth),
    covered: !seen,
  }
})()`

/** Presses Tab until the focus is on what is looked for; each stop on the way must be visible. */
async function tabTo(tab: Tab, wanted: (focus: Focus) => boolean, what: string): Promise<void> {
  const stops: string[] = []
  while (stops.length < 60) {
    await tab.page.keyboard.press('Tab')
    const focus = await tab.page.evaluate<Focus>(LOOK)
    stops.push(focus.text)
    expect(focus.outline, `the focus on “${focus.text}” is drawn`).to.be.at.least(2)
    expect(focus.covered, `“${focus.text}” is covered`).to.equal(false)
    if (wanted(focus)) return
  }
  expect.fail(`Tab never came to ${what}: ${stops.join(' | ')}`)
}

const onText = (text: string) => (focus: Focus) => focus.text.startsWith(text)
const onField = (name: string) => (focus: Focus) => focus.name === name

describe('With the keyboard alone', function () {
  this.timeout(90_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  for (const width of ['desktop', 'phone'] as const) {
    it(`a patient signs in, requests and cancels (${width})`, async () => {
      const tab = await openWindow(practice, { width })
      const { keyboard } = tab.page
      const { say } = tab
      await tab.open('/portal/sign-in')
      await signInPage(tab)
      await tabTo(tab, onField('username'), 'the user name')
      await keyboard.type('john.carter')
      await tabTo(tab, onField('password'), 'the password')
      await keyboard.type(passwordOf('john.carter'))
      await keyboard.press('Enter')

      await homePage(tab)
      await tabTo(tab, onText(say('appointments.title')), 'the appointments')
      await keyboard.press('Enter')
      await listPage(tab)
      await tabTo(tab, onText(say('appointments.new')), 'the request')
      await keyboard.press('Enter')

      const choose = await choosePage(tab)
      const first = await choose.preselected()
      await tabTo(tab, onField('time'), 'the times')
      await keyboard.press('ArrowRight')
      const second = await choose.preselected()
      expect(second)
        .to.equal((await choose.times())[1])
        .and.not.to.equal(first)
      await tabTo(tab, onText(say('appointments.choose.continue')), 'the button')
      await keyboard.press('Space')

      const check = await checkPage(tab)
      expect(await check.facts()).to.contain(second?.slice(11))
      await tabTo(tab, onField('reason'), 'the reason')
      await keyboard.type('Tired')
      await tabTo(tab, onText(say('appointments.check.send')), 'the button')
      await keyboard.press('Enter')

      const eid = (await appointmentPage(tab, 'requested')).eid
      await tabTo(tab, onText(say('appointments.cancel.open')), 'the cancellation')
      await keyboard.press('Enter')
      await cancellationPage(tab)
      await tabTo(tab, onField('reason'), 'the reason')
      await keyboard.type('Rested')
      await tabTo(tab, onText(say('appointments.cancel.send')), 'the button')
      await keyboard.press('Enter')
      await appointmentPage(tab, 'cancelled')
      expect(await hostStatus(practice, eid)).to.equal('x')
    })
  }

  it('staff skip to the content, confirm, and stand at the next request', async () => {
    const first = await requestVisit(practice, { by: 'amina', date: '2026-11-25', time: '10:00' })
    practice.clock.set('2026-11-23T08:10:00')
    const second = await requestVisit(practice, { by: 'luis', date: '2026-11-25', time: '11:00' })
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    const { keyboard } = tab.page
    await tab.open('/staff/portal')
    const hall = await hallPage(tab)
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await tabTo(tab, onField('q'), 'the search')
    await tabTo(tab, onText(`${tab.say('appointments.confirm')} Yusuf`), 'the first Confirm')
    await keyboard.press('Enter')
    await hall.row(first).waitFor({ state: 'detached' })
    expect(await hostStatus(practice, first)).to.equal('-')
    // One Tab from the next request's own Confirm.
    await tabTo(tab, onText(`${tab.say('appointments.confirm')} Reyes`), 'the next Confirm')
    await keyboard.press('Space')
    await hall.row(second).waitFor({ state: 'detached' })
    expect(await hostStatus(practice, second)).to.equal('-')
  })

  it('the account menu opens, closes with Escape, and gives the focus back', async () => {
    const tab = await openWindow(practice, { as: { patient: 'john' } })
    await tab.open(`/portal/records/${practice.records.john}`)
    await homePage(tab)
    const menu = tab.page.locator('.account .menu')
    await tabTo(tab, onText(tab.say('account.menu')), 'the menu')
    await tab.page.keyboard.press('Enter')
    await menu.waitFor()
    await tab.page.keyboard.press('Tab')
    await tab.page.keyboard.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    expect((await tab.page.evaluate<Focus>(LOOK)).text).to.contain(tab.say('account.menu'))
  })
})
