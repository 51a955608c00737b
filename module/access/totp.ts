/**
 * Codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds). Each is accepted once, within one step of
 * our clock. The secret is sealed under a key that only this installation has.
 */
import { generateSecret, generateURI, verifySync } from 'otplib'
import { utc, type Clock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { seal, unseal } from '../platform/sealed.js'
import type { Portal } from './portal.js'
import type { FactorOwner } from './secondFactors.js'

const STEP_SECONDS = 30

/** 160 bits, in base32: 32 letters. */
export function newTotpSecret(): string {
  return generateSecret()
}

/** What the app reads from the QR code. `label`: as whom they sign in. */
export function totpAddress(wanted: { issuer: string; label: string; secret: string }): string {
  return generateURI(wanted)
}

/** Which step's code this is, the one before and the one after ours included. Undefined: of none of them. */
export function stepOfCode(secret: string, typed: string, clock: Clock): number | undefined {
  const token = typed.replace(/[\s-]/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const epoch = Math.floor(clock.now().toSeconds())
  const result = verifySync({ secret, token, epoch, period: STEP_SECONDS, epochTolerance: STEP_SECONDS })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

type Keyed = Pick<Portal, 'secret' | 'clock'>

/** Keeps the app that has just shown the code of `step`; one that was there before shows codes in vain from now on. */
export async function keepTotp(
  tx: Tx,
  { secret: key, clock }: Keyed,
  owner: FactorOwner,
  { secret, step }: { secret: string; step: number },
): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_totp (owner, secret, last_step, created_at, used_at) VALUES (:owner, :sealed, :step, :now, NULL)
     ON DUPLICATE KEY UPDATE secret = VALUES(secret), last_step = VALUES(last_step), created_at = VALUES(created_at), used_at = NULL`,
    { owner, sealed: seal(key, purposeOf(owner), secret), step, now: utc(clock.now()) },
  )
}

/** Uses a code. False: it is wrong, was used before, or no app is set up. */
export async function useTotp(tx: Tx, portal: Keyed, owner: FactorOwner, typed: string): Promise<boolean> {
  const kept = await readTotp(tx, owner)
  const secret = kept && unseal(portal.secret, purposeOf(owner), kept.secret)
  const step = secret === undefined ? undefined : stepOfCode(secret, typed, portal.clock)
  if (!kept || step === undefined) return false
  // Two at once with one code: the row takes one of them. A code from before the last one is dead too (RFC 6238 §5.2).
  const used = await tx.change(
    `UPDATE foyer_totp SET last_step = :step, used_at = :now WHERE owner = :owner AND secret = :sealed AND last_step < :step`,
    { owner, sealed: kept.secret, step, now: utc(portal.clock.now()) },
  )
  return used === 1
}

/** The app of one owner shows codes for another from now on. False: there is none, or that one has an app of their own. */
export async function moveTotp(tx: Tx, portal: Keyed, from: FactorOwner, into: FactorOwner): Promise<boolean> {
  const kept = await tx.first<{ secret: string; last_step: number }>(
    `SELECT secret, last_step FROM foyer_totp WHERE owner = :from`,
    { from },
  )
  const secret = kept && unseal(portal.secret, purposeOf(from), kept.secret)
  if (!kept || secret === undefined || (await readTotp(tx, into))) return false
  await keepTotp(tx, portal, into, { secret, step: kept.last_step })
  return removeTotp(tx, from)
}

function readTotp(db: Queryable, owner: FactorOwner): Promise<{ secret: string } | undefined> {
  return db.first<{ secret: string }>(`SELECT secret FROM foyer_totp WHERE owner = :owner`, { owner })
}

export async function removeTotp(tx: Tx, owner: FactorOwner): Promise<boolean> {
  return (await tx.change(`DELETE FROM foyer_totp WHERE owner = :owner`, { owner })) > 0
}

function purposeOf(owner: FactorOwner): string {
  return `totp:${owner}`
}
