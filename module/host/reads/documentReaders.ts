/** Who opens a chart, and how each is reached: to whom a letter goes that something is new in it. */
import type { Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import type { Day } from '../../platform/clock.js'
import { dayOrNone } from '../unset.js'

export interface Reader {
  accountId: number
  relationship: string
  extent: string
  exempt: boolean
  born: Day | undefined
  validUntil: Utc | undefined
  language: string | undefined
  /** As the account's own chart says; '' where there is none. */
  spoken: string
  /** Proved by its holder; '' where the account has none. */
  email: string
  /** The trusted address of the account's own chart, and whether letters may go there (facts §3.2). */
  trusted: string
  mayMail: boolean
}

interface Row {
  account_id: number
  relationship: string
  extent: string
  exempt: number
  born: string | null
  valid_until: Utc | null
  language: string | null
  spoken: string | null
  email: string | null
  trusted: string | null
  may_mail: string | null
}

const MOST = 50

/** Those whose grant runs now. One statement. */
export async function readersOf(db: Queryable, pid: number, now: Utc): Promise<Reader[]> {
  const rows = await db.select<Row>(
    // sql-safe: a number of ours
    `SELECT a.id AS account_id, g.relationship, g.extent, g.exempt_at IS NOT NULL AS exempt, p.DOB AS born, g.valid_until,
            a.language, own.language AS spoken, IF(a.email_verified_at IS NULL, NULL, a.email) AS email,
            TRIM(IF(own.email_direct = '', own.email, own.email_direct)) AS trusted, own.hipaa_allowemail AS may_mail
       FROM foyer_grants g
       JOIN foyer_accounts a ON a.id = g.account_id AND a.disabled_at IS NULL
       JOIN patient_data p ON p.pid = g.pid AND p.allow_patient_portal = 'YES' AND p.deceased_date IS NULL
       LEFT JOIN patient_data own ON own.pid = a.host_pid
      WHERE g.pid = :pid AND g.revoked_at IS NULL AND g.valid_from <= :now AND (g.valid_until IS NULL OR g.valid_until > :now)
      ORDER BY g.relationship = 'self' DESC, a.id LIMIT ${String(MOST)}`,
    { pid, now },
  )
  return rows.map((row) => ({
    ...{ accountId: row.account_id, relationship: row.relationship, extent: row.extent, exempt: row.exempt !== 0 },
    born: dayOrNone(row.born),
    validUntil: row.valid_until ?? undefined,
    language: row.language ?? undefined,
    spoken: row.spoken ?? '',
    email: row.email ?? '',
    trusted: row.trusted ?? '',
    mayMail: row.may_mail === 'YES',
  }))
}
