import { createHash, randomBytes, randomInt } from 'node:crypto'

/** 22 characters of base64url, 128 random bits: says nothing of what it names, and cannot be guessed. */
export function opaqueId(): string {
  return randomBytes(16).toString('base64url')
}

export function isOpaqueId(value: string): boolean {
  return /^[\w-]{22}$/.test(value)
}

/** Hex SHA-256: what is stored of a thing that only its bearer may know. */
export function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}

// Without the look-alikes 0 O, 1 I L, 5 S, 2 Z, 8 B.
const ALPHABET = 'ACDEFGHJKMNPQRTUVWXY34679'

/** A number to read out on the telephone, `K7QA-9M4X`. Names a request; opens nothing. */
export function receiptNumber(): string {
  const letters = Array.from({ length: 8 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

/** Whether it can be one: what is looked up in a column of plain letters must be of them. */
export function isReceiptNumber(text: string): boolean {
  return /^[A-Z0-9]{4}-[A-Z0-9]{4}$/.test(text)
}
