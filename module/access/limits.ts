/**
 * How often somebody may try to sign in. Counted before a password is hashed: hashing is what a flood would make us
 * do. Per account and per address; a lockout ends by itself, so that nobody can lock a patient out for good.
 */
import { RateLimiterMemory, RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible'
import { isIPv6 } from 'node:net'
import { sha256 } from '../platform/ids.js'
import type { Database } from '../platform/database.js'

export interface SignInLimits {
  /** Takes one try of each. False: too many; wait for `seconds`. */
  take(audience: string, name: string, address: string): Promise<{ ok: true } | { ok: false; seconds: number }>
  /** The person proved to be who they say: their own tries start anew. The address's don't. */
  forgive(audience: string, name: string): Promise<void>
}

const WINDOW_SECONDS = 15 * 60

export function signInLimits(db: Database, tries: () => { perAccount: number; perAddress: number }): SignInLimits {
  return {
    async take(audience, name, address) {
      const { perAccount, perAddress } = tries()
      const byAddress = await consume(limiter(db, perAddress), `address:${audience}:${sha256(blockOf(address))}`)
      if (byAddress > 0) return { ok: false, seconds: byAddress }
      const byAccount = await consume(limiter(db, perAccount), accountKey(audience, name))
      return byAccount > 0 ? { ok: false, seconds: byAccount } : { ok: true }
    },
    forgive: async (audience, name) => {
      await limiter(db, tries().perAccount).delete(accountKey(audience, name))
    },
  }
}

// A hash, since the key outlives the request and a login name may be an e-mail address.
function accountKey(audience: string, name: string): string {
  return `account:${audience}:${sha256(name.trim().toLowerCase())}`
}

/** One household or server has a whole IPv6 block of 64 bits: its addresses count as one. */
function blockOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address.replace(/^::ffff:/i, '')
  const [head = ''] = address.split('::')
  return [...head.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':')
}

const limiters = new WeakMap<Database, Map<number, RateLimiterMySQL>>()

function limiter(db: Database, points: number): RateLimiterMySQL {
  const known = limiters.get(db) ?? new Map<number, RateLimiterMySQL>()
  limiters.set(db, known)
  const made = known.get(points) ?? makeLimiter(db, points)
  known.set(points, made)
  return made
}

function makeLimiter(db: Database, points: number): RateLimiterMySQL {
  return new RateLimiterMySQL({
    storeClient: db.sequelize,
    storeType: 'sequelize',
    dbName: db.sequelize.getDatabaseName(),
    tableName: 'foyer_attempts',
    tableCreated: true,
    clearExpiredByTimeout: true,
    keyPrefix: '',
    points,
    duration: WINDOW_SECONDS,
    // Should the table be out of reach, this process still counts.
    insuranceLimiter: new RateLimiterMemory({ points, duration: WINDOW_SECONDS }),
  })
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
