import { factorsOf, hasFactor, mustHaveFactor, factorOwner } from '../../../access/secondFactors.js'
import type { AccountSection } from '../safety/accountSection.js'

/** View: /accounts/secondFactor/section. */
export interface SecondFactorSection {
  isOn: boolean
  isRequired: boolean
  codesLeft: number
  href: string
}

/** On the account page: whether it is on, and the way to it. */
export const secondFactorSection: AccountSection = {
  key: 'second-factor',
  title: 'second.own.title',
  show: async ({ account, portal, url }) => {
    const person = { kind: 'account', id: account.id } as const
    const factors = await factorsOf(portal.db, factorOwner(person))
    const content: SecondFactorSection = {
      isOn: hasFactor(factors),
      isRequired: await mustHaveFactor(portal, person),
      codesLeft: factors.codesLeft,
      href: url('/portal/account/second-factor'),
    }
    return { view: '/accounts/secondFactor/section', content }
  },
}
