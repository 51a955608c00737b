import { findLink, linkToken, type LinkPurpose } from '../../../access/links.js'
import type { Letter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import type { LetterKind } from '../../../feature.js'

/** To an account's holder, about their own account. */
export const letters: readonly LetterKind[] = [
  { kind: 'account.verify', values: (portal, letter) => pathOf(portal, letter, 'verify-email', '/portal/verify') },
  {
    kind: 'account.reset-link',
    values: (portal, letter) => pathOf(portal, letter, 'reset-password', '/portal/reset'),
  },
  { kind: 'account.closed', values: () => ({ path: '/portal/sign-in' }) },
  { kind: 'account.login-merged', values: () => ({ path: '/portal/sign-in' }) },
  { kind: 'account.password-changed', values: () => ({ path: '/portal/forgotten' }) },
  { kind: 'account.email-changed', values: () => ({ path: '/portal/sign-in' }) },
]

/** The token is said here alone: neither the letter's row nor the link's holds it. Undefined: it opens nothing any more. */
async function pathOf(portal: Portal, { facts }: Letter, purpose: LinkPurpose, path: string) {
  const token = linkToken(portal, String(facts['link']))
  return (await findLink(portal.db, portal, purpose, token)) && { path: `${path}?token=${token}` }
}
