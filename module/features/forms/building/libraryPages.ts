/** The practice's questionnaires: which there are, in which versions, who is asked them; drafts of new ones. */
import { z } from 'zod'
import type { Questionnaire } from 'fhir/r4.js'
import { keepsQuestionnaires, repositoryRow } from '../../../host/questionnaires.js'
import {
  countForms,
  libraryRows,
  versionRows,
  type FormCount,
  type LibraryRow,
} from '../../../host/reads/formReviews.js'
import { optionalText } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError, StatusTag } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeShortDay } from '../../../web/times.js'
import { day as dayOf } from '../../../platform/clock.js'
import { beginDraft, openDrafts } from './drafts.js'
import { draftPath, idIn, LIBRARY } from './draftPages.js'
import { predecessorOf, retireForm } from './publishing.js'
import { samples } from './samples/index.js'

/** GET /forms/library */
export async function library(
  context: StaffContext,
  told?: { status: number; errors: FieldError[] },
  typed: { title?: string } = {},
): Promise<Answer> {
  const { portal, show, t, url } = context
  const kept = keepsQuestionnaires(portal.site)
  const forms = newestOf(kept ? await libraryRows(portal.db) : [])
  const counts = await countForms(
    portal.db,
    forms.map(({ form_key: key }) => key),
  )
  const page = {
    kept,
    forms: forms.map((row) => formLine(context, row, counts)),
    drafts: (await openDrafts(portal.db)).map((line) => ({
      href: url(draftPath(line.id)),
      title: line.title || t('building.untitled'),
      changed: t('building.draft.changed', { by: line.changed_by, at: writeInstant(context, line.changed_at) }),
      of: line.form_key === null ? t('building.draft.new') : t('building.draft.next', { version: line.based_on ?? 1 }),
    })),
    samples: samples.map((sample) => ({
      id: sample.id ?? '',
      title: sample.title ?? '',
      there: forms.some(({ form_key: key }) => key === sample.id),
    })),
    newAction: url(`${LIBRARY}/drafts`),
    importHref: url(`${LIBRARY}/import`),
    rulesHref: context.may('forms:assign') ? url('/staff/portal/forms/rules') : undefined,
    typed: { title: typed.title ?? '' },
    errors: told?.errors ?? [],
    errorAt: Object.fromEntries((told?.errors ?? []).map(({ name = '', text }) => [name, text])),
  }
  const options = { title: t('building.library.title'), wide: true }
  return told
    ? show.refused('/forms/building/library', page, { ...options, status: told.status })
    : show.page('/forms/building/library', page, options)
}

/** The first row of each questionnaire: they come the newest first. By name. */
function newestOf(rows: readonly LibraryRow[]): LibraryRow[] {
  const byKey = new Map<string, LibraryRow>()
  for (const row of rows) if (!byKey.has(row.form_key)) byKey.set(row.form_key, row)
  return [...byKey.values()].sort((one, other) => one.name.localeCompare(other.name))
}

export function formState({ active, status }: Pick<LibraryRow, 'active' | 'status'>): 'active' | 'retired' {
  return active === 1 && status !== 'retired' ? 'active' : 'retired'
}

function stateTag({ t }: StaffContext, row: LibraryRow): StatusTag {
  const state = formState(row)
  return { tone: state === 'active' ? 'success' : 'neutral', text: t(`building.state.${state}`) }
}

function formLine(context: StaffContext, row: LibraryRow, counts: readonly FormCount[]) {
  const { t, url } = context
  const count = (state: FormCount['state']) =>
    counts.find((each) => each.form_key === row.form_key && each.state === state)?.count ?? 0
  return {
    href: url(`${LIBRARY}/${String(row.id)}`),
    name: row.name || t('building.untitled'),
    version: row.version,
    state: stateTag(context, row),
    waiting: count('waiting'),
    answered: count('sent'),
  }
}

/** GET /forms/library/:id: a version, and all the others of its questionnaire. */
export async function form(context: StaffContext, told?: { status: number; errors: FieldError[] }): Promise<Answer> {
  const { language, portal, show, t, url } = context
  const row = keepsQuestionnaires(portal.site) ? await repositoryRow(portal.db, portal.site, idIn(context)) : undefined
  if (!row) return show.notFound()
  const versions = await versionRows(portal.db, row.key)
  const counts = await countForms(portal.db, [row.key])
  const here = `${LIBRARY}/${String(row.id)}`
  const shown = versions.find(({ id }) => id === row.id)
  const state = shown ? formState(shown) : 'retired'
  const today = dayOf(portal.clock.now())
  const page = {
    name: row.name || t('building.untitled'),
    state: { tone: state === 'active' ? 'success' : 'neutral', text: t(`building.state.${state}`) },
    isActive: state === 'active',
    backHref: url(LIBRARY),
    facts: [
      { term: t('building.version'), text: String(row.version) },
      { term: t('building.waiting'), text: String(counts.find((each) => each.state === 'waiting')?.count ?? 0) },
      { term: t('building.answered'), text: String(counts.find((each) => each.state === 'sent')?.count ?? 0) },
      { term: t('building.key'), text: row.key },
    ],
    versions: versions.map((each) => ({
      version: t('building.version.number', { version: each.version }),
      href: url(`${LIBRARY}/${String(each.id)}`),
      exportHref: url(`${LIBRARY}/${String(each.id)}/file`),
      previewHref: url(`${LIBRARY}/${String(each.id)}/preview`),
      changed: each.modified_date === null ? '' : writeShortDay(each.modified_date.slice(0, 10), language, today),
      state: stateTag(context, each),
      current: each.id === row.id,
    })),
    draftAction: url(`${LIBRARY}/drafts`),
    id: row.id,
    retireAction: url(`${here}/retirement`),
    assignHref:
      context.may('forms:assign') && state === 'active'
        ? url(`/staff/portal/forms/assigning?form=${encodeURIComponent(row.key)}`)
        : undefined,
    errors: told?.errors ?? [],
  }
  const options = { title: page.name, wide: true }
  return told
    ? show.refused('/forms/building/form', page, { ...options, status: told.status })
    : show.page('/forms/building/form', page, options)
}

const Begin = z.object({
  /** A new one by this name. */
  title: optionalText(200),
  /** One of Foyer's own. */
  sample: optionalText(64),
  /** The next version of this row. */
  from: optionalText(12),
})

/** POST /forms/library/drafts */
export async function begin(context: StaffContext): Promise<Answer> {
  const { actor, form: read, portal, show, staff, t } = context
  const asked = read(Begin)
  if (!asked.ok)
    return library(context, { status: 422, errors: [{ name: 'title', text: t('form.tooLong') }] }, asked.typed)
  const { from, sample, title } = asked.value
  const source = await sourceOf(context, { from, sample, title })
  if (source === 'not-found') return show.notFound()
  if (source === 'unreadable') return form(context, { status: 422, errors: [{ text: t('building.not.json') }] })
  if (source === undefined) {
    return library(context, { status: 422, errors: [{ name: 'title', text: t('building.missing.title') }] }, { title })
  }
  const begun = await beginDraft(portal, staff, actor, source)
  return show.seeOther(draftPath(begun.id), {
    kind: begun.isNew ? 'success' : 'info',
    key: begun.isNew ? 'building.done.begun' : 'building.done.open-already',
  })
}

interface Source {
  questionnaire: Questionnaire
  of?: { key: string; version: number }
}

async function sourceOf(
  { portal }: StaffContext,
  { from, sample, title }: z.output<typeof Begin>,
): Promise<Source | 'not-found' | 'unreadable' | undefined> {
  if (from !== '') {
    const row = await repositoryRow(portal.db, portal.site, Number(/^[1-9]\d{0,11}$/.exec(from)?.[0] ?? 0))
    if (!row) return 'not-found'
    const questionnaire = questionnaireIn(row.questionnaire)
    return questionnaire ? { questionnaire, of: { key: row.key, version: row.version } } : 'unreadable'
  }
  if (sample !== '') {
    const questionnaire = samples.find(({ id }) => id === sample)
    return questionnaire ? withPredecessor(portal, questionnaire) : 'not-found'
  }
  if (title === '') return undefined
  return { questionnaire: { resourceType: 'Questionnaire', title, status: 'draft', subjectType: ['Patient'] } }
}

/** A questionnaire with the id of one that is there becomes its next version. */
export async function withPredecessor(portal: StaffContext['portal'], questionnaire: Questionnaire): Promise<Source> {
  const of = keepsQuestionnaires(portal.site) ? await predecessorOf(portal, questionnaire) : undefined
  return { questionnaire, ...(of ? { of } : {}) }
}

function questionnaireIn(text: string): Questionnaire | undefined {
  try {
    const read = JSON.parse(text) as Questionnaire | null
    return typeof read === 'object' && read?.resourceType === 'Questionnaire' ? read : undefined
  } catch {
    return undefined
  }
}

/** GET /forms/library/:id/file: FHIR, as it stands there. */
export async function file(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const row = keepsQuestionnaires(portal.site) ? await repositoryRow(portal.db, portal.site, idIn(context)) : undefined
  if (!row) return show.notFound()
  const name = `questionnaire-${String(row.id)}-v${String(row.version)}.json`
  return show.file('application/fhir+json; charset=utf-8', name, indented(row.questionnaire))
}

function indented(text: string): string {
  const read = questionnaireIn(text)
  return read ? JSON.stringify(read, undefined, 2) : text
}

/** POST /forms/library/:id/retirement */
export async function retire(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, staff, t } = context
  if (!keepsQuestionnaires(portal.site)) return show.notFound()
  const outcome = await retireForm(portal, staff, actor, idIn(context))
  if (outcome.ok) {
    return show.seeOther(`${LIBRARY}/${String(idIn(context))}`, { kind: 'success', key: 'building.done.retired' })
  }
  if (outcome.reason === 'not-found') return show.notFound()
  return form(context, { status: 409, errors: [{ text: t('building.not.retired') }] })
}
