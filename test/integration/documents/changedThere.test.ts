/** A document that was filled in Foyer and changed in the host's own portal since: what was said there last is what counts. */
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { fileOf } from '../../../module/access/storedFiles.js'
import { returnSubmission } from '../../../module/features/documents/audit/answering.js'
import { fileSubmission } from '../../../module/features/documents/audit/filing.js'
import { followDocuments } from '../../../module/features/documents/audit/following.js'
import { remakeSubmission, signForPractice } from '../../../module/features/documents/audit/remaking.js'
import { beginDocument } from '../../../module/features/documents/filling/beginning.js'
import { findFilling, markIn, type Filling } from '../../../module/features/documents/filling/filling.js'
import { saveDraft, type SaveOutcome } from '../../../module/features/documents/filling/saving.js'
import { finishedDocument, seenOf, sendDocument } from '../../../module/features/documents/filling/sending.js'
import { renderTemplate } from '../../../module/features/documents/directives.js'
import { pinnedContents } from '../../../module/features/documents/pinned.js'
import { keepsValues } from '../../../module/host/onsiteDocuments.js'
import { openChartDocument } from '../../../module/host/documents/opening.js'
import { documentsById } from '../../../module/host/reads/chartDocuments.js'
import { opaqueId } from '../../../module/platform/ids.js'
import type { Actor } from '../../../module/platform/audit.js'
import type { ChartScope } from '../../../module/access/scope.js'
import { makeSiteFolder, type SiteFolderForTest } from '../../support/chart.js'
import { describeOnEverySite } from '../../support/database.js'
import { enough, mariaIn, sendTemplate } from '../../support/filling.js'
import { textOfPages } from '../../support/pdfPages.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { changeThere } from '../../support/there.js'
import { administrator } from '../registration/people.js'

describeOnEverySite('A document that the host’s own portal changed since it was filled here', function (site) {
  let practice: TestPractice
  let folder: SiteFolderForTest
  let staff: Awaited<ReturnType<typeof administrator>>
  let scope: ChartScope
  let actor: Actor

  before(async function () {
    this.timeout(90_000)
    folder = await makeSiteFolder()
    practice = await openPractice({ site, env: { FOYER_HOST_SITE_DIR: folder.dir } })
    staff = await administrator(practice)
    ;({ scope, actor } = await mariaIn(practice))
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  const keeps = () => keepsValues(practice.portal.site)

  async function begun(content?: string): Promise<number> {
    const more = content === undefined ? {} : { content }
    const outcome = await beginDocument(
      practice.portal,
      actor,
      scope,
      await sendTemplate(practice, { pid: scope.pid, ...more }),
    )
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.id
  }

  async function fillingOf(id: number): Promise<Filling> {
    const filling = await findFilling(practice.db, practice.portal, scope.pid, id)
    if (!filling) throw new Error('it is gone')
    return filling
  }

  /** A page that is opened now, and what it then saves. */
  async function pageOf(id: number) {
    const filling = await fillingOf(id)
    const page = { on: opaqueId(), number: 0, seen: markIn(practice.portal, filling, filling.answers) }
    return (body: Record<string, string>): Promise<SaveOutcome> =>
      saveDraft(practice.portal, actor, { scope, id, body, page, byItself: false })
  }

  async function saved(id: number, body: Record<string, string> = enough): Promise<void> {
    const outcome = await (await pageOf(id))(body)
    expect(outcome, JSON.stringify(outcome)).to.have.property('ok', true)
  }

  async function sent(id: number): Promise<void> {
    const finished = await finishedDocument(practice.portal, { scope, id, language: 'en' })
    const seen = finished ? seenOf(practice.portal, finished) : ''
    const outcome = await sendDocument(practice.portal, actor, {
      scope,
      id,
      seen,
      language: 'en',
      address: '192.0.2.7',
    })
    expect(outcome, JSON.stringify(outcome)).to.have.property('ok', true)
  }

  async function sentHere(): Promise<number> {
    const id = await begun()
    await saved(id)
    await sent(id)
    return id
  }

  async function rowOf(id: number): Promise<Row> {
    const row = await practice.db.first<Row>(
      `SELECT * FROM foyer_submissions WHERE onsite_id = :id ORDER BY id DESC LIMIT 1`,
      { id },
    )
    if (!row) throw new Error('it was not sent')
    return row
  }

  /** What staff are shown. */
  async function shownOf(row: Row): Promise<string> {
    const file = await fileOf(practice.db, row.file_id)
    return (await textOfPages(await practice.portal.files.read(file?.key ?? ''))).join('\n')
  }

  async function seenOfRow(row: Row) {
    const file = await fileOf(practice.db, row.file_id)
    return { id: row.id, pid: row.pid, version: row.version, sha256: file?.sha256 ?? '' }
  }

  async function file(row: Row) {
    const category = await practice.db.first<{ id: number }>(`SELECT id FROM categories WHERE name = 'Reviewed'`)
    const input = { seen: await seenOfRow(row), categoryId: category?.id ?? 0, name: 'Consent.pdf' }
    return fileSubmission(practice.portal, staff.member, staff.actor, input)
  }

  async function giveBack(row: Row): Promise<void> {
    const input = { seen: await seenOfRow(row), reason: 'Since when?', marks: {} }
    expect(await returnSubmission(practice.portal, staff.member, staff.actor, input)).to.deep.equal({ ok: true })
  }

  const thereOf = async ({ id }: Row) => (await pinnedContents(practice.db, id))?.there

  it('while it waits, is made of what it says there, shown so, and filed so', async function () {
    this.timeout(60_000)
    const id = await sentHere()
    const before = await rowOf(id)
    expect(await shownOf(before)).to.contain('Cough')
    expect(await thereOf(before)).to.equal(undefined)
    await changeThere(practice, id, { from: 'Cough', to: 'A fever', state: 'In Review' })

    expect(await file(before)).to.deep.equal({ ok: false, reason: 'changed-in-host' })
    expect(await remakeSubmission(practice.portal, before.id)).to.equal(true)
    const row = await rowOf(id)
    expect(row).to.include({ id: before.id, state: 'waiting', version: before.version + 1 })
    const shown = await shownOf(row)
    expect(shown).to.contain('A fever').and.to.not.contain('Cough')
    expect(await thereOf(row)).to.equal('changed')
    // The signature that stands in it stands in it there, too.
    const { answers, parts } = await fillingOf(id)
    const html = renderTemplate(parts, { chart: new Map(), answers }, 'file', practice.portal.speech.in('en'))
    expect(html).to.contain('<img src="data:image/png;base64,')

    const { sha256 } = await seenOfRow(row)
    const filed = await file(row)
    expect(filed, JSON.stringify(filed)).to.include({ ok: true })
    const [document] = await documentsById(practice.db, [filed.ok ? filed.documentId : 0])
    const opened = document && (await openChartDocument(practice.portal, document))
    if (!opened?.ok) throw new Error('it is not in the chart')
    const bytes: Buffer[] = []
    for await (const part of opened.body) bytes.push(part as Buffer)
    expect((await textOfPages(Buffer.concat(bytes))).join('\n')).to.equal(shown)
    expect(createHash('sha256').update(Buffer.concat(bytes)).digest('hex')).to.equal(sha256)
  })

  it('once staff have returned it, waits under its number with what was sent there', async function () {
    this.timeout(60_000)
    const id = await sentHere()
    const before = await rowOf(id)
    await giveBack(before)
    await changeThere(practice, id, { from: 'Cough', to: 'A fever since May', state: 'In Review' })
    await followDocuments(practice.portal)
    const row = await rowOf(id)
    expect(row).to.include({ id: before.id, state: 'waiting' })
    expect(await shownOf(row))
      .to.contain('A fever since May')
      .and.to.not.contain('Cough')
    expect(await thereOf(row)).to.equal('changed')
    expect(await file(row)).to.include({ ok: true })
  })

  it('bears no signature of the practice that was given to another text, and says so', async function () {
    this.timeout(60_000)
    const id = await sentHere()
    const unsigned = await rowOf(id)
    const seen = await seenOfRow(unsigned)
    const signed = await signForPractice(practice.portal, staff.member, staff.actor, { seen, address: '192.0.2.7' })
    expect(signed).to.deep.equal({ ok: true })
    expect((await fillingOf(id)).there, 'signed by the practice, it is not changed').to.equal(undefined)
    await changeThere(practice, id, { from: 'Cough', to: 'A fever', state: 'In Review' })
    expect(await remakeSubmission(practice.portal, unsigned.id)).to.equal(true)
    const row = await rowOf(id)
    // Where the host keeps fields, the practice's stays among them.
    expect(await thereOf(row)).to.equal(keeps() ? 'changed' : 'unsigned')
    const shown = await shownOf(row)
    if (keeps()) expect(shown).to.contain('Signed for the practice')
    else expect(shown).to.not.contain('Signed for the practice')
    expect(shown).to.contain('A fever')
  })

  it('is not said to be, where it was only returned, corrected and sent here', async function () {
    this.timeout(60_000)
    const id = await sentHere()
    await giveBack(await rowOf(id))
    expect((await fillingOf(id)).there).to.equal(undefined)
    await saved(id, { ...enough, text_input0: 'A cough since May', patient_signature0: 'M. Santos' })
    expect((await fillingOf(id)).there).to.equal(undefined)
    await sent(id)
    expect((await fillingOf(id)).there).to.equal(undefined)
    const row = await rowOf(id)
    expect(await thereOf(row)).to.equal(undefined)
    expect(await shownOf(row)).to.contain('A cough since May')
    expect(await file(row)).to.include({ ok: true })
  })

  it('as a draft, opens here with what was saved there; what was typed here is shown, and kept', async function () {
    this.timeout(60_000)
    const id = await begun()
    await saved(id)
    await changeThere(practice, id, { from: 'Cough', to: 'A fever', state: 'Editing' })
    const filling = await fillingOf(id)
    expect(filling.there).to.include({ text: !keeps() })
    const language = practice.portal.speech.in('en')
    const text = renderTemplate(filling.parts, { chart: new Map(), answers: filling.answers }, 'read', language)
    expect(text).to.contain('A fever').and.to.not.contain('Cough')
    if (!keeps()) expect(filling.there?.before).to.include({ 'Why do you come?': 'Cough', 'Do you smoke?': 'No' })

    await saved(
      id,
      keeps() ? { ...enough, text_input0: 'A fever' } : { ynradio0: 'Yes', patient_signature0: 'Maria Santos' },
    )
    const now = await fillingOf(id)
    expect(now.there, 'saved here, it is this portal’s again').to.equal(undefined)
    if (!keeps()) {
      expect(now.answers).to.include({ ynradio0: 'Yes' })
      expect(now.kept.map(({ answers }) => answers['Why do you come?'])).to.deep.equal(['Cough'])
    }
    await sent(id)
    expect(await shownOf(await rowOf(id)))
      .to.contain('A fever')
      .and.to.not.contain('Cough')
    expect((await fillingOf(id)).there).to.equal(undefined)
  })

  it('as a draft, is sent from here as it was saved there, and stays so', async function () {
    this.timeout(60_000)
    const id = await begun('<p>I come for: {TextInput}</p><p>Since: {DatePicker}</p>')
    await saved(id, { text_input0: 'Cough' })
    await changeThere(practice, id, { from: 'Cough', to: 'A fever', state: 'Editing' })
    await sent(id)
    const now = await fillingOf(id)
    expect(now).to.include({ there: undefined, standing: 'reviewed' })
    const text = renderTemplate(
      now.parts,
      { chart: new Map(), answers: now.answers },
      'read',
      practice.portal.speech.in('en'),
    )
    expect(text).to.contain('A fever').and.to.not.contain('Cough')
    const row = await rowOf(id)
    expect(await shownOf(row)).to.contain('A fever')
    expect(await thereOf(row), 'its patient looked at it here and sent it').to.equal(undefined)
    if (!keeps()) expect(JSON.stringify(now.kept)).to.contain('Cough')
    expect(await file(row)).to.include({ ok: true })
  })

  it('and sent there is signed by the practice as it is, once', async function () {
    this.timeout(60_000)
    const id = await begun()
    await saved(id)
    await changeThere(practice, id, { from: 'Cough', to: 'A fever', state: 'In Review' })
    await followDocuments(practice.portal)
    const row = await rowOf(id)
    expect(await thereOf(row)).to.equal('changed')
    expect(await shownOf(row)).to.contain('A fever')
    const sign = async (seen: Awaited<ReturnType<typeof seenOfRow>>) =>
      signForPractice(practice.portal, staff.member, staff.actor, { seen, address: '192.0.2.7' })
    expect(await sign(await seenOfRow(row))).to.deep.equal({ ok: true })
    const signed = await rowOf(id)
    expect(await shownOf(signed))
      .to.contain('A fever')
      .and.to.contain('Signed for the practice')
    expect(await sign(await seenOfRow(signed))).to.include({ ok: false, reason: 'nothing-to-sign' })
    expect(await file(signed)).to.include({ ok: true })
  })

  it('loses nothing that is typed on a page that was open here before', async function () {
    this.timeout(60_000)
    const id = await begun()
    const save = await pageOf(id)
    await changeThere(practice, id, { from: 'Cough', to: 'A fever', state: 'Editing' })
    const outcome = await save({ ...enough, text_input0: 'A cough, typed late' })
    expect(outcome).to.include({ ok: false, reason: 'newer' })
    expect(JSON.stringify(outcome)).to.contain('A cough, typed late')
    const filling = await fillingOf(id)
    const [kept] = filling.kept
    expect(kept?.answers[keeps() ? 'text_input0' : 'Why do you come?']).to.equal('A cough, typed late')
    // Looked at again and saved, what was typed before is still at hand.
    await saved(id, keeps() ? { ...enough, text_input0: 'A fever' } : { ynradio0: 'No', patient_signature0: 'Maria' })
    expect(JSON.stringify((await fillingOf(id)).kept)).to.contain('A cough, typed late')
  })

  it('is seen to be, also where it was saved here before such things were kept', async function () {
    this.timeout(60_000)
    const [waits, draft, same] = [await sentHere(), await begun(), await sentHere()]
    const forget = (id: number) =>
      practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_filled SET host_text = NULL WHERE onsite_id = :id`, { id }),
      )
    await saved(draft)
    for (const id of [waits, draft, same]) await forget(id)
    for (const id of [waits, draft, same]) expect((await fillingOf(id)).there, 'unchanged').to.equal(undefined)
    await changeThere(practice, waits, { from: 'Cough', to: 'A fever', state: 'In Review' })
    // Saved as the page stood there, with its controls.
    const to = keeps() ? 'A rash' : '<input type="text" name="text_input0" value="A rash">'
    await changeThere(practice, draft, { from: 'Cough', to, state: 'Editing' })
    for (const id of [waits, draft]) expect((await fillingOf(id)).there).to.include({ text: !keeps() })
    const { answers, parts } = await fillingOf(draft)
    const t = practice.portal.speech.in('en')
    expect(renderTemplate(parts, { chart: new Map(), answers }, 'read', t)).to.contain('A rash')
    expect(await remakeSubmission(practice.portal, (await rowOf(waits)).id)).to.equal(true)
    expect(await shownOf(await rowOf(waits))).to.contain('A fever')
  })
})

interface Row {
  id: number
  state: string
  version: number
  pid: number
  file_id: number
}
