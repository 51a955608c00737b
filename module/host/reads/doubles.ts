/** Accounts that may be one person's: staff look, and join or disable them. */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

/** - chart: both open it as its own patient
 *  - email: its chart has the other's address
 *  - person: both registered somebody of this name and date of birth
 *  - family: both stand for the same patient, under a like name
 *  - opener: one opens the chart of the person whom the other registered */
export type DoubleWhy = 'chart' | 'email' | 'person' | 'family' | 'opener'

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

/** One of the two accounts registered somebody whose chart the other opens, perhaps: names are for the caller to compare. */
export interface CrossedRow extends RelativeRow {
  own_email: string | null
  own_since: Utc
  /** 1: this account registered and the other opens the chart; 0: the other way round. */
  registered_here: number
  registration: number
  for_whom: string
  first_name: string
  last_name: string
  born: Day
  registered_as: string
  pid: number
  chart_first: string
  chart_last: string
  opened_as: string
}

const crossed = `'opener' AS why, a.display_name AS own_name, a.email AS own_email, a.created_at AS own_since,
            g.relationship = r.relationship AS same_relationship, r.id AS registration, r.for_whom, r.first_name,
            r.last_name, r.born, r.relationship AS registered_as, p.pid, p.fname AS chart_first, p.lname AS chart_last,
            g.relationship AS opened_as`

/** One of the two names is as the chart has it: where the other was misspelled, the date leads there. */
const oneNameStands = `(p.lname = r.last_name OR p.fname = r.first_name)`
/** Whoever opens what they registered has it beside the others who do: relativesOfAccount finds them. */
const notOpenYet = `NOT EXISTS (SELECT 1 FROM foyer_grants has
                       WHERE has.account_id = r.account_id AND has.pid = p.pid AND has.revoked_at IS NULL)`
/** Somebody's own chart and their own registration, or a patient's chart and those who stand for that patient. */
const sameRole = `(g.relationship = 'self') = (r.for_whom = 'me')`

/**
 * Other accounts, in use, that open the chart of somebody whom this one registered, and those that registered somebody
 * whose chart this one opens: of the same date of birth and of one of the two names. One statement, each way over keys.
 */
export function crossedAccounts(db: Queryable, account: number): Promise<CrossedRow[]> {
  return db.select<CrossedRow>(
    `SELECT ${columns}, ${crossed}, 1 AS registered_here
       FROM foyer_registrations r
       JOIN foyer_accounts a ON a.id = r.account_id
       JOIN foyer_chart_keys k ON k.born = r.born
       JOIN foyer_grants g ON g.pid = k.pid AND g.account_id <> r.account_id AND g.revoked_at IS NULL AND ${sameRole}
       JOIN patient_data p ON p.pid = g.pid AND ${oneNameStands}
       JOIN foyer_accounts b ON b.id = g.account_id AND b.disabled_at IS NULL
      WHERE r.account_id = :account AND ${notOpenYet}
     UNION
     SELECT ${columns}, ${crossed}, 0
       FROM foyer_grants g
       JOIN foyer_accounts a ON a.id = g.account_id
       JOIN patient_data p ON p.pid = g.pid
       JOIN foyer_registrations r ON r.born = p.DOB AND r.account_id <> g.account_id AND ${sameRole} AND ${oneNameStands}
       JOIN foyer_accounts b ON b.id = r.account_id AND b.disabled_at IS NULL
      WHERE g.account_id = :account AND g.revoked_at IS NULL AND ${notOpenYet}
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

/** An account that opens a chart, or that registered somebody of its date of birth and of one of its names. */
export interface StandingRow extends DoubleRow {
  relationship: string
  /** What was registered; null: the account opens the chart. */
  first_name: string | null
  last_name: string | null
  chart_first: string
  chart_last: string
}

/** Of this chart, those that open it first. One statement, each way over a key. */
export function accountsAtChart(db: Queryable, pid: number): Promise<StandingRow[]> {
  return db.select<StandingRow>(
    `SELECT ${columns}, IF(g.relationship = 'self', 'chart', 'family') AS why, g.relationship, NULL AS first_name,
            NULL AS last_name, '' AS chart_first, '' AS chart_last
       FROM foyer_grants g JOIN foyer_accounts b ON b.id = g.account_id
      WHERE g.pid = :pid AND g.revoked_at IS NULL AND b.disabled_at IS NULL
     UNION ALL
     SELECT ${columns}, 'opener', r.relationship, r.first_name, r.last_name, p.fname, p.lname
       FROM patient_data p
       JOIN foyer_registrations r ON r.born = p.DOB AND ${oneNameStands}
       JOIN foyer_accounts b ON b.id = r.account_id AND b.disabled_at IS NULL
      WHERE p.pid = :pid
      ORDER BY first_name IS NOT NULL, id LIMIT 60`, // sql-safe: constants
    { pid },
  )
}
