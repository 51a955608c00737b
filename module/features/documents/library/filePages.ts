/** Templates that come as files: uploaded, another put in a PDF's place, and downloaded as they are or were. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { templateLists } from '../../../host/templateProfiles.js'
import { findVersion, PDF, type Namesake, type Template } from '../../../host/templates.js'
import { firstLetters } from '../../../platform/letters.js'
import { optionalText, text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import { refusedFiles } from '../../../web/refusals.js'
import type { ReceivedFile, StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { addTemplate, editTemplate, libraryTemplate, markOf, type KeepOutcome } from './keeping.js'
import { categoryOptions, idIn, mayBeIn } from './libraryPages.js'
import { asKept, isPdf, judge } from './preview.js'
import { whyNotReadable } from './readable.js'
import { CONTENT_MOST, editText, nothing, showForm, takenText } from './writingPages.js'

const FILE_MOST = 8_000_000

type Refused = { status: number; said: string }

/** What came as the file, whole. Undefined: none was chosen. Refused: in words, to stand at the field. */
async function fileIn(context: StaffContext): Promise<{ file: ReceivedFile; content: Buffer } | Refused | undefined> {
  const { files, portal, t } = context
  const refused = refusedFiles(context)
  if (refused) return { status: refused.status, said: refused.messages.join(' ') }
  const [file] = files
  if (!file) return undefined
  if (file.bytes > FILE_MOST) return { status: 413, said: t('templates.tooLarge') }
  return { file, content: await portal.files.read(file.key) }
}

/** Undefined: it is a PDF that can be read here, and so by patients. */
async function whyNotPdf({ portal, t }: StaffContext, content: Buffer): Promise<Refused | undefined> {
  const reason = await whyNotReadable(portal, content)
  return reason && { status: reason === 'not-now' ? 503 : 422, said: t(`templates.unreadable.${reason}`) }
}

const NAME_MOST = 255
const UploadForm = z.object({ name: optionalText(NAME_MOST), category: optionalText(63) })

/** POST /templates/uploads: a PDF is kept as it is; a text is looked at before it is saved. */
export async function upload(context: StaffContext): Promise<Answer> {
  const { form, t } = context
  const asked = form(UploadForm)
  const { category = '', name: uploadName = '' } = asked.typed
  const refuse = (at: 'upload-name' | 'upload-category' | 'file', said: string, status = 422, namesake?: Namesake) =>
    showForm(
      context,
      { ...nothing, category },
      { status, uploadName, errors: [{ name: at, text: said }], ...(namesake ? { namesake } : {}) },
    )
  if (!asked.ok) return refuse('upload-name', t(asked.errors['name'] ?? 'templates.missing.name'))
  const came = await fileIn(context)
  if (!came) return refuse('file', t('templates.missing.file'))
  if ('said' in came) return refuse('file', came.said, came.status)
  const { content, file } = came
  const name = asked.value.name === '' ? nameOfFile(file) : asked.value.name
  if (name === '') return refuse('upload-name', t('templates.missing.name'))
  if (!mayBeIn(await templateLists(context.portal.db), asked.value.category)) {
    return refuse('upload-category', t('templates.missing.category'))
  }
  if (file.mediaType !== PDF) {
    const read = textIn(file, content)
    if (read === undefined) return refuse('file', t('templates.notText'))
    const judgement = await judge(context, asKept(read))
    const written = { ...nothing, name, category, content: read }
    return showForm(context, written, { judgement, preview: judgement.refused.length === 0 })
  }
  const unreadable = await whyNotPdf(context, content)
  if (unreadable) return refuse('file', unreadable.said, unreadable.status)
  const { actor, portal, show, staff } = context
  const draft = { name, category: asked.value.category, note: file.name, content, mime: PDF }
  const outcome = await addTemplate(portal, staff, actor, draft, 'uploaded')
  if (outcome.ok) return keptAt(context, outcome.id, 'templates.done.saved')
  if (outcome.reason !== 'name-taken') return show.notFound()
  return refuse('upload-name', takenText(context, outcome.by), 422, outcome.by)
}

/** Without its ending. */
function nameOfFile({ name }: ReceivedFile): string {
  return firstLetters(name.replace(/\.\w+$/, ''), NAME_MOST).trim()
}

/** Undefined: it is no text. */
function textIn({ mediaType }: ReceivedFile, content: Buffer): string | undefined {
  if (content.length > CONTENT_MOST || !/^(?:text\/|application\/(?:octet-stream|xhtml|xml|json))/.test(mediaType))
    return undefined
  try {
    const read = new TextDecoder('utf-8', { fatal: true }).decode(content)
    return read.includes('\0') ? undefined : read
  } catch {
    return undefined
  }
}

function keptAt({ show }: StaffContext, id: number, key: string): Answer {
  return show.seeOther(`/staff/portal/templates/${String(id)}`, { kind: 'success', key })
}

/** GET /templates/:id/edit */
export async function edit(context: StaffContext): Promise<Answer> {
  const template = await libraryTemplate(context.portal.db, idIn(context))
  if (!template) return context.show.notFound()
  if (!isPdf(template)) return editText(context, template)
  const { category, name } = template
  return showPdfForm(context, template, { category, name, note: '', seen: markOf(template) })
}

interface TypedOfPdf {
  name: string
  category: string
  note: string
  seen: string
}

interface ShownOfPdf {
  status?: number
  errors?: FieldError[]
  namesake?: Namesake
}

async function showPdfForm(
  context: StaffContext,
  { id, name }: Pick<Template, 'id' | 'name'>,
  typed: TypedOfPdf,
  { errors = [], namesake, status = 422 }: ShownOfPdf = {},
): Promise<Answer> {
  const { portal, show, t, url } = context
  const at = `/staff/portal/templates/${String(id)}`
  const page = {
    ...{ ...typed, errors, title: t('templates.edit', { name }) },
    action: url(`${at}/file`),
    fileHref: url(`${at}/file`),
    backHref: url(at),
    namesakeHref: namesake && url(`/staff/portal/templates/${String(namesake.id)}`),
    categories: categoryOptions(context, await templateLists(portal.db), typed.category),
    errorAt: Object.fromEntries(errors.flatMap(({ name: at, text: said }) => (at === undefined ? [] : [[at, said]]))),
    // No browser fills a field of files in again.
    fileAgain: errors.length > 0 && context.files.length > 0,
  }
  const view = '/documents/library/pdf'
  if (errors.length > 0) return show.refused(view, page, { title: page.title, status })
  return show.page(view, page, { title: page.title })
}

const PdfForm = z.object({
  name: text(NAME_MOST, 'templates.missing.name'),
  category: optionalText(63),
  note: optionalText(255),
  seen: optionalText(64),
})

/**
 * POST /templates/:id/file: another PDF in its place, another name, another category; without a file the bytes stay as
 * they are. `seen`: the template as the page showed it.
 */
export async function change(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const template = await libraryTemplate(portal.db, idIn(context))
  if (!template || !isPdf(template)) return show.notFound()
  const asked = form(PdfForm)
  const { category = '', name = '', note = '', seen = '' } = asked.typed
  const refuse = (at: string, said: string, status = 422) =>
    showPdfForm(context, template, { category, name, note, seen }, { status, errors: [{ name: at, text: said }] })
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([at, key]) => ({ name: at, text: t(key) }))
    return showPdfForm(context, template, { category, name, note, seen }, { errors })
  }
  if (!mayBeIn(await templateLists(portal.db), asked.value.category, template.category)) {
    return refuse('category', t('templates.missing.category'))
  }
  const came = await fileIn(context)
  if (came && 'said' in came) return refuse('file', came.said, came.status)
  if (came && came.file.mediaType !== PDF) return refuse('file', t('templates.notPdf'))
  const unreadable = came && (await whyNotPdf(context, came.content))
  if (unreadable) return refuse('file', unreadable.said, unreadable.status)
  const outcome = await editTemplate(portal, actor, {
    ...{ ...asked.value, id: template.id, mime: PDF, content: came?.content ?? template.content },
    note: asked.value.note === '' ? (came?.file.name ?? '') : asked.value.note,
  })
  return changed(context, template, { category, name, note, seen }, outcome, came !== undefined)
}

function changed(
  context: StaffContext,
  template: Template,
  typed: TypedOfPdf,
  outcome: KeepOutcome,
  isReplaced: boolean,
): Answer | Promise<Answer> {
  const { show, t } = context
  if (outcome.ok) return keptAt(context, outcome.id, `templates.done.${isReplaced ? 'saved' : 'named'}`)
  switch (outcome.reason) {
    case 'not-found':
    case 'another-kind':
      return show.notFound()
    case 'name-taken':
      return showPdfForm(context, template, typed, {
        ...{ errors: [{ name: 'name', text: takenText(context, outcome.by) }], namesake: outcome.by },
      })
    case 'changed':
      return showPdfForm(context, template, typed, { status: 409, errors: [{ text: t('templates.overtaken') }] })
  }
}

/** GET /templates/:id/file: a PDF as it is kept. */
export async function file(context: StaffContext): Promise<Answer> {
  const template = await libraryTemplate(context.portal.db, idIn(context))
  if (!template || !isPdf(template)) return context.show.notFound()
  return pdfNamed(context, template.name, template.content)
}

/** GET /templates/:id/versions/:version/file: as it was then. */
export async function versionFile(context: StaffContext): Promise<Answer> {
  const { portal, show, t } = context
  const template = await libraryTemplate(portal.db, idIn(context))
  const found = await findVersion(portal.db, idIn(context, 'version'))
  if (!template || found?.templateId !== template.id || !isPdf(found)) return show.notFound()
  return pdfNamed(
    context,
    `${template.name}, ${t('templates.versionNumber', { number: found.version })}`,
    found.content,
  )
}

function pdfNamed({ show }: StaffContext, name: string, content: Buffer): Answer {
  const plain = firstLetters(name.replace(/[^\p{L}\p{M}\p{N} _,-]/gu, '_'), 200)
  return show.stream({ type: PDF, name: `${plain}.pdf`, body: Readable.from([content]), bytes: content.length })
}
