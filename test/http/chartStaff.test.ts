/** Staff look after what a chart shares: who may, what is refused, and what stays of each decision. */
import { expect } from 'chai'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { documentsById } from '../../module/host/reads/chartDocuments.js'
import { clamd } from '../support/clamd.js'
import { aDocument, makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { formOf, pdfOf, sendForm, type FilesAnswer, type Sent } from '../support/files.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

describe('Staff look after the documents of a chart', function () {
  this.timeout(30_000)
  let practice: TestPractice
  let folder: SiteFolderForTest
  let admin: Visitor
  let front: Visitor
  let amina: Visitor
  let list: string

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ env: { FOYER_HOST_SITE_DIR: folder.dir } })
    await practice.rule('user:front', 'portal:use', 'allow')
    admin = await practice.staffVisitor('admin')
    front = await practice.staffVisitor('front')
    amina = await practice.patientVisitor('amina')
    list = `/staff/portal/patients/${String(practice.patients.amina)}/documents`
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  const count = async (table: 'documents' | 'foyer_document_shares' | 'foyer_letters'): Promise<number> =>
    (await practice.db.first<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))?.n ?? -1 // sql-safe: of three names
  const patientSees = async (id: number): Promise<number> =>
    (await amina.get(`/portal/records/${practice.records.amina}/documents/chart/${String(id)}`)).status

  it('take one back with a reason, and share it again: both stay, and the patient sees it by the last', async () => {
    const id = await aDocument(practice, { pid: practice.patients.amina, name: 'letter.txt' })
    const at = `${list}/${String(id)}`
    expect(await patientSees(id)).to.equal(200)
    const without = await admin.post(`${at}/restriction`, { reason: '  ' }, { from: at })
    expect(without.status).to.equal(422)
    expect(without.body).to.contain('Say why').and.to.contain('href="#field-reason"')
    expect(await patientSees(id)).to.equal(200)
    const taken = await admin.post(`${at}/restriction`, { reason: 'Told in <b>confidence</b>' }, { from: at })
    expect(taken.status).to.equal(303)
    expect(await patientSees(id)).to.equal(404)
    const again = await admin.post(`${at}/restriction`, { reason: 'Twice' }, { from: at })
    expect(again.status).to.equal(409)
    expect(again.body).to.match(/has taken it back already, \d\d:\d\d/)
    const page = await admin.get(at)
    expect(page.body).to.contain('Told in &lt;b&gt;confidence&lt;/b&gt;').and.to.contain('Share with Amina Yusuf')
    expect((await admin.post(`${at}/release`, { reason: 'A mistake' }, { from: at })).status).to.equal(303)
    expect(await patientSees(id)).to.equal(200)
    expect((await admin.post(`${at}/release`, { reason: 'Twice' }, { from: at })).status).to.equal(409)
    const rows = await practice.db.select(
      `SELECT shared, reason, rules_for IS NOT NULL AS rules FROM foyer_document_shares WHERE document_id = :id ORDER BY id`,
      { id },
    )
    expect(rows).to.deep.equal([
      { shared: 0, reason: 'Told in <b>confidence</b>', rules: 0 },
      { shared: 1, reason: 'A mistake', rules: 1 },
    ])
    const events = await practice.db.select<{ event: string }>(
      `SELECT event FROM foyer_audit WHERE subject = :subject AND event LIKE 'document.%' ORDER BY id`,
      { subject: `document:${String(id)}` },
    )
    expect(events.map(({ event }) => event)).to.deep.equal(['document.taken-back', 'document.shared'])
  })

  it('cannot share one whose end date has passed, are told so before and at the press, and what to do', async () => {
    const pid = await practice.patient()
    for (const restricted of [false, true]) {
      const id = await aDocument(practice, { pid, name: 'over.txt', content: 'over' })
      const path = `/staff/portal/patients/${String(pid)}/documents/${String(id)}`
      if (restricted) await admin.post(`${path}/restriction`, { reason: 'by mistake' }, { from: path })
      const before = await practice.db.select(`SELECT * FROM foyer_document_shares WHERE document_id = :id`, { id })
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE documents SET date_expires = '2026-11-22 00:00:00' WHERE id = :id`, { id }),
      )
      const page = await admin.get(path)
      expect(page.body).to.include('change or remove the end date in the EMR').and.not.include('/release"')
      expect(page.body.match(/has an end date on it, which has passed/g)).to.have.length(1)
      const pressed = await admin.post(`${path}/release`, { reason: 'They asked for it' })
      expect(pressed.status).to.equal(409)
      expect(pressed.body).to.include('error-summary').and.include('change or remove the end date in the EMR')
      expect(
        await practice.db.select(`SELECT * FROM foyer_document_shares WHERE document_id = :id`, { id }),
      ).to.deep.equal(before)
    }
  })

  it('decide once when two of them press at the same moment', async () => {
    const id = await aDocument(practice, { pid: practice.patients.amina })
    const at = `${list}/${String(id)}`
    const other = await practice.staffVisitor('admin')
    await other.get(at)
    await admin.get(at)
    const pressed = await Promise.all(
      [admin, other, admin, other].map((who) => who.post(`${at}/restriction`, { reason: 'at once' })),
    )
    expect(pressed.map(({ status }) => status).sort()).to.deep.equal([303, 409, 409, 409])
    const ruling = await practice.db.select(`SELECT id FROM foyer_document_shares WHERE document_id = :id`, { id })
    expect(ruling).to.have.length(1)
  })

  it('never at another patient’s address, and never in a category that the EMR keeps from them', async () => {
    const of = await aDocument(practice, { pid: practice.patients.luis, name: 'of luis.txt' })
    for (const path of ['', '/file']) expect((await admin.get(`${list}/${String(of)}${path}`)).status).to.equal(404)
    const elsewhere = await admin.post(`${list}/${String(of)}/restriction`, { reason: 'x' }, { from: list })
    expect(elsewhere.status).to.equal(404)
    // The front office holds patients/demo, and not patients/docs (facts §4.5).
    const named = { pid: practice.patients.amina, categoryId: 5 }
    const card = await aDocument(practice, { ...named, name: 'insurance card.txt' })
    const letter = await aDocument(practice, { ...named, name: 'for doctors.txt', categoryId: 3 })
    const page = await front.get(list)
    expect(page.body).to.contain('insurance card.txt').and.to.not.contain('for doctors.txt')
    expect(page.body).to.contain('Patient ID card').and.to.not.contain('Medical Record')
    expect((await front.get(`${list}/${String(card)}`)).status).to.equal(200)
    for (const path of ['', '/file']) expect((await front.get(`${list}/${String(letter)}${path}`)).status).to.equal(404)
    const kept = await front.post(`${list}/${String(letter)}/restriction`, { reason: 'x' }, { from: list })
    expect(kept.status).to.equal(404)
    const fields = { ...(await formOf(front, list)), category: '3' }
    const filed = await sendForm(front, list, fields, [{ name: 'a.pdf', bytes: pdfOf('front'), field: 'file' }])
    expect(filed.status).to.equal(422)
    expect((await front.get(list)).body).to.not.contain('a.pdf')
  })

  it('add a file: it is in the chart, its patient reads it, and a letter without a word of it goes out', async () => {
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_accounts SET email = 'amina@example.org', email_verified_at = '2026-11-01' WHERE id = :id`,
        {
          id: practice.accounts.amina,
        },
      ),
    )
    const before = { documents: await count('documents'), letters: await count('foyer_letters') }
    const bytes = pdfOf('An answer')
    const fields = { ...(await formOf(admin, list)), category: '3', name: '', tell: '1' }
    const send = (sent: Sent[]): Promise<FilesAnswer> => sendForm(admin, list, fields, sent)
    const file = { name: 'Answer of the clinic.pdf', bytes, field: 'file' }
    const added = await send([file])
    expect(added.status).to.equal(303)
    const id = Number(/\/(\d+)\?/.exec(added.location)?.[1])
    const [document] = await documentsById(practice.db, [id])
    expect(document).to.include({ name: 'Answer of the clinic.pdf', mediaType: 'application/pdf', bytes: bytes.length })
    expect(document).to.include({ pid: practice.patients.amina, encrypted: true })
    const read = await fetch(
      `${amina.origin}/portal/records/${practice.records.amina}/documents/chart/${String(id)}/file`,
      {
        headers: { Cookie: [...amina.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      },
    )
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).to.equal(true)
    const letters = await practice.db.select<{ kind: string; facts: object; account_id: number }>(
      `SELECT kind, facts, account_id FROM foyer_letters ORDER BY id`,
    )
    // Amina herself, and Luis who acts for her.
    expect(letters.slice(before.letters).map(({ kind, account_id: account }) => [kind, account])).to.have.deep.members([
      ['document.added', practice.accounts.amina],
      ['document.added', practice.accounts.luis],
    ])
    for (const { facts } of letters) expect(facts).to.deep.equal({})
    // The same press again is the same document.
    const again = await send([file])
    expect(again.location.split('&')[0]).to.equal(added.location.split('&')[0])
    expect(await count('documents')).to.equal(before.documents + 1)
    expect((await send([{ ...file, bytes: pdfOf('Something else') }])).status).to.equal(422)
    expect(await count('documents')).to.equal(before.documents + 1)
    expect(await practice.db.select('SELECT id FROM foyer_filings')).to.deep.equal([])
    const ofAmina = await practice.db.select('SELECT id FROM documents WHERE foreign_id = :pid', {
      pid: practice.patients.amina,
    })
    expect(await readdir(join(folder.documents, String(practice.patients.amina)))).to.have.length(ofAmina.length)
  })

  describe('are told of what they added', () => {
    const add = async (who: 'amina' | 'marsh' | 'newcomer', pid: number, more: Record<string, string> = {}) => {
      const at = `/staff/portal/patients/${String(pid)}/documents`
      const fields = { ...(await formOf(admin, at)), category: '3', name: '', ...more }
      const sent = await sendForm(admin, at, fields, [{ name: `${who}.pdf`, bytes: pdfOf(who), field: 'file' }])
      expect(sent.status, sent.body).to.equal(303)
      return (await admin.get(sent.location)).body
    }
    const sensitive = async (): Promise<string> => {
      const row = await practice.db.first<{ id: number }>(
        `SELECT id FROM categories WHERE aco_spec LIKE 'sensitivities%' LIMIT 1`,
      )
      if (row) return String(row.id)
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE categories SET aco_spec = 'sensitivities|high' WHERE name = 'Lab Report'`),
      )
      return sensitive()
    }

    it('who reads it, and to whom a letter goes or cannot go', async () => {
      const before = await count('foyer_letters')
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE patient_data SET email = '', email_direct = '' WHERE pid = :pid`, {
          pid: practice.patients.luis,
        }),
      )
      const told = await add('amina', practice.patients.amina, { tell: '1' })
      expect(told)
        .to.contain('2 people can read this in the portal.')
        .and.to.contain('A letter to one reader is on its way.')
      expect(told).to.contain('One reader gets no letter, having no address that may be written to')
      const states = await practice.db.select<{ state: string }>(`SELECT state FROM foyer_letters ORDER BY id`)
      expect(states.slice(before).map(({ state }) => state)).to.have.members(['waiting', 'refused'])
      const untold = await add('amina', practice.patients.amina)
      expect(untold)
        .to.contain('2 people can read this')
        .and.to.not.match(/letters? to|gets? no letter|No letter/)
    })

    it('that nobody reads the chart in the portal yet, where it is so', async () => {
      const nobody = await practice.patient({ fname: 'Nora', lname: 'Nobody' })
      const told = await add('newcomer', nobody, { tell: '1' })
      expect(told).to.contain('Nobody reads this chart’s documents in the portal yet.')
      expect(told).to.contain('No letter was written: nobody would see it in the portal.')
      expect(told).to.not.contain('can read this')
    })

    it('that its patient does not see it, and why, where the EMR marks it as sensitive', async () => {
      await practice.setting('sensitiveDocuments', 'nobody')
      const before = await count('foyer_letters')
      const told = await add('marsh', practice.patients.amina, { tell: '1', category: await sensitive() })
      expect(told).to.contain('The patient does not see it in the portal.').and.to.contain('Sensitive, held back')
      expect(told).to.contain('No letter was written').and.to.not.contain('can read this')
      expect(await count('foyer_letters')).to.equal(before)
    })
  })

  it('are told at the field what is missing or not taken, and nothing is left of it', async () => {
    const before = await count('documents')
    const send = async (fields: Record<string, string>, sent: Sent[]): Promise<FilesAnswer> =>
      sendForm(admin, list, { ...(await formOf(admin, list)), name: 'Kept <i>name</i>', ...fields }, sent)
    const pdf = { name: 'a.pdf', bytes: pdfOf('a'), field: 'file' }
    const none = await send({ category: '3' }, [])
    expect(none.status).to.equal(422)
    expect(none.body).to.contain('Choose a file').and.to.contain('Kept &lt;i&gt;name&lt;/i&gt;')
    const nowhere = await send({ category: '' }, [pdf])
    expect(nowhere.status).to.equal(422)
    expect(nowhere.body).to.contain('Choose a category')
    expect((await send({ category: '4711' }, [pdf])).status).to.equal(422)
    const program = await send({ category: '3' }, [{ ...pdf, bytes: Buffer.from('MZ\u0090\u0000\u0003 program') }])
    expect(program.status).to.equal(422)
    expect(program.body).to.contain('A file of this kind is not taken')
    expect(await count('documents')).to.equal(before)
  })

  it('add several at once: each is in the chart or refused for itself, with its name and the reason', async () => {
    const before = { documents: await count('documents'), letters: await count('foyer_letters') }
    const pdfs = ['one.pdf', 'two.pdf'].map((name) => ({ name, bytes: pdfOf(name), field: 'file' }))
    const program = { name: 'game.pdf', bytes: Buffer.from('MZ\u0090\u0000\u0003 program'), field: 'file' }
    const empty = { name: 'nothing.pdf', bytes: Buffer.alloc(0), field: 'file' }
    const fields = { ...(await formOf(admin, list)), category: '3', name: '', tell: '1' }
    const all = await sendForm(admin, list, fields, pdfs)
    expect(all.status).to.equal(303)
    expect(all.location).to.match(/\?added=\d+\.\d+&letters=\d+\.\d+$/)
    const told = await admin.get(all.location)
    expect(told.body).to.contain('2 documents were added').and.to.contain('one.pdf').and.to.contain('two.pdf')
    const twice = await sendForm(admin, list, fields, pdfs)
    expect(twice.location.split('&')[0], 'the same press').to.equal(all.location.split('&')[0])
    expect(await count('documents')).to.equal(before.documents + 2)
    expect(await count('foyer_letters'), 'once for both, to each of two').to.equal(before.letters + 2)

    const more: Record<string, string> = { ...(await formOf(admin, list)), category: '3', name: '' }
    const some = await sendForm(admin, list, more, [program, { ...pdfs[0], name: 'three.pdf' } as Sent, empty])
    expect(some.status).to.equal(422)
    expect(some.body).to.contain('One document was added').and.to.contain('three.pdf')
    expect(some.body).to.contain('“game.pdf” was not added. A file of this kind is not taken')
    expect(some.body).to.contain('“nothing.pdf” is empty').and.to.contain('href="#field-file"')
    expect(some.body, 'a form of its own').to.not.contain(more['_once'] ?? '')
    expect(await count('documents')).to.equal(before.documents + 3)
    const named = await sendForm(admin, list, { ...(await formOf(admin, list)), category: '3', name: 'Both' }, pdfs)
    expect([named.status, named.body.includes('A name can be given to one file')]).to.deep.equal([422, true])
    expect(await count('documents')).to.equal(before.documents + 3)
  })

  it('are told that a file is too large for the scanner as what it is: it will be so the next time, too', async () => {
    const peer = await clamd()
    peer.manner.most = 100_000
    const { config } = practice.portal
    Object.assign(config, { clamd: peer.address })
    try {
      const fields = { ...(await formOf(admin, list)), category: '3' }
      const long = { name: 'long.pdf', bytes: pdfOf('long', 300_000), field: 'file' }
      const refused = await sendForm(admin, list, fields, [long])
      expect(refused.status).to.equal(422)
      expect(refused.body).to.contain('too large to be checked for viruses').and.to.not.contain('Try again in a moment')
    } finally {
      Object.assign(config, { clamd: undefined })
      await peer.stop()
    }
  })

  it('are told why nothing can be filed while the EMR’s folder is away', async () => {
    const before = await count('documents')
    const { config } = practice.portal
    Object.assign(config, { hostSiteDir: undefined })
    try {
      const fields = { ...(await formOf(admin, list)), category: '3' }
      const refused = await sendForm(admin, list, fields, [{ name: 'a.pdf', bytes: pdfOf('b'), field: 'file' }])
      expect(refused.status).to.equal(503)
      expect(refused.body).to.contain('FOYER_HOST_SITE_DIR')
    } finally {
      Object.assign(config, { hostSiteDir: folder.dir })
    }
    expect(await count('documents')).to.equal(before)
  })

  it('see on the panel how many there are, and from how many the patient is kept', async () => {
    const card = `/staff/portal/patients/${String(practice.patients.amina)}/chart-documents`
    expect((await admin.get(card, { 'HX-Request': 'true' })).body).to.match(/\d+ documents, shared but for 1</)
  })
})
