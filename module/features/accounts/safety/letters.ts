import { linkToken } from '../../../access/links.js'
import type { Letter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import type { LetterKind } from '../../../feature.js'

/** To an account's holder, about their own account. */
export const letters: readonly LetterKind[] = [
  { kind: 'account.verify', values: (portal, letter) => ({ path: `/portal/verify?token=${tokenOf(portal, letter)}` }) },
  {
    kind: 'account.reset-link',
    values: (portal, letter) => ({ path: `/portal/reset?token=${tokenOf(portal, letter)}` }),
  },
  { kind: 'account.password-changed', values: () => ({ path: '/portal/forgotten' }) },
  { kind: 'account.email-changed', values: () => ({ path: '/portal/sign-in' }) },
]

/** Said here alone: neither the letter's row nor the link's holds it. */
function tokenOf(portal: Portal, { facts }: Letter): string {
  return linkToken(portal, String(facts['link']))
}
