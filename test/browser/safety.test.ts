/** Choosing a password, getting back in after forgetting it, and the account page, as a person uses them. */
import { expect } from 'chai'
import { linkToken } from '../../module/access/links.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { change, newLogin } from '../http/doors.js'
import { openWindow, type Tab } from '../support/browser.js'
import { deliver } from '../support/mailServer.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { arrive } from './pages/arrive.js'
import { signInPage } from './pages/patient.js'

const MADE = 'Made-by-staff1'
const OWN = 'Lantern ferry-pepper 7'

describe('Who chooses a password', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let made = 0

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
  })
  after(() => practice.leave())

  for (const scripts of [true, false]) {
    const how = `${scripts ? 'with' : 'without'} JavaScript`

    it(`that staff made makes an own one at the first sign-in, ${how}`, async () => {
      const { username } = await person()
      const tab = await openWindow(practice, { scripts, width: scripts ? 'phone' : 'desktop' })
      await signIn(tab, username, MADE)
      const first = await newPasswordPage(tab, '/portal/sign-in/new-password')
      await first.save('short')
      const again = await newPasswordPage(tab, '/portal/sign-in/new-password', 422)
      expect(await again.error()).to.include('12')
      if (scripts) await expectJudged(tab, again)
      await again.save(OWN)
      await tab.page.waitForURL(/\/portal\/records\//)
    })

    it(`gets back in by a link after forgetting it, ${how}`, async () => {
      const { username, email } = await person(1)
      const tab = await openWindow(practice, { scripts, theme: scripts ? 'light' : 'dark' })
      const { page, say } = tab
      await tab.open('/portal/sign-in')
      await page.getByRole('link', { name: say('signIn.forgotten') }).click()
      await arrive(tab, { name: 'forgotten', path: /^\/portal\/forgotten$/ })
      await page.getByLabel(say('signIn.username')).fill(email)
      await page.getByRole('button', { name: say('forgotten.send') }).click()
      await arrive(tab, { name: 'forgotten: asked', path: /^\/portal\/forgotten\/sent$/ })
      await deliver(practice)

      const path = `/portal/reset?token=${await lastToken()}`
      await tab.open(path)
      const reset = await newPasswordPage(tab, '/portal/reset')
      // The token stands in the form; with scripts the address no longer has it.
      if (scripts) expect(page.url()).not.to.include('token')
      await reset.save(OWN)
      await signInPage(tab)
      expect(await page.locator('#flash').innerText()).to.include(say('reset.done'))
      await (await signInPage(tab)).fill(username, OWN)
      await (await signInPage(tab)).submit()
      await page.waitForURL(/\/portal\/records\//)
      await tab.open(path)
      await arrive(tab, { name: 'reset: over', path: /^\/portal\/reset$/, status: 404 })
    })
  }

  for (const language of ['en', 'es'] as const) {
    it(`looks after the account on its page (${language})`, async () => {
      const { username } = await person(1)
      const elsewhere = await openWindow(practice, { width: 'phone', theme: 'dark', language })
      await signIn(elsewhere, username, MADE)
      await elsewhere.open('/portal/account')
      await arrive(elsewhere, { name: 'account', path: /^\/portal\/account$/ })

      const tab = await openWindow(practice, { language })
      const { page, say } = tab
      await signIn(tab, username, MADE)
      await page.waitForURL(/\/portal\/records\//)
      await page.locator('details.account summary').click()
      await page.getByRole('link', { name: say('account.settings') }).click()
      await arrive(tab, { name: 'account', path: /^\/portal\/account$/ })
      expect(await page.locator('#sessions li').count()).to.equal(2)
      await page.getByRole('button', { name: say('account.session.endOthers') }).click()
      await arrive(tab, { name: 'account: alone', path: /^\/portal\/account$/ })
      expect(await page.locator('#sessions li').count()).to.equal(1)
      await elsewhere.open('/portal/account')
      await signInPage(elsewhere)

      await page.getByRole('link', { name: say('account.changePassword') }).click()
      await arrive(tab, { name: 'change password', path: /^\/portal\/account\/password$/ })
      await page.getByLabel(say('account.currentPassword')).fill('not it')
      await page.getByLabel(say('password.new')).fill(OWN)
      await page.getByRole('button', { name: say('account.savePassword') }).click()
      await arrive(tab, { name: 'change password: refused', path: /^\/portal\/account\/password$/, status: 422 })
      await page.getByLabel(say('account.currentPassword')).fill(MADE)
      await page.getByLabel(say('password.new')).fill(OWN)
      await page.getByRole('button', { name: say('account.savePassword') }).click()
      await arrive(tab, { name: 'account: changed', path: /^\/portal\/account$/ })
      expect(await page.locator('#flash').innerText()).to.include(say('account.passwordChanged'))

      await page.getByRole('link', { name: say('account.addEmail') }).click()
      await arrive(tab, { name: 'change email', path: /^\/portal\/account\/email$/ })
    })
  }

  async function newPasswordPage(tab: Tab, path: string, status = 200) {
    const { page, say } = tab
    const name = `new password${status === 200 ? '' : ': refused'}`
    await arrive(tab, { name, path: new RegExp(`^${path}$`), status })
    const field = page.getByLabel(say('password.new'))
    return {
      field,
      error: () => page.locator('.field-error').innerText(),
      judged: () => page.locator('.password-judged').innerText(),
      async save(password: string) {
        await field.fill(password)
        await page.getByRole('button', { name: say('password.save') }).click()
      },
    }
  }

  async function expectJudged(tab: Tab, form: Awaited<ReturnType<typeof newPasswordPage>>): Promise<void> {
    const { page, say } = tab
    const until = (text: string) => page.locator('.password-judged', { hasText: text }).waitFor()
    await form.field.pressSequentially('Lantern')
    await until(say('password.flaw.too-short', { length: 12 }))
    await form.field.fill(OWN)
    await until(say('password.strength.2'))
    expect(await form.field.evaluate((field) => field === field.ownerDocument.activeElement)).to.equal(true)

    const button = page.getByRole('button', { name: say('password.show') })
    await button.click()
    expect(await form.field.getAttribute('type')).to.equal('text')
    await page.getByRole('button', { name: say('password.hide') }).click()
    expect(await form.field.getAttribute('type')).to.equal('password')
  }

  async function signIn(tab: Tab, username: string, password: string): Promise<void> {
    await tab.open('/portal/sign-in')
    const door = await signInPage(tab)
    await door.fill(username, password)
    await door.password.press('Enter')
  }

  async function person(status: 0 | 1 = 0) {
    made += 1
    const username = `chooser${String(made)}`
    const email = `${username}@example.org`
    const hash = await hashHostPassword(MADE, hashSettings(practice.portal.globals()))
    const pid = await newLogin(practice, username, hash, { status })
    await change(practice, `UPDATE patient_data SET email = :email, hipaa_allowemail = 'YES' WHERE pid = :pid`, {
      email,
      pid,
    })
    return { username, email, pid }
  }

  async function lastToken(): Promise<string> {
    const row = await practice.db.first<{ facts: unknown }>(
      `SELECT facts FROM foyer_letters WHERE kind = 'account.reset-link' ORDER BY id DESC LIMIT 1`,
    )
    const facts = row?.facts
    const { link } = (typeof facts === 'string' ? JSON.parse(facts) : facts) as { link: string }
    return linkToken(practice.portal, link)
  }
})
