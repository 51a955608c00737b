import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { DateTime } from 'luxon'
import { bookAddress, isBookingPublic } from '../../../web/bookAddress.js'
import { letterAddress } from '../../../web/letterAddress.js'
import type { RecordContext } from '../../../web/routes.js'
import { isOpen, type Appointment } from '../appointment.js'

/**
 * The appointment for the patient's own calendar. It lands in places we don't know, so it names the practice and the
 * provider, never the reason for the visit.
 */
export function calendarFile(context: RecordContext, appointment: Appointment, address: string): string {
  const { portal, t } = context
  const { zone } = portal.clock
  const start = DateTime.fromISO(`${appointment.day}T${appointment.start}`, { zone })
  const calendar = ical({ name: portal.practice().name, method: ICalCalendarMethod.PUBLISH })
  calendar.createEvent({
    // The same appointment keeps its name, so that a second download replaces the first.
    id: `appointment-${appointment.id}@foyer`,
    start: start.toUTC(),
    end: start.plus({ minutes: appointment.minutes }).toUTC(),
    summary: t('appointments.file.summary', { practice: portal.practice().name }),
    description: descriptionOf(context, appointment),
    location: [appointment.place.name, appointment.place.address].filter(Boolean).join(', '),
    status: statusOf(appointment),
    ...(address.startsWith('http') ? { url: address } : {}),
  })
  return calendar.toString()
}

/** With whom, and where the same visit is booked again: that works signed out as well, where the practice lets people. */
function descriptionOf({ portal, t }: RecordContext, { category, provider }: Appointment): string {
  const who = t('appointments.with', { name: provider.name })
  if (portal.config.baseUrl === undefined || !isBookingPublic(portal) || category.id === 0) return who
  const wish = { provider: provider.id === undefined ? undefined : String(provider.id), category: String(category.id) }
  return `${who}\n${t('booking.fileAgain', { address: letterAddress(portal, bookAddress(wish)) })}`
}

function statusOf(appointment: Appointment): ICalEventStatus {
  if (appointment.standing === 'confirmed') return ICalEventStatus.CONFIRMED
  return isOpen(appointment) ? ICalEventStatus.TENTATIVE : ICalEventStatus.CANCELLED
}
