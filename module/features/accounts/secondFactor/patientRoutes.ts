import { can, routes, type AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { postChallenge, postSetUp, showChallenge, showSetUp } from './doorPages.js'
import { accountHolder } from './holder.js'
import type { Own } from './own.js'
import { ownRoutes } from './ownRoutes.js'
import { postPasskeyDoor, showPasskeyDoor } from './passkeyDoor.js'

export const doorRoutes = routes('patientDoor', (r) => {
  r.get('/portal/sign-in/second-factor', can('sign-in:use'), showChallenge)
  r.post('/portal/sign-in/second-factor', can('sign-in:use'), postChallenge)
  r.get('/portal/sign-in/set-up-second-factor', can('sign-in:use'), showSetUp)
  r.post('/portal/sign-in/set-up-second-factor', can('sign-in:use'), postSetUp)
  r.get('/portal/sign-in/passkey', can('sign-in:use'), showPasskeyDoor)
  r.post('/portal/sign-in/passkey', can('sign-in:use'), postPasskeyDoor)
})

const HERE = '/account/second-factor'

export const accountRoutes = routes('account', (r) => {
  for (const { method, path, handle } of ownRoutes) r[method](`${HERE}${path}`, can('account:manage'), own(handle))
})

function own(handle: (own: Own) => Promise<Answer>): (context: AccountContext) => Promise<Answer> {
  return async (context) => {
    const { account, actor, portal, renewSession, session, show } = context
    const holder = await accountHolder(portal, account.id)
    if (!holder) return show.notFound()
    const here = `/portal${HERE}`
    return handle({
      context,
      actor,
      holder: { ...holder, session },
      here,
      accountHref: '/portal/account',
      renewSession,
    })
  }
}
