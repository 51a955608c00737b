/** A visit is laid over another on purpose: a permission and a form of their own. */
import { z } from 'zod'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText, text } from '../../../web/forms.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { overbook } from '../overbooking.js'
import { proposeTime } from '../proposing.js'
import { decided } from './deciding.js'
import { onward } from './outcomes.js'
import { askWhen, notProposed, timeFields, wantedTime } from './proposing.js'
import { eidIn, one } from './visit.js'

const OverbookForm = z.object({
  ...timeFields,
  wanted: optionalText(16),
  reason: text(200, 'appointments.overbook.missingReason'),
})

/** Confirms where it stands; with a date and a time, proposes there. */
export async function layOver(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(OverbookForm)
  if (!asked.ok) {
    const [field = 'reason', key = 'form.choose'] = Object.entries(asked.errors)[0] ?? []
    const error = { status: 422, text: t(key), field }
    const { slot = '', date = '', wanted = '' } = asked.typed
    if (slot === '' && date === '' && wanted === '') return one(context, error, asked.typed)
    return askWhen(context, { ...asked.typed, provider: undefined, mayOverbook: true, error })
  }
  const typed = asked.value
  const token = opaqueId()
  const press = { eid: eidIn(context), seen: typed.version || undefined, undo: token }
  const wanted = wantedTime(typed)
  if (wanted) {
    const { day, time } = wanted
    const { note, provider, reason: over } = typed
    const outcome = await proposeTime(portal, staff, actor, { ...press, day, time, provider, note, over })
    return outcome.ok ? onward(context, token) : notProposed(context, outcome, typed)
  }
  const outcome = await overbook(portal, staff, actor, { ...press, reason: typed.reason })
  return decided(context, outcome, token, asked.typed)
}
