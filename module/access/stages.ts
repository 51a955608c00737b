/**
 * Between the right password and being signed in. Who has something left to do holds a staged session: it knows who
 * they are, lives ten minutes, and opens nothing but the pages of its stages (web/door.ts).
 */
import { utcBefore, type Clock, type Utc } from '../platform/clock.js'
import type { Portal } from './portal.js'
import { factorOwner, factorsOf, hasFactor, mustHaveFactor } from './secondFactors.js'

/** In the order in which they are done: whoever is not yet known to be themselves changes no password. */
const order = ['verify-email', 'second-factor', 'change-password', 'set-up-second-factor'] as const

/**
 * - verify-email: nobody has proved yet that the account's address is theirs
 * - second-factor: asked for besides the password
 * - change-password: staff made the password that was typed
 * - set-up-second-factor: the practice asks for one, and there is none yet
 */
export type Stage = (typeof order)[number]

/** Who typed a right password. */
export type Person =
  | {
      kind: 'account'
      id: number
      /** The host credential's password was typed, and staff made it. */
      mustChange: boolean
      /** The account's own address is not proved yet. */
      unverified: boolean
    }
  | { kind: 'staff'; id: number; username: string }

/** What this person still owes before they are in, in order. */
export async function stagesOwed(portal: Portal, person: Person): Promise<Stage[]> {
  const owed = new Set<Stage>(await secondFactorStages(portal, person))
  if (person.kind === 'account' && person.unverified) owed.add('verify-email')
  if (person.kind === 'account' && person.mustChange) owed.add('change-password')
  return order.filter((stage) => owed.has(stage))
}

async function secondFactorStages(portal: Portal, person: Person): Promise<Stage[]> {
  const { kind, id } = person
  const who = kind === 'account' ? { kind, id } : { kind, id, username: person.username }
  if (hasFactor(await factorsOf(portal.db, factorOwner(who)))) return ['second-factor']
  return (await mustHaveFactor(portal, who)) ? ['set-up-second-factor'] : []
}

/** What a staged session keeps. */
export interface Waiting {
  /** Account id, or users.id at the staff's door. */
  id: number
  /** Of the password that was typed: changed meanwhile, the session is over. */
  fingerprint: string
  /** Of an account that was joined into this one, where its password was typed (signIn.ts). */
  login?: { pid: number; fingerprint: string }
  /** What is left, the next first. Never empty. */
  stages: Stage[]
  since: Utc
  /** A safe address of this door, to go on to in the end. */
  next?: string | undefined
}

declare module 'express-session' {
  interface SessionData {
    /** Right password, something left to do: not signed in. */
    waiting?: Waiting
  }
}

const WAITING_MS = 10 * 60 * 1000

/** Whether a staged session has outlived its ten minutes. */
export function hasWaitedTooLong(clock: Clock, { since }: Pick<Waiting, 'since'>): boolean {
  return since <= utcBefore(clock.now(), WAITING_MS)
}
