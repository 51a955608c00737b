/** A patient fills a document that the practice asks for, signs and sends it: the whole way, by plain HTTP. */
import { expect } from 'chai'
import { dumpRows } from '../support/dump.js'
import { beginAs, enough, hiddenOf, pathOf, sendAs, sendTemplate } from '../support/filling.js'
import type { TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { openFilling, pdfAt, stateOf, written, type Filling } from './fillingPages.js'

describe('A document that the practice asks for', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let john: Visitor
  let record: string
  let begun: Filling['begun']

  before(async () => {
    ;({ begun, john, maria, practice, record } = await openFilling())
  })
  after(() => practice.leave())

  const list = () => maria.get(`/portal/records/${record}/documents/asked`)

  it('is filled, kept as a draft, looked at, sent, and has a number', async () => {
    const template = await sendTemplate(practice, { pid: practice.patients.maria, name: 'Consent to treatment' })
    expect(rowOf((await list()).body, 'Consent to treatment')).to.contain('To fill in')
    const id = await beginAs(maria, record, template)
    const form = await maria.get(pathOf(record, id))
    expect(form.body).to.contain('Consent of Maria')
    const saved = await maria.post(pathOf(record, id), { ...hiddenOf(form), text_input0: 'Cough', then: 'save' })
    expect((await maria.follow(saved)).body).to.contain('value="Cough"')
    expect(rowOf((await list()).body, 'Consent to treatment')).to.contain('Draft saved')

    const early = await maria.get(pathOf(record, id, '/check'))
    expect(early.body).to.contain('Please sign here.').and.not.to.contain('name="seen"')
    const sent = await sendAs(maria, record, id)
    expect(sent.status, sent.body).to.equal(303)
    const receipt = await maria.follow(sent)
    const [number = ''] = RECEIPT.exec(receipt.body) ?? []
    expect(number).not.to.equal('')
    expect(rowOf((await list()).body, number)).to.contain('Being reviewed')
    const read = await maria.get(pathOf(record, id))
    expect(read.body).to.contain('Cough').and.not.to.contain('<textarea')
    const pdf = await maria.get(pathOf(record, id, '/document.pdf'))
    expect(pdf.headers.get('content-type')).to.equal('application/pdf')
    expect(pdf.headers.get('content-disposition')).to.contain('attachment')
  })

  it('says at each field what is missing, and is not sent by a press that asks for it all the same', async () => {
    const id = await begun()
    const form = await maria.get(pathOf(record, id))
    await maria.post(pathOf(record, id), { ...hiddenOf(form), text_area0: 'only this', then: 'check' })
    const answer = await maria.post(pathOf(record, id, '/submission'), { seen: 'whatever' })
    expect(answer.status).to.equal(422)
    for (const field of ['text_input0', 'ynradio0', 'patient_signature0']) {
      expect(answer.body).to.contain(`${pathOf(record, id)}#field-${field}`)
    }
    expect(await stateOf(practice, id)).to.equal('Editing')
  })

  it('is sent as it was looked at, however long that took; what the chart says anew is looked at first', async () => {
    const id = await begun('<p>{PatientName}, {CurrentDate:Y-m-d H:i:s}</p><p>* {TextInput}</p>')
    const form = await maria.get(pathOf(record, id))
    await maria.post(pathOf(record, id), { ...hiddenOf(form), text_input0: 'Cough', then: 'check' })
    const looked = await maria.get(pathOf(record, id, '/check'))
    expect(looked.body).to.contain('2026-11-23 08:00:00')
    practice.clock.set('2026-11-23T08:04:30')
    const { seen } = hiddenOf(looked)
    const altered = `${seen.slice(0, 9)}${seen[9] === 'A' ? 'B' : 'A'}${seen.slice(10)}`
    expect((await maria.post(pathOf(record, id, '/submission'), { seen: altered })).status).to.equal(409)
    await rename('Mariana')
    const changed = await maria.post(pathOf(record, id, '/submission'), { seen })
    expect(changed.status).to.equal(409)
    expect(changed.body).to.contain('Mariana').and.to.contain('2026-11-23 08:04:30')
    await rename('Maria')
    expect((await maria.post(pathOf(record, id, '/submission'), { seen })).status).to.equal(303)
    practice.clock.set('2026-11-23T08:00:00')
    expect((await maria.get(pathOf(record, id))).body).to.contain('2026-11-23 08:00:00')
    const pdf = await pdfAt(maria, record, id)
    expect(pdf).to.contain('Maria Santos, 2026-11-23 08:00:00').and.to.contain('08:04')
  })

  const rename = (fname: string) =>
    practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET fname = :fname WHERE pid = :pid`, { fname, pid: practice.patients.maria }),
    )

  it('names who wrote the patient’s name and the witness’s, and whose account it was', async () => {
    const pid = practice.patients.leo
    const content = '<p>{PatientSignature}</p><p>Witness: {WitnessSignature}</p>{SignaturesRequired}'
    const id = await beginAs(maria, practice.records.leo, await sendTemplate(practice, { pid, content }))
    const witness = `Wilma ${'Witness '.repeat(20).trim()}`
    const names = { patient_signature0: 'Leo Santos', witness_signature0: witness }
    await practice.db.transaction((tx) =>
      tx.change(
        `INSERT INTO onsite_signatures (status, type, created, lastmod, pid, user, signator, sig_image, sig_hash, ip)
         VALUES ('filed', 'patient-signature', 1, '2026-01-01', :pid, :user, 'Leo Santos', 'his own', '', '')`,
        { pid, user: String(pid) },
      ),
    )
    expect((await sendAs(maria, practice.records.leo, id, names)).status).to.equal(303)
    const pdf = await pdfAt(maria, practice.records.leo, id)
    expect(pdf).to.contain('Signed as “Leo Santos”, typed by maria.santos, the patient’s mother, on')
    expect(pdf).to.contain(`Witnessed as “${witness}”, typed while maria.santos, the patient’s mother, was signed in`)
    expect(pdf).to.contain('Sent through the patient portal by maria.santos, the patient’s mother, on')
    // What the EMR offers as the patient's own signature is not his mother's.
    const kept = await practice.db.select(`SELECT signator, sig_image FROM onsite_signatures WHERE pid = :pid`, { pid })
    expect(kept).to.deep.equal([{ signator: 'Leo Santos', sig_image: 'his own' }])
    const there = await practice.db.first(
      `SELECT patient_signature LIKE 'data:image/png%' AS own FROM onsite_documents WHERE id = :id`,
      { id },
    )
    expect(there, 'it stands in the document').to.deep.equal({ own: 1 })
  })

  it('is not begun where a form or a file that belongs to it is not there, and says so', async () => {
    for (const content of [
      '<p>{Questionnaire:No such form}</p>',
      '<p>{EncounterForm:No such form}</p>',
      '<p>{AcknowledgePdf:987654:No such form}</p>',
    ]) {
      const template = await sendTemplate(practice, { pid: practice.patients.maria, content })
      const answer = await maria.post(`/portal/records/${record}/documents/asked/${String(template)}`)
      expect(answer.status, content).to.equal(409)
      expect(answer.body).to.contain('No such form').and.to.contain('Call it')
    }
  })

  it('comes back with a reason and marks, and is sent again under its number', async () => {
    const id = await begun()
    const first = await numberOf(id, await sendAs(maria, record, id))
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `UPDATE foyer_submissions SET state = 'returned', reason = :reason, marks = :marks WHERE onsite_id = :id`,
        { id, reason: 'We need the year too', marks: JSON.stringify({ text_input0: 'Since which year?' }) },
      )
      await tx.change(`UPDATE onsite_documents SET denial_reason = 'Editing' WHERE id = :id`, { id })
    })
    const form = await maria.get(pathOf(record, id))
    expect(form.body).to.contain('We need the year too').and.to.contain('Since which year?')
    const home = await maria.get(`/portal/records/${record}`)
    expect(home.body).to.contain('We need the year too')
    expect(form.body, 'what was sent cannot be thrown away').not.to.contain('/removal')
    const again = await numberOf(id, await sendAs(maria, record, id, { ...enough, text_input0: 'Since 2019' }))
    expect(again).to.equal(first)
    expect(await stateOf(practice, id)).to.equal('In Review')
  })

  it('shows why it was denied, and stays as it was sent', async () => {
    const id = await begun()
    await sendAs(maria, record, id)
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `UPDATE foyer_submissions SET state = 'denied', open_key = NULL, reason = 'Not ours' WHERE onsite_id = :id`,
        { id },
      )
      await tx.change(`UPDATE onsite_documents SET denial_reason = 'Denied' WHERE id = :id`, { id })
    })
    const page = await maria.get(pathOf(record, id))
    expect(page.body).to.contain('Not ours').and.to.contain('Denied').and.not.to.contain('name="then"')
    for (const rest of ['/withdrawal', '/removal', '/submission']) {
      expect((await maria.post(pathOf(record, id, rest))).status, rest).to.equal(409)
    }
  })

  it('is read and not changed once it is sent; what is typed on an old page is kept aside', async () => {
    const id = await begun()
    const old = await maria.get(pathOf(record, id))
    await sendAs(maria, record, id)
    const before = await dumpRows(practice.db, ['onsite_documents', 'foyer_submissions'])
    const late = await maria.post(pathOf(record, id), {
      ...hiddenOf(old),
      ...enough,
      text_input0: 'too late',
      then: 'save',
    })
    expect(late.status).to.equal(303)
    expect((await maria.follow(late)).body).to.contain('too late')
    expect(await dumpRows(practice.db, ['onsite_documents', 'foyer_submissions'])).to.deep.equal(before)
  })

  it('is taken back while nobody has decided, not after', async () => {
    const id = await begun()
    await sendAs(maria, record, id)
    expect((await maria.post(pathOf(record, id, '/withdrawal'))).status).to.equal(303)
    expect(await stateOf(practice, id)).to.equal('Editing')
    expect((await maria.post(pathOf(record, id, '/withdrawal'))).status).to.equal(409)
    await sendAs(maria, record, id)
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `UPDATE foyer_submissions SET state = 'charted', open_key = NULL WHERE onsite_id = :id AND state = 'waiting'`,
        { id },
      )
      await tx.change(`UPDATE onsite_documents SET denial_reason = 'Locked' WHERE id = :id`, { id })
    })
    expect((await maria.post(pathOf(record, id, '/withdrawal'))).status).to.equal(409)
    expect((await maria.get(pathOf(record, id))).body).to.contain('Filed')
  })

  it('is nobody else’s: not there under another record, on no address, and stays as it is', async () => {
    const template = await sendTemplate(practice, { pid: practice.patients.john })
    const his = await beginAs(john, practice.records.john, template)
    const form = await john.get(pathOf(practice.records.john, his))
    await john.post(pathOf(practice.records.john, his), { ...hiddenOf(form), ...enough, then: 'save' })
    const before = await dumpRows(practice.db, written)
    for (const rest of ['', '/check', '/receipt', '/document.pdf', '/files/1', '/files/1/file', '/files/1/pages/1']) {
      expect((await maria.get(pathOf(record, his, rest))).status, rest).to.equal(404)
    }
    for (const rest of ['', '/submission', '/withdrawal', '/removal', '/kept/1/dismissal']) {
      const body = { ...hiddenOf(form), ...enough, pid: String(practice.patients.john), id: String(his) }
      expect((await maria.post(pathOf(record, his, rest), body)).status, rest).to.equal(404)
    }
    expect((await maria.post(`/portal/records/${record}/documents/asked/${String(template)}`)).status).to.equal(404)
    expect(await dumpRows(practice.db, written)).to.deep.equal(before)
  })

  it('is not fillable by who is let in for appointments only', async () => {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_grants SET extent = 'appointments' WHERE record = :record`, {
        record: practice.records.leo,
      }),
    )
    expect((await maria.get(`/portal/records/${practice.records.leo}/documents/asked`)).status).to.equal(404)
  })

  async function numberOf(id: number, sent: { status: number }): Promise<string> {
    expect(sent.status).to.equal(303)
    return RECEIPT.exec((await maria.get(pathOf(record, id, '/receipt'))).body)?.[0] ?? ''
  }
})

/** The line of a list that says this. */
function rowOf(body: string, text: string): string {
  return body.split('<li>').find((row) => row.includes(text)) ?? ''
}

/** As it stands in a text: a token of the page may hold the like. */
const RECEIPT = /(?<=[>\s])[A-Z0-9]{4}-[A-Z0-9]{4}(?=[<\s.,])/
