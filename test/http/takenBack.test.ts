/** A document that its patient took back, and what staff have next. */
import { expect } from 'chai'
import { nextFree } from '../../module/host/reads/submissions.js'
import { dropDecided } from '../../module/features/documents/uploads/decided.js'
import { utc } from '../../module/platform/clock.js'
import { beginAs, pathOf, sendAs, sendTemplate } from '../support/filling.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { aSubmission, pathOfSubmission, seenOn } from '../support/submissions.js'
import type { Visitor } from '../support/visitor.js'

describe('What a patient takes back', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  let record: string

  before(async () => {
    practice = await openPractice()
    maria = await practice.patientVisitor('maria')
    admin = await practice.staffVisitor('admin')
    record = practice.records.maria
  })
  after(() => practice.leave())

  const row = () =>
    practice.db.first<{ id: number; state: string; file_id: number | null; onsite_id: number | null }>(
      `SELECT id, state, file_id, onsite_id FROM foyer_submissions ORDER BY id DESC LIMIT 1`,
    )
  const kept = async () => {
    const files = await practice.db.select(`SELECT id FROM foyer_files`)
    const contents = await practice.db.select(`SELECT submission_id FROM foyer_sent_contents`)
    return [files.length, contents.length]
  }

  it('is read by nobody any more: its bytes go with the press, and its number leads nowhere once the draft is gone', async () => {
    const before = await kept()
    const onsite = await beginAs(maria, record, await sendTemplate(practice, { pid: practice.patients.maria }))
    expect((await sendAs(maria, record, onsite)).status).to.equal(303)
    const { id } = (await row()) ?? { id: 0 }
    expect((await admin.get(pathOfSubmission(id, '/file'))).status).to.equal(200)
    const back = await maria.post(`${pathOf(record, onsite)}/withdrawal`, {}, { from: pathOf(record, onsite) })
    expect(back.status).to.equal(303)
    expect(await row()).to.deep.include({ state: 'withdrawn', file_id: null, onsite_id: onsite })
    expect(await kept()).to.deep.equal(before)
    expect((await admin.get(pathOfSubmission(id, '/file'))).status).to.equal(404)
    const page = await admin.get(pathOfSubmission(id))
    expect([page.status, page.body.includes('Withdrawn'), page.body.includes('/pages/1')]).to.deep.equal([
      200,
      true,
      false,
    ])
    const link = `href="${pathOf(record, onsite)}"`
    const list = `/portal/records/${record}/documents`
    expect((await maria.get(list)).body).to.contain(link)
    const gone = await maria.post(
      `${pathOf(record, onsite)}/removal`,
      {},
      { from: `${pathOf(record, onsite)}/removal` },
    )
    expect(gone.status).to.equal(303)
    expect(await row()).to.include({ onsite_id: null })
    expect((await maria.get(list)).body, 'no link to what is not there').to.not.contain(link)
  })

  it('is another thing than what staff send back: that is on the home, also behind a later round or a request that is over', async () => {
    const amina = await practice.patientVisitor('amina')
    const { amina: pid } = practice.patients
    const hers = practice.records.amina
    const template = await sendTemplate(practice, { pid })
    const onsite = await beginAs(amina, hers, template)
    await sendAs(amina, hers, onsite)
    const { id } = (await row()) ?? { id: 0 }
    const home = async () => (await amina.get(`/portal/records/${hers}`)).body
    expect(await home()).to.not.contain('to be corrected')
    // The next round was begun meanwhile.
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_documents (pid, facility, provider, encounter, create_date, doc_type, patient_signed_status,
           accept_signed_status, authorizing_signator, denial_reason, full_document, file_name, file_path)
         SELECT pid, 0, 0, 0, create_date, doc_type, 0, 0, '', 'Editing', '', '', file_path FROM onsite_documents WHERE id = :onsite`,
        { onsite },
      ),
    )
    const page = await admin.get(pathOfSubmission(id))
    const back = await admin.post(pathOfSubmission(id, '/return'), {
      ...seenOn(page),
      reason: 'Question 3 is missing.',
    })
    expect(back.status, back.body).to.equal(303)
    expect(await home())
      .to.contain('to be corrected')
      .and.to.contain(`href="/portal/records/${hers}/documents/asked"`)
    const list = (await amina.get(`/portal/records/${hers}/documents/asked`)).body
    expect(list).to.match(/data-test="returned"[^]*Question 3 is missing\.[^]*data-test="asked"/)
    // Taken from the host's list, it is asked for by nobody any more.
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM onsite_documents WHERE pid = :pid AND id > :onsite`, { pid, onsite })
      await tx.change(`DELETE FROM document_templates WHERE pid = :pid`, { pid })
    })
    expect(await home()).to.contain('to be corrected')
  })

  it('before this was so, loses its bytes by the job', async () => {
    const id = await aSubmission(practice, { pid: practice.patients.maria })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_submissions SET kind = 'document', state = 'withdrawn', open_key = NULL WHERE id = :id`, {
        id,
      }),
    )
    expect(await row()).to.not.include({ file_id: null })
    await dropDecided(practice.portal)
    expect(await row()).to.include({ file_id: null })
  })

  it('leaves others that wait: staff are led to the first that is free, however many are taken', async () => {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_submissions SET state = 'withdrawn', open_key = NULL`),
    )
    const now = { claimedSince: utc(practice.clock.now().minus({ hours: 1 })) }
    const next = () => nextFree(practice.db, now, 'admin')
    expect(await next()).to.equal(undefined)
    const waiting: number[] = []
    for (let made = 0; made < 24; made += 1) {
      waiting.push(await aSubmission(practice, { pid: practice.patients.maria, title: `Card ${String(made)}` }))
    }
    const [first = 0, second = 0, ...others] = waiting
    const set = (what: string, ids: readonly number[]) =>
      practice.db.transaction((tx) => tx.change(`UPDATE foyer_submissions SET ${what} WHERE id IN (:ids)`, { ids })) // sql-safe: below
    await set(`filing_due_at = '2026-11-23 13:05:00'`, [first])
    await set(`claimed_by = 'dr.lee', claimed_at = '2026-11-23 12:59:00'`, [second, ...others.slice(0, -1)])
    const free = others.at(-1) ?? 0
    expect(await next()).to.equal(free)
    await set(`claimed_by = 'admin', claimed_at = '2026-11-23 12:59:00'`, [second])
    expect(await next(), 'one’s own').to.equal(second)
  })
})
