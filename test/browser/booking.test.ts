/** Somebody without an account books from the practice's website, as a person does it. */
import { expect } from 'chai'
import { tokenTo } from '../support/newcomers.js'
import { openWindow, type WindowOptions } from '../support/browser.js'
import { loginOf, MORNING, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { arrive } from './pages/arrive.js'
import { bookPage, knownPage, madePage, sentPage, whoPage, whomPage, wishPage } from './pages/booking.js'
import { checkPage, homePage, signInPage } from './pages/patient.js'

const PASSWORD = 'quiet-Harbor-lantern-7'

describe('A visit without an account', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('publicBooking', 'on')
    await practice.setting('registrationsPerAddress', '1000')
  })
  beforeEach(() => practice.clock.set(MORNING))
  after(() => practice.leave())

  const person = { firstName: 'Pia', lastName: 'Novak', born: '1990-02-03', phone: '212 555 0100', reason: 'A cough' }

  const readers: [string, WindowOptions, string, string][] = [
    ['on a phone', { width: 'phone' }, '10:00', 'en'],
    ['on a phone without JavaScript', { width: 'phone', scripts: false }, '14:00', 'no'],
    ['at a desk in the dark, in Spanish', { theme: 'dark', language: 'es' }, '16:00', 'es'],
  ]

  for (const [place, options, time, who] of readers) {
    it(`is chosen, proved by e-mail, taken by another meanwhile, and had at another time, ${place}`, async () => {
      const tab = await openWindow(practice, options)
      const { page, say } = tab
      const at = `2026-11-24T${time}`
      const email = `pia.${who}@example.org`
      await tab.open('/portal/sign-in')
      await page.getByRole('link', { name: say('booking.fromSignIn') }).click()
      const book = await bookPage(tab)
      await book.choose(at)
      await book.go()

      const details = await whoPage(tab)
      expect(await details.facts())
        .to.contain(time)
        .and.to.contain('Susan Lee')
      await details.fill({ ...person, email: 'pia' })
      await details.send()
      if (options.scripts === false) {
        // Faster than somebody types: the same form is taken a moment later.
        const wrong = await whoPage(tab, 422)
        await wrong.fill({ email })
        await wrong.send()
        const soon = await whoPage(tab, 422)
        expect(await soon.errors.innerText()).to.contain(say('newcomer.tooSoon'))
        practice.clock.set('2026-11-23T08:00:05')
        await soon.send()
      } else {
        const wrong = await whoPage(tab, 422)
        expect(await wrong.typed()).to.deep.equal(['Pia', 'Novak', '1990-02-03', '212 555 0100', 'pia'])
        await wrong.fill({ email })
        await wrong.send()
      }
      await sentPage(tab)
      expect(await page.locator('main').innerText()).to.contain(say('booking.sent.notHeld'))

      await tab.open(await linkTo(email))
      const wish = await wishPage(tab)
      expect(await wish.facts())
        .to.contain('Pia Novak')
        .and.to.contain(time)
      // The time was never held: the practice gives it to somebody else.
      await practice.event({ providerId: practice.staff.lee, date: '2026-11-24', start: time })
      await wish.send()
      const taken = await wishPage(tab, 409)
      const near = await taken.alternatives.first().getAttribute('value')
      await taken.send()
      const made = await madePage(tab)
      expect(await made.text())
        .to.contain(near?.slice(11) ?? 'none')
        .and.to.match(/\w{4}-\w{4}/)

      await made.choosePassword()
      await page.waitForURL(/\/portal\/reset/)
      await page.locator('input[name=password]').fill(PASSWORD)
      await page.locator('main form button[type=submit]').click()
      const door = await signInPage(tab)
      await door.fill(email, PASSWORD)
      await door.submit()
      const home = await homePage(tab, 'home: booked without an account')
      expect(await home.record()).to.contain('Pia Novak')
      expect(await page.locator('main').innerText()).to.contain(near?.slice(11) ?? 'none')
    })
  }

  it('goes along to the record it is for, where the address has an account', async () => {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET email = 'maria@example.org' WHERE id = :id`, {
        id: practice.accounts.maria,
      }),
    )
    const tab = await openWindow(practice, { width: 'phone' })
    await tab.open('/portal/book')
    const book = await bookPage(tab)
    await book.show('Kofi Osei, Your Clinic Name Here')
    const shown = await bookPage(tab, 'book: another')
    await shown.choose('2026-11-24T10:00')
    await shown.go()
    const details = await whoPage(tab)
    await details.fill({ ...person, email: 'maria@example.org' })
    await details.send()
    await sentPage(tab)
    await tab.open(await linkTo('maria@example.org'))
    await (await knownPage(tab)).signIn()
    const door = await signInPage(tab)
    await door.fill(loginOf('maria'), passwordOf('maria.santos'))
    await door.submit()
    await (await whomPage(tab)).open('Leo Santos')
    const check = await checkPage(tab)
    expect(await check.facts())
      .to.contain('Leo Santos')
      .and.to.contain('10:00')
      .and.to.contain('Kofi Osei')
  })

  it('is not offered where the practice has shut that door', async () => {
    const tab = await openWindow(practice)
    await practice.setting('publicBooking', 'off')
    await tab.open('/portal/sign-in')
    expect(await tab.page.getByRole('link', { name: tab.say('booking.fromSignIn') }).count()).to.equal(0)
    await tab.open('/portal/book')
    await arrive(tab, { name: 'not there: book', path: /^\/portal\/book$/, status: 404 })
    await practice.setting('publicBooking', 'on')
  })

  async function linkTo(email: string): Promise<string> {
    return `/portal/book/${await tokenTo(practice, email, 'booking.verify')}`
  }
})
