import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { DateTime } from 'luxon'
import type { RecordContext } from '../../../web/routes.js'
import { isOpen, type Appointment } from '../appointment.js'

/**
 * The appointment for the patient's own calendar. It lands in places we don't know, so it names the practice and the
 * provider, never the reason for the visit.
 */
export function calendarFile({ portal, t }: RecordContext, appointment: Appointment, address: string): string {
  const { zone } = portal.clock
  const start = DateTime.fromISO(`${appointment.day}T${appointment.start}`, { zone })
  const calendar = ical({ name: portal.practice().name, method: ICalCalendarMethod.PUBLISH })
  calendar.createEvent({
    // The same appointment keeps its name, so that a second download replaces the first.
    id: `appointment-${appointment.id}@foyer`,
    start: start.toUTC(),
    end: start.plus({ minutes: appointment.minutes }).toUTC(),
    summary: t('appointments.file.summary', { practice: portal.practice().name }),
    description: t('appointments.with', { name: appointment.provider.name }),
    location: [appointment.place.name, appointment.place.address].filter(Boolean).join(', '),
    status: statusOf(appointment),
    ...(address.startsWith('http') ? { url: address } : {}),
  })
  return calendar.toString()
}

function statusOf(appointment: Appointment): ICalEventStatus {
  if (appointment.standing === 'confirmed') return ICalEventStatus.CONFIRMED
  return isOpen(appointment) ? ICalEventStatus.TENTATIVE : ICalEventStatus.CANCELLED
}
