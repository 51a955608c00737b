/** Staff audit what patients sent, in a browser: what is shown, what is pressed, and that nothing that was sent runs. */
import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { beginAs, sendAs, sendTemplate } from '../support/filling.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { aSubmission, pathOfSubmission, submissionRow } from '../support/submissions.js'
import { auditPage, auditQueuePage, batchPage } from './pages/audit.js'

const CORPUS = [
  `<script>alert(1)</script>`,
  `<img src=x onerror=alert(1)>`,
  `"><svg onload=alert(1)>`,
  `</textarea><script>alert(1)</script>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
  `<button hx-get="/portal" hx-trigger="load" hx-on:load="alert(1)">x</button>`,
  `<div hx-swap-oob="innerHTML:#flash">gone</div>`,
  `<base href="//evil.example/">`,
  `<style>*{background:url(//evil.example/x)}</style>`,
  `<%= 7 * 7 %> {{7*7}} \${7*7} {PatientName}`,
  `javascript:/*--></title></style></textarea></script><svg/onload='+/"/+/onmouseover=1/+/[*/[]/+alert(1)//'>`,
]

describe('The audit of what patients sent', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let folder: SiteFolderForTest

  beforeEach(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ env: { FOYER_HOST_SITE_DIR: folder.dir } })
  })
  afterEach(async () => {
    await practice.leave()
    await folder.remove()
  })

  it('shows the pages as pictures, files by a button that says it all, and leads on to the next', async () => {
    const first = await aSubmission(practice, { title: 'Insurance card' })
    practice.clock.set('2026-11-23T08:05:00')
    const second = await aSubmission(practice, { title: 'Old letter', pid: practice.patients.john })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/documents')
    const queue = await auditQueuePage(staff)
    expect(await queue.rows.count()).to.equal(2)
    await queue.row(first).getByRole('link', { name: 'Insurance card', exact: true }).click()
    const one = await auditPage(staff)
    const painted = await one.pictures.first().evaluate((image: { naturalWidth: number }) => image.naturalWidth)
    expect(painted).to.be.greaterThan(800)
    expect(await one.fileIt.innerText()).to.match(/^File “Insurance card\.pdf” into Patient of Santos, Maria \(chart /)
    await one.fileIt.click()
    await staff.page.waitForURL(new RegExp(`${pathOfSubmission(second)}$`))
    const next = await auditPage(staff, 'audit: the next')
    await next.deny('This belongs to somebody else.')
    await auditQueuePage(staff, 'audit queue: empty')
    expect((await submissionRow(practice, first)).state).to.equal('charted')
    expect((await submissionRow(practice, second)).state).to.equal('denied')
  })

  it('takes back what was ticked before anything is filed', async () => {
    const ids = [await aSubmission(practice, { title: 'One' }), await aSubmission(practice, { title: 'Two' })]
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/documents')
    const queue = await auditQueuePage(staff)
    for (const id of ids) await queue.tick(id)
    await queue.fileTicked()
    await (await batchPage(staff)).confirm(2)
    const ticked = await auditQueuePage(staff, 'audit queue: ticked')
    expect(await staff.page.getByText(staff.say('audit.due')).count()).to.equal(2)
    await ticked.undo()
    await auditQueuePage(staff, 'audit queue: taken back')
    await staff.page.locator('#flash').getByText(staff.say('audit.undo.done')).waitFor()
    await staff.page.locator('[data-undo]').waitFor({ state: 'detached' })
    expect(await staff.page.getByText(staff.say('audit.due')).count()).to.equal(0)
  })

  it('takes a row by one press, which answers with the row and the number', async () => {
    const id = await aSubmission(practice)
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/documents')
    const queue = await auditQueuePage(staff)
    await queue.claim(id)
    await queue
      .row(id)
      .getByRole('button', { name: staff.say('audit.claim.giveBack') })
      .waitFor()
  })

  it('reads as text what patients wrote, whatever it is', async () => {
    const maria = await practice.patientVisitor('maria')
    const ids: number[] = []
    for (const payload of CORPUS) {
      ids.push(await aSubmission(practice, { title: payload, note: payload, name: `${payload}.pdf` }))
    }
    const template = await sendTemplate(practice, { pid: practice.patients.maria })
    const onsite = await beginAs(maria, practice.records.maria, template)
    const [first = '', second = ''] = CORPUS
    const answers = { text_input0: first, text_area0: CORPUS.join('\n'), ynradio0: 'No', patient_signature0: second }
    await sendAs(maria, practice.records.maria, onsite, answers)
    const sent = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE onsite_id = :onsite`, {
      onsite,
    })
    if (!sent) throw new Error('nothing was sent')
    ids.push(sent.id)
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    const clean = async () => {
      const foreign = `document.querySelectorAll('script:not([src^="/assets/"]), iframe, base, style, main [onload], main [onerror], main [hx-on\\\\:load]').length`
      expect(await staff.page.evaluate<number>(foreign)).to.equal(0)
    }
    await staff.open('/staff/portal/documents')
    await staff.page.waitForLoadState('load')
    for (const payload of CORPUS)
      expect(await staff.page.getByText(payload, { exact: true }).count(), payload).to.be.greaterThan(0)
    await clean()
    for (const id of ids) {
      await staff.open(pathOfSubmission(id))
      await staff.page.waitForLoadState('load')
      await clean()
    }
    await staff.open(`/staff/portal/patients/${String(practice.patients.maria)}`)
    await staff.page.waitForLoadState('networkidle')
    await clean()
  })

  it('can be done without JavaScript, in Spanish, on a phone', async () => {
    const id = await aSubmission(practice)
    const staff = await openWindow(practice, { as: { staff: 'admin' }, scripts: false, language: 'es', width: 'phone' })
    await staff.open('/staff/portal/documents')
    await auditQueuePage(staff, 'audit queue: phone')
    await staff.open(pathOfSubmission(id))
    const one = await auditPage(staff, 'audit: phone')
    expect(await one.fileIt.innerText()).to.match(/^Archivar “Insurance card\.pdf” en Patient de Santos, Maria/)
    await one.fileIt.click()
    await auditQueuePage(staff, 'audit queue: phone, empty')
  })
})
