/** Passwords of Foyer's own accounts: argon2id, in the form that PHP reads too, made and verified off the event loop. */
import { hashHostPassword, verifyInEqualTime, type HashSettings, type Seen } from '../host/php/passwords.js'
import type { Tx } from '../platform/database.js'
import { sha256 } from '../platform/ids.js'

/** OWASP's second choice: 19 MiB, two passes. Verified by `verifyHostPassword`, rehashed by `needsRehash`. */
export const ownHashSettings: HashSettings = { algorithm: 'argon2id', memory: 19_456, time: 2, threads: 1 }

/** Rejects as hashHostPassword does. */
export function hashOwnPassword(password: string): Promise<string> {
  return hashHostPassword(password, ownHashSettings)
}

/** As long as ever where there is nothing to verify against. Rejects with TooManyWaiting as hashOwnPassword does. */
export function verifyOwnPassword(password: string, stored: string | undefined): Promise<boolean> {
  return verifyInEqualTime(password, stored, ownHashSettings, own)
}

const own: Seen = {}

/** The hash as it stands, held until the transaction ends. Undefined where there is none. */
export async function holdOwnHash(tx: Tx, accountId: number): Promise<string | undefined> {
  const row = await tx.first<{ password_hash: string | null }>(
    `SELECT password_hash FROM foyer_accounts WHERE id = :accountId FOR UPDATE`,
    { accountId },
  )
  return row?.password_hash ?? undefined
}

/** What a link knows of the password that it replaces (undefined: there was none): another one by then, and it opens nothing. */
export function passwordMark(hash: string | undefined): string {
  return sha256(hash ?? '').slice(0, 32)
}
