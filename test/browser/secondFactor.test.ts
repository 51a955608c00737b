import { expect } from 'chai'
import type { CDPSession } from 'playwright-core'
import { openWindow, type Tab, type Window } from '../support/browser.js'
import { openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { clearFactors, setUpFactor } from '../support/secondFactors.js'
import { arrive } from './pages/arrive.js'
import { chooserPage, signInPage } from './pages/patient.js'
import { appPage, challengePage, codesPage, newPasskeyPage, ownPage, passkeyDoor } from './pages/secondFactor.js'
import { hallPage, staffSignInPage } from './pages/staff.js'

const OWN = '/portal/account/second-factor'
const PASSWORD = passwordOf('maria.santos')

describe('The second step at sign-in', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set('2026-11-23T08:00:00')
    await practice.setting('secondFactor', 'optional')
    await practice.setting('staffSecondFactor', 'optional')
    await clearFactors(practice)
  })

  const signIn = async (tab: Tab): Promise<void> => {
    await tab.open('/portal/sign-in')
    const door = await signInPage(tab)
    await door.fill('maria.santos', PASSWORD)
    await door.submit()
  }

  for (const scripts of [true, false]) {
    it(`is set up with an app and used, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const width = scripts ? 'desktop' : 'phone'
      const tab = await openWindow(practice, { as: { patient: 'maria' }, scripts, width })
      await tab.open(OWN)
      await (await ownPage(tab, 'off')).setUpApp()
      const page = await appPage(tab, practice)
      const box = await page.qr.boundingBox()
      expect(box?.width, 'the QR code').to.be.greaterThan(150)
      const app = await page.app()
      await page.confirm(app.code(), PASSWORD)
      const shown = await codesPage(tab)
      const codes = await shown.codes()
      expect(codes).to.have.length(10)
      await shown.back()
      await ownPage(tab, 'on')

      const fresh = await openWindow(practice, { scripts, width })
      await signIn(fresh)
      const asked = await challengePage(fresh)
      await asked.code.fill('000 000')
      await asked.submit()
      const again = await challengePage(fresh, 401)
      expect(await again.errors.allInnerTexts()).to.deep.equal([fresh.say('second.wrong')])
      practice.clock.set('2026-11-23T08:01:00')
      await again.code.fill(app.code())
      await again.submit()
      await chooserPage(fresh)

      const without = await openWindow(practice, { scripts, width, language: 'es' })
      await signIn(without)
      await (await challengePage(without)).recover(codes[4] ?? '')
      await chooserPage(without)
    })
  }

  it('is set up at the door where the practice asks for it, and can be left', async () => {
    await practice.setting('secondFactor', 'proxies')
    const tab = await openWindow(practice, { scripts: false })
    await signIn(tab)
    const page = await appPage(tab, practice, 'set up')
    await tab.page.getByRole('button', { name: tab.say('second.signOut') }).click()
    await signInPage(tab)
    await signIn(tab)
    const anew = await appPage(tab, practice, 'set up')
    expect((await anew.app()).secret).to.have.length(32)
    await page.confirm((await anew.app()).code())
    await (await codesPage(tab)).goOn()
    await chooserPage(tab)
  })

  it('is a passkey: added, named, used to sign in, removed', async () => {
    const tab = await openWindow(practice, { as: { patient: 'maria' } })
    const key = await authenticator(tab)
    await tab.open(OWN)
    await (await ownPage(tab, 'off')).addPasskey()
    await (await newPasskeyPage(tab)).make('My phone', PASSWORD)
    await (await codesPage(tab)).back()
    const own = await ownPage(tab, 'passkey')
    expect(await own.passkeys.allInnerTexts()).to.have.length(1)
    await own.rename()
    await arrive(tab, { name: 'one passkey', path: /\/passkeys\/\d+$/ })
    await tab.page.getByLabel(tab.say('second.passkey.name')).fill('Maria’s phone')
    await tab.page.getByRole('button', { name: tab.say('second.passkey.rename') }).click()
    expect((await (await ownPage(tab, 'passkey')).passkeys.allInnerTexts()).join()).to.include('Maria’s phone')

    await tab.context.clearCookies()
    await signIn(tab)
    const asked = await challengePage(tab)
    expect(await asked.code.count(), 'no app, no code').to.equal(0)
    await asked.passkey.click()
    await chooserPage(tab)
    const row = await practice.db.first<{ counter: number; used: string | null }>(
      `SELECT counter, used_at AS used FROM foyer_passkeys`,
    )
    expect(row?.used).to.be.a('string')
    expect(row?.counter).to.be.greaterThan(0)

    // Without a password at all; what the browser answered opens nothing a second time.
    await tab.context.clearCookies()
    let answered = ''
    tab.page.on('request', (request) => {
      if (request.method() !== 'POST' || !request.url().endsWith('/portal/sign-in/passkey')) return
      answered = new URLSearchParams(request.postData() ?? '').get('passkey') ?? ''
    })
    await tab.open('/portal/sign-in')
    await signInPage(tab)
    await tab.page.getByRole('link', { name: tab.say('second.enter.title') }).click()
    await (await passkeyDoor(tab)).enter()
    await chooserPage(tab)
    expect(answered).to.include('clientDataJSON')
    const thief = await practice.visitor()
    const from = '/portal/sign-in/passkey'
    expect((await thief.post(from, { passkey: answered }, { from })).status).to.equal(401)
    expect((await thief.get('/portal/records')).status).to.equal(303)
    const atStaffs = { passkey: answered, next: '/staff/portal' }
    expect((await thief.post('/staff/sign-in/passkey', atStaffs, { from: '/staff/sign-in/passkey' })).status).to.equal(
      401,
    )

    // Another device has none of theirs: the page says so and keeps the other ways open.
    await key.client.send('WebAuthn.clearCredentials', { authenticatorId: key.id })
    await tab.context.clearCookies()
    await signIn(tab)
    await (await challengePage(tab)).passkey.click()
    await tab.page.getByText(tab.say('second.passkeyStopped')).waitFor()
  })

  it('offers no passkey where there is no JavaScript, and says why', async () => {
    await setUpFactor(practice, `account:${String(practice.accounts.maria)}`)
    const tab = await openWindow(practice, { as: { patient: 'john' }, scripts: false })
    await tab.open(OWN)
    await ownPage(tab, 'off, no script')
    expect(await tab.page.getByRole('link', { name: tab.say('second.passkey.title') }).isVisible()).to.equal(false)
    expect(await tab.page.getByText(tab.say('second.passkey.withoutScript')).isVisible()).to.equal(true)
  })

  it('is staff’s too, with a passkey set up at the door', async () => {
    await practice.setting('staffSecondFactor', 'required')
    const tab = await openWindow(practice)
    await authenticator(tab)
    await tab.open('/staff/sign-in')
    await (await staffSignInPage(tab)).signIn('admin', passwordOf('admin'))
    await (await appPage(tab, practice, 'set up')).makePasskey('Desk')
    await (await codesPage(tab)).goOn()
    await hallPage(tab, 'hall: empty')
    await tab.open('/staff/portal/account')
    await ownPage(tab, 'staff, required')

    await tab.context.clearCookies()
    await tab.open('/staff/sign-in')
    await (await staffSignInPage(tab)).signIn('admin', passwordOf('admin'))
    await (await challengePage(tab)).passkey.click()
    await hallPage(tab, 'hall: empty')

    await tab.context.clearCookies()
    await tab.open('/staff/sign-in/passkey')
    await (await passkeyDoor(tab)).enter()
    await hallPage(tab, 'hall: empty')
    // Staff's passkey is none at the patients' door.
    await tab.context.clearCookies()
    await tab.open('/portal/sign-in/passkey')
    const door = await passkeyDoor(tab)
    // The same address answers: what was there before the press must not be taken for it.
    const answered = tab.page.waitForResponse((answer) => answer.request().method() === 'POST')
    await door.enter()
    await answered
    await tab.page.getByRole('alert').first().waitFor()
    await passkeyDoor(tab, 401)
  })
})

/** Chromium's own virtual authenticator: a telephone that is unlocked by a finger. */
async function authenticator({ context, page }: Window): Promise<{ client: CDPSession; id: string }> {
  const client = await context.newCDPSession(page)
  await client.send('WebAuthn.enable')
  const { authenticatorId: id } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { client, id }
}
