/** Who is signed in and was there a moment ago: patients' accounts and the practice's staff. */
import type { Queryable } from '../../platform/database.js'
import type { Utc } from '../../platform/clock.js'

export interface OnlineRow {
  audience: 'patient' | 'staff'
  /** The last request that was no poll, to the minute. */
  seen_at: Utc
  /** The account's own chart; null for staff, and for an account without one. */
  pid: number | null
  /** The account's own; null for staff. */
  record: string | null
  first_name: string | null
  last_name: string | null
  /** What the account or the user is called where there is no name. */
  login: string | null
  /** Of this audience, whoever is left out of the list. */
  total: number
}

export interface OnlineWish {
  /** From when on somebody is there. */
  since: Record<OnlineRow['audience'], Utc>
  /** Sessions that began before it have ended, whatever happened in them since. */
  young: Utc
  /** Of each audience, at most. */
  each: number
}

/**
 * The latest seen first, at most so many of each audience: a crowd of patients hides no colleague. One statement over
 * the index of last requests.
 */
export function seenSince(db: Queryable, { since, young, each }: OnlineWish): Promise<OnlineRow[]> {
  return db.select<OnlineRow>(
    `SELECT s.audience, s.seen_at, a.host_pid AS pid, a.own_record AS record, COALESCE(p.fname, u.fname) AS first_name,
            COALESCE(p.lname, u.lname) AS last_name, COALESCE(a.display_name, u.username) AS login, s.total
       FROM (SELECT audience, owner, seen_at, COUNT(*) OVER (PARTITION BY audience) AS total,
                    ROW_NUMBER() OVER (PARTITION BY audience ORDER BY seen_at DESC, owner) AS place
               FROM (SELECT audience, owner, MAX(seen_at) AS seen_at FROM foyer_sessions
                      WHERE seen_at > LEAST(:patient, :staff) AND seen_at > IF(audience = 'staff', :staff, :patient)
                        AND created_at > :young AND owner IS NOT NULL GROUP BY audience, owner) here) s
       LEFT JOIN foyer_accounts a ON s.audience = 'patient' AND a.id = CAST(s.owner AS UNSIGNED)
       LEFT JOIN patient_data p ON p.pid = a.host_pid
       LEFT JOIN users u ON s.audience = 'staff' AND u.id = CAST(s.owner AS UNSIGNED)
      WHERE s.place <= ${String(Math.trunc(each))}
      ORDER BY s.seen_at DESC, s.audience, s.owner`, // sql-safe: a number
    { ...since, young },
  )
}
