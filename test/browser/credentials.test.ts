import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { verifyHostPassword } from '../../module/host/php/passwords.js'
import { violationsIn } from '../support/axe.js'
import { openWindow, type Tab } from '../support/browser.js'
import { textOfPdf } from '../support/pdfText.js'
import { deliver, startMailServer, type MailServer } from '../support/mailServer.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { checkPage } from './pages/checks.js'

describe('Giving a patient access, in the browser', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let server: MailServer

  before(async () => {
    server = await startMailServer()
    practice = await openPractice({ env: { FOYER_SMTP_URL: server.url, FOYER_BASE_URL: 'http://portal.example.org' } })
  })
  after(async () => {
    await practice.leave()
    await server.close()
  })

  const panelOf = (pid: number) => `/staff/portal/patients/${String(pid)}`
  const someone = (allowPortal: 'YES' | '' = 'YES') =>
    practice.patient({ fname: 'Nina', lname: 'Moss', email: 'nina.moss@example.org', allowPortal })
  const hashOf = async (pid: number) =>
    (
      await practice.db.first<{ portal_pwd: string }>(`SELECT portal_pwd FROM patient_access_onsite WHERE pid = :pid`, {
        pid,
      })
    )?.portal_pwd
  const passwordIn = ({ page, say }: Tab) => page.getByLabel(say('credential.password'), { exact: true })

  it('is a dialog over the panel, from allowing the portal to the printed sheet', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    const { page, say } = tab
    const pid = await someone('')
    await tab.open(panelOf(pid))
    await page.getByRole('link', { name: say('dashboard.accessStep.notAllowed') }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: say('credential.allow') }).click()
    await passwordIn(tab).waitFor()
    await hasNoViolation(tab)

    const first = await passwordIn(tab).inputValue()
    await dialog.getByRole('link', { name: say('credential.anotherLabel') }).click()
    await dialog.locator(`#field-password:not([value="${first}"])`).waitFor()

    await passwordIn(tab).fill('nina')
    await dialog.getByText('Too short').waitFor()
    await dialog.getByRole('button', { name: say('credential.save') }).click()
    await dialog.getByRole('alert').getByText('Too short').waitFor()
    expect(await hashOf(pid)).to.equal(undefined)
    const own = 'Two herons & 1 "gate"'
    await passwordIn(tab).fill(own)
    await dialog.locator('.credential-judgement .tag:not(.tag-warning)').waitFor()
    await dialog.getByRole('button', { name: say('credential.save') }).click()
    await dialog.getByRole('heading', { name: say('credential.madeTitle') }).waitFor()
    await dialog.getByText(own).waitFor()
    await hasNoViolation(tab)
    expect(await verifyHostPassword(own, await hashOf(pid))).to.equal(true)
    await page.locator('[data-card=access]').getByText('Temporary until').waitFor()

    await looksLikeOnePage(tab, own)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: say('credential.saveAsPdf') }).click(),
    ])
    const { lines, pages } = await textOfPdf(readFileSync(await file.path()))
    expect(pages).to.equal(1)
    expect(lines).to.include(own)
    await dialog.getByRole('link', { name: say('credential.close') }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.content()).not.to.include(own)
  })

  it('says in the dialog, of itself, that the message was turned away, and lets the sheet stand', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' } })
    const { page, say } = tab
    const pid = await someone()
    server.refuse(550)
    await tab.open(panelOf(pid))
    await page.locator('[data-card=access] a[data-dialog-link]').first().click()
    const dialog = page.getByRole('dialog')
    const password = await passwordIn(tab).inputValue()
    await dialog.getByRole('button', { name: say('credential.save') }).click()
    await dialog.getByText(say('letters.state.waiting')).waitFor()
    await deliver(practice)
    await dialog.getByText('code 550').waitFor()
    await dialog.getByText(password).waitFor()
    await hasNoViolation(tab)
    await server.take()
  })

  async function hasNoViolation({ page }: Tab): Promise<void> {
    expect(await violationsIn(page, {}, '#dialog')).to.deep.equal([])
  }

  /** On paper there is the sheet and nothing else, whether it stands on a page or in the dialog. */
  async function looksLikeOnePage({ page, say }: Tab, password: string): Promise<void> {
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByText(password).isVisible()).to.equal(true)
    expect(await page.locator('.sheet-qr').isVisible()).to.equal(true)
    for (const text of [say('credential.madeTitle'), say('credential.madeText')]) {
      expect(await page.getByText(text).isVisible(), text).to.equal(false)
    }
    for (const other of ['nav', 'button', '.back-link', '.brand-place']) {
      expect(await page.locator(`${other}:visible`).count(), other).to.equal(0)
    }
    const pdf = (await page.pdf({ format: 'Letter' })).toString('latin1')
    expect((pdf.match(/\/Type\s*\/Page\b(?!s)/g) ?? []).length).to.equal(1)
    await page.emulateMedia({ media: null })
  }

  it('is a page for each step without JavaScript, in Spanish and on a phone too', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' }, scripts: false, language: 'es', width: 'phone' })
    const { page, say } = tab
    const pid = await someone('')
    await tab.open(`${panelOf(pid)}/access`)
    await page.getByRole('link', { name: say('dashboard.accessStep.notAllowed') }).click()
    await page.getByRole('heading', { level: 1, name: say('credential.titleCreate') }).waitFor()
    await checkPage(tab, 'credential: not allowed')
    await page.getByRole('button', { name: say('credential.allow') }).click()
    await page.getByText(say('credential.authorised')).waitFor()
    await checkPage(tab, 'credential')
    const first = await passwordIn(tab).inputValue()
    await page.getByRole('link', { name: say('credential.anotherLabel') }).click()
    await page.waitForURL(/credential\/password$/)
    const second = await passwordIn(tab).inputValue()
    expect(second).not.to.equal(first)
    await passwordIn(tab).fill('corta')
    await page.getByRole('button', { name: say('credential.save') }).click()
    await page.getByRole('alert').waitFor()
    expect(tab.status()).to.equal(422)
    expect(await passwordIn(tab).inputValue()).to.equal('corta')
    await checkPage(tab, 'credential: refused')
    await passwordIn(tab).fill(second)
    await page.getByRole('button', { name: say('credential.save') }).click()
    await page.getByRole('heading', { level: 1, name: say('credential.madeTitle') }).waitFor()
    await checkPage(tab, 'credential made')
    expect(await page.getByText(say('credential.noScriptPrint')).isVisible()).to.equal(true)
    expect(await page.getByRole('button', { name: say('credential.printIt') }).isVisible()).to.equal(false)
    expect(await verifyHostPassword(second, await hashOf(pid))).to.equal(true)
    await looksLikeOnePage(tab, second)
  })

  it('is the same page with JavaScript, in the dark and on a wide screen', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' }, theme: 'dark' })
    const { page, say } = tab
    const pid = await someone()
    await tab.open(`${panelOf(pid)}/credential`)
    await checkPage(tab, 'credential')
    const password = await passwordIn(tab).inputValue()
    await page.getByRole('button', { name: say('credential.save') }).click()
    await page.getByRole('heading', { level: 1, name: say('credential.madeTitle') }).waitFor()
    await checkPage(tab, 'credential made')
    await looksLikeOnePage(tab, password)
  })
})
