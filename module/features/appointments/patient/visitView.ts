/** A visit as the patient’s pages show it, and what they say around it: plain text, addresses ready to use. */
import { DateTime } from 'luxon'
import { day as dayOf, type Utc } from '../../../platform/clock.js'
import type { StatusTag } from '../../../web/layout.js'
import type { RecordContext, RequestContext } from '../../../web/routes.js'
import { writeLeaf, writeShortDay } from '../../../web/times.js'
import { hasBegun, isOpen, type Appointment } from '../appointment.js'
import { statusTag } from '../statusTag.js'

export interface AppointmentView {
  id: string
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
  /** What is still to be decided about a visit that stands: "You asked to cancel". */
  pending: string | undefined
}

/** A visit, as each of the pages shows it. */
export function viewOf(context: RecordContext, appointment: Appointment): AppointmentView {
  const { language, t, url, here } = context
  return {
    id: appointment.id,
    href: url(here(`/appointments/${appointment.id}`)),
    when: whenOf(context, appointment),
    datetime: `${appointment.day}T${appointment.start}`,
    ...writeLeaf(appointment.day, language),
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
    pending: isOpen(appointment) ? pendingOf(context, appointment) : undefined,
  }
}

/** "Tue 24 Nov, 10:15"; of a whole day, the day. */
export function whenOf(
  { language, portal }: RecordContext,
  { day, start, allDay }: { day: string; start: string; allDay?: boolean },
): string {
  const written = writeShortDay(day, language, dayOf(portal.clock.now()))
  return allDay === true ? written : `${written}, ${start}`
}

function pendingOf({ t }: RecordContext, appointment: Appointment): string | undefined {
  if (appointment.cancellationAsked) return t('appointments.askCancel.waits')
  return appointment.replacedBy === undefined ? undefined : t('appointments.moving.waits')
}

function isOver({ portal }: RecordContext, appointment: Appointment): boolean {
  return appointment.standing === 'confirmed' && hasBegun(appointment, portal.clock.now())
}

/** What happens next. `ahead`: it has not begun. */
export function nextText({ t }: RecordContext, appointment: Appointment, ahead: boolean): string {
  const standing = isOpen(appointment) && !ahead ? 'over' : appointment.standing
  const moves = standing === 'requested' && appointment.replaces !== undefined ? 'Move' : ''
  return t(`appointments.next.${standing}${moves}`, { name: appointment.provider.name })
}

/** Where the same kind of visit is asked for once more; undefined: not by them. */
export function rebookHref(context: RecordContext, { category, provider }: Appointment): string | undefined {
  if (!context.may('appointments:request') || category.id === 0) return undefined
  const who = provider.id === undefined ? {} : { provider: String(provider.id) }
  const query = new URLSearchParams({ ...who, category: String(category.id) })
  return context.url(context.here(`/appointments/new?${query.toString()}`))
}

/** An instant of ours as the practice's wall says it. */
export function timeText(context: RecordContext, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(context.portal.clock.zone)
  return whenOf(context, { day: dayOf(there), start: there.toFormat('HH:mm') })
}

/** "To cancel, please call the practice: 555-0100." */
export function callTo(context: RecordContext, key: string): string {
  return `${context.t(key)} ${callPractice(context)}`
}

/** "Please call the practice: 555-0100." */
export function callPractice({ portal, t }: RequestContext): string {
  const { phone } = portal.practice()
  return phone === '' ? t('appointments.call') : t('appointments.callAt', { phone })
}
