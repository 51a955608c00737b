/** Several that patients sent are ticked at once, and filed a minute later by the clock. */
import { expect } from 'chai'
import { fileDue } from '../../module/features/documents/audit/batch.js'
import type { TestPractice } from '../support/practice.js'
import { aSubmission, pathOfSubmission, seenOn, submissionRow } from '../support/submissions.js'
import { visitor, type Visitor } from '../support/visitor.js'
import { aDocumentSent, openAuditing, openedBy, tick, type Auditing } from './auditing.js'
import { elsewhere, HTMX } from './portals.js'

describe('Several that patients sent, ticked to be filed,', function () {
  this.timeout(90_000)
  let auditing: Auditing
  let practice: TestPractice
  let admin: Visitor
  let lee: Visitor

  before(async () => {
    auditing = await openAuditing()
    ;({ admin, lee, practice } = auditing)
  })
  after(() => auditing.leave())

  it('are filed a minute later, each into its own patient’s chart, and can be taken back until then', async () => {
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

  it('are not taken before the practice has signed them, and not with other bytes than were shown', async () => {
    const { id } = await aDocumentSent(auditing, 'To be signed')
    const queue = await admin.get('/staff/portal/documents?name=Santos')
    expect(queue.body)
      .to.contain('To be signed by the practice')
      .and.not.to.contain(`value="${String(id)}.1"`)
    const where = await admin.post('/staff/portal/documents/filing', { 'id[]': [`${String(id)}.1`] })
    expect(where.body)
      .to.contain('it has to be signed by the practice first.')
      .and.not.to.contain('name="asked" value="1"><')
    const { sha256 = '' } = seenOn(await openedBy(admin, id))
    const press = (value: string) =>
      admin.post('/staff/portal/documents/filing', { 'id[]': value, category: '3', asked: '1' })
    const refused = await admin.follow(await press(`${String(id)}.1.${sha256}`))
    expect(refused.body).to.contain('One is not: it has to be signed by the practice first.')
    await admin.post(pathOfSubmission(id, '/signature'), seenOn(await openedBy(admin, id)))
    expect((await admin.follow(await press(`${String(id)}.2.${sha256}`))).body).to.contain('it was changed meanwhile.')
    const [, now = ''] = /name="sha256" value="([0-9a-f]{64})"/.exec((await openedBy(admin, id)).body) ?? []
    expect((await admin.follow(await press(`${String(id)}.2.${now}`))).body).to.contain('It is filed within a minute.')
    await admin.post('/staff/portal/documents/filing/undo', { token: String(id) })
  })

  it('are not taken where nothing can be filed, and why is said at once', async () => {
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

  it('are left out with the reason where they cannot be filed this way, and so is what changes before the press', async () => {
    const { accounts, patients, records } = practice
    const own = { pid: undefined, accountId: accounts.maria, record: records.ownOfMaria }
    const rows = {
      'the account has no chart yet.': await aSubmission(practice, { title: 'Before any code', ...own }),
      'the virus scan does not allow it.': await aSubmission(practice, { title: 'Sick', scan: 'infected' }),
      'somebody has decided meanwhile.': await aSubmission(practice, { title: 'Denied' }),
      'a colleague has it.': await aSubmission(practice, { title: 'Taken', pid: patients.john }),
    }
    const values = await Promise.all(
      Object.values(rows).map(async (id) => `${String(id)}.1.${seenOn(await openedBy(admin, id)).sha256 ?? ''}`),
    )
    const denied = rows['somebody has decided meanwhile.']
    const form = { ...seenOn(await openedBy(admin, denied)), denial: 'No.' }
    expect((await admin.post(pathOfSubmission(denied, '/denial'), form)).status).to.equal(303)
    await lee.get('/staff/portal/documents')
    expect((await lee.post(pathOfSubmission(rows['a colleague has it.'], '/claim'))).status).to.equal(303)
    const where = await admin.post('/staff/portal/documents/filing', { 'id[]': [...values, '999999.1'] })
    for (const why of Object.keys(rows).slice(0, 3)) expect(where.body).to.contain(`Left out: ${why}`)
    expect(where.body, 'one of the four').to.match(/<button[^>]*>File it as it says above/)
    for (const [why, id] of Object.entries(rows)) {
      const value = values.find((each) => each.startsWith(`${String(id)}.`)) ?? ''
      const pressed = await admin.post('/staff/portal/documents/filing', { 'id[]': value, category: '3', asked: '1' })
      expect((await admin.follow(pressed)).body, why).to.contain(`One is not: ${why}`)
    }
    const gone = await admin.post('/staff/portal/documents/filing', {
      'id[]': `999999.1.${'a'.repeat(64)}`,
      category: '3',
      asked: '1',
    })
    expect((await admin.follow(gone)).body).to.contain('One is not: it is gone.')
    const due = await practice.db.select(`SELECT id FROM foyer_submissions WHERE filing_due_at IS NOT NULL`)
    expect(due).to.deep.equal([])
  })

  it('are filed as the page of the press showed them, and not as the queue had them when they were ticked', async () => {
    const { id } = await aDocumentSent(auditing, 'Signed meanwhile')
    const before = seenOn(await openedBy(admin, id))
    await admin.post(pathOfSubmission(id, '/signature'), before)
    const { sha256 = '' } = seenOn(await openedBy(admin, id))
    const where = await admin.post('/staff/portal/documents/filing', { 'id[]': `${String(id)}.1` })
    expect(where.body, 'the page shows the second').to.contain(`name="id[]" value="${String(id)}.2.${sha256}"`)
    for (const value of [`${String(id)}.1.${sha256}`, `${String(id)}.2.${before['sha256'] ?? ''}`]) {
      const pressed = await admin.post('/staff/portal/documents/filing', { 'id[]': value, category: '3', asked: '1' })
      expect((await admin.follow(pressed)).body, value).to.contain('One is not: it was changed meanwhile.')
    }
    expect((await tick(admin, id)).body).to.contain('It is filed within a minute.')
    const another = await lee.post(
      '/staff/portal/documents/filing/undo',
      { token: String(id) },
      { from: '/staff/portal/documents' },
    )
    expect(another.status, 'not another’s to take back').to.equal(409)
    expect(await submissionRow(practice, id)).to.not.include({ filing_due_at: null })
    expect((await admin.post('/staff/portal/documents/filing/undo', { token: String(id) })).status).to.equal(303)
    expect(await submissionRow(practice, id)).to.include({ filing_due_at: null, filing_failed: null })
  })
})
