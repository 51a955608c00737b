/** Staff audit what patients sent: the whole way, by plain HTTP, from what was filled to the bytes in the chart. */
import { createHash } from 'node:crypto'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import PDFDocument from 'pdfkit'
import sharp from 'sharp'
import { fileDue } from '../../module/features/documents/audit/batch.js'
import { marksOf } from '../../module/features/documents/submissions.js'
import { openChartDocument } from '../../module/host/documents/opening.js'
import { makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { storeOf } from '../support/files.js'
import { beginAs, enough, pathOf, sendAs, sendTemplate } from '../support/filling.js'
import { textOfPages } from '../support/pdfPages.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import {
  aSubmission,
  filingOn,
  manySubmissions,
  pathOfSubmission,
  seenOn,
  submissionRow,
} from '../support/submissions.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { elsewhere, HTMX } from './portals.js'

describe('What a patient sent is audited', function () {
  this.timeout(90_000)
  let practice: TestPractice
  let folder: SiteFolderForTest
  let maria: Visitor
  let admin: Visitor
  let lee: Visitor

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ site: '8.2', env: { FOYER_HOST_SITE_DIR: folder.dir } })
    await practice.rule('user:dr.lee', 'portal:use', 'allow')
    maria = await practice.patientVisitor('maria')
    admin = await practice.staffVisitor('admin')
    lee = await practice.staffVisitor('lee')
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  const open = (id: number, who = admin): Promise<Page> => who.get(pathOfSubmission(id))

  async function aDocumentSent(name?: string): Promise<{ id: number; onsite: number }> {
    const pid = practice.patients.maria
    const template = await sendTemplate(practice, { pid, ...(name === undefined ? {} : { name }) })
    const onsite = await beginAs(maria, practice.records.maria, template)
    const sent = await sendAs(maria, practice.records.maria, onsite)
    expect(sent.status, sent.body).to.equal(303)
    const row = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_submissions WHERE onsite_id = :onsite ORDER BY id DESC LIMIT 1`,
      { onsite },
    )
    return { id: row?.id ?? 0, onsite }
  }

  const hostRow = (onsite: number) =>
    practice.db.first<Record<string, string | number | null>>(`SELECT * FROM onsite_documents WHERE id = :onsite`, {
      onsite,
    })
  const activityRow = (onsite: number) =>
    practice.db.first<Record<string, string | number | null>>(
      `SELECT * FROM onsite_portal_activity WHERE activity = 'document' AND table_args = :args`,
      { args: String(onsite) },
    )

  it('is shown page by page as the very bytes that are filed then, unchanged, into its own patient’s chart', async () => {
    const { id, onsite } = await aDocumentSent('Privacy notice')
    const queue = await admin.get('/staff/portal/documents')
    expect(queue.body).to.contain('Privacy notice').and.to.contain('Santos, Maria')
    const page = await open(id)
    expect(page.status).to.equal(200)
    const { sha256 = '' } = seenOn(page)
    const shown = await shownBytes(id)
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
    expect(await hostRow(onsite)).to.include({
      ...{ denial_reason: 'Locked', authorizing_signator: String(practice.staff.admin) },
    })
    expect(await activityRow(onsite)).to.include({
      ...{ status: 'closed', pending_action: 'completed', action_user: practice.staff.admin },
    })
    expect((await admin.get('/staff/portal/documents')).body).not.to.contain('Privacy notice')
    const patients = await maria.get(pathOf(practice.records.maria, onsite))
    expect(patients.body).to.contain('Filed')
  })

  async function shownBytes(id: number): Promise<Buffer> {
    const path = pathOfSubmission(id, '/file')
    const response = await fetch(`${admin.origin}${path}`, { headers: cookiesOf(admin) })
    expect(response.headers.get('content-disposition')).to.contain('attachment')
    expect(response.headers.get('content-security-policy')).to.equal("sandbox; default-src 'none'")
    return Buffer.from(await response.arrayBuffer())
  }

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

  it('is painted from these bytes: a page of others is not there', async () => {
    const id = await aSubmission(practice)
    const { sha256 = '' } = seenOn(await open(id))
    const picture = await fetch(`${admin.origin}${pathOfSubmission(id, `/pages/1?sha256=${sha256}`)}`, {
      headers: cookiesOf(admin),
    })
    expect(picture.headers.get('content-type')).to.equal('image/png')
    expect(await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).to.include({ format: 'png', width: 1040 })
    expect((await admin.get(pathOfSubmission(id, `/pages/1?sha256=${'0'.repeat(64)}`))).status).to.equal(404)
    expect((await admin.get(pathOfSubmission(id, `/pages/2?sha256=${sha256}`))).status).to.equal(404)
    expect((await maria.get(pathOfSubmission(id, `/pages/1?sha256=${sha256}`))).status).to.equal(303)
  })

  it('is shown as text where it is text: every line of it, numbered, as what it is', async () => {
    const rows = Array.from(
      { length: 900 },
      (_each, at) => `${String(at)},<b>${'ß'.repeat(at % 40)}</b>,"${'x'.repeat(20)}"`,
    )
    const bytes = Buffer.from(['date,<script>alert(1)</script>', 'a\u202eb\u0000c', ...rows, ''].join('\n'))
    const id = await aSubmission(practice, { bytes, mediaType: 'text/csv', name: 'weights.csv' })
    const first = await open(id)
    expect(first.body).to.contain('Read as UTF-8').and.to.contain('&lt;script&gt;').and.to.contain('a⟨U+202E⟩b␀c')
    const shown: { number: number | undefined; text: string }[] = []
    const parts = Math.ceil(bytes.length / (32 * 1024))
    expect(first.body).to.contain(`Part 1 of ${String(parts)}`)
    for (let part = 1; part <= parts; part += 1) {
      const { body } = await admin.get(`${pathOfSubmission(id)}?page=${String(part)}`)
      for (const [, number, text = ''] of body.matchAll(/<li(?: value="(\d+)"| class="goes-on")>([^<]*)<\/li>/g)) {
        const said = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#34;', '"')
        if (number === undefined) Object.assign(shown.at(-1) ?? {}, { text: `${shown.at(-1)?.text ?? ''}${said}` })
        else shown.push({ number: Number(number), text: said })
      }
    }
    expect(shown.slice(2).map(({ text }) => text)).to.deep.equal(rows)
    expect(shown.map(({ number }) => number)).to.deep.equal(Array.from({ length: 902 }, (_each, at) => at + 1))
    const old = await aSubmission(practice, {
      bytes: Buffer.from('name;J\xfcrgen\r\na;b', 'latin1'),
      mediaType: 'text/csv',
    })
    expect((await open(old)).body)
      .to.contain('Read as Windows-1252')
      .and.to.contain('>name;Jürgen</li>')
  })

  it('is shown to its last page, forty at a time', async () => {
    const paper = new PDFDocument({ size: [200, 100], margin: 10 })
    for (let page = 1; page <= 43; page += 1) (page === 1 ? paper : paper.addPage()).text(`Page ${String(page)}`)
    paper.end()
    const id = await aSubmission(practice, { bytes: await buffer(paper) })
    const first = await open(id)
    const { sha256 = '' } = seenOn(first)
    expect(first.body).to.contain('Pages 1 to 40 of 43').and.to.contain('/pages/40?').and.not.to.contain('/pages/41?')
    const rest = await admin.get(/href="([^"]*\?page=2)#bytes"/.exec(first.body)?.[1] ?? '')
    expect(rest.body).to.contain('Pages 41 to 43 of 43').and.to.contain('/pages/43?').and.not.to.contain('/pages/40?')
    expect(await admin.get(pathOfSubmission(id, `/pages/43?sha256=${sha256}`))).to.include({ status: 200 })
    expect((await admin.get(pathOfSubmission(id, `/pages/44?sha256=${sha256}`))).status).to.equal(404)
  })

  it('goes where the button says: another category and name are in its words before they are used', async () => {
    const id = await aSubmission(practice, { title: 'Old letter' })
    expect((await open(id)).body).to.match(/File “Old letter\.pdf” into Patient of Santos, Maria/)
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
      const form = { ...filingOn(await open(id)), [field]: value(practice) }
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
    const [mine, theirs] = [filingOn(await open(id)), filingOn(await open(id, lee))]
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
    const page = await open(id, lee)
    expect(page.body).to.contain('has it.').and.to.contain('Take it over')
    const refused = await lee.post(pathOfSubmission(id, '/filing'), filingOn(page))
    expect(refused.status).to.equal(409)
    expect(refused.body).to.contain('has had it since')
    expect((await lee.post(pathOfSubmission(id, '/claim'), {})).status).to.equal(409)
    expect((await lee.post(pathOfSubmission(id, '/claim'), { take: '1' })).status).to.equal(303)
    expect((await lee.post(pathOfSubmission(id, '/claim'), { to: 'admin' })).status).to.equal(303)
    expect((await lee.post(pathOfSubmission(id, '/claim'), { to: 'nurse' }, {})).status).to.equal(422)
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(await open(id)))).status).to.equal(303)
  })

  it('is returned with marks at the fields, corrected, and sent again under its number', async () => {
    const { id, onsite } = await aDocumentSent()
    const page = await open(id)
    const form = { ...seenOn(page), reason: '', 'mark.text_input0': 'Which cough?', 'mark.nothing': 'x' }
    const empty = await admin.post(pathOfSubmission(id, '/return'), form)
    expect(empty.status).to.equal(422)
    expect(empty.body).to.contain('Write what should be corrected.').and.to.contain('value="Which cough?"')
    const returned = await admin.post(pathOfSubmission(id, '/return'), { ...form, reason: 'Please say more.' })
    expect(returned.status).to.equal(303)
    expect(await hostRow(onsite)).to.include({ denial_reason: 'Editing' })
    expect(await activityRow(onsite)).to.include({ status: 'editing', pending_action: 'patient submission' })
    const row = await submissionRow(practice, id)
    expect(marksOf(row)).to.deep.equal({ text_input0: 'Which cough?' })
    expect((await admin.get('/staff/portal/documents?view=returned')).body).to.contain(pathOfSubmission(id))
    const theirs = await maria.get(pathOf(practice.records.maria, onsite))
    expect(theirs.body).to.contain('Please say more.').and.to.contain('Which cough?')

    const again = await sendAs(maria, practice.records.maria, onsite, { ...enough, text_input0: 'A dry cough' })
    expect(again.status, again.body).to.equal(303)
    expect(await submissionRow(practice, id)).to.include({ state: 'waiting' })
    expect((await textOfPages(await shownBytes(id))).join()).to.contain('A dry cough')
    // The first page is of the past now.
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(page))).status).to.equal(409)
  })

  it('is denied with a reason that the patient reads, and leaves the host’s own list', async () => {
    const { id, onsite } = await aDocumentSent()
    const start = await admin.get(`${pathOfSubmission(id)}?reply=3`)
    expect(start.body).to.contain('We have this already.')
    const seen = seenOn(start)
    expect((await admin.post(pathOfSubmission(id, '/denial'), { ...seen, denial: '' })).status).to.equal(422)
    expect((await admin.post(pathOfSubmission(id, '/denial'), { ...seen, denial: 'Not yours.' })).status).to.equal(303)
    expect(await submissionRow(practice, id)).to.include({ state: 'denied', reason: 'Not yours.' })
    expect(await activityRow(onsite)).to.include({ status: 'closed', action_taken: 'denied' })
    expect((await maria.get(pathOf(practice.records.maria, onsite))).body).to.contain('Not yours.')
    const late = await admin.post(pathOfSubmission(id, '/filing'), { ...filingOn(start), ...seen })
    expect(late.status).to.equal(409)
  })

  it('is signed for the practice by who is signed in: new bytes, which are shown before they are filed', async () => {
    const { id, onsite } = await aDocumentSent()
    const page = await open(id)
    expect(page.body).to.contain('Sign for the practice').and.to.not.contain('name="signer"')
    const before = await shownBytes(id)
    const signed = await admin.post(pathOfSubmission(id, '/signature'), { ...seenOn(page), signer: 'Dr. Eve Else' })
    expect(signed.status, signed.body).to.equal(303)
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(page))).status).to.equal(409)
    const next = await open(id)
    expect(next.body).not.to.contain('Sign for the practice')
    const after = await shownBytes(id)
    expect(after.equals(before)).to.equal(false)
    const [, name = ''] = /Signed for the practice by (.*) on/.exec((await textOfPages(after)).join()) ?? []
    expect(page.body).to.contain(`Sign as ${name}`)
    const row = await hostRow(onsite)
    expect(row?.['authorized_signature']).to.match(/^data:image\/png;base64,/)
    expect(row?.['template_data']).to.contain('admin_signature0').and.not.to.contain('Eve Else')
    expect(await signatureOf('admin')).to.include({ signator: name, sig_image: row?.['authorized_signature'] })
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(next))).status).to.equal(303)
  })

  const signatureOf = (name: 'admin' | 'lee') =>
    practice.db.first<{ signator: string; sig_image: string }>(
      `SELECT signator, sig_image FROM onsite_signatures WHERE pid = 0 AND user = :user`,
      { user: String(practice.staff[name]) },
    )

  it('carries the signature that the EMR keeps of its signer, which stays as it is there', async () => {
    const image = `data:image/png;base64,${(
      await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
        .png()
        .toBuffer()
    ).toString('base64')}`
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_signatures (status, type, created, lastmod, pid, user, signator, sig_image, sig_hash, ip)
         VALUES ('filed', 'admin-signature', 1, '2020-01-01 00:00:00', 0, :user, 'Their own', :image, '', '')`,
        { user: String(practice.staff.lee), image },
      ),
    )
    const { id, onsite } = await aDocumentSent()
    const signed = await lee.post(pathOfSubmission(id, '/signature'), seenOn(await open(id, lee)))
    expect(signed.status, signed.body).to.equal(303)
    expect((await hostRow(onsite))?.['authorized_signature']).to.equal(image)
    expect(await signatureOf('lee')).to.deep.equal({ signator: 'Their own', sig_image: image })
  })

  it('says what its patient saw and signed, in their language, whatever chart and clock say by then; staff’s signature is all that comes to it', async () => {
    const pid = practice.patients.maria
    const content = `<p>{PatientName}; alergias: {Allergies}; leído a las {CurrentDate:H:i:s}</p><p>* {TextInput}</p>
      <p>{TrueFalseRadioGroup}</p><p>{PatientSignature}</p><p>{AdminSignature}</p>{SignaturesRequired}`
    const change = (sql: string) => practice.db.transaction((tx) => tx.change(sql, { pid }))
    await change(
      `INSERT INTO lists (pid, type, title, date, activity) VALUES (:pid, 'allergy', 'Polen', '2026-01-01', 1)`,
    )
    const onsite = await beginAs(maria, practice.records.maria, await sendTemplate(practice, { pid, content }))
    maria.cookies.set('foyer_language', 'es')
    const sent = await sendAs(maria, practice.records.maria, onsite, {
      ...{ text_input0: 'Tos', tfradio0: 'True', patient_signature0: 'Maria Santos' },
    })
    expect(sent.status, sent.body).to.equal(303)
    maria.cookies.delete('foyer_language')
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE onsite_id = :onsite`, {
      onsite,
    })
    const id = row?.id ?? 0
    const before = linesOf(await textOfPages(await shownBytes(id)))
    const read = documentOn(await maria.get(pathOf(practice.records.maria, onsite)))
    expect(before.join('\n')).to.contain('Maria Santos; alergias: Polen; leído a las 08:00:00')

    await change(`UPDATE lists SET title = 'Everything' WHERE pid = :pid`)
    await change(`UPDATE patient_data SET fname = 'Mary', DOB = '1999-09-09' WHERE pid = :pid`)
    await practice.setting('practiceName', 'Another Practice')
    practice.clock.set('2026-11-23T08:00:59')
    try {
      const page = await open(id)
      expect((await admin.post(pathOfSubmission(id, '/signature'), seenOn(page))).status).to.equal(303)
      const after = linesOf(await textOfPages(await shownBytes(id)))
      const come = after.filter((line) => !before.includes(line))
      expect(come, after.join('\n')).to.have.length(1)
      expect(come[0]).to.match(/^Firmado por el consultorio: .*, el .*08:00/)
      expect(before.filter((line) => !after.includes(line)).join()).to.match(/^[_\s]*$/)
      expect(await maria.get(pathOf(practice.records.maria, onsite)).then(documentOn)).to.equal(read)
      const theirs = await fetch(`${maria.origin}${pathOf(practice.records.maria, onsite, '/document.pdf')}`, {
        headers: cookiesOf(maria),
      })
      expect(linesOf(await textOfPages(Buffer.from(await theirs.arrayBuffer())))).to.deep.equal(after)
    } finally {
      practice.clock.set('2026-11-23T08:00:00')
      await practice.setting('practiceName', '')
      await change(`UPDATE patient_data SET fname = 'Maria' WHERE pid = :pid`)
    }
  })

  it('cannot be filed while its account has no chart, and says where that is mended', async () => {
    const id = await aSubmission(practice, { pid: undefined, record: practice.records.ownOfMaria })
    const page = await open(id)
    expect(page.body).to.contain('has no chart yet').and.to.contain('/staff/portal/registrations')
    const form = { ...seenOn(page), category: '3', name: 'x.pdf' }
    const answer = await admin.post(pathOfSubmission(id, '/filing'), form)
    expect(answer.status).to.equal(422)
    expect(await submissionRow(practice, id)).to.include({ state: 'waiting' })
  })

  it('is not opened and not filed where the virus scan objects, and can be denied', async () => {
    const id = await aSubmission(practice, { scan: 'infected' })
    const page = await open(id)
    expect(page.body).not.to.contain('/pages/1')
    expect((await admin.get(pathOfSubmission(id, '/file'))).status).to.equal(404)
    const form = { ...seenOn(page), category: '3', name: 'x.pdf' }
    expect((await admin.post(pathOfSubmission(id, '/filing'), form)).status).to.equal(422)
    expect(
      (await admin.post(pathOfSubmission(id, '/denial'), { ...seenOn(page), denial: 'A virus.' })).status,
    ).to.equal(303)
  })

  it('of another kind than pictures and PDF is downloaded, never shown', async () => {
    const bytes = Buffer.from('<script>alert(1)</script>')
    const id = await aSubmission(practice, { bytes, mediaType: 'text/html', name: 'page.html' })
    const page = await open(id)
    expect(page.body).to.contain('cannot be shown here')
    const file = await admin.get(pathOfSubmission(id, '/file'))
    expect(file.headers.get('content-disposition')).to.contain('attachment')
    expect(file.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(file.headers.get('content-security-policy')).to.contain('sandbox')
  })

  it('one by one row, count and state come in the answer to a press in the queue', async () => {
    await aSubmission(practice, { title: 'For the queue' })
    const queue = await admin.get('/staff/portal/documents')
    const [, claim = ''] = /hx-post="([^"]*\/claim)"/.exec(queue.body) ?? []
    const answer = await admin.post(claim, {}, { headers: HTMX })
    const rows = await admin.get(answer.location ?? '', HTMX)
    expect(rows.body).to.contain('id="document-queue"').and.to.contain('Give it back').and.to.contain('hx-swap-oob')
  })

  it('is not ticked to be filed before the practice has signed it, and not with other bytes than were shown', async () => {
    const { id } = await aDocumentSent('To be signed')
    const queue = await admin.get('/staff/portal/documents?name=Santos')
    expect(queue.body)
      .to.contain('To be signed by the practice')
      .and.not.to.contain(`value="${String(id)}.1"`)
    const where = await admin.post('/staff/portal/documents/filing', { 'id[]': [`${String(id)}.1`] })
    expect(where.body)
      .to.contain('it has to be signed by the practice first.')
      .and.not.to.contain('name="asked" value="1"><')
    const { sha256 = '' } = seenOn(await open(id))
    const press = (value: string) =>
      admin.post('/staff/portal/documents/filing', { 'id[]': value, category: '3', asked: '1' })
    const refused = await admin.follow(await press(`${String(id)}.1.${sha256}`))
    expect(refused.body).to.contain('One is not: it has to be signed by the practice first.')
    await admin.post(pathOfSubmission(id, '/signature'), seenOn(await open(id)))
    expect((await admin.follow(await press(`${String(id)}.2.${sha256}`))).body).to.contain('it was changed meanwhile.')
    const [, now = ''] = /name="sha256" value="([0-9a-f]{64})"/.exec((await open(id)).body) ?? []
    expect((await admin.follow(await press(`${String(id)}.2.${now}`))).body).to.contain('It is filed within a minute.')
    await admin.post('/staff/portal/documents/filing/undo', { token: String(id) })
  })

  it('is found in a long queue: by its patient’s name, and page by page in both directions, the oldest first', async () => {
    const pid = await practice.patient({ fname: 'Zora', lname: 'Zimmer' })
    practice.clock.set('2026-11-23T08:00:01')
    const last = await aSubmission(practice, { title: 'The last of all', pid })
    practice.clock.set('2026-11-23T08:00:00')
    await manySubmissions(practice, 120)
    const titles = (body: string) => [...body.matchAll(/id="submission-(\d+)"/g)].map(([, id]) => Number(id))
    const hrefOf = (body: string, rel: 'next' | 'prev') =>
      (new RegExp(`href="([^"]*)" rel="${rel}"`).exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
    const seen: number[] = []
    const pages: number[][] = []
    for (let href = '/staff/portal/documents'; href !== '';) {
      const { body } = await admin.get(href)
      pages.push(titles(body))
      seen.push(...titles(body))
      href = hrefOf(body, 'next')
    }
    const all = await practice.db.select<{ id: number }>(
      `SELECT id FROM foyer_submissions WHERE state = 'waiting' ORDER BY sent_at, id`,
    )
    expect(seen).to.deep.equal(all.map(({ id }) => id))
    expect(seen.at(-1)).to.equal(last)
    const { body } = await admin.get('/staff/portal/documents')
    const second = await admin.get(hrefOf(body, 'next'))
    const back = await admin.get(hrefOf(second.body, 'prev'))
    expect(titles(back.body)).to.deep.equal(pages[0])
    expect(hrefOf(back.body, 'prev')).to.equal('')
    for (const name of ['Zim', 'zora', 'Zora Zimmer', 'Zimmer, Zo']) {
      const found = await admin.get(`/staff/portal/documents?name=${encodeURIComponent(name)}`)
      expect(titles(found.body), name).to.deep.equal([last])
    }
    for (const name of ['Z_m', '%', 'Zimmer, Maria']) {
      const none = await admin.get(`/staff/portal/documents?name=${encodeURIComponent(name)}`)
      expect(none.body, name).to.contain('Nothing of a patient of this name is here')
    }
    // Whoever has no chart yet is found by the name of the account.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET display_name = 'Zoe van Zyl' WHERE id = :id`, {
        id: practice.accounts.luis,
      }),
    )
    const own = { pid: undefined, accountId: practice.accounts.luis, record: practice.records.ownOfMaria }
    const chartless = await aSubmission(practice, { title: 'Before any code', ...own })
    for (const name of ['Zoe', 'zyl', 'van Z', 'Zoe van Zyl', 'Zyl, Zoe']) {
      const found = await admin.get(`/staff/portal/documents?name=${encodeURIComponent(name)}`)
      expect(titles(found.body), name).to.deep.equal([chartless])
    }
    expect(titles((await admin.get('/staff/portal/documents?name=Zo')).body)).to.have.members([last, chartless])
    expect(titles((await admin.get('/staff/portal/documents?name=Zyl%25')).body)).to.deep.equal([])
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_submissions WHERE file_id IS NULL`))
  })

  it('several are ticked, filed a minute later, each into its own patient’s chart, and can be taken back until then', async () => {
    const ids = [
      await aSubmission(practice, { title: 'One' }),
      await aSubmission(practice, { title: 'Two', pid: practice.patients.john }),
      await aSubmission(practice, { title: 'Three' }),
    ]
    const ticked = ids.map((id) => `${String(id)}.1`)
    expect(
      (await admin.post('/staff/portal/documents/filing', {}, { from: '/staff/portal/documents' })).status,
    ).to.equal(422)
    const where = await admin.post('/staff/portal/documents/filing', { 'id[]': ticked })
    expect(where.body).to.contain('File “One.pdf” into Patient of Santos, Maria (chart ')
    expect(where.body).to.contain('File “Two.pdf” into Patient of Carter, John (chart ').and.to.contain('File all 3')
    for (const id of ids) expect(where.body).to.contain(`href="${pathOfSubmission(id, '/file')}"`)
    const other = await admin.post('/staff/portal/documents/filing', { 'id[]': ticked, category: '3' })
    expect(other.body).to.contain('File “Two.pdf” into Medical Record of Carter, John')
    expect(other.body).to.contain('name="category" value="3"')
    const unseen = await admin.post('/staff/portal/documents/filing', { 'id[]': ticked, category: '3', asked: '1' })
    expect((await admin.follow(unseen)).body).to.contain('3 are not: it was changed meanwhile.')
    const seen = [...other.body.matchAll(/name="id\[\]" value="(\d+\.\d+\.[0-9a-f]{64})"/g)].map(
      ([, value]) => value ?? '',
    )
    const done = await admin.post('/staff/portal/documents/filing', { 'id[]': seen, category: '3', asked: '1' })
    const told = await admin.follow(done)
    expect(told.body).to.contain('3 are filed within a minute.')
    await fileDue(practice.portal)
    expect(await submissionRow(practice, ids[0] ?? 0)).to.include({ state: 'waiting' })

    const undone = await admin.post('/staff/portal/documents/filing/undo', { token: String(ids[2]) }, { headers: HTMX })
    const rows = await admin.get(undone.location ?? '', HTMX)
    // The row, the count and the end of the notice in one answer.
    expect(rows.body).to.contain('id="document-queue"').and.to.contain('hx-swap-oob="innerHTML:#undo"')
    expect(rows.body)
      .to.contain('count-documents')
      .and.to.contain('class="form-check-input" type="checkbox" name="id[]" value="' + `${String(ids[2])}.1"`)
    practice.clock.set('2026-11-23T08:02:00')
    await fileDue(practice.portal)
    const now = await Promise.all(ids.map((id) => submissionRow(practice, id)))
    expect(now.map(({ state }) => state)).to.deep.equal(['charted', 'charted', 'waiting'])
    const owners = await practice.db.select<{ foreign_id: number }>(
      `SELECT foreign_id FROM documents WHERE id IN (:ids) ORDER BY id`,
      { ids: now.flatMap(({ document_id: id }) => id ?? []) },
    )
    expect(owners.map((row) => row.foreign_id)).to.have.members([practice.patients.maria, practice.patients.john])
    const late = await admin.post('/staff/portal/documents/filing/undo', { token: String(ids[0]) })
    expect(late.status).to.equal(409)
  })

  it('several are not ticked where nothing can be filed, and why is said at once', async () => {
    const id = await aSubmission(practice, { title: 'Nowhere to go' })
    await elsewhere(practice, {}, async ({ origin }) => {
      const moved = visitor(origin)
      for (const [key, value] of admin.cookies) moved.cookies.set(key, value)
      await moved.get('/staff/portal/documents')
      const answer = await moved.post('/staff/portal/documents/filing', { 'id[]': [`${String(id)}.1`] })
      expect(answer.status).to.equal(409)
      expect(answer.body).to.contain('folder of files is not set up')
      expect(answer.body).to.contain('Nowhere to go')
    })
    expect(await submissionRow(practice, id)).to.include({ state: 'waiting', filing_due_at: null })
  })

  it('one whose bytes were altered keeps nothing that was ticked with it from being filed', async () => {
    const altered = await aSubmission(practice, { title: 'Altered' })
    const sound = await aSubmission(practice, { title: 'Sound' })
    for (const [id, due] of [
      [altered, '2026-11-23 12:59:00'],
      [sound, '2026-11-23 13:00:00'],
    ]) {
      await practice.db.transaction((tx) =>
        tx.change(
          `UPDATE foyer_submissions s JOIN foyer_files f ON f.id = s.file_id
              SET s.claimed_by = 'admin', s.claimed_at = :due, s.category_id = 3, s.filing_due_at = :due, s.filing_sha256 = f.sha256
            WHERE s.id = :id`,
          { id: id ?? 0, due: due ?? '' },
        ),
      )
    }
    const { folder, rows } = await storeOf(practice)
    const { file_id: file } = await submissionRow(practice, altered)
    const { storage_key: key = '' } = rows.find(({ id }) => id === file) ?? {}
    await truncate(join(folder, key.slice(0, 2), key), 40)
    await fileDue(practice.portal)
    expect(await submissionRow(practice, sound)).to.include({ state: 'charted' })
    expect(await submissionRow(practice, altered)).to.include({ state: 'waiting', filing_due_at: null })
  })
})

interface DocumentRow {
  type: string
  url: string
  path_depth: number
  encrypted: number
  hash: string
}

function linesOf(pages: readonly string[]): string[] {
  return pages
    .join('\n')
    .split('\n')
    .map((line) => line.trim())
}

/** What the page shows of the document itself; staff's signature is a picture in it. */
function documentOn({ body }: Pick<Page, 'body'>): string {
  const [, shown = ''] = /<div class="template"[^>]*>([^]*?)<\/div>/.exec(body) ?? []
  if (shown === '') throw new Error('the page shows no document')
  return shown.slice(0, shown.lastIndexOf('<p '))
}

function cookiesOf({ cookies }: Visitor): Record<string, string> {
  return { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
}
