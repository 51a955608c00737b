/** What the pages are given on which a patient chooses a time and checks what is to be sent. */
import { DateTime } from 'luxon'
import { nameOf } from '../../../access/scope.js'
import type { Category, Provider } from '../../../host/calendar.js'
import { timeOfDay } from '../../../host/schedule.js'
import { findStaff } from '../../../host/staff.js'
import { day as dayOf, daysLater, type Day } from '../../../platform/clock.js'
import { opaqueId } from '../../../platform/ids.js'
import type { FieldError } from '../../../web/layout.js'
import type { RecordContext, RequestContext } from '../../../web/routes.js'
import { writeLongDay, writeShortDay } from '../../../web/times.js'
import type { Appointment } from '../appointment.js'
import type { FreeTime } from '../availability.js'
import type { RequestRefusal } from '../booking.js'
import { lastDay, type Closing, type Outlook } from '../openings.js'
import type { Note, ProviderChoice } from './providerChoice.js'

/** Whether a time is chosen for a new request, or in place of the one that this visit has. */
export type Purpose = Appointment | undefined

/** Where the steps of choosing stand: below the list, or below the visit that is to be moved. */
function baseOf(purpose: Purpose): string {
  return purpose ? `/appointments/${purpose.id}/rescheduling` : '/appointments/new'
}

export interface Choice {
  purpose: Purpose
  categories: Category[]
  /** Whom they choose from. */
  among: Pick<ProviderChoice, 'shown' | 'search'>
  category: Category | undefined
  provider: Provider | undefined
  from: Day
  days: number
  free: FreeTime[]
  closed: Closing[]
  /** Where nothing is free on these days. */
  outlook?: Outlook
  /** Why what was asked for is not what is shown. */
  notes: readonly Note[]
}

/** Why nobody of this users.id stands among those to choose from: a provider of the practice is named. */
export async function whyNotOffered({ portal }: RequestContext, provider: string): Promise<Note> {
  const known = /^[1-9]\d{0,8}$/.test(provider) ? await findStaff(portal.db, Number(provider)) : undefined
  if (!known?.active || !known.authorized) return { key: 'appointments.choose.otherProvider' }
  return { key: 'appointments.choose.notNow', name: known.name }
}

export function choicePage(context: RecordContext, choice: Choice) {
  const { here, t, url } = context
  const base = baseOf(choice.purpose)
  return {
    title: t(choice.purpose ? 'appointments.moving.title' : 'appointments.choose.title'),
    lead: t(choice.purpose ? 'appointments.moving.lead' : 'appointments.choose.lead'),
    back: backOf(context, choice.purpose),
    old: choice.purpose && oldText(context, choice.purpose),
    /** A visit that is moved stays what it is. */
    fixedCategory: choice.purpose !== undefined,
    ...timesPage(context, choice, {
      choose: url(here(base)),
      check: url(here(`${base}/check`)),
      from: (day) => url(here(`${base}?${queryOf(choice, day)}`)),
    }),
  }
}

/** Where the steps of choosing are, for who is signed in and for who is not. */
interface Steps {
  choose: string
  check: string
  /** The same from another day on. */
  from: (day: Day) => string
}

/** What can be chosen from: kinds of visit, people, and their free times. View: /appointments/patient/times. */
export function timesPage(context: RequestContext, choice: Omit<Choice, 'purpose'>, steps: Steps) {
  const { t, portal } = context
  const today = dayOf(portal.clock.now())
  const later = daysLater(choice.from, choice.days)
  const earlier = daysLater(choice.from, -choice.days)
  return {
    action: steps.choose,
    checkAction: steps.check,
    categories: choice.categories.map((each) => ({
      value: String(each.id),
      text: t('appointments.categoryMinutes', { name: each.name, minutes: each.minutes }),
      selected: each.id === choice.category?.id,
    })),
    search: searchOf(context, choice.among),
    providers: choice.among.shown.map((each) => ({
      value: String(each.id),
      text: each.facilityName === '' ? each.name : `${each.name}, ${each.facilityName}`,
      selected: each.id === choice.provider?.id,
    })),
    category: choice.category?.id,
    provider: choice.provider?.id,
    from: choice.from,
    days: daysOf(context, choice.free),
    closed: choice.closed.map(({ day, key, title }) => t(key, { day: writeLongDay(day, context.language), title })),
    none: noneOf(context, choice, steps),
    notes: choice.notes.map(({ key, name = '' }) => t(key, { name })),
    laterHref: later < lastDay(portal) && hasMore(choice) ? steps.from(later) : undefined,
    earlierHref: choice.from > today ? steps.from(earlier > today ? earlier : today) : undefined,
    rangeText: t('appointments.choose.range', {
      from: writeShortDay(choice.from, context.language, today),
      until: writeShortDay(daysLater(choice.from, choice.days - 1), context.language, today),
    }),
    phone: portal.practice().phone,
  }
}

/** By which somebody is found who is not in the list. */
function searchOf({ t }: RequestContext, { search, shown }: Choice['among']) {
  if (!search) return undefined
  return { who: search.who, hint: t('appointments.choose.who.hint', { total: search.count, shown: shown.length }) }
}

/** Who has no time on these days, who is booked out, and who cannot be asked for: each with what to do next. */
function noneOf({ language, portal, t }: RequestContext, choice: Omit<Choice, 'purpose'>, steps: Steps) {
  const { outlook } = choice
  const name = choice.provider?.name ?? ''
  if (outlook?.kind === 'booked' || outlook?.kind === 'not-offered') {
    const until = writeLongDay(outlook.until, language)
    const text = t(`appointments.choose.${outlook.kind}Text`, { day: until })
    const { phone } = portal.practice()
    return {
      title: t(`appointments.choose.${outlook.kind}`, { name, day: until }),
      text: phone === '' ? text : `${text} ${phone}`,
    }
  }
  const title = t('appointments.choose.none', { name })
  if (!outlook) return { title, text: '' }
  const { day, minute } = outlook.at
  return {
    title,
    text: t(`appointments.choose.${outlook.kind}Text`, { day: writeLongDay(day, language), time: timeOfDay(minute) }),
    action: { href: steps.from(day), label: t('appointments.choose.toNearest') },
  }
}

/** Whether it is worth looking at later days. */
function hasMore({ outlook }: Pick<Choice, 'outlook'>): boolean {
  return outlook === undefined || outlook.kind === 'later'
}

function backOf({ here, may, t, url }: RecordContext, purpose: Purpose): { href: string; text: string } {
  if (!may('appointments:view')) return { href: url(here('')), text: t('home.title') }
  return purpose
    ? { href: url(here(`/appointments/${purpose.id}`)), text: t('appointments.one.title') }
    : { href: url(here('/appointments')), text: t('appointments.title') }
}

/** "Tuesday 24 November, 09:00, with Susan Lee" */
function oldText({ language, t }: RecordContext, { day, start, provider }: Appointment): string {
  const who = provider.name === '' ? '' : `, ${t('appointments.with', { name: provider.name })}`
  return `${writeLongDay(day, language)}, ${start}${who}`
}

function queryOf(choice: Choice, from: Day): string {
  return new URLSearchParams({
    provider: String(choice.provider?.id ?? ''),
    ...(choice.purpose ? {} : { category: String(choice.category?.id ?? '') }),
    ...whoIn(choice.among),
    from,
  }).toString()
}

/** The name that was typed goes along, so that the list stays what it is. */
export function whoIn({ search }: Choice['among']): { who?: string } {
  return search && search.who !== '' ? { who: search.who } : {}
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

function daysOf(context: RequestContext, free: readonly FreeTime[]): DayView[] {
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
  day: Day
  time: string
  reason: string
}

export interface Checked {
  purpose: Purpose
  provider: Provider
  category: Category
  typed: CheckTyped
  errors?: Readonly<Record<string, string>>
  refusal?: RequestRefusal | { ok: false; reason: 'same-time' }
}

export function checkPage(context: RecordContext, { purpose, provider, category, typed, ...wrong }: Checked) {
  const { here, language, t, url } = context
  const { errors = {}, refusal } = wrong
  const alternatives = refusal?.reason === 'slot-taken' ? refusal.alternatives : []
  const known = DateTime.fromISO(typed.day).isValid
  const from = known ? { from: typed.day } : {}
  const query = { provider: String(provider.id), ...(purpose ? {} : { category: String(category.id) }), ...from }
  const facts = [
    { term: t('appointments.for'), text: nameOf(context.scope) },
    {
      term: t('appointments.what'),
      text: t('appointments.categoryMinutes', { name: category.name, minutes: category.minutes }),
    },
    ...(purpose ? [{ term: t('appointments.moving.from'), text: oldText(context, purpose) }] : []),
    ...(known && alternatives.length === 0
      ? [
          {
            term: t(purpose ? 'appointments.moving.to' : 'appointments.when'),
            text: `${writeLongDay(typed.day, language)}, ${typed.time}`,
          },
        ]
      : []),
    { term: t('appointments.who'), text: provider.name },
    ...(provider.facilityName === '' ? [] : [{ term: t('appointments.where'), text: provider.facilityName }]),
  ]
  return {
    title: t(purpose ? 'appointments.moving.check' : 'appointments.check.title'),
    backHref: url(here(`${baseOf(purpose)}?${new URLSearchParams(query).toString()}`)),
    action: url(here(purpose ? baseOf(purpose) : '/appointments')),
    provider: provider.id,
    category: purpose ? undefined : category.id,
    date: typed.day,
    time: typed.time,
    reason: typed.reason,
    once: opaqueId(),
    taken: refusal?.reason === 'slot-taken',
    alternatives: alternativeViews(context, alternatives),
    facts,
    promise: t(
      purpose === undefined
        ? 'appointments.check.promise'
        : purpose.standing === 'confirmed'
          ? 'appointments.moving.promiseConfirmed'
          : 'appointments.moving.promise',
    ),
    send: t(purpose ? 'appointments.moving.send' : 'appointments.check.send'),
    errors: errorsOf(context, errors, refusal),
    reasonError: errors['reason'] === undefined ? undefined : t(errors['reason']),
  }
}

/** The nearest free times, to choose from: "Tue 24 Nov, 10:15". */
export function alternativeViews({ language, portal }: RequestContext, free: readonly FreeTime[]) {
  const today = dayOf(portal.clock.now())
  return free.map((each, at) => ({
    ...timeView(each, at === 0),
    label: `${writeShortDay(each.day, language, today)}, ${timeOfDay(each.minute)}`,
  }))
}

function errorsOf(
  context: RecordContext,
  errors: Readonly<Record<string, string>>,
  refusal: Checked['refusal'],
): FieldError[] {
  const fields = Object.entries(errors).map(([name, key]): FieldError =>
    name === 'reason' ? { name, text: context.t(key) } : { text: context.t(key) },
  )
  return refusal ? [...fields, { text: whyNotRequested(context, refusal) }] : fields
}

export function whyNotRequested(
  { t }: RequestContext,
  refusal: RequestRefusal | { ok: false; reason: 'same-time' },
): string {
  switch (refusal.reason) {
    case 'too-many':
      return t('appointments.refused.too-many', { count: refusal.limit })
    case 'slot-taken':
      return t(refusal.alternatives.length > 0 ? 'appointments.refused.slot-taken' : 'appointments.refused.no-room')
    default:
      return t(`appointments.refused.${refusal.reason}`)
  }
}
