/** An authenticator app as its owner holds it: set up with the portal, it shows codes by the practice's clock. */
import { generateSync } from 'otplib'
import { makeRecoveryCodes } from '../../module/access/recoveryCodes.js'
import type { FactorOwner } from '../../module/access/secondFactors.js'
import { keepTotp, newTotpSecret } from '../../module/access/totp.js'
import type { TestPractice } from './practice.js'

export interface App {
  secret: string
  /** The code of this moment, or of another one: so many steps of 30 seconds later. */
  code: (steps?: number) => string
}

export function appWith(practice: TestPractice, secret: string): App {
  return {
    secret,
    code: (steps = 0) =>
      generateSync({ secret, epoch: Math.floor(practice.clock.now().toSeconds()) + steps * 30, period: 30 }),
  }
}

/** Set up without a browser; its recovery codes come with it. */
export async function setUpFactor(
  practice: TestPractice,
  owner: FactorOwner,
): Promise<{ app: App; recoveryCodes: string[] }> {
  const secret = newTotpSecret()
  const recoveryCodes = await practice.db.transaction(async (tx) => {
    await keepTotp(tx, practice.portal, owner, { secret, step: 1 })
    return makeRecoveryCodes(tx, practice.portal, owner)
  })
  return { app: appWith(practice, secret), recoveryCodes }
}

/** As before anything was set up. */
export async function clearFactors(practice: TestPractice): Promise<void> {
  for (const table of ['totp', 'recovery_codes', 'passkeys', 'used_challenges', 'attempts']) {
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_${table}`)) // sql-safe: constants
  }
}
