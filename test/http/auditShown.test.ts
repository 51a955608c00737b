/** What staff are shown of what a patient sent, and what their own signature adds to it. */
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import PDFDocument from 'pdfkit'
import sharp from 'sharp'
import { beginAs, pathOf, sendAs, sendTemplate } from '../support/filling.js'
import { textOfPages } from '../support/pdfPages.js'
import type { TestPractice } from '../support/practice.js'
import { aSubmission, filingOn, pathOfSubmission, seenOn } from '../support/submissions.js'
import type { Page, Visitor } from '../support/visitor.js'
import { aDocumentSent, bytesShown, cookiesOf, hostRow, openAuditing, openedBy, type Auditing } from './auditing.js'

describe('What a patient sent, as staff see it,', function () {
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

  it('is painted from these bytes: a page of others is not there', async () => {
    const id = await aSubmission(practice)
    const { sha256 = '' } = seenOn(await openedBy(admin, id))
    const picture = await fetch(`${admin.origin}${pathOfSubmission(id, `/pages/1?sha256=${sha256}`)}`, {
      headers: cookiesOf(admin),
    })
    expect(picture.headers.get('content-type')).to.equal('image/png')
    expect(await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).to.include({ format: 'png', width: 1040 })
    expect((await admin.get(pathOfSubmission(id, `/pages/1?sha256=${'0'.repeat(64)}`))).status).to.equal(404)
    expect((await admin.get(pathOfSubmission(id, `/pages/2?sha256=${sha256}`))).status).to.equal(404)
    expect((await maria.get(pathOfSubmission(id, `/pages/1?sha256=${sha256}`))).status).to.equal(303)
  })

  it('is a picture that is painted once for a page that shows it', async () => {
    const bytes = await sharp({ create: { width: 60, height: 30, channels: 3, background: '#c00' } })
      .jpeg()
      .toBuffer()
    const id = await aSubmission(practice, { bytes, mediaType: 'image/jpeg', name: 'card.jpg' })
    const opens = countedOpenings(practice)
    try {
      const page = await openedBy(admin, id)
      const [, src = ''] = /<img class="page-picture" src="([^"]*)"/.exec(page.body) ?? []
      const picture = await fetch(`${admin.origin}${src}`, { headers: cookiesOf(admin) })
      expect(picture.headers.get('content-type')).to.equal('image/png')
      expect(await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).to.include({ width: 60, height: 30 })
      expect(opens.count()).to.equal(1)
    } finally {
      opens.stop()
    }
  })

  it('that is a picture and cannot be painted: the page says so and how to see it, and it can be decided on', async () => {
    const whole = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#00c' } })
      .jpeg()
      .toBuffer()
    const bytes = whole.subarray(0, whole.length / 2)
    const id = await aSubmission(practice, { bytes, mediaType: 'image/jpeg', name: 'card.jpg' })
    const page = await openedBy(admin, id)
    expect(page.status).to.equal(200)
    expect(page.body)
      .to.contain('This picture cannot be shown here')
      .and.to.contain('Download these bytes')
      .and.not.to.contain('page-picture')
    expect(filingOn(page)['category']).to.not.equal('')
    const { sha256 = '' } = seenOn(page)
    const picture = await admin.get(pathOfSubmission(id, `/pages/1?sha256=${sha256}`))
    expect(picture.status).to.equal(422)
    expect(picture.body).to.contain('This picture cannot be shown here').and.to.contain(pathOfSubmission(id, '/file'))
    expect((await admin.get(pathOfSubmission(id, '/file'))).status).to.equal(200)
  })

  it('that is a picture and was not painted for the machine’s fault is offered again, and the page is there', async () => {
    const bytes = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#0c0' } })
      .png()
      .toBuffer()
    const id = await aSubmission(practice, { bytes, mediaType: 'image/png', name: 'card.png' })
    process.execArgv.push('--no-such-option')
    try {
      const page = await openedBy(admin, id)
      expect(page.body).to.contain('This could not be painted just now')
      const { sha256 = '' } = seenOn(page)
      const picture = await admin.get(pathOfSubmission(id, `/pages/1?sha256=${sha256}`))
      expect(picture.status).to.equal(503)
      expect(picture.headers.get('retry-after')).to.equal('10')
    } finally {
      process.execArgv.pop()
    }
    expect((await openedBy(admin, id)).body).to.contain('page-picture')
  })

  it('is shown as text where it is text: every line of it, numbered, as what it is', async () => {
    const rows = Array.from(
      { length: 900 },
      (_each, at) => `${String(at)},<b>${'ß'.repeat(at % 40)}</b>,"${'x'.repeat(20)}"`,
    )
    const bytes = Buffer.from(['date,<script>alert(1)</script>', 'a\u202eb\u0000c', ...rows, ''].join('\n'))
    const id = await aSubmission(practice, { bytes, mediaType: 'text/csv', name: 'weights.csv' })
    const first = await openedBy(admin, id)
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
    expect((await openedBy(admin, old)).body)
      .to.contain('Read as Windows-1252')
      .and.to.contain('>name;Jürgen</li>')
  })

  it('is shown to its last page, forty at a time', async () => {
    const paper = new PDFDocument({ size: [200, 100], margin: 10 })
    for (let page = 1; page <= 43; page += 1) (page === 1 ? paper : paper.addPage()).text(`Page ${String(page)}`)
    paper.end()
    const id = await aSubmission(practice, { bytes: await buffer(paper) })
    const first = await openedBy(admin, id)
    const { sha256 = '' } = seenOn(first)
    expect(first.body).to.contain('Pages 1 to 40 of 43').and.to.contain('/pages/40?').and.not.to.contain('/pages/41?')
    const rest = await admin.get(/href="([^"]*\?page=2)#bytes"/.exec(first.body)?.[1] ?? '')
    expect(rest.body).to.contain('Pages 41 to 43 of 43').and.to.contain('/pages/43?').and.not.to.contain('/pages/40?')
    expect(await admin.get(pathOfSubmission(id, `/pages/43?sha256=${sha256}`))).to.include({ status: 200 })
    expect((await admin.get(pathOfSubmission(id, `/pages/44?sha256=${sha256}`))).status).to.equal(404)
  })

  it('of another kind than pictures and PDF is downloaded, never shown', async () => {
    const bytes = Buffer.from('<script>alert(1)</script>')
    const id = await aSubmission(practice, { bytes, mediaType: 'text/html', name: 'page.html' })
    const page = await openedBy(admin, id)
    expect(page.body).to.contain('cannot be shown here')
    const file = await admin.get(pathOfSubmission(id, '/file'))
    expect(file.headers.get('content-disposition')).to.contain('attachment')
    expect(file.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(file.headers.get('content-security-policy')).to.equal("sandbox; default-src 'none'")
  })

  it('is signed for the practice by who is signed in: new bytes, which are shown before they are filed', async () => {
    const { id, onsite } = await aDocumentSent(auditing)
    const page = await openedBy(admin, id)
    expect(page.body).to.contain('Sign for the practice').and.to.not.contain('name="signer"')
    const before = await bytesShown(admin, id)
    const signed = await admin.post(pathOfSubmission(id, '/signature'), { ...seenOn(page), signer: 'Dr. Eve Else' })
    expect(signed.status, signed.body).to.equal(303)
    expect((await admin.post(pathOfSubmission(id, '/filing'), filingOn(page))).status).to.equal(409)
    const next = await openedBy(admin, id)
    expect(next.body).not.to.contain('Sign for the practice')
    const after = await bytesShown(admin, id)
    expect(after.equals(before)).to.equal(false)
    const [, name = ''] = /Signed for the practice by (.*) on/.exec((await textOfPages(after)).join()) ?? []
    expect(page.body).to.contain(`Sign as ${name}`)
    const row = await hostRow(practice, onsite)
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
    const { id, onsite } = await aDocumentSent(auditing)
    const signed = await lee.post(pathOfSubmission(id, '/signature'), seenOn(await openedBy(lee, id)))
    expect(signed.status, signed.body).to.equal(303)
    expect((await hostRow(practice, onsite))?.['authorized_signature']).to.equal(image)
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
    const before = linesOf(await textOfPages(await bytesShown(admin, id)))
    const read = documentOn(await maria.get(pathOf(practice.records.maria, onsite)))
    expect(before.join('\n')).to.contain('Maria Santos; alergias: Polen; leído a las 08:00:00')

    await change(`UPDATE lists SET title = 'Everything' WHERE pid = :pid`)
    await change(`UPDATE patient_data SET fname = 'Mary', DOB = '1999-09-09' WHERE pid = :pid`)
    await practice.setting('practiceName', 'Another Practice')
    practice.clock.set('2026-11-23T08:00:59')
    try {
      const page = await openedBy(admin, id)
      expect((await admin.post(pathOfSubmission(id, '/signature'), seenOn(page))).status).to.equal(303)
      const after = linesOf(await textOfPages(await bytesShown(admin, id)))
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
})

/** How often a file's bytes are opened. */
function countedOpenings({ portal: { files } }: TestPractice): { count: () => number; stop: () => void } {
  const { open } = files
  let count = 0
  files.open = (key) => {
    count += 1
    return open(key)
  }
  return { count: () => count, stop: () => (files.open = open) }
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
