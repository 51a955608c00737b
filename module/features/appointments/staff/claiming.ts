/** Who is at it. */
import { ClaimForm, claimedHow } from '../../../web/claiming.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { claimAppointment, type ClaimOutcome } from '../claims.js'
import { wish } from './cancelling.js'
import { whyNot } from './outcomes.js'
import { filterOf, filterQuery } from './queue.js'
import { eidIn, one } from './visit.js'
import { waiting } from './waiting.js'

/** Without a field: for me. */
export async function claim(context: StaffContext, ofCancellation: boolean): Promise<Answer> {
  const { actor, form, fragment, params, portal, show, staff } = context
  const asked = form(ClaimForm)
  if (!asked.ok) return show.problem(422)
  const outcome = await claimAppointment(portal, staff, actor, {
    eid: eidIn(context),
    cancellation: ofCancellation ? params['id'] : undefined,
    how: claimedHow(asked.value),
  })
  if (!outcome.ok) return notClaimed(context, outcome, ofCancellation)
  const kind = { kind: 'success', key: `appointments.claim.${claimedHow(asked.value).kind}` } as const
  const filter = filterQuery(filterOf(context))
  if (fragment) return show.seeOther(`/staff/portal/appointments/waiting${filter}`, kind)
  const page = `/staff/portal/appointments/${params['id'] ?? ''}${ofCancellation ? '/cancellation' : ''}`
  return show.seeOther(filter === '' ? page : `/staff/portal/appointments${filter}`, kind)
}

async function notClaimed(
  context: StaffContext,
  outcome: Extract<ClaimOutcome, { ok: false }>,
  ofCancellation: boolean,
): Promise<Answer> {
  if (outcome.reason === 'not-found') return context.show.notFound()
  const told = await whyNot(context, outcome)
  const at = outcome.reason === 'no-such-colleague' ? { ...told, field: 'to' } : told
  if (context.fragment) return waiting(context, at)
  return ofCancellation ? wish(context, { error: at }) : one(context, at)
}
