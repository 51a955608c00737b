/** Which form tokens this request may bring and its answer gives out: of the session, or of the anonymous cookie. */
import { anonymousSeed, csrfHolds, csrfToken, newAnonymousSeed } from './csrf.js'
import { cookieOptions, sessionOf, type Exchange } from './exchange.js'
import { cookieOf } from './reader.js'

/**
 * The form came from a page of ours: its token fits the session or the anonymous cookie, and the browser, where it
 * tells, names no other site.
 */
export function formIsOurs(exchange: Exchange): boolean {
  const { site, request } = exchange
  if (comesFromElsewhere(exchange)) return false
  const body = (request.body ?? {}) as { _csrf?: unknown }
  const token = body._csrf ?? request.get('X-CSRF-Token')
  const seed = seedOf(exchange)
  return seed !== undefined && csrfHolds(site.portal.secret, seed, token)
}

/** As far as the browser tells. */
export function comesFromElsewhere({ request }: Exchange): boolean {
  const from = request.get('Sec-Fetch-Site')
  return from !== undefined && from !== 'same-origin' && from !== 'none'
}

/** A token for the forms of this answer. Signed out, the cookie is made when the first form is shown. */
export function tokenFor(exchange: Exchange): string {
  const { site, response } = exchange
  const known = seedOf(exchange)
  if (known !== undefined) return csrfToken(site.portal.secret, known)
  const fresh = newAnonymousSeed(site.portal.secret)
  response.cookie(CSRF_COOKIE, fresh, { ...cookieOptions(site.portal), httpOnly: true, sameSite: 'lax' })
  return csrfToken(site.portal.secret, fresh)
}

const CSRF_COOKIE = 'foyer_csrf'

function seedOf({ site, request }: Exchange): string | undefined {
  const session = sessionOf(request)
  if (session?.passport ?? session?.waiting) return request.sessionID
  return anonymousSeed(site.portal.secret, cookieOf(request, CSRF_COOKIE))
}
