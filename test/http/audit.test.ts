/** Staff audit what patients sent: the whole way, by plain HTTP, from what was filled to the bytes in the chart. */
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { marksOf } from '../../module/features/documents/submissions.js'
import { openChartDocument } from '../../module/host/documents/opening.js'
import { enough, pathOf, sendAs } from '../support/filling.js'
import { textOfPages } from '../support/pdfPages.js'
import type { TestPractice } from '../support/practice.js'
import { aSubmission, filingOn, pathOfSubmission, seenOn, submissionRow } from '../support/submissions.js'
import type { Visitor } from '../support/visitor.js'
import { activityRow, aDocumentSent, bytesShown, hostRow, openAuditing, openedBy, type Auditing } from './auditing.js'

describe('What a patient sent is audited', function () {
  this.timeout(90_000)
  let auditing: Auditing
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  let lee: Visitor

  before(async () => {
    auditing = await openAuditing()
    ;({ admin, lee, maria, practice } = auditing)
  })
  after(() => auditing.leave())

  it('is shown page by page as the very bytes that are filed then, unchanged, into its own patient’s chart', async () => {
    const { id, onsite } = await aDocumentSent(auditing, 'Privacy notice')
    const queue = await admin.get('/staff/portal/documents')
    expect(queue.body).to.contain('Privacy notice').and.to.contain('Santos, Maria')
    const page = await openedBy(admin, id)
    expect(page.status).to.equal(200)
    const { sha256 = '' } = seenOn(page)
    const shown = await bytesShown(admin, id)
    expect(createHash('sha256').update(shown).digest('hex')).to.equal(sha256)
    expect((await textOfPages(shown)).join())
      .to.contain('Consent of Maria')
      .and.to.contain('Cough')
    expect(page.body).to.match(/File “Privacy notice\.pdf” into Reviewed of Santos, Maria \(chart [^)]+\)/)

    const after = await aSubmission(practice, { title: 'The next one' })
    const answer = await admin.post(pathOfSubmission(id, '/filing'), filingOn(page))
    expect(answer.status, answer.body).to.equal(303)
    // What was done, the next one and the new count come in one page.
    expect(answer.location).to.equal(pathOfSubmission(after))
    const next = await admin.follow(answer)
    expect(next.body).to.contain('Filed. This is the next one that waits.').and.to.contain('The next one')
    expect(next.body).to.match(/count-documents"><span class="count">1</)
    const denied = await admin.post(pathOfSubmission(after, '/denial'), { ...seenOn(next), denial: 'Not ours.' })
    expect((await admin.follow(denied)).body).to.contain('Nothing else waits for you.')
    const row = await submissionRow(practice, id)
    expect(row).to.include({ state: 'charted', decided_by: 'admin', pid: practice.patients.maria })
    const document = await practice.db.first<DocumentRow>(
      `SELECT d.*, c.name AS category FROM documents d
         JOIN categories_to_documents l ON l.document_id = d.id JOIN categories c ON c.id = l.category_id WHERE d.id = :id`,
      { id: row.document_id },
    )
    expect(document).to.include({
      foreign_id: practice.patients.maria,
      name: 'Privacy notice.pdf',
      category: 'Reviewed',
    })
    expect(document).to.include({ mimetype: 'application/pdf', size: shown.length, encrypted: 1 })
    expect(document?.hash).to.equal(createHash('sha3-512').update(shown).digest('hex'))
    const filed = await bytesOf(document)
    expect(createHash('sha256').update(filed).digest('hex')).to.equal(sha256)
    expect(await hostRow(practice, onsite)).to.include({
      ...{ denial_reason: 'Locked', authorizing_signator: String(practice.staff.admin) },
    })
    expect(await activityRow(practice, onsite)).to.include({
      ...{ status: 'closed', pending_action: 'completed', action_user: practice.staff.admin },
    })
    expect((await admin.get('/staff/portal/documents')).body).not.to.contain('Privacy notice')
    const patients = await maria.get(pathOf(practice.records.maria, onsite))
    expect(patients.body).to.contain('Filed')
  })

  async function bytesOf(document: DocumentRow | undefined): Promise<Buffer> {
    if (!document) throw new Error('nothing was filed')
    const opened = await openChartDocument(practice.portal, {
      ...{ type: document.type, url: document.url, storageMethod: 0, pathDepth: document.path_depth },
      encrypted: document.encrypted === 1,
    })
    if (!opened.ok) throw new Error(opened.reason)
    const parts: Buffer[] = []
    for await (const part of opened.body) parts.push(part as Buffer)
    return Buffer.concat(parts)
  }

  it('goes where the button says: another category and name are in its words before they are used', async () => {
    const id = await aSubmission(practice, { title: 'Old letter' })
    expect((await openedBy(admin, id)).body).to.match(/File “Old letter\.pdf” into Patient of Santos, Maria/)
    const category = await practice.db.first<{ id: number }>(`SELECT id FROM categories WHERE name = 'Lab Report'`)
    const page = await admin.get(`${pathOfSubmission(id)}?category=${String(category?.id)}&name=Letter%20of%20May.pdf`)
    expect(page.body).to.match(/File “Letter of May\.pdf” into Lab Report of Santos, Maria/)
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(page))).status).to.equal(303)
    const { document_id: document } = await submissionRow(practice, id)
    const row = await practice.db.first(
      `SELECT d.name, l.category_id FROM documents d JOIN categories_to_documents l ON l.document_id = d.id WHERE d.id = :document`,
      { document },
    )
    expect(row).to.deep.equal({ name: 'Letter of May.pdf', category_id: category?.id })
  })

  for (const [field, value] of [
    ['pid', (practice: TestPractice) => String(practice.patients.john)],
    ['version', () => '7'],
    ['sha256', () => 'f'.repeat(64)],
    ['submission', () => '999999'],
  ] as const) {
    it(`is not filed by a form that says another ${field} than it has`, async () => {
      const id = await aSubmission(practice)
      const form = { ...filingOn(await openedBy(admin, id)), [field]: value(practice) }
      const answer = await admin.post(pathOfSubmission(id, '/filing'), form)
      expect(answer.status).to.equal(409)
      expect(answer.body).to.contain('It is not what the page showed')
      expect(await submissionRow(practice, id)).to.include({ state: 'waiting', document_id: null })
      for (const way of ['/denial', '/return']) {
        const other = { ...form, denial: 'No', reason: 'No' }
        expect((await admin.post(pathOfSubmission(id, way), other)).status, way).to.equal(409)
      }
      expect(await submissionRow(practice, id)).to.include({ state: 'waiting' })
    })
  }

  it('is filed by one of two; the other is told who did it, and when', async () => {
    const id = await aSubmission(practice)
    const [mine, theirs] = [filingOn(await openedBy(admin, id)), filingOn(await openedBy(lee, id))]
    const answers = await Promise.all([
      admin.post(pathOfSubmission(id, '/filing'), mine),
      lee.post(pathOfSubmission(id, '/filing'), theirs),
    ])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 409])
    const { decided_by: by } = await submissionRow(practice, id)
    const lost = answers.find(({ status }) => status === 409)
    const name = by === 'admin' ? /Nothing was changed: Filed by .* 08:00/ : /Nothing was changed: Filed by .*Lee 08:00/
    expect(lost?.body).to.match(name)
    const filed = await practice.db.select(
      `SELECT id FROM foyer_audit WHERE event = 'document.filed' AND subject = :subject`,
      { subject: `submission:${String(id)}` },
    )
    expect(filed).to.have.length(1)
    const left = await practice.db.select(`SELECT id FROM foyer_filings`)
    expect(left).to.have.length(0)
  })

  it('is one member’s who has taken it on: another takes it over first, in so many words', async () => {
    const id = await aSubmission(practice)
    expect((await admin.post(pathOfSubmission(id, '/claim'), {}, { from: pathOfSubmission(id) })).status).to.equal(303)
    const page = await openedBy(lee, id)
    expect(page.body).to.contain('has it.').and.to.contain('Take it over')
    const refused = await lee.post(pathOfSubmission(id, '/filing'), filingOn(page))
    expect(refused.status).to.equal(409)
    expect(refused.body).to.contain('has had it since')
    expect((await lee.post(pathOfSubmission(id, '/claim'), {})).status).to.equal(409)
    expect((await lee.post(pathOfSubmission(id, '/claim'), { take: 'admin' })).status).to.equal(303)
    expect((await lee.post(pathOfSubmission(id, '/claim'), { to: 'admin' })).status).to.equal(303)
    expect((await lee.post(pathOfSubmission(id, '/claim'), { to: 'nurse' }, {})).status).to.equal(422)
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(await openedBy(admin, id)))).status).to.equal(
      303,
    )
  })

  it('that the EMR’s own screens decided meanwhile is not decided again: who did it is told, and no time that nobody knows', async () => {
    const { id, onsite } = await aDocumentSent(auditing)
    const page = await openedBy(admin, id)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET denial_reason = 'Locked', authorizing_signator = :by WHERE id = :onsite`, {
        ...{ onsite, by: String(practice.staff.lee) },
      }),
    )
    const late = await admin.post(pathOfSubmission(id, '/filing'), filingOn(page))
    expect(late.status).to.equal(409)
    expect(late.body).to.match(/Nothing was changed: Filed by [^.:]*Lee\./)
    expect(await submissionRow(practice, id)).to.include({ state: 'charted', document_id: null })
  })

  it('that its patient changed in the EMR’s own portal meanwhile is shown anew before it is decided', async () => {
    const { id, onsite } = await aDocumentSent(auditing)
    const page = await openedBy(admin, id)
    const row = await hostRow(practice, onsite)
    const values = String(row?.['template_data']).replace('Cough', 'A fever')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET template_data = :values WHERE id = :onsite`, { onsite, values }),
    )
    const early = await admin.post(pathOfSubmission(id, '/denial'), { ...seenOn(page), denial: 'No.' })
    expect(early.status).to.equal(409)
    expect(early.body).to.contain('It was made anew; look at it again, then decide.')
    expect((await textOfPages(await bytesShown(admin, id))).join())
      .to.contain('A fever')
      .and.to.not.contain('Cough')
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(early))).status).to.equal(303)
  })

  it('is returned with marks at the fields, corrected, and sent again under its number', async () => {
    const { id, onsite } = await aDocumentSent(auditing)
    const page = await openedBy(admin, id)
    const form = { ...seenOn(page), reason: '', 'mark.text_input0': 'Which cough?', 'mark.nothing': 'x' }
    const empty = await admin.post(pathOfSubmission(id, '/return'), form)
    expect(empty.status).to.equal(422)
    expect(empty.body).to.contain('Write what should be corrected.').and.to.contain('value="Which cough?"')
    const returned = await admin.post(pathOfSubmission(id, '/return'), { ...form, reason: 'Please say more.' })
    expect(returned.status).to.equal(303)
    expect(await hostRow(practice, onsite)).to.include({ denial_reason: 'Editing' })
    expect(await activityRow(practice, onsite)).to.include({ status: 'editing', pending_action: 'patient submission' })
    const row = await submissionRow(practice, id)
    expect(marksOf(row)).to.deep.equal({ text_input0: 'Which cough?' })
    expect((await admin.get('/staff/portal/documents?view=returned')).body).to.contain(pathOfSubmission(id))
    const theirs = await maria.get(pathOf(practice.records.maria, onsite))
    expect(theirs.body).to.contain('Please say more.').and.to.contain('Which cough?')

    const again = await sendAs(maria, practice.records.maria, onsite, { ...enough, text_input0: 'A dry cough' })
    expect(again.status, again.body).to.equal(303)
    expect(await submissionRow(practice, id)).to.include({ state: 'waiting' })
    expect((await textOfPages(await bytesShown(admin, id))).join()).to.contain('A dry cough')
    // The first page is of the past now.
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(page))).status).to.equal(409)
  })

  it('is the patient’s to download until staff take it back out of the chart’s list: then on no address', async () => {
    const { id, onsite } = await aDocumentSent(auditing, 'Taken back later')
    const pdf = pathOf(practice.records.maria, onsite, '/document.pdf')
    expect((await maria.get(pdf)).status, 'while it waits').to.equal(200)
    await admin.post(pathOfSubmission(id, '/filing'), filingOn(await openedBy(admin, id)))
    expect((await maria.get(pdf)).status, 'in the chart').to.equal(200)
    const { document_id: document } = await submissionRow(practice, id)
    const at = `/staff/portal/patients/${String(practice.patients.maria)}/documents/${String(document)}`
    expect((await admin.post(`${at}/restriction`, { reason: 'Told in confidence' }, { from: at })).status).to.equal(303)
    expect((await maria.get(pdf)).status, 'taken back').to.equal(404)
    const page = await maria.get(pathOf(practice.records.maria, onsite))
    expect(page.status).to.equal(200)
    expect(page.body).to.contain('Filed').and.to.contain('has taken this document back')
    expect(page.body).to.not.contain('/document.pdf').and.to.not.contain('data-test="document"')
    await admin.post(`${at}/release`, { reason: 'A mistake' }, { from: at })
    expect((await maria.get(pdf)).status, 'shared again').to.equal(200)
    expect((await maria.get(pathOf(practice.records.maria, onsite))).body).to.contain('data-test="document"')
  })

  it('is denied with a reason that the patient reads, and leaves the host’s own list', async () => {
    const { id, onsite } = await aDocumentSent(auditing)
    const start = await admin.get(`${pathOfSubmission(id)}?reply=3`)
    expect(start.body).to.contain('We have this already.')
    const seen = seenOn(start)
    expect((await admin.post(pathOfSubmission(id, '/denial'), { ...seen, denial: '' })).status).to.equal(422)
    expect((await admin.post(pathOfSubmission(id, '/denial'), { ...seen, denial: 'Not yours.' })).status).to.equal(303)
    expect(await submissionRow(practice, id)).to.include({ state: 'denied', reason: 'Not yours.' })
    expect(await activityRow(practice, onsite)).to.include({ status: 'closed', action_taken: 'denied' })
    expect((await maria.get(pathOf(practice.records.maria, onsite))).body).to.contain('Not yours.')
    const late = await admin.post(pathOfSubmission(id, '/filing'), { ...filingOn(start), ...seen })
    expect(late.status).to.equal(409)
  })

  it('cannot be filed while its account has no chart, and says where that is mended', async () => {
    const id = await aSubmission(practice, { pid: undefined, record: practice.records.ownOfMaria })
    const page = await openedBy(admin, id)
    expect(page.body).to.contain('has no chart yet').and.to.contain('/staff/portal/registrations')
    const form = { ...seenOn(page), category: '3', name: 'x.pdf' }
    const answer = await admin.post(pathOfSubmission(id, '/filing'), form)
    expect(answer.status).to.equal(422)
    expect(await submissionRow(practice, id)).to.include({ state: 'waiting' })
  })

  it('is not opened and not filed where the virus scan objects, and can be denied', async () => {
    const id = await aSubmission(practice, { scan: 'infected' })
    const page = await openedBy(admin, id)
    expect(page.body).not.to.contain('/pages/1')
    expect((await admin.get(pathOfSubmission(id, '/file'))).status).to.equal(404)
    const form = { ...seenOn(page), category: '3', name: 'x.pdf' }
    expect((await admin.post(pathOfSubmission(id, '/filing'), form)).status).to.equal(422)
    expect(
      (await admin.post(pathOfSubmission(id, '/denial'), { ...seenOn(page), denial: 'A virus.' })).status,
    ).to.equal(303)
  })
})

interface DocumentRow {
  type: string
  url: string
  path_depth: number
  encrypted: number
  hash: string
}
