/** What an appointment is, how it stands, and who may do what with it when. No I/O. */
import { DateTime } from 'luxon'
import type { Day } from '../../platform/clock.js'
import { isCancelled, PENDING } from '../../host/statuses.js'

/** How it stands, in the patient's words. Derived at each read from the event and the request (architecture, Data). */
export type Standing = 'requested' | 'confirmed' | 'cancelled' | 'declined' | 'missed' | 'removed'

export interface Appointment {
  /** pc_eid, or `pc_eid-YYYYMMDD` for one day of a series. */
  id: string
  eid: number
  /** One day of a series in the host's calendar. */
  ofSeries: boolean
  standing: Standing
  /** The host's apptstat id. */
  hostStatus: string
  day: Day
  /** HH:MM */
  start: string
  minutes: number
  allDay: boolean
  category: { id: number; name: string }
  provider: { id: number | undefined; name: string }
  place: { name: string; address: string; phone: string }
  /** What the patient wrote. */
  reason: string
  /** Why the practice declined. */
  decisionReason: string
  /** undefined: not asked for through Foyer. */
  receipt: string | undefined
}

const MISSED = '?'

export function standingOf(status: string, requestState: string | null): Standing {
  if (status === PENDING) return 'requested'
  if (isCancelled(status)) return requestState === 'declined' ? 'declined' : 'cancelled'
  return status === MISSED ? 'missed' : 'confirmed'
}

/** The instant at which it begins, on the practice's wall clock. */
export function startOf(appointment: Pick<Appointment, 'day' | 'start'>, zone: string): DateTime {
  return DateTime.fromISO(`${appointment.day}T${appointment.start}`, { zone })
}

export type CancelRefusal = 'not-found' | 'already-over' | 'already-cancelled' | 'of-series' | 'too-late'

/** Whether its patient may take it off the calendar: until `notice` minutes before it begins. */
export function whyNotCancel(
  appointment: Appointment | undefined,
  now: DateTime,
  notice: number,
): CancelRefusal | undefined {
  if (!appointment) return 'not-found'
  if (['cancelled', 'declined', 'removed'].includes(appointment.standing)) return 'already-cancelled'
  const minutesLeft = startOf(appointment, now.zoneName ?? 'utc')
    .diff(now)
    .as('minutes')
  if (minutesLeft <= 0) return 'already-over'
  if (appointment.ofSeries) return 'of-series'
  // A request that nobody has confirmed yet costs the practice nothing.
  if (appointment.standing === 'confirmed' && minutesLeft < notice) return 'too-late'
  return undefined
}

/** `4711` or `4711-20261124` as an address names it; undefined for anything else. */
export function parseAppointmentId(id: string): { eid: number; day: Day | undefined } | undefined {
  const parts = /^([1-9]\d{0,9})(?:-(\d{4})(\d{2})(\d{2}))?$/.exec(id)
  if (!parts) return undefined
  const [, eid, year, month, date] = parts
  const day = year === undefined ? undefined : `${year}-${month ?? ''}-${date ?? ''}`
  return { eid: Number(eid), day }
}

export function appointmentId(eid: number, day: Day | undefined): string {
  return day === undefined ? String(eid) : `${String(eid)}-${day.replaceAll('-', '')}`
}
