/**
 * What a PIN or an access code is: 8 symbols that nobody mistakes for one another, keyed out of a random nonce. Staff
 * can say a pending one again; no table, outbox or letter holds it. 31^8 is about 8.5e11, 39.6 bits.
 */
import { createHmac } from 'node:crypto'
import type { Portal } from './portal.js'

/** Without 0 O, 1 I L. */
export const CODE_ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'
export const CODE_LENGTH = 8

type Keyed = Pick<Portal, 'secret'>

/** `K7QA9M4X`: always the same of one nonce under one secret. */
export function codeSymbols({ secret }: Keyed, nonce: string): string {
  let symbols = ''
  for (let block = 0; symbols.length < CODE_LENGTH; block += 1) {
    const bytes = createHmac('sha256', secret)
      .update(`code:${nonce}:${String(block)}`)
      .digest()
    // The rest of 256 would favour the first letters.
    const fair = [...bytes].filter((byte) => byte < FAIR)
    symbols += fair.map((byte) => CODE_ALPHABET.charAt(byte % CODE_ALPHABET.length)).join('')
  }
  return symbols.slice(0, CODE_LENGTH)
}

const FAIR = 256 - (256 % CODE_ALPHABET.length)

/** What the row keeps: hex, keyed, so that a stolen table is no list of PINs. */
export function codeHash({ secret }: Keyed, symbols: string): string {
  return createHmac('sha256', secret).update(`code-hash:${symbols}`).digest('hex')
}

/** As it is printed and read out: `K7QA-9M4X`. */
export function spacedSymbols(symbols: string): string {
  return `${symbols.slice(0, 4)}-${symbols.slice(4)}`
}

/** What somebody typed, without spaces and hyphens, in capitals. It may be no code at all. */
export function typedSymbols(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .slice(0, 40)
}
