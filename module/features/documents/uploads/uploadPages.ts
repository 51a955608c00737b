/** Sending files to the practice, and what became of each. */
import { z } from 'zod'
import { fileOf } from '../../../access/storedFiles.js'
import { pidOf } from '../../../access/scope.js'
import { opaqueId } from '../../../platform/ids.js'
import { acceptOf, endingsOf, kindsIn } from '../../../platform/mediaTypes.js'
import { optionalText } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import { refusedFiles } from '../../../web/refusals.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { ownSubmission, type Whose } from '../submissions.js'
import { checkAtOnce } from './checking.js'
import { sendFiles, sorted, type Refused, type SendOutcome } from './sending.js'
import { refusalWords, stateText, standingTag, standingText } from './standing.js'
import { mayTakeBack, takeBackUpload } from './takingBack.js'
import { uploadsOf, uploadsTogether, type UploadStanding } from './upload.js'

const NOTE_MOST = 1000
const schema = z.object({ note: optionalText(NOTE_MOST) })

/** GET …/documents/upload */
export async function form(context: RecordContext): Promise<Answer> {
  return context.show.page('/documents/uploads/form', await formPage(context, { note: '', errors: [] }), {
    title: context.t('uploads.title'),
  })
}

/** GET …/documents/upload/:batch/files/:file/replacement: of a file that staff returned. */
export async function replaceForm(context: RecordContext): Promise<Answer> {
  const { here, params, show, t } = context
  const row = await rowIn(context)
  if (!row) return show.notFound()
  if (!mayReplace(row)) return show.seeOther(here(`/documents/upload/${params['batch'] ?? ''}`))
  const page = await formPage(context, { note: '', errors: [] }, row)
  return show.page('/documents/uploads/form', page, { title: t('uploads.replace.title') })
}

/** Staff returned it, and what takes its place is awaited. */
function mayReplace({ state, submission_state: staff }: UploadStanding): boolean {
  return state === 'sent' && staff === 'returned'
}

async function rowIn(context: RecordContext): Promise<UploadStanding | undefined> {
  const { params, portal } = context
  const rows = await uploadsTogether(portal.db, whoseOf(context), params['batch'] ?? '')
  return rows.find(({ id }) => String(id) === params['file'])
}

interface Typed {
  note: string
  errors: Array<{ name: string; text: string }>
}

/** `replaced`: the returned file whose place the one that is chosen takes. */
async function formPage(context: RecordContext, { note, errors }: Typed, replaced?: UploadStanding) {
  const { here, portal, scope, t, url } = context
  const { uploadKinds, uploadMegabytes: megabytes, uploadsAtOnce } = portal.settings()
  const files = replaced ? 1 : uploadsAtOnce
  const kinds = kindsIn(uploadKinds)
  const earlier = replaced ? [] : await uploadsOf(portal.db, whoseOf(context))
  return {
    action: url(here(replaced ? replacementPath(replaced) : '/documents/upload')),
    replaced: replaced && {
      name: replaced.name,
      number: t('uploads.number', { receipt: replaced.receipt ?? '' }),
      reason: replaced.staff_reason ?? '',
    },
    backHref: url(here('/documents')),
    once: opaqueId(),
    for: scope.kind === 'chart' ? `${scope.patient.firstName} ${scope.patient.lastName}` : '',
    accept: acceptOf(kinds),
    megabytes,
    files,
    hint: t(replaced ? 'uploads.replace.hint' : 'uploads.files.hint', {
      endings: endingsOf(kinds).join(', '),
      megabytes,
      files,
    }),
    /** For JavaScript, which looks before it sends: with {{name}} for the file's. */
    tooLarge: t('files.too-large', { megabytes, name: '{{name}}' }),
    tooMany: t(replaced ? 'uploads.replace.one' : 'uploads.tooMany', { files }),
    note,
    errors,
    fileErrors: errors.filter(({ name }) => name === 'file'),
    noteError: errors.find(({ name }) => name === 'note')?.text,
    earlier: earlier.map((row) => rowOf(context, row)),
  }
}

function replacementPath({ batch, id }: UploadStanding): string {
  return `/documents/upload/${batch}/files/${String(id)}/replacement`
}

/** POST …/documents/upload */
export function send(context: RecordContext): Promise<Answer> {
  return take(context)
}

/** POST …/documents/upload/:batch/files/:file/replacement */
export async function replace(context: RecordContext): Promise<Answer> {
  const row = await rowIn(context)
  return row?.receipt == null ? context.show.notFound() : take(context, row)
}

async function take(context: RecordContext, replaced?: UploadStanding): Promise<Answer> {
  const { actor, here, once, portal, scope, show, t } = context
  const read = context.form(schema)
  const note = read.typed['note'] ?? ''
  const sent = sorted(portal, context.files.filter(isFiles), context.refusals)
  if (!read.ok) {
    const errors = Object.entries(read.errors).map(([name, key]) => ({ name, text: t(key) }))
    return again(context, 422, { note, errors }, replaced)
  }
  if (replaced && sent.taken.length + sent.refused.length > 1) {
    return again(context, 422, { note, errors: [{ name: 'file', text: t('uploads.replace.one') }] }, replaced)
  }
  if (sent.taken.length === 0) {
    const status = refusedFiles(context)?.status ?? 422
    return again(context, status, { note, errors: messagesOf(context, sent.refused) }, replaced)
  }
  const fields = { note: read.value.note, files: sent.taken.map(({ name, sha256 }) => `${sha256} ${name}`).join('\n') }
  const outcome = await sendFiles(portal, actor, {
    ...{ ...sent, scope, note: read.value.note, once: once(fields) },
    ...(replaced ? { replaces: replaced.receipt ?? '' } : {}),
  })
  if (!outcome.ok) return notSent(context, outcome, note, replaced)
  await checkAtOnce(portal, outcome.batch)
  return show.seeOther(here(`/documents/upload/${outcome.batch}`))
}

async function notSent(
  context: RecordContext,
  outcome: Extract<SendOutcome, { ok: false }>,
  note: string,
  replaced: UploadStanding | undefined,
): Promise<Answer> {
  const { params, portal, show, t } = context
  if (outcome.reason === 'used-otherwise' || !replaced) {
    return again(context, 422, { note, errors: [{ name: 'file', text: t('uploads.sentOtherwise') }] }, replaced)
  }
  const said =
    outcome.reason === 'under-way'
      ? t('uploads.replace.under-way', { name: replaced.name })
      : t('uploads.replace.over', { name: replaced.name, state: stateText(context, outcome.state ?? 'withdrawn') })
  const batch = params['batch'] ?? ''
  const rows = await uploadsTogether(portal.db, whoseOf(context), batch)
  const page = { ...sentPage(context, batch, rows), errors: [{ text: said }] }
  return show.refused('/documents/uploads/sent', page, { title: t('uploads.sent.title'), status: 409 })
}

function isFiles({ field }: { field: string }): boolean {
  return field === 'file'
}

async function again(
  context: RecordContext,
  status: number,
  typed: Typed,
  replaced: UploadStanding | undefined,
): Promise<Answer> {
  const page = await formPage(context, typed, replaced)
  const title = context.t(replaced ? 'uploads.replace.title' : 'uploads.title')
  return context.show.refused('/documents/uploads/form', page, { title, status })
}

function messagesOf(context: RecordContext, refused: readonly Refused[]): Typed['errors'] {
  if (refused.length === 0) return [{ name: 'file', text: context.t('uploads.none') }]
  return refused.map((each) => ({ name: 'file', text: refusalText(context, each) }))
}

function refusalText(context: RecordContext, { name, reason }: Refused): string {
  return context.t('uploads.refused.named', { name, why: refusalWords(context, reason) })
}

/** GET …/documents/upload/:batch. Also by the receipt number of one of its files. */
export async function together(context: RecordContext): Promise<Answer> {
  const { here, params, portal, show, t } = context
  const batch = params['batch'] ?? ''
  const rows = await uploadsTogether(portal.db, whoseOf(context), batch)
  if (rows.length > 0) {
    return show.page('/documents/uploads/sent', sentPage(context, batch, rows), { title: t('uploads.sent.title') })
  }
  const one = await ownSubmission(portal.db, whoseOf(context), batch)
  return one?.batch == null ? show.notFound() : show.seeOther(here(`/documents/upload/${one.batch}`))
}

/** GET …/documents/upload/:batch/standing: the rows alone, which ask for news by themselves while one is checked. */
export async function standing(context: RecordContext): Promise<Answer> {
  const { params, portal, show, t } = context
  const batch = params['batch'] ?? ''
  const rows = await uploadsTogether(portal.db, whoseOf(context), batch)
  if (rows.length === 0) return show.notFound()
  return show.page('/documents/uploads/rows', sentPage(context, batch, rows), { title: t('uploads.sent.title') })
}

/** POST …/documents/upload/:batch/files/:file/withdrawal */
export async function takeBack(context: RecordContext): Promise<Answer> {
  const { actor, here, params, portal, scope, show, t } = context
  const batch = params['batch'] ?? ''
  const id = Number(/^[1-9]\d{0,14}$/.exec(params['file'] ?? '')?.[0] ?? 0)
  const outcome = await takeBackUpload(portal, actor, scope, { batch, id })
  if (outcome.ok) {
    return show.seeOther(here(`/documents/upload/${batch}`), { kind: 'success', key: 'uploads.takeBack.done' })
  }
  if (outcome.reason === 'not-found') return show.notFound()
  const rows = await uploadsTogether(portal.db, whoseOf(context), batch)
  const state = standingTag(context, outcome.row).text
  const errors = [{ text: t('uploads.takeBack.over', { name: outcome.row.name, state }) }]
  const title = t('uploads.sent.title')
  return show.refused('/documents/uploads/sent', { ...sentPage(context, batch, rows), errors }, { title, status: 409 })
}

function sentPage(context: RecordContext, batch: string, rows: readonly UploadStanding[]) {
  const { here, t, url } = context
  const count = (state: UploadStanding['state']) => rows.filter((row) => row.state === state).length
  const [first] = rows
  return {
    lead: t('uploads.sent.lead', {
      count: rows.length,
      when: first === undefined ? '' : writeInstant(context, first.sent_at),
    }),
    note: rows.find(({ note }) => note !== '')?.note ?? '',
    errors: [],
    checking: count('checking') > 0,
    next: t(
      count('checking') > 0
        ? 'uploads.next.checking'
        : count('sent') > 0
          ? nextOfSent(rows)
          : count('refused') > 0
            ? 'uploads.next.refused'
            : count('replaced') > 0
              ? 'uploads.next.replaced'
              : 'uploads.next.withdrawn',
    ),
    rows: rows.map((row) => rowOf(context, row)),
    standingHref: url(here(`/documents/upload/${batch}/standing`)),
    hereHref: url(here(`/documents/upload/${batch}`)),
    moreHref: url(here('/documents/upload')),
    documentsHref: url(here('/documents')),
  }
}

/** Nothing is left to wait for where all of it was decided, or taken back. */
function nextOfSent(rows: readonly UploadStanding[]): string {
  const states = rows.flatMap(({ state, submission_state: staff }) => (state === 'sent' ? (staff ?? []) : []))
  if (states.includes('returned')) return 'uploads.next.returned'
  if (states.includes('waiting')) return 'uploads.next.sent'
  return states.every((state) => state === 'withdrawn') ? 'uploads.next.withdrawn' : 'uploads.next.decided'
}

function rowOf(context: RecordContext, row: UploadStanding) {
  const { here, t, url } = context
  const open = row.state === 'sent' && (row.submission_state === 'waiting' || row.submission_state === 'returned')
  return {
    name: row.name,
    when: writeInstant(context, row.sent_at),
    status: standingTag(context, row),
    text: standingText(context, row),
    number: row.receipt === null ? '' : t('uploads.number', { receipt: row.receipt }),
    href: url(here(`/documents/upload/${row.batch}`)),
    replaceHref: mayReplace(row) ? url(here(replacementPath(row))) : undefined,
    fileHref: open ? url(here(`/documents/upload/${row.batch}/files/${String(row.id)}`)) : undefined,
    takeBackAction: mayTakeBack(row)
      ? url(here(`/documents/upload/${row.batch}/files/${String(row.id)}/withdrawal`))
      : undefined,
  }
}

/** GET …/documents/upload/:batch/files/:file: what was sent, as staff see it; what is in the chart comes from there. */
export async function file(context: RecordContext): Promise<Answer> {
  const { here, params, portal, show } = context
  const rows = await uploadsTogether(portal.db, whoseOf(context), params['batch'] ?? '')
  const row = rows.find(({ id, state }) => String(id) === params['file'] && state === 'sent')
  if (row?.document_id != null) return show.seeOther(here(`/documents/chart/${String(row.document_id)}/file`))
  const submission = row?.receipt == null ? undefined : await ownSubmission(portal.db, whoseOf(context), row.receipt)
  const stored = submission?.file_id == null ? undefined : await fileOf(portal.db, submission.file_id)
  if (!row || !stored) return show.notFound()
  const { bytes, mediaType } = stored
  return show.stream({ type: mediaType, name: row.name, bytes, body: await portal.files.open(stored.key) })
}

function whoseOf({ scope }: RecordContext): Whose {
  return { pid: pidOf(scope), record: scope.record }
}
