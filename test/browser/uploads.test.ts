/** Files are sent from a browser: by a patient on a phone, without JavaScript, and by staff into a chart. */
import { expect } from 'chai'
import { openWindow, type Tab } from '../support/browser.js'
import { makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { pdfOf } from '../support/files.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { pathOfSubmission, seenOn } from '../support/submissions.js'
import { chartDocumentsPage, replacingPage, sendingPage, sentFilesPage, type Chosen } from './pages/uploads.js'

describe('Sending files', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let folder: SiteFolderForTest

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ env: { FOYER_HOST_SITE_DIR: folder.dir } })
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  const form = () => `/portal/records/${practice.records.maria}/documents/upload`
  const pdf = (name: string, padding = 0): Chosen => ({
    ...{ name, mimeType: 'application/pdf' },
    buffer: pdfOf(name.replace(/\W/g, ' '), padding),
  })
  /** Says it is a PDF. */
  const page = (name: string): Chosen => ({
    ...{ name, mimeType: 'application/pdf' },
    buffer: Buffer.from('<!doctype html><script>alert(1)</script>'),
  })
  const stored = async () =>
    (await practice.db.select<{ name: string }>(`SELECT name FROM foyer_uploads ORDER BY id`)).map(({ name }) => name)

  it('shows how far it is and can be stopped; then some arrive, and what is not taken says why next to it', async () => {
    const window = await openWindow(practice, { as: { patient: 'maria' }, width: 'phone' })
    await window.open(form())
    const sending = await sendingPage(window, 'upload form: phone')
    expect(await sending.camera.getAttribute('capture')).to.equal('environment')
    expect(await sending.camera.isVisible(), 'offered on a phone').to.equal(true)
    const files = [pdf('letter.pdf', 1_500_000), page('card.pdf'), pdf('report.pdf')]
    await sending.choose(files)
    const restore = await slowly(window)
    await sending.send()
    await until(async () => Number(await sending.progress.getAttribute('value')) > 0)
    expect(Number(await sending.progress.getAttribute('value'))).to.be.lessThan(100)
    await sending.stop()
    await sending.faults.getByText(window.say('uploads.stopped')).or(sending.faults).first().waitFor()
    expect(await sending.faults.innerText()).to.equal(window.say('uploads.stopped'))
    expect(await sending.progress.isVisible()).to.equal(false)
    expect(await stored()).to.deep.equal([])

    await restore()
    await sending.send()
    const sent = await sentFilesPage(window, 'upload sent: phone')
    expect(await sent.row('letter.pdf').innerText()).to.contain(window.say('uploads.state.waiting'))
    expect(await sent.row('report.pdf').innerText()).to.contain(window.say('uploads.state.waiting'))
    expect(await sent.row('card.pdf').innerText()).to.contain(window.say('uploads.refused.page'))
    expect(await sent.rows.count()).to.equal(3)
  })

  it('says at the field what is refused before and after it went, and leaves the form to go on with', async () => {
    const window = await openWindow(practice, { as: { patient: 'maria' } })
    await window.open(form())
    const sending = await sendingPage(window)
    const before = await stored()
    const many = Array.from({ length: 11 }, (_each, at) => pdf(`${String(at)}.pdf`))
    await sending.choose(many)
    expect(await sending.faults.innerText()).to.equal(window.say('uploads.tooMany', { files: 10 }))
    await sending.choose([page('only.pdf')])
    expect(await sending.faults.count(), 'another choice, another look').to.equal(0)
    await sending.send()
    await window.page.locator('[data-error-summary]').waitFor()
    expect(await sending.faults.innerText()).to.contain('“only.pdf” was not sent')
    expect(await stored()).to.deep.equal(before)
    await sending.choose([pdf('better.pdf')])
    await sending.send()
    const sent = await sentFilesPage(window)
    expect(await sent.rows.innerText()).to.contain('better.pdf')
  })

  it('works without JavaScript, in Spanish, also again for what staff returned', async () => {
    const window = await openWindow(practice, {
      as: { patient: 'maria' },
      scripts: false,
      language: 'es',
      width: 'phone',
    })
    await window.open(form())
    const sending = await sendingPage(window, 'upload form: plain')
    await sending.choose([pdf('gris.pdf'), page('tarjeta.pdf')])
    await sending.send()
    const sent = await sentFilesPage(window, 'upload sent: plain')
    expect(await sent.row('tarjeta.pdf').innerText()).to.contain(window.say('uploads.refused.page'))
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE title = 'gris.pdf'`)
    const admin = await practice.staffVisitor('admin')
    const at = pathOfSubmission(row?.id ?? 0)
    const returned = { ...seenOn(await admin.get(at)), reason: 'La página 2 no se lee.' }
    expect((await admin.post(`${at}/return`, returned)).status).to.equal(303)
    await window.page.reload()
    await (await sentFilesPage(window, 'upload sent: returned')).again()
    const replacing = await replacingPage(window)
    expect(await replacing.why.innerText()).to.contain('La página 2 no se lee.')
    await replacing.choose([pdf('blanco.pdf')])
    await replacing.send()
    const again = await sentFilesPage(window, 'upload sent: again')
    expect(await again.row('blanco.pdf').innerText()).to.contain(window.say('uploads.state.waiting'))
  })

  it('takes staff’s into a chart several at once, each with its own outcome', async () => {
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open(`/staff/portal/patients/${String(practice.patients.maria)}/documents`)
    const chart = await chartDocumentsPage(staff)
    await chart.choose([pdf('first.pdf'), page('second.pdf'), pdf('third.pdf')])
    await chart.category.selectOption({ value: '3' })
    await chart.send()
    await chart.added.waitFor()
    expect(await chart.added.innerText())
      .to.contain('first.pdf')
      .and.to.contain('third.pdf')
    expect(await chart.faults.innerText()).to.contain('“second.pdf” was not added')
    await chart.choose([pdf('fourth.pdf'), pdf('fifth.pdf')])
    await chart.send()
    await staff.page.waitForURL(/added=/)
    const list = await chartDocumentsPage(staff, 'chart documents of a patient: added')
    expect(await list.added.innerText())
      .to.contain('fourth.pdf')
      .and.to.contain('fifth.pdf')
  })
})

/** As over a poor line, until it is restored: so that there is something between nothing and all. */
async function slowly({ page }: Tab): Promise<() => Promise<unknown>> {
  const session = await page.context().newCDPSession(page)
  const line = { offline: false, latency: 0, downloadThroughput: -1 }
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: 120_000 })
  return () => session.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: -1 })
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It has not come to be so')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
