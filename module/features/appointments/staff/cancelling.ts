/** A wish to cancel: granted or refused. */
import { z } from 'zod'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText, text } from '../../../web/forms.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { acceptCancellation, refuseCancellation, type CancellationOutcome } from '../cancellationDecisions.js'
import { openCancellation } from '../cancellations.js'
import { cancellationPage } from './cancellationPage.js'
import { onward, whyNot } from './outcomes.js'
import type { Told } from './told.js'
import { eidIn, one, undoOf } from './visit.js'
import { aboutOf, findVisit } from './visitView.js'
import { waiting } from './waiting.js'

/** GET …/cancellation, or the page once more with what was wrong. */
export async function wish(context: StaffContext, typed: { reason?: string; error?: Told } = {}): Promise<Answer> {
  const { params, portal, show, t } = context
  const id = params['id'] ?? ''
  const row = await findVisit(context, eidIn(context))
  const open = row && (await openCancellation(portal.db, id))
  if (!row || !open) return row && typed.error ? one(context, typed.error) : show.notFound()
  const undo = await undoOf(context)
  const page = { ...(await cancellationPage(context, row, open, id, typed)), undo }
  const about = [...aboutOf(row, page.entries), ...(undo?.about ?? [])]
  const options = { title: t('appointments.cancellationAsked.title'), about }
  if (!typed.error) return show.page('/appointments/staff/cancellation', page, options)
  return show.refused('/appointments/staff/cancellation', page, { ...options, status: typed.error.status })
}

/** POST …/cancellation */
export async function grantWish(context: StaffContext): Promise<Answer> {
  const { actor, form, params, portal, staff } = context
  const asked = form(z.object({ late: optionalText(1) }))
  const token = opaqueId()
  const late = asked.ok && asked.value.late === '1'
  const outcome = await acceptCancellation(portal, staff, actor, { id: params['id'] ?? '', late, undo: token })
  return decidedOnWish(context, outcome, token)
}

/** POST …/cancellation/refusal */
export async function refuseWish(context: StaffContext): Promise<Answer> {
  const { actor, form, params, portal, staff, t } = context
  const asked = form(z.object({ reason: text(500, 'appointments.decline.missingReason') }))
  if (!asked.ok) {
    const error = { status: 422, text: t(asked.errors['reason'] ?? 'form.choose'), field: 'reason' }
    return wish(context, { reason: asked.typed['reason'] ?? '', error })
  }
  const token = opaqueId()
  const { reason } = asked.value
  const outcome = await refuseCancellation(portal, staff, actor, { id: params['id'] ?? '', reason, undo: token })
  return decidedOnWish(context, outcome, token, reason)
}

async function decidedOnWish(
  context: StaffContext,
  outcome: CancellationOutcome,
  token: string,
  reason = '',
): Promise<Answer> {
  if (outcome.ok) return onward(context, token)
  if (outcome.reason === 'not-found') return context.show.notFound()
  const error = await whyNot(context, outcome)
  return context.fragment ? waiting(context, error) : wish(context, { reason, error })
}
