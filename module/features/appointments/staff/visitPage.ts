/** What the page of one visit is given: everything needed to decide. */
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import { weekendOf } from '../../../host/globals.js'
import { occurrences, recurringEvent, takesPlaceOn } from '../../../host/recurrence.js'
import { isCancelled, PENDING, readStatuses, type AppointmentStatus } from '../../../host/statuses.js'
import { day as dayOf, type Day } from '../../../platform/clock.js'
import type { FieldOption } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeShortDay } from '../../../web/times.js'
import { alternativesOf } from '../alternatives.js'
import { appointmentId, parseAppointmentId } from '../appointment.js'
import { mayOpenEncounter } from '../checkingIn.js'
import { openProposal, type Proposal } from '../proposals.js'
import { besideOf } from './beside.js'
import { repliesFor, replyAsked } from './replies.js'
import { errorsOf, type Told } from './told.js'
import { visitView, whenText } from './visitView.js'

/** One visit, with its provider's day, its patient's other visits and its history around it. */
export async function visitPage(
  context: StaffContext,
  row: StaffAppointmentRow,
  told?: Told,
  typed: Record<string, string> = {},
) {
  const { may, portal, t, url } = context
  const { db } = portal
  const day = dayAsked(context, row)
  const base = `/staff/portal/appointments/${appointmentId(row.pc_eid, day)}`
  const pending = row.status === PENDING
  const series = row.pc_recurrtype !== 0
  const over = isCancelled(row.status)
  const statuses = await readStatuses(db)
  const proposal = pending ? await openProposal(db, row.pc_eid) : undefined
  const beside = await besideOf(context, row, day)
  const taken = over ? (await alternativesOf(db, row.pc_eid)).find((each) => each.takenEid !== undefined) : undefined
  const open = pending && !series
  const status = statuses.find((each) => each.id === row.status)
  const on = day ?? row.pc_eventDate ?? ''
  return {
    ...visitView(context, { ...row, pc_eventDate: on }),
    ...beside,
    hostStatus: status?.title ?? row.status,
    swatch: status?.colour,
    pending: open,
    series: series && day === undefined,
    /** Of a series: the day whose page it is; else the next of its days. */
    ofDay: day !== undefined,
    days: series && day === undefined && !over ? daysAhead(context, row) : [],
    over,
    mayDecide: !over && (!series || day !== undefined),
    statusAction: url(`${base}/status`),
    declineHref: open ? url(`${base}/decline`) : undefined,
    proposeHref: open ? url(`${base}/proposal`) : undefined,
    claimAction: open && !proposal ? url(`${base}/claim`) : undefined,
    overbookAction: open && beside.laidOver && may('appointments:overbook') ? url(`${base}/overbooking`) : undefined,
    reopenAction: over && !series ? url(`${base}/reopening`) : undefined,
    insteadHref: taken ? url(`/staff/portal/appointments/${String(taken.takenEid)}`) : undefined,
    withdrawAction: proposal ? url(`${base}/proposal/withdrawal`) : undefined,
    proposal: proposal && proposalView(context, proposal),
    statuses: statusOptions(statuses, row.status),
    checkInNote:
      statuses.some((each) => each.checkIn) && mayOpenEncounter(portal, on) ? t('appointments.checkInNote') : '',
    replies: repliesFor(context, 'note', context.language),
    noteHref: url(base),
    note: typed['note'] ?? replyAsked(context, 'note', context.language) ?? '',
    moves: row.replaces === null ? undefined : url(`/staff/portal/appointments/${String(row.replaces)}`),
    ...errorsOf(told),
    overReason: typed['reason'] ?? '',
  }
}

function statusOptions(statuses: readonly AppointmentStatus[], now: string): FieldOption[] {
  return statuses
    .filter((status) => status.id !== now)
    .map((status) => ({ value: status.id, text: status.title, selected: false }))
}

/** The day of a series that the address names, if it takes place then. */
function dayAsked({ params, portal }: StaffContext, row: StaffAppointmentRow): Day | undefined {
  const { day } = parseAppointmentId(params['id'] ?? '') ?? {}
  if (row.pc_recurrtype === 0 || day === undefined) return undefined
  return takesPlaceOn(row, day, weekendOf(portal.globals())) === true ? day : undefined
}

const DAYS_SHOWN = 6
/** How far ahead days of a series are looked for. */
const MONTHS_AHEAD = 6

/** The next days of a series, each with the page on which it is decided. */
function daysAhead({ language, portal, url }: StaffContext, row: StaffAppointmentRow) {
  const now = portal.clock.now()
  const today = dayOf(now)
  const event = recurringEvent(row, weekendOf(portal.globals()))
  const days = occurrences(event, today, dayOf(now.plus({ months: MONTHS_AHEAD }))).slice(0, DAYS_SHOWN)
  return days.map((day) => ({
    text: writeShortDay(day, language, today),
    href: url(`/staff/portal/appointments/${appointmentId(row.pc_eid, day)}`),
  }))
}

function proposalView({ language }: StaffContext, proposal: Proposal) {
  return {
    from: whenText(language, proposal.from.day, proposal.from.start),
    note: proposal.note,
    by: proposal.proposedBy,
  }
}
