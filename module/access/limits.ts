/**
 * How often somebody may try. Counted before a password is hashed: hashing is what a flood would make us do. Per
 * target and per address; a browser that has been signed in with before has tries of its own, so that nobody who tries
 * elsewhere can keep an account's owner out of it. Every lockout ends by itself.
 */
import { RateLimiterMemory, RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible'
import { isIPv6 } from 'node:net'
import { sha256 } from '../platform/ids.js'
import type { Database } from '../platform/database.js'

/** One try. */
export interface Trying {
  audience: string
  /** Whose they are: an account, a chart, or a name that nobody has. One at least. */
  targets: readonly string[]
  /** Undefined: nobody's, so that none is counted. */
  address: string | undefined
  /** The browser's id where it is known for one of the targets (devices.ts). */
  device?: string | undefined
}

export type Room = { ok: true } | { ok: false; seconds: number }

export interface Tries {
  perAccount: number
  perAddress: number
}

export interface TryLimits {
  /** Takes one try of each that counts. False: too many; wait for `seconds`. */
  take(trying: Trying): Promise<Room>
  /** What `take` would say of the targets, and nothing is taken. */
  look(trying: Trying): Promise<Room>
  /** The person proved to be who they say: the targets' tries start anew. The address's don't. */
  forgive(trying: Trying): Promise<void>
}

const SIGN_IN_SECONDS = 15 * 60

export function signInLimits(db: Database, tries: () => Tries): TryLimits {
  return tryLimits(db, 'account', SIGN_IN_SECONDS, tries)
}

/** Limits of one kind (`account`, `forgotten`), which keep their own count. `seconds`: the length of a window. */
export function tryLimits(db: Database, kind: string, seconds: number, tries: () => Tries): TryLimits {
  const byTarget = ({ audience, targets, device }: Trying): string[] =>
    device === undefined
      ? targets.map((target) => `${kind}:${audience}:${hashed(target)}`)
      : [`${kind}-device:${audience}:${sha256(device)}`]
  const byAddress = ({ address, audience, device }: Trying): string | undefined =>
    device === undefined && address !== undefined
      ? `${kind === 'account' ? 'address' : `${kind}-address`}:${audience}:${sha256(blockOf(address))}`
      : undefined
  return {
    async take(trying) {
      const { perAccount, perAddress } = tries()
      const fromThere = byAddress(trying)
      if (fromThere !== undefined) {
        const wait = await consume(limiter(db, perAddress, seconds), fromThere)
        if (wait > 0) return { ok: false, seconds: wait }
      }
      let longest = 0
      for (const key of byTarget(trying))
        longest = Math.max(longest, await consume(limiter(db, perAccount, seconds), key))
      return longest > 0 ? { ok: false, seconds: longest } : { ok: true }
    },
    async look(trying) {
      const { perAccount } = tries()
      const waits = await Promise.all(byTarget(trying).map((key) => waitFor(limiter(db, perAccount, seconds), key)))
      const longest = Math.max(0, ...waits)
      return longest > 0 ? { ok: false, seconds: longest } : { ok: true }
    },
    async forgive(trying) {
      const by = limiter(db, tries().perAccount, seconds)
      for (const key of byTarget(trying)) await by.delete(key)
      // A right one is none of the wrong tries of that address: a clinic's waiting room has one for all.
      const fromThere = byAddress(trying)
      if (fromThere !== undefined) await limiter(db, tries().perAddress, seconds).reward(fromThere, 1)
    },
  }
}

// A hash, since the key outlives the request and a login name may be an e-mail address.
function hashed(target: string): string {
  return sha256(target.trim().toLowerCase())
}

/** One household or server has a whole IPv6 block of 64 bits: its addresses count as one. */
export function blockOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address.replace(/^::ffff:/i, '')
  const [head = ''] = address.split('::')
  return [...head.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':')
}

const limiters = new WeakMap<Database['sequelize'], Map<string, RateLimiterMySQL>>()

function limiter(db: Database, points: number, seconds: number): RateLimiterMySQL {
  const known = limiters.get(db.sequelize) ?? new Map<string, RateLimiterMySQL>()
  limiters.set(db.sequelize, known)
  const made = known.get(`${String(points)}/${String(seconds)}`) ?? makeLimiter(db, points, seconds)
  known.set(`${String(points)}/${String(seconds)}`, made)
  return made
}

function makeLimiter(db: Database, points: number, seconds: number): RateLimiterMySQL {
  return new RateLimiterMySQL({
    storeClient: db.sequelize,
    storeType: 'sequelize',
    dbName: db.sequelize.getDatabaseName(),
    tableName: 'foyer_attempts',
    tableCreated: true,
    clearExpiredByTimeout: true,
    keyPrefix: '',
    points,
    duration: seconds,
    // Should the table be out of reach, this process still counts.
    insuranceLimiter: new RateLimiterMemory({ points, duration: seconds }),
  })
}

/** Seconds until a try would be granted, 0 when it would be now. */
async function waitFor(by: RateLimiterMySQL, key: string): Promise<number> {
  const stands = await by.get(key)
  if (!stands || stands.remainingPoints > 0 || stands.msBeforeNext <= 0) return 0
  return Math.max(1, Math.ceil(stands.msBeforeNext / 1000))
}

/** Seconds to wait, 0 when the try is granted. */
async function consume(by: RateLimiterMySQL, key: string): Promise<number> {
  try {
    await by.consume(key)
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000))
    throw refusal
  }
}
