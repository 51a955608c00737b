/** One's own second factor, of an account or of somebody of the staff: what is set up, and where each part is changed. */
import { passkeyDomain } from '../../../access/passkeyCeremonies.js'
import { passkeysOf } from '../../../access/passkeys.js'
import { factorsOf, hasFactor, mustHaveFactor } from '../../../access/secondFactors.js'
import type { Answer } from '../../../web/show.js'
import type { Own } from './own.js'
import { lineOf, type PasskeyLine } from './ownPasskeys.js'

/** View: /accounts/secondFactor/overview. */
export interface OverviewPage {
  accountHref: string
  forStaff: boolean
  isOn: boolean
  isRequired: boolean
  app: { isOn: boolean; href: string; since?: string }
  passkeys: PasskeyLine[]
  /** Undefined: browsers would offer none at this address. */
  newPasskeyHref?: string
  /** Where the account's address is proved, which comes first. */
  proveHref?: string
  codesLeft: number
  codesHref: string
  removals: { app: string; all: string }
}

export async function overview({ context, holder, here, accountHref }: Own): Promise<Answer> {
  const { portal, show, t, url } = context
  const [factors, passkeys, isRequired] = await Promise.all([
    factorsOf(portal.db, holder.owner),
    passkeysOf(portal.db, holder.owner),
    mustHaveFactor(portal, holder.person),
  ])
  const page: OverviewPage = {
    accountHref: url(accountHref),
    forStaff: holder.audience === 'staff',
    isOn: hasFactor(factors),
    isRequired,
    app: { isOn: factors.app, href: url(`${here}/app`) },
    passkeys: passkeys.map((passkey) => lineOf(context, here, passkey)),
    ...(holder.unproved ? { proveHref: url(`${accountHref}/email`) } : {}),
    ...(passkeyDomain(portal) === undefined || holder.unproved ? {} : { newPasskeyHref: url(`${here}/passkeys/new`) }),
    codesLeft: factors.codesLeft,
    codesHref: url(`${here}/codes`),
    removals: { app: url(`${here}/app/removal`), all: url(`${here}/removal`) },
  }
  return show.page('/accounts/secondFactor/overview', page, { title: t('second.own.title') })
}
