/**
 * The host's password hashes (facts §3.3): PHP's password_hash() and crypt(), verified and made so that the host can
 * read them again. No hashing runs on the event loop, and only a few at once: the rest of the machine is for pages.
 */
import { randomInt, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import { sha512crypt } from './sha512.js'
import { turnstile } from './turnstile.js'

/** How the host wants new hashes made. `exact` false: what PHP's default is depends on its version, so more is as good. */
export type HashSettings =
  | { algorithm: 'bcrypt'; cost: number; exact: boolean }
  /** `memory` in KiB, `time` in passes. */
  | { algorithm: 'argon2i' | 'argon2id'; memory: number; time: number; threads: number }
  | { algorithm: 'sha512'; rounds: number }

/** Thrown for a password that no hash of the wanted kind could tell from another: the form should have refused it. */
export class PasswordNotHashable extends Error {
  override readonly name = 'PasswordNotHashable'
  constructor(readonly reason: 'empty' | 'too-long' | 'null-byte') {
    super(`A password that cannot be hashed: ${reason}`)
  }
}

/**
 * One fewer than there are processors, so that pages are made while passwords are hashed; and one fewer than Node's
 * four threads, so that files and names are still looked up.
 */
const AT_ONCE = Math.min(3, Math.max(1, availableParallelism() - 1))
/** At 60 ms each the last of these waits two to six seconds; a longer queue is an attack. */
const WAITING = 100
const hashing = turnstile(AT_ONCE, WAITING)

/** bcrypt looks at no more. The host limits passwords to it (gbl_maximum_password_length). */
export const BCRYPT_BYTES = 72
const MOST_BYTES = 4096

/**
 * The hash settings of the host's globals, by name. What is missing, DEFAULT or no number is PHP's own default; an
 * unknown algorithm is PHP's default algorithm, as in the host.
 */
export function hashSettings(globals: ReadonlyMap<string, string>): HashSettings {
  const number = (name: string, least: number, most: number): number | undefined => {
    const value = Number(globals.get(name) || NaN)
    return Number.isInteger(value) && value >= least && value <= most ? value : undefined
  }
  const algorithm = globals.get('gbl_auth_hash_algo')
  switch (algorithm) {
    case 'ARGON2I':
    case 'ARGON2ID': {
      const threads = number('gbl_auth_argon_hash_thread_cost', 1, 255) ?? 1
      return {
        algorithm: algorithm === 'ARGON2I' ? 'argon2i' : 'argon2id',
        memory: number('gbl_auth_argon_hash_memory_cost', 8 * threads, 4 * 1024 * 1024) ?? 65_536,
        time: number('gbl_auth_argon_hash_time_cost', 1, 1000) ?? 4,
        threads,
      }
    }
    case 'SHA512HASH':
      return { algorithm: 'sha512', rounds: number('gbl_auth_sha512_rounds', FEWEST_ROUNDS, MOST_ROUNDS) ?? 100_000 }
    default: {
      const cost = algorithm === 'BCRYPT' ? number('gbl_auth_bcrypt_hash_cost', 4, HIGHEST_COST) : undefined
      return { algorithm: 'bcrypt', cost: cost ?? 10, exact: cost !== undefined }
    }
  }
}

/** The host offers costs up to 20; a row that asks for more would hold a thread for minutes. */
const HIGHEST_COST = 20
/** crypt(3) knows no fewer. The host offers up to ten million; more would hold the thread for minutes. */
const FEWEST_ROUNDS = 1000
const MOST_ROUNDS = 10_000_000

/**
 * Whether the password is that of the stored hash. An empty password, an empty hash, and what is no hash of the host's
 * kinds ('NoLongerUsed') never verify; those answer at once: where an answer's time may tell, call verifyInEqualTime.
 * Rejects with TooManyWaiting when a hundred wait already.
 */
export async function verifyHostPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (!stored || whyNotHash(password) !== undefined) return false
  const compare = comparison(stored)
  return compare ? hashing(() => compare(password, stored)) : false
}

/** Whether there is a password that this is the hash of, as far as its form tells. */
export function canVerify(stored: string | null | undefined): boolean {
  return Boolean(stored) && comparison(stored ?? '') !== undefined
}

type Comparison = (password: string, stored: string) => Promise<boolean>

function comparison(stored: string): Comparison | undefined {
  const cost = BCRYPT.exec(stored)?.[2]
  if (cost !== undefined) return Number(cost) <= HIGHEST_COST ? compareBcrypt : undefined
  if (ARGON2.test(stored)) return compareArgon2
  const rounds = SHA512.exec(stored)?.[1]
  return rounds !== undefined && Number(rounds) <= MOST_ROUNDS ? compareSha512 : undefined
}

const BCRYPT = /^\$2([aby])\$(\d\d)\$[./0-9A-Za-z]{53}$/
const ARGON2 = /^\$(argon2id?)\$v=\d+\$m=(\d+),t=(\d+),p=(\d+)\$[+/0-9A-Za-z]+\$[+/0-9A-Za-z]+$/
const SHA512 = /^\$6\$rounds=([1-9]\d{3,8})\$([./0-9A-Za-z]{0,16})\$[./0-9A-Za-z]{86}$/

async function compareBcrypt(password: string, stored: string): Promise<boolean> {
  if (await bcryptVerifies(password, stored)) return true
  return isOlderThan5(stored) && bcryptVerifies(password, withoutLastSaltByte(stored))
}

/** Throws for a hash that has the form but not the meaning, such as a cost of 03. */
async function bcryptVerifies(password: string, stored: string): Promise<boolean> {
  return bcrypt.verify(password, stored).catch(() => false)
}

/** Before 5.0 the host made hashes with 21 characters of salt; position 28 then holds a '.' (facts §3.3). */
function isOlderThan5(stored: string): boolean {
  return stored.startsWith('$2a$05$') && stored.charAt(28) === '.'
}

/**
 * With one character of salt too few, PHP's crypt() took zero for the salt's last byte, but kept in the hash the
 * character that stood for it. That byte is of the characters at 27 and 28 alone, and '.' is zero.
 */
function withoutLastSaltByte(stored: string): string {
  return `${stored.slice(0, 27)}..${stored.slice(29)}`
}

async function compareArgon2(password: string, stored: string): Promise<boolean> {
  return argon2.verify(stored, password).catch(() => false)
}

async function compareSha512(password: string, stored: string): Promise<boolean> {
  const made = Buffer.from(await sha512crypt(password, stored.slice(0, stored.lastIndexOf('$'))))
  const kept = Buffer.from(stored)
  return made.length === kept.length && timingSafeEqual(made, kept)
}

/**
 * A new hash, of the form that the host makes and reads. Rejects with PasswordNotHashable: 'empty', 'null-byte' (PHP
 * refuses it), 'too-long' (more than 72 bytes for bcrypt, which ignores the rest; more than 4096 for the others); with
 * TooManyWaiting when a hundred wait already.
 */
export async function hashHostPassword(password: string, settings: HashSettings): Promise<string> {
  const refusal = whyNotHash(password, settings.algorithm === 'bcrypt' ? BCRYPT_BYTES : MOST_BYTES)
  if (refusal) throw new PasswordNotHashable(refusal)
  return hashing(() => hashed(password, settings))
}

function whyNotHash(password: string, most = MOST_BYTES): PasswordNotHashable['reason'] | undefined {
  if (password === '') return 'empty'
  if (password.includes('\0')) return 'null-byte'
  return Buffer.byteLength(password) > most ? 'too-long' : undefined
}

const ARGON2_ALGORITHM = { argon2i: 1, argon2id: 2 } as const

async function hashed(password: string, settings: HashSettings): Promise<string> {
  switch (settings.algorithm) {
    case 'bcrypt':
      return bcrypt.hash(password, settings.cost)
    case 'argon2i':
    case 'argon2id':
      return argon2.hash(password, {
        algorithm: ARGON2_ALGORITHM[settings.algorithm],
        memoryCost: settings.memory,
        timeCost: settings.time,
        parallelism: settings.threads,
      })
    case 'sha512':
      return sha512crypt(password, `$6$rounds=${settings.rounds}$${salt()}`)
  }
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** 16 alphanumeric characters, as the host makes them (facts §3.3). */
function salt(): string {
  return Array.from({ length: 16 }, () => ALPHANUMERIC.charAt(randomInt(ALPHANUMERIC.length))).join('')
}

/**
 * Whether a hash that has just verified should be made anew, because the host's settings have become others since.
 * Where the settings are PHP's default, a hash of a higher cost stays, or Foyer and a newer PHP would undo each other.
 */
export function needsRehash(stored: string, settings: HashSettings): boolean {
  switch (settings.algorithm) {
    case 'bcrypt': {
      const [, version, cost] = BCRYPT.exec(stored) ?? []
      return version !== 'y' || (settings.exact ? Number(cost) !== settings.cost : Number(cost) < settings.cost)
    }
    case 'argon2i':
    case 'argon2id': {
      const [, algorithm, memory, time, threads] = ARGON2.exec(stored) ?? []
      const wanted = [settings.algorithm, settings.memory, settings.time, settings.threads]
      return wanted.join() !== [algorithm, memory, time, threads].join()
    }
    case 'sha512':
      return Number(SHA512.exec(stored)?.[1]) !== settings.rounds
  }
}

/**
 * Verifies, and takes as long where there is nothing to verify against: a name that does not exist, a row without a
 * usable hash, a password that none can be of. So the answer's time tells nobody who exists. Rejects as
 * verifyHostPassword does.
 */
export async function verifyInEqualTime(
  password: string,
  stored: string | null | undefined,
  settings: HashSettings,
  seen: Seen = hosts,
): Promise<boolean> {
  const usable = stored && comparison(stored) ? stored : undefined
  if (usable === undefined || whyNotHash(password) !== undefined) {
    await spendTheTimeOf(settings, seen)
    return false
  }
  seen.typical = usable
  return verifyHostPassword(password, usable)
}

/** Hashes of one place, whose cost is what people are used to waiting for there. */
export interface Seen {
  /** The one that was looked at last. */
  typical?: string
}

const hosts: Seen = {}

/** The settings say what new hashes cost; those that are stored may have been made by a PHP with another default. */
async function spendTheTimeOf(settings: HashSettings, { typical }: Seen): Promise<void> {
  const nobodys = 'the time of one verification'
  if (typical === undefined) await hashHostPassword(nobodys, settings)
  else await verifyHostPassword(nobodys, typical)
}
