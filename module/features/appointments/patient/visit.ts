/** Their appointments: the list, one with everything around it, its calendar file, the receipt of what was sent. */
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { alternativesOf } from '../alternatives.js'
import type { Appointment } from '../appointment.js'
import { lastCancellation } from '../cancellationWishes.js'
import { historyOf } from '../history.js'
import { appointmentByReceipt, appointmentsOf, findAppointment } from '../ofPatient.js'
import { lastProposal } from '../proposals.js'
import { calendarFile } from './calendarFile.js'
import { listPage } from './listPage.js'
import { receiptPage } from './receiptPage.js'
import { appointmentPage, type Around, type Refusal } from './visitPage.js'
import { callPractice } from './visitView.js'

/** GET …/appointments: what is to come and the latest of what is over, or an older page of it. */
export async function list(context: RecordContext): Promise<Answer> {
  const { portal, query, scope, show, t } = context
  const before = query['before']
  const page = listPage(context, await appointmentsOf(portal, portal.db, scope, before), before !== undefined)
  return show.page('/appointments/patient/list', page, {
    title: t(before === undefined ? 'appointments.title' : 'appointments.olderTitle'),
  })
}

/** GET …/appointments/:id */
export async function one(context: RecordContext): Promise<Answer> {
  const appointment = await find(context)
  return appointment ? showOne(context, appointment, 200) : context.show.notFound()
}

/** The page of one visit, by itself (200) or with why nothing was done. */
export async function showOne(
  context: RecordContext,
  appointment: Appointment,
  status: number,
  refusal?: Refusal,
): Promise<Answer> {
  const { portal, scope, show, t } = context
  const { eid, standing } = appointment
  const around: Around = {
    proposal: standing === 'proposed' ? await lastProposal(portal.db, eid) : undefined,
    alternatives: standing === 'declined' ? await alternativesOf(portal.db, eid) : [],
    cancellation: await lastCancellation(portal.db, scope, appointment),
    history: await historyOf(portal.db, scope, appointment),
    ...(refusal ? { refusal } : {}),
  }
  const page = appointmentPage(context, appointment, around)
  const title = t('appointments.one.title')
  if (!refusal) return show.page('/appointments/patient/one', page, { title })
  return show.refused('/appointments/patient/one', page, { title, status })
}

/** GET …/calendar.ics */
export async function download(context: RecordContext): Promise<Answer> {
  const { portal, show, here } = context
  const appointment = await find(context)
  if (!appointment) return show.notFound()
  const address = `${portal.config.baseUrl ?? ''}${here(`/appointments/${appointment.id}`)}`
  return show.file('text/calendar; charset=utf-8', 'appointment.ics', calendarFile(context, appointment, address))
}

/** GET …/receipts/:receipt */
export async function receipt(context: RecordContext): Promise<Answer> {
  const { params, portal, scope, show, t } = context
  const appointment = await appointmentByReceipt(portal, portal.db, scope, params['receipt'] ?? '')
  if (!appointment) return show.notFound()
  const title = t('appointments.receiptTitle')
  return show.page('/partials/receipt', receiptPage(context, appointment), { title })
}

/** The visit that the address names, if it is theirs. */
export function find(context: RecordContext): Promise<Appointment | undefined> {
  return findAppointment(context.portal, context.portal.db, context.scope, context.params['id'] ?? '')
}

/** The visit as it stands now, with why nothing was done. Who may not see it reads why, and what to do. */
export async function refused(context: RecordContext, status: 409 | 422, refusal: Refusal): Promise<Answer> {
  const appointment = await find(context)
  if (!appointment) return context.show.notFound()
  if (context.may('appointments:view')) return showOne(context, appointment, status, refusal)
  return context.show.problem(status, { what: refusal.text, next: callPractice(context) })
}

/** To the thing it made, or to its receipt for those who may not see the list that it stands in. */
export async function made(context: RecordContext, eid: number, key: string): Promise<Answer> {
  const { here, may, portal, scope, show } = context
  const flash = { kind: 'success', key } as const
  if (may('appointments:view')) return show.seeOther(here(`/appointments/${String(eid)}`), flash)
  const appointment = await findAppointment(portal, portal.db, scope, String(eid))
  const receipt = appointment?.receipt
  return show.seeOther(here(receipt === undefined ? '' : `/appointments/receipts/${receipt}`), flash)
}

/** Back to the visit, or home for those who may not see it. */
export function backTo({ here, may, show }: RecordContext, id: string, key: string): Answer {
  return show.seeOther(here(may('appointments:view') ? `/appointments/${id}` : ''), { kind: 'success', key })
}
