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
import { hallPage, queuePage } from './pages/staff.js'
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
  this.timeout(240_000)
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
    await tab.page.waitForFunction('document.activeElement !== document.body')
    // One Tab from the next request's own Confirm.
    await tabTo(tab, onText(`${tab.say('appointments.confirm')} Reyes`), 'the next Confirm')
    await keyboard.press('Space')
    await hall.row(second).waitFor({ state: 'detached' })
    expect(await hostStatus(practice, second)).to.equal('-')
  })

  describe('in the queue', () => {
    const focused = ({ page }: Tab) => page.evaluate<string>('document.activeElement.id')
    /** After an answer from the server, which comes in when it comes. */
    const focusComesTo = ({ page }: Tab, id: string) =>
      page.waitForFunction(`document.activeElement.id === ${JSON.stringify(id)}`)
    const queueOf = async (times: readonly string[]): Promise<number[]> => {
      const eids: number[] = []
      for (const [at, time] of times.entries()) {
        practice.clock.set(`2026-11-23T09:${String(10 + at)}:00`)
        eids.push(await requestVisit(practice, { by: 'amina', date: '2026-11-26', time }))
      }
      return eids
    }
    const clearQueue = () =>
      practice.db.transaction(async (tx) => {
        await tx.change(`DELETE FROM foyer_appointment_requests`)
        await tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_pid <> ''`)
      })

    beforeEach(async () => {
      await practice.setting('openRequestLimit', '20')
      await clearQueue()
    })

    it('rows are walked, and one is decided with a letter; the focus is then on the next', async () => {
      const [first = 0, second = 0, third = 0] = await queueOf(['09:00', '09:30', '10:00'])
      const tab = await openWindow(practice, { as: { staff: 'admin' } })
      const { keyboard } = tab.page
      await tab.open('/staff/portal/appointments')
      const queue = await queuePage(tab)
      await keyboard.press('j')
      expect(await focused(tab)).to.equal(`open-${first}`)
      await keyboard.press('ArrowDown')
      await keyboard.press('j')
      expect(await focused(tab)).to.equal(`open-${third}`)
      await keyboard.press('j')
      expect(await focused(tab), 'the last row').to.equal(`open-${third}`)
      await keyboard.press('k')
      expect(await focused(tab)).to.equal(`open-${second}`)
      await keyboard.press('c')
      await queue.row(second).waitFor({ state: 'detached' })
      expect(await hostStatus(practice, second)).to.equal('-')
      await focusComesTo(tab, `open-${third}`)
      await keyboard.press('c')
      await queue.row(third).waitFor({ state: 'detached' })
      // None follows: the one before.
      await focusComesTo(tab, `open-${first}`)
      await keyboard.press('Enter')
      await tab.page.waitForURL(new RegExp(`/appointments/${first}$`))
    })

    it('the keys are listed, and the focus is back where it was; they can be switched off', async () => {
      const [first = 0, second = 0] = await queueOf(['09:00', '09:30'])
      const tab = await openWindow(practice, { as: { staff: 'admin' } })
      const { keyboard } = tab.page
      await tab.open('/staff/portal/appointments')
      await queuePage(tab)
      await keyboard.press('j')
      await keyboard.press('?')
      const dialog = tab.page.locator('#dialog')
      await dialog.getByText(tab.say('keys.next')).waitFor()
      await keyboard.press('j')
      await keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
      expect(await focused(tab)).to.equal(`open-${first}`)

      await keyboard.press('?')
      await dialog.getByLabel(tab.say('keys.switch')).uncheck()
      await keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
      await keyboard.press('j')
      expect(await focused(tab), 'a letter').to.equal(`open-${first}`)
      await keyboard.press('ArrowDown')
      expect(await focused(tab), 'an arrow').to.equal(`open-${second}`)
      // The way to the list that takes no letter.
      await tab.page.locator('.account-summary').click()
      await tab.page.getByRole('button', { name: tab.say('keys.open') }).click()
      await dialog.getByLabel(tab.say('keys.switch')).check()
      await dialog.getByRole('button', { name: tab.say('page.close') }).click()
      await dialog.waitFor({ state: 'hidden' })
    })

    it('nothing is taken from who types', async () => {
      const [first = 0] = await queueOf(['09:00'])
      const tab = await openWindow(practice, { as: { staff: 'admin' } })
      const { keyboard } = tab.page
      await tab.open('/staff/portal')
      const hall = await hallPage(tab)
      await hall.row(first).waitFor()
      await keyboard.press('/')
      await keyboard.type('jkcdxu?/')
      expect(await tab.page.locator('#field-q').inputValue()).to.equal('jkcdxu?/')
      await keyboard.press('ArrowDown')
      expect(await focused(tab)).to.equal('field-q')
    })

    it('several are ticked and decided in one press, which can be taken back as long as somebody is at it', async () => {
      const [first = 0, second = 0, third = 0] = await queueOf(['09:00', '09:30', '10:00'])
      const tab = await openWindow(practice, { as: { staff: 'admin' } })
      const { keyboard } = tab.page
      await tab.page.clock.install()
      await tab.open('/staff/portal/appointments')
      const queue = await queuePage(tab)
      const bar = tab.page.locator('.selection')
      expect(await bar.isVisible()).to.equal(false)
      await keyboard.press('j')
      await keyboard.press('x')
      await keyboard.press('j')
      await keyboard.press('x')
      await bar.getByText(tab.say('selection.more', { number: 2 })).waitFor()
      await bar.getByRole('button', { name: tab.say('appointments.confirm') }).click()
      await queue.row(first).waitFor({ state: 'detached' })
      expect(await hostStatus(practice, first)).to.equal('-')
      expect(await hostStatus(practice, second)).to.equal('-')
      expect(await hostStatus(practice, third)).to.equal('^')

      const undo = tab.page.locator('[data-undo]')
      await undo.waitFor()
      await tab.page.clock.runFor(100)
      await tab.page.locator('#announcer').getByText(tab.say('undo.button')).waitFor()
      await keyboard.press('u')
      await tab.page.clock.runFor(19_000)
      expect(await undo.isVisible(), 'while the focus is on it').to.equal(true)
      await keyboard.press('Enter')
      await queue.row(first).waitFor()
      expect(await hostStatus(practice, first)).to.equal('^')
      expect(await hostStatus(practice, second)).to.equal('^')
    })

    it('what could be taken back goes after ten seconds', async () => {
      await queueOf(['09:00'])
      const tab = await openWindow(practice, { as: { staff: 'admin' } })
      await tab.page.clock.install()
      await tab.open('/staff/portal/appointments')
      await queuePage(tab)
      await tab.page.locator('[data-pick]').check()
      const confirm = tab.page.locator('.selection').getByRole('button', { name: tab.say('appointments.confirm') })
      await confirm.click()
      const undo = tab.page.locator('[data-undo]')
      await undo.waitFor()
      await tab.page.clock.runFor(9000)
      expect(await undo.count()).to.equal(1)
      await tab.page.clock.runFor(2000)
      expect(await undo.count()).to.equal(0)
    })
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
