/** Documents that the host's own portal and dashboard touch: sent there, changed there, charted there, thrown away there. */
import { expect } from 'chai'
import { followDocuments } from '../../../module/features/documents/audit/following.js'
import { fileSubmission } from '../../../module/features/documents/audit/filing.js'
import { returnSubmission } from '../../../module/features/documents/audit/answering.js'
import { fileOf, sweepStore } from '../../../module/access/storedFiles.js'
import { makeSiteFolder, type SiteFolderForTest } from '../../support/chart.js'
import { describeOnEverySite } from '../../support/database.js'
import { storeOf } from '../../support/files.js'
import { textOfPages } from '../../support/pdfPages.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { administrator } from '../registration/people.js'

const TEMPLATE = '<p>I, {PatientName}, come for: {TextInput}</p><p>{CheckMark} I agree</p>'
const MARK = '<input id="portal_version" name="portal_version" type="hidden" value="New">'

describeOnEverySite('A document of the host’s own portal', (site) => {
  let practice: TestPractice
  let folder: SiteFolderForTest
  let staff: Awaited<ReturnType<typeof administrator>>

  before(async function () {
    this.timeout(90_000)
    folder = await makeSiteFolder()
    practice = await openPractice({ site, env: { FOYER_HOST_SITE_DIR: folder.dir } })
    staff = await administrator(practice)
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  const change = (sql: string, values: Record<string, unknown>): Promise<number> =>
    practice.db.transaction((tx) => tx.change(sql, values))

  /** As the host writes one that a patient sent there (facts §5.2, §6.2). */
  async function sentThere(reason: string): Promise<number> {
    const pid = practice.patients.maria
    const keeps = practice.portal.site.has('onsite_documents', 'template_data')
    const data = JSON.stringify([
      { name: 'text_input0', value: reason },
      { name: 'check0', value: 'on' },
    ])
    const text = keeps ? TEMPLATE : `<p>I come for: ${reason}</p>`
    return practice.db.transaction(async (tx) => {
      const id = await tx.insert(
        `INSERT INTO onsite_documents (pid, facility, provider, encounter, create_date, doc_type, patient_signed_status,
           accept_signed_status, authorizing_signator, denial_reason, full_document, file_name, file_path${keeps ? ', template_data' : ''})
         VALUES (:pid, 0, 0, 0, '2026-11-23 07:00:00', 'Visit reason', 0, 0, '', 'In Review', :text, 'Visit reason', '0'${keeps ? ', :data' : ''})`,
        { pid, data, text: Buffer.from(text + MARK) },
      )
      await tx.insert(
        `INSERT INTO onsite_portal_activity (date, patient_id, activity, require_audit, pending_action, action_taken, status,
           narrative, table_action, table_args, action_user, checksum)
         VALUES ('2026-11-23 07:30:00', :pid, 'document', 1, 'review', '', 'waiting', 'Visit reason', 'update', :id, 0, '0')`,
        { pid, id: String(id) },
      )
      return id
    })
  }

  const submissionOf = (onsite: number) =>
    practice.db.first<Row>(`SELECT * FROM foyer_submissions WHERE onsite_id = :onsite ORDER BY id DESC LIMIT 1`, {
      onsite,
    })

  async function textOf(row: Row | undefined): Promise<string> {
    const file = await fileOf(practice.db, row?.file_id ?? 0)
    if (!file) throw new Error('no file')
    return (await textOfPages(await practice.portal.files.read(file.key))).join('\n')
  }

  async function adopted(reason: string): Promise<{ onsite: number; row: Row }> {
    const onsite = await sentThere(reason)
    await followDocuments(practice.portal)
    const row = await submissionOf(onsite)
    if (!row) throw new Error('not adopted')
    return { onsite, row }
  }

  async function file(row: Row) {
    const kept = await fileOf(practice.db, row.file_id)
    const category = await practice.db.first<{ id: number }>(`SELECT id FROM categories WHERE name = 'Reviewed'`)
    const seen = { id: row.id, pid: row.pid, version: row.version, sha256: kept?.sha256 ?? '' }
    const input = { seen, categoryId: category?.id ?? 0, name: 'Visit reason.pdf' }
    return fileSubmission(practice.portal, staff.member, staff.actor, input)
  }

  it('comes into the queue once, made into bytes as its row says', async () => {
    const { onsite, row } = await adopted('A cough')
    expect(row).to.include({ state: 'waiting', pid: practice.patients.maria, kind: 'document', account_id: null })
    expect(await textOf(row)).to.contain('A cough')
    await followDocuments(practice.portal)
    const all = await practice.db.select(`SELECT id FROM foyer_submissions WHERE onsite_id = :onsite`, { onsite })
    expect(all).to.have.length(1)
    expect(await file(row)).to.include({ ok: true })
    const host = await practice.db.first(
      `SELECT d.denial_reason, a.status FROM onsite_documents d JOIN onsite_portal_activity a ON a.table_args = d.id WHERE d.id = :onsite`,
      { onsite },
    )
    expect(host).to.deep.equal({ denial_reason: 'Locked', status: 'closed' })
    await followDocuments(practice.portal)
    expect(await submissionOf(onsite)).to.include({ state: 'charted' })
  })

  it('is not filed as it was, once it says something else there', async () => {
    const { onsite, row } = await adopted('A cough')
    await change(
      `UPDATE onsite_documents SET full_document = CONCAT(full_document, ' and a fever') WHERE id = :onsite`,
      { onsite },
    )
    expect(await file(row)).to.deep.equal({ ok: false, reason: 'changed-in-host' })
    expect(await submissionOf(onsite)).to.include({ state: 'waiting', version: 1 })
  })

  it('leaves the queue as filed when the host’s dashboard charts it, and nothing is filed twice', async () => {
    const { onsite, row } = await adopted('A cough')
    await change(
      `UPDATE onsite_documents SET denial_reason = 'Locked', authorizing_signator = :by WHERE id = :onsite`,
      {
        ...{ onsite, by: String(practice.staff.lee) },
      },
    )
    expect(await file(row)).to.include({ ok: false, reason: 'over', state: 'charted', by: 'dr.lee' })
    expect(await submissionOf(onsite)).to.include({ state: 'charted', decided_by: 'dr.lee', document_id: null })
  })

  it('leaves the queue as withdrawn when the patient edits it there, or throws it away', async () => {
    const [edited, gone] = [await adopted('A cough'), await adopted('A fever')]
    await change(`UPDATE onsite_documents SET denial_reason = 'Editing' WHERE id = :onsite`, edited)
    await change(`DELETE FROM onsite_documents WHERE id = :onsite`, gone)
    await change(
      `UPDATE onsite_portal_activity SET status = 'deleted', narrative = 'Patient deleted un-charted template' WHERE table_args = :onsite`,
      { onsite: String(gone.onsite) },
    )
    await followDocuments(practice.portal)
    expect(await submissionOf(edited.onsite)).to.include({ state: 'withdrawn' })
    expect(await submissionOf(gone.onsite)).to.include({ state: 'withdrawn' })
    // Sent there once more, it waits once more.
    await change(`UPDATE onsite_documents SET denial_reason = 'In Review' WHERE id = :onsite`, edited)
    await followDocuments(practice.portal)
    expect(await submissionOf(edited.onsite)).to.include({ state: 'waiting' })
  })

  it('leaves the queue as removed when staff take it off the host’s own list', async () => {
    const { onsite, row } = await adopted('A cough')
    await change(
      `UPDATE onsite_portal_activity SET status = 'deleted', narrative = 'User deleted document' WHERE table_args = :args`,
      { args: String(onsite) },
    )
    expect(await file(row)).to.include({ ok: false, reason: 'over', state: 'removed' })
    expect(await submissionOf(onsite)).to.include({ state: 'removed' })
  })

  it('that was returned and sent there again waits with its new bytes, and the old ones are gone', async () => {
    const { onsite, row } = await adopted('A cough')
    const before = await fileOf(practice.db, row.file_id)
    const seen = { id: row.id, pid: row.pid, version: row.version, sha256: before?.sha256 ?? '' }
    const returned = { seen, reason: 'Since when?', marks: {} }
    expect(await returnSubmission(practice.portal, staff.member, staff.actor, returned)).to.deep.equal({ ok: true })
    await change(
      `UPDATE onsite_documents SET denial_reason = 'In Review', full_document = CONCAT('Since May. ', full_document) WHERE id = :onsite`,
      { onsite },
    )
    await change(
      `UPDATE onsite_portal_activity SET status = 'waiting', pending_action = 'review' WHERE table_args = :args`,
      { args: String(onsite) },
    )
    await followDocuments(practice.portal)
    const again = await submissionOf(onsite)
    expect(again).to.include({ id: row.id, state: 'waiting' })
    expect(await textOf(again)).to.contain('Since May.')

    expect(await fileOf(practice.db, row.file_id)).to.equal(undefined)
    const swept = await storeOf(practice)
    await sweepStore(practice.portal)
    expect(await storeOf(practice), 'the sweeper finds nothing that was left behind').to.deep.equal(swept)
    const kept = await practice.db.select(
      `SELECT f.id FROM foyer_files f LEFT JOIN foyer_submissions s ON s.file_id = f.id WHERE s.id IS NULL`,
    )
    expect(kept, 'files that no submission refers to').to.deep.equal([])
  })

  it('waits on where the EMR’s folder is not set up, and says so', async () => {
    const { onsite, row } = await adopted('A cough')
    const { config } = practice.portal
    const without = { ...practice.portal, config: { ...config, hostSiteDir: undefined } }
    const kept = await fileOf(practice.db, row.file_id)
    const category = await practice.db.first<{ id: number }>(`SELECT id FROM categories WHERE name = 'Reviewed'`)
    const seen = { id: row.id, pid: row.pid, version: row.version, sha256: kept?.sha256 ?? '' }
    const input = { seen, categoryId: category?.id ?? 0, name: 'Visit reason.pdf' }
    const outcome = await fileSubmission(without, staff.member, staff.actor, input)
    expect(outcome).to.deep.equal({ ok: false, reason: 'no-site-folder' })
    expect(await submissionOf(onsite)).to.include({ state: 'waiting' })
  })
})

interface Row {
  id: number
  state: string
  version: number
  pid: number
  file_id: number
  account_id: number | null
  document_id: number | null
}
