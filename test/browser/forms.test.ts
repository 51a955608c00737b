/** A patient answers forms, as a person does it: with JavaScript and without. */
import { expect } from 'chai'
import { phq9 } from '../../module/features/forms/building/samples/phq9.js'
import { openWindow, type WindowOptions } from '../support/browser.js'
import { ask, INTAKE, keepForm } from '../support/forms.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import {
  answersPage,
  draftPage,
  previewPage,
  publishedPage,
  questionnairesPage,
  questionPage,
  scorePage,
} from './pages/formBuilder.js'
import { fillPage, formsPage, reviewPage, sentPage, startPage } from './pages/forms.js'
import { homePage } from './pages/patient.js'

describe('A form', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let made = 0

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const asked = async (resource = INTAKE, title = resource.title ?? '') => {
    const key = await keepForm(practice, { ...resource, title, id: `browser-${String((made += 1))}` })
    return ask(practice, key, { pid: practice.patients.maria }, { dueOn: '2026-11-25', note: 'Please before Tuesday.' })
  }

  const readers: [string, WindowOptions][] = [
    ['at a desk', {}],
    ['on a phone without JavaScript', { width: 'phone', scripts: false }],
    ['on a phone in the dark, in Spanish', { width: 'phone', theme: 'dark', language: 'es' }],
  ]

  for (const [place, options] of readers) {
    it(`is begun, branches, is put away, taken up again, looked through and sent, ${place}`, async () => {
      const title = `Before your visit, ${place}`
      const id = await asked(INTAKE, title)
      const tab = await openWindow(practice, { ...options, as: { patient: 'maria' } })
      const { page, say } = tab
      const base = `/portal/records/${practice.records.maria}`
      await tab.open(base)
      await homePage(tab)
      await page.getByRole('link', { name: say('forms.needsAction') }).click()
      const list = await formsPage(tab, 'waiting')
      await list.begin(title)
      const start = await startPage(tab)
      await start.go(say('forms.begin'))

      const first = await fillPage(tab)
      const much = first.question('How many a day?')
      expect(await much.isVisible()).to.equal(false)
      await first.type('What do you like to be called?', 'Mo')
      await first.choose('Do you smoke?', say('forms.yes'))
      if (options.scripts === false) await first.go()
      else await page.locator('[data-item="much"]:not([hidden])').waitFor()
      const branched = await fillPage(tab, 'branched')
      expect(await much.isVisible()).to.equal(true)
      await branched.later()

      const again = await formsPage(tab, 'begun')
      await again.begin(title)
      const resume = await startPage(tab, 'begun')
      await resume.go(say('forms.resume'))
      const missing = await fillPage(tab)
      expect(await missing.question('What do you like to be called?').inputValue()).to.equal('Mo')
      await missing.go()
      const refused = await fillPage(tab, 'missing', 422)
      expect(await refused.errors.innerText()).to.include(say('forms.problem.required'))
      await refused.type('How many a day?', '20')
      await refused.go()
      const review = await reviewPage(tab)
      expect(await review.text())
        .to.include('20')
        .and.to.include('Mo')
      await review.send()
      const sent = await sentPage(tab)
      expect(await sent.text()).to.match(/[A-Z0-9]{4}-[A-Z0-9]{4}/)
      const row = await practice.db.first(
        `SELECT q.status, q.patient_id FROM questionnaire_response q JOIN foyer_form_responses r ON r.host_id = q.id
          WHERE r.assignment_id = :id`,
        { id },
      )
      expect(row).to.deep.equal({ status: 'completed', patient_id: practice.patients.maria })
      await tab.open(`${base}/forms`)
      expect(await (await formsPage(tab)).sent.count()).to.be.greaterThan(0)
    })
  }

  it('saves itself while somebody types, and shows at once what help there is', async () => {
    const id = await asked(phq9)
    const tab = await openWindow(practice, { as: { patient: 'maria' } })
    const base = `/portal/records/${practice.records.maria}/forms/${String(id)}`
    await tab.open(base)
    await (await startPage(tab)).go(tab.say('forms.begin'))
    const page = await fillPage(tab, 'long')
    expect(await page.help.count()).to.equal(0)
    await page.choose('Thoughts that you would be better off dead', 'Several days')
    await page.help.waitFor()
    expect(await page.help.innerText()).to.include('988')
    expect(await page.saved.innerText()).to.equal(tab.say('forms.savedNow', { time: '08:00' }))
    await fillPage(tab, 'help')
    // The window is closed on the way; what was said is there.
    await tab.open(`${base}?page=1`)
    await (await fillPage(tab, 'help')).help.waitFor()
    const chosen = tab.page.getByRole('group', { name: 'Thoughts that' }).getByLabel('Several days')
    expect(await chosen.isChecked()).to.equal(true)
  })

  const builders: [string, WindowOptions][] = [
    ['at a desk', {}],
    ['on a phone in the dark, without JavaScript', { width: 'phone', theme: 'dark', scripts: false }],
  ]

  for (const [place, options] of builders) {
    it(`is built by staff in groups, with choices, a condition and a score, answered by a patient and read, ${place}`, async () => {
      const scripts = options.scripts !== false
      const title = `Sleep, ${place}`
      const staff = await openWindow(practice, { ...options, as: { staff: 'admin' } })
      await staff.open('/staff/portal/forms/library')
      await (await questionnairesPage(staff)).build(title)

      await (await draftPage(staff, 'empty')).add('At night', 'group')
      await (await questionPage(staff, 'group')).save()
      await (await draftPage(staff)).add('What keeps you awake?', 'text', 'At night')
      await (await questionPage(staff, 'text')).save()
      await (await draftPage(staff)).add('How do you sleep?', 'choice', 'At night')
      const choices = await questionPage(staff, 'choice')
      await choices.required()
      for (const [at, [text, counts]] of [
        ['Well', '0'],
        ['So so', '1'],
        ['Badly', '2'],
      ].entries()) {
        await choices.choice(at + 1, 'text').fill(text ?? '')
        await choices.choice(at + 1, 'value').fill(counts ?? '')
      }
      const before = await choices.rows.count()
      await choices.more()
      // Without scripts the server brings the page again with more rows, and what was typed.
      const more = scripts ? choices : await questionPage(staff, 'choice')
      expect(await more.rows.count()).to.be.greaterThan(before)
      expect(await more.choice(3, 'text').inputValue()).to.equal('Badly')
      await more.save()

      const draft = await draftPage(staff, 'with questions')
      await draft.move('How do you sleep?', 'up')
      await staff.page.locator('[data-test="item"]:nth-child(2)', { hasText: 'How do you sleep?' }).waitFor()
      const moved = scripts ? draft : await draftPage(staff)
      expect(await moved.texts()).to.deep.equal(['At night', 'How do you sleep?', 'What keeps you awake?'])
      if (scripts) {
        const focused = () => staff.page.locator(':focus').getAttribute('id')
        expect((await focused()) ?? '').to.match(/^(up|down|in|out|item)-\d+$/)
      }
      await staff.page.getByRole('link', { name: 'Change What keeps you awake?' }).click()
      const condition = await questionPage(staff, 'condition')
      await condition.shownWhen('How do you sleep?', '=', 'Badly')
      if (scripts) expect(await condition.offered()).to.have.members(['Well', 'So so', 'Badly'])
      await condition.save()

      await (await draftPage(staff)).score()
      const score = await scorePage(staff)
      await score.call('Sleep score')
      await score.count('How do you sleep?')
      await score.band(1, '0', 'Fine', 'none')
      await score.band(2, '2', 'Poor', 'look')
      await score.save()
      await (await draftPage(staff)).preview()
      expect(await (await previewPage(staff)).text()).to.include('What keeps you awake?')
      await staff.page.goBack()
      await (await draftPage(staff)).publish()
      await publishedPage(staff)

      const kept = await practice.db.first<{ key: string }>(
        `SELECT questionnaire_id AS \`key\` FROM questionnaire_repository WHERE name = :title AND active = 1`,
        { title },
      )
      for (const answer of ['Well', 'Badly']) {
        await ask(practice, kept?.key ?? '', { pid: practice.patients.maria })
        await answered(title, answer)
      }
      await staff.open('/staff/portal/forms')
      await staff.page.getByRole('link', { name: 'Santos' }).first().waitFor()
      const sent = await practice.db.first<{ id: number }>(
        `SELECT MAX(id) AS id FROM foyer_form_responses WHERE form_key = :key`,
        { key: kept?.key ?? '' },
      )
      await staff.open(`/staff/portal/forms/${String(sent?.id)}`)
      const read = await answersPage(staff)
      expect(await read.text())
        .to.include('2 of 2, Poor')
        .and.to.include('Traffic')
      expect(await read.trend.count()).to.equal(1)
    })
  }

  /** On a phone, as it is built above. */
  async function answered(title: string, answer: string): Promise<void> {
    const tab = await openWindow(practice, { width: 'phone', as: { patient: 'maria' } })
    await tab.open(`/portal/records/${practice.records.maria}/forms`)
    await (await formsPage(tab, 'waiting')).begin(title)
    await (await startPage(tab)).go(tab.say('forms.begin'))
    const page = await fillPage(tab)
    await page.choose('How do you sleep?', answer)
    if (answer === 'Badly') await page.type('What keeps you awake?', 'Traffic')
    await page.go()
    await (await reviewPage(tab)).send()
    await sentPage(tab)
  }
})
