/** Several at once. */
import { z } from 'zod'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText } from '../../../web/forms.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { processMany, waitingIdOf } from '../bulk.js'
import { several } from './declining.js'
import { filterOf, filterQuery } from './queue.js'
import { waiting } from './waiting.js'

const BulkForm = z.object({
  'id[]': several.refine((ids) => ids.length > 0, 'appointments.bulk.nothing'),
  action: z.enum(['confirm', 'claim', 'release', 'decline'], 'form.choose'),
  reason: optionalText(500),
})

/** POST /bulk: what could not be done is told beside what was (undoNotice.ts). */
export async function decideOnMany(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff, t } = context
  const asked = form(BulkForm)
  if (!asked.ok) {
    const [key = 'form.choose'] = Object.values(asked.errors)
    return waiting(context, { status: 422, text: t(key) })
  }
  const { action, reason } = asked.value
  const ids = asked.value['id[]']
  if (action === 'decline' && reason === '') return askWhyMany(context, ids)
  const token = opaqueId()
  await processMany(portal, staff, actor, { ids, action, reason, undo: token })
  return show.seeOther(`/staff/portal/appointments${filterQuery(filterOf(context), { undo: token })}`)
}

/** One reason for all of them: asked on a page of its own. */
function askWhyMany({ form, show, t, url }: StaffContext, ids: readonly string[]): Answer {
  const asked = form(z.object({ asked: optionalText(1) }))
  const again = asked.ok && asked.value.asked === '1'
  const page = {
    action: url('/staff/portal/appointments/bulk'),
    backHref: url('/staff/portal/appointments'),
    ids: ids.filter((id) => waitingIdOf(id) !== undefined),
    lead: t('appointments.bulk.lead', { count: ids.length }),
    errors: again ? [{ name: 'reason', text: t('appointments.decline.missingReason') }] : [],
    error: again ? t('appointments.decline.missingReason') : undefined,
  }
  const title = t('appointments.bulk.title')
  return again
    ? show.refused('/appointments/staff/declineMany', page, { title })
    : show.page('/appointments/staff/declineMany', page, { title })
}
