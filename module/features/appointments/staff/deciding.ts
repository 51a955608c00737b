/** A status is set; a visit that was closed is opened again. */
import { z } from 'zod'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText } from '../../../web/forms.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { parseAppointmentId } from '../appointment.js'
import { setStatusOfDay } from '../dayOfSeries.js'
import { processAppointment, type ProcessOutcome } from '../processing.js'
import { reopenAppointment } from '../reopening.js'
import { onward, whyNot } from './outcomes.js'
import { eidIn, one } from './visit.js'
import { waiting } from './waiting.js'

const StatusForm = z.object({
  status: z.string('form.choose').min(1, 'form.choose').max(15, 'form.choose'),
  note: optionalText(500),
  version: optionalText(40),
})

/** POST …/status */
export async function setStatus(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(StatusForm)
  if (!asked.ok) return one(context, { status: 422, text: t('form.choose'), field: 'status' }, asked.typed)
  const { status, note, version } = asked.value
  const token = opaqueId()
  const input = { eid: eidIn(context), status, note, seen: version || undefined, undo: token }
  const { day } = parseAppointmentId(context.params['id'] ?? '') ?? {}
  if (day !== undefined) {
    const outcome = await setStatusOfDay(portal, staff, actor, { ...input, day })
    return outcome.ok ? toDay(context, outcome.eid) : decided(context, outcome, token, asked.typed)
  }
  return decided(context, await processAppointment(portal, staff, actor, input), token, asked.typed)
}

/** To the entry that the day has of its own from now on. */
function toDay({ show }: StaffContext, eid: number): Answer {
  return show.seeOther(`/staff/portal/appointments/${String(eid)}`, { kind: 'success', key: 'appointments.ofDay.set' })
}

/** Where a decision on one visit leads, done or not. */
export async function decided(
  context: StaffContext,
  outcome: ProcessOutcome,
  token: string,
  typed: Record<string, string>,
): Promise<Answer> {
  if (outcome.ok) return onward(context, token)
  if (outcome.reason === 'not-found') return context.show.notFound()
  const told = await whyNot(context, outcome)
  return context.fragment ? waiting(context, told) : one(context, told, typed)
}

/** POST …/reopening */
export async function reopen(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, staff } = context
  const outcome = await reopenAppointment(portal, staff, actor, eidIn(context))
  if (outcome.ok) {
    const flash = { kind: 'success', key: 'appointments.reopened' } as const
    return show.seeOther(`/staff/portal/appointments/${String(outcome.eid)}`, flash)
  }
  if (outcome.reason === 'not-found') return show.notFound()
  return one(context, await whyNot(context, outcome))
}
