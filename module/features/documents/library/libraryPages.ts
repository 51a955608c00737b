/** The library: its list, one template, a version of it. */
import { z } from 'zod'
import { openRequests, libraryTemplates, profileLines, type RequestRow } from '../../../host/reads/templates.js'
import { templateLists, type TemplateLists } from '../../../host/templateProfiles.js'
import { findVersion, versionsOf, type Template, type VersionLine } from '../../../host/templates.js'
import { day as dayOf } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import { personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeShortDay } from '../../../web/times.js'
import { goBack, isRetired, libraryTemplate, retire, setProfiles } from './keeping.js'
import { isPdf, previewNodes } from './preview.js'
import { whyNotReadable } from './readable.js'

const views = ['offered', 'retired'] as const

/** GET /templates */
export async function list(context: StaffContext): Promise<Answer> {
  const { portal, query, show, t, url } = context
  const view = views.find((each) => each === query['view']) ?? 'offered'
  const lists = await templateLists(portal.db)
  const [search, category] = [query['q'] ?? '', query['category'] ?? '']
  const wish = {
    search: search.slice(0, 100),
    category: category === '' ? undefined : category,
    retired: view === 'retired',
  }
  const rows = await libraryTemplates(portal.db, wish)
  const page = {
    ...{ search, action: url('/staff/portal/templates'), view },
    categories: [{ value: '', text: t('templates.allCategories') }, ...optionsOf(lists.categories)].map((option) => ({
      ...option,
      selected: option.value === category,
    })),
    filters: views.map((each) => ({
      text: t(`templates.view.${each}`),
      href: url(`/staff/portal/templates${each === 'offered' ? '' : `?view=${each}`}`),
      current: each === view,
    })),
    newHref: url('/staff/portal/templates/new'),
    profilesHref: url('/staff/portal/templates/profiles'),
    listsHref: url('/staff/portal/templates/lists'),
    requestsHref: context.may('templates:send') ? url('/staff/portal/templates/requests') : undefined,
    groups: byCategory(
      lists,
      rows.map((row) => ({
        ...{
          id: row.id,
          name: row.name,
          category: row.category,
          href: url(`/staff/portal/templates/${String(row.id)}`),
        },
        kind: t(`templates.kind.${kindOf(row)}`),
        modified: writeShortDay(row.modified.slice(0, 10), context.language, dayOf(portal.clock.now())),
        version: row.version === 0 ? '' : t('templates.versionNumber', { number: row.version }),
        asked: row.asked === 0 ? '' : t('templates.askedCount', { count: row.asked }),
      })),
      t,
    ),
  }
  return show.page('/documents/library/list', page, { title: t('templates.title') })
}

export function optionsOf(options: TemplateLists['categories']): { value: string; text: string }[] {
  return options.map(({ id, title }) => ({ value: id, text: title }))
}

/** To choose from. `chosen`: also one that the practice has taken off its list since: only a choice takes it away. */
export function categoryOptions({ t }: Pick<StaffContext, 't'>, { categories }: TemplateLists, chosen: string) {
  const known = chosen === '' || categories.some(({ id }) => id === chosen)
  const all = [{ value: '', text: t('templates.noCategory') }, ...optionsOf(categories)]
  return [...all, ...(known ? [] : [{ value: chosen, text: chosen }])].map((option) => ({
    ...option,
    selected: option.value === chosen,
  }))
}

/** Whether a template may be in it. `now`: the one that it is in. */
export function mayBeIn({ categories }: TemplateLists, category: string, now?: string): boolean {
  return category === '' || category === now || categories.some(({ id }) => id === category)
}

export function kindOf({ mime }: { mime: string }): 'pdf' | 'questionnaire' | 'text' {
  if (isPdf({ mime })) return 'pdf'
  return mime === 'application/text' ? 'questionnaire' : 'text'
}

/** In the order of the practice's list; those of no category of it last. */
function byCategory<Row extends { category: string }>(
  lists: TemplateLists,
  rows: readonly Row[],
  t: StaffContext['t'],
) {
  const known = lists.categories.map(({ id, title }) => ({
    title,
    rows: rows.filter(({ category }) => category === id),
  }))
  const others = rows.filter(({ category }) => !lists.categories.some(({ id }) => id === category))
  return [...known, { title: t('templates.noCategory'), rows: others }].filter((group) => group.rows.length > 0)
}

/** The id in the address, or 0. */
export function idIn({ params }: Pick<StaffContext, 'params'>, name = 'id'): number {
  return Number(/^[1-9]\d{0,15}$/.exec(params[name] ?? '')?.[0] ?? 0)
}

/** GET /templates/:id */
export async function one(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const template = await libraryTemplate(portal.db, idIn(context))
  if (!template) return show.notFound()
  const requests = await openRequests(portal.db, { sourceId: template.id }, 50)
  const about = requests.flatMap(({ pid }) => (pid === null ? [] : [pid]))
  const page = await onePage(context, template, requests)
  return show.page('/documents/library/one', page, { title: template.name, about: [...new Set(about)] })
}

async function onePage(context: StaffContext, template: Template, requests: readonly RequestRow[]) {
  const { may, portal, t, url } = context
  const at = `/staff/portal/templates/${String(template.id)}`
  const lists = await templateLists(portal.db)
  const lines = await profileLines(portal.db)
  const inProfiles = lines.filter(({ kind, template_id }) => kind === 'template' && template_id === template.id)
  const retired = await isRetired(portal.db, template.id)
  const versions = await versionsOf(portal.db, template.id)
  return {
    ...{ name: template.name, backHref: url('/staff/portal/templates'), pdf: isPdf(template) },
    category: lists.categories.find(({ id }) => id === template.category)?.title ?? t('templates.noCategory'),
    retired,
    trouble: isPdf(template) ? await troubleText(context, template) : undefined,
    editHref: url(`${at}/edit`),
    fileHref: isPdf(template) ? url(`${at}/file`) : undefined,
    askHref: may('templates:send') && !retired ? url(`${at}/asking`) : undefined,
    retireAction: url(`${at}/retirement`),
    nodes: isPdf(template) ? [] : previewNodes(context, textOf(template)),
    profilesAction: url(`${at}/profiles`),
    profiles: lists.profiles
      .filter(({ id }) => !id.startsWith('foyer_'))
      .map(({ id, title }) => ({ id, title, on: inProfiles.some(({ profile }) => profile === id) })),
    versions: versions.map((line) => versionView(context, template.id, line)),
    requests: requests.map((row) => ({ ...requestView(context, row, lists), older: isOlder(row, versions[0]) })),
  }
}

/** The host's own screens take any PDF: who looks after the library hears of it before a patient does. */
async function troubleText({ portal, t }: StaffContext, { content }: Template): Promise<string | undefined> {
  const reason = await whyNotReadable(portal, content)
  return reason === undefined || reason === 'not-now' ? undefined : t(`templates.notForPatients.${reason}`)
}

/** What one patient or all are asked for is a copy (facts §6.1): not begun, it still says what it said when it was asked. */
function isOlder({ asked_at: askedAt, state, target }: RequestRow, newest: VersionLine | undefined): boolean {
  const isCopy = target === 'patient' || target === 'all'
  return isCopy && state === null && newest !== undefined && askedAt < newest.at
}

/** A template's text; of a PDF there is none. */
export function textOf({ content }: Pick<Template, 'content'>): string {
  return content.toString('utf8')
}

function versionView(
  context: StaffContext,
  id: number,
  { at, by, changed, id: versionId, note, version }: VersionLine,
) {
  const { t, url } = context
  return {
    number: t('templates.versionNumber', { number: version }),
    what: t(`templates.changed.${changed}`, { note }),
    note: changed === 'back' ? '' : note,
    by: by === '' ? t('templates.byHost') : by,
    at: writeInstant(context, at),
    href: url(`/staff/portal/templates/${String(id)}/versions/${String(versionId)}`),
  }
}

/** "Amina Yusuf", "Group I", "Everybody". */
export function whomText({ t }: Pick<StaffContext, 't'>, row: RequestRow, lists: TemplateLists): string {
  if (row.target === 'patient') return personName(row.lname, row.fname)
  if (row.target === 'all') return t('templates.target.all')
  const options = row.target === 'group' ? lists.groups : lists.profiles
  const title = options.find(({ id }) => id === row.set_name)?.title ?? row.set_name
  return t(`templates.target.${row.target}Named`, { title })
}

export function requestView(context: StaffContext, row: RequestRow, lists: TemplateLists) {
  const { language, may, portal, t, url } = context
  const today = dayOf(portal.clock.now())
  const { due_on: dueOn } = row
  return {
    ...{ id: row.id, name: row.name, whom: whomText(context, row, lists), by: row.asked_by },
    whomHref: row.pid === null ? undefined : url(`/staff/portal/patients/${String(row.pid)}`),
    at: writeInstant(context, row.asked_at),
    how: howText(context, row),
    due:
      dueOn === null
        ? ''
        : t(dueOn < today ? 'templates.wasDue' : 'templates.due', { day: writeShortDay(dueOn, language, today) }),
    state: row.target === 'patient' ? t(`templates.state.${stateKey(row.state)}`) : '',
    takeBackAction: may('templates:send')
      ? url(`/staff/portal/templates/requests/${String(row.id)}/withdrawal`)
      : undefined,
  }
}

/** Once, or every how many days, and how many there are each time to send it. */
function howText({ t }: StaffContext, { due_days: dueDays, period_days: period, recurring }: RequestRow): string {
  if (recurring !== 1) return t('templates.once')
  const every = t('templates.every', { count: period })
  return dueDays === null ? every : `${every}, ${t('templates.eachDue', { count: dueDays })}`
}

function stateKey(state: string | null): string {
  if (state === null) return 'none'
  return { 'In Review': 'sent', Locked: 'charted' }[state] ?? 'begun'
}

/** GET /templates/:id/versions/:version */
export async function version(context: StaffContext): Promise<Answer> {
  const { portal, show, t, url } = context
  const [id, versionId] = [idIn(context), idIn(context, 'version')]
  const template = await libraryTemplate(portal.db, id)
  const found = await findVersion(portal.db, versionId)
  if (!template || found?.templateId !== id) return show.notFound()
  const pdf = isPdf(found)
  const page = {
    ...{ name: template.name, pdf, sha256: found.sha256 },
    number: t('templates.versionNumber', { number: found.version }),
    backHref: url(`/staff/portal/templates/${String(id)}`),
    returnAction: url(`/staff/portal/templates/${String(id)}/versions/${String(versionId)}/return`),
    nodes: pdf ? [] : previewNodes(context, textOf(found)),
    text: pdf ? '' : textOf(found),
    fileHref: pdf ? url(`/staff/portal/templates/${String(id)}/versions/${String(versionId)}/file`) : undefined,
    current: found.content.equals(template.content),
  }
  return show.page('/documents/library/version', page, { title: template.name })
}

/** POST /templates/:id/versions/:version/return */
export async function back(context: StaffContext): Promise<Answer> {
  const { actor, portal, show } = context
  const id = idIn(context)
  const outcome = await goBack(portal, actor, { id, versionId: idIn(context, 'version') })
  if (!outcome.ok) return show.notFound()
  return show.seeOther(`/staff/portal/templates/${String(id)}`, { kind: 'success', key: 'templates.done.back' })
}

/** POST /templates/:id/retirement: `on` 1 or 0. */
export async function retirement(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show } = context
  const asked = form(z.object({ on: z.enum(['0', '1']) }))
  if (!asked.ok) return show.problem(422)
  const on = asked.value.on === '1'
  if (!(await retire(portal, actor, idIn(context), on))) return show.notFound()
  const key = on ? 'templates.done.retired' : 'templates.done.restored'
  return show.seeOther(`/staff/portal/templates/${String(idIn(context))}`, { kind: 'success', key })
}

export const several = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : typeof value === 'string' ? [value] : value))

/** POST /templates/:id/profiles: `profile`, each that it is in. */
export async function profilesOf(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff } = context
  const asked = form(z.object({ profile: several }))
  if (!asked.ok) return show.problem(422)
  const id = idIn(context)
  const lists = await templateLists(portal.db)
  const now = (await profileLines(portal.db)).filter(
    ({ kind, template_id }) => kind === 'template' && template_id === id,
  )
  const known = lists.profiles.filter((each) => !each.id.startsWith('foyer_')).map((each) => each.id)
  const on = known.filter((each) => asked.value.profile.includes(each) && !now.some(({ profile }) => profile === each))
  const off = known.filter((each) => !asked.value.profile.includes(each) && now.some(({ profile }) => profile === each))
  if (!(await setProfiles(portal, staff, actor, { id, on, off }))) return show.notFound()
  return show.seeOther(`/staff/portal/templates/${String(id)}`, { kind: 'success', key: 'templates.done.profiles' })
}
