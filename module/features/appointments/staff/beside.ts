/** What stands around a visit: its provider’s day, its patient’s other visits, what was done to it. */
import {
  colleagues,
  providerDay,
  visitsOfPatient,
  type DayEntry,
  type StaffAppointmentRow,
} from '../../../host/reads/staffAppointments.js'
import { minuteOfDay, timeOfDay } from '../../../host/schedule.js'
import { day as dayOf, daysLater, type Day } from '../../../platform/clock.js'
import { personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeShortDay } from '../../../web/times.js'
import { appointmentId } from '../appointment.js'
import { overlapsOf } from '../overlaps.js'
import { overlapText } from './calendarPages.js'
import { historyOf } from './deeds.js'
import { pidOf, visitLine } from './queue.js'

const OTHERS_SHOWN = 8

/** What stands around a visit: four reads, and the colleagues to whom it can be handed. */
export async function besideOf(context: StaffContext, row: StaffAppointmentRow, on?: Day) {
  const { portal, staff, t } = context
  const { db } = portal
  const today = dayOf(portal.clock.now())
  const day = on ?? row.pc_eventDate ?? today
  const entries = row.provider_id === null ? [] : await providerDay(db, portal.globals(), row.provider_id, day)
  const pid = pidOf(row)
  const others = pid === undefined ? [] : await visitsOfPatient(db, pid, daysLater(today, -30))
  const people = await colleagues(db)
  const overlaps = entries.filter((entry) => liesOver(entry, row))
  const over = (await overlapsOf(portal, db, [row.pc_eid])).get(row.pc_eid) ?? []
  return {
    dayTitle: t('appointments.day', { provider: row.provider, day: writeShortDay(day, context.language, today) }),
    entries: entries.map((entry) => entryView(context, entry, row, day)),
    laidOver: overlaps.length > 0 || over.length > 0,
    overlaps: over.map((each) => overlapText(context, each)),
    others: others
      .filter((each) => each.pc_eid !== row.pc_eid && each.pc_recurrtype === 0)
      .slice(0, OTHERS_SHOWN)
      .map((each) => visitLine(context, each)),
    history: await historyOf(context, row.pc_eid),
    colleagues: people
      .filter((each) => each.username !== staff.username && each.username !== row.holder)
      .map((each) => ({ value: each.username, text: each.name, selected: false })),
  }
}

function liesOver(entry: DayEntry, row: StaffAppointmentRow): boolean {
  if (entry.eid === row.pc_eid || entry.cancelled || entry.kind === 'in' || entry.kind === 'out') return false
  const from = minuteOfDay(row.start ?? '') ?? 0
  const until = from + Math.max(1, Math.round(row.seconds / 60))
  return entry.allDay || (entry.start < until && from < entry.start + Math.max(1, entry.minutes))
}

function entryView(context: StaffContext, entry: DayEntry, row: StaffAppointmentRow, day: Day) {
  const { t, url } = context
  const ofSomebody = entry.kind === 'visit'
  const address = appointmentId(entry.eid, entry.recurring ? day : undefined)
  return {
    time: entry.allDay ? t('appointments.allDay') : timeOfDay(entry.start % 1440),
    text: ofSomebody ? personName(entry.lastName, entry.firstName) || t('appointments.queue.noPerson') : entry.category,
    detail: ofSomebody ? entry.category : '',
    minutes: entry.kind === 'in' || entry.kind === 'out' || entry.allDay ? 0 : entry.minutes,
    href: ofSomebody && entry.eid !== row.pc_eid ? url(`/staff/portal/appointments/${address}`) : undefined,
    this: entry.eid === row.pc_eid,
    cancelled: entry.cancelled,
    overlaps: liesOver(entry, row),
    pid: entry.pid,
  }
}
