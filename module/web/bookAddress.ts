/** Where whoever has no account asks for a visit (setting publicBooking): what leads there, and what it carries along. */
import type { Portal } from '../access/portal.js'

/** The practice may close this door: then it is not there. */
export function isBookingPublic({ settings }: Pick<Portal, 'settings'>): boolean {
  return settings().publicBooking === 'on'
}

/** Without the base path. Keeps whom and what kind of visit they looked at, where that is known. */
export function bookAddress(wish: { provider?: string | undefined; category?: string | undefined } = {}): string {
  const known = Object.entries(wish).filter((field): field is [string, string] => field[1] !== undefined)
  return known.length === 0 ? '/portal/book' : `/portal/book?${new URLSearchParams(known).toString()}`
}

/** The same for who is on the way to choosing a time in a record of theirs (`next` of the sign-in page). */
export function bookAddressFor(next: string | undefined): string {
  const [path = '', query] = next?.split('?') ?? []
  if (!/\/appointments\/new(\/check)?$/.test(path)) return bookAddress()
  const asked = new URLSearchParams(query)
  return bookAddress({ provider: asked.get('provider') ?? undefined, category: asked.get('category') ?? undefined })
}
