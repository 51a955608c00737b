/** What patient and staff read of a document that the host's own portal changed since it was filled here. */
import { expect } from 'chai'
import { describeOnSite } from '../support/database.js'
import { makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { beginAs, enough, hiddenOf, pathOf, sendAs, sendTemplate } from '../support/filling.js'
import { textOfPages } from '../support/pdfPages.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { filingOn, pathOfSubmission, submissionRow } from '../support/submissions.js'
import { changeThere } from '../support/there.js'
import type { Page, Visitor } from '../support/visitor.js'
import { bytesShown, openedBy } from './auditing.js'

/** Before 7.0.2 the host keeps a document's text alone (facts §6.2). */
for (const site of ['7.0.1', '8.2'] as const) {
  describeOnSite('The pages of a document that was changed in the host’s own portal', site, function () {
    const textAlone = site === '7.0.1'
    let practice: TestPractice
    let folder: SiteFolderForTest
    let maria: Visitor
    let admin: Visitor
    let record: string

    before(async function () {
      this.timeout(90_000)
      folder = await makeSiteFolder()
      practice = await openPractice({ site, env: { FOYER_HOST_SITE_DIR: folder.dir } })
      maria = await practice.patientVisitor('maria')
      admin = await practice.staffVisitor('admin')
      record = practice.records.maria
    })
    after(async () => {
      await practice.leave()
      await folder.remove()
    })

    async function begun(): Promise<number> {
      return beginAs(maria, record, await sendTemplate(practice, { pid: practice.patients.maria }))
    }

    async function submissionOf(onsite: number): Promise<number> {
      const row = await practice.db.first<{ id: number }>(
        `SELECT id FROM foyer_submissions WHERE onsite_id = :onsite`,
        {
          onsite,
        },
      )
      return row?.id ?? 0
    }

    it('tell staff so, show the bytes that will be filed and what was filled in before, and file those', async function () {
      this.timeout(60_000)
      const onsite = await begun()
      expect((await sendAs(maria, record, onsite)).status).to.equal(303)
      const id = await submissionOf(onsite)
      const opened = await openedBy(admin, id)
      expect(opened.body).to.not.contain('data-test="there"')
      await changeThere(practice, onsite, { from: 'Cough', to: 'A fever', state: 'In Review' })
      expect((await openedBy(admin, id)).body).to.contain('changed in the EMR’s own portal since')

      const refused = await admin.post(pathOfSubmission(id, '/filing'), filingOn(opened))
      expect(refused.status).to.equal(409)
      expect(refused.body).to.contain('after it was filled in here').and.to.contain('that is what will be filed')
      if (textAlone) {
        expect(refused.body).to.match(/What was filled in here before[^]*Cough/)
        expect(refused.body, 'beside which no words stand')
          .to.contain('<dt>Signature</dt>')
          .and.to.not.contain('_signature0<')
      }
      expect((await textOfPages(await bytesShown(admin, id))).join())
        .to.contain('A fever')
        .and.to.not.contain('Cough')
      admin.cookies.set('foyer_language', 'es')
      expect((await openedBy(admin, id)).body).to.contain('eso es lo que se archivará')
      admin.cookies.delete('foyer_language')

      // Its patient reads the same.
      const read = (await maria.get(pathOf(record, onsite))).body
      expect(read).to.contain('A fever')
      if (textAlone) expect(read).to.contain('What counts is what was saved there').and.to.contain('Cough')

      const filed = await admin.post(pathOfSubmission(id, '/filing'), filingOn(await openedBy(admin, id)))
      expect(filed.status, filed.body).to.equal(303)
      expect(await submissionRow(practice, id)).to.include({ state: 'charted' })
    })

    it('open a draft as it was saved there and say so, until it is saved here', async function () {
      this.timeout(60_000)
      const onsite = await begun()
      const form = await maria.get(pathOf(record, onsite))
      await maria.post(pathOf(record, onsite), { ...hiddenOf(form), ...enough, then: 'save' })
      expect((await maria.get(pathOf(record, onsite))).body).to.not.contain('data-test="there"')
      await changeThere(practice, onsite, { from: 'Cough', to: 'A fever', state: 'Editing' })
      const changed = await maria.get(pathOf(record, onsite))
      expect(changed.body)
        .to.contain('changed in the EMR’s own portal after it was saved here')
        .and.to.contain('A fever')
      if (textAlone) expect(changed.body).to.match(/What you had typed here before:[^]*Cough/)

      // A page that was open all the while, saving by itself: kept aside, and said.
      const late = { ...hiddenOf(form), ...enough, text_input0: 'Typed late' }
      expect((await maria.post(`${pathOf(record, onsite)}?by=itself`, { ...late, number: '5' })).status).to.equal(409)
      const byPress = await maria.post(pathOf(record, onsite), { ...late, number: '6', then: 'save' })
      expect(byPress.status).to.equal(409)
      expect(byPress.body).to.match(/data-test="newer"[^]*Why do you come\?[^]*Typed late[^]*data-test="template"/)
      if (textAlone) expect(byPress.body, 'in no other field').to.not.match(/<(?:input|textarea)[^>]*Typed late/)

      const own: Record<string, string> = textAlone ? { ynradio0: 'No' } : { ...enough, text_input0: 'A fever' }
      const again = await maria.get(pathOf(record, onsite))
      expect(again.body).to.match(/data-test="kept"[^]*Typed late/)
      // Where other fields stand in it now, from the very page that was refused, too.
      const known = hiddenOf(textAlone ? byPress : again)
      const saved = await maria.post(pathOf(record, onsite), { ...known, ...own, then: 'save' })
      expect(saved.status, saved.body).to.equal(303)
      const after = (await maria.get(pathOf(record, onsite))).body
      expect(after).to.not.contain('data-test="there"')
      expect(after).to.contain('A fever').and.to.contain('Typed late')
      if (textAlone) expect(after).to.contain('Cough')
    })

    it('show what was typed before a session ended beside the text that was saved there meanwhile', async function () {
      this.timeout(60_000)
      const onsite = await begun()
      const path = pathOf(record, onsite)
      const form = await maria.get(path)
      await maria.post(path, { ...hiddenOf(form), ...enough, then: 'save' })
      const open = await maria.get(path)
      practice.clock.set('2026-11-23T20:00:00')
      const hidden = ({ body }: Page, name: string) =>
        new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? ''
      const typed = { ...hiddenOf(open), _by: hidden(open, '_by'), ...enough, text_input0: 'Typed late', then: 'save' }
      const out = await maria.post(path, typed)
      expect(out.status).to.equal(401)
      const _typed = hidden(out, '_typed')
      await changeThere(practice, onsite, { from: 'Cough', to: 'A fever', state: 'Editing' })
      await maria.signIn('/portal/sign-in', loginOf('maria'), passwordOf(loginOf('maria')))
      const again = await maria.post(path, { _typed })
      expect(again.status, again.body).to.equal(422)
      expect(again.body).to.contain('Typed late')
      if (textAlone) {
        expect(again.body).to.match(/data-test="newer"[^]*Why do you come\?[^]*Typed late[^]*A fever/)
        expect(again.body, 'in no other field').to.not.match(/<(?:input|textarea)[^>]*Typed late/)
        const saved = await maria.post(path, {
          ...hiddenOf(again),
          _by: hidden(again, '_by'),
          ynradio0: 'No',
          then: 'save',
        })
        expect(saved.status, saved.body).to.equal(303)
      }
    })
  })
}
