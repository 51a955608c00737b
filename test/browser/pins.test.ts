/** From the family's contacts over the printed sheet to the open record, on a desk and on a phone. */
import { expect } from 'chai'
import { issueCodes } from '../../module/access/codeIssuing.js'
import { findCode, type Code } from '../../module/access/codes.js'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { arrive } from './pages/arrive.js'

const nurse = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
const LEO = '2017-05-03'
const PASSWORD = 'Four unrelated words, 7 here'
const PANEL = String.raw`^/staff/portal/patients/\d+`

describe('PINs, in the browser', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let people = 0

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const child = async (fname: string, phone: string) =>
    practice.patient({
      ...{ fname, lname: 'Novak', dob: LEO, phoneHome: phone, language: 'Spanish' },
      columns: { guardiansname: 'Eva Novak', guardianrelationship: 'mother', guardianphone: phone },
    })
  const pinFor = async (pid: number, recipient = 'Eva Novak'): Promise<Code> => {
    const issued = await issueCodes(practice.portal, nurse, {
      ...{ kind: 'pin', pids: [pid], recipient, relationship: 'mother', extent: 'full', language: 'en' },
    })
    const code = issued.ok && (await findCode(practice.db, practice.portal, { pid, id: issued.codes[0]?.id ?? 0 }))
    if (!code) throw new Error('no PIN')
    return code
  }
  const at = (tab: Tab, name: string, rest: string, status = 200) =>
    arrive(tab, { name, path: new RegExp(PANEL + rest), status })
  const atPortal = (tab: Tab, name: string, path: RegExp, status = 200) => arrive(tab, { name, path, status })

  for (const scripts of [true, false]) {
    it(`are made for a family, printed and redeemed, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const phone = scripts ? '(202) 555-0131' : '(202) 555-0132'
      const [kim, sam] = [await child('Kim', phone), await child('Sam', phone)]
      const tab = await openWindow(practice, { as: { staff: 'admin' }, scripts })
      const { page, say } = tab
      await tab.open(`/staff/portal/patients/${String(kim)}/family`)
      await at(tab, 'family contacts', '/family$')
      expect(await page.getByRole('radio', { name: /Eva Novak/ }).isChecked()).to.equal(true)
      const boxes = page.getByTestId('member').getByRole('checkbox')
      expect(await boxes.count()).to.equal(2)

      for (const box of await boxes.all()) await box.uncheck()
      await page.getByRole('button', { name: say('codes.family.make') }).click()
      await at(tab, 'family contacts: refused', '/family$', 422)
      await page.getByTestId('member').filter({ hasText: 'Kim' }).getByRole('checkbox').check()
      await page.getByRole('button', { name: say('codes.family.make') }).click()
      await at(tab, 'family sheet', '/sheets/')
      const pin = await page.locator('.sheet-pin').innerText()
      expect(pin).to.match(/^[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}$/)
      expect(await page.getByTestId('sheet').getAttribute('lang')).to.equal('es')
      expect(await page.getByRole('button', { name: say('codes.sheet.print') }).isVisible()).to.equal(scripts)
      expect(await page.locator('.sheet-qr').isVisible()).to.equal(true)

      await tab.open(`/staff/portal/patients/${String(kim)}/codes`)
      await at(tab, 'card /staff/portal/patients/1/codes', '/codes$')
      await page.getByRole('link', { name: /Eva Novak/ }).click()
      await at(tab, 'one PIN', String.raw`/codes/\d+$`)

      const eva = await openWindow(practice, { scripts, width: 'phone' })
      await eva.open('/portal/join')
      await atPortal(eva, 'join', /^\/portal\/join$/)
      const form = fieldsOf(eva)
      await form.pin.fill(pin)
      await form.born.fill('2017-05-04')
      await form.email.fill(`eva${String((people += 1))}@example.org`)
      await form.password.fill(PASSWORD)
      await form.join()
      await atPortal(eva, 'join: refused', /^\/portal\/join$/, 422)
      expect(await form.pin.inputValue()).to.equal(pin)
      await form.born.fill(LEO)
      await form.password.fill(PASSWORD)
      await form.join()
      await atPortal(eva, 'record opened', /^\/portal\/codes\/receipts\//)
      expect(await eva.page.locator('main').innerText()).to.contain('Kim Novak, you are their mother')

      await eva.page.getByRole('link', { name: eva.say('codes.receipt.another') }).click()
      await atPortal(eva, 'redeem', /^\/portal\/codes$/)
      const second = await pinFor(sam)
      await fieldsOf(eva).pin.fill(second.symbols?.toLowerCase() ?? '')
      await fieldsOf(eva).born.fill(LEO)
      await eva.page.getByRole('button', { name: eva.say('codes.redeem.submit') }).click()
      await atPortal(eva, 'record opened', /^\/portal\/codes\/receipts\//)
      await eva.page.getByRole('link', { name: eva.say('codes.receipt.open') }).click()
      await eva.page.waitForURL(/\/portal\/records\/[\w-]{22}$/)

      await page.goto(`${tab.origin}/staff/portal/patients/${String(kim)}/family`)
      expect(await page.getByTestId('code').filter({ hasText: 'Sam' }).innerText()).to.contain('Registered')
    })
  }

  it('come out of a QR code into the field, and out of the address', async () => {
    const code = await pinFor(await child('Kit', '(202) 555-0133'))
    const symbols = code.symbols ?? ''
    const tab = await openWindow(practice, { width: 'phone' })
    await tab.open(`/portal/join#${symbols}`)
    const { pin, born } = fieldsOf(tab)
    await tab.page.waitForURL((address) => address.hash === '')
    expect(await pin.inputValue()).to.equal(`${symbols.slice(0, 4)}-${symbols.slice(4)}`)
    expect(await born.evaluate((field) => field === field.ownerDocument.activeElement)).to.equal(true)

    // Who has an account signs in first, and finds it again.
    await tab.page.getByRole('link', { name: tab.say('codes.join.haveAccount') }).click()
    await tab.page.getByLabel(tab.say('signIn.username')).fill('john.carter')
    await tab.page.getByLabel(tab.say('signIn.password')).fill('demo-john.carter-Pass1')
    await tab.page.getByRole('button', { name: tab.say('signIn.submit') }).click()
    await tab.page.waitForURL(/\/portal\/codes$/)
    expect(await fieldsOf(tab).pin.inputValue()).to.equal(`${symbols.slice(0, 4)}-${symbols.slice(4)}`)
    await tab.page.reload()
    expect(await fieldsOf(tab).pin.inputValue()).to.equal('')
  })

  it('of five children print as one page that says what stands on the screen', async () => {
    const phone = '(202) 555-0134'
    const children = []
    for (const name of ['Ada', 'Ben', 'Cleo', 'Dan', 'Edith']) children.push(await child(name, phone))
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    await tab.open(`/staff/portal/patients/${String(children[0])}/family`)
    await tab.page.getByRole('button', { name: tab.say('codes.family.make') }).click()
    await tab.page.waitForURL(/\/sheets\//)
    const pins = await tab.page.locator('.sheet-pin').allInnerTexts()
    expect(pins).to.have.length(5)
    for (const format of ['A4', 'Letter'] as const) {
      const pdf = await tab.page.pdf({ format, preferCSSPageSize: false })
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g), format).to.have.length(1)
    }
  })

  it('go out with a welcome from an appointment, after the address was looked at', async () => {
    const pid = await practice.patient({ fname: 'Nora', lname: 'Moss', email: 'nora.moss@example.org' })
    await practice.event({ providerId: practice.staff.lee, pid, date: '2026-11-24', start: '10:00', by: 'patient' })
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    const { page, say } = tab
    await tab.open('/staff/portal/appointments')
    const row = page.getByTestId('waiting').filter({ hasText: 'Moss' })
    await row.getByTestId('row-menu').locator('summary').click()
    await row.getByRole('link', { name: say('codes.register') }).click()
    await at(tab, 'register', '/welcome$')
    const address = page.getByLabel(say('codes.send.email'))
    expect(await address.inputValue()).to.equal('nora.moss@example.org')
    await address.fill('not an address')
    await page.getByRole('button', { name: say('codes.one.submit.pin') }).click()
    await at(tab, 'register: refused', '/welcome$', 422)
    await address.fill('nora@example.org')
    await page.getByRole('button', { name: say('codes.one.submit.pin') }).click()
    await at(tab, 'one PIN: sent', String.raw`/codes/\d+$`)
    expect(await page.locator('main').innerText()).to.contain('nora@example.org')

    await page.getByLabel(say('codes.revoke.reason')).fill('Wrong address')
    await page.getByRole('button', { name: say('codes.revoke.submit') }).click()
    await at(tab, 'one PIN: revoked', String.raw`/codes/\d+$`)
    await tab.open(`/staff/portal/patients/${String(pid)}/codes/new`)
    await at(tab, 'new access code', '/codes/new$')
    await page.getByLabel(say('codes.fact.extent'), { exact: true }).selectOption('appointments')
    await page.getByRole('button', { name: say('codes.one.submit.code') }).click()
    await at(tab, 'family sheet: of a code', '/sheets/')
  })

  function fieldsOf({ page, say }: Tab) {
    return {
      pin: page.getByLabel(say('codes.typed.pin')),
      born: page.getByLabel(say('codes.typed.birthDate')),
      email: page.getByLabel(say('codes.join.email')),
      password: page.getByLabel(say('codes.join.password')),
      join: () => page.getByRole('button', { name: say('codes.join.submit') }).click(),
    }
  }
})
