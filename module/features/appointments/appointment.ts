/** What an appointment is, how it stands, and who may do what with it when. No I/O. */
import { DateTime } from 'luxon'
import { wallClock, type Day, type Utc } from '../../platform/clock.js'
import { isCancelled, PENDING } from '../../host/statuses.js'

/** How it stands, in the patient's words. Derived at each read from the event and the request (architecture, Data). */
/** 'lapsed': a time was proposed, and nobody answered before it came. */
export type Standing =
  'requested' | 'proposed' | 'confirmed' | 'cancelled' | 'declined' | 'lapsed' | 'missed' | 'removed'

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
  /** `name` names all of them where several see the patient together. */
  provider: { id: number | undefined; name: string }
  /** Several providers' calendars hold it: one visit all the same. */
  several: boolean
  place: { name: string; address: string; phone: string }
  /** What the patient wrote. */
  reason: string
  /** Why the practice declined. */
  decisionReason: string
  /** undefined: not asked for through Foyer. */
  receipt: string | undefined
  requestedAt: Utc | undefined
  /** The visit that this request would move. */
  replaces: OtherVisit | undefined
  /** The request by which this visit is to be moved, or has been. */
  replacedBy: number | undefined
  /** Its patient asked the practice to cancel it, and waits for an answer. */
  cancellationAsked: boolean
}

export interface OtherVisit {
  eid: number
  /** undefined: the practice has removed it. */
  day: Day | undefined
  /** HH:MM */
  start: string
}

const MISSED = '?'

export function standingOf(status: string, requestState: string | null): Standing {
  if (status === PENDING) return requestState === 'proposed' ? 'proposed' : 'requested'
  if (isCancelled(status)) return requestState === 'declined' || requestState === 'lapsed' ? requestState : 'cancelled'
  return status === MISSED ? 'missed' : 'confirmed'
}

/**
 * Whether its time has come, by the clock on the practice's wall: a list asks this of each of its visits, and texts are
 * compared a hundred times faster than instants are worked out.
 */
export function hasBegun({ day, start }: Pick<Appointment, 'day' | 'start'>, now: DateTime): boolean {
  return `${day} ${start.slice(0, 5)}` <= wallClock(now).slice(0, 16)
}

/** The instant at which it begins, on the practice's wall clock. */
export function startOf(appointment: Pick<Appointment, 'day' | 'start'>, zone: string): DateTime {
  return DateTime.fromISO(`${appointment.day}T${appointment.start}`, { zone })
}

export type CancelRefusal = 'not-found' | 'already-over' | 'already-cancelled' | 'of-series' | 'too-late'

/**
 * Whether its patient may take it off the calendar alone: until `notice` minutes before it begins. What is 'too-late' or
 * 'of-series' can be asked of the practice (cancellationRequests.ts).
 */
export function whyNotCancel(
  appointment: Appointment | undefined,
  now: DateTime,
  notice: number,
): CancelRefusal | undefined {
  if (!appointment) return 'not-found'
  if (['cancelled', 'declined', 'lapsed', 'removed'].includes(appointment.standing)) return 'already-cancelled'
  const minutesLeft = startOf(appointment, now.zoneName ?? 'utc')
    .diff(now)
    .as('minutes')
  if (minutesLeft <= 0) return 'already-over'
  if (appointment.ofSeries) return 'of-series'
  // A request that nobody has confirmed yet costs the practice nothing.
  if (appointment.standing === 'confirmed' && minutesLeft < notice) return 'too-late'
  return undefined
}

/** Whether staff can be asked to cancel what its patient may not cancel alone. */
export function mayBeAskedFor(refusal: CancelRefusal | undefined): boolean {
  return refusal === 'too-late' || refusal === 'of-series'
}

export type MoveRefusal = CancelRefusal | 'several-providers' | 'already-asked'

/**
 * Whether its patient may ask for another time in its place: as long as it could be cancelled; not where several
 * providers would have to be free, and not twice.
 */
export function whyNotMove(
  appointment: Appointment | undefined,
  now: DateTime,
  notice: number,
): MoveRefusal | undefined {
  const refusal = whyNotCancel(appointment, now, notice)
  if (refusal !== undefined || !appointment) return refusal
  if (appointment.several) return 'several-providers'
  return appointment.replacedBy === undefined ? undefined : 'already-asked'
}

/** It waits for the practice or for the patient's answer, or it will take place. */
export function isOpen({ standing }: Pick<Appointment, 'standing'>): boolean {
  return standing === 'requested' || standing === 'proposed' || standing === 'confirmed'
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
