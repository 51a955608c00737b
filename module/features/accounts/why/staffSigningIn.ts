/** Why a user of the EMR gets into the portal's rooms, and why not. */
import { limitsOf } from '../../../access/signIn.js'
import { passkeyDomain } from '../../../access/passkeyCeremonies.js'
import { passkeysOf } from '../../../access/passkeys.js'
import { lockedFor, staffTarget } from '../../../access/signInStaff.js'
import { anyoneMay } from '../../../access/scope.js'
import { staffMay, staffMember } from '../../../access/staff.js'
import { stagesOwed } from '../../../access/stages.js'
import { emrFix, type Why } from '../../../feature.js'
import { readStanding } from '../../../host/gacl.js'
import { canVerify } from '../../../host/php/passwords.js'
import { findStaffLogin } from '../../../host/staff.js'
import { memberByPasskey } from '../secondFactor/entering.js'
import { nobody } from './signingIn.js'
import { minutesOf, stepOf } from './step.js'

export const whyStaffSignIn: Why = {
  key: 'staff-sign-in',
  title: 'accountWhy.staffSignIn',
  who: 'staff',
  async reasons(context, person) {
    if (person.kind !== 'staff') return nobody(context)
    const { portal, t, url } = context
    const { user } = person
    const { username } = user
    const login = await findStaffLogin(portal.db, portal.site, username)
    const member = await staffMember(portal.db, user.id)
    const standing = await readStanding(portal.db, username)
    const room = await limitsOf(portal).look({
      audience: 'staff',
      targets: [staffTarget(username)],
      address: undefined,
    })
    const host = login ? lockedFor(portal, login) : 0
    const wait = Math.max(host, room.ok ? 0 : room.seconds)
    const usable = canVerify(login?.passwordHash)
    const door = anyoneMay(portal.policy(), 'sign-in:use')
    const may = member !== undefined && staffMay(portal.policy(), member, 'portal:use')
    const stages = member ? await stagesOwed(portal, { kind: 'staff', id: user.id, username }) : []
    const hasPasskey =
      passkeyDomain(portal) !== undefined && (await passkeysOf(portal.db, `staff:${username}`)).length > 0
    const opened = hasPasskey && (await memberByPasskey(portal, username)) !== undefined
    const told = hasPasskey ? [stepOf(context, opened ? 'passkey' : 'staffPasskeyWaits', true)] : []
    const decide = {
      label: t('accountWhy.fix.portal', { who: user.name }),
      href: url(`/staff/portal/access/users/${encodeURIComponent(username)}?permission=portal%3Ause`),
      permission: 'access:manage',
    }
    const inEmr = [emrFix(context)]
    const portalStep = member ? [stepOf(context, 'staffPortal', may, {}, [decide])] : []
    // Nobody has to wait with it: it is no guess.
    if (door && opened && wait > 0) {
      const later = stages
        .filter((stage) => stage !== 'second-factor')
        .map((stage) => stepOf(context, `stage.${stage}`, true))
      return { verdict: may, steps: [stepOf(context, 'door', door), ...told, ...portalStep, ...later] }
    }
    return {
      verdict: door && wait === 0 && login !== undefined && usable && member !== undefined && may,
      steps: [
        stepOf(context, 'door', door),
        stepOf(context, 'wait', wait === 0, { minutes: minutesOf(wait) }),
        stepOf(context, 'staffLogin', login !== undefined, { username }, inEmr),
        stepOf(context, 'staffPassword', usable, {}, inEmr),
        stepOf(context, 'staffActive', user.active, {}, inEmr),
        stepOf(context, 'staffGroup', standing.groups.length > 0, {}, inEmr),
        ...portalStep,
        ...stages.map((stage) => stepOf(context, `stage.${stage}`, true)),
        ...told,
      ],
    }
  },
}
