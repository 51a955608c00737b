/** A patient's appointments, loaded through the scope: somebody else's are not there. */
import type { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import type { ChartScope } from '../../access/scope.js'
import {
  patientAppointment,
  patientAppointments,
  vanishedRequests,
  type AppointmentRow,
  type VanishedRow,
} from '../../host/reads/appointments.js'
import { weekendOf } from '../../host/globals.js'
import { occurrences, recurringEvent } from '../../host/recurrence.js'
import { day as dayOf, daysLater, type Day } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { appointmentId, parseAppointmentId, standingOf, startOf, type Appointment } from './appointment.js'

export interface PatientAppointments {
  /** Requested, soonest first. */
  requested: Appointment[]
  /** Confirmed and to come, soonest first. */
  next: Appointment[]
  /** Over, cancelled, declined or removed; newest first. */
  past: Appointment[]
}

const YEARS_BACK = 2
const SERIES_MONTHS_AHEAD = 6
const SERIES_MONTHS_BACK = 6
const PAST_SHOWN = 20

/** Two statements. */
export async function appointmentsOf(portal: Portal, db: Queryable, scope: ChartScope): Promise<PatientAppointments> {
  const now = portal.clock.now()
  const since = dayOf(now.minus({ years: YEARS_BACK }))
  const [rows, vanished] = [
    await patientAppointments(db, scope.pid, since),
    await vanishedRequests(db, scope.pid, since),
  ]
  const all = [...rows.flatMap((row) => expand(portal, row, now)), ...vanished.map(removedOf)]
  const soonest = all.sort((a, b) => compare(key(a), key(b)))
  const ahead = (each: Appointment) => startOf(each, portal.clock.zone) > now
  const requested = soonest.filter((each) => each.standing === 'requested' && ahead(each))
  const next = soonest.filter((each) => each.standing === 'confirmed' && ahead(each))
  const past = soonest.filter((each) => !requested.includes(each) && !next.includes(each)).reverse()
  return { requested, next, past: past.slice(0, PAST_SHOWN) }
}

/** One of this patient's appointments by its address, or undefined. */
export async function findAppointment(
  portal: Portal,
  db: Queryable,
  scope: ChartScope,
  id: string,
): Promise<Appointment | undefined> {
  const wanted = parseAppointmentId(id)
  if (!wanted) return undefined
  const row = await patientAppointment(db, scope.pid, wanted.eid)
  if (!row) return undefined
  if (row.pc_recurrtype === 0) return wanted.day === undefined ? appointmentOf(row, undefined) : undefined
  if (wanted.day === undefined) return undefined
  const [hit] = occurrencesOf(portal, row, wanted.day, daysLater(wanted.day, 1))
  return hit === undefined ? undefined : appointmentOf(row, hit)
}

function expand(portal: Portal, row: AppointmentRow, now: DateTime): Appointment[] {
  if (row.pc_recurrtype === 0) return [appointmentOf(row, undefined)]
  const from = dayOf(now.minus({ months: SERIES_MONTHS_BACK }))
  const until = dayOf(now.plus({ months: SERIES_MONTHS_AHEAD }))
  return occurrencesOf(portal, row, from, until).map((each) => appointmentOf(row, each))
}

function occurrencesOf(portal: Portal, row: AppointmentRow, from: Day, until: Day): Day[] {
  return occurrences(recurringEvent(row, weekendOf(portal.globals())), from, until)
}

function appointmentOf(row: AppointmentRow, occurrence: Day | undefined): Appointment {
  return {
    id: appointmentId(row.pc_eid, occurrence),
    eid: row.pc_eid,
    ofSeries: occurrence !== undefined,
    standing: standingOf(row.status, row.state),
    hostStatus: row.status,
    day: occurrence ?? row.pc_eventDate ?? '',
    start: (row.start ?? '00:00:00').slice(0, 5),
    minutes: Math.round(row.seconds / 60),
    allDay: row.all_day !== 0,
    category: { id: row.category_id, name: row.category },
    provider: { id: row.provider_id ?? undefined, name: row.provider },
    place: { name: row.place, address: row.address, phone: row.phone },
    // The comment of an event that staff made is theirs: a patient reads only what they wrote themselves.
    reason: row.reason ?? '',
    decisionReason: row.decision_reason ?? '',
    receipt: row.receipt ?? undefined,
  }
}

function removedOf(row: VanishedRow): Appointment {
  return {
    id: String(row.pc_eid),
    eid: row.pc_eid,
    ofSeries: false,
    standing: 'removed',
    hostStatus: '',
    day: row.day,
    start: row.start.slice(0, 5),
    minutes: row.minutes,
    allDay: false,
    category: { id: 0, name: row.category },
    provider: { id: undefined, name: row.provider },
    place: { name: '', address: '', phone: '' },
    reason: row.reason,
    decisionReason: '',
    receipt: row.receipt,
  }
}

function key(appointment: Appointment): string {
  return `${appointment.day} ${appointment.start} ${appointment.id}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
