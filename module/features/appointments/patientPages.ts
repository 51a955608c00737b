/** What the patient's pages are given: plain text in the reader's language, addresses ready to use. */
import { DateTime } from 'luxon'
import type { Category, Provider } from '../../host/calendar.js'
import { timeOfDay } from '../../host/schedule.js'
import { day as dayOf, daysLater, type Day } from '../../platform/clock.js'
import { opaqueId } from '../../platform/ids.js'
import type { FieldError, StatusTag, Tone } from '../../web/layout.js'
import type { RecordContext, RequestContext } from '../../web/routes.js'
import { writeLongDay, writeShortDay } from '../../web/times.js'
import { startOf, whyNotCancel, type Appointment, type CancelRefusal, type Standing } from './appointment.js'
import type { FreeTime } from './availability.js'
import type { RequestOutcome } from './booking.js'
import type { PatientAppointments } from './ofPatient.js'
import { lastDay, requestable } from './openings.js'

export interface AppointmentView {
  href: string
  /** "Tue 24 Nov, 10:15" */
  when: string
  /** For <time datetime>. */
  datetime: string
  weekday: string
  dayOfMonth: string
  month: string
  what: string
  /** "with Susan Lee" */
  with: string
  /** "Susan Lee" */
  who: string
  place: string
  address: string
  phone: string
  status: StatusTag
}

export function viewOf(context: RecordContext, appointment: Appointment): AppointmentView {
  const { language, portal, t, url, here } = context
  const today = dayOf(portal.clock.now())
  const at = DateTime.fromISO(appointment.day, { zone: 'utc' }).setLocale(language)
  const day = writeShortDay(appointment.day, language, today)
  return {
    href: url(here(`/appointments/${appointment.id}`)),
    when: appointment.allDay ? day : `${day}, ${appointment.start}`,
    datetime: `${appointment.day}T${appointment.start}`,
    weekday: at.toFormat('ccc'),
    dayOfMonth: at.toFormat('d'),
    month: at.toFormat('LLL'),
    what: appointment.category.name,
    with:
      appointment.provider.name === ''
        ? t('appointments.noProvider')
        : t('appointments.with', { name: appointment.provider.name }),
    who: appointment.provider.name === '' ? t('appointments.noProvider') : appointment.provider.name,
    place: appointment.place.name,
    address: appointment.place.address,
    phone: appointment.place.phone,
    status: isOver(context, appointment)
      ? { tone: 'neutral', icon: 'check-lg', text: t('appointments.standing.over') }
      : statusTag(context, appointment.standing),
  }
}

function isOver({ portal }: RecordContext, appointment: Appointment): boolean {
  return appointment.standing === 'confirmed' && startOf(appointment, portal.clock.zone) <= portal.clock.now()
}

const tones: Record<Standing, { tone: Tone; icon: string }> = {
  requested: { tone: 'info', icon: 'hourglass-split' },
  confirmed: { tone: 'success', icon: 'calendar-check' },
  cancelled: { tone: 'neutral', icon: 'calendar-x' },
  declined: { tone: 'danger', icon: 'x-circle' },
  missed: { tone: 'neutral', icon: 'slash-circle' },
  removed: { tone: 'neutral', icon: 'calendar-x' },
}

export function statusTag({ t }: RequestContext, standing: Standing): StatusTag {
  return { ...tones[standing], text: t(`appointments.standing.${standing}`) }
}

export function listPage(context: RecordContext, all: PatientAppointments) {
  const view = (appointment: Appointment) => viewOf(context, appointment)
  return {
    newHref: context.may('appointments:request') ? context.url(context.here('/appointments/new')) : undefined,
    requested: all.requested.map(view),
    next: all.next.map(view),
    past: all.past.map((each) => ({
      ...view(each),
      rebookHref: rebookHref(context, each),
    })),
  }
}

function rebookHref(context: RecordContext, { category, provider }: Appointment): string | undefined {
  if (!context.may('appointments:request') || provider.id === undefined) return undefined
  const query = new URLSearchParams({ provider: String(provider.id), category: String(category.id) })
  return context.url(context.here(`/appointments/new?${query.toString()}`))
}

export interface Choice {
  categories: Category[]
  providers: Provider[]
  category: Category | undefined
  provider: Provider | undefined
  from: Day
  days: number
  free: FreeTime[]
}

export function choicePage(context: RecordContext, choice: Choice) {
  const { here, t, url, portal } = context
  const today = dayOf(portal.clock.now())
  const later = daysLater(choice.from, choice.days)
  const earlier = daysLater(choice.from, -choice.days)
  const address = (day: Day) => url(here(`/appointments/new?${queryOf(choice, day)}`))
  return {
    backHref: url(here('/appointments')),
    action: url(here('/appointments/new')),
    checkAction: url(here('/appointments/new/check')),
    categories: choice.categories.map((each) => ({
      value: String(each.id),
      text: t('appointments.categoryMinutes', { name: each.name, minutes: each.minutes }),
      selected: each.id === choice.category?.id,
    })),
    providers: choice.providers.map((each) => ({
      value: String(each.id),
      text: each.facilityName === '' ? each.name : `${each.name}, ${each.facilityName}`,
      selected: each.id === choice.provider?.id,
    })),
    category: choice.category?.id,
    provider: choice.provider?.id,
    from: choice.from,
    days: daysOf(context, choice.free),
    laterHref: later < lastDay(portal) ? address(later) : undefined,
    earlierHref: choice.from > today ? address(earlier > today ? earlier : today) : undefined,
    rangeText: t('appointments.choose.range', {
      from: writeShortDay(choice.from, context.language, today),
      until: writeShortDay(daysLater(choice.from, choice.days - 1), context.language, today),
    }),
    phone: portal.practice().phone,
  }
}

function queryOf(choice: Choice, from: Day): string {
  return new URLSearchParams({
    provider: String(choice.provider?.id ?? ''),
    category: String(choice.category?.id ?? ''),
    from,
  }).toString()
}

interface DayView {
  label: string
  parts: { label: string; times: TimeView[] }[]
}

interface TimeView {
  value: string
  day: Day
  time: string
  /** The nearest one is chosen beforehand. */
  first: boolean
}

function daysOf(context: RecordContext, free: readonly FreeTime[]): DayView[] {
  const days = [...new Set(free.map((each) => each.day))]
  return days.map((day) => {
    const times = free.filter((each) => each.day === day)
    const views = (part: readonly FreeTime[]) => part.map((each) => timeView(each, each === free[0]))
    const parts = [
      { label: context.t('appointments.morning'), times: views(times.filter((each) => each.minute < 12 * 60)) },
      { label: context.t('appointments.afternoon'), times: views(times.filter((each) => each.minute >= 12 * 60)) },
    ]
    return { label: writeLongDay(day, context.language), parts: parts.filter((part) => part.times.length > 0) }
  })
}

function timeView({ day, minute }: FreeTime, first: boolean): TimeView {
  return { value: `${day}T${timeOfDay(minute)}`, day, time: timeOfDay(minute), first }
}

export interface CheckTyped {
  provider: number
  category: number
  day: Day
  time: string
  reason: string
}

/** Undefined: the provider or the category cannot be asked for, so there is nothing to check. */
export async function checkPage(
  context: RecordContext,
  typed: CheckTyped,
  errors: Readonly<Record<string, string>> = {},
  outcome?: Extract<RequestOutcome, { ok: false }>,
) {
  const { here, language, portal, t, url } = context
  const offer = await requestable(portal, portal.db)
  const provider = offer.providers.find((each) => each.id === typed.provider)
  const category = offer.categories.find((each) => each.id === typed.category)
  if (!provider || !category) return undefined
  const alternatives = outcome?.reason === 'slot-taken' ? outcome.alternatives : []
  const today = dayOf(portal.clock.now())
  const known = DateTime.fromISO(typed.day).isValid
  return {
    backHref: url(
      here(
        `/appointments/new?${new URLSearchParams({ provider: String(provider.id), category: String(category.id), ...(known ? { from: typed.day } : {}) }).toString()}`,
      ),
    ),
    action: url(here('/appointments')),
    provider: provider.id,
    category: category.id,
    date: typed.day,
    time: typed.time,
    reason: typed.reason,
    once: opaqueId(),
    taken: alternatives.length > 0 || outcome?.reason === 'slot-taken',
    alternatives: alternatives.map((each, at) => ({
      ...timeView(each, at === 0),
      label: `${writeShortDay(each.day, language, today)}, ${timeOfDay(each.minute)}`,
    })),
    facts: [
      { term: t('appointments.for'), text: patientName(context) },
      {
        term: t('appointments.what'),
        text: t('appointments.categoryMinutes', { name: category.name, minutes: category.minutes }),
      },
      ...(known && alternatives.length === 0
        ? [{ term: t('appointments.when'), text: `${writeLongDay(typed.day, language)}, ${typed.time}` }]
        : []),
      { term: t('appointments.who'), text: provider.name },
      ...(provider.facilityName === '' ? [] : [{ term: t('appointments.where'), text: provider.facilityName }]),
    ],
    errors: errorsOf(context, errors, outcome),
    reasonError: errors['reason'] === undefined ? undefined : t(errors['reason']),
  }
}

function patientName({ scope }: RecordContext): string {
  return scope.kind === 'chart' ? `${scope.patient.firstName} ${scope.patient.lastName}` : scope.account.name
}

function errorsOf(
  context: RecordContext,
  errors: Readonly<Record<string, string>>,
  outcome: Extract<RequestOutcome, { ok: false }> | undefined,
): FieldError[] {
  const fields = Object.entries(errors).map(([name, key]): FieldError =>
    name === 'reason' ? { name, text: context.t(key) } : { text: context.t(key) },
  )
  return outcome ? [...fields, { text: whyNotRequested(context, outcome) }] : fields
}

export function whyNotRequested({ t }: RequestContext, outcome: Extract<RequestOutcome, { ok: false }>): string {
  switch (outcome.reason) {
    case 'too-many':
      return t('appointments.refused.too-many', { count: outcome.limit })
    case 'slot-taken':
      return t(outcome.alternatives.length > 0 ? 'appointments.refused.slot-taken' : 'appointments.refused.no-room')
    default:
      return t(`appointments.refused.${outcome.reason}`)
  }
}

export function appointmentPage(context: RecordContext, appointment: Appointment) {
  const { here, portal, t, url } = context
  const now = portal.clock.now()
  const refusal = whyNotCancel(appointment, now, portal.settings().minimumNotice)
  const mayCancel = context.may('appointments:cancel')
  const open = appointment.standing === 'requested' || appointment.standing === 'confirmed'
  return {
    backHref: url(here('/appointments')),
    appointment: viewOf(context, appointment),
    patient: patientName(context),
    reason: appointment.reason,
    decisionReason: appointment.decisionReason,
    receipt: appointment.receipt,
    next: t(`appointments.next.${refusal === 'already-over' && open ? 'over' : appointment.standing}`, {
      name: appointment.provider.name,
    }),
    calendarHref:
      open && refusal !== 'already-over' ? url(here(`/appointments/${appointment.id}/calendar.ics`)) : undefined,
    cancelHref:
      mayCancel && refusal === undefined ? url(here(`/appointments/${appointment.id}/cancellation`)) : undefined,
    cancelNote: mayCancel && refusal !== undefined ? cancelNote(context, refusal) : undefined,
    rebookHref: open ? undefined : rebookHref(context, appointment),
  }
}

/** Why it cannot be cancelled here, where that is worth saying on the page itself. */
function cancelNote(context: RecordContext, refusal: CancelRefusal): string | undefined {
  return refusal === 'too-late' || refusal === 'of-series' ? whyNotCancelled(context, refusal) : undefined
}

function whyNotCancelled({ portal, t }: RecordContext, refusal: CancelRefusal): string {
  const hours = Math.ceil(portal.settings().minimumNotice / 60)
  const { phone } = portal.practice()
  const call = phone === '' ? t('appointments.call') : t('appointments.callAt', { phone })
  return `${t(`appointments.notCancelled.${refusal}`, { count: hours })} ${refusal === 'already-cancelled' ? '' : call}`.trim()
}

export interface CancellationTyped {
  reason: string
  errors: Readonly<Record<string, string>>
  refusal: CancelRefusal | undefined
}

export function cancellationPage(context: RecordContext, appointment: Appointment, typed: CancellationTyped) {
  const { here, t, url } = context
  const missing = typed.errors['reason']
  return {
    backHref: url(here(`/appointments/${appointment.id}`)),
    action: url(here(`/appointments/${appointment.id}/cancellation`)),
    appointment: viewOf(context, appointment),
    patient: patientName(context),
    reason: typed.reason,
    reasonError: missing === undefined ? undefined : t(missing),
    errors: missing === undefined ? [] : [{ name: 'reason', text: t(missing) }],
    refused: typed.refusal === undefined ? undefined : whyNotCancelled(context, typed.refusal),
  }
}
