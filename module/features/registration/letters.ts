import { findLink, linkToken } from '../../access/links.js'
import type { LetterKind } from '../../feature.js'

/** To who registers. What the practice says to them stands in the portal, never in a letter. */
export const letters: readonly LetterKind[] = [
  {
    kind: 'registration.verify',
    values: async (portal, { facts }) => {
      const token = linkToken(portal, String(facts['link']))
      return (await findLink(portal.db, portal, 'register', token)) && { path: `/portal/register/${token}` }
    },
  },
  { kind: 'registration.known', values: () => ({ path: '/portal/sign-in' }) },
  { kind: 'registration.question', values: (_portal, { facts }) => ({ path: pathOf(facts['receipt']) }) },
  { kind: 'registration.refused', values: (_portal, { facts }) => ({ path: pathOf(facts['receipt']) }) },
  { kind: 'registration.closed', values: (_portal, { facts }) => ({ path: pathOf(facts['receipt']) }) },
  { kind: 'registration.linked', values: () => ({ path: '/portal' }) },
  { kind: 'account.merged', values: () => ({ path: '/portal/sign-in' }) },
  { kind: 'account.joined', values: () => ({ path: '/portal/sign-in' }) },
]

function pathOf(receipt: string | number | undefined): string {
  return `/portal/account/registrations/${String(receipt)}`
}
