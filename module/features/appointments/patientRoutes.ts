/** What a patient can do here, as a table of contents. */
import { z } from 'zod'
import { day as dayOf, type Day } from '../../platform/clock.js'
import { chosenId, optionalText, text } from '../../web/forms.js'
import { can, routes, type RecordContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import {
  acceptProposal,
  alternativesOf,
  answerProposal,
  lastProposal,
  takeAlternative,
  type AnswerOutcome,
} from './answering.js'
import { parseAppointmentId, whyNotCancel, whyNotMove, type Appointment, type MoveRefusal } from './appointment.js'
import { cancelAppointment, requestAppointment, type RequestRefusal } from './booking.js'
import { calendarFile } from './calendarFile.js'
import { withdrawCancellation } from './cancellationRequests.js'
import { lastCancellation } from './cancellationWishes.js'
import {
  checkPage,
  choicePage,
  whyNotOffered,
  whyNotRequested,
  type Checked,
  type CheckTyped,
  type Note,
  type Purpose,
} from './choicePages.js'
import { historyOf } from './history.js'
import { appointmentByReceipt, appointmentsOf, findAppointment } from './ofPatient.js'
import { offer, requestable, type Wish } from './openings.js'
import {
  appointmentPage,
  callPractice,
  cancellationPage,
  listPage,
  receiptPage,
  whyNotMoved,
  type Around,
  type Refusal,
} from './patientPages.js'
import { rescheduleAppointment, wishToMove, type MoveOutcome } from './rescheduling.js'

export const patientRoutes = routes('record', (r) => {
  r.get('/appointments', can('appointments:view'), list)
  r.get('/appointments/new', can('appointments:request'), chooseTime)
  r.get('/appointments/new/check', can('appointments:request'), check)
  r.post('/appointments', can('appointments:request'), request)
  r.get('/appointments/receipts/:receipt', can('appointments:request'), receipt)
  r.get('/appointments/:id', can('appointments:view'), one)
  r.get('/appointments/:id/calendar.ics', can('appointments:view'), download)
  r.post('/appointments/:id/acceptance', can('appointments:request'), accept)
  r.post('/appointments/:id/answer', can('appointments:request'), answer)
  r.post('/appointments/:id/alternatives/:alternative', can('appointments:request'), take)
  r.get('/appointments/:id/rescheduling', can('appointments:request'), chooseOther)
  r.get('/appointments/:id/rescheduling/check', can('appointments:request'), checkOther)
  r.post('/appointments/:id/rescheduling', can('appointments:request'), reschedule)
  r.get('/appointments/:id/cancellation', can('appointments:cancel'), askWhy)
  r.post('/appointments/:id/cancellation', can('appointments:cancel'), cancel)
  r.post('/appointments/:id/cancellation/withdrawal', can('appointments:cancel'), withdraw)
})

function find(context: RecordContext): Promise<Appointment | undefined> {
  return findAppointment(context.portal, context.portal.db, context.scope, context.params['id'] ?? '')
}

async function list(context: RecordContext): Promise<Answer> {
  const { portal, query, scope, show, t } = context
  const before = query['before']
  const page = listPage(context, await appointmentsOf(portal, portal.db, scope, before), before !== undefined)
  return show.page('/appointments/patient/list', page, {
    title: t(before === undefined ? 'appointments.title' : 'appointments.olderTitle'),
  })
}

const DAYS_SHOWN = 7

async function chooseTime(context: RecordContext): Promise<Answer> {
  const { portal, query, scope } = context
  const { categories, providers } = await requestable(portal, portal.db)
  const category = categories.find((each) => String(each.id) === query['category'])
  const own = scope.kind === 'chart' ? String(scope.patient.providerId ?? '') : ''
  // Whom they see usually, unless they say otherwise.
  const wanted = query['provider'] ?? own
  const provider = providers.find((each) => String(each.id) === wanted)
  const notes: Note[] = [
    ...(query['category'] !== undefined && !category ? [{ key: 'appointments.choose.otherCategory' }] : []),
    ...(provider ? [] : await whyNotThey(context, query['provider'], own)),
  ]
  const wish = { category: category ?? categories[0], provider: provider ?? providers[0] }
  return showChoice(context, undefined, { categories, providers, ...wish, notes })
}

/** Of the doctor whom they usually see nothing is said, unless there is something to say. */
async function whyNotThey(context: RecordContext, asked: string | undefined, own: string): Promise<Note[]> {
  const why = await whyNotOffered(context, asked ?? own)
  return asked === undefined && why.name === undefined ? [] : [why]
}

interface Offered {
  category: Wish['category'] | undefined
  provider: Wish['provider'] | undefined
  categories: Wish['category'][]
  providers: Wish['provider'][]
  notes: Note[]
}

async function showChoice(
  context: RecordContext,
  purpose: Purpose,
  { categories, providers, category, provider, notes }: Offered,
): Promise<Answer> {
  const { portal, query, show } = context
  const from = firstDay(query['from'], dayOf(portal.clock.now()))
  const { free, closed } =
    category && provider
      ? await offer(portal, portal.db, { category, provider }, from, DAYS_SHOWN)
      : { free: [], closed: [] }
  const chosen = { categories, providers, category, provider, notes }
  const page = choicePage(context, { ...chosen, purpose, from, days: DAYS_SHOWN, free, closed })
  return show.page('/appointments/patient/choose', page, { title: page.title })
}

function firstDay(asked: string | undefined, today: Day): Day {
  return asked !== undefined && isDay(asked) && asked > today ? asked : today
}

const isDay = (value: string): boolean => z.iso.date().safeParse(value).success

/** What is not a patient's to choose, refused where it is sent rather than passed over. */
const notTheirs = {
  status: z.undefined('appointments.notYours').optional(),
  state: z.undefined('appointments.notYours').optional(),
}

const moment = {
  provider: chosenId('form.choose'),
  at: z.string().optional(),
  date: z.string().optional(),
  time: z.string().optional(),
}

interface Moment {
  at?: string | undefined
  date?: string | undefined
  time?: string | undefined
}

/** The chosen time, from one field (`at`) or from two (`date`, `time`). */
function momentOf({ at, date, time }: Moment): { day: Day; time: string } {
  const [atDay, atTime] = at?.split('T') ?? []
  return { day: atDay ?? date ?? '', time: atTime ?? time ?? '' }
}

const isMoment = ({ day, time }: { day: Day; time: string }) => isDay(day) && /^([01]\d|2[0-3]):[0-5]\d$/.test(time)
const noMoment = { path: ['at'], message: 'appointments.chooseTime' }

const Chosen = z
  .object({ ...notTheirs, ...moment, category: chosenId('form.choose') })
  .transform(({ provider, category, ...at }) => ({ provider, category, ...momentOf(at) }))
  .refine(isMoment, noMoment)

const ChosenOther = z
  .object({ ...notTheirs, ...moment })
  .transform(({ provider, ...at }) => ({ provider, ...momentOf(at) }))
  .refine(isMoment, noMoment)

/** The time arrives under the name of its control. */
function chosenIn({ query }: RecordContext): Record<string, string | undefined> {
  return { ...query, at: query['time']?.includes('T') ? query['time'] : query['at'] }
}

async function check(context: RecordContext): Promise<Answer> {
  const { portal, show } = context
  const chosen = Chosen.safeParse(chosenIn(context))
  if (!chosen.success) return chooseTime(context)
  const wish = wishIn(await requestable(portal, portal.db), chosen.data)
  if (!wish) return show.notFound()
  return showCheck(context, { ...wish, purpose: undefined, typed: { ...chosen.data, reason: '' } }, 200)
}

function wishIn(
  { categories, providers }: Awaited<ReturnType<typeof requestable>>,
  ids: { provider: number; category: number },
): Wish | undefined {
  const provider = providers.find((each) => each.id === ids.provider)
  const category = categories.find((each) => each.id === ids.category)
  return provider && category && { provider, category }
}

function showCheck(context: RecordContext, checked: Checked, status: number): Answer {
  const page = checkPage(context, checked)
  const options = { title: page.title, status }
  if (status === 200) return context.show.page('/appointments/patient/check', page, options)
  return context.show.refused('/appointments/patient/check', page, options)
}

const REASON_MOST = 500
const Reason = z.object({ reason: optionalText(REASON_MOST) })

async function request(context: RecordContext): Promise<Answer> {
  const { actor, form, once, portal, scope } = context
  const chosen = form(Chosen)
  const said = form(Reason)
  const typed = typedIn(chosen.typed)
  const category = Number(chosen.typed['category'] ?? 0)
  if (!chosen.ok) return again(context, { ...typed, category }, 422, chosenErrors(chosen.errors))
  if (!said.ok) return again(context, { ...typed, ...chosen.value }, 422, said.errors)

  const wish = { ...chosen.value, reason: said.value.reason }
  const outcome = await requestAppointment(portal, actor, {
    ...wish,
    scope,
    once: once({ ...wish, record: scope.record }),
  })
  if (outcome.ok) return made(context, outcome.eid, 'appointments.requested')
  return again(context, wish, statusOf(outcome), {}, outcome)
}

/** Of what is wrong with a choice one thing is said: what is not theirs, else that they choose a time. */
function chosenErrors(errors: Readonly<Record<string, string>>): Record<string, string> {
  return Object.values(errors).includes('appointments.notYours')
    ? { at: 'appointments.notYours' }
    : { at: 'appointments.chooseTime' }
}

function typedIn(typed: Readonly<Record<string, string>>): CheckTyped {
  return {
    provider: Number(typed['provider'] ?? 0),
    day: typed['date'] ?? '',
    time: typed['time'] ?? '',
    reason: typed['reason'] ?? '',
  }
}

function statusOf(refusal: { reason: string }): number {
  return refusal.reason === 'slot-taken' ? 409 : 422
}

/** To the thing it made, or to its receipt for those who may not see the list that it stands in. */
async function made(context: RecordContext, eid: number, key: string): Promise<Answer> {
  const { here, may, portal, scope, show } = context
  const flash = { kind: 'success', key } as const
  if (may('appointments:view')) return show.seeOther(here(`/appointments/${String(eid)}`), flash)
  const appointment = await findAppointment(portal, portal.db, scope, String(eid))
  const receipt = appointment?.receipt
  return show.seeOther(here(receipt === undefined ? '' : `/appointments/receipts/${receipt}`), flash)
}

/** Back to the visit, or home for those who may not see it. */
function backTo({ here, may, show }: RecordContext, id: string, key: string): Answer {
  return show.seeOther(here(may('appointments:view') ? `/appointments/${id}` : ''), { kind: 'success', key })
}

/** The form once more, with what was typed, what is in the way, and where there is room instead. */
async function again(
  context: RecordContext,
  typed: CheckTyped & { category: number },
  status: number,
  errors: Readonly<Record<string, string>>,
  refusal?: RequestRefusal,
): Promise<Answer> {
  const { portal } = context
  const wish = wishIn(await requestable(portal, portal.db), typed)
  if (wish)
    return showCheck(context, { ...wish, purpose: undefined, typed, errors, ...(refusal ? { refusal } : {}) }, status)
  const what = refusal ? whyNotRequested(context, refusal) : context.t(errors['at'] ?? 'appointments.chooseTime')
  return startAgain(context, what, '/appointments/new')
}

function startAgain(
  { here, show, t, url }: RecordContext,
  what: string,
  path: string,
  status: 409 | 422 = 422,
): Answer {
  return show.problem(status, {
    what,
    next: t('appointments.startAgain'),
    actions: [{ label: t('appointments.choose.title'), href: url(here(path)) }],
  })
}

async function receipt(context: RecordContext): Promise<Answer> {
  const { params, portal, scope, show, t } = context
  const appointment = await appointmentByReceipt(portal, portal.db, scope, params['receipt'] ?? '')
  if (!appointment) return show.notFound()
  const title = t('appointments.receiptTitle')
  return show.page('/partials/receipt', receiptPage(context, appointment), { title })
}

async function one(context: RecordContext): Promise<Answer> {
  const appointment = await find(context)
  return appointment ? showOne(context, appointment, 200) : context.show.notFound()
}

async function showOne(
  context: RecordContext,
  appointment: Appointment,
  status: number,
  refusal?: Refusal,
): Promise<Answer> {
  const { portal, scope, show, t } = context
  const { eid, standing } = appointment
  const around: Around = {
    proposal: standing === 'proposed' ? await lastProposal(portal.db, eid) : undefined,
    alternatives: standing === 'declined' ? await alternativesOf(portal.db, eid) : [],
    cancellation: await lastCancellation(portal.db, appointment),
    history: await historyOf(portal.db, scope, appointment),
    ...(refusal ? { refusal } : {}),
  }
  const page = appointmentPage(context, appointment, around)
  const title = t('appointments.one.title')
  if (!refusal) return show.page('/appointments/patient/one', page, { title })
  return show.refused('/appointments/patient/one', page, { title, status })
}

async function download(context: RecordContext): Promise<Answer> {
  const { portal, show, url, here } = context
  const appointment = await find(context)
  if (!appointment) return show.notFound()
  const address = `${portal.config.baseUrl ?? ''}${url(here(`/appointments/${appointment.id}`))}`
  return show.file('text/calendar; charset=utf-8', 'appointment.ics', calendarFile(context, appointment, address))
}

/** The proposal that the page showed, so that nobody accepts what they did not see. */
const Shown = z.object({ ...notTheirs, proposal: chosenId('form.choose').optional() })
const Answered = z.object({ ...Shown.shape, answer: text(500, 'appointments.proposed.missingAnswer') })

async function accept(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, t } = context
  const said = form(Shown)
  if (!said.ok) return refused(context, 422, { text: t(Object.values(said.errors)[0] ?? 'form.choose') })
  const id = params['id'] ?? ''
  const outcome = await acceptProposal(portal, actor, { scope, id, proposal: said.value.proposal })
  return afterAnswer(context, outcome, 'appointments.proposed.accepted')
}

async function answer(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, t } = context
  const said = form(Answered)
  if (!said.ok) {
    const text = t(Object.values(said.errors)[0] ?? 'form.choose')
    const wrong = said.errors['answer'] === undefined ? {} : { answerError: t(said.errors['answer']) }
    return refused(context, 422, { text, answer: said.typed['answer'] ?? '', ...wrong })
  }
  const { proposal, answer } = said.value
  const outcome = await answerProposal(portal, actor, { scope, id: params['id'] ?? '', proposal, answer })
  return afterAnswer(context, outcome, 'appointments.proposed.answered', answer)
}

function afterAnswer(
  context: RecordContext,
  outcome: AnswerOutcome,
  done: string,
  typed?: string,
): Answer | Promise<Answer> {
  if (outcome.ok) return backTo(context, context.params['id'] ?? '', done)
  if (outcome.reason === 'not-found') return context.show.notFound()
  const text = context.t(`appointments.notAnswered.${outcome.reason}`)
  return refused(context, 409, { text, ...(typed === undefined ? {} : { answer: typed }) })
}

/** The visit as it stands now, with why nothing was done. Who may not see it reads why, and what to do. */
async function refused(context: RecordContext, status: 409 | 422, refusal: Refusal): Promise<Answer> {
  const appointment = await find(context)
  if (!appointment) return context.show.notFound()
  if (context.may('appointments:view')) return showOne(context, appointment, status, refusal)
  return context.show.problem(status, { what: refusal.text, next: callPractice(context) })
}

async function take(context: RecordContext): Promise<Answer> {
  const { actor, form, once, params, portal, scope, t } = context
  const said = form(z.object(notTheirs))
  if (!said.ok) return refused(context, 422, { text: t('appointments.notYours') })
  const id = params['id'] ?? ''
  const alternative = Number(/^[1-9]\d{0,9}$/.exec(params['alternative'] ?? '')?.[0] ?? 0)
  const outcome = await takeAlternative(portal, actor, {
    ...{ scope, id, alternative, once: once({ id, alternative, record: scope.record }) },
  })
  if (outcome.ok) return made(context, outcome.eid, 'appointments.offered.taken')
  if (outcome.reason === 'not-found') return context.show.notFound()
  if (outcome.reason === 'used-otherwise') return refused(context, 422, { text: t('form.twice') })
  const words = outcome.reason === 'gone' ? `gone${outcome.left.length === 0 ? 'All' : ''}` : outcome.reason
  return refused(context, 409, {
    text: t(`appointments.offered.${words}`),
    ...(outcome.reason === 'gone' ? { left: outcome.left } : {}),
  })
}

async function chooseOther(context: RecordContext): Promise<Answer> {
  const { portal, query, show } = context
  const appointment = await find(context)
  if (!appointment) return show.notFound()
  const why = whyNotMove(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (why) return notMoved(context, appointment, why)
  const { categories, providers } = await requestable(portal, portal.db)
  const wanted = query['provider'] ?? String(appointment.provider.id ?? '')
  const provider = providers.find((each) => String(each.id) === wanted)
  const kind = categories.find((each) => each.id === appointment.category.id)
  if (!kind) return refused(context, 422, { text: notOfThisKind(context) })
  const category = { ...kind, minutes: appointment.minutes > 0 ? appointment.minutes : kind.minutes }
  const notes = provider ? [] : [await whyNotOffered(context, wanted)]
  const offered = { categories: [category], providers, category, notes }
  return showChoice(context, appointment, { ...offered, provider: provider ?? providers[0] })
}

function notOfThisKind(context: RecordContext): string {
  return `${context.t('appointments.notMoved.kind')} ${callPractice(context)}`
}

function notMoved(context: RecordContext, appointment: Appointment, why: MoveRefusal): Answer | Promise<Answer> {
  if (why === 'not-found') return context.show.notFound()
  const status = why === 'already-cancelled' || why === 'already-asked' ? 409 : 422
  const text = whyNotMoved(context, why)
  return context.may('appointments:view')
    ? showOne(context, appointment, status, { text })
    : context.show.problem(status, { what: text })
}

async function checkOther(context: RecordContext): Promise<Answer> {
  const { portal, show } = context
  const appointment = await find(context)
  if (!appointment) return show.notFound()
  const chosen = ChosenOther.safeParse(chosenIn(context))
  if (!chosen.success) return chooseOther(context)
  const why = whyNotMove(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (why) return notMoved(context, appointment, why)
  const wish = await wishToMove(portal, appointment, chosen.data.provider)
  if ('reason' in wish) return show.notFound()
  const typed = { ...chosen.data, reason: appointment.reason }
  return showCheck(context, { ...wish, purpose: appointment, typed }, 200)
}

async function reschedule(context: RecordContext): Promise<Answer> {
  const { actor, form, once, params, portal, scope } = context
  const appointment = await find(context)
  if (!appointment) return context.show.notFound()
  const chosen = form(ChosenOther)
  const said = form(Reason)
  const typed = typedIn(chosen.typed)
  if (!chosen.ok) return otherAgain(context, appointment, typed, 422, chosenErrors(chosen.errors))
  if (!said.ok) return otherAgain(context, appointment, { ...typed, ...chosen.value }, 422, said.errors)

  const wish = { ...chosen.value, reason: said.value.reason }
  const id = params['id'] ?? ''
  const outcome = await rescheduleAppointment(portal, actor, {
    ...wish,
    scope,
    id,
    once: once({ ...wish, id, record: scope.record }),
  })
  if (outcome.ok) {
    const inPlace = outcome.eid === parseAppointmentId(id)?.eid
    return made(context, outcome.eid, inPlace ? 'appointments.moving.moved' : 'appointments.moving.asked')
  }
  if (outcome.reason === 'not-movable') return notMoved(context, outcome.appointment ?? appointment, outcome.why)
  return otherAgain(context, appointment, wish, statusOf(outcome), {}, outcome)
}

/** As `again`, for a visit that is to be moved. */
async function otherAgain(
  context: RecordContext,
  appointment: Appointment,
  typed: CheckTyped,
  status: number,
  errors: Readonly<Record<string, string>>,
  refusal?: Exclude<MoveOutcome, { ok: true } | { reason: 'not-movable' }>,
): Promise<Answer> {
  const wish = await wishToMove(context.portal, appointment, typed.provider)
  if (!('reason' in wish)) {
    const checked = { ...wish, purpose: appointment, typed, errors, ...(refusal ? { refusal } : {}) }
    return showCheck(context, checked, status)
  }
  const what = errors['at'] === 'appointments.notYours' ? context.t(errors['at']) : whyNotRequested(context, wish)
  return startAgain(context, what, `/appointments/${appointment.id}/rescheduling`)
}

async function askWhy(context: RecordContext): Promise<Answer> {
  const { portal, show } = context
  const appointment = await find(context)
  const refusal = whyNotCancel(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (!appointment || refusal === 'not-found') return show.notFound()
  const page = cancellationPage(context, appointment, { reason: '', errors: {}, refusal })
  return show.page('/appointments/patient/cancellation', page, { title: page.title })
}

const Cancellation = z.object({ ...notTheirs, reason: text(REASON_MOST, 'appointments.cancel.missingReason') })

async function cancel(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, show } = context
  const id = params['id'] ?? ''
  const said = form(Cancellation)
  if (!said.ok) {
    const appointment = await find(context)
    if (!appointment) return show.notFound()
    const refusal = whyNotCancel(appointment, portal.clock.now(), portal.settings().minimumNotice)
    const typed = { reason: said.typed['reason'] ?? '', errors: said.errors, refusal }
    const page = cancellationPage(context, appointment, typed)
    return show.refused('/appointments/patient/cancellation', page, { title: page.title })
  }
  const { reason } = said.value
  const outcome = await cancelAppointment(portal, actor, { scope, id, reason })
  if (outcome.ok) return backTo(context, id, outcome.asked ? 'appointments.askCancel.asked' : 'appointments.cancelled')
  if (!outcome.appointment || outcome.reason === 'not-found') return show.notFound()
  const page = cancellationPage(context, outcome.appointment, { reason, errors: {}, refusal: outcome.reason })
  return show.refused('/appointments/patient/cancellation', page, {
    title: page.title,
    status: outcome.reason === 'already-cancelled' ? 409 : 422,
  })
}

async function withdraw(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, t } = context
  const id = params['id'] ?? ''
  if (!form(z.object(notTheirs)).ok) return refused(context, 422, { text: t('appointments.notYours') })
  const outcome = await withdrawCancellation(portal, actor, { scope, id })
  if (outcome.ok) return backTo(context, id, 'appointments.askCancel.withdrawn')
  if (outcome.reason === 'not-found') return context.show.notFound()
  return refused(context, 409, { text: t('appointments.askCancel.notOpen') })
}
