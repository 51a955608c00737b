/** Codes on paper, for when the telephone is away. Shown once, kept as keyed hashes, each good for one sign-in. */
import { createHmac, randomInt } from 'node:crypto'
import { utc } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { CODE_ALPHABET, typedSymbols } from './codeSymbols.js'
import type { Portal } from './portal.js'
import type { FactorOwner } from './secondFactors.js'

const CODES = 10
/** 31^10 is about 8e14, 49.5 bits. */
const LENGTH = 10

type Keyed = Pick<Portal, 'secret' | 'clock'>

/** New ones, as they are shown: `K7QA9-M4XRT`. Those made before open nothing any more. */
export async function makeRecoveryCodes(tx: Tx, portal: Keyed, owner: FactorOwner): Promise<string[]> {
  const codes = Array.from({ length: CODES }, newCode)
  const now = utc(portal.clock.now())
  await removeRecoveryCodes(tx, owner)
  await tx.change(`INSERT INTO foyer_recovery_codes (owner, code_hash, created_at) VALUES :rows`, {
    rows: codes.map((code) => [owner, hashOf(portal, owner, code), now]),
  })
  return codes.map((code) => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`)
}

/** Uses one up, however it is spaced. False: unknown, or used before. */
export async function useRecoveryCode(tx: Tx, portal: Keyed, owner: FactorOwner, typed: string): Promise<boolean> {
  const used = await tx.change(
    `UPDATE foyer_recovery_codes SET used_at = :now WHERE code_hash = :hash AND owner = :owner AND used_at IS NULL`,
    { owner, hash: hashOf(portal, owner, typedSymbols(typed)), now: utc(portal.clock.now()) },
  )
  return used === 1
}

export async function removeRecoveryCodes(tx: Tx, owner: FactorOwner): Promise<void> {
  await tx.change(`DELETE FROM foyer_recovery_codes WHERE owner = :owner`, { owner })
}

function newCode(): string {
  return Array.from({ length: LENGTH }, () => CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length))).join('')
}

function hashOf({ secret }: Keyed, owner: FactorOwner, symbols: string): string {
  return createHmac('sha256', secret).update(`recovery:${owner}:${symbols}`).digest('hex')
}
