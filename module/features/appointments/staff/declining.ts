/** Declined, with up to three times to take instead. */
import { z } from 'zod'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText, text } from '../../../web/forms.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { declineAppointment, type DeclineOutcome } from '../processing.js'
import { declinePage, type DeclineTyped } from './declinePage.js'
import { onward, whyNot } from './outcomes.js'
import { timeOf } from './proposing.js'
import { eidIn, formAbout } from './visit.js'

/** GET …/decline, or the page once more with what was wrong. */
export async function askWhy(context: StaffContext, typed: DeclineTyped = {}): Promise<Answer> {
  return formAbout(context, '/appointments/staff/decline', 'appointments.decline.title', typed.error, (row) =>
    declinePage(context, row, typed),
  )
}

/** One, several, or none of a field that may be ticked more than once. */
export const several = z
  .union([z.string().transform((one) => [one]), z.array(z.string())], 'form.choose')
  .optional()
  .default([])

const DeclineForm = z.object({
  reason: text(500, 'appointments.decline.missingReason'),
  version: optionalText(40),
  'alternative[]': several.refine((all) => all.length <= 3, 'appointments.decline.tooMany'),
})

/** POST …/decline */
export async function decline(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const ticked = form(z.object({ 'alternative[]': several }))
  const alternatives = ticked.ok ? ticked.value['alternative[]'] : []
  const asked = form(DeclineForm)
  if (!asked.ok) {
    const [field = 'reason', key = 'form.choose'] = Object.entries(asked.errors)[0] ?? []
    const error = { status: 422, text: t(key), field: field === 'reason' ? 'reason' : 'alternatives' }
    return askWhy(context, { reason: asked.typed['reason'] ?? '', alternatives, error })
  }
  const { reason, version } = asked.value
  const offered = alternatives.map(timeOf)
  if (offered.some((time) => time === undefined)) {
    const error = { status: 422, text: t('form.choose'), field: 'alternatives' }
    return askWhy(context, { reason, alternatives, error })
  }
  const token = opaqueId()
  const outcome = await declineAppointment(portal, staff, actor, {
    eid: eidIn(context),
    reason,
    alternatives: offered.flatMap((time) => time ?? []),
    seen: version || undefined,
    undo: token,
  })
  return outcome.ok ? onward(context, token) : notDeclined(context, outcome, { reason, alternatives })
}

async function notDeclined(
  context: StaffContext,
  outcome: Extract<DeclineOutcome, { ok: false }>,
  typed: DeclineTyped,
): Promise<Answer> {
  const { show, t } = context
  if (outcome.reason === 'not-found') return show.notFound()
  if (outcome.reason !== 'not-free') return askWhy(context, { ...typed, error: await whyNot(context, outcome) })
  const gone = outcome.times.map((time) => `${time.day}T${time.time}`)
  const error = { status: 409, text: t('appointments.decline.notFree'), field: 'alternatives' }
  const left = (typed.alternatives ?? []).filter((each) => !gone.includes(each))
  return askWhy(context, { ...typed, alternatives: left, error })
}
