/** What a patient can do here, as a table of contents. */
import { z } from 'zod'
import type { ChartScope } from '../../access/scope.js'
import { day as dayOf, type Day } from '../../platform/clock.js'
import { chosenId, optionalText, text } from '../../web/forms.js'
import { can, routes, type RecordContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { cancelAppointment, requestAppointment, type RequestOutcome } from './booking.js'
import { calendarFile } from './calendarFile.js'
import { appointmentsOf, findAppointment } from './ofPatient.js'
import { openings, requestable } from './openings.js'
import {
  appointmentPage,
  cancellationPage,
  checkPage,
  choicePage,
  listPage,
  whyNotRequested,
  type CheckTyped,
} from './patientPages.js'
import { whyNotCancel } from './appointment.js'

export const patientRoutes = routes('record', (r) => {
  r.get('/appointments', can('appointments:view'), list)
  r.get('/appointments/new', can('appointments:request'), chooseTime)
  r.get('/appointments/new/check', can('appointments:request'), check)
  r.post('/appointments', can('appointments:request'), request)
  r.get('/appointments/:id', can('appointments:view'), one)
  r.get('/appointments/:id/calendar.ics', can('appointments:view'), download)
  r.get('/appointments/:id/cancellation', can('appointments:cancel'), askWhy)
  r.post('/appointments/:id/cancellation', can('appointments:cancel'), cancel)
})

/** The policy opens these rooms to charts only; an own record without a chart has none of them. */
function chartOf({ scope }: RecordContext): ChartScope {
  if (scope.kind !== 'chart') throw new Error('appointments are of a chart')
  return scope
}

async function list(context: RecordContext): Promise<Answer> {
  const { portal, show, t } = context
  const page = listPage(context, await appointmentsOf(portal, portal.db, chartOf(context)))
  return show.page('/appointments/patient/list', page, { title: t('appointments.title') })
}

const DAYS_SHOWN = 7

async function chooseTime(context: RecordContext): Promise<Answer> {
  const { portal, query, show, t } = context
  const scope = chartOf(context)
  const offer = await requestable(portal, portal.db)
  const category = offer.categories.find((each) => String(each.id) === query['category']) ?? offer.categories[0]
  const wanted = query['provider'] ?? String(scope.patient.providerId ?? '')
  const provider = offer.providers.find((each) => String(each.id) === wanted) ?? offer.providers[0]
  const from = firstDay(query['from'], dayOf(portal.clock.now()))
  const free = category && provider ? await openings(portal, portal.db, { category, provider }, from, DAYS_SHOWN) : []
  const page = choicePage(context, { ...offer, category, provider, from, days: DAYS_SHOWN, free })
  return show.page('/appointments/patient/choose', page, { title: t('appointments.choose.title') })
}

function firstDay(asked: string | undefined, today: Day): Day {
  return asked !== undefined && isDay(asked) && asked > today ? asked : today
}

const isDay = (value: string): boolean => z.iso.date().safeParse(value).success

/** The chosen time, from one field (`at`) or from two (`date`, `time`). */
const Chosen = z
  .object({
    provider: chosenId('form.choose'),
    category: chosenId('form.choose'),
    at: z.string().optional(),
    date: z.string().optional(),
    time: z.string().optional(),
  })
  .transform(({ provider, category, at, date, time }) => {
    const [atDay, atTime] = at?.split('T') ?? []
    return { provider, category, day: atDay ?? date ?? '', time: atTime ?? time ?? '' }
  })
  .refine(({ day, time }) => isDay(day) && /^([01]\d|2[0-3]):[0-5]\d$/.test(time), {
    path: ['at'],
    message: 'appointments.chooseTime',
  })

async function check(context: RecordContext): Promise<Answer> {
  const { query, show, t } = context
  // The time arrives under the name of its control.
  const chosen = Chosen.safeParse({ ...query, at: query['time']?.includes('T') ? query['time'] : query['at'] })
  if (!chosen.success) return chooseTime(context)
  const page = await checkPage(context, { ...chosen.data, reason: '' })
  if (!page) return show.notFound()
  return show.page('/appointments/patient/check', page, { title: t('appointments.check.title') })
}

const REASON_MOST = 500
const Reason = z.object({ reason: optionalText(REASON_MOST) })

async function request(context: RecordContext): Promise<Answer> {
  const { actor, form, here, once, portal, show } = context
  const chosen = form(Chosen)
  const said = form(Reason)
  const typed = typedIn(chosen.typed)
  if (!chosen.ok) return again(context, typed, 422, { at: 'appointments.chooseTime' })
  if (!said.ok) return again(context, { ...typed, ...chosen.value }, 422, said.errors)

  const wish = { ...chosen.value, reason: said.value.reason }
  const { record } = context.scope
  const outcome = await requestAppointment(portal, actor, {
    ...wish,
    scope: chartOf(context),
    once: once({ ...wish, record }),
  })
  if (outcome.ok)
    return show.seeOther(here(`/appointments/${String(outcome.eid)}`), {
      kind: 'success',
      key: 'appointments.requested',
    })
  return again(context, wish, statusOf(outcome), {}, outcome)
}

function typedIn(typed: Readonly<Record<string, string>>): CheckTyped {
  return {
    provider: Number(typed['provider'] ?? 0),
    category: Number(typed['category'] ?? 0),
    day: typed['date'] ?? '',
    time: typed['time'] ?? '',
    reason: typed['reason'] ?? '',
  }
}

function statusOf(outcome: Extract<RequestOutcome, { ok: false }>): number {
  return outcome.reason === 'slot-taken' ? 409 : 422
}

/** The form once more, with what was typed, what is in the way, and where there is room instead. */
async function again(
  context: RecordContext,
  typed: CheckTyped,
  status: number,
  errors: Readonly<Record<string, string>>,
  outcome?: Extract<RequestOutcome, { ok: false }>,
): Promise<Answer> {
  const page = await checkPage(context, typed, errors, outcome)
  const title = context.t('appointments.check.title')
  if (page) return context.show.refused('/appointments/patient/check', page, { title, status })
  return context.show.problem(422, {
    what: outcome ? whyNotRequested(context, outcome) : context.t('appointments.chooseTime'),
    next: context.t('appointments.startAgain'),
    actions: [{ label: context.t('appointments.choose.title'), href: context.url(context.here('/appointments/new')) }],
  })
}

async function one(context: RecordContext): Promise<Answer> {
  const { params, portal, show, t } = context
  const appointment = await findAppointment(portal, portal.db, chartOf(context), params['id'] ?? '')
  if (!appointment) return show.notFound()
  return show.page('/appointments/patient/one', appointmentPage(context, appointment), {
    title: t('appointments.one.title'),
  })
}

async function download(context: RecordContext): Promise<Answer> {
  const { params, portal, show, url, here } = context
  const appointment = await findAppointment(portal, portal.db, chartOf(context), params['id'] ?? '')
  if (!appointment) return show.notFound()
  const address = `${portal.config.baseUrl ?? ''}${url(here(`/appointments/${appointment.id}`))}`
  return show.file('text/calendar; charset=utf-8', 'appointment.ics', calendarFile(context, appointment, address))
}

async function askWhy(context: RecordContext): Promise<Answer> {
  const { params, portal, show, t } = context
  const appointment = await findAppointment(portal, portal.db, chartOf(context), params['id'] ?? '')
  const refusal = whyNotCancel(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (!appointment || refusal === 'not-found') return show.notFound()
  const page = cancellationPage(context, appointment, { reason: '', errors: {}, refusal })
  return show.page('/appointments/patient/cancellation', page, { title: t('appointments.cancel.title') })
}

const Cancellation = z.object({ reason: text(REASON_MOST, 'appointments.cancel.missingReason') })

async function cancel(context: RecordContext): Promise<Answer> {
  const { actor, form, here, params, portal, show, t } = context
  const id = params['id'] ?? ''
  const said = form(Cancellation)
  const title = t('appointments.cancel.title')
  if (!said.ok) {
    const appointment = await findAppointment(portal, portal.db, chartOf(context), id)
    if (!appointment) return show.notFound()
    const page = cancellationPage(context, appointment, {
      reason: said.typed['reason'] ?? '',
      errors: said.errors,
      refusal: undefined,
    })
    return show.refused('/appointments/patient/cancellation', page, { title })
  }
  const outcome = await cancelAppointment(portal, actor, { scope: chartOf(context), id, reason: said.value.reason })
  if (outcome.ok) return show.seeOther(here(`/appointments/${id}`), { kind: 'success', key: 'appointments.cancelled' })
  if (!outcome.appointment || outcome.reason === 'not-found') return show.notFound()
  const page = cancellationPage(context, outcome.appointment, {
    reason: said.value.reason,
    errors: {},
    refusal: outcome.reason,
  })
  return show.refused('/appointments/patient/cancellation', page, {
    title,
    status: outcome.reason === 'already-cancelled' ? 409 : 422,
  })
}
