/** What the page of one visit is given: everything needed to decide. */
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import { isCancelled, PENDING, readStatuses, type AppointmentStatus } from '../../../host/statuses.js'
import type { FieldOption } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
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
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  const pending = row.status === PENDING
  const series = row.pc_recurrtype !== 0
  const over = isCancelled(row.status)
  const statuses = await readStatuses(db)
  const proposal = pending ? await openProposal(db, row.pc_eid) : undefined
  const beside = await besideOf(context, row)
  const open = pending && !series
  const status = statuses.find((each) => each.id === row.status)
  return {
    ...visitView(context, row),
    ...beside,
    hostStatus: status?.title ?? row.status,
    swatch: status?.colour,
    pending: open,
    series,
    over,
    mayDecide: !over && !series,
    statusAction: url(`${base}/status`),
    declineHref: open ? url(`${base}/decline`) : undefined,
    proposeHref: open ? url(`${base}/proposal`) : undefined,
    claimAction: open && !proposal ? url(`${base}/claim`) : undefined,
    overbookAction: open && beside.laidOver && may('appointments:overbook') ? url(`${base}/overbooking`) : undefined,
    reopenAction: over && !series ? url(`${base}/reopening`) : undefined,
    withdrawAction: proposal ? url(`${base}/proposal/withdrawal`) : undefined,
    proposal: proposal && proposalView(context, proposal),
    statuses: statusOptions(statuses, row.status),
    checkInNote: opensEncounters(context) && statuses.some((each) => each.checkIn) ? t('appointments.checkInNote') : '',
    replies: repliesFor(context, 'note', context.language),
    noteHref: url(base),
    note: typed['note'] ?? replyAsked(context, 'note', context.language) ?? '',
    moves: row.replaces === null ? undefined : url(`/staff/portal/appointments/${String(row.replaces)}`),
    takeOver: told?.takeOver === true,
    ...errorsOf(told),
    overReason: typed['reason'] ?? '',
  }
}

function statusOptions(statuses: readonly AppointmentStatus[], now: string): FieldOption[] {
  return statuses
    .filter((status) => status.id !== now)
    .map((status) => ({ value: status.id, text: status.title, selected: false }))
}

/** In the EMR, who arrives gets an encounter (facts §10.2); Foyer opens none. */
function opensEncounters({ portal }: StaffContext): boolean {
  return Number(portal.globals().get('auto_create_new_encounters') ?? 0) > 0
}

function proposalView({ language }: StaffContext, proposal: Proposal) {
  return {
    from: whenText(language, proposal.from.day, proposal.from.start),
    note: proposal.note,
    by: proposal.proposedBy,
  }
}
