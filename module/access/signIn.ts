/** What is the same at both doors: what somebody tries, what comes of it, and how it is written down. */
import type { Actor } from '../platform/audit.js'
import { signInLimits, type TryLimits } from './limits.js'
import type { Portal } from './portal.js'
import type { Stage } from './stages.js'

export interface SignInTry {
  username: string
  password: string
  /** Asked for where the host's enforce_signin_email is 1. */
  email: string
  address: string
  requestId: string
  /** The cookie of browsers that have been signed in with before (devices.ts). */
  device: string | undefined
}

/** What a session remembers: who, and under which password. Everything else is read afresh. */
export interface SignedIn {
  /** Account id; users.id at the staff's door. */
  id: number
  fingerprint: string
  /**
   * The host's login whose password was typed and has to be changed, where it is not the account's own: of an account
   * that was joined into this one. Kept no longer than that.
   */
  login?: { pid: number; fingerprint: string }
}

export type SignInOutcome =
  | {
      ok: true
      who: SignedIn
      /** What is left to do before they are in, in order. */
      stages: Stage[]
    }
  | SignInRefusal

/** Which of name and password was wrong is never said, and an unknown name costs the same time as a wrong password. */
export type SignInRefusal = { ok: false; reason: 'wrong' } | { ok: false; reason: 'too-many'; seconds: number }

export function limitsOf(portal: Portal): TryLimits {
  return signInLimits(portal.db, () => ({
    perAccount: portal.settings().signInTries,
    perAddress: portal.settings().signInTriesPerAddress,
  }))
}

/** Somebody at the door. `of`: whose account they tried, for its history; nobody's where there is none. */
export function stranger(requestId: string | undefined, of?: number): Actor {
  const id = of === undefined ? 'unknown' : strangerAt(of)
  return { kind: 'system', id, name: 'Somebody who is not signed in', requestId }
}

/** Under this actor's id the audit trail keeps what strangers did at the door of an account. */
export function strangerAt(accountId: number): string {
  return `unknown:${String(accountId)}`
}
