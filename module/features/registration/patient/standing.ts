/** How a registration stands, in its sender's words. */
import type { AccountContext, RequestContext } from '../../../web/routes.js'
import { writeInstant } from '../../../web/instant.js'
import { writeDay } from '../../../web/times.js'
import { personOf, type Registration } from '../registrations.js'
import { stateTag } from '../stateTag.js'

/** Part of the views under /registration/patient. */
export function standingView(context: RequestContext & Pick<AccountContext, 'account'>, row: Registration) {
  const { language, portal, t, url } = context
  const { phone } = portal.practice()
  return {
    receipt: row.receipt,
    person: personOf(row),
    born: writeDay(row.born, language),
    forWhom: t(row.for_whom === 'me' ? 'registration.forMe' : `registration.as.${row.relationship}`),
    sent: writeInstant(context, row.created_at),
    state: row.state,
    status: stateTag(context, row),
    next: t(`registration.next.${isNotOpen(context, row) ? 'notOpen' : row.state}`, { phone }),
    question: row.state === 'asked' ? (row.question ?? '') : '',
    answer: row.answer ?? '',
    reason: row.state === 'refused' ? (row.decision_reason ?? '') : '',
    href: url(`/portal/account/registrations/${row.receipt}`),
    answerAction: url(`/portal/account/registrations/${row.receipt}/answer`),
  }
}

/** Linked, and opened from a day to come on, or no longer. */
function isNotOpen({ account }: Pick<AccountContext, 'account'>, { pid, state }: Registration): boolean {
  return state === 'linked' && !account.records.some((record) => record.pid === pid)
}
