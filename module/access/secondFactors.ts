/**
 * What is asked for besides the password: an app that shows codes, or passkeys; recovery codes for when both are away.
 * Owners are accounts and the host's staff users.
 */
import type { Queryable, Tx } from '../platform/database.js'
import type { Portal } from './portal.js'
import { findAccount, isAnothers } from './scope.js'
import { staffMay, staffMember } from './staff.js'

/** `account:7` or `staff:jane`. */
export type FactorOwner = `account:${string}` | `staff:${string}`

export type FactorPerson = { kind: 'account'; id: number } | { kind: 'staff'; id: number; username: string }

export function factorOwner(person: FactorPerson): FactorOwner {
  return person.kind === 'account' ? `account:${String(person.id)}` : `staff:${person.username}`
}

export interface Factors {
  /** An app that shows codes is set up. */
  app: boolean
  passkeys: number
  /** Recovery codes that were not used yet. */
  codesLeft: number
}

export async function factorsOf(db: Queryable, owner: FactorOwner): Promise<Factors> {
  const row = await db.first<{ app: number; passkeys: number; codes: number }>(
    `SELECT (SELECT COUNT(*) FROM foyer_totp WHERE owner = :owner) AS app,
            (SELECT COUNT(*) FROM foyer_passkeys WHERE owner = :owner) AS passkeys,
            (SELECT COUNT(*) FROM foyer_recovery_codes WHERE owner = :owner AND used_at IS NULL) AS codes`,
    { owner },
  )
  return { app: row?.app === 1, passkeys: row?.passkeys ?? 0, codesLeft: row?.codes ?? 0 }
}

/** Recovery codes alone are none: they stand in for one. */
export function hasFactor({ app, passkeys }: Factors): boolean {
  return app || passkeys > 0
}

/** Whether the practice asks it of this person: of those who open somebody else's chart, or of its portal staff. */
export async function mustHaveFactor(portal: Portal, person: FactorPerson): Promise<boolean> {
  const { secondFactor, staffSecondFactor } = portal.settings()
  if (person.kind === 'account') {
    if (secondFactor !== 'proxies') return false
    const account = await findAccount(portal.db, portal, person.id)
    return account?.records.some(isAnothers) ?? false
  }
  if (staffSecondFactor !== 'required') return false
  const member = await staffMember(portal.db, person.id)
  return member !== undefined && staffMay(portal.policy(), member, 'portal:use')
}

/** Takes everything off. False: there was nothing. */
export async function removeFactors(tx: Tx, owner: FactorOwner): Promise<boolean> {
  const apps = await tx.change(`DELETE FROM foyer_totp WHERE owner = :owner`, { owner })
  const passkeys = await tx.change(`DELETE FROM foyer_passkeys WHERE owner = :owner`, { owner })
  await tx.change(`DELETE FROM foyer_recovery_codes WHERE owner = :owner`, { owner })
  return apps + passkeys > 0
}
