import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { chooserPage, signInPage } from './pages/patient.js'
import { hallPage, staffSignInPage } from './pages/staff.js'

describe('The sign-in', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  for (const scripts of [true, false]) {
    it(`says what is missing or wrong, and keeps the name, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const tab = await openWindow(practice, { scripts, width: 'phone' })
      const { say } = tab
      await tab.open('/portal/sign-in')
      await (await signInPage(tab)).submit()
      const missing = await signInPage(tab, 422)
      expect(await missing.errors.lines()).to.deep.equal([say('signIn.missingUsername'), say('signIn.missingPassword')])
      expect(await missing.username.getAttribute('aria-invalid')).to.equal('true')
      expect(await tab.page.title()).to.match(new RegExp(`^${say('page.check')}`))

      await missing.fill('maria.santos', 'not it')
      await missing.submit()
      const wrong = await signInPage(tab, 401)
      expect(await wrong.errors.lines()).to.deep.equal([say('signIn.wrong')])
      expect(await wrong.username.inputValue()).to.equal('maria.santos')
      expect(await wrong.password.inputValue()).to.equal('')

      await wrong.fill('maria.santos', passwordOf('maria.santos'))
      await wrong.submit()
      expect(await (await chooserPage(tab)).names()).to.include.members(['Maria Santos', 'Leo Santos', 'Ana Santos'])
    })
  }

  it('puts the focus on what is wrong, and from there on the field', async () => {
    const tab = await openWindow(practice)
    await tab.open('/portal/sign-in')
    await (await signInPage(tab)).submit()
    const { errors, username } = await signInPage(tab, 422)
    expect(await errors.summary.evaluate((summary) => summary === summary.ownerDocument.activeElement)).to.equal(true)
    await tab.page.keyboard.press('Tab')
    await tab.page.keyboard.press('Enter')
    expect(await username.evaluate((field) => field === field.ownerDocument.activeElement)).to.equal(true)
  })

  it('asks for patience after too many tries', async () => {
    const tab = await openWindow(practice)
    await tab.open('/portal/sign-in')
    const tries = practice.portal.settings().signInTries
    for (let at = 0; at < tries; at += 1) {
      const door = await signInPage(tab, at === 0 ? 200 : 401)
      await door.fill('luis.reyes', 'guess')
      await door.submit()
    }
    const door = await signInPage(tab, 401)
    await door.fill('luis.reyes', passwordOf('luis.reyes'))
    await door.submit()
    const [line] = await (await signInPage(tab, 429)).errors.lines()
    expect(line).to.match(/15 min/)
  })

  it('speaks Spanish when asked to, and goes on doing so', async () => {
    const tab = await openWindow(practice)
    await tab.open('/portal/sign-in')
    await signInPage(tab)
    await tab.page.getByRole('link', { name: 'Español' }).click()
    expect(await tab.page.getByRole('heading', { level: 1 }).innerText()).to.equal('Iniciar sesión')
    await tab.open('/portal/sign-in')
    expect(await tab.page.locator('html').getAttribute('lang')).to.equal('es')
  })

  it('lets staff in at their own door only', async () => {
    const tab = await openWindow(practice)
    await tab.open('/portal/sign-in')
    const patients = await signInPage(tab)
    await patients.fill('admin', passwordOf('admin'))
    await patients.submit()
    await signInPage(tab, 401)
    await tab.open('/staff/sign-in')
    await (await staffSignInPage(tab)).signIn('maria.santos', passwordOf('maria.santos'))
    await (await staffSignInPage(tab, 401)).signIn('admin', passwordOf('admin'))
    await hallPage(tab, 'hall: empty')
  })
})
