/** Staff build, publish, import and ask questionnaires with plain forms: no JavaScript anywhere. */
import { expect } from 'chai'
import { Fhir } from 'fhir'
import type { Questionnaire } from 'fhir/r4.js'
import { itemKinds } from '../../module/features/forms/building/itemKinds.js'
import { itemsInOrder } from '../../module/features/forms/building/drafting.js'
import { samples } from '../../module/features/forms/building/samples/index.js'
import { phq9 } from '../../module/features/forms/building/samples/phq9.js'
import { formOf, sendForm } from '../support/files.js'
import { keepForm } from '../support/forms.js'
import { NEW_PATIENT, openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'

const LIBRARY = '/staff/portal/forms/library'

describe('Questionnaires in the library', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  const hidden = (page: Page, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body)?.[1] ?? ''

  async function draftOf(fields: Record<string, string>): Promise<string> {
    const begun = await admin.post(`${LIBRARY}/drafts`, fields, { from: LIBRARY })
    expect(begun.status).to.equal(303)
    expect(begun.location).to.match(/\/forms\/library\/drafts\/\d+$/)
    return begun.location ?? ''
  }

  /** Adds a question and saves its page with these fields over what stands there. Answers its linkId. */
  async function addItem(
    draft: string,
    kind: string,
    said: string,
    more: Record<string, string | readonly string[]> = {},
    group = '',
  ): Promise<string> {
    const added = await admin.post(`${draft}/items`, { kind, text: said, group }, { from: draft })
    const path = added.location ?? ''
    const page = await admin.get(path)
    const item = hidden(page, 'item')
    const saved = await admin.post(`${draft}/item`, {
      item,
      version: hidden(page, 'version'),
      kind,
      text: said,
      ...more,
    })
    expect(saved.status, saved.body.slice(0, 3000)).to.equal(303)
    return item
  }

  async function exported(form: string): Promise<Questionnaire> {
    const page = await admin.get(`${form}/file`)
    expect(page.headers.get('content-type')).to.include('application/fhir+json')
    return JSON.parse(page.body) as Questionnaire
  }

  it('are built, previewed, published, and come back from their own export the same', async () => {
    const draft = await draftOf({ title: 'How is your back?' })
    const group = await addItem(draft, 'group', 'Your back')
    const hurts = await addItem(
      draft,
      'choice',
      'Does it hurt?',
      {
        ...{ textEs: '¿Le duele?', required: '1', choiceText: ['Not at all', 'A little', 'A lot', ''] },
        ...{ choiceTextEs: ['Nada', 'Un poco', 'Mucho', ''], choiceValue: ['0', '1', '2', ''] },
        ...{ choiceUrgent: ['', '', '1', ''], choiceWas: ['', '', '', ''], choicePlace: ['1', '2', '3', ''] },
      },
      group,
    )
    await addItem(
      draft,
      'text',
      'Since when?',
      { whenQuestion: hurts, whenOperator: '!=', whenAnswer: 'not at all', maxLength: '200' },
      group,
    )
    await addItem(draft, 'boolean', 'May we call you?', { initial: 'Yes' })
    const scored = await admin.post(
      `${draft}/score`,
      {
        ...{
          counted: hurts,
          name: 'Pain',
          bandFrom: ['0', '2'],
          bandLabel: ['Low', 'High'],
          bandLabelEs: ['Bajo', 'Alto'],
        },
        bandFlag: ['none', 'look'],
      },
      { from: `${draft}/score` },
    )
    expect(scored.status).to.equal(303)

    const preview = await admin.get(`${draft}/preview`)
    expect(preview.body).to.include('Does it hurt?').and.to.include('A lot').and.to.include('Since when?')
    expect(preview.body).not.to.include('>Pain<')

    const version = hidden(await admin.get(draft), 'version')
    const published = await admin.post(`${draft}/publication`, { version })
    expect(published.status).to.equal(303)
    const out = await exported(published.location ?? '')
    expect(out.status).to.equal('active')
    const items = itemsInOrder(out).map(({ group: of, item }) => [of, item.type, item.text])
    expect(items).to.deep.equal([
      ['', 'group', 'Your back'],
      [group, 'choice', 'Does it hurt?'],
      [group, 'text', 'Since when?'],
      ['', 'boolean', 'May we call you?'],
      ['', 'decimal', 'Pain'],
    ])

    // Out, and in again by pasting: the same but for its version.
    const pasted = await admin.post(`${LIBRARY}/import`, { json: JSON.stringify(out) }, { from: `${LIBRARY}/import` })
    const formed = pasted.status === 303 ? pasted.location : (await importFile(JSON.stringify(out))).location
    const again = await publish(formed ?? '')
    const { version: first, ...before } = out
    const { version: second, ...after } = await exported(again)
    expect(after).to.deep.equal(before)
    expect([first, second]).to.deep.equal(['1', '2'])
    const page = await admin.get(again)
    expect(page.body)
      .to.include('Version 1')
      .and.to.include('Version 2')
      .and.to.include('In use')
      .and.to.include('Retired')
  })

  it('are made of every kind that the builder offers, and each is put to the patient as it is', async () => {
    const draft = await draftOf({ title: 'One of each' })
    const two = { choiceText: ['Tea', 'Coffee'], choiceWas: ['', ''], choicePlace: ['1', '2'], choiceValue: ['', ''] }
    const fields: Record<string, Record<string, string | readonly string[]>> = {
      ...{ choice: two, 'open-choice': two, quantity: { unit: 'kg' } },
      ...{ date: { initial: '2026-11-23' }, integer: { initial: '3' }, url: { maxLength: '200' } },
    }
    const group = await addItem(draft, 'group', 'A group')
    for (const kind of itemKinds.filter((each) => each !== 'group')) {
      await addItem(draft, kind, `Here is ${kind}`, fields[kind] ?? {}, group)
    }
    const preview = await admin.get(`${draft}/preview`)
    for (const kind of itemKinds.slice(1)) expect(preview.body, kind).to.include(`Here is ${kind}`)
    for (const control of ['type="date"', 'type="time"', 'inputmode="numeric"', 'inputmode="decimal"', '<textarea']) {
      expect(preview.body, control).to.include(control)
    }
    const out = await exported(await publish(draft))
    expect(itemsInOrder(out).map(({ item }) => item.type)).to.deep.equal([...itemKinds])
    const { valid, messages } = new Fhir().validate(out)
    expect(valid, JSON.stringify(messages)).to.equal(true)
  })

  async function importFile(json: string) {
    const fields = await formOf(admin, `${LIBRARY}/import`)
    return sendForm(admin, `${LIBRARY}/import`, fields, [{ name: 'q.json', bytes: Buffer.from(json), field: 'file' }])
  }

  async function publish(draft: string): Promise<string> {
    const version = hidden(await admin.get(draft), 'version')
    const published = await admin.post(`${draft}/publication`, { version })
    expect(published.status, published.body.slice(0, 2000)).to.equal(303)
    return published.location ?? ''
  }

  it('are one place of the navigation, and the answers that wait another', async () => {
    for (const [path, label] of [
      [LIBRARY, 'Questionnaires'],
      ['/staff/portal/forms', 'Form answers'],
    ] as const) {
      const { body } = await admin.get(path)
      const current = [...body.matchAll(/class="sidenav-link" href="[^"]+" aria-current="page">([\s\S]*?)<\/a>/g)]
      expect(
        current.map(
          ([, inside = '']) =>
            inside
              .replace(/<[^>]+>/g, ' ')
              .trim()
              .split(/\s{2,}/)[0],
        ),
      ).to.deep.equal([label])
    }
  })

  it('that cannot be asked are refused with each problem at its linkId', async () => {
    const broken = {
      ...{ resourceType: 'Questionnaire', status: 'active', title: 'Broken' },
      item: [
        { linkId: 'pick', type: 'choice', text: 'Pick' },
        {
          linkId: 'then',
          type: 'string',
          text: 'Then',
          enableWhen: [{ question: 'gone', operator: 'exists', answerBoolean: true }],
        },
        { linkId: 'scan', type: 'attachment', text: 'A photograph' },
        { linkId: '<img src=x onerror=alert(1)>', type: 'choice', text: 'Bad' },
      ],
    }
    const refused = await importFile(JSON.stringify(broken))
    expect(refused.status).to.equal(422)
    for (const linkId of ['pick', 'then', 'scan']) {
      expect(refused.body).to.match(new RegExp(`data-test="problem"><th scope="row"><code>${linkId}</code>`))
    }
    expect(refused.body).to.include('It depends on a question that is not there: “gone”.')
    expect(refused.body).not.to.include('<img src=x')
    // What was uploaded stands in the field, to be mended there.
    expect(refused.body).to.include('&#34;Broken&#34;')
    const nonsense = await importFile('{"resourceType":"Patient"}')
    expect(nonsense.status).to.equal(422)
  })

  it('by Foyer are taken over as drafts, each of them, and can be asked as they are', async () => {
    for (const { id, title } of samples) {
      const draft = await draftOf({ sample: id ?? '' })
      const form = await publish(draft)
      const { status, version, ...out } = await exported(form)
      const { status: _before, ...sample } = samples.find((each) => each.id === id) ?? phq9
      expect([status, version]).to.deep.equal(['active', '1'])
      expect(out, title).to.deep.equal(sample)
    }
  })

  it('which two people change: the second is told, and nothing is lost', async () => {
    const draft = await draftOf({ title: 'Ours' })
    const version = hidden(await admin.get(draft), 'version')
    const [one, other] = await Promise.all([
      admin.post(`${draft}/items`, { kind: 'string', text: 'First', version }),
      admin.post(`${draft}/items`, { kind: 'string', text: 'Second', version }),
    ])
    expect([one.status, other.status].sort()).to.deep.equal([303, 409])
    const lost = one.status === 409 ? one : other
    expect(lost.body).to.include('admin changed this draft at')
    expect((await admin.get(draft)).body.match(/data-test="item"/g)).to.have.length(1)
  })

  it('keep what was typed, and say at the field what is missing', async () => {
    const draft = await draftOf({ title: 'Ours too' })
    const added = await admin.post(`${draft}/items`, { kind: 'choice', text: 'Pick one' }, { from: draft })
    const page = await admin.get(added.location ?? '')
    const fields = {
      item: hidden(page, 'item'),
      version: hidden(page, 'version'),
      kind: 'choice',
      text: 'Pick one, please',
    }
    const rows = { choiceText: ['Tea', ''], choiceValue: ['one', '2'], choiceTextEs: ['', ''] }
    const refused = await admin.post(`${draft}/item`, { ...fields, ...rows })
    expect(refused.status).to.equal(422)
    expect(refused.body)
      .to.include('Row 1: Write a number, such as 3 or 2.5.')
      .and.to.include('Row 2: Write what the choice says.')
    expect(refused.body).to.match(/id="field-choiceValue-0"[^>]*aria-invalid="true"/)
    expect(refused.body).to.include('Pick one, please').and.to.include('value="Tea"')
    const more = await admin.post(`${draft}/item`, { ...fields, choiceText: ['Tea'], more: 'choices' })
    expect(more.status).to.equal(200)
    expect(more.body.match(/name="choiceText"/g)?.length).to.equal(7)
    const empty = await admin.post(`${draft}/publication`, { version: hidden(await admin.get(draft), 'version') })
    expect(empty.status).to.equal(422)
    expect(empty.body).to.include('It is a choice without choices.')
  })

  it('are asked of a patient by hand, once, shown on the panel, and taken back with a reason', async () => {
    const key = await keepForm(practice, { ...phq9, id: 'asked-by-hand', title: 'By hand' })
    const pid = String(practice.patients.amina)
    const page = await admin.get(`/staff/portal/forms/assigning?pid=${pid}`)
    expect(page.body).to.include('By hand').and.to.include('Yusuf')
    const wrong = await admin.post('/staff/portal/forms/assigning', {
      pid,
      form: key,
      dueOn: '2026-02-30',
      everyDays: 'x',
      note: 'Kept',
    })
    expect(wrong.status).to.equal(422)
    expect(wrong.body)
      .to.include('Write a date such as')
      .and.to.include('Write a number of days')
      .and.to.include('Kept')
    const fields = { pid, form: key, dueOn: '2026-12-01', everyDays: '30', note: 'Before your visit' }
    expect((await admin.post('/staff/portal/forms/assigning', fields)).status).to.equal(303)
    expect((await admin.post('/staff/portal/forms/assigning', fields)).status).to.equal(409)
    const card = await admin.get(`/staff/portal/patients/${pid}/asked-forms`)
    expect(card.body).to.match(/due Tue 1 Dec/)
    const withdrawal = /href="([^"]*assignments\/\d+\/withdrawal)"/.exec(card.body)?.[1] ?? ''
    await admin.get(withdrawal)
    expect((await admin.post(withdrawal, { pid, reason: '' })).status).to.equal(422)
    expect((await admin.post(withdrawal, { pid: String(practice.patients.john), reason: 'No' })).status).to.equal(404)
    expect((await admin.post(withdrawal, { pid, reason: 'Asked by mistake' })).status).to.equal(303)
    expect((await admin.post(withdrawal, { pid, reason: 'Again' })).status).to.equal(409)
  })

  it('are asked by rules, after it was counted whom they mean now', async () => {
    const key = await keepForm(practice, { ...phq9, id: 'by-rule', title: 'By rule' })
    await practice.event({
      providerId: practice.staff.lee,
      category: NEW_PATIENT,
      date: '2026-11-25',
      pid: practice.patients.john,
    })
    await practice.event({
      providerId: practice.staff.lee,
      category: NEW_PATIENT,
      date: '2026-12-20',
      pid: practice.patients.amina,
    })
    const none = await admin.post('/staff/portal/forms/rules', { form: key }, { from: '/staff/portal/forms/rules/new' })
    expect(none.status).to.equal(422)
    const rule = { form: key, categoryId: String(NEW_PATIENT), daysBefore: '7' }
    const counted = await admin.post('/staff/portal/forms/rules', rule)
    expect(counted.status).to.equal(200)
    expect(counted.body).to.include('It means 1 patient now.')
    const far = await admin.post('/staff/portal/forms/rules', { ...rule, daysBefore: '60' })
    expect(far.body).to.include('It means 2 patients now.')
    expect(await practice.db.select(`SELECT id FROM foyer_form_rules`)).to.deep.equal([])
    expect((await admin.post('/staff/portal/forms/rules', { ...rule, save: '1' })).status).to.equal(303)
    const listed = await admin.get('/staff/portal/forms/rules')
    expect(listed.body)
      .to.include('By rule')
      .and.to.match(/Appointment “[^”]+”, 7 days before\./)
    const switching = /action="([^"]*rules\/\d+\/switch)"/.exec(listed.body)?.[1] ?? ''
    expect((await admin.post(switching, {})).status).to.equal(303)
    expect((await admin.get('/staff/portal/forms/rules')).body).to.include('Switch on')
  })

  it('that are retired are asked of nobody, and what was asked of somebody stays', async () => {
    const key = await keepForm(practice, { ...phq9, id: 'to-retire', title: 'To retire' })
    const pid = String(practice.patients.john)
    expect((await admin.post('/staff/portal/forms/assigning', { pid, form: key })).status).to.equal(303)
    const row = await practice.db.first<{ id: number }>(
      `SELECT id FROM questionnaire_repository WHERE questionnaire_id = :key`,
      { key },
    )
    const form = `${LIBRARY}/${String(row?.id)}`
    expect((await admin.post(`${form}/retirement`)).status).to.equal(303)
    expect((await admin.post(`${form}/retirement`)).status).to.equal(409)
    expect(
      (await admin.post('/staff/portal/forms/assigning', { pid: String(practice.patients.amina), form: key })).status,
    ).to.equal(422)
    const waiting = await practice.db.select(
      `SELECT id FROM foyer_form_assignments WHERE form_key = :key AND state = 'waiting'`,
      { key },
    )
    expect(waiting).to.have.length(1)
  })

  it('are words and nothing else, whatever is typed into the builder', async () => {
    const nasty = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    const draft = await draftOf({ title: nasty })
    await admin.post(draft, { title: nasty, titleEs: nasty, description: nasty, descriptionEs: nasty })
    const group = await addItem(draft, 'group', nasty)
    const item = await addItem(
      draft,
      'choice',
      nasty,
      {
        textEs: nasty,
        choiceText: [nasty],
        choiceTextEs: [nasty],
        choiceValue: ['1'],
        choicePlace: [nasty],
        initial: nasty,
      },
      group,
    )
    await admin.post(`${draft}/score`, {
      counted: item,
      name: nasty,
      bandFrom: '0',
      bandLabel: nasty,
      bandLabelEs: nasty,
    })
    await wordsOnly([draft, `${draft}/item?item=${item}`, `${draft}/score`, `${draft}/preview`, LIBRARY])
    const form = await publish(draft)
    const pid = String(practice.patients.luis)
    const key = (await exported(form)).id ?? ''
    await admin.post('/staff/portal/forms/assigning', { pid, form: key, note: nasty })
    await wordsOnly([
      ...[
        LIBRARY,
        form,
        `${form}/preview`,
        `/staff/portal/patients/${pid}/asked-forms`,
        '/staff/portal/forms/rules/new',
      ],
      `/staff/portal/forms/assigning?pid=${pid}&form=${encodeURIComponent(nasty)}`,
      `/staff/portal/forms/assigning?q=${encodeURIComponent(nasty)}`,
    ])
  })

  async function wordsOnly(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const page = await admin.get(path)
      expect(page.status, path).to.equal(200)
      expect(page.body, path).not.to.match(/<img src=x|<script>alert/)
    }
  }
})
