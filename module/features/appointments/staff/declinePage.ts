/** What the page is given on which staff decline. */
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import type { StaffContext } from '../../../web/routes.js'
import { languageOf, repliesFor, replyAsked } from './replies.js'
import { timeChoices } from './times.js'
import { errorsOf, type Told } from './told.js'
import { visitView } from './visitView.js'

export interface DeclineTyped {
  reason?: string | undefined
  alternatives?: readonly string[]
  error?: Told | undefined
}

/** The visit, the ready answers, and free times to name. */
export async function declinePage(context: StaffContext, row: StaffAppointmentRow, typed: DeclineTyped = {}) {
  const { url } = context
  const language = languageOf(context, row)
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  return {
    ...visitView(context, row),
    action: url(`${base}/decline`),
    takeOverAction: url(`${base}/claim`),
    takeFrom: typed.error?.takeFrom,
    times: await timeChoices(context, row, undefined, typed.alternatives ?? []),
    replies: repliesFor(context, 'decline', language, '/decline'),
    typed: typed.reason ?? replyAsked(context, 'decline', language) ?? '',
    ...errorsOf(typed.error),
  }
}
