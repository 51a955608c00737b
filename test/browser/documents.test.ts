/** A patient fills, signs and sends a document: by keyboard, by touch, without JavaScript, on two devices. */
import { expect } from 'chai'
import { openWindow, type Tab } from '../support/browser.js'
import { beginAs, pathOf, pdfOf, sendAs, sendTemplate } from '../support/filling.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import {
  askedPage,
  checkingPage,
  documentReceiptPage,
  formPage,
  readingPage,
  sentDocumentPage,
} from './pages/documents.js'

describe('Filling a document', function () {
  this.timeout(120_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice({ site: '8.2' })
  })
  after(() => practice.leave())

  const asked = (record: string) => `/portal/records/${record}/documents/asked`

  async function begin(tab: Tab, title: string, record: string): Promise<void> {
    await tab.open(asked(record))
    await (await askedPage(tab)).begin(title)
  }

  it('works by keyboard alone: typed, saved by itself, signed by name, checked and sent', async () => {
    const { maria } = practice.records
    await sendTemplate(practice, { pid: practice.patients.maria, name: 'Consent by keyboard' })
    const window = await openWindow(practice, { as: { patient: 'maria' } })
    const { page } = window
    await begin(window, 'Consent by keyboard', maria)
    const form = await formPage(window)
    await form.field('text_input0').focus()
    await page.keyboard.type('Cough')
    await page.waitForResponse((answer) => answer.url().endsWith('by=itself') && answer.status() === 200)
    await form.field('ynradio0').focus()
    await page.keyboard.press('ArrowRight')
    await form.field('patient_signature0').focus()
    await page.keyboard.type('Maria Santos')
    await page.keyboard.press('Enter')

    const check = await checkingPage(window)
    expect(await check.document.innerText()).to.contain('Cough')
    expect(await check.document.locator('img').count()).to.equal(1)
    await page.getByRole('button', { name: window.say('filling.check.send') }).focus()
    await page.keyboard.press('Enter')
    const receipt = await documentReceiptPage(window)
    const number = await receipt.number()
    expect(number).to.match(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/)
    await receipt.see()
    const sent = await sentDocumentPage(window)
    expect(await sent.text())
      .to.contain(number)
      .and.to.contain('Cough')
    await sent.takeBack()
    await formPage(window, 'document form: taken back')
  })

  it('is signed by drawing with a finger', async () => {
    const { maria } = practice.records
    await sendTemplate(practice, { pid: practice.patients.maria, name: 'Consent by touch' })
    const window = await openWindow(practice, { as: { patient: 'maria' }, width: 'phone', theme: 'dark' })
    const { page } = window
    await begin(window, 'Consent by touch', maria)
    const form = await formPage(window)
    await form.field('text_input0').fill('Cough')
    await form.choose('ynradio0', 'No')
    await form.openPad()
    await drawWithFinger(window, form.pad)
    await form.check()
    const check = await checkingPage(window)
    expect(await check.document.locator('img').count()).to.equal(1)
    await check.send()
    await documentReceiptPage(window)
    const row = await practice.db.first<{ kind: string; image: string }>(
      `SELECT f.sign_kind AS kind, d.patient_signature AS image FROM onsite_documents d
         JOIN foyer_filled f ON f.onsite_id = d.id WHERE d.doc_type = 'Consent by touch'`,
    )
    expect(row?.kind).to.equal('drawn')
    expect(row?.image.length ?? 0).to.be.within(500, 65_535)
    expect(await page.locator('html').getAttribute('lang')).to.equal('en')
  })

  it('works without JavaScript, in Spanish, and says at the fields what is missing', async () => {
    const { luis } = practice.records
    await sendTemplate(practice, { pid: practice.patients.luis, name: 'Consentimiento' })
    const window = await openWindow(practice, { as: { patient: 'luis' }, scripts: false, language: 'es' })
    await begin(window, 'Consentimiento', luis)
    const form = await formPage(window)
    await form.field('text_input0').fill('Tos')
    await form.save()
    const again = await formPage(window, 'document form: saved')
    expect(await again.field('text_input0').inputValue()).to.equal('Tos')
    await again.check()
    const early = await checkingPage(window, 'document check: missing')
    expect(await early.missing.innerText()).to.contain(window.say('filling.missing.signature'))
    await early.change()
    const more = await formPage(window)
    await more.choose('ynradio0', 'Yes')
    await more.field('patient_signature0').fill('Luis Reyes')
    await more.check()
    await (await checkingPage(window)).send()
    await documentReceiptPage(window)
    await window.open(asked(luis))
    expect(await (await askedPage(window, 'documents asked: sent')).text()).to.contain(
      window.say('filling.state.reviewed'),
    )
  })

  it('asks that a PDF be read first', async () => {
    const { maria } = practice.records
    const content = await pdfOf('The rules of the house', 'Second page')
    await sendTemplate(practice, { pid: practice.patients.maria, name: 'Rules', content, mime: 'application/pdf' })
    const window = await openWindow(practice, { as: { patient: 'maria' } })
    await begin(window, 'Rules', maria)
    await formPage(window, 'document form: PDF')
    await window.page.locator('.template a[href*="/files/"]').click()
    const reading = await readingPage(window)
    expect(await reading.pictures.count()).to.equal(2)
    await reading.back()
    await formPage(window, 'document form: PDF')
  })

  it('is read as text by staff and by its patient, whatever was typed', async () => {
    const { maria } = practice.records
    const attack = `"><img src=x onerror=alert(1)><script>alert(1)</script>`
    const content = '<p>Why? {TextInput}</p><p>More: {TextBox:03x040}</p><p>{PatientSignature}</p>'
    const template = await sendTemplate(practice, { pid: practice.patients.maria, name: 'Attacked', content })
    const visitor = await practice.patientVisitor('maria')
    const id = await beginAs(visitor, maria, template)
    await sendAs(visitor, maria, id, { text_input0: attack, text_area0: attack, patient_signature0: attack })
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE onsite_id = :id`, {
      id,
    })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    expect(await staff.open(`/staff/portal/documents/submissions/${String(row?.id)}`)).to.equal(200)
    await staff.page.locator('.page-picture').first().waitFor()
    const patient = await openWindow(practice, { as: { patient: 'maria' } })
    await patient.open(pathOf(maria, id))
    expect(await patient.page.getByTestId('document').innerText()).to.contain(attack)
    for (const { page } of [staff, patient]) {
      const scripts = `document.querySelectorAll('script:not([src^="/assets/"]), main [onerror]').length`
      expect(await page.evaluate<number>(scripts)).to.equal(0)
    }
  })

  it('loses nothing where two devices write', async () => {
    const { maria } = practice.records
    await sendTemplate(practice, { pid: practice.patients.maria, name: 'Consent on two devices' })
    const desk = await openWindow(practice, { as: { patient: 'maria' } })
    await begin(desk, 'Consent on two devices', maria)
    const here = await formPage(desk)
    const phone = await openWindow(practice, { as: { patient: 'maria' }, width: 'phone' })
    await phone.open(new URL(desk.page.url()).pathname)
    const there = await formPage(phone)
    await there.field('text_input0').fill('from the phone')
    await there.save()
    await formPage(phone, 'document form: saved')
    await here.field('text_input0').fill('from the desk')
    await desk.page.getByTestId('draft-kept').waitFor()
    await here.save()
    const told = await formPage(desk, 'document form: newer', 409)
    expect(await told.newer.innerText()).to.contain('from the phone')
    expect(await told.field('text_input0').inputValue()).to.equal('from the desk')
    await phone.open(new URL(phone.page.url()).pathname)
    expect(await phone.page.locator('main').innerText()).to.contain('from the desk')
  })
})

/** As a finger does: its own events, one after the other. */
async function drawWithFinger({ page }: Tab, pad: ReturnType<Tab['page']['locator']>): Promise<void> {
  await pad.scrollIntoViewIfNeeded()
  const box = await pad.boundingBox()
  if (!box) throw new Error('The pad is not to be seen')
  const session = await page.context().newCDPSession(page)
  const at = (step: number) => ({
    x: box.x + 20 + step * ((box.width - 40) / 20),
    y: box.y + box.height / 2 + Math.sin(step) * (box.height / 4),
  })
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(0)] })
  for (let step = 1; step <= 20; step += 1) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at(step)] })
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}
