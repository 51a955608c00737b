import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { dayOrNone } from '../unset.js'

/** A code as somebody tries it: with the chart that it opens, and what this account may not do there. */
export interface TriedCode {
  id: number
  pid: number
  /** Whom it was made out to. */
  recipient: string
  relationship: string
  extent: string
  redeemed_at: Utc | null
  revoked_at: Utc | null
  expires_at: Utc
  /** Of the patient, as the chart says. */
  born: Day | undefined
  /** The chart says YES to the portal. */
  open: boolean
  /** The account's access to this chart was revoked. */
  barred: boolean
}

interface Row extends Omit<TriedCode, 'born' | 'open' | 'barred'> {
  DOB: string | null
  allowed: string | null
  barred: number
}

/** One statement over one index, found or not. `accountId` 0: nobody's yet. */
export async function triedCode(db: Queryable, hash: string, accountId: number): Promise<TriedCode | undefined> {
  const row = await db.first<Row>(
    `SELECT c.id, c.pid, c.recipient, c.relationship, c.extent, c.redeemed_at, c.revoked_at, c.expires_at, p.DOB,
            p.allow_patient_portal AS allowed, g.revoked_at IS NOT NULL AS barred
       FROM foyer_codes c
       LEFT JOIN patient_data p ON p.pid = c.pid
       LEFT JOIN foyer_grants g ON g.pid = c.pid AND g.account_id = :accountId
      WHERE c.code_hash = :hash`,
    { hash, accountId },
  )
  if (!row) return undefined
  const { DOB, allowed, barred, ...code } = row
  return { ...code, born: dayOrNone(DOB), open: allowed === 'YES', barred: barred === 1 }
}
