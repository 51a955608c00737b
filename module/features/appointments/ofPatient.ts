/** A patient's appointments, loaded through the scope: somebody else's are not there. */
import { pidOf, type PatientScope } from '../../access/scope.js'
import type { Portal } from '../../access/portal.js'
import {
  oneVisit,
  vanishedRequest,
  vanishedRequests,
  visitsAround,
  visitsFrom,
  type Place,
  type VanishedRow,
  type VisitRow,
  type Whose,
} from '../../host/reads/appointments.js'
import { weekendOf } from '../../host/globals.js'
import { dayNumber, occurrences, recurringEvent } from '../../host/recurrence.js'
import { day as dayOf, daysLater, type Day } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { appointmentId, isOpen, parseAppointmentId, standingOf, hasBegun, type Appointment } from './appointment.js'
import { openCancellations, settledCancellation } from './cancellationWishes.js'

export interface PatientAppointments {
  /** Requested or with a time proposed to the patient, soonest first. */
  requested: Appointment[]
  /** Confirmed and to come, soonest first. */
  next: Appointment[]
  /** Over, cancelled, declined or removed; newest first; a page of them. */
  past: Appointment[]
  /** Where the next page of what is over begins; undefined: nothing is older. */
  older: string | undefined
}

const PAST_SHOWN = 20
const SERIES_MONTHS_AHEAD = 6
/** How far back a series without a beginning in sight is written out. */
const SERIES_YEARS_BACK = 10

/** The events that a scope opens. */
export function whoseOf(scope: PatientScope): Whose {
  const pid = pidOf(scope)
  return pid === undefined ? { record: scope.record } : { pid }
}

/** `below`: a place in the list of what is over, as `older` named it. Three statements. */
export async function appointmentsOf(
  portal: Portal,
  db: Queryable,
  scope: PatientScope,
  below?: string,
): Promise<PatientAppointments> {
  const now = portal.clock.now()
  const today = dayOf(now)
  const place = (below === undefined ? undefined : readPlace(below)) ?? END_OF_TIME
  const whose = whoseOf(scope)
  const listed = await visitsAround(db, whose, today, place, PAST_SHOWN + 1)
  const [ahead, before] = [listed.filter((row) => row.ahead === 1), listed.filter((row) => row.ahead === 0)]
  const vanished = await vanishedRequests(db, whose, place, PAST_SHOWN + 1)
  const floor = lowest(before, vanished, dayOf(now.minus({ years: SERIES_YEARS_BACK })))
  const until = dayOf(now.plus({ months: SERIES_MONTHS_AHEAD }))
  const all = [
    ...ahead.flatMap((row) => expand(portal, row, floor, until)),
    ...before.map((row) => appointmentOf(row, undefined)),
    ...vanished.map(removedOf),
  ]
  const soonest = await withOpenCancellations(
    db,
    scope,
    all.sort((a, b) => compare(keyOf(a), keyOf(b))),
  )
  const toCome = (each: Appointment) => isOpen(each) && !hasBegun(each, now)
  const over = soonest.filter((each) => !toCome(each) && keyOf(each) < placeKey(place)).reverse()
  const past = over.slice(0, PAST_SHOWN)
  return {
    requested: soonest.filter((each) => toCome(each) && each.standing !== 'confirmed'),
    next: soonest.filter((each) => toCome(each) && each.standing === 'confirmed'),
    past,
    older: over.length > PAST_SHOWN ? writePlace(past.at(-1)) : undefined,
  }
}

/** What is still to come, the soonest first: one statement. */
export async function upcomingOf(portal: Portal, db: Queryable, scope: PatientScope): Promise<Appointment[]> {
  const now = portal.clock.now()
  const from = dayOf(now)
  const until = dayOf(now.plus({ months: SERIES_MONTHS_AHEAD }))
  const rows = await visitsFrom(db, whoseOf(scope), from)
  return rows
    .flatMap((row) => expand(portal, row, from, until))
    .filter((each) => isOpen(each) && !hasBegun(each, now))
    .sort((a, b) => compare(keyOf(a), keyOf(b)))
}

// What was not read whole ends where its oldest row stands: nothing older may be shown before it.
function lowest(before: readonly VisitRow[], vanished: readonly VanishedRow[], otherwise: Day): Day {
  const ends = [before.map((row) => row.pc_eventDate ?? ''), vanished.map((row) => row.day)].map((days) =>
    days.length > PAST_SHOWN ? days.reduce((a, b) => (a < b ? a : b)) : otherwise,
  )
  return ends.reduce((a, b) => (a > b ? a : b))
}

/** The same, with those marked that wait for the practice to cancel them. One statement. */
export async function withOpenCancellations(
  db: Queryable,
  scope: PatientScope,
  all: readonly Appointment[],
): Promise<Appointment[]> {
  const open = await openCancellations(db, scope, [...new Set(all.filter(isOpen).map((each) => each.eid))])
  return all.map((each) => (open.has(each.id) ? { ...each, cancellationAsked: true } : each))
}

/** One of this patient's appointments by its address, or undefined. */
export async function findAppointment(
  portal: Portal,
  db: Queryable,
  scope: PatientScope,
  id: string,
): Promise<Appointment | undefined> {
  const wanted = parseAppointmentId(id)
  if (!wanted) return undefined
  const whose = whoseOf(scope)
  const row = await oneVisit(db, whose, wanted.eid)
  if (!row) return wanted.day === undefined ? findVanished(db, whose, wanted.eid) : undefined
  if (row.pc_recurrtype === 0) return wanted.day === undefined ? appointmentOf(row, undefined) : undefined
  if (wanted.day === undefined) return undefined
  const [hit] = occurrencesOf(portal, row, wanted.day, daysLater(wanted.day, 1))
  if (hit !== undefined) return appointmentOf(row, hit)
  // A day that the practice took out of its series because the patient asked for it is still there to be read of.
  const settled = await settledCancellation(db, scope, { eid: wanted.eid, day: wanted.day })
  return settled ? { ...appointmentOf(row, wanted.day), standing: 'cancelled' } : undefined
}

/** The appointment that a receipt of theirs names, or undefined. */
export async function appointmentByReceipt(
  portal: Portal,
  db: Queryable,
  scope: PatientScope,
  receipt: string,
): Promise<Appointment | undefined> {
  // The column is ASCII: other letters cannot be compared with it.
  if (!/^[\w-]+$/.test(receipt)) return undefined
  const row = await db.first<{ eid: number }>(
    `SELECT pc_eid AS eid FROM foyer_appointment_requests WHERE receipt = :receipt`,
    { receipt },
  )
  const appointment = row && (await findAppointment(portal, db, scope, String(row.eid)))
  return appointment?.receipt === receipt ? appointment : undefined
}

async function findVanished(db: Queryable, whose: Whose, eid: number): Promise<Appointment | undefined> {
  const row = await vanishedRequest(db, whose, eid)
  return row && removedOf(row)
}

function expand(portal: Portal, row: VisitRow, from: Day, until: Day): Appointment[] {
  if (row.pc_recurrtype === 0) return [appointmentOf(row, undefined)]
  return occurrencesOf(portal, row, from, until).map((each) => appointmentOf(row, each))
}

function occurrencesOf(portal: Portal, row: VisitRow, from: Day, until: Day): Day[] {
  return occurrences(recurringEvent(row, weekendOf(portal.globals())), from, until)
}

function appointmentOf(row: VisitRow, occurrence: Day | undefined): Appointment {
  return {
    id: appointmentId(row.first_eid, occurrence),
    eid: row.first_eid,
    ofSeries: occurrence !== undefined,
    standing: standingOf(row.status, row.state),
    hostStatus: row.status,
    day: occurrence ?? row.pc_eventDate ?? '',
    start: timeOf(row.start),
    minutes: Math.round(row.seconds / 60),
    allDay: row.all_day !== 0,
    category: { id: row.category_id, name: row.category },
    provider: { id: row.provider_id ?? undefined, name: row.providers ?? row.provider },
    several: row.providers !== null && row.providers !== row.provider,
    place: { name: row.place, address: row.address, phone: row.phone },
    // The comment of an event that staff made is theirs: a patient reads only what they wrote themselves.
    reason: row.reason ?? '',
    decisionReason: row.decision_reason ?? '',
    receipt: row.receipt ?? undefined,
    requestedAt: row.requested_at ?? undefined,
    replaces:
      row.replaces_eid === null
        ? undefined
        : { eid: row.replaces_eid, day: row.replaces_day ?? undefined, start: timeOf(row.replaces_start) },
    replacedBy: row.replaced_by ?? undefined,
    cancellationAsked: false,
  }
}

function timeOf(time: string | null): string {
  return (time ?? '00:00:00').slice(0, 5)
}

function removedOf(row: VanishedRow): Appointment {
  return {
    id: String(row.pc_eid),
    eid: row.pc_eid,
    ofSeries: false,
    standing: 'removed',
    hostStatus: '',
    day: row.day,
    start: timeOf(row.start),
    minutes: row.minutes,
    allDay: false,
    category: { id: 0, name: row.category },
    provider: { id: undefined, name: row.provider },
    several: false,
    place: { name: '', address: '', phone: '' },
    reason: row.reason,
    decisionReason: '',
    receipt: row.receipt,
    requestedAt: undefined,
    replaces: undefined,
    replacedBy: undefined,
    cancellationAsked: false,
  }
}

const END_OF_TIME: Place = { day: '9999-12-31', start: '23:59', eid: 4_294_967_295 }

function keyOf({ day, start, eid }: Appointment): string {
  return placeKey({ day, start, eid })
}

function placeKey({ day, start, eid }: Place): string {
  return `${day} ${start} ${String(eid).padStart(10, '0')}`
}

/** `20261012-0900-4711`: what an address can carry. */
function writePlace(last: Appointment | undefined): string | undefined {
  return last && `${last.day.replaceAll('-', '')}-${last.start.replace(':', '')}-${String(last.eid)}`
}

function readPlace(written: string): Place | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})-(\d{1,10})$/.exec(written)
  if (!parts) return undefined
  const [, year = '', month = '', date = '', hours = '', minutes = '', eid] = parts
  const day = `${year}-${month}-${date}`
  const isPlace = !Number.isNaN(dayNumber(day)) && Number(hours) <= 23 && Number(minutes) <= 59
  return isPlace ? { day, start: `${hours}:${minutes}`, eid: Number(eid) } : undefined
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
