/**
 * Whoever asks for something without an account: people in a hurry, and programs that fill in every form they find. No
 * puzzle of a third party: a field that people don't see, and a stamp on the form that must be some seconds old, or
 * come with a small piece of work that the page does by itself where it may (public/js/newcomer.js).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { sha256 } from '../platform/ids.js'
import { takeTries, type Taken } from './attempts.js'
import { blockOf } from './limits.js'
import type { Portal } from './portal.js'

/** As the form posts them (views/partials/newcomer.ejs). */
export interface NewcomerFields {
  stamp: string
  /** What the page worked out for the stamp; '' without JavaScript. */
  work: string
  /** Out of people's sight. */
  website: string
}

export type Newcomer =
  | 'person'
  /** Says nothing of itself: it is answered as a person would be, and nothing is done. */
  | 'program'
  /** Faster than somebody types, and without the work: the same form again, a few seconds later. */
  | 'too-soon'
  /** Not our stamp, or one of yesterday. */
  | 'stale'

const WAIT_MS = 4000
const STALE_MS = 2 * 60 * 60 * 1000
/** Leading zero bits of the work: four thousand hashes, a blink. */
export const WORK_BITS = 12

/** Goes into the form; says when it was made. */
export function newcomerStamp({ clock, secret }: Pick<Portal, 'clock' | 'secret'>): string {
  const at = clock.now().toMillis().toString(36)
  return `${at}.${signatureOf(secret, at)}`
}

export function judgeNewcomer(portal: Pick<Portal, 'clock' | 'secret'>, fields: NewcomerFields): Newcomer {
  if (fields.website !== '') return 'program'
  const madeAt = timeOf(portal.secret, fields.stamp)
  const age = madeAt === undefined ? undefined : portal.clock.now().toMillis() - madeAt
  if (age === undefined || age < 0 || age > STALE_MS) return 'stale'
  return age >= WAIT_MS || isWorkDone(fields) ? 'person' : 'too-soon'
}

function timeOf(secret: string, stamp: string): number | undefined {
  const [at = '', signature = ''] = stamp.split('.')
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(secret, at))]
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  return Number.parseInt(at, 36)
}

function signatureOf(secret: string, at: string): string {
  return createHmac('sha256', secret).update(`newcomer:${at}`).digest('base64url').slice(0, 22)
}

function isWorkDone({ stamp, work }: NewcomerFields): boolean {
  if (!/^\d{1,9}$/.test(work)) return false
  const hash = createHash('sha256').update(`${stamp}:${work}`).digest()
  return hash.readUInt16BE(0) >> (16 - WORK_BITS) === 0
}

const WINDOW_SECONDS = 60 * 60
/** Letters within an hour to one address that somebody types: nobody's mailbox is filled from here. */
const LETTERS_TO_ONE = 3

/** One try of the network address that it comes from (setting registrationsPerAddress). */
export function takeNewcomerTry({ clock, db, settings }: Portal, address: string): Promise<Taken> {
  const key = `newcomer:${sha256(blockOf(address))}`
  return takeTries(db, clock, [{ key, most: settings().registrationsPerAddress }], WINDOW_SECONDS)
}

/** Whether another letter may go to this address. Who asks is not told. */
export async function takeLetterTo({ clock, db }: Portal, email: string): Promise<boolean> {
  const key = `newcomer-letter:${sha256(email.trim().toLowerCase())}`
  return (await takeTries(db, clock, [{ key, most: LETTERS_TO_ONE }], WINDOW_SECONDS)).ok
}
