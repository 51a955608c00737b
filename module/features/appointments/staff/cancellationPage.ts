/** What the page of a wish to cancel is given: the wish, and the visit that it is about. */
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import { CANCELLED_LATE, readStatuses } from '../../../host/statuses.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeDay } from '../../../web/times.js'
import type { CancellationRow } from '../cancellations.js'
import { besideOf } from './beside.js'
import { nowOf } from './queue.js'
import { errorsOf, type Told } from './told.js'
import { visitView, whenText } from './visitView.js'

export interface CancellationTyped {
  reason?: string | undefined
  error?: Told | undefined
}

/** A wish to cancel, with the visit that it is about. */
export async function cancellationPage(
  context: StaffContext,
  row: StaffAppointmentRow,
  wish: CancellationRow,
  id: string,
  typed: CancellationTyped = {},
) {
  const { language, portal, staff, t, url } = context
  const base = `/staff/portal/appointments/${id}/cancellation`
  const beside = await besideOf(context, row, wish.day)
  const statuses = await readStatuses(portal.db)
  const asked = nowOf(portal)
  const held = wish.claimed_by !== null && (wish.claimed_at ?? '') > asked.claimedSince ? wish.claimed_by : undefined
  return {
    ...visitView(context, row),
    ...beside,
    when: whenText(language, wish.day, row.start),
    wish: wish.reason,
    receipt: wish.receipt,
    ofSeries: wish.of_series === 1,
    holder: held,
    holderBy: held,
    mine: held === staff.username,
    acceptAction: url(base),
    refuseAction: url(`${base}/refusal`),
    claimAction: url(`${base}/claim`),
    late: statuses.find((status) => status.id === CANCELLED_LATE)?.title,
    askedAt: writeDay(wish.created_at.slice(0, 10), language),
    why: t(wish.of_series === 1 ? 'appointments.cancellationAsked.series' : 'appointments.cancellationAsked.late'),
    typed: typed.reason ?? '',
    ...errorsOf(typed.error),
  }
}
