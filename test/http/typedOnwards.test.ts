/** What somebody typed outlives the end of their session, for them alone: nothing is done with it before they press again. */
import { expect } from 'chai'
import { dumpRows } from '../support/dump.js'
import { ask, INTAKE, keepForm } from '../support/forms.js'
import { beginAs, pathOf, sendTemplate } from '../support/filling.js'
import { loginOf, MORNING, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { HTMX } from './portals.js'

interface Form {
  page: string
  post: string
  /** The page's own saving, where it saves itself. */
  byItself?: string
  field: string
  /** Of its page, what every save of it posts. */
  hidden: (page: Page) => Record<string, string>
}

describe('What was typed before a session ended', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let maria: Visitor
  let made = 0

  before(async () => {
    practice = await openPractice({ site: '8.2' })
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    maria = visitor((await practice.visitor()).origin)
    await signIn('maria')
  })

  const signIn = (name: 'maria' | 'john') => maria.signIn('/portal/sign-in', loginOf(name), passwordOf(loginOf(name)))
  const away = () => practice.clock.set('2026-11-23T20:00:00')
  const hidden = ({ body }: Page) =>
    Object.fromEntries(
      [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
        .filter(([, name]) => name !== '_csrf')
        .map(([, name = '', value = '']) => [name, value]),
    )
  const tables = ['onsite_documents', 'foyer_filled', 'foyer_kept_texts', 'foyer_form_fillings', 'patient_data']
  const rows = () => dumpRows(practice.db, [...tables, 'onsite_portal_activity', 'insurance_data'])

  const forms: Record<string, () => Promise<Form>> = {
    'in a document': async () => {
      const template = await sendTemplate(practice, { pid: practice.patients.maria })
      const path = pathOf(practice.records.maria, await beginAs(maria, practice.records.maria, template))
      return { page: path, post: path, byItself: `${path}?by=itself`, field: 'text_input0', hidden }
    },
    'in a form': async () => {
      const key = await keepForm(practice, { ...INTAKE, id: `typed-${String((made += 1))}` })
      const id = await ask(practice, key, { pid: practice.patients.maria })
      const path = `/portal/records/${practice.records.maria}/forms/${String(id)}`
      await maria.post(`${path}/beginning`, {}, { from: path })
      return { page: `${path}?page=1`, post: path, byItself: `${path}/draft?by=itself`, field: 'a.name', hidden }
    },
    'in the profile': async () => {
      const path = `/portal/records/${practice.records.maria}/profile/edit/address`
      return { page: path, post: path, field: 'city', hidden }
    },
  }

  for (const [where, begun] of Object.entries(forms)) {
    describe(where, () => {
      it('comes back sealed, is shown to the same person again, and is saved when they send it then', async () => {
        const form = await begun()
        const page = await maria.get(form.page)
        const before = await rows()
        away()
        const out = await maria.post(form.post, { ...form.hidden(page), [form.field]: 'Typed late' })
        expect(out.status).to.equal(401)
        expect(out.body).not.to.contain('Typed late')
        const { _typed } = hidden(out)
        expect(_typed).to.match(/^[\w-]{30,}$/)
        const early = await maria.post(form.post, { _typed: _typed ?? '' })
        expect(early.status, 'not signed in yet').to.equal(401)
        expect(hidden(early)['_typed']).to.equal(_typed)
        await signIn('maria')
        const again = await maria.post(form.post, { _typed: _typed ?? '' })
        expect(again.status, again.body).to.equal(422)
        expect(again.body).to.contain('value="Typed late"').and.to.contain('You were signed out')
        expect(await rows(), 'nothing was done with it').to.deep.equal(before)
        const sent = await maria.post(form.post, { ...form.hidden(again), [form.field]: 'Typed late', go: 'save' })
        expect(sent.status).to.equal(303)
        expect(await rows()).not.to.deep.equal(before)
      })

      it('is nobody else’s', async () => {
        const form = await begun()
        const page = await maria.get(form.page)
        const before = await rows()
        away()
        const typed = { ...form.hidden(page), [form.field]: 'Typed late' }
        const { _typed = '' } = hidden(await maria.post(form.post, typed))
        await signIn('john')
        const ofJohn = await maria.get(`/portal/records/${practice.records.john}/profile/edit/address`)
        for (const posted of [{ _typed }, typed, { _typed, _by: hidden(ofJohn)['_by'] ?? '' }]) {
          const answer = await maria.post(form.post, posted)
          expect(answer.status).to.equal(409)
          expect(answer.body).to.contain('Somebody else is signed in').and.not.to.contain('Typed late')
        }
        if (form.byItself !== undefined) {
          const answer = await maria.post(form.byItself, typed, { headers: HTMX })
          expect(answer.status).to.equal(403)
          expect(answer.body).to.contain('Somebody else is signed in').and.not.to.contain('data-fresh-token')
        }
        expect(await rows()).to.deep.equal(before)
      })

      it('is shown again to who has signed in again in the meantime, and not to another site’s form', async () => {
        const form = await begun()
        const page = await maria.get(form.page)
        const before = await rows()
        away()
        await signIn('maria')
        const typed = { ...form.hidden(page), [form.field]: 'Typed late' }
        const again = await maria.post(form.post, typed, { csrf: 'of the session before' })
        expect(again.status).to.equal(422)
        expect(again.body).to.contain('value="Typed late"')
        const cross = { headers: { 'Sec-Fetch-Site': 'cross-site' } }
        expect((await maria.post(form.post, typed, cross)).status).to.equal(403)
        const { _by, ...unsaid } = typed as Record<string, string>
        expect(_by).to.match(/^[\w-]{30,}$/)
        for (const by of [{}, { _by: `${_by?.slice(0, -2) ?? ''}AA` }]) {
          const refused = await maria.post(form.post, { ...unsaid, ...by }, { csrf: 'of the session before' })
          expect(refused.status).to.equal(403)
        }
        expect(await rows()).to.deep.equal(before)
      })

      it('is kept for two hours, at its own address, and as we sealed it', async () => {
        const form = await begun()
        const page = await maria.get(form.page)
        away()
        const { _typed = '' } = hidden(await maria.post(form.post, { ...form.hidden(page), [form.field]: 'Late' }))
        await signIn('maria')
        const elsewhere = `/portal/records/${practice.records.maria}/profile/edit/preferences`
        expect((await maria.post(elsewhere, { _typed })).status).to.equal(409)
        expect((await maria.post(form.post, { _typed: `${_typed.slice(0, -2)}AA` })).status).to.equal(409)
        practice.clock.set('2026-11-23T21:59:00')
        await signIn('maria')
        expect((await maria.post(form.post, { _typed })).status).to.equal(422)
        practice.clock.set('2026-11-23T22:01:00')
        await signIn('maria')
        const late = await maria.post(form.post, { _typed })
        expect(late.status).to.equal(409)
        expect(late.body).to.contain('not kept any more')
      })

      if (where !== 'in the profile') {
        it('says so where it was sent in the meantime', async () => {
          const form = await begun()
          const page = await maria.get(form.page)
          away()
          const { _typed = '' } = hidden(await maria.post(form.post, { ...form.hidden(page), [form.field]: 'Late' }))
          await practice.db.transaction(async (tx) => {
            await tx.change(`UPDATE onsite_documents SET denial_reason = 'Locked'`)
            await tx.change(`UPDATE foyer_form_assignments SET state = 'withdrawn'`)
          })
          await signIn('maria')
          const answer = await maria.post(form.post, { _typed })
          expect(answer.status, answer.body).to.equal(409)
          expect(answer.body).to.contain('sent or taken back in the meantime')
        })
      }

      it('leads to the sign-in as ever where the form does not say who typed it', async () => {
        const form = await begun()
        away()
        const answer = await maria.post(form.post, { [form.field]: 'Typed late' })
        expect(answer.status).to.equal(303)
        expect(answer.location).to.equal('/portal/sign-in')
      })

      it('says so where it is too large', async () => {
        const form = await begun()
        const page = await maria.get(form.page)
        away()
        const much = 'x'.repeat(where === 'in the profile' ? 50_000 : 1_300_000)
        const answer = await maria.post(form.post, { ...form.hidden(page), [form.field]: much })
        expect(answer.status).to.equal(413)
        expect(answer.body).to.contain('too long to be kept here').and.not.to.contain('_typed')
      })
    })
  }

  for (const where of ['in a document', 'in a form']) {
    it(`${where} stays with a page that saves itself, which takes the token of the new session`, async () => {
      const form = await forms[where]?.()
      if (form?.byItself === undefined) throw new Error('It saves itself')
      const page = await maria.get(form.page)
      const typed = { ...form.hidden(page), [form.field]: 'Typed late', number: '1', count: '1' }
      const before = await rows()
      away()
      const out = await maria.post(form.byItself, typed, { headers: HTMX })
      expect(out.status).to.equal(401)
      expect(out.headers.get('HX-Redirect')).to.equal(null)
      expect(out.body).to.contain('target="_blank"').and.to.contain('href="/portal/sign-in"')
      await signIn('maria')
      const stale = await maria.post(form.byItself, typed, { headers: HTMX, csrf: 'of the session before' })
      expect(stale.status).to.equal(403)
      expect(await rows()).to.deep.equal(before)
      const [, fresh = ''] = /data-fresh-token value="([^"]+)"/.exec(stale.body) ?? []
      const saved = await maria.post(form.byItself, typed, { headers: HTMX, csrf: fresh })
      expect(saved.status, saved.body).to.equal(200)
      expect(await rows()).not.to.deep.equal(before)
    })
  }
})
