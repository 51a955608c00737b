/** From "create an account" to the linked record: who registers on a phone or a desk, and staff who find the chart. */
import { expect } from 'chai'
import { linkToken } from '../../module/access/links.js'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { refreshKeys } from '../../module/features/registration/keeping.js'
import { chartsOf } from '../../module/host/reads/candidates.js'
import { person, register } from '../integration/registration/people.js'
import { arrive } from './pages/arrive.js'

/** When Leo was born. */
const LEO = '2017-05-03'
const PASSWORD = 'quiet-Harbor-lantern-7'

describe('Registering, in the browser', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  for (const scripts of [true, false]) {
    it(`leads from an address to the linked record, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const email = scripts ? 'amina@example.net' : 'luis@example.net'
      const language = scripts ? 'en' : 'es'
      const tab = await openWindow(practice, { scripts, language, width: scripts ? 'phone' : 'desktop' })
      await proveAddress(tab, email)
      await describePerson(tab, scripts)
      await arrive(tab, { name: 'registration: waiting', path: /^\/portal\/account\/registrations\/\w{4}-\w{4}$/ })
      expect(await tab.page.getByTestId('registration').innerText()).to.match(/\w{4}-\w{4}/)
      await tab.page.getByRole('link', { name: tab.say('registration.toRecord') }).click()
      await arrive(tab, { name: 'home: registered', path: /^\/portal\/records\/[\w-]+$/ })
      expect(await tab.page.getByTestId('registrations').innerText()).to.contain(tab.say('registration.state.waiting'))

      const staff = await openWindow(practice, { as: { staff: 'admin' }, scripts })
      await staff.open('/staff/portal/registrations')
      await arrive(staff, { name: 'registrations', path: /^\/staff\/portal\/registrations$/ })
      await staff.page
        .getByTestId('registration')
        .getByRole('link', { name: staff.say('registrations.open') })
        .click()
      await askAndRead(staff, tab, scripts)
      const best = staff.page.getByTestId('candidate').first()
      expect(await best.innerText()).to.contain(staff.say('registrations.standing.suggested'))
      await best.getByRole('button').click()
      await arrive(staff, { name: 'registrations: empty', path: /^\/staff\/portal\/registrations$/ })

      await tab.open('/portal')
      await arrive(tab, { name: 'home: linked', path: /^\/portal\/records\/[\w-]+$/ })
      expect(await tab.page.locator('.record-label').innerText()).to.contain(scripts ? 'Amina Yusuf' : 'Luis Reyes')
    })
  }

  it('a wrong link is taken back with everything that was seen before one’s eyes, and doubles are joined', async () => {
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    const { page, say } = staff
    const row = await practice.db.first<{ id: number; account: number }>(
      `SELECT id, account_id AS account FROM foyer_registrations WHERE state = 'linked' ORDER BY id LIMIT 1`,
    )
    await staff.open(`/staff/portal/registrations/${String(row?.id)}`)
    await arrive(staff, { name: 'reconcile: linked', path: /^\/staff\/portal\/registrations\/\d+$/ })
    await page.getByRole('link', { name: say('registrations.undo') }).click()
    await arrive(staff, { name: 'unlinking', path: /\/unlinking$/ })
    expect(await page.getByTestId('traces').first().innerText()).to.contain(say('registrations.place.home'))
    await page.getByRole('button', { name: say('registrations.unlink.send') }).click()
    await arrive(staff, { name: 'unlinking: refused', path: /\/unlinking$/, status: 422 })
    await page.getByLabel(say('registrations.unlink.reason')).fill('Another Amina')
    await page.getByRole('button', { name: say('registrations.unlink.send') }).click()
    await arrive(staff, { name: 'reconcile: again', path: /^\/staff\/portal\/registrations\/\d+$/ })

    await page.getByTestId('candidate').first().getByRole('button').click()
    await staff.open(`/staff/portal/accounts/${String(row?.account)}`)
    await arrive(staff, { name: 'account', path: /^\/staff\/portal\/accounts\/\d+$/ })
    await page.getByRole('radio').first().check()
    await page.getByLabel(say('registrations.account.reason')).first().fill('One person')
    await page.getByRole('button', { name: say('registrations.merge.send') }).click()
    await staff.open(`/staff/portal/accounts/${String(row?.account)}`)
    await arrive(staff, { name: 'account: merged', path: /^\/staff\/portal\/accounts\/\d+$/ })
    expect(await page.locator('main').innerText()).to.contain('One person')
  })

  it('a second account of a mother stands beside the one that opens the child’s chart, on both pages', async () => {
    const { accounts, db, patients } = practice
    const other = await person(practice, 'maria.again@example.net')
    await db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET display_name = 'Maria Santos' WHERE id IN (:ids)`, {
        ids: [other.accountId, accounts.maria],
      }),
    )
    await refreshKeys(practice.portal, await chartsOf(db, practice.portal.site, [patients.leo]))
    const leo = { forWhom: 'child', relationship: 'mother', firstName: 'Leo', lastName: 'Santos', born: LEO } as const
    const id = await register(practice, other, leo)
    for (const width of ['desktop', 'phone'] as const) {
      const staff = await openWindow(practice, { as: { staff: 'admin' }, width })
      const { page, say } = staff
      await staff.open(`/staff/portal/registrations/${String(id)}`)
      await arrive(staff, { name: `reconcile: two accounts, ${width}`, path: /\/registrations\/\d+$/ })
      const sides = page.getByTestId('sides')
      expect(await sides.innerText())
        .to.contain('maria.again@example.net')
        .and.contain(say('registrations.sides.opens'))
      await sides.getByRole('link', { name: say('registrations.sides.open') }).click()
      await arrive(staff, { name: `account: two accounts, ${width}`, path: /\/accounts\/\d+$/ })
      expect(new URL(page.url()).pathname).to.match(new RegExp(`/accounts/${String(accounts.maria)}$`))
      expect(await sides.innerText()).to.contain('maria.again@example.net')
      await sides.getByRole('link', { name: /Leo/ }).first().waitFor()
    }
  })

  async function proveAddress(tab: Tab, email: string): Promise<void> {
    const { page, say } = tab
    await tab.open('/portal/register')
    await arrive(tab, { name: 'register', path: /^\/portal\/register$/ })
    if (tab.options.scripts) {
      // The page does its small piece of work by itself; the clock stands, so waiting would not do.
      await page.locator('[data-newcomer-work]:not([value=""])').waitFor({ state: 'attached' })
    }
    await page.getByLabel(say('registration.email')).fill(email)
    await page.getByRole('button', { name: say('registration.sendLink') }).click()
    if (!tab.options.scripts) {
      await arrive(tab, { name: 'register: too soon', path: /^\/portal\/register$/, status: 422 })
      expect(await page.getByLabel(say('registration.email')).inputValue()).to.equal(email)
      practice.clock.set('2026-11-23T08:00:10')
      await page.getByRole('button', { name: say('registration.sendLink') }).click()
    }
    await arrive(tab, { name: 'register: sent', path: /^\/portal\/register\/sent$/ })
    const letter = await practice.db.first<{ facts: string | { link: string } }>(
      `SELECT facts FROM foyer_letters WHERE recipient = :email ORDER BY id DESC LIMIT 1`,
      { email },
    )
    const facts = letter?.facts ?? '{}'
    const { link } = typeof facts === 'string' ? (JSON.parse(facts) as { link: string }) : facts
    await tab.open(`/portal/register/${linkToken(practice.portal, link)}`)
  }

  async function describePerson(tab: Tab, isAmina: boolean): Promise<void> {
    const { page, say } = tab
    await arrive(tab, { name: 'register: details', path: /^\/portal\/register\/[\w-]{43}$/ })
    await page.getByRole('radio', { name: say('registration.forWhom.me') }).check()
    await page.getByLabel(say('registration.firstName'), { exact: true }).fill(isAmina ? 'Amina' : 'Luis')
    await page.getByLabel(say('registration.lastName'), { exact: true }).fill(isAmina ? 'Yusuf' : 'Reyes')
    await page.getByLabel(say('registration.born')).fill(isAmina ? '1948-07-30' : '1979-12-11')
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.getByRole('button', { name: say('registration.create') }).click()
    await arrive(tab, { name: 'register: refused', path: /^\/portal\/register\/[\w-]{43}$/, status: 422 })
    expect(await page.getByLabel(say('registration.lastName'), { exact: true }).inputValue()).to.not.equal('')
    await page.getByLabel(say('registration.phone')).fill('212 555 0100')
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.getByRole('button', { name: say('registration.create') }).click()
  }

  /** Staff ask, the sender answers on the first page that they see, and it is back with staff. */
  async function askAndRead(staff: Tab, tab: Tab, scripts: boolean): Promise<void> {
    const path = /^\/staff\/portal\/registrations\/\d+$/
    await arrive(staff, { name: 'reconcile', path })
    const address = new URL(staff.page.url()).pathname
    await staff.page.getByLabel(staff.say('registrations.question')).fill('Which street do you live in?')
    await staff.page.getByRole('button', { name: staff.say('registrations.ask.send') }).click()
    await arrive(staff, { name: 'registrations: empty', path: /^\/staff\/portal\/registrations$/ })
    await tab.open('/portal')
    await arrive(tab, { name: 'home: asked', path: /^\/portal\/records\/[\w-]+$/ })
    await tab.page.getByLabel(tab.say('registration.answer')).fill(scripts ? 'Elm Street' : 'Calle del Olmo')
    await tab.page.getByRole('button', { name: tab.say('registration.answer.send') }).click()
    await arrive(tab, { name: 'registration: answered', path: /^\/portal\/account\/registrations\/[\w-]+$/ })
    await staff.open(address)
    await arrive(staff, { name: 'reconcile: answered', path })
  }
})
