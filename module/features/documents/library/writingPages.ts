/** Writing a template: typed, uploaded, changed; looked at before it is saved. */
import { z } from 'zod'
import { refusedFiles } from '../../../web/refusals.js'
import { templateLists } from '../../../host/templateProfiles.js'
import { PDF, TEXT } from '../../../host/templates.js'
import { optionalText, text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { ReceivedFile, StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { directiveHelp } from './directiveHelp.js'
import { addTemplate, editTemplate, libraryTemplate, markOf, type KeepOutcome } from './keeping.js'
import { idIn, optionsOf, textOf } from './libraryPages.js'
import { asKept, isPdf, judge, previewNodes, type Judgement } from './preview.js'

interface Written {
  /** Undefined: a new one. */
  id: number | undefined
  name: string
  category: string
  note: string
  content: string
  seen: string
}

interface Shown {
  status?: number
  errors?: FieldError[]
  judgement?: Judgement
  preview?: boolean
}

const nothing: Written = { id: undefined, name: '', category: '', note: '', content: '', seen: '' }

/** GET /templates/new */
export function write(context: StaffContext): Promise<Answer> {
  return showForm(context, nothing)
}

/** GET /templates/:id/edit */
export async function edit(context: StaffContext): Promise<Answer> {
  const template = await libraryTemplate(context.portal.db, idIn(context))
  if (!template || isPdf(template)) return context.show.notFound()
  const { category, id, name } = template
  return showForm(context, { id, name, category, note: '', content: textOf(template), seen: markOf(template) })
}

async function showForm(context: StaffContext, written: Written, shown: Shown = {}): Promise<Answer> {
  const { portal, show, t, url } = context
  const { categories } = await templateLists(portal.db)
  const { errors = [], judgement = { refused: [], warnings: [] } } = shown
  const at = written.id === undefined ? '' : `/${String(written.id)}`
  const page = {
    ...{ ...written, errors, judgement },
    isNew: written.id === undefined,
    title: written.id === undefined ? t('templates.new') : t('templates.edit', { name: written.name }),
    action: url(`/staff/portal/templates${at}${at === '' ? '' : '/content'}`),
    uploadAction: url('/staff/portal/templates/uploads'),
    backHref: url(`/staff/portal/templates${at}`),
    categories: [{ value: '', text: t('templates.noCategory') }, ...optionsOf(categories)].map((option) => ({
      ...option,
      selected: option.value === written.category,
    })),
    errorAt: Object.fromEntries(errors.flatMap(({ name, text: said }) => (name === undefined ? [] : [[name, said]]))),
    nodes: shown.preview ? previewNodes(context, asKept(written.content)) : undefined,
    groups: directiveHelp(context),
  }
  const options = { title: page.title, wide: true }
  const view = '/documents/library/write'
  if (errors.length > 0) return show.refused(view, page, { ...options, status: shown.status ?? 422 })
  return show.page(view, page, { ...options, ...(shown.status === undefined ? {} : { status: shown.status }) })
}

const CONTENT_MOST = 1_000_000

const Form = z.object({
  name: text(255, 'templates.missing.name'),
  category: optionalText(63),
  note: optionalText(255),
  content: z.string('templates.missing.content').max(CONTENT_MOST, 'form.tooLong'),
  seen: optionalText(64),
  preview: optionalText(1),
  anyway: optionalText(1),
})

/** POST /templates: a new one, or a look at it. */
export function add(context: StaffContext): Promise<Answer> {
  return save(context, undefined)
}

/** POST /templates/:id/content */
export function change(context: StaffContext): Promise<Answer> {
  return save(context, idIn(context))
}

async function save(context: StaffContext, id: number | undefined): Promise<Answer> {
  const { form, portal, t } = context
  const asked = form(Form)
  const typed: Written = { ...nothing, ...pick(asked.typed), id }
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) }))
    return showForm(context, typed, { errors })
  }
  const written: Written = { ...asked.value, id }
  const content = asKept(written.content)
  const judgement = await judge(context, content)
  const { refused, warnings } = judgement
  if (refused.length > 0) {
    return showForm(context, written, { judgement, errors: refused.map((said) => ({ name: 'content', text: said })) })
  }
  const lists = await templateLists(portal.db)
  if (written.category !== '' && !lists.categories.some((each) => each.id === written.category)) {
    return showForm(context, written, { errors: [{ name: 'category', text: t('templates.missing.category') }] })
  }
  if (asked.value.preview === '1') return showForm(context, written, { judgement, preview: true })
  if (warnings.length > 0 && asked.value.anyway !== '1') {
    const errors = [{ name: 'anyway', text: t('templates.confirmWarnings') }]
    return showForm(context, written, { judgement, preview: true, errors })
  }
  return saved(context, written, await keep(context, written, Buffer.from(content, 'utf8')))
}

function pick(typed: Readonly<Record<string, string>>): Partial<Written> {
  const { category = '', content = '', name = '', note = '', seen = '' } = typed
  return { category, content, name, note, seen }
}

function keep({ actor, portal, staff }: StaffContext, written: Written, content: Buffer): Promise<KeepOutcome> {
  const { category, id, name, note, seen } = written
  const draft = { name, category, note, content, mime: TEXT }
  return id === undefined
    ? addTemplate(portal, staff, actor, draft, 'written')
    : editTemplate(portal, actor, { ...draft, id, seen })
}

function saved(context: StaffContext, written: Written, outcome: KeepOutcome): Answer | Promise<Answer> {
  const { show, t } = context
  if (outcome.ok) {
    return show.seeOther(`/staff/portal/templates/${String(outcome.id)}`, {
      kind: 'success',
      key: 'templates.done.saved',
    })
  }
  switch (outcome.reason) {
    case 'not-found':
      return show.notFound()
    case 'name-taken':
      return showForm(context, written, { errors: [{ name: 'name', text: t('templates.taken') }] })
    case 'changed':
      return showForm(context, written, { status: 409, errors: [{ text: t('templates.overtaken') }] })
  }
}

const UploadForm = z.object({ name: optionalText(255), category: optionalText(63) })

/** POST /templates/uploads: a PDF is kept as it is; a text is looked at before it is saved. */
export async function upload(context: StaffContext): Promise<Answer> {
  const { actor, files, form, portal, staff, t } = context
  const asked = form(UploadForm)
  const { category, name: typedName } = asked.ok ? asked.value : { category: '', name: '' }
  const refused = refusedFiles(context)
  const failed = (said: string, status = 422) =>
    showForm(context, { ...nothing, name: typedName, category }, { status, errors: [{ name: 'file', text: said }] })
  if (refused) return failed(refused.messages.join(' '), refused.status)
  const [file] = files
  if (!file) return failed(t('templates.missing.file'))
  const lists = await templateLists(portal.db)
  const known = lists.categories.some((each) => each.id === category) ? category : ''
  const name = typedName === '' ? file.name.replace(/\.\w+$/, '').slice(0, 255) : typedName
  const written: Written = { ...nothing, name, category: known }
  if (file.bytes > FILE_MOST) return failed(t('templates.tooLarge'), 413)
  const content = await portal.files.read(file.key)
  if (file.mediaType === PDF) {
    const draft = { name, category: known, note: file.name, content, mime: PDF }
    return saved(context, written, await addTemplate(portal, staff, actor, draft, 'uploaded'))
  }
  const read = textIn(file, content)
  if (read === undefined) return failed(t('templates.notText'))
  const judgement = await judge(context, asKept(read))
  return showForm(context, { ...written, content: read }, { judgement, preview: judgement.refused.length === 0 })
}

const FILE_MOST = 8_000_000

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
