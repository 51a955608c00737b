/** Staff keep the library of templates: upload, look, change, ask; with JavaScript and without. */
import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { beginAs, pathOf, pdfOf, sendTemplate } from '../support/filling.js'
import { readingPage } from './pages/documents.js'
import {
  askingPage,
  libraryPage,
  listsPage,
  pdfPage,
  templatePage,
  versionPage,
  writingPage,
} from './pages/templates.js'

const LIBRARY = '/staff/portal/templates'
const CONSENT = `<h2>Consent</h2><p>Dear {PatientName}</p><p>Allergies *: {TextInput}</p>
<p>Smoker? {ynRadioGroup}</p><p>{CheckMark} I agree</p><p>{PatientSignature}</p>{SignaturesRequired}`

const BROKEN = Buffer.from('%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n')

describe('The library of templates, in a browser,', function () {
  this.timeout(120_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  it('takes an upload, shows it as the patient will see it, is changed, refuses a script, and asks a patient', async () => {
    const { maria } = practice.patients
    const window = await openWindow(practice, { as: { staff: 'admin', patient: 'maria' } })
    await window.open(LIBRARY)
    await (await libraryPage(window)).write()
    await (await writingPage(window)).upload('Consent.html', CONSENT)
    const looked = await writingPage(window, 'template: uploaded')
    expect(await looked.name.inputValue()).to.equal('Consent')
    expect(await looked.preview.innerText()).to.contain('Dear Alex Example')
    expect(await looked.preview.getByRole('textbox', { name: /Allergies/ }).count()).to.equal(1)

    await looked.insert('{DatePicker}')
    expect(await looked.text.inputValue()).to.contain('{DatePicker}')
    await looked.text.fill(`${CONSENT}<script>alert(1)</script>`)
    await looked.save()
    const refused = await writingPage(window, 'template: script refused', 422)
    expect(await refused.errors.innerText()).to.contain('<script> is a script')
    expect(await refused.text.inputValue()).to.contain('<script>')
    await refused.text.fill(CONSENT)
    await refused.save()

    const kept = await templatePage(window)
    expect(await kept.text()).to.contain('version 1')
    await kept.change()
    const changing = await writingPage(window, 'template: edit')
    await changing.text.fill(CONSENT.replace('I agree', 'I agree to it'))
    await changing.save()
    expect(await (await templatePage(window)).text())
      .to.contain('version 2')
      .and.to.contain('I agree to it')

    await window.open(`${LIBRARY}/asking/${String(maria)}`)
    const asking = await askingPage(window)
    await asking.choose('Consent')
    await asking.ask('Santos, Maria')
    await window.page.waitForURL(/\/patients\/\d+$/)
    await window.open(`/portal/records/${practice.records.maria}/documents/asked`)
    expect(await window.page.getByRole('button', { name: 'Consent' }).count()).to.equal(1)
  })

  for (const [width, scripts] of [
    ['desktop', true],
    ['phone', false],
  ] as const) {
    it(`takes a PDF and puts another in its place, on a ${width}`, async () => {
      const window = await openWindow(practice, { as: { staff: 'admin' }, width, scripts })
      await window.open(`${LIBRARY}/new`)
      const form = await writingPage(window)
      await form.uploadName.fill(`House rules, ${width}`)
      await form.uploadPdf('rules.pdf', BROKEN)
      const refused = await writingPage(window, 'template: broken PDF', 422)
      expect(await refused.errors.innerText()).to.contain(window.say('templates.unreadable.broken'))
      expect(await refused.uploadName.inputValue()).to.equal(`House rules, ${width}`)
      await refused.uploadPdf('rules.pdf', await pdfOf('The first rules'))

      await (await templatePage(window, 'template: PDF')).change()
      const changing = await pdfPage(window)
      await changing.note.fill('Shorter')
      await changing.replace('rules.pdf', BROKEN)
      const again = await pdfPage(window, 'template: PDF refused', 422)
      expect(await again.errors.innerText()).to.contain(window.say('templates.unreadable.broken'))
      expect(await again.note.inputValue()).to.equal('Shorter')
      await again.replace('rules.pdf', await pdfOf('The second rules'))
      const kept = await templatePage(window, 'template: PDF')
      expect(await kept.text())
        .to.contain('version 2')
        .and.to.contain('Shorter')
      await kept.version(1)
      expect(await (await versionPage(window)).download()).to.equal(`House rules, ${width}, version 1.pdf`)
    })
  }

  it('has words for a patient where the host took a PDF that nobody can open', async () => {
    const { maria: pid } = practice.patients
    const { maria: record } = practice.records
    const id = await sendTemplate(practice, { pid, name: 'Broken', content: BROKEN, mime: 'application/pdf' })
    const begun = await beginAs(await practice.patientVisitor('maria'), record, id)
    const window = await openWindow(practice, { as: { patient: 'maria' }, width: 'phone' })
    await window.open(pathOf(record, begun, `/files/${String(id)}`))
    const reading = await readingPage(window)
    expect(await reading.pictures.count()).to.equal(0)
    expect(await window.page.locator('main').innerText()).to.contain(window.say('filling.files.unreadable'))
  })

  it('works without JavaScript, in Spanish, with its lists', async () => {
    const window = await openWindow(practice, { as: { staff: 'admin' }, scripts: false, language: 'es' })
    await window.open(`${LIBRARY}/new`)
    const form = await writingPage(window)
    await form.name.fill('Aviso')
    await form.text.fill('<p>Nombre: {TextInput}</p>')
    await form.look()
    const looked = await writingPage(window, 'template: looked at')
    expect(await looked.preview.locator('input').count()).to.equal(1)
    await looked.save()
    expect(await (await templatePage(window)).text()).to.contain('Aviso')

    await window.open(`${LIBRARY}/lists`)
    await (await listsPage(window)).add('groups', 'Asma')
    await (await listsPage(window)).remove('groups', 'Asma')
    const lists = await listsPage(window)
    expect(await lists.list('groups').getByRole('button', { name: 'Asma' }).count()).to.equal(0)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET patient_groups = 'group_1' WHERE pid = :pid`, { pid: practice.patients.john }),
    )
    await lists.remove('groups', 'Group I')
    const refused = await listsPage(window, 'template lists: in use', 409)
    expect(await refused.errors.innerText()).to.contain(window.say('templates.lists.inUse', { title: 'Group I' }))
  })
})
