/** What filling leaves in the host's tables, on every site that Foyer is a guest of, under a strict server. */
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { beginDocument } from '../../../module/features/documents/filling/beginning.js'
import { markIn } from '../../../module/features/documents/filling/filling.js'
import { saveDraft } from '../../../module/features/documents/filling/saving.js'
import { finishedDocument, seenOf, sendDocument } from '../../../module/features/documents/filling/sending.js'
import { removeDraft, withdrawDocument } from '../../../module/features/documents/filling/takingBack.js'
import { valuesIn } from '../../../module/host/onsiteDocuments.js'
import type { Actor } from '../../../module/platform/audit.js'
import type { ChartScope } from '../../../module/access/scope.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { describeOnEverySite } from '../../support/database.js'
import { CONSENT, enough, mariaIn, sendTemplate } from '../../support/filling.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

const MARK = '<input id="portal_version" name="portal_version" type="hidden" value="New">'

describeOnEverySite('The host’s rows of a document that is filled', (site) => {
  let practice: TestPractice
  let scope: ChartScope
  let actor: Actor

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    ;({ scope, actor } = await mariaIn(practice))
  })
  after(() => practice.leave())

  const keeps = () => practice.portal.site.has('onsite_documents', 'template_data')

  async function begun(content = CONSENT): Promise<number> {
    const template = await sendTemplate(practice, { pid: scope.pid, content })
    const outcome = await beginDocument(practice.portal, actor, scope, template)
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.id
  }

  async function saved(id: number, body: Record<string, string>): Promise<void> {
    const now = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    const page = {
      on: opaqueId(),
      number: 0,
      seen: now ? markIn(practice.portal, now.filling, now.filling.answers) : '',
    }
    const outcome = await saveDraft(practice.portal, actor, { scope, id, body, page, byItself: false })
    expect(outcome, JSON.stringify(outcome)).to.have.property('ok', true)
  }

  async function sent(id: number) {
    const finished = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    if (!finished) throw new Error('it is gone')
    const seen = seenOf(practice.portal, finished)
    return sendDocument(practice.portal, actor, { scope, id, seen, language: 'en', address: '192.0.2.7' })
  }

  it('says New when it is begun, Editing when it is saved, In Review when it is sent', async function () {
    this.timeout(30_000)
    const id = await begun()
    const row = await document(id)
    expect(row).to.deep.include({
      ...{ pid: scope.pid, facility: 0, provider: 0, encounter: 0, denial_reason: 'New', patient_signed_status: 0 },
      ...{ accept_signed_status: 0, authorizing_signator: '', patient_signature: null, patient_signed_time: null },
    })
    expect(row.file_path).to.match(/^\d+$/)
    expect(row.file_name).to.equal(row.doc_type)
    expect(String(row.full_document)).to.equal(CONSENT + MARK)
    expect(await activities(id)).to.deep.equal([])

    await saved(id, { text_input0: 'Cough' })
    expect(await document(id)).to.deep.include({ denial_reason: 'Editing', patient_signed_status: 0 })
    const editing = { ...activity, pending_action: 'patient submission', status: 'editing', narrative: row.doc_type }
    expect(await activities(id)).to.deep.equal([editing])

    // The name stands in a field, too, and stays a name there.
    await saved(id, { ...enough, text_area0: enough.patient_signature0 })
    expect(await sent(id)).to.include({ ok: true, first: true })
    const after = await document(id)
    expect(after).to.deep.include({
      ...{ denial_reason: 'In Review', patient_signed_status: 1, patient_signed_time: '2026-11-23 08:00:00' },
      ...{ file_path: row.file_path, doc_type: row.doc_type, authorized_signature: null, review_date: null },
    })
    expect(after.patient_signature).to.match(/^data:image\/png;base64,/)
    expect(await activities(id)).to.deep.equal([{ ...editing, pending_action: 'review', status: 'waiting' }])

    if (keeps()) {
      const values = new Map(valuesIn(after.template_data).map(({ name, value }) => [name, value]))
      expect(values.get('text_input0')).to.equal('Cough')
      expect(values.get('ynradio0')).to.equal('No')
      expect(values.get('text_area0')).to.equal(enough.patient_signature0)
      expect(values.get('patient_signature0')).to.equal(after.patient_signature)
      expect(String(after.full_document)).to.equal(CONSENT + MARK)
    } else {
      // Its own pages know no fields: they show the text, so the answers stand in it (facts §6.2).
      expect(String(after.full_document)).to.contain('Cough').and.to.contain('<img').and.to.contain(MARK)
    }
    const [signature, ...more] = await practice.db.select<Record<string, unknown>>(
      `SELECT type, user, status, signator, sig_image, sig_hash, ip, signature, lastmod FROM onsite_signatures WHERE pid = :pid`,
      { pid: scope.pid },
    )
    expect(more).to.deep.equal([])
    expect(signature).to.deep.equal({
      ...{ type: 'patient-signature', user: String(scope.pid), status: 'filed', signator: 'Maria Santos' },
      ...{ sig_image: after.patient_signature, ip: '192.0.2.7', signature: null, lastmod: '2026-11-23 08:00:00' },
      sig_hash: createHash('sha3-512')
        .update(after.patient_signature ?? '')
        .digest('hex'),
    })
  })

  it('keeps one signature a patient, the last', async function () {
    this.timeout(30_000)
    const id = await begun()
    await saved(id, { ...enough, patient_signature0: 'M. Santos' })
    expect(await sent(id)).to.include({ ok: true })
    const rows = await practice.db.select<{ signator: string; sig_image: string }>(
      `SELECT signator, sig_image FROM onsite_signatures WHERE pid = :pid`,
      { pid: scope.pid },
    )
    // The picture says what was typed; whose it is, is not the typist's to say.
    expect(rows).to.deep.equal([{ signator: 'Maria Santos', sig_image: (await document(id)).patient_signature }])
  })

  it('says Editing again when it is taken back, and deleted when the draft is thrown away', async function () {
    this.timeout(30_000)
    const id = await begun()
    await saved(id, enough)
    await sent(id)
    expect(await withdrawDocument(practice.portal, actor, scope, id)).to.deep.equal({ ok: true })
    expect(await document(id)).to.deep.include({ denial_reason: 'Editing' })
    expect((await activities(id)).map(({ status }) => status)).to.deep.equal(['editing'])
    expect(await removeDraft(practice.portal, actor, scope, id)).to.deep.equal({ ok: true })
    expect(await document(id)).to.deep.equal({})
    expect(await activities(id)).to.deep.equal([
      {
        ...{ ...activity, pending_action: 'none', status: 'deleted', table_action: 'delete' },
        narrative: 'Patient deleted un-charted template',
      },
    ])
  })

  it('goes on with what was begun in the host’s own portal, and sends it', async function () {
    this.timeout(30_000)
    const template = await sendTemplate(practice, { pid: scope.pid })
    const values = [
      { name: 'text_input0', value: 'Cough' },
      { name: 'ynradio0', value: 'No' },
      { name: 'encounterForm', value: 'theirs' },
    ]
    const kept = keeps() ? [', template_data', ', :values'] : ['', '']
    const id = await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_documents (pid, facility, provider, encounter, doc_type, patient_signed_status, accept_signed_status,
           authorizing_signator, denial_reason, full_document, file_name, file_path${kept[0] ?? ''})
         VALUES (:pid, 0, 0, 0, 'Theirs', 0, 0, '', 'Editing', :text, 'Theirs', :path${kept[1] ?? ''})`,
        { pid: scope.pid, text: CONSENT + MARK, path: String(template), values: JSON.stringify(values) },
      ),
    )
    const found = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    expect(found?.filling.answers['text_input0']).to.equal(keeps() ? 'Cough' : '')
    await saved(id, enough)
    expect(await sent(id)).to.include({ ok: true })
    const row = await document(id)
    expect(row).to.deep.include({ denial_reason: 'In Review', doc_type: 'Theirs' })
    // What the host kept besides, and Foyer knows nothing of, stays.
    if (keeps()) expect(valuesIn(row.template_data)).to.deep.include({ name: 'encounterForm', value: 'theirs' })
  })

  const activity = {
    ...{ activity: 'document', require_audit: 1, action_taken: '', table_action: 'update', action_user: 0 },
    checksum: '0',
  }

  interface Row {
    doc_type: string
    file_name: string
    file_path: string
    full_document: Buffer
    patient_signature: string | null
    template_data: string | null
  }

  async function document(id: number): Promise<Row> {
    const row = await practice.db.first<Row>(`SELECT * FROM onsite_documents WHERE id = :id`, { id })
    return row ?? ({} as Row)
  }

  function activities(id: number): Promise<Record<string, unknown>[]> {
    return practice.db.select(
      `SELECT activity, require_audit, action_taken, table_action, action_user, checksum, pending_action, status, narrative
         FROM onsite_portal_activity WHERE patient_id = :pid AND table_args = :id`,
      { pid: scope.pid, id: String(id) },
    )
  }
})
