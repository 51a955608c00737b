/**
 * What patients send and staff answer, in every field that takes a text: text wherever anybody reads it. Beside
 * xss.test.ts, which is about visits, rights and the practice’s own names.
 */
import { expect } from 'chai'
import { readableName } from '../../module/platform/files/names.js'
import { openWindow } from '../support/browser.js'
import { formOf, pdfOf, sendForm } from '../support/files.js'
import { beginAs, pathOf, sendAs, sendTemplate } from '../support/filling.js'
import { answer, ask, keepForm, questionnaire, sendNow, somebody, text } from '../support/forms.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { type TestPractice } from '../support/practice.js'
import { fieldValue } from '../support/profiles.js'
import { pathOfSubmission, seenOn } from '../support/submissions.js'
import type { Fields, Visitor } from '../support/visitor.js'
import { bare, CORPUS, saidOn, STRANGE, typedInto } from './attacks.js'

/** Who writes it, and how many characters it may have. */
const FIELDS = {
  formTitle: 200,
  formQuestion: 500,
  formNote: 500,
  formAnswer: 1000,
  formShortAnswer: 80,
  formReturned: 1000,
  formReviewed: 1000,
  uploadNote: 1000,
  fileReturned: 1000,
  fileDenied: 1000,
  documentName: 100,
  documentAnswer: 500,
  documentReturned: 1000,
  documentMark: 300,
  documentDenied: 1000,
  company: 255,
  plan_name: 255,
  policy_number: 255,
  group_number: 255,
  subscriber_fname: 255,
  subscriber_lname: 255,
  insuranceNote: 500,
  insuranceRefused: 500,
  sender: 100,
  patient: 120,
  staff: 100,
} as const

type Field = keyof typeof FIELDS

const TYPED = typedInto(FIELDS)

/** As a system may call a file. What cannot stand in a name is not kept of it; it is read as text none the less. */
const FILE_NAMES = CORPUS.filter((each) => !/[/\\\p{Cc}]/u.test(each))
  .slice(0, 8)
  .map((name, at) => `${name} ${String(at)}.pdf`)

describe('Whatever patients send and staff answer', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let john: Visitor
  let admin: Visitor
  let home: string
  const hall = '/staff/portal'
  const said = { staff: '', patient: '' }

  before(async () => {
    practice = await openPracticeWithEmr()
    await nameEverybody()
    john = await practice.patientVisitor('john')
    admin = await practice.staffVisitor('admin')
    home = `/portal/records/${practice.records.john}`
  })
  after(() => practice.leave())

  it('in a form is text to both', async () => {
    const [waits, reviewed, returned] = [await sentForm(), await sentForm(), await sentForm()]
    const form = (id: number) => `${hall}/forms/${String(id)}`
    const asShown = async (id: number) => {
      const { body } = await admin.get(form(id))
      return { version: fieldValue(body, 'version'), pid: fieldValue(body, 'pid') }
    }
    await posted(admin, `${form(reviewed.id)}/review`, { ...(await asShown(reviewed.id)), note: TYPED.formReviewed })
    await posted(admin, `${form(returned.id)}/return`, { ...(await asShown(returned.id)), text: TYPED.formReturned })
    const again = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_form_assignments WHERE pid = :pid AND closed_at IS NULL ORDER BY id DESC LIMIT 1`,
      { pid: practice.patients.john },
    )
    const all = [waits, reviewed, returned]
    await staffReads(
      [hall, `${hall}/forms`, `${hall}/forms/library`, ...all.map(({ id }) => form(id)), ...aboutJohn()],
      ['formTitle', 'formQuestion', 'formAnswer', 'formShortAnswer', 'formReviewed', 'patient', 'sender'],
      CORPUS,
    )
    const asked = `${home}/forms/${String(again?.id ?? 0)}`
    const fresh = `${home}/forms/${String(await askedForm())}`
    await johnReads([
      home,
      `${home}/forms`,
      fresh,
      asked,
      ...all.map(({ receipt }) => `${home}/forms/answers/${receipt}`),
    ])
    await posted(john, `${asked}/beginning`, {})
    await johnReads(
      [`${asked}?page=1`, `${asked}/review`],
      ['formTitle', 'formQuestion', 'formAnswer', 'formShortAnswer', 'formReturned', 'formNote', 'patient'],
      CORPUS,
    )
  })

  it('with a file, and as its name, is text to both', async () => {
    const path = `${home}/documents/upload`
    const files = FILE_NAMES.map((name) => ({ name, bytes: pdfOf(name.replace(/\W/g, ' ')) }))
    const sent = await sendForm(john, path, { ...(await formOf(john, path)), note: TYPED.uploadNote }, files)
    expect(sent.status, sent.body.slice(0, 2000)).to.equal(303)
    const rows = await practice.db.select<{ id: number; file: number; title: string }>(
      `SELECT s.id, u.id AS file, s.title FROM foyer_submissions s JOIN foyer_uploads u ON u.submission_id = s.id ORDER BY s.id`,
    )
    expect(FILE_NAMES.length).to.be.greaterThan(4)
    expect(rows.map(({ title }) => title)).to.deep.equal(FILE_NAMES.map(readableName))
    // As somebody would have them who writes past that.
    for (const [at, { file, id }] of rows.entries()) await rename(id, file, FILE_NAMES[at] ?? '')
    const [returned, denied] = rows
    await decide(returned?.id, 'return', { reason: TYPED.fileReturned })
    await decide(denied?.id, 'denial', { denial: TYPED.fileDenied })
    const pages = [`${hall}/documents`, ...rows.map(({ id }) => pathOfSubmission(id)), ...aboutJohn()]
    await staffReads(pages, ['uploadNote', 'fileReturned', 'fileDenied', 'patient', 'sender'], FILE_NAMES)
    await johnReads(
      [home, `${home}/documents`, sent.location, `${sent.location}/files/${String(returned?.file)}/replacement`],
      ['uploadNote', 'fileReturned', 'fileDenied'],
      FILE_NAMES,
    )
  })

  it('in a document, or of it, is text to both', async () => {
    const [waits, returned, denied] = [await sentDocument(), await sentDocument(), await sentDocument()]
    await decide(returned.id, 'return', { reason: TYPED.documentReturned, 'mark.text_input0': TYPED.documentMark })
    await decide(denied.id, 'denial', { denial: TYPED.documentDenied })
    const all = [waits, returned, denied]
    await staffReads(
      [`${hall}/documents`, ...all.map(({ id }) => pathOfSubmission(id)), ...aboutJohn()],
      ['documentName', 'documentReturned', 'documentDenied', 'patient'],
    )
    await johnReads(
      [
        ...[home, `${home}/documents`, `${home}/documents/asked`],
        ...all.map(({ onsite }) => pathOf(practice.records.john, onsite)),
        pathOf(practice.records.john, waits.onsite, '/receipt'),
        pathOf(practice.records.john, returned.onsite, '/check'),
      ],
      ['documentName', 'documentAnswer', 'documentReturned', 'documentMark', 'documentDenied'],
    )
  })

  it('of an insurance is text to both', async () => {
    const [open, decided] = [await proposed('secondary'), await proposed('primary')]
    const path = `${hall}/profile-changes/insurance/${String(decided.id)}`
    const { body } = await admin.get(path)
    const columns = [...body.matchAll(/data-test="field" data-field="(\w+)"/g)].map(([, column = '']) => column)
    expect(columns).to.include.members(['company', 'plan_name', 'policy_number', 'group_number'])
    const outcomes = columns.flatMap((column) => [
      [`outcome_${column}`, 'refuse'],
      [`note_${column}`, TYPED.insuranceRefused],
    ])
    const seen = { pid: fieldValue(body, 'pid'), version: fieldValue(body, 'version') }
    await posted(admin, `${path}/decision`, { ...seen, ...(Object.fromEntries(outcomes) as Fields) })
    const theirs: Field[] = ['company', 'plan_name', 'policy_number', 'group_number', 'subscriber_fname']
    const both: Field[] = [...theirs, 'subscriber_lname', 'insuranceNote', 'insuranceRefused']
    const still = `${hall}/profile-changes/insurance/${String(open.id)}`
    await staffReads([`${hall}/profile-changes`, path, still, ...aboutJohn()], [...both, 'patient'])
    const changes = [open, decided].map(({ receipt }) => `${home}/profile/changes/${receipt}`)
    await johnReads([home, `${home}/profile`, `${home}/profile/insurance/secondary`, ...changes], both)
  })

  it('is text among the EMR’s own messages, and in what is kept of it', async () => {
    const emr = ['/emr', '/emr/messages', `/emr/patients/${String(practice.patients.john)}`]
    await staffReads([...emr, `${hall}/audit-trail`, `${hall}/operations`], ['patient', 'staff'])
    await johnReads(['/portal/account', '/portal/account/history', '/portal/records'], ['sender'])
  })

  it('would be seen here if a page let it through', async () => {
    const window = await openWindow(practice, { as: { patient: 'john' } })
    await window.context.route('**/documents/asked', async (route) => {
      const reply = await route.fetch()
      await route.fulfill({ response: reply, body: (await reply.text()).replace('<main', `${TYPED.fileDenied}<main`) })
    })
    await window.open(`${home}/documents/asked`)
    await window.page.waitForLoadState('load')
    expect(await window.page.evaluate<string[]>(STRANGE)).not.to.deep.equal([])
    expect(window.troubles.splice(0).join('\n')).to.match(/inline (script|event handler)/)
  })

  const aboutJohn = () => {
    const { john: pid } = practice.patients
    const parts = ['', '/activity', '/letters', '/sent-documents', '/profile-changes', '/waiting', '/grants']
    return parts.map((part) => `${hall}/patients/${String(pid)}${part}`)
  }

  function staffReads(paths: readonly string[], fields: readonly Field[] = [], more: readonly string[] = []) {
    return readAll('staff', paths, [...fields.map((field) => TYPED[field]), ...more])
  }

  function johnReads(paths: readonly string[], fields: readonly Field[] = [], more: readonly string[] = []) {
    return readAll('patient', paths, [...fields.map((field) => TYPED[field]), ...more])
  }

  /** Opens them one after the other, all of it there; each text must have stood on one of them, whole. */
  async function readAll(who: 'staff' | 'patient', paths: readonly string[], texts: readonly string[]): Promise<void> {
    const window = await openWindow(practice, { as: who === 'staff' ? { staff: 'admin' } : { patient: 'john' } })
    for (const path of paths) {
      expect(await window.open(path), path).to.equal(200)
      await window.page.waitForLoadState('networkidle')
      expect(await window.page.evaluate<string[]>(STRANGE), path).to.deep.equal([])
      expect(window.troubles, path).to.deep.equal([])
      said[who] += bare(await saidOn(window))
    }
    const missing = texts.filter((each) => !said[who].includes(bare(each)))
    expect(missing, `${who}: ${missing.join('\n')}`).to.deep.equal([])
  }

  async function posted(who: Visitor, path: string, fields: Fields): Promise<void> {
    const { body, status } = await who.post(path, fields)
    expect(status, `${path}: ${body.slice(0, 3000)}`).to.equal(303)
  }

  /** A decision of staff on what they see. */
  async function decide(id: number | undefined, deed: string, fields: Fields): Promise<void> {
    const page = await admin.get(pathOfSubmission(id ?? 0))
    await posted(admin, pathOfSubmission(id ?? 0, `/${deed}`), { ...seenOn(page), ...fields })
  }

  /** With a question for each attack beside the two that all of them go into. Answers the assignment's id. */
  async function askedForm(): Promise<number> {
    const key = await keepForm(practice, {
      ...questionnaire(
        { linkId: 'long', type: 'text', text: TYPED.formQuestion, maxLength: 1000 },
        { linkId: 'short', type: 'string', text: 'And?', maxLength: 80 },
        ...CORPUS.map((_each, at) => ({ linkId: `q${String(at)}`, type: 'text' as const, text: 'And?' })),
      ),
      ...{ id: `attack-${String((made += 1))}`, title: TYPED.formTitle },
    })
    return ask(practice, key, { pid: practice.patients.john }, { note: TYPED.formNote })
  }

  async function sentForm(): Promise<{ id: number; receipt: string }> {
    const id = await askedForm()
    const who = await somebody(practice, practice.accounts.john, practice.records.john)
    const each = CORPUS.map((attack, at) => [`q${String(at)}`, text(attack)] as const)
    const values = { long: text(TYPED.formAnswer), short: text(TYPED.formShortAnswer), ...Object.fromEntries(each) }
    await answer(practice, who, id, values)
    const sent = await sendNow(practice, who, id)
    if (!sent.ok) throw new Error(JSON.stringify(sent))
    const row = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_form_responses WHERE assignment_id = :id`,
      { id },
    )
    return { id: row?.id ?? 0, receipt: sent.receipt }
  }

  async function rename(id: number, file: number, name: string): Promise<void> {
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE foyer_submissions SET title = :name WHERE id = :id`, { id, name })
      await tx.change(`UPDATE foyer_uploads SET name = :name WHERE id = :file`, { file, name })
    })
  }

  async function sentDocument(): Promise<{ id: number; onsite: number }> {
    const { patients, records } = practice
    const template = await sendTemplate(practice, {
      ...{ pid: patients.john, name: `${TYPED.documentName}${String((made += 1))}` },
    })
    const onsite = await beginAs(john, records.john, template)
    const { documentAnswer, sender } = TYPED
    const answers = { text_input0: documentAnswer, ynradio0: 'No', patient_signature0: sender }
    const sent = await sendAs(john, records.john, onsite, answers)
    expect(sent.status, sent.body.slice(0, 3000)).to.equal(303)
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE onsite_id = :onsite`, {
      onsite,
    })
    return { id: row?.id ?? 0, onsite }
  }

  async function proposed(type: string): Promise<{ id: number; receipt: string }> {
    const { company, group_number, insuranceNote: note, plan_name, policy_number } = TYPED
    const { subscriber_fname, subscriber_lname } = TYPED
    const path = `${home}/profile/insurance/${type}`
    const seen = fieldValue((await john.get(path)).body, 'seen')
    const fields = { company, group_number, plan_name, policy_number, subscriber_fname, subscriber_lname, note, seen }
    await posted(john, path, fields)
    const row = await practice.db.first<{ id: number; receipt: string }>(
      `SELECT id, receipt FROM foyer_profile_changes WHERE insurance_type = :type ORDER BY id DESC LIMIT 1`,
      { type },
    )
    if (!row) throw new Error('nothing was proposed')
    return row
  }

  async function nameEverybody(): Promise<void> {
    const { patient, sender, staff } = TYPED
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE patient_data SET fname = :patient WHERE pid = :pid`, {
        ...{ patient, pid: practice.patients.john },
      })
      await tx.change(`UPDATE users SET fname = :staff WHERE id = :id`, { staff, id: practice.staff.admin })
      await tx.change(`UPDATE foyer_accounts SET display_name = :sender WHERE id = :id`, {
        ...{ sender, id: practice.accounts.john },
      })
    })
    await practice.refresh()
  }

  let made = 0
})
