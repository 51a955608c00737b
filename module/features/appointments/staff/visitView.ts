/** What a visit’s page and each of its forms begin with. */
import { readText } from '../../../host/events.js'
import { staffAppointment, type StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import { PENDING } from '../../../host/statuses.js'
import { day as dayOf, type Day } from '../../../platform/clock.js'
import type { Language } from '../../../platform/i18n.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeAge, writeLongDay, writeTime } from '../../../web/times.js'
import { standingOf } from '../appointment.js'
import { versionOf } from '../requests.js'
import { statusTag } from '../statusTag.js'
import { nowOf, personOf, whoseVisit, rowActionsOf } from './queue.js'
import { whoseOf, type Whose } from '../../../web/whose.js'

/** What a visit's page and each of its forms begin with. */
export function visitView(context: StaffContext, row: StaffAppointmentRow) {
  const { language, portal, staff, t, url } = context
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  const comment = readText(row.text)
  return {
    eid: row.pc_eid,
    version: versionOf({ status: row.status, day: row.pc_eventDate ?? '', start: row.start ?? '00:00' }),
    ...personOf(context, row),
    actions: rowActionsOf(context, row),
    what: row.category,
    provider: row.provider,
    place: row.place,
    when: whenText(language, row.pc_eventDate ?? '', row.start),
    minutes: Math.round(row.seconds / 60),
    past: (row.pc_eventDate ?? '') < dayOf(portal.clock.now()),
    reason: row.reason || comment,
    /** What has been written in the calendar since: a note, why it was overbooked, why its patient cancelled. */
    comment: row.reason === '' || row.reason === comment ? '' : comment,
    decisionReason: row.decision_reason ?? '',
    answer: row.status === PENDING ? (row.answer ?? '') : '',
    receipt: row.receipt,
    origin: t(row.account_name === null ? 'appointments.origin.host' : 'appointments.origin.foyer'),
    waiting: writeAge(row.waiting_seconds / 60),
    status: statusTag(context, standingOf(row.status, row.state)),
    holder: row.holder === null ? undefined : row.holder_name || row.holder,
    holderBy: row.holder,
    mine: row.holder === staff.username,
    backHref: url('/staff/portal/appointments'),
    hereHref: url(base),
    overlapped: row.overlapped === 1,
  }
}

/** "Tuesday, 24 November 2026, 10:15" */
export function whenText(language: Language, day: Day, start: string | null): string {
  return `${writeLongDay(day, language)}, ${writeTime(start ?? '00:00')}`
}

/** Everybody of whom a visit's page shows something. */
export function aboutOf(row: StaffAppointmentRow, entries: readonly { pid: number | undefined }[]): Whose[] {
  return [...whoseVisit(row), ...whoseOf(...entries)]
}

/** The visit with its request and its patient: one statement. */
export function findVisit(context: StaffContext, eid: number): Promise<StaffAppointmentRow | undefined> {
  return staffAppointment(context.portal.db, nowOf(context.portal), eid)
}
