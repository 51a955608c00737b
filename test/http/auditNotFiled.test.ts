/** What staff had ticked, and the clock could not file: it waits on, and says why, to whoever opens it. */
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Portal } from '../../module/access/portal.js'
import { staffMember } from '../../module/access/staff.js'
import { fileDue, keepBack } from '../../module/features/documents/audit/batch.js'
import { storeOf } from '../support/files.js'
import { beginAs, sendAs, sendTemplate } from '../support/filling.js'
import { textOfPages } from '../support/pdfPages.js'
import type { TestPractice } from '../support/practice.js'
import { aSubmission, filingOn, pathOfSubmission, seenOn, submissionRow } from '../support/submissions.js'
import type { Visitor } from '../support/visitor.js'
import { bytesShown, openAuditing, openedBy, tick, type Auditing } from './auditing.js'

describe('What was ticked and cannot be filed when it is due', function () {
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
  beforeEach(() => practice.clock.set('2026-11-23T08:00:00'))

  const row = (id: number) => submissionRow(practice, id)
  const queue = async () => (await admin.get('/staff/portal/documents')).body
  const refused = '/denial'

  /** A minute later, the clock comes. */
  async function clockComes(portal: Portal = practice.portal): Promise<void> {
    practice.clock.set('2026-11-23T08:02:00')
    await fileDue(portal)
  }

  async function saysWhy(id: number, why: string, who = admin): Promise<void> {
    for (const { body } of [await openedBy(who, id), await who.get('/staff/portal/documents')]) {
      expect(body)
        .to.match(/It was ticked and could not be filed, .*08:02/)
        .and.to.contain(why)
    }
  }

  it('keeps nothing that was ticked with it from being filed, and says why in the queue and on its page', async () => {
    const altered = await aSubmission(practice, { title: 'Altered' })
    const sound = await aSubmission(practice, { title: 'Sound' })
    for (const id of [altered, sound]) await tick(admin, id)
    const { folder, rows } = await storeOf(practice)
    const { file_id: file } = await row(altered)
    const { storage_key: key = '' } = rows.find(({ id }) => id === file) ?? {}
    await truncate(join(folder, key.slice(0, 2), key), 40)
    await clockComes()
    expect(await row(sound)).to.include({ state: 'charted', filing_failed: null })
    expect(await row(altered)).to.include({ state: 'waiting', filing_due_at: null, filing_failed: 'failed' })
    await saysWhy(altered, 'Its bytes could not be read as they were sent')
    const trail = await practice.db.first<{ actor_kind: string; details: unknown }>(
      `SELECT actor_kind, details FROM foyer_audit WHERE event = 'document.not-filed' AND subject = :subject`,
      { subject: `submission:${String(altered)}` },
    )
    expect(JSON.stringify(trail)).to.contain('system').and.to.contain('failed')
    const seen = seenOn(await openedBy(admin, altered))
    await admin.post(pathOfSubmission(altered, refused), { ...seen, denial: 'Please send it again.' })
    expect(await row(altered)).to.include({ state: 'denied', filing_failed: null, filing_failed_at: null })
    expect((await openedBy(admin, altered)).body).to.not.contain('could not be filed')
  })

  it('is filed at the next tick once the EMR’s folder is there again, and says no more that it was not', async () => {
    const id = await aSubmission(practice, { title: 'No room' })
    await tick(admin, id)
    const { config } = practice.portal
    await clockComes({ ...practice.portal, config: { ...config, hostSiteDir: undefined } })
    expect(await row(id)).to.include({ state: 'waiting', filing_failed: 'no-site-folder', claimed_by: 'admin' })
    await saysWhy(id, 'sets FOYER_HOST_SITE_DIR; then file it again.')
    admin.cookies.set('foyer_language', 'es')
    expect(await queue())
      .to.contain('Sin archivar')
      .and.to.contain('Se marcó y no se pudo archivar')
    admin.cookies.delete('foyer_language')
    expect((await tick(admin, id)).body)
      .to.contain('It is filed within a minute.')
      .and.to.not.contain('Not filed')
    practice.clock.set('2026-11-23T08:04:00')
    await fileDue(practice.portal)
    expect(await row(id)).to.include({ state: 'charted', filing_failed: null, filing_failed_at: null })
  })

  it('since its patient changed it in the EMR’s own portal, is made anew and can be filed as it is now', async () => {
    const pid = practice.patients.maria
    const template = await sendTemplate(practice, { pid, content: '<p>I come for: {TextInput}</p>' })
    const onsite = await beginAs(maria, practice.records.maria, template)
    expect((await sendAs(maria, practice.records.maria, onsite, { text_input0: 'A cough' })).status).to.equal(303)
    const { id = 0 } =
      (await practice.db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE onsite_id = :onsite`, {
        onsite,
      })) ?? {}
    await tick(admin, id)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET template_data = :values WHERE id = :onsite`, {
        ...{ onsite, values: JSON.stringify([{ name: 'text_input0', value: 'A fever' }]) },
      }),
    )
    await clockComes()
    expect(await row(id)).to.include({ state: 'waiting', version: 2, filing_failed: 'changed-in-host' })
    await saysWhy(id, 'own portal after it was ticked. Look at it again, then file it.')
    expect((await textOfPages(await bytesShown(admin, id))).join())
      .to.contain('A fever')
      .and.to.not.contain('A cough')
    const filed = await admin.post(pathOfSubmission(id, '/filing'), filingOn(await openedBy(admin, id)))
    expect(filed.status, filed.body).to.equal(303)
    expect(await row(id)).to.include({ state: 'charted', filing_failed: null })
  })

  it('since who ticked it may not audit any more, or its chart is gone, waits for a colleague', async () => {
    const id = await aSubmission(practice, { title: 'Ticked by Lee' })
    await lee.get('/staff/portal/documents')
    await tick(lee, id)
    await practice.rule('user:dr.lee', 'documents:audit', 'deny')
    await practice.refresh()
    await clockComes()
    expect(await row(id)).to.include({ state: 'waiting', filing_failed: 'no-longer-allowed' })
    await saysWhy(id, 'Who ticked it may not audit documents any more.')
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_acl_rules WHERE permission = 'documents:audit'`)
      await tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`)
    })
    await practice.refresh()
    practice.clock.set('2026-11-23T08:00:00')
    await admin.post(pathOfSubmission(id, '/claim'), { take: 'dr.lee' })
    await tick(admin, id)
    await practice.db.transaction((tx) => tx.change(`UPDATE foyer_submissions SET pid = NULL WHERE id = :id`, { id }))
    await clockComes()
    expect(await row(id)).to.include({ state: 'waiting', filing_failed: 'no-chart' })
    await saysWhy(id, 'Find its chart among the registrations')
  })

  it('stays ticked while whoever ticked it has it, and not in the hands of the next', async () => {
    const id = await aSubmission(practice)
    await lee.get('/staff/portal/documents')
    await tick(lee, id)
    const { filing_due_at: due } = await row(id)
    expect(due).to.be.a('string')
    expect((await lee.post(pathOfSubmission(id, '/claim'))).status).to.equal(303)
    expect(await row(id)).to.include({ filing_due_at: due })
    expect((await admin.post(pathOfSubmission(id, '/claim'), { take: 'dr.lee' })).status).to.equal(303)
    expect(await row(id)).to.include({ filing_due_at: null })
  })

  it('is not filed where it is taken back, or ticked anew, while the clock is at it', async () => {
    const member = await staffMember(practice.db, practice.staff.admin)
    if (!member) throw new Error('no administrator')
    const actor = { kind: 'staff', id: 'admin', name: 'admin', requestId: undefined } as const
    const id = await aSubmission(practice, { title: 'Taken back in time' })
    await tick(admin, id)
    await clockComes(meanwhile(() => keepBack(practice.portal, member, actor, [id])))
    expect(await row(id)).to.include({ state: 'waiting', filing_due_at: null, filing_failed: null, document_id: null })
    expect(await practice.db.select(`SELECT id FROM foyer_filings`), 'and nothing lies about').to.deep.equal([])

    practice.clock.set('2026-11-23T08:00:00')
    await tick(admin, id)
    const anew = meanwhile(async () => {
      const told = await tick(admin, id, '2')
      expect(told.body).to.contain('It is filed within a minute.')
    })
    await clockComes(anew)
    expect(await row(id), 'to be filed at its own time').to.include({
      state: 'waiting',
      category_id: 2,
      filing_failed: null,
    })
    expect((await row(id)).filing_due_at).to.match(/13:03:00/)
    const broken = meanwhile(async () => {
      practice.clock.set('2026-11-23T08:03:30')
      await tick(admin, id, '3')
      throw new Error('the disk is gone')
    })
    practice.clock.set('2026-11-23T08:03:00')
    await fileDue(broken)
    expect(await row(id)).to.include({ state: 'waiting', category_id: 3, filing_failed: null })
    expect((await row(id)).filing_due_at).to.match(/13:04:30/)
    practice.clock.set('2026-11-23T08:05:00')
    await fileDue(practice.portal)
    expect(await row(id)).to.include({ state: 'charted', category_id: 3 })
  })

  /** Something is done between the clock's look at a submission and its filing. */
  function meanwhile(work: () => Promise<unknown>): Portal {
    const { files } = practice.portal
    const open: typeof files.open = async (key) => {
      await work()
      return files.open(key)
    }
    return { ...practice.portal, files: { ...files, open } }
  }
})
