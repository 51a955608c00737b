/** Accounts that may be one person's: staff look, and join or disable them. */
import type { Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

/** - chart: both open it as its own patient
 *  - email: its chart has the other's address
 *  - person: both registered somebody of this name and date of birth
 *  - family: both stand for the same patient, under a like name */
export type DoubleWhy = 'chart' | 'email' | 'person' | 'family'

export interface DoubleRow {
  id: number
  /** The account's own. */
  record: string
  name: string
  email: string | null
  host_pid: number | null
  created_at: Utc
  disabled_at: Utc | null
  why: DoubleWhy
}

const columns = `b.id, b.own_record AS record, b.display_name AS name, b.email, b.host_pid, b.created_at, b.disabled_at`

/**
 * Other accounts, in use, that may be the holder's of this one. `emailKey`: of its own address, as the charts' keys have
 * it. One statement, each way over a key.
 */
export function doublesOfAccount(db: Queryable, account: number, emailKey: string): Promise<DoubleRow[]> {
  return db.select<DoubleRow>(
    `SELECT ${columns}, 'chart' AS why
       FROM foyer_grants mine
       JOIN foyer_grants theirs ON theirs.pid = mine.pid AND theirs.account_id <> mine.account_id
                               AND theirs.relationship = 'self' AND theirs.revoked_at IS NULL
       JOIN foyer_accounts b ON b.id = theirs.account_id AND b.disabled_at IS NULL
      WHERE mine.account_id = :account AND mine.relationship = 'self' AND mine.revoked_at IS NULL
     UNION
     SELECT ${columns}, 'email' AS why
       FROM foyer_accounts a
       JOIN patient_data p ON p.pid = a.host_pid
       JOIN foyer_accounts b ON b.email = p.email AND b.id <> a.id AND b.disabled_at IS NULL
      WHERE a.id = :account AND p.email <> ''
     UNION
     SELECT ${columns}, 'email' AS why
       FROM foyer_chart_keys k JOIN foyer_accounts b ON b.host_pid = k.pid AND b.id <> :account AND b.disabled_at IS NULL
      WHERE k.email1 = :emailKey
     UNION
     SELECT ${columns}, 'person' AS why
       FROM foyer_registrations mine
       JOIN foyer_registrations theirs ON theirs.born = mine.born AND theirs.last_name = mine.last_name
                                      AND theirs.first_name = mine.first_name AND theirs.account_id <> mine.account_id
                                      AND theirs.for_whom = mine.for_whom
       JOIN foyer_accounts b ON b.id = theirs.account_id AND b.disabled_at IS NULL
      WHERE mine.account_id = :account AND mine.for_whom = 'me'
      LIMIT 20`, // sql-safe: constants
    { account, emailKey },
  )
}

/** Another account that stands for a patient of this one's. */
export interface RelativeRow extends DoubleRow {
  /** What this account's holder is called. */
  own_name: string
  /** 1: both are the same to that patient. */
  same_relationship: number
}

/**
 * Other accounts, in use, whose holders stand for somebody for whom this one's holder stands too: they open the same
 * chart, or registered the same person. Mother and father are among them, and one parent's second account. One statement,
 * each way over a key.
 */
export function relativesOfAccount(db: Queryable, account: number): Promise<RelativeRow[]> {
  return db.select<RelativeRow>(
    `SELECT ${columns}, 'family' AS why, a.display_name AS own_name, theirs.relationship = mine.relationship AS same_relationship
       FROM foyer_grants mine
       JOIN foyer_accounts a ON a.id = mine.account_id
       JOIN foyer_grants theirs ON theirs.pid = mine.pid AND theirs.account_id <> mine.account_id
                               AND theirs.relationship <> 'self' AND theirs.revoked_at IS NULL
       JOIN foyer_accounts b ON b.id = theirs.account_id AND b.disabled_at IS NULL
      WHERE mine.account_id = :account AND mine.relationship <> 'self' AND mine.revoked_at IS NULL
     UNION
     SELECT ${columns}, 'family', a.display_name, theirs.relationship = mine.relationship
       FROM foyer_registrations mine
       JOIN foyer_accounts a ON a.id = mine.account_id
       JOIN foyer_registrations theirs ON theirs.born = mine.born AND theirs.last_name = mine.last_name
                                      AND theirs.first_name = mine.first_name AND theirs.account_id <> mine.account_id
                                      AND theirs.for_whom = mine.for_whom
       JOIN foyer_accounts b ON b.id = theirs.account_id AND b.disabled_at IS NULL
      WHERE mine.account_id = :account AND mine.for_whom <> 'me'
      LIMIT 50`, // sql-safe: constants
    { account },
  )
}

/** Who opens a chart already. */
export interface OpenerRow {
  pid: number
  id: number
  /** The account's own. */
  record: string
  name: string
  relationship: string
}

/** Of these charts, in the order in which it was opened to them. One statement. */
export function openersOf(db: Queryable, pids: readonly number[], now: Utc): Promise<OpenerRow[]> {
  if (pids.length === 0) return Promise.resolve([])
  return db.select<OpenerRow>(
    `SELECT g.pid, b.id, b.own_record AS record, b.display_name AS name, g.relationship
       FROM foyer_grants g JOIN foyer_accounts b ON b.id = g.account_id
      WHERE g.pid IN (:pids) AND g.revoked_at IS NULL AND b.disabled_at IS NULL
        AND (g.valid_until IS NULL OR g.valid_until > :now)
      ORDER BY g.pid, g.id LIMIT 100`,
    { pids, now },
  )
}

/** Accounts that open this chart as its own patient, where they are several. One statement. */
export function accountsOfPerson(db: Queryable, pid: number): Promise<DoubleRow[]> {
  return db.select<DoubleRow>(
    `SELECT ${columns}, 'chart' AS why FROM foyer_grants g JOIN foyer_accounts b ON b.id = g.account_id
      WHERE g.pid = :pid AND g.relationship = 'self' AND g.revoked_at IS NULL AND b.disabled_at IS NULL
      ORDER BY b.id LIMIT 20`, // sql-safe: constants
    { pid },
  )
}
