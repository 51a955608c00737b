/** Where a decision leads, and why there was none, in words. */
import { z } from 'zod'
import { waitingAppointments } from '../../../host/reads/staffAppointments.js'
import { readStatuses } from '../../../host/statuses.js'
import type { Utc } from '../../../platform/clock.js'
import { optionalText } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { lastDeed } from './deeds.js'
import { filterOf, filterQuery, nowOf, pathOfRow } from './queue.js'
import type { Told } from './told.js'
import { eidIn } from './visit.js'

/** Deciding leads on: from the queue to the queue, from a page to the next that waits and that nobody else is at. */
export async function onward(context: StaffContext, token: string): Promise<Answer> {
  const { form, fragment, portal, show, staff } = context
  const filter = filterOf(context)
  const queue = `/staff/portal/appointments${fragment ? '/waiting' : ''}${filterQuery(filter, { undo: token })}`
  const asked = form(z.object({ then: optionalText(8) }))
  if (fragment || !asked.ok || asked.value.then !== 'next') return show.seeOther(queue)
  const here = eidIn(context)
  const rows = await waitingAppointments(portal.db, nowOf(portal), 20, filter)
  const next = rows.find(
    (row) => row.shown === 1 && row.pc_eid !== here && (row.holder === null || row.holder === staff.username),
  )
  return show.seeOther(next ? `${pathOfRow(next)}?undo=${token}` : queue)
}

type Refusal = { ok: false; reason: string; status?: string; by?: string; since?: Utc }

/** Why nothing was changed, in words; a lost race is 409. */
export async function whyNot(context: StaffContext, refusal: Refusal): Promise<Told> {
  const { portal, t } = context
  const { reason } = refusal
  if (reason === 'claimed') {
    const { by = '', since } = refusal
    const at = since === undefined ? '' : writeInstant(context, since)
    return { status: 409, text: t('appointments.notProcessed.claimed', { by, at }), takeFrom: by }
  }
  if (reason === 'over' || reason === 'changed') {
    const { status = '' } = refusal
    const title = (await readStatuses(portal.db)).find((each) => each.id === status)?.title ?? status
    const last = await lastDeed(context, eidIn(context))
    const key = `appointments.notProcessed.${reason}${last ? 'By' : ''}`
    return { status: 409, text: t(key, { status: title, by: last?.who ?? '', at: last?.when ?? '' }) }
  }
  const lost = ['overlap', 'no-proposal', 'no-request', 'still-open', 'past', 'taken-instead'].includes(reason)
  return { status: lost ? 409 : 422, text: t(`appointments.notProcessed.${reason}`) }
}
