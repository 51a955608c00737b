/**
 * Whoever has just changed something must not read an older count on the page that follows, which another process may
 * make: their browser carries word of it for as long as counts are kept (platform/lately.ts).
 */
import { cookieOptions, type Exchange } from './exchange.js'
import { cookieOf } from './reader.js'

const CHANGED_COOKIE = 'foyer_changed'
/** Longer than any count is kept. */
const CARRIED_MS = 5_000

/** What was sent may have changed something: said with the answer. */
export function noteChange({ site, response }: Exchange): void {
  response.cookie(CHANGED_COOKIE, '1', {
    ...cookieOptions(site.portal),
    ...{ httpOnly: true, sameSite: 'lax', maxAge: CARRIED_MS },
  })
}

// Not signed: whoever forges it reads fresher counts.
export function hasJustChanged({ request }: Exchange): boolean {
  return cookieOf(request, CHANGED_COOKIE) !== undefined
}
