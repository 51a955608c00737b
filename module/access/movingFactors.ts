/** Two accounts of one person became one: so did what is asked for besides their passwords. */
import type { Tx } from '../platform/database.js'
import type { Portal } from './portal.js'
import { factorsOf, hasFactor, removeFactors, type FactorOwner } from './secondFactors.js'
import { moveTotp } from './totp.js'

/**
 * What guarded the one guards the other from now on, beside what that has. Recovery codes are of the one alone, and go.
 * True: the other has a factor now, and had none.
 */
export async function moveFactors(
  tx: Tx,
  portal: Pick<Portal, 'secret' | 'clock'>,
  from: FactorOwner,
  into: FactorOwner,
): Promise<boolean> {
  const had = hasFactor(await factorsOf(tx, into))
  await moveTotp(tx, portal, from, into)
  await tx.change(`UPDATE foyer_passkeys SET owner = :into WHERE owner = :from`, { from, into })
  await removeFactors(tx, from)
  return !had && hasFactor(await factorsOf(tx, into))
}
