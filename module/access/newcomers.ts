/**
 * Whoever asks for something without an account: people in a hurry, and programs that fill in every form they find. No
 * puzzle of a third party: a field that people don't see, and a stamp on the form that must be some seconds old, or
 * come with a small piece of work that the page does by itself where it may (public/js/newcomer.js).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { opaqueId, sha256 } from '../platform/ids.js'
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
  /** Not our stamp, one of hours ago, or one that was taken before: the same form with a new one. */
  | 'stale'

const WAIT_MS = 4000
const STALE_MS = 2 * 60 * 60 * 1000
/**
 * Leading zero bits of the work: 65 thousand hashes, a second or two of a phone while somebody types their address. At
 * most 16 (public/js/newcomer.js looks at two bytes).
 */
export const WORK_BITS = 16

/** Goes into the form; says when it was made. No two are alike. */
export function newcomerStamp({ clock, secret }: Pick<Portal, 'clock' | 'secret'>): string {
  const at = `${clock.now().toMillis().toString(36)}.${opaqueId().slice(0, 11)}`
  return `${at}.${signatureOf(secret, at)}`
}

/** A stamp is taken once: whoever sends a second form waits, or works, for it anew. */
export async function judgeNewcomer(
  portal: Pick<Portal, 'clock' | 'db' | 'secret'>,
  fields: NewcomerFields,
): Promise<Newcomer> {
  if (fields.website !== '') return 'program'
  const madeAt = timeOf(portal.secret, fields.stamp)
  const age = madeAt === undefined ? undefined : portal.clock.now().toMillis() - madeAt
  if (age === undefined || age < 0 || age > STALE_MS) return 'stale'
  if (age < WAIT_MS && !isWorkDone(fields)) return 'too-soon'
  const key = `newcomer-stamp:${sha256(fields.stamp)}`
  const taken = await takeTries(portal.db, portal.clock, [{ key, most: 1 }], STALE_MS / 1000)
  return taken.ok ? 'person' : 'stale'
}

function timeOf(secret: string, stamp: string): number | undefined {
  const [made = '', nonce = '', signature = ''] = stamp.split('.')
  const at = `${made}.${nonce}`
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(secret, at))]
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  return Number.parseInt(made, 36)
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
