import { can, routes, type StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { postChallenge, postSetUp, showChallenge, showSetUp } from './doorPages.js'
import { staffHolder } from './holder.js'
import type { Own } from './own.js'
import { ownRoutes } from './ownRoutes.js'
import { postPasskeyDoor, showPasskeyDoor } from './passkeyDoor.js'
import {
  askReset,
  askResetOfAccount,
  askResetOfUser,
  resetAccount,
  resetAccountAlone,
  resetUser,
} from './resetPages.js'

export const doorRoutes = routes('staffDoor', (r) => {
  r.get('/staff/sign-in/second-factor', can('sign-in:use'), showChallenge)
  r.post('/staff/sign-in/second-factor', can('sign-in:use'), postChallenge)
  r.get('/staff/sign-in/set-up-second-factor', can('sign-in:use'), showSetUp)
  r.post('/staff/sign-in/set-up-second-factor', can('sign-in:use'), postSetUp)
  r.get('/staff/sign-in/passkey', can('sign-in:use'), showPasskeyDoor)
  r.post('/staff/sign-in/passkey', can('sign-in:use'), postPasskeyDoor)
})

/** Their own account is theirs who may be in the portal's rooms at all. */
const HERE = '/account'

export const staffRoutes = routes('staff', (r) => {
  for (const { method, path, handle } of ownRoutes) r[method](`${HERE}${path}`, can('portal:use'), own(handle))

  r.get('/patients/:pid/second-factors/:account', can('second-factors:reset'), askReset)
  r.post('/patients/:pid/second-factors/:account', can('second-factors:reset'), resetAccount)
  r.get('/accounts/:account/second-factor', can('second-factors:reset'), askResetOfAccount)
  r.post('/accounts/:account/second-factor', can('second-factors:reset'), resetAccountAlone)
  r.get('/access/users/:username/second-factor', can('access:manage'), askResetOfUser)
  r.post('/access/users/:username/second-factor', can('access:manage'), resetUser)
})

function own(handle: (own: Own) => Promise<Answer>): (context: StaffContext) => Promise<Answer> {
  return async (context) => {
    const { actor, portal, renewSession, session, show, staff } = context
    const holder = await staffHolder(portal, staff.id)
    if (!holder) return show.notFound()
    const here = `/staff/portal${HERE}`
    return handle({ context, actor, holder: { ...holder, session }, here, accountHref: '/staff/portal', renewSession })
  }
}
