/** Off the calendar, or the practice is asked to; and the wish taken back. */
import { z } from 'zod'
import { text } from '../../../web/forms.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { whyNotCancel } from '../appointment.js'
import { cancelAppointment } from '../booking.js'
import { withdrawCancellation } from '../cancellationRequests.js'
import { cancellationPage } from './cancellationPage.js'
import { REASON_MOST } from './choosing.js'
import { notTheirs } from './notTheirs.js'
import { backTo, find, refused } from './visit.js'

/** GET …/cancellation */
export async function askWhy(context: RecordContext): Promise<Answer> {
  const { portal, show } = context
  const appointment = await find(context)
  const refusal = whyNotCancel(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (!appointment || refusal === 'not-found') return show.notFound()
  const page = cancellationPage(context, appointment, { reason: '', errors: {}, refusal })
  return show.page('/appointments/patient/cancellation', page, { title: page.title })
}

const Cancellation = z.object({ ...notTheirs, reason: text(REASON_MOST, 'appointments.cancel.missingReason') })

/** POST …/cancellation */
export async function cancel(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, show } = context
  const id = params['id'] ?? ''
  const said = form(Cancellation)
  if (!said.ok) {
    const appointment = await find(context)
    if (!appointment) return show.notFound()
    const refusal = whyNotCancel(appointment, portal.clock.now(), portal.settings().minimumNotice)
    const typed = { reason: said.typed['reason'] ?? '', errors: said.errors, refusal }
    const page = cancellationPage(context, appointment, typed)
    return show.refused('/appointments/patient/cancellation', page, { title: page.title })
  }
  const { reason } = said.value
  const outcome = await cancelAppointment(portal, actor, { scope, id, reason })
  if (outcome.ok) return backTo(context, id, outcome.asked ? 'appointments.askCancel.asked' : 'appointments.cancelled')
  if (!outcome.appointment || outcome.reason === 'not-found') return show.notFound()
  const page = cancellationPage(context, outcome.appointment, { reason, errors: {}, refusal: outcome.reason })
  return show.refused('/appointments/patient/cancellation', page, {
    title: page.title,
    status: outcome.reason === 'already-cancelled' ? 409 : 422,
  })
}

/** POST …/cancellation/withdrawal: the wish is taken back. */
export async function withdraw(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, t } = context
  const id = params['id'] ?? ''
  if (!form(z.object(notTheirs)).ok) return refused(context, 422, { text: t('appointments.notYours') })
  const outcome = await withdrawCancellation(portal, actor, { scope, id })
  if (outcome.ok) return backTo(context, id, 'appointments.askCancel.withdrawn')
  if (outcome.reason === 'not-found') return context.show.notFound()
  return refused(context, 409, { text: t('appointments.askCancel.notOpen') })
}
