/**
 * Which passwords people may choose: long enough, not one that everybody tries first, nothing of their own name. No
 * rules about kinds of characters but the host's own where its globals ask for them (NIST SP 800-63B-4; facts §3.4).
 */
import { dictionary } from '@zxcvbn-ts/language-common'
import { BCRYPT_BYTES } from '../host/php/passwords.js'
import { isDay, type Day } from '../platform/clock.js'
import type { Portal } from './portal.js'

export type PasswordFlaw =
  /** Fewer characters than `length`. */
  | { reason: 'too-short'; length: number }
  /** More than the hash keeps (72 bytes): the rest would count for nothing. */
  | { reason: 'too-long' }
  /** Among the fifty thousand that are tried first, also with `@` for `a` and a year at its end. */
  | { reason: 'common' }
  /** Hardly anything but the names, the birth date or the e-mail address of whom it is about. */
  | { reason: 'about-you' }
  /** The same few characters again and again, or a row of the keyboard. */
  | { reason: 'too-simple' }
  /** The host asks for a lower and an upper case letter, a digit and a sign (secure_password). */
  | { reason: 'needs-kinds' }

export interface Judged {
  flaw: PasswordFlaw | undefined
  /** 0 (would be refused) to 3 (very long): for the meter, in words. */
  strength: 0 | 1 | 2 | 3
}

/**
 * `about`: what the person is called, everywhere: names, login name, e-mail address; the names of those whose records
 * they open; days of birth.
 */
export function judgePassword(
  portal: Pick<Portal, 'globals' | 'settings'>,
  password: string,
  about: readonly string[],
): Judged {
  const flaw = flawOf(portal, password, about)
  return { flaw, strength: flaw ? 0 : strengthOf(lengthOf(password), portal.settings().passwordLength) }
}

function flawOf(
  portal: Pick<Portal, 'globals' | 'settings'>,
  password: string,
  about: readonly string[],
): PasswordFlaw | undefined {
  const shortest = shortestPassword(portal)
  if (lengthOf(password) < shortest) return { reason: 'too-short', length: shortest }
  if (Buffer.byteLength(password) > BCRYPT_BYTES) return { reason: 'too-long' }
  const plain = plainly(password)
  if (isCommon(plain)) return { reason: 'common' }
  if (new Set(plain).size < FEWEST_DIFFERENT || isARow(plain)) return { reason: 'too-simple' }
  if (isAbout(plain, about)) return { reason: 'about-you' }
  return portal.globals().get('secure_password') === '1' && !hasAllKinds(password)
    ? { reason: 'needs-kinds' }
    : undefined
}

/** In code points, as NIST counts. */
function lengthOf(password: string): number {
  return Array.from(password).length
}

/** The practice's own length, or the host's where it asks for more. */
export function shortestPassword(portal: Pick<Portal, 'globals' | 'settings'>): number {
  const hosts = Number(portal.globals().get('gbl_minimum_password_length') ?? 0)
  return Math.max(portal.settings().passwordLength, Number.isFinite(hosts) ? hosts : 0)
}

const FEWEST_DIFFERENT = 5
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
}

function plainly(password: string): string {
  return password.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}

function isCommon(plain: string): boolean {
  const worn = commonPasswords()
  const withoutTail = plain.replace(/[\d\W_]+$/, '')
  return [plain, withoutTail].some((each) => worn.has(each) || worn.has(lookingAlike(each)))
}

function lookingAlike(text: string): string {
  return text.replace(/[@431!0$5]/g, (sign) => LOOK_ALIKES[sign] ?? sign)
}

let common: ReadonlySet<string> | undefined

function commonPasswords(): ReadonlySet<string> {
  return (common ??= new Set(dictionary['passwords-common'].map(String)))
}

const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qazwsxedcrfvtgbyhnujmikolp',
]

function isARow(plain: string): boolean {
  return ROWS.some((row) => row.includes(plain) || backwards(row).includes(plain))
}

function backwards(row: string): string {
  return row.split('').reverse().join('')
}

/** What is left when every name and every date is taken out must still be a beginning. */
function isAbout(plain: string, about: readonly string[]): boolean {
  const text = plain.replace(/[^\p{L}\p{N}]+/gu, '')
  const worn = about
    .flatMap((each) => (isDay(each) ? writtenDays(each) : plainly(each).split(/[^\p{L}\p{N}]+/u)))
    .filter((word) => word.length >= 3)
    .sort((a, b) => b.length - a.length)
  const rest = worn.reduce((left, word) => left.replaceAll(word, ''), text).replace(/[^\p{L}]/gu, '')
  return worn.some((word) => text.includes(word)) && rest.length < FEWEST_OTHER_LETTERS
}

/** A day in digits, as people write it here and elsewhere: with and without zeros, the year long and short. */
function writtenDays(on: Day): string[] {
  const [year = '', month = '', day = ''] = on.split('-')
  const years = [year, year.slice(2)]
  const orders = (one: string, other: string) =>
    years.flatMap((each) => [`${each}${one}${other}`, `${one}${other}${each}`, `${other}${one}${each}`])
  const written = [...orders(month, day), ...orders(String(Number(month)), String(Number(day)))]
  // Fewer digits than a short date has come about by chance.
  return written.filter((digits) => digits.length >= 6)
}

const FEWEST_OTHER_LETTERS = 5

function hasAllKinds(password: string): boolean {
  return [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[\W_]/].every((kind) => kind.test(password))
}

function strengthOf(length: number, shortest: number): 1 | 2 | 3 {
  if (length >= shortest + 12) return 3
  return length >= shortest + 4 ? 2 : 1
}
