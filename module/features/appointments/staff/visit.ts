/** One visit, and each form about it. */
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import { isOpaqueId } from '../../../platform/ids.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { parseAppointmentId } from '../appointment.js'
import { pressOf } from '../press.js'
import type { Told } from './told.js'
import { undoView } from './undoNotice.js'
import { visitPage } from './visitPage.js'
import { aboutOf, findVisit } from './visitView.js'

/** GET …/appointments/:id, or the page once more with why nothing was changed and what was typed. */
export async function one(context: StaffContext, told?: Told, typed: Record<string, string> = {}): Promise<Answer> {
  const { show, t } = context
  const row = await findVisit(context, eidIn(context))
  if (!row) return show.notFound()
  const undo = await undoOf(context)
  const page = { ...(await visitPage(context, row, told, typed)), undo }
  const about = [...aboutOf(row, page.entries), ...(undo?.about ?? [])]
  const options = { title: t('appointments.one.title'), about }
  if (told) return show.refused('/appointments/staff/one', page, { ...options, status: told.status })
  return show.page('/appointments/staff/one', page, options)
}

/** A form about one visit, by itself or with what was wrong with it. */
export async function formAbout(
  context: StaffContext,
  view: string,
  title: string,
  told: Told | undefined,
  page: (row: StaffAppointmentRow) => Promise<object>,
): Promise<Answer> {
  const { show, t } = context
  const row = await findVisit(context, eidIn(context))
  if (!row) return show.notFound()
  const options = { title: t(title), about: aboutOf(row, []) }
  const content = await page(row)
  return told ? show.refused(view, content, { ...options, status: told.status }) : show.page(view, content, options)
}

/** What the press did that led here, and did not, as long as it can be taken back. */
export async function undoOf(context: StaffContext, target?: string, token = context.query['undo'] ?? '') {
  if (!isOpaqueId(token)) return undefined
  const { portal, staff } = context
  return undoView(context, token, await pressOf(portal, portal.db, staff, token), target)
}

/** pc_eid in the address; 0: none. */
export function eidIn({ params }: StaffContext): number {
  return parseAppointmentId(params['id'] ?? '')?.eid ?? 0
}
