/** Templates of a practice of tests, sent to a patient; and their documents, as somebody with a browser fills them. */
import PDFDocument from 'pdfkit'
import { findAccount, type ChartScope } from '../../module/access/scope.js'
import { findVersion, putTemplate } from '../../module/host/templates.js'
import type { Actor } from '../../module/platform/audit.js'
import type { TestPractice } from './practice.js'
import type { Page, Visitor } from './visitor.js'

/** Every kind of field that a patient answers, and one that is staff's. */
export const CONSENT = `<h2>Consent of {PatientName}</h2>
<p>Why do you come? * {TextInput}</p>
<p>Anything else: {TextBox:03x040}</p>
<p>Since: {DatePicker}</p>
<p>{CheckMark} I have told everything</p>
<p>Do you smoke? * {ynRadioGroup}</p>
<p>How often? {RadioGroup:never_sometimes_often}</p>
<p>{PatientSignature}</p><p>{AdminSignature}</p>{SignaturesRequired}`

export interface NewTestTemplate {
  pid: number
  name?: string
  content?: string | Buffer
  mime?: string
}

let made = 0

/** Sent to this patient alone. Returns document_templates.id. */
export function sendTemplate(practice: TestPractice, template: NewTestTemplate): Promise<number> {
  const { content = CONSENT, mime = 'text/plain', name = `Consent ${String((made += 1))}`, pid } = template
  return practice.db.transaction((tx) =>
    putTemplate(tx, practice, {
      ...{ pid, name, mime, category: '', providerId: 1, location: 'test' },
      content: Buffer.from(content),
    }),
  )
}

/** Begins it as its patient. Returns onsite_documents.id. */
export async function beginAs(visitor: Visitor, record: string, template: number): Promise<number> {
  const base = `/portal/records/${record}/documents`
  const page = await visitor.post(`${base}/asked/${String(template)}`, {}, { from: `${base}/asked` })
  const [, id] = /\/documents\/filled\/(\d+)$/.exec(page.location ?? '') ?? []
  if (id === undefined) throw new Error(`Not begun: ${String(page.status)} ${page.body.slice(0, 2000)}`)
  return Number(id)
}

export function pathOf(record: string, id: number, rest = ''): string {
  return `/portal/records/${record}/documents/filled/${String(id)}${rest}`
}

/** What its form holds besides its fields: who it is and what it knows. */
export function hiddenOf({ body }: Pick<Page, 'body'>): { page: string; number: string; seen: string } {
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? ''
  return { page: value('page'), number: value('number'), seen: value('seen') }
}

/** The least that CONSENT must have. */
export const enough = { text_input0: 'Cough', ynradio0: 'No', patient_signature0: 'Maria Santos' }

/** Opens its form, saves, looks, and sends. Gives the answer of the last. */
export async function sendAs(
  visitor: Visitor,
  record: string,
  id: number,
  fields: Record<string, string> = enough,
): Promise<Page> {
  const form = await visitor.get(pathOf(record, id))
  await visitor.post(pathOf(record, id), { ...hiddenOf(form), ...fields, then: 'check' })
  const check = await visitor.get(pathOf(record, id, '/check'))
  return visitor.post(pathOf(record, id, '/submission'), { seen: hiddenOf(check).seen })
}

export async function pinnedBytes(practice: TestPractice, id: number): Promise<Buffer | undefined> {
  const row = await practice.db.first<{ version_id: number }>(
    `SELECT version_id FROM foyer_filled WHERE onsite_id = :id`,
    { id },
  )
  return (await findVersion(practice.db, row?.version_id ?? 0))?.content
}

/** The chart that Maria's account opens as its patient, and she herself at work in it. */
export async function mariaIn(practice: TestPractice): Promise<{ actor: Actor; scope: ChartScope }> {
  const account = await findAccount(practice.db, practice.portal, practice.accounts.maria)
  const scope = account?.records.find(({ record }) => record === practice.records.maria)
  if (!account || !scope) throw new Error('Maria opens no chart')
  const actingAs = { record: scope.record, relationship: scope.relationship }
  return { scope, actor: { kind: 'account', id: String(account.id), name: account.name, requestId: 'test', actingAs } }
}

/** A PDF with a page for each text. */
export function pdfOf(...pages: string[]): Promise<Buffer> {
  return new Promise((resolve) => {
    const document = new PDFDocument({ autoFirstPage: false })
    const parts: Buffer[] = []
    document.on('data', (part: Buffer) => parts.push(part))
    document.on('end', () => {
      resolve(Buffer.concat(parts))
    })
    for (const text of pages) document.addPage().text(text)
    document.end()
  })
}
