/** Asking for documents: one patient, from their panel; a group, a profile or everybody, after a look at who that is. */
import { z } from 'zod'
import { dueDocuments } from '../../../host/reads/dueDocuments.js'
import { patientNames } from '../../../host/reads/patientNames.js'
import { libraryTemplates, openRequests, recipientsOf, type Target } from '../../../host/reads/templates.js'
import { templateLists, type TemplateLists } from '../../../host/templateProfiles.js'
import { day as dayOf, isDay, type Day } from '../../../platform/clock.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeShortDay } from '../../../web/times.js'
import { askForDocument, takeBack, type AskOutcome } from './asking.js'
import { libraryTemplate } from './keeping.js'
import { idIn, optionsOf, requestView } from './libraryPages.js'

const PERIOD_MOST = 3650
const REMIND_MOST = 90

const number = (most: number, wrong: string) =>
  z
    .string(wrong)
    .optional()
    .default('')
    .transform((text) => text.trim())
    .refine((text) => text === '' || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= most), wrong)
    .transform((text) => (text === '' ? undefined : Number(text)))

const AskForm = z.object({
  template: optionalText(15),
  everyDays: number(PERIOD_MOST, 'templates.missing.period'),
  dueDays: number(PERIOD_MOST, 'templates.missing.dueDays'),
  dueOn: optionalText(10).refine((text) => text === '' || isDay(text), 'templates.missing.day'),
  remindDays: number(REMIND_MOST, 'templates.missing.remind'),
})

interface Typed {
  template: string
  everyDays: string
  dueDays: string
  dueOn: string
  remindDays: string
}

const REMIND_DAYS = '3'

function typedIn(typed: Readonly<Record<string, string>>): Typed {
  const { dueDays = '', dueOn = '', everyDays = '', remindDays = REMIND_DAYS, template = '' } = typed
  return { dueDays, dueOn, everyDays, remindDays, template }
}

/** What the fields of a request show; `how` of /documents/library/how. */
function howView({ portal }: StaffContext, typed: Typed, errors: readonly FieldError[]) {
  const errorAt = Object.fromEntries(errors.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]])))
  return { ...typed, errorAt, today: dayOf(portal.clock.now()) }
}

interface Read {
  template: number
  everyDays: number | undefined
  dueDays: number | undefined
  dueOn: Day | undefined
  remindDays: number | undefined
}

/** What was posted, or what is wrong with it. */
function readForm(
  context: StaffContext,
): { ok: true; value: Read; typed: Typed } | { ok: false; errors: FieldError[]; typed: Typed } {
  const { form, portal, t } = context
  const asked = form(AskForm)
  const typed = typedIn(asked.typed)
  if (!asked.ok) {
    return { ok: false, typed, errors: Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) })) }
  }
  const { dueDays, dueOn, everyDays, remindDays, template } = asked.value
  const isPast = dueOn !== '' && dueOn < dayOf(portal.clock.now())
  const errors = [
    ...(isPast ? [{ name: 'dueOn', text: t('templates.missing.past') }] : []),
    ...(dueDays !== undefined && everyDays === undefined
      ? [{ name: 'dueDays', text: t('templates.missing.rounds') }]
      : []),
  ]
  if (errors.length > 0) return { ok: false, typed, errors }
  const due = dueOn === '' ? undefined : dueOn
  const isDue = due !== undefined || dueDays !== undefined
  const value = { template: Number(template), everyDays, dueDays, dueOn: due }
  return { ok: true, typed, value: { ...value, remindDays: isDue ? remindDays : undefined } }
}

/** GET /templates/asking/:pid */
export function askPatient(context: StaffContext): Promise<Answer> {
  return patientPage(context, typedIn({ template: context.query['template'] ?? '' }))
}

async function patientPage(
  context: StaffContext,
  typed: Typed,
  told?: { status: number; errors: FieldError[] },
): Promise<Answer> {
  const { portal, show, t, url } = context
  const pid = idIn(context, 'pid')
  const name = (await patientNames(portal.db, [pid])).get(pid)
  if (name === undefined) return show.notFound()
  const lists = await templateLists(portal.db)
  const rows = await libraryTemplates(portal.db, { search: '', category: undefined, retired: false })
  const open = await openRequests(portal.db, { pid }, 50)
  const errors = told?.errors ?? []
  const page = {
    ...{ name, errors, how: howView(context, typed, errors) },
    backHref: url(`/staff/portal/patients/${String(pid)}`),
    action: url(`/staff/portal/templates/asking/${String(pid)}`),
    templates: rows.map((row) => ({
      ...{ id: row.id, name: row.name, chosen: String(row.id) === typed.template },
      detail: [
        lists.categories.find(({ id }) => id === row.category)?.title,
        open.some((request) => request.source_id === row.id) ? t('templates.askedAlready') : undefined,
      ]
        .filter((part) => part !== undefined)
        .join(', '),
    })),
  }
  const title = t('templates.ask.title', { name })
  const options = { title, about: [pid] }
  if (told) return show.refused('/documents/library/ask', page, { ...options, status: told.status })
  return show.page('/documents/library/ask', page, options)
}

/** POST /templates/asking/:pid */
export async function askOne(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, staff, t } = context
  const pid = idIn(context, 'pid')
  const read = readForm(context)
  if (!read.ok) return patientPage(context, read.typed, { status: 422, errors: read.errors })
  const { template: sourceId, ...rule } = read.value
  const refused = (status: number, text: string) =>
    patientPage(context, read.typed, { status, errors: [{ name: 'template', text }] })
  if (!Number.isSafeInteger(sourceId) || sourceId < 1) return refused(422, t('templates.missing.template'))
  const outcome = await askForDocument(portal, staff, actor, { sourceId, target: { kind: 'patient', pid }, ...rule })
  if (!outcome.ok) {
    if (outcome.reason === 'no-patient') return show.notFound()
    return refused(outcome.reason === 'retired' ? 409 : 422, t(`templates.not.${outcome.reason}`))
  }
  return show.seeOther(`/staff/portal/patients/${String(pid)}`, { kind: 'success', key: 'templates.done.asked' })
}

const sets = ['group', 'profile', 'all'] as const

/** `group:group_1`, `profile:profile_2`, `all`. Undefined: nobody that the practice's lists know. */
function targetIn(text: string, lists: TemplateLists): Target | undefined {
  if (text === 'all') return { kind: 'all' }
  const [kind, set] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
  if (kind !== 'group' && kind !== 'profile') return undefined
  const known = (kind === 'group' ? lists.groups : lists.profiles).some(({ id }) => id === set)
  return known ? { kind, set } : undefined
}

/** GET /templates/:id/asking: whom; then, with `to`, who that is, and the button that asks them. */
export function askSet(context: StaffContext): Promise<Answer> {
  return setPage(context, context.query['to'] ?? '', typedIn({}))
}

async function setPage(
  context: StaffContext,
  to: string,
  typed: Typed,
  told?: { status: number; errors: FieldError[] },
): Promise<Answer> {
  const { portal, show, t, url } = context
  const template = await libraryTemplate(portal.db, idIn(context))
  if (!template) return show.notFound()
  const lists = await templateLists(portal.db)
  const target = targetIn(to, lists)
  const recipients = target && (await recipientsOf(portal.db, target, NAMES_SHOWN))
  const errors = told?.errors ?? []
  const at = url(`/staff/portal/templates/${String(template.id)}/asking`)
  const whom = target ? whomOf(context, target, lists) : ''
  const page = {
    ...{ name: template.name, to: target ? to : '', action: at, errors, whom },
    backHref: url(
      context.may('templates:manage')
        ? `/staff/portal/templates/${String(template.id)}`
        : '/staff/portal/templates/requests',
    ),
    targets: sets.flatMap((kind) => optionsFor(context, kind, lists, to)),
    how: howView(context, typed, errors),
    count: recipients ? t('templates.recipients', { count: recipients.count }) : '',
    inPortal: recipients ? t('templates.inPortal', { count: recipients.inPortal }) : '',
    some: (recipients?.some ?? []).map((row) => ({
      name: personName(row.lname, row.fname),
      born: bornText(context, row.born ?? undefined),
      href: url(`/staff/portal/patients/${String(row.pid)}`),
    })),
    more:
      recipients && recipients.count > recipients.some.length
        ? t('templates.andMore', { count: recipients.count - recipients.some.length })
        : '',
    send: recipients ? t('templates.askThem', { whom, count: recipients.count }) : '',
  }
  const options = {
    title: t('templates.ask.title', { name: template.name }),
    about: (recipients?.some ?? []).map(({ pid }) => pid),
  }
  if (told) return show.refused('/documents/library/ask-set', page, { ...options, status: told.status })
  return show.page('/documents/library/ask-set', page, options)
}

const NAMES_SHOWN = 10

function optionsFor({ t }: StaffContext, kind: (typeof sets)[number], lists: TemplateLists, to: string) {
  if (kind === 'all') return [{ value: 'all', text: t('templates.target.all'), selected: to === 'all' }]
  const options = optionsOf(
    kind === 'group' ? lists.groups : lists.profiles.filter(({ id }) => !id.startsWith('foyer_')),
  )
  return options.map(({ text, value }) => ({
    value: `${kind}:${value}`,
    text: t(`templates.target.${kind}Named`, { title: text }),
    selected: to === `${kind}:${value}`,
  }))
}

function whomOf({ t }: StaffContext, target: Target, lists: TemplateLists): string {
  if (target.kind === 'patient' || target.kind === 'all') return t('templates.target.all')
  const options = target.kind === 'group' ? lists.groups : lists.profiles
  const title = options.find(({ id }) => id === target.set)?.title ?? target.set
  return t(`templates.target.${target.kind}Named`, { title })
}

/** POST /templates/:id/asking: `to` as above. */
export async function askMany(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff, t } = context
  const to = form(z.object({ to: optionalText(80) }))
  const toText = to.ok ? to.value.to : ''
  const read = readForm(context)
  if (!read.ok) return setPage(context, toText, read.typed, { status: 422, errors: read.errors })
  const target = targetIn(toText, await templateLists(portal.db))
  if (!target) {
    return setPage(context, '', read.typed, { status: 422, errors: [{ name: 'to', text: t('templates.missing.to') }] })
  }
  const { dueDays, dueOn, everyDays, remindDays } = read.value
  const asking = { sourceId: idIn(context), target, dueDays, dueOn, everyDays, remindDays }
  const outcome = await askForDocument(portal, staff, actor, asking)
  if (outcome.ok)
    return show.seeOther('/staff/portal/templates/requests', { kind: 'success', key: 'templates.done.asked' })
  return notAsked(context, outcome, toText, read.typed)
}

function notAsked(
  context: StaffContext,
  { reason }: Extract<AskOutcome, { ok: false }>,
  to: string,
  typed: Typed,
): Answer | Promise<Answer> {
  if (reason === 'not-found') return context.show.notFound()
  const status = reason === 'retired' ? 409 : 422
  return setPage(context, to, typed, { status, errors: [{ name: 'to', text: context.t(`templates.not.${reason}`) }] })
}

/** GET /templates/requests: what groups, profiles and everybody are asked for. */
export async function requests(context: StaffContext): Promise<Answer> {
  const { may, portal, show, t, url } = context
  const lists = await templateLists(portal.db)
  const rows = await openRequests(portal.db, 'sets', 200)
  const templates = await libraryTemplates(portal.db, { search: '', category: undefined, retired: false })
  const page = {
    backHref: may('templates:manage') ? url('/staff/portal/templates') : undefined,
    requests: rows.map((row) => requestView(context, row, lists)),
    templates: templates.map((row) => ({
      name: row.name,
      href: url(`/staff/portal/templates/${String(row.id)}/asking`),
    })),
  }
  return show.page('/documents/library/requests', page, { title: t('templates.requests') })
}

/** POST /templates/requests/:request/withdrawal */
export async function withdraw(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, t } = context
  const outcome = await takeBack(portal, actor, idIn(context, 'request'))
  if (!outcome.ok) {
    return outcome.reason === 'not-found' ? show.notFound() : show.problem(409, { what: t('templates.not.over') })
  }
  const { pid } = outcome.request
  const to = pid === null ? '/staff/portal/templates/requests' : `/staff/portal/patients/${String(pid)}`
  return show.seeOther(to, { kind: 'success', key: 'templates.done.takenBack' })
}

/** The patient's panel: what they are asked for now, by whichever screen. */
export async function askedView(context: StaffContext, pid: number) {
  const { language, portal, t, url } = context
  const now = portal.clock.now()
  const today = dayOf(now)
  const due = (await dueDocuments(portal.db, { pid }, now)).filter(({ state }) => state !== 'offered')
  return {
    askHref: url(`/staff/portal/templates/asking/${String(pid)}`),
    rows: due.map((row) => ({
      name: row.name,
      state: t(`templates.due.${row.state}`),
      overdue: row.overdue,
      due:
        row.dueOn === undefined
          ? ''
          : t(row.overdue ? 'templates.wasDue' : 'templates.due', { day: writeShortDay(row.dueOn, language, today) }),
      via: t(`templates.via.${row.via}`),
      takeBackAction:
        row.requestId === undefined || row.via !== 'patient'
          ? undefined
          : url(`/staff/portal/templates/requests/${String(row.requestId)}/withdrawal`),
    })),
  }
}
