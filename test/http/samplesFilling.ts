/** Documents as samples: asked of this patient, begun, finished or sent, anew for each asking. */
import type { ChartScope } from '../../module/access/scope.js'
import { beginDocument } from '../../module/features/documents/filling/beginning.js'
import { markOf } from '../../module/features/documents/filling/filledRows.js'
import { saveDraft } from '../../module/features/documents/filling/saving.js'
import { finishedDocument, seenOf, sendDocument } from '../../module/features/documents/filling/sending.js'
import { PDF } from '../../module/host/templates.js'
import type { Actor } from '../../module/platform/audit.js'
import { opaqueId } from '../../module/platform/ids.js'
import { enough, pdfOf, sendTemplate, type NewTestTemplate } from '../support/filling.js'
import type { TestPractice } from '../support/practice.js'
import type { Make, Sample } from './sampleMakers.js'

export const ofAskedDocument: Make = async (practice, pid) => ({
  params: { template: String(await sendTemplate(practice, { pid })) },
})

/** Begun, with everything in it that it must have. */
export const ofDraftDocument =
  (sample: Sample = {}): Make =>
  async (practice, pid) => {
    const { id, seen } = await draft(practice, pid)
    const own = { page: opaqueId(), number: '1', seen, ...enough, text_input0: 'Another reason' }
    return { ...sample, params: { id: String(id) }, ...(sample.body ? { body: { ...own, ...sample.body } } : {}) }
  }

export const ofDocumentToSend: Make = async (practice, pid) => {
  const { id, scope } = await draft(practice, pid)
  return { params: { id: String(id) }, body: { seen: await seenIn(practice, scope, id) } }
}

export const ofSentDocument: Make = async (practice, pid) => {
  const { actor, id, scope } = await draft(practice, pid)
  const seen = await seenIn(practice, scope, id)
  const sent = await sendDocument(practice.portal, actor, { scope, id, seen, language: 'en', address: '' })
  if (!sent.ok) throw new Error(sent.reason)
  return { params: { id: String(id) } }
}

/** Another page saved meanwhile: what this one typed is kept aside. */
export const ofKeptText: Make = async (practice, pid) => {
  const { actor, id, scope } = await draft(practice, pid)
  await save(practice, actor, scope, id, { seen: 'long ago', text_input0: 'Kept aside' })
  const row = await practice.db.first<{ id: number }>(
    `SELECT k.id FROM foyer_kept_texts k JOIN foyer_filled f ON f.id = k.filled_id WHERE f.onsite_id = :id`,
    { id },
  )
  return { params: { id: String(id), kept: String(row?.id ?? 0) } }
}

export const ofPdfToRead: Make = async (practice, pid) => {
  const { id } = await begun(practice, pid, { pid, content: await pdfOf('The rules of the house'), mime: PDF })
  const row = await practice.db.first<{ template: number }>(
    `SELECT p.template_id AS template FROM foyer_filled_pdfs p JOIN foyer_filled f ON f.id = p.filled_id WHERE f.onsite_id = :id`,
    { id },
  )
  return { params: { id: String(id), template: String(row?.template ?? 0), page: '1' } }
}

interface Begun {
  id: number
  scope: ChartScope
  actor: Actor
}

/** Whoever opens this chart: whom it is asked of is all that counts. */
async function begun(practice: TestPractice, pid: number, template: NewTestTemplate): Promise<Begun> {
  const account = { id: practice.accounts.maria, name: 'maria' }
  const patient = { firstName: '', lastName: '', born: undefined, providerId: undefined }
  const scope: ChartScope = {
    ...{ kind: 'chart', account, record: opaqueId(), pid, relationship: 'self', extent: 'full', patient },
  }
  const actor: Actor = { kind: 'account', id: String(account.id), name: account.name, requestId: undefined }
  const outcome = await beginDocument(practice.portal, actor, scope, await sendTemplate(practice, template))
  if (!outcome.ok) throw new Error(outcome.reason)
  return { id: outcome.id, scope, actor }
}

async function draft(practice: TestPractice, pid: number): Promise<Begun & { seen: string }> {
  const made = await begun(practice, pid, { pid })
  const seen = await save(practice, made.actor, made.scope, made.id, { seen: markOf({}), ...enough })
  return { ...made, seen }
}

async function save(
  { portal }: TestPractice,
  actor: Actor,
  scope: ChartScope,
  id: number,
  { seen, ...body }: Record<string, string> & { seen: string },
): Promise<string> {
  const page = { on: opaqueId(), number: 0, seen }
  const saved = await saveDraft(portal, actor, { scope, id, body, page, byItself: false })
  return saved.ok ? saved.mark : ''
}

async function seenIn({ portal }: TestPractice, scope: ChartScope, id: number): Promise<string> {
  const finished = await finishedDocument(portal, { scope, id, language: 'en' })
  return finished ? seenOf(portal, finished) : ''
}
