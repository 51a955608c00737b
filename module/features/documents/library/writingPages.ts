/** Writing a template: typed, changed; looked at before it is saved. */
import { z } from 'zod'
import { templateLists } from '../../../host/templateProfiles.js'
import { TEXT, type Namesake, type Template } from '../../../host/templates.js'
import { optionalText, text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { directiveHelp } from './directiveHelp.js'
import { addTemplate, editTemplate, libraryTemplate, markOf, type KeepOutcome } from './keeping.js'
import { categoryOptions, idIn, mayBeIn, textOf } from './libraryPages.js'
import { asKept, judge, previewNodes, type Judgement } from './preview.js'

export interface Written {
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
  /** As typed beside the file. */
  uploadName?: string
  /** Whose name it would have. */
  namesake?: Namesake
}

export const nothing: Written = { id: undefined, name: '', category: '', note: '', content: '', seen: '' }

/** GET /templates/new */
export function write(context: StaffContext): Promise<Answer> {
  return showForm(context, nothing)
}

/** A text of the library, to be changed. */
export function editText(context: StaffContext, template: Template): Promise<Answer> {
  const { category, id, name } = template
  return showForm(context, { id, name, category, note: '', content: textOf(template), seen: markOf(template) })
}

export async function showForm(context: StaffContext, written: Written, shown: Shown = {}): Promise<Answer> {
  const { portal, show, t, url } = context
  const lists = await templateLists(portal.db)
  const { errors = [], judgement = { refused: [], warnings: [] } } = shown
  const at = written.id === undefined ? '' : `/${String(written.id)}`
  const page = {
    ...{ ...written, errors, judgement, uploadName: shown.uploadName ?? '' },
    namesakeHref: shown.namesake && url(`/staff/portal/templates/${String(shown.namesake.id)}`),
    isNew: written.id === undefined,
    title: written.id === undefined ? t('templates.new') : t('templates.edit', { name: written.name }),
    action: url(`/staff/portal/templates${at}${at === '' ? '' : '/content'}`),
    uploadAction: url('/staff/portal/templates/uploads'),
    backHref: url(`/staff/portal/templates${at}`),
    categories: categoryOptions(context, lists, written.category),
    errorAt: Object.fromEntries(errors.flatMap(({ name, text: said }) => (name === undefined ? [] : [[name, said]]))),
    nodes: shown.preview ? previewNodes(context, asKept(written.content)) : undefined,
    groups: directiveHelp(context),
  }
  const options = { title: page.title, wide: true }
  const view = '/documents/library/write'
  if (errors.length > 0) return show.refused(view, page, { ...options, status: shown.status ?? 422 })
  return show.page(view, page, { ...options, ...(shown.status === undefined ? {} : { status: shown.status }) })
}

export const CONTENT_MOST = 1_000_000

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
  const now = id === undefined ? undefined : await libraryTemplate(portal.db, id)
  if (!mayBeIn(lists, written.category, now?.category)) {
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
    case 'another-kind':
      return show.notFound()
    case 'name-taken':
      return showForm(context, written, {
        ...{ errors: [{ name: 'name', text: takenText(context, outcome.by) }], namesake: outcome.by },
      })
    case 'changed':
      return showForm(context, written, { status: 409, errors: [{ text: t('templates.overtaken') }] })
  }
}

/** Nobody sees a retired one in the list: it is said where it stands. */
export function takenText({ t }: Pick<StaffContext, 't'>, { retired }: Namesake): string {
  return t(retired ? 'templates.takenByRetired' : 'templates.taken')
}
