/** What staff do for somebody who has no password. */
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { sendLinkFor } from './forgetting.js'

/** POST /accounts/:account/password-link: the letter with which its holder chooses a password. */
export async function sendPasswordLink({ actor, params, portal, show, t, url }: StaffContext): Promise<Answer> {
  const id = Number(/^[1-9]\d{0,15}$/.exec(params['account'] ?? '')?.[0] ?? 0)
  const outcome = await sendLinkFor(portal, actor, id)
  const back = `/staff/portal/accounts/${String(id)}`
  if (outcome.ok) return show.seeOther(back, { kind: 'success', key: 'account.linkSent' })
  if (outcome.reason === 'not-found') return show.notFound()
  return show.problem(409, {
    what: t(`account.linkNotSent.${outcome.reason}`),
    next: t(`account.linkNotSent.${outcome.reason}.next`),
    actions: [{ label: t('account.linkNotSent.back'), href: url(back) }],
  })
}
