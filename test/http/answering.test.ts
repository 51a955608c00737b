/** Forms as patients answer them, without JavaScript, and what autosave answers those who have it. */
import { expect } from 'chai'
import { Fhir } from 'fhir'
import { countStatements } from '../../module/platform/database.js'
import { formLines } from '../../module/features/forms/answering/ofPatient.js'
import { phq9 } from '../../module/features/forms/building/samples/phq9.js'
import { ask, filling, INTAKE, keepForm, questionnaire, somebody } from '../support/forms.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { HTMX } from './portals.js'

describe('A patient and a form', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let base: string
  let made = 0

  before(async () => {
    practice = await openPractice()
    maria = await practice.patientVisitor('maria')
    base = `/portal/records/${practice.records.maria}/forms`
  })
  after(() => practice.leave())

  const asked = async (resource = INTAKE) => {
    const key = await keepForm(practice, { ...resource, id: `http-${String((made += 1))}` })
    return ask(practice, key, { pid: practice.patients.maria }, { dueOn: '2026-11-25', note: 'Before <b>Tuesday</b>' })
  }
  /** Begins it; answers the page and its address. */
  const begun = async (resource = INTAKE) => {
    const address = `${base}/${String(await asked(resource))}`
    const page = await maria.follow(await maria.post(`${address}/beginning`, {}, { from: address }))
    expect(page.status).to.equal(200)
    return { address, page }
  }
  /** What stands in the page's hidden fields. */
  const hiddenOf = ({ body }: Page) =>
    Object.fromEntries(
      [...body.matchAll(/<input type="hidden" name="(page|seen|hand|count|shown)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
  const post = (page: Page, address: string, fields: Record<string, string | string[]>, go = 'next') =>
    maria.post(address, { ...hiddenOf(page), ...fields, go })

  it('is on the home page and in the list, due first, and says whose and why', async () => {
    const id = await asked()
    expect((await maria.get(`/portal/records/${practice.records.maria}`)).body).to.match(/forms? waits? for you/i)
    const list = await maria.get(base)
    expect(list.body)
      .to.include('Wed 25 Nov')
      .and.to.include(`${base}/${String(id)}"`)
    const page = await maria.get(`${base}/${String(id)}`)
    expect(page.body).to.include('Maria Santos').and.to.include('Before &lt;b&gt;Tuesday&lt;/b&gt;')
  })

  it('that opens on a later day says which, and is neither begun nor sent from an old page', async () => {
    const key = await keepForm(practice, { ...INTAKE, id: `http-${String((made += 1))}` })
    const id = await ask(practice, key, { pid: practice.patients.maria }, { opensOn: '2027-03-01' })
    const address = `${base}/${String(id)}`
    for (const path of [address, `${address}?page=1`, `${address}/review`]) {
      const page = await maria.get(path)
      expect([page.status, page.body.includes('This form opens on')], path).to.deep.equal([200, true])
      expect(page.body, path)
        .to.match(/data-test="opens-on">[^<]*1 Mar/)
        .and.not.include('/beginning')
    }
    const early = [
      await maria.post(`${address}/beginning`, {}, { from: base }),
      await maria.post(`${address}/submission`, { seen: '0' }, { from: base }),
      await maria.post(address, { page: '1', seen: '0' }, { from: base }),
      await maria.post(`${address}/draft`, { page: '1', seen: '0' }, { from: base }),
    ]
    expect(early.map(({ status }) => status)).to.deep.equal([409, 409, 409, 409])
    expect(early.every(({ body }) => body.includes('This form opens on'))).to.equal(true)
    practice.clock.set('2027-03-01T08:00:00')
    const inTime = await practice.patientVisitor('maria')
    expect((await inTime.get(address)).body).to.include('/beginning')
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('is begun, branches after Continue, is looked through, sent once, and can be read again', async () => {
    const { address, page } = await begun()
    expect(page.body).to.match(/data-item="much" hidden/)
    // Yes leads to one more question, on this page.
    const branched = await maria.follow(await post(page, address, { 'a.name': 'Mo', 'a.smoke': 'yes', 'a.much': '' }))
    expect(branched.body)
      .to.include('lead to more questions')
      .and.not.to.match(/data-item="much" hidden/)
    const missing = await post(branched, address, { 'a.name': 'Mo', 'a.smoke': 'yes', 'a.much': '' })
    expect([missing.status, /id="field-a\.much-error"/.test(missing.body)]).to.deep.equal([422, true])
    const wrong = await post(missing, address, { 'a.name': 'Mo', 'a.smoke': 'yes', 'a.much': 'some <b>' })
    expect(wrong.status).to.equal(422)
    expect(wrong.body).to.include('whole number').and.to.include('some &lt;b&gt;')
    const review = await maria.follow(await post(wrong, address, { 'a.name': 'Mo', 'a.smoke': 'yes', 'a.much': '20' }))
    expect(review.path).to.equal(`${address}/review`)
    const sent = async () =>
      maria.post(`${address}/submission`, {
        seen: /name="seen" value="(\d+)"/.exec(review.body)?.[1] ?? '',
        _once: /name="_once" value="([^"]+)"/.exec(review.body)?.[1] ?? '',
      })
    const [first, second] = [await sent(), await sent()]
    expect([first.status, second.location]).to.deep.equal([303, first.location])
    const receipt = await maria.follow(first)
    expect(receipt.body)
      .to.match(/[A-Z0-9]{4}-[A-Z0-9]{4}/)
      .and.to.include('How many a day?')
    const json = await maria.get(`${String(first.location)}/response.json`)
    const check = new Fhir().validate(JSON.parse(json.body) as object, { errorOnUnexpected: true })
    expect(check.messages.filter(({ severity }) => String(severity) === 'error')).to.deep.equal([])
    expect((await maria.get(address)).location).to.equal(first.location)
  })

  it('may have groups of several, added and removed without JavaScript', async () => {
    const { address, page } = await begun()
    const fields = { 'a.name': 'Mo', 'a.smoke': 'no' }
    const two = await maria.follow(await post(page, address, { ...fields, 'a.meal@0/meal.what': 'Soup' }, 'more:meal'))
    expect(two.body).to.include('a.meal@1/meal.what')
    const both = { 'a.meal@0/meal.what': 'Soup', 'a.meal@1/meal.what': 'Bread' }
    const one = await maria.follow(await post(two, address, { ...fields, ...both }, 'remove:meal@0'))
    expect(one.body).to.include('value="Bread"').and.not.to.include('value="Soup"')
    expect(one.body).not.to.include('a.meal@1/meal.what')
  })

  it('shows at once what help there is where an answer calls for it, and flags it for staff', async () => {
    const { address, page } = await begun(phq9)
    expect(page.body).not.to.include('data-test="help"')
    const mild = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`a.phq9.${String(at + 1)}`, 'o0']))
    const bad = { ...mild, 'a.phq9.9': 'o1', 'a.phq9.difficulty': 'o0' }
    const saved = await maria.post(`${address}/draft`, { ...hiddenOf(page), ...bad }, { headers: HTMX })
    expect(saved.body).to.include('data-test="help"').and.to.include('988').and.to.include('911')
    const review = await maria.follow(await post(page, address, bad))
    expect(review.body).to.include('data-test="help"')
    const sent = await maria.post(`${address}/submission`, {
      seen: /name="seen" value="(\d+)"/.exec(review.body)?.[1] ?? '',
    })
    const after = await maria.follow(sent)
    expect(after.body).to.include('data-test="help"').and.not.to.include('Score')
    const row = await practice.db.first(
      `SELECT r.flag, q.form_score FROM foyer_form_responses r JOIN questionnaire_response q ON q.id = r.host_id
        WHERE r.receipt = :receipt`,
      { receipt: sent.location?.split('/').at(-1) },
    )
    expect(row).to.deep.equal({ flag: 'urgent', form_score: 1 })
    await practice.setting('showFormScores', 'on')
    expect((await maria.get(String(sent.location))).body).to.include('1 (Minimal')
    await practice.setting('showFormScores', 'off')
  })

  it('is saved by itself: what is asked now is told, and an older page that arrives late changes nothing', async () => {
    const { address, page } = await begun()
    const save = (fields: Record<string, string>, count: number) =>
      maria.post(`${address}/draft`, { ...hiddenOf(page), ...fields, count: String(count) }, { headers: HTMX })
    const first = await save({ 'a.name': 'M', 'a.smoke': 'yes' }, 1)
    expect(first.body).to.match(/id="form-saved"[^>]*data-revision="1" data-not-asked=""/)
    await save({ 'a.name': 'Maria', 'a.smoke': 'no' }, 3)
    await save({ 'a.name': 'Mar', 'a.smoke': 'yes' }, 2)
    const again = await maria.get(`${address}?page=1`)
    expect(again.body)
      .to.include('value="Maria"')
      .and.to.match(/data-item="much" hidden/)
  })

  it('that was changed on another device meanwhile shows both, and takes what is sent then', async () => {
    const { address, page } = await begun()
    const other = await maria.get(`${address}?page=1`)
    await post(other, address, { 'a.name': 'On the telephone', 'a.smoke': 'no' }, 'save')
    const both = await post(page, address, { 'a.name': 'On the computer' })
    expect(both.status).to.equal(409)
    expect(both.body).to.include('value="On the computer"').and.to.include('On the other device: On the telephone')
    // Nothing was said here of smoking; what the telephone said stands.
    expect(both.body).to.match(/value="no" checked/)
    const done = await post(both, address, { 'a.name': 'On the computer', 'a.smoke': 'no' }, 'save')
    expect(done.status).to.equal(303)
    expect((await maria.get(`${address}?page=1`)).body).to.include('value="On the computer"')
  })

  it('takes nothing from the form but answers: not whose it is, not its state, not its score', async () => {
    const { address, page } = await begun()
    await post(page, address, {
      ...{ 'a.name': 'Mo', 'a.smoke': 'no', pid: String(practice.patients.john), state: 'sent', score: '27' },
      ...{ flag: 'none', 'a.unknown': 'x', 'a.__proto__': 'x', form_key: 'other', record: practice.records.john },
    })
    const row = await practice.db.first(
      `SELECT a.pid, a.state, f.answers FROM foyer_form_assignments a JOIN foyer_form_fillings f ON f.assignment_id = a.id
        WHERE a.id = :id`,
      { id: Number(address.split('/').at(-1)) },
    )
    expect(row).to.include({ pid: practice.patients.maria, state: 'waiting' })
    expect(JSON.stringify(row)).not.to.include('unknown')
  })

  it('shows what anybody wrote as text, on every page', async () => {
    const attack = `"><img src=x onerror=alert(1)>'</textarea><script>alert(1)</script><%= 7 * 7 %>`
    const { address, page } = await begun({
      ...questionnaire(
        { linkId: `${attack}id`, type: 'text', text: `${attack}text`, prefix: `${attack}prefix` },
        {
          ...{ linkId: 'c', type: 'open-choice', text: 'Choose' },
          answerOption: [{ valueCoding: { code: attack, display: `${attack}display` } }],
        },
        { linkId: 'd', type: 'display', text: `${attack}shown` },
        {
          linkId: 'g',
          type: 'group',
          repeats: true,
          text: `${attack}group`,
          item: [{ linkId: 'x', type: 'string', text: 'X' }],
        },
      ),
      title: `${attack}title`,
      description: `${attack}description`,
    })
    const typed = {
      [`a.${encodeURIComponent(`${attack}id`)}`]: attack,
      'a.c': ['o0', 'other'],
      't.c': attack,
      'a.g@0/x': attack,
    }
    const review = await maria.follow(await post(page, address, typed))
    const sent = await maria.post(`${address}/submission`, {
      seen: /name="seen" value="(\d+)"/.exec(review.body)?.[1] ?? '',
    })
    const pages = [page, await maria.get(`${address}?page=1`), review, await maria.follow(sent), await maria.get(base)]
    for (const { body, path } of pages) {
      expect(body, path).to.include('&lt;img src=x onerror=alert(1)&gt;')
      expect(body, path).not.to.match(/<img src=x|<script>alert|onerror=alert\(1\)>(?!&)|>49</)
    }
  })

  it('costs as many statements when there are two hundred as when there is one', async () => {
    const { scope } = await somebody(practice, practice.accounts.maria, practice.records.maria)
    const cost = async () => (await countStatements(() => formLines(practice.db, scope, '2026-11-23'))).count.statements
    const before = await cost()
    for (let at = 0; at < 30; at += 1) await asked()
    expect([before, await cost()]).to.deep.equal([1, 1])
  })

  it('waits for its own patient only', async () => {
    const id = await asked()
    const john = await practice.patientVisitor('john')
    const theirs = `/portal/records/${practice.records.john}/forms/${String(id)}`
    expect((await maria.get(`${base}/${String(id)}`)).status).to.equal(200)
    expect((await john.get(theirs)).status).to.equal(404)
    expect(
      (await john.post(`${theirs}/beginning`, {}, { from: `/portal/records/${practice.records.john}/forms` })).status,
    ).to.equal(404)
    const who = await somebody(practice, practice.accounts.maria, practice.records.maria)
    expect(await filling(practice, who, id)).to.equal(undefined)
  })
})
