/**
 * Tokens against forged forms. Signed in: bound to the session's id, so dead with it, and masked anew in each answer,
 * so that compression tells nothing of it. Signed out: a signed cookie and a token derived from it; no session row.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** The token to put into a page's forms. `seed`: the session's id, or the anonymous cookie's. */
export function csrfToken(secret: string, seed: string): string {
  const value = valueOf(secret, seed)
  const mask = randomBytes(value.length)
  return Buffer.concat([mask, xor(mask, value)]).toString('base64url')
}

export function csrfHolds(secret: string, seed: string, token: unknown): boolean {
  if (typeof token !== 'string') return false
  const bytes = Buffer.from(token, 'base64url')
  const value = valueOf(secret, seed)
  if (bytes.length !== value.length * 2) return false
  return timingSafeEqual(xor(bytes.subarray(0, value.length), bytes.subarray(value.length)), value)
}

/** A new anonymous cookie: a seed and its signature. */
export function newAnonymousSeed(secret: string): string {
  const seed = randomBytes(16).toString('base64url')
  return `${seed}.${signatureOf(secret, seed)}`
}

/** The cookie as it is, if this server signed it. */
export function anonymousSeed(secret: string, cookie: string | undefined): string | undefined {
  const [seed = '', signature = ''] = (cookie ?? '').split('.')
  const expected = Buffer.from(signatureOf(secret, seed))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected) ? cookie : undefined
}

function valueOf(secret: string, seed: string): Buffer {
  return createHmac('sha256', secret).update(`csrf:${seed}`).digest()
}

function signatureOf(secret: string, seed: string): string {
  return createHmac('sha256', secret).update(`csrf-cookie:${seed}`).digest('base64url')
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)))
}
