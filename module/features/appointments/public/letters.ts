import { findLink, linkToken } from '../../../access/links.js'
import type { LetterKind } from '../../../feature.js'
import { isBookingPublic } from '../../../web/bookAddress.js'

/** To who wants to book without an account. What it is about stands on the page that its link opens. */
export const letters: readonly LetterKind[] = [
  {
    kind: 'booking.verify',
    values: async (portal, { facts }) => {
      const token = linkToken(portal, String(facts['link']))
      if (!isBookingPublic(portal)) return undefined
      return (await findLink(portal.db, portal, 'book', token)) && { path: `/portal/book/${token}` }
    },
  },
]
