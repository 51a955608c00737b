import { documentRounds } from '../../migrations/0041-document-rounds.js'
import { expect } from 'chai'
import { Parser } from 'htmlparser2'
import { grant } from '../../module/access/accounts.js'
import { library } from '../../module/features/documents/library/index.js'
import { MARK, TEXTS } from './payloads.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'

describe('The library of templates', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  const at = '/staff/portal/templates'
  let made = 0
  const write = (fields: Record<string, string>): Promise<Page> => {
    const name = `Paper ${String((made += 1))}`
    return admin.post(at, { name, category: '', content: 'Name: {TextInput}', ...fields }, { from: `${at}/new` })
  }
  const add = async (fields: Record<string, string> = {}): Promise<number> => {
    const page = await write(fields)
    expect(page.status, page.body.slice(0, 2000)).to.equal(303)
    return Number(/templates\/(\d+)$/.exec(page.location ?? '')?.[1])
  }
  const body = async (path: string) => {
    const page = await admin.get(path)
    expect(page.status, path).to.equal(200)
    return page.body
  }
  const letters = () =>
    practice.db.select<{
      kind: string
      pid: number
      recipient: string
      language: string
      state: string
      error_code: string | null
    }>(
      `SELECT kind, pid, recipient, language, state, error_code FROM foyer_letters WHERE kind LIKE 'document.%' ORDER BY id`,
    )
  const tell = () => library.jobs?.[0]?.run(practice.portal)

  it('shows a template as the patient will see it, with the values of nobody', async () => {
    const id = await add({ content: '<p>Dear {PatientName}</p><p>Smoker? * {ynRadioGroup}</p>', anyway: '1' })
    const page = await body(`${at}/${String(id)}`)
    expect(page).to.contain('Dear Alex Example').and.to.contain('Smoker? (must be answered)')
    expect(page).to.contain('version 1')
    expect(await body(at)).to.contain(`${at}/${String(id)}`)
    const { template_content: kept } = (await practice.db.first<{ template_content: Buffer }>(
      `SELECT template_content FROM document_templates WHERE id = :id`,
      { id },
    )) ?? { template_content: Buffer.alloc(0) }
    // The host gives the lines of what is not marked as HTML their ends (facts §6.1).
    expect(kept.toString()).to.match(/^\{ParseAsHTML\}<p>Dear/)
  })

  it('refuses scripts with their line and what patients could not fill, and keeps what was typed', async () => {
    for (const [content, why] of [
      ['one\n<script>alert(1)</script>', 'Line 2: &lt;script&gt; is a script'],
      ['one\n\n&lt;script&gt;', 'Line 3: &lt;script&gt; is a script'],
      ['<p onclick="x()">a</p>', 'Line 1: onclick runs code'],
      ['<a href="javascript:x">a</a>', 'an address that begins with javascript:'],
      ['{EncounterForm:Vitals} {TextInput}', 'The encounter form “Vitals” can be filled in the EMR’s own pages only'],
    ] as const) {
      const page = await write({ content, anyway: '1' })
      expect(page.status, content).to.equal(422)
      expect(page.body).to.contain(why)
      expect(page.body).to.contain('aria-invalid="true"')
    }
    expect((await write({ content: '' })).status).to.equal(422)
    expect((await write({ name: '' })).body).to.contain('Give it a name.')
  })

  it('tells of what it does not know before it saves, and saves it when it is told to', async () => {
    const asks = '{Questionnaire:No such form} {AcknowledgePdf:987654:House rules}'
    const content = `{PatientNam} {TextInput} <iframe src="https://x.example"></iframe> ${asks}`
    const page = await write({ content })
    expect(page.status).to.equal(422)
    expect(page.body).to.contain('{PatientNam} is none of the directives')
    expect(page.body).to.contain('Line 1: &lt;iframe&gt; is left out')
    expect(page.body).to.contain('No questionnaire called “No such form” can be asked')
    expect(page.body).to.contain('The document to be read, “House rules”, is not there as a PDF')
    await add({ content, anyway: '1' })
  })

  it('looks at a text without saving it', async () => {
    const before = (await body(at)).split('data-test="template"').length
    const page = await write({ content: 'Name: {TextInput}', preview: '1' })
    expect(page.status).to.equal(200)
    expect(page.body).to.contain('data-test="preview"').and.to.contain('name="text_input0"')
    expect((await body(at)).split('data-test="template"').length).to.equal(before)
  })

  it('says so when somebody changed it meanwhile, and keeps both', async () => {
    const id = await add()
    const form = await body(`${at}/${String(id)}/edit`)
    const seen = /name="seen" value="(\w+)"/.exec(form)?.[1] ?? ''
    const change = (content: string) =>
      admin.post(`${at}/${String(id)}/content`, { name: `Changed ${String(id)}`, category: '', content, seen })
    expect((await change('First {TextInput}')).status).to.equal(303)
    const late = await change('Second {TextInput}')
    expect(late.status).to.equal(409)
    expect(late.body).to.contain('Second {TextInput}').and.to.contain('Somebody changed the template')
    expect(await body(`${at}/${String(id)}`)).to.contain('version 2')
    expect((await write({ name: `Changed ${String(id)}` })).body).to.contain('There is a template of this name')
  })

  it('takes HTML and text only to look at them, and nothing that is neither they nor a PDF', async () => {
    const send = async (name: string, bytes: Buffer) => {
      const page = await admin.get(`${at}/new`)
      const form = new FormData()
      form.append('_csrf', /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '')
      form.append('name', '')
      form.append('category', '')
      form.append('file', new Blob([new Uint8Array(bytes)]), name)
      const cookie = [...admin.cookies].map(([key, value]) => `${key}=${value}`).join('; ')
      const response = await fetch(`${admin.origin}${at}/uploads`, {
        ...{ method: 'POST', body: form, redirect: 'manual', headers: { Cookie: cookie } },
      })
      return { status: response.status, body: await response.text(), location: response.headers.get('location') ?? '' }
    }
    const looked = await send('Privacy.html', Buffer.from('<p>Privacy {TextInput}</p>'))
    expect(looked.status).to.equal(200)
    expect(looked.body).to.contain('value="Privacy"').and.to.contain('data-test="preview"')
    const script = await send('bad.html', Buffer.from('<script>x</script>'))
    expect(script.body).not.to.contain('data-test="preview"')

    const picture = await send('a.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
    expect(picture.status).to.equal(422)
    expect(picture.body).to.contain('neither text, HTML nor a PDF')
    expect((await send('none', Buffer.alloc(0))).status).to.equal(422)
  })

  it('asks one patient, who sees it in their panel, is written to without its name, and is asked no more when it is taken back', async () => {
    const id = await add({ name: 'Secret illness form' })
    const { amina } = practice.patients
    const form = `${at}/asking/${String(amina)}`
    expect(await body(form)).to.contain('Secret illness form')
    const wrong = await admin.post(form, { template: String(id), dueOn: '2026-11-01', remindDays: '3' })
    expect(wrong.status).to.equal(422)
    expect(wrong.body).to.contain('That day is over')
    expect((await admin.post(form, { template: '' })).body).to.contain('Choose a template.')
    const sent = await admin.post(form, { template: String(id), dueOn: '2026-11-30', remindDays: '3', everyDays: '' })
    expect(sent.location).to.match(new RegExp(`/patients/${String(amina)}$`))
    const card = await body(`/staff/portal/patients/${String(amina)}/documents-asked`)
    expect(card).to.contain('Secret illness form').and.to.contain('due Mon 30 Nov')

    // Who opens her appointments alone does not hear of her documents.
    await practice.db.transaction((tx) =>
      grant(tx, practice.clock, {
        ...{ accountId: practice.accounts.john, pid: amina, relationship: 'other', extent: 'appointments', by: tester },
      }),
    )
    await tell()
    const told = await letters()
    // Amina, and Luis who looks after her record, each in their language.
    expect(told.map(({ kind, language, pid }) => [kind, language, pid])).to.deep.equal([
      ['document.asked', 'en', amina],
      ['document.asked', 'es', amina],
    ])
    await tell()
    expect(await letters()).to.have.length(2)
    practice.clock.set('2026-11-27T08:00:00')
    await tell()
    await tell()
    expect((await letters()).map(({ kind }) => kind).slice(2)).to.deep.equal(['document.due', 'document.due'])
    practice.clock.set('2026-11-23T08:00:00')

    const action = /action="([^"]+\/withdrawal)"/.exec(card)?.[1] ?? ''
    expect((await admin.post(action, {})).status).to.equal(303)
    expect((await admin.post(action, {})).status).to.equal(409)
    expect(await body(`/staff/portal/patients/${String(amina)}/documents-asked`)).not.to.contain('Secret illness form')
  })

  it('reminds nobody who has sent it, and writes again to whom it comes round', async () => {
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_letters WHERE kind LIKE 'document.%'`))
    const id = await add()
    const { john, luis } = practice.patients
    for (const pid of [john, luis]) {
      const asked = { template: String(id), dueOn: '2026-11-30', remindDays: '3', everyDays: '10' }
      expect(
        (await admin.post(`${at}/asking/${String(pid)}`, asked, { from: `${at}/asking/${String(pid)}` })).status,
      ).to.equal(303)
    }
    await tell()
    const templateOf = async (pid: number) =>
      (
        await practice.db.first<{ id: number }>(
          `SELECT MAX(template_id) AS id FROM foyer_document_requests WHERE pid = :pid`,
          { pid },
        )
      )?.id ?? 0
    const templateId = await templateOf(john)
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_documents (pid, create_date, doc_type, patient_signed_status, accept_signed_status, authorizing_signator, denial_reason, file_name, file_path)
         VALUES (:john, '2026-11-24 09:00:00', 'Paper', 0, 0, '', 'In Review', '', :templateId)`,
        { john, templateId: String(templateId) },
      ),
    )
    const on = async (day: string) => {
      practice.clock.set(`${day}T08:00:00`)
      await tell()
      const all = await letters()
      await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_letters WHERE kind LIKE 'document.%'`))
      return all.map(({ kind, pid }) => [kind, pid])
    }
    expect(await on('2026-11-23')).to.deep.equal([
      ['document.asked', john],
      ['document.asked', luis],
    ])
    expect(await on('2026-11-28')).to.deep.equal([['document.due', luis]])
    expect(await on('2026-12-03')).to.deep.equal([])
    // The job did not run on the day itself.
    expect(await on('2026-12-06')).to.deep.equal([['document.asked', john]])
    expect(await on('2026-12-07')).to.deep.equal([])

    // It opened on the 4th and is due seven days later, as the first was; what is begun of it waits to be sent.
    const second = await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_documents (pid, create_date, doc_type, patient_signed_status, accept_signed_status, authorizing_signator, denial_reason, file_name, file_path)
         VALUES (:john, '2026-12-07 09:00:00', 'Paper', 0, 0, '', 'Editing', '', :templateId)`,
        { john, templateId: String(templateId) },
      ),
    )
    // The job did not run on the 8th.
    expect(await on('2026-12-09')).to.deep.equal([['document.due', john]])
    expect(await on('2026-12-10')).to.deep.equal([])
    expect(await on('2026-12-16')).to.deep.equal([])
    // Sent when the next round had opened already (on the 17th): that one is told of all the same, once.
    expect(await on('2026-12-18')).to.deep.equal([])
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET denial_reason = 'In Review' WHERE id = :second`, { second }),
    )
    expect(await on('2026-12-20')).to.deep.equal([['document.asked', john]])
    expect(await on('2026-12-20')).to.deep.equal([])
    expect(await on('2026-12-21')).to.deep.equal([['document.due', john]])
    expect(await on('2026-12-22')).to.deep.equal([])
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('says that a day is over where the reminder comes after it, and reminds of none that comes with the round', async () => {
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_letters WHERE kind LIKE 'document.%'`))
    const [late, soon] = [await add(), await add()]
    const { john } = practice.patients
    const asked = { dueOn: '2026-11-30', remindDays: '3', everyDays: '' }
    const form = `${at}/asking/${String(john)}`
    await admin.post(form, { ...asked, template: String(late) }, { from: form })
    await admin.post(form, { ...asked, template: String(soon), everyDays: '10', dueOn: '2026-11-25' }, { from: form })
    await tell()
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_letters WHERE kind LIKE 'document.%'`))
    const template = await practice.db.first<{ id: number }>(
      `SELECT MAX(template_id) AS id FROM foyer_document_requests WHERE pid = :john`,
      { john },
    )
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_documents (pid, create_date, doc_type, patient_signed_status, accept_signed_status, authorizing_signator, denial_reason, file_name, file_path)
         VALUES (:john, '2026-11-23 09:00:00', 'Paper', 0, 0, '', 'In Review', '', :templateId)`,
        { john, templateId: String(template?.id) },
      ),
    )
    practice.clock.set('2026-12-01T08:00:00')
    await tell()
    expect((await letters()).map(({ kind }) => kind)).to.deep.equal(['document.overdue'])
    // The round of the third: due two days after it opens, three before which it was not there.
    for (const day of ['2026-12-03', '2026-12-04', '2026-12-05']) {
      practice.clock.set(`${day}T08:00:00`)
      await tell()
    }
    expect((await letters()).map(({ kind }) => kind)).to.deep.equal(['document.overdue', 'document.asked'])
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('tells nobody once more of a round that was told before rounds were kept one by one', async () => {
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_letters WHERE kind LIKE 'document.%'`))
    const id = await add()
    const { luis } = practice.patients
    const form = `${at}/asking/${String(luis)}`
    await admin.post(form, { template: String(id), everyDays: '10', dueOn: '', remindDays: '' }, { from: form })
    await tell()
    const made = await practice.db.first<{ id: number; template_id: number }>(
      `SELECT id, template_id FROM foyer_document_requests WHERE pid = :luis ORDER BY id DESC LIMIT 1`,
      { luis },
    )
    const [request, templateId] = [made?.id ?? 0, made?.template_id ?? 0]
    await practice.db.transaction(async (tx) => {
      await tx.insert(
        `INSERT INTO onsite_documents (pid, create_date, doc_type, patient_signed_status, accept_signed_status, authorizing_signator, denial_reason, file_name, file_path)
         VALUES (:luis, '2026-11-24 09:00:00', 'Paper', 0, 0, '', 'Locked', '', :templateId)`,
        { luis, templateId: String(templateId) },
      )
      await tx.change(
        `INSERT INTO foyer_document_notices (request_id, kind, day, done_at) VALUES (:request, 'again', '2026-12-04', '2026-12-04')`,
        { request },
      )
      for (const { up } of documentRounds.filter(({ name }) => name.endsWith('rounds-told'))) await tx.change(up)
      await tx.change(`DELETE FROM foyer_letters WHERE kind LIKE 'document.%'`)
    })
    practice.clock.set('2026-12-05T08:00:00')
    await tell()
    expect((await letters()).filter(({ pid }) => pid === luis)).to.deep.equal([])
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_document_requests SET rounds_from = NULL WHERE id = :request`, { request }),
    )
    practice.clock.set('2026-12-06T08:00:00')
    await tell()
    expect((await letters()).filter(({ pid }) => pid === luis).map(({ kind }) => kind)).to.deep.equal([
      'document.asked',
    ])
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('is asked for with the days that each round has, and says beside the field what is wrong with them', async () => {
    const id = await add()
    const { maria, luis } = practice.patients
    const form = `${at}/asking/${String(maria)}`
    expect(await body(form)).to.contain('name="dueDays"')
    const typed = { template: String(id), everyDays: '', dueDays: '5', dueOn: '2026-11-01', remindDays: '2' }
    const wrong = await admin.post(form, typed, { from: form })
    expect(wrong.status).to.equal(422)
    expect(wrong.body).to.contain('That day is over')
    expect(wrong.body).to.match(/id="field-dueDays-error">.*This is for what is asked again\./)
    expect(wrong.body)
      .to.match(/name="dueDays"[^>]* value="5"/)
      .and.to.match(/name="dueOn"[^>]* value="2026-11-01"/)
    for (const dueDays of ['0', 'x', '3651']) {
      const page = await admin.post(form, { ...typed, dueOn: '', everyDays: '30', dueDays }, { from: form })
      expect(page.status, dueDays).to.equal(422)
      expect(page.body).to.match(/id="field-dueDays-error">.*Days from 1 to 3650, or nothing\./)
      expect(page.body).to.contain(`value="${dueDays}"`).and.to.contain('value="30"')
    }
    const right = { ...typed, dueOn: '', everyDays: '30' }
    expect((await admin.post(form, right, { from: form })).status).to.equal(303)
    expect(await body(`/staff/portal/patients/${String(maria)}/documents-asked`)).to.contain('due Sat 28 Nov')
    await tell()
    practice.clock.set('2026-11-26T08:00:00')
    await tell()
    const hers = (await letters()).filter(({ pid }) => pid === maria).map(({ kind }) => kind)
    expect([...new Set(hers)]).to.deep.equal(['document.asked', 'document.due'])
    practice.clock.set('2026-11-23T08:00:00')

    // Of a group, too, where the practice reads how it asks.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET patient_groups = 'group_3' WHERE pid = :luis`, { luis }),
    )
    const group = `${at}/${String(id)}/asking`
    const some = { ...right, to: 'group:group_3' }
    const without = await admin.post(group, { ...some, everyDays: '' }, { from: `${group}?to=group:group_3` })
    expect(without.status).to.equal(422)
    expect(without.body)
      .to.contain('This is for what is asked again.')
      .and.to.match(/name="dueDays"[^>]* value="5"/)
    expect((await admin.post(group, some, { from: `${group}?to=group:group_3` })).status).to.equal(303)
    expect(await body(`${at}/requests`)).to.contain('every 30 days, each time due after 5 days')
  })

  it('counts and names who belongs to a group before they are asked', async () => {
    const id = await add()
    const { amina, luis } = practice.patients
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET patient_groups = 'group_4' WHERE pid IN (:amina, :luis)`, { amina, luis }),
    )
    const path = `${at}/${String(id)}/asking`
    expect(await body(path)).not.to.contain('data-test="recipients"')
    const page = await body(`${path}?to=group:group_4`)
    expect(page).to.contain('2 patients.').and.to.contain('Reyes, Luis').and.to.contain('Yusuf, Amina')
    expect(page).to.contain('Ask Group: Group IV: 2 patients')
    expect(page).not.to.contain('Carter, John')
    expect((await admin.post(path, { to: 'group:nobody' })).status).to.equal(422)
    expect((await admin.post(path, { to: 'group:group_4' })).status).to.equal(303)
    expect(await body(`${at}/requests`)).to.contain('Group: Group IV')
  })

  it('gives profiles to groups and templates to profiles, and takes them away', async () => {
    const id = await add()
    const name = `Paper ${String(made)}`
    const profiles = `${at}/profiles`
    await admin.post(
      `${at}/${String(id)}/profiles`,
      { profile: ['profile_1', 'profile_2'] },
      { from: `${at}/${String(id)}` },
    )
    expect((await body(profiles)).split(name)).to.have.length(3)
    await admin.post(`${at}/${String(id)}/profiles`, { profile: 'profile_2' })
    expect((await body(profiles)).split(name)).to.have.length(2)
    await admin.post(`${profiles}/profile_2`, { group: 'group_5' })
    expect(await body(profiles)).to.match(/id="group-1-group_5" name="group" value="group_5" checked/)
    await admin.post(`${profiles}/profile_2`, {})
    expect(await body(profiles)).not.to.match(/id="group-1-group_5" name="group" value="group_5" checked/)
  })

  it('makes, renames and removes categories, profiles and groups in the EMR’s own lists, but none that is used', async () => {
    const lists = `${at}/lists`
    const rows = (list: string, title: string) =>
      practice.db.select<{ option_id: string; title: string; seq: number; activity: number; notes: string }>(
        `SELECT option_id, title, seq, activity, notes FROM list_options WHERE list_id = :list AND title = :title`,
        { list, title },
      )
    const make = async (list: string, title: string) => {
      const page = await admin.post(`${lists}/${list}`, { title }, { from: lists })
      expect(page.status, title).to.equal(303)
    }
    await make('categories', 'Consentimientos médicos')
    await make('profiles', 'Newcomers')
    await make('groups', 'Diabetes')
    const [category] = await rows('Document_Template_Categories', 'Consentimientos médicos')
    expect(category).to.include({ option_id: 'consentimientos_medicos', activity: 1, notes: '' })
    expect(await rows('Document_Template_Profiles', 'Newcomers')).to.have.length(1)
    expect((await rows('Patient_Groupings', 'Diabetes'))[0]?.option_id).to.equal('diabetes')

    // A group is found by its id anywhere in a patient's groups (facts §6.1): no id may hold another.
    await make('groups', 'Diabetes type 2')
    expect((await rows('Patient_Groupings', 'Diabetes type 2'))[0]?.option_id).not.to.contain('diabetes')
    for (const title of ['', 'dIABETES', 'x'.repeat(101)]) {
      const page = await admin.post(`${lists}/groups`, { title })
      expect(page.status, title).to.equal(422)
      expect(page.body).to.contain('href="#field-groups-new"')
    }

    const id = await add({ name: 'Consent to care', category: 'consentimientos_medicos' })
    await admin.post(`${at}/${String(id)}/profiles`, { profile: 'newcomers' }, { from: `${at}/${String(id)}` })
    await admin.post(`${at}/profiles/newcomers`, { group: 'diabetes' }, { from: `${at}/profiles` })
    const { john } = practice.patients
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET patient_groups = 'group_1|diabetes' WHERE pid = :john`, { john }),
    )
    const removal = (option: string) => admin.post(`${lists}/${option}/removal`, {}, { from: lists })
    for (const [option, who] of [
      ['categories/consentimientos_medicos', ['is in use', 'Templates: Consent to care.']],
      ['profiles/newcomers', ['Templates: Consent to care.', 'Groups: Diabetes.']],
      ['groups/diabetes', ['Profiles: Newcomers.', '1 patient is in it.']],
      ['categories/repository', ['looks for it itself']],
    ] as const) {
      const page = await removal(option)
      expect(page.status, option).to.equal(409)
      for (const text of who) expect(page.body).to.contain(text)
    }
    expect((await removal('profiles/nobody')).status).to.equal(404)
    expect((await removal('notes/x')).status).to.equal(404)

    await admin.post(`${lists}/groups/diabetes/title`, { title: 'Diabetes clinic' }, { from: lists })
    expect((await rows('Patient_Groupings', 'Diabetes clinic'))[0]?.option_id).to.equal('diabetes')
    const taken = await admin.post(`${lists}/groups/diabetes/title`, { title: 'Group I' })
    expect(taken.status).to.equal(422)
    expect(taken.body).to.contain('value="Group I"')

    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET patient_groups = '' WHERE pid = :john`, { john }),
    )
    await admin.post(`${at}/profiles/newcomers`, {}, { from: `${at}/profiles` })
    await admin.post(`${at}/${String(id)}/profiles`, {}, { from: `${at}/${String(id)}` })
    for (const option of ['profiles/newcomers', 'groups/diabetes']) expect((await removal(option)).status).to.equal(303)
    expect(await rows('Patient_Groupings', 'Diabetes clinic')).to.deep.equal([])
    const left = await practice.db.select(
      `SELECT id FROM document_template_profiles WHERE profile = 'newcomers' OR member_of = 'diabetes'`,
    )
    expect(left).to.deep.equal([])
    expect(await body(lists)).not.to.contain('Newcomers')
  })

  it('shows a payload in a name, a text or a note as text, in every page', async () => {
    for (const payload of [...EXECUTABLE, ...TEXTS.slice(0, 4)]) {
      const name = `${payload} ${String((made += 1))}`.slice(0, 200)
      const page = await write({ name, content: `x ${payload} {TextInput} {${payload}}`, note: payload, anyway: '1' })
      expect([303, 422], payload).to.include(page.status)
      const pages = [page.body, await body(at)]
      if (page.location) {
        const path = new URL(page.location, admin.origin).pathname
        pages.push(await body(path), await body(`${path}/edit`), await body(`${path}/asking?to=all`))
      }
      for (const each of pages) expect(foreign(each), payload).to.deep.equal([])
    }
    // The host's own screens may have written anything.
    await practice.db.transaction(async (tx) => {
      for (const [at, payload] of EXECUTABLE.entries()) {
        await tx.insert(
          `INSERT INTO document_templates (pid, profile, category, location, template_name, status, size, template_content, mime)
           VALUES (-1, '', :category, 'Repository', :name, 'New', 1, :payload, 'text/plain')`,
          { payload, name: `${String(at)} ${payload}`, category: payload.slice(0, 60) },
        )
      }
    })
    const list = await body(at)
    expect(foreign(list)).to.deep.equal([])
    const ids = [...list.matchAll(/data-test="template" data-id="(\d+)"/g)]
      .map(([, id]) => Number(id))
      .slice(-EXECUTABLE.length)
    for (const id of ids) expect(foreign(await body(`${at}/${String(id)}`))).to.deep.equal([])
  })

  it('is for who looks after templates; to ask is for all staff of the portal', async () => {
    await practice.rule('user:front', 'portal:use', 'allow')
    const front = await practice.staffVisitor('front')
    expect((await front.get(at)).status).to.equal(403)
    expect((await front.get(`${at}/asking/${String(practice.patients.john)}`)).status).to.equal(200)
    const id = await add()
    expect((await front.post(`${at}/${String(id)}/retirement`, { on: '1' })).status).to.equal(403)
  })
})

const tester = { kind: 'system', id: 'test', name: 'test', requestId: undefined } as const

const EXECUTABLE = [
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "'><iframe srcdoc=x></iframe>",
  '</textarea><img src=x onerror=alert(1)>',
  '</title><style>*{}</style>',
  '<%= 7*7 %>${7*7}{{constructor}}',
  '<a href="https://x" onmouseover=alert(1)>x</a>',
  '<form action=//evil><input name=_csrf>',
]

/** What no page of ours has: handlers, frames, forms that lead elsewhere. */
function foreign(html: string): string[] {
  const found: string[] = []
  const parser = new Parser({
    onopentag(name, attributes) {
      if (/^(?:iframe|object|embed|style|base)$/.test(name)) found.push(`<${name}>`)
      if (name === 'script' && !attributes['src']) found.push('<script>')
      if (name === 'form' && /^(?:https?:)?\/\//.test(attributes['action'] ?? '')) found.push('form')
      if (name === 'svg' && 'onload' in attributes) found.push('svg')
      for (const attribute of Object.keys(attributes)) if (/^on/i.test(attribute)) found.push(attribute)
    },
  })
  parser.end(html)
  if (html.includes(MARK) && html.includes(`<${MARK}`)) found.push(MARK)
  return found
}
