/** Proposed changes of the profile: the host's rows and Foyer's, as one list. */
import { openActivity } from '../profile/activity.js'
import type { Day, Utc, WallClock } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

/** Foyer's row and the host's, as far as there are: one of them at least. */
export interface ChangeRow {
  /** Foyer's; null: proposed in the host's own portal, and nobody has taken it in hand here. */
  id: number | null
  receipt: string | null
  kind: 'profile' | 'insurance' | null
  insurance_type: string | null
  activity_id: number | null
  pid: number | null
  account_id: number | null
  record: string | null
  acted_by: string | null
  relationship: string | null
  base: unknown
  proposed: unknown
  note: string | null
  outcomes: unknown
  state: string | null
  claimed_by: string | null
  claimed_at: Utc | null
  decided_by: string | null
  decided_at: Utc | null
  version: number | null
  created_at: Utc | null
  /** The host's; null: there is none (any more). */
  host_id: number | null
  host_pid: number | null
  host_status: string | null
  host_pending: string | null
  host_args: string | null
  host_date: WallClock | null
  host_decided_at: WallClock | null
  /** Username of whoever decided there. */
  host_decided_by: string | null
}

const ours = `c.id, c.receipt, c.kind, c.insurance_type, c.activity_id, c.pid, c.account_id, c.record, c.acted_by,
  c.relationship, c.base, c.proposed, c.note, c.outcomes, c.state, c.claimed_by, c.claimed_at, c.decided_by,
  c.decided_at, c.version, c.created_at`
const theirs = `a.id AS host_id, a.patient_id AS host_pid, a.status AS host_status, a.pending_action AS host_pending,
  a.table_args AS host_args, a.date AS host_date, a.action_taken_time AS host_decided_at,
  (SELECT u.username FROM users u WHERE u.id = a.action_user) AS host_decided_by`
const besides = `LEFT JOIN onsite_portal_activity a ON a.id = c.activity_id AND a.activity = 'profile'`

/** By the host's id, whichever of the two rows is still there. */
export async function changeOfActivity(db: Queryable, id: number): Promise<ChangeRow | undefined> {
  const row = await db.first<ChangeRow>(
    `SELECT ${ours}, ${theirs} FROM (SELECT CAST(:id AS SIGNED) AS id) wanted
       LEFT JOIN onsite_portal_activity a ON a.id = wanted.id AND a.activity = 'profile'
       LEFT JOIN foyer_profile_changes c ON c.activity_id = wanted.id
      ORDER BY c.id DESC LIMIT 1`, // sql-safe: constants
    { id },
  )
  return row && (row.id !== null || row.host_id !== null) ? row : undefined
}

/** By Foyer's own id: of insurance. */
export function insuranceChange(db: Queryable, id: number): Promise<ChangeRow | undefined> {
  return db.first<ChangeRow>(
    `SELECT ${ours}, ${theirs} FROM foyer_profile_changes c ${besides} WHERE c.id = :id AND c.kind = 'insurance'`, // sql-safe: constants
    { id },
  )
}

/** One of this patient's: another's is not there. */
export function changeByReceipt(db: Queryable, pid: number, receipt: string): Promise<ChangeRow | undefined> {
  return db.first<ChangeRow>(
    `SELECT ${ours}, ${theirs} FROM foyer_profile_changes c ${besides} WHERE c.receipt = :receipt AND c.pid = :pid`, // sql-safe: constants
    { pid, receipt },
  )
}

/** Of this patient: the newest of ours, and what waits in the host alone. One statement. */
export function changesOf(db: Queryable, pid: number, limit: number): Promise<ChangeRow[]> {
  return db.select<ChangeRow>(
    `(SELECT ${ours}, ${theirs} FROM foyer_profile_changes c ${besides} WHERE c.pid = :pid
       ORDER BY c.id DESC LIMIT ${String(Math.trunc(limit))})
     UNION ALL
     (SELECT ${ours}, ${theirs} FROM onsite_portal_activity a LEFT JOIN foyer_profile_changes c ON c.activity_id = a.id
       WHERE a.patient_id = :pid AND ${openActivity} AND c.id IS NULL ORDER BY a.date, a.id LIMIT 5)`, // sql-safe: constants and a number
    { pid },
  )
}

/** Ours that wait while the host's row is closed or gone: so many at most, from an id on. */
export function decidedByHost(db: Queryable, after: number, limit: number): Promise<EndedInHost[]> {
  return db.select<EndedInHost>(
    `SELECT c.id, c.activity_id, c.pid FROM foyer_profile_changes c ${besides}
      WHERE c.state = 'waiting' AND c.kind = 'profile' AND c.id > :after AND NOT COALESCE(${openActivity}, FALSE)
      ORDER BY c.id LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { after },
  )
}

export interface EndedInHost {
  id: number
  activity_id: number
  pid: number
}

export interface WaitingChange {
  kind: 'profile' | 'insurance'
  /** The host's id of a profile's, ours of insurance's. */
  id: number
  insurance_type: string | null
  pid: number
  first_name: string
  last_name: string
  born: Day | null
  /** What would change, by column; null: proposed in the host's own portal. */
  proposed: unknown
  waiting_seconds: number
  /** Since when, as the list is ordered. */
  began: Utc
  /** Username; null: nobody, or the claim has lapsed. */
  holder: string | null
  holder_name: string | null
  /** Of all that wait, whatever is shown. */
  total: number
}

// FROM and WHERE of the list and of its count.
const waitingProfile = `onsite_portal_activity a JOIN patient_data p ON p.pid = a.patient_id
    LEFT JOIN foyer_profile_changes c ON c.activity_id = a.id AND c.state = 'waiting' WHERE ${openActivity}` // sql-safe: a constant
const waitingInsurance = `foyer_profile_changes c JOIN patient_data p ON p.pid = c.pid
    WHERE c.kind = 'insurance' AND c.state = 'waiting'`
const profileAge = `GREATEST(0, COALESCE(TIMESTAMPDIFF(SECOND, c.created_at, :utc), TIMESTAMPDIFF(SECOND, a.date, :wall), 0))`
const insuranceAge = `GREATEST(0, TIMESTAMPDIFF(SECOND, c.created_at, :utc))`

// The host writes the practice's time; of a row without a day nobody knows, and it is the last.
const profileBegan = `CAST(COALESCE(c.created_at, TIMESTAMPADD(SECOND, TIMESTAMPDIFF(SECOND, :wall, :utc), a.date), '9999-12-31') AS DATETIME(3))`
const insuranceBegan = `CAST(c.created_at AS DATETIME(3))`

/** One row: `count`, `oldest`, `taken`. */
export const waitingCount = `SELECT COUNT(*) AS count, MAX(w.age) AS oldest, COALESCE(SUM(w.taken), 0) AS taken FROM (
    SELECT ${profileAge} AS age, COALESCE(c.claimed_at > :claimedSince, 0) AS taken FROM ${waitingProfile}
    UNION ALL
    SELECT ${insuranceAge}, COALESCE(c.claimed_at > :claimedSince, 0) FROM ${waitingInsurance}) w` // sql-safe: constants

interface Now {
  utc: Utc
  wall: WallClock
  claimedSince: Utc
}

/** Beyond which row of the list, on which side of it. */
export interface ChangesPlace extends Pick<WaitingChange, 'began' | 'kind' | 'id'> {
  side: 'before' | 'after'
}

/**
 * The longest wait first; `mine`: what this member has claimed; `pid`: of one patient; `place`: the rows next to it. One
 * statement.
 */
export async function waitingChanges(
  db: Queryable,
  now: Now,
  {
    limit,
    mine,
    pid,
    place,
  }: { limit: number; mine?: string | undefined; pid?: number; place?: ChangesPlace | undefined },
): Promise<WaitingChange[]> {
  const narrowed = `${mine === undefined ? '' : ' AND c.claimed_by = :mine AND c.claimed_at > :claimedSince'}${pid === undefined ? '' : ' AND p.pid = :pid'}` // sql-safe: constants
  const [order, beyond] = place?.side === 'before' ? ['DESC', '<'] : ['ASC', '>']
  const next = place ? `WHERE (w.began, w.kind, w.id) ${beyond} (:placeBegan, :placeKind, :placeId)` : '' // sql-safe: one of two signs
  const rows = await db.select<WaitingChange>(
    `SELECT w.*, (SELECT COUNT(*) FROM ${waitingProfile}) + (SELECT COUNT(*) FROM ${waitingInsurance}) AS total, COALESCE(NULLIF(TRIM(CONCAT_WS(' ', u.fname, u.lname)), ''), w.holder) AS holder_name
       FROM (
         SELECT 'profile' AS kind, a.id, NULL AS insurance_type, ${shown}, ${profileAge} AS waiting_seconds, ${profileBegan} AS began
           FROM ${waitingProfile}${narrowed}
         UNION ALL
         SELECT 'insurance', c.id, c.insurance_type, ${shown}, ${insuranceAge}, ${insuranceBegan} FROM ${waitingInsurance}${narrowed}
       ) w LEFT JOIN users u ON u.username = w.holder ${next}
      ORDER BY w.began ${order}, w.kind ${order}, w.id ${order} LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { ...now, mine, pid, placeBegan: place?.began, placeKind: place?.kind, placeId: place?.id },
  )
  return place?.side === 'before' ? rows.reverse() : rows
}

const shown = `p.pid, p.fname AS first_name, p.lname AS last_name, NULLIF(p.DOB, '0000-00-00') AS born, c.proposed,
    IF(c.claimed_at > :claimedSince, c.claimed_by, NULL) AS holder`

/** Whom to write to: the account that proposed, and the chart's trusted address (facts §3.2). */
export interface WhomToTell {
  account_email: string | null
  account_language: string | null
  trusted: string
  may_mail: number
}

export function whomToTell(db: Queryable, pid: number, accountId: number | undefined): Promise<WhomToTell | undefined> {
  return db.first<WhomToTell>(
    `SELECT IF(a.email_verified_at IS NULL, NULL, a.email) AS account_email, a.language AS account_language,
            TRIM(IF(TRIM(p.email_direct) = '', p.email, p.email_direct)) AS trusted, p.hipaa_allowemail = 'YES' AS may_mail
       FROM patient_data p LEFT JOIN foyer_accounts a ON a.id = :accountId AND a.disabled_at IS NULL WHERE p.pid = :pid`,
    { pid, accountId: accountId ?? 0 },
  )
}

/** What an account said of itself before there is a chart: its newest registration, and its own address. */
export interface OwnDetails {
  email: string | null
  first_name: string | null
  middle_name: string | null
  last_name: string | null
  born: Day | null
  sex: string | null
  phone: string | null
  postal_code: string | null
  state: string | null
}

export function ownDetails(db: Queryable, accountId: number): Promise<OwnDetails | undefined> {
  return db.first<OwnDetails>(
    `SELECT a.email, r.first_name, r.middle_name, r.last_name, r.born, r.sex, r.phone, r.postal_code, r.state
       FROM foyer_accounts a LEFT JOIN foyer_registrations r ON r.account_id = a.id AND r.for_whom = 'me'
      WHERE a.id = :accountId ORDER BY r.id DESC LIMIT 1`,
    { accountId },
  )
}
