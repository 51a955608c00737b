/** Whoever changes how they sign in says their password again: an open browser is not enough. */
import { tryLimits } from '../../../access/limits.js'
import type { Portal } from '../../../access/portal.js'
import { findStaffLogin } from '../../../host/staff.js'
import { hashSettings, verifyInEqualTime } from '../../../host/php/passwords.js'
import type { RequestContext } from '../../../web/routes.js'
import { knowsPassword, type Knows } from '../safety/passwordPages.js'
import type { Holder } from './holder.js'

export async function knowsOwnPassword(context: RequestContext, holder: Holder, password: string): Promise<Knows> {
  const { account, person } = holder
  if (account) return knowsPassword(context, account, password)
  return person.kind === 'staff' ? staffKnows(context, person.username, password) : { ok: false, reason: 'wrong' }
}

const WINDOW_SECONDS = 15 * 60

async function staffKnows({ portal, address }: RequestContext, username: string, password: string): Promise<Knows> {
  const { signInTries: perAccount, signInTriesPerAddress: perAddress } = portal.settings()
  const limits = tryLimits(portal.db, 'password', WINDOW_SECONDS, () => ({ perAccount, perAddress }))
  const trying = { audience: 'staff', targets: [`user ${username}`], address }
  const room = await limits.take(trying)
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }
  if (!(await isPassword(portal, username, password))) return { ok: false, reason: 'wrong' }
  await limits.forgive(trying)
  return { ok: true }
}

async function isPassword(portal: Portal, username: string, password: string): Promise<boolean> {
  const login = await findStaffLogin(portal.db, portal.site, username)
  return verifyInEqualTime(password, login?.passwordHash, hashSettings(portal.globals()))
}
