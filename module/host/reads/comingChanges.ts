/** Grants that will change by themselves, at a birthday of the patient or at their end: set by set, never one by one. */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { dayOrNone } from '../unset.js'

/**
 * Grants of these relationships and extents, of patients born from and until these days, both included, that are open
 * before the day on which they change, and on it.
 */
export interface Growing {
  relationships: readonly string[]
  extents: readonly string[]
  bornFrom: Day
  bornUntil: Day
  /** When it changes: on this birthday (29 February's is 1 March in other years), or on this day for everybody. */
  years: number | null
  day: Day | null
}

/** A running grant, with the two sides of it and how each is reached. */
export interface ComingChange {
  id: number
  record: string
  pid: number
  firstName: string
  lastName: string
  born: Day | undefined
  relationship: string
  extent: string
  validUntil: Utc | undefined
  exempt: boolean
  version: number
  holder: Side
  /** The patient's own account, or the chart alone. */
  patient: Side
  /** Days for which both sides were told already. */
  told: readonly Day[]
}

export interface Side {
  /** Undefined: the patient has no account. */
  accountId: number | undefined
  accountName: string
  /** Of the account, as stored. */
  language: string | undefined
  /** As the chart says it: `spanish`. */
  spoken: string
  /** Proved by its holder. '' where the account has none. */
  email: string
  /** The chart's trusted address, and whether letters may go there (facts §3.2). */
  trusted: string
  mayMail: boolean
}

interface Row {
  id: number
  record: string
  pid: number
  fname: string
  lname: string
  DOB: string | null
  relationship: string
  extent: string
  valid_until: Utc | null
  exempt: number
  version: number
  told: string | null
  account_id: number
  display_name: string
  a_language: string | null
  a_email: string | null
  h_spoken: string | null
  h_trusted: string | null
  h_mail: string | null
  own_id: number | null
  own_name: string | null
  o_language: string | null
  o_email: string | null
  p_spoken: string
  p_trusted: string
  p_mail: string
}

const trusted = (chart: string) => `TRIM(IF(${chart}.email_direct = '', ${chart}.email, ${chart}.email_direct))`

const running = `foyer_grants g
    JOIN foyer_accounts a ON a.id = g.account_id AND a.disabled_at IS NULL
    JOIN patient_data p ON p.pid = g.pid AND p.allow_patient_portal = 'YES'`

const isRunning = `g.revoked_at IS NULL AND g.valid_from <= :now AND (g.valid_until IS NULL OR g.valid_until > :now)`

const selectSides =
  // sql-safe: constants
  `SELECT g.id, g.record, g.pid, p.fname, p.lname, p.DOB, g.relationship, g.extent, g.valid_from, g.valid_until,
         g.exempt_at IS NOT NULL AS exempt, g.version,
         a.id AS account_id, a.display_name, a.language AS a_language, IF(a.email_verified_at IS NULL, NULL, a.email) AS a_email,
         h.language AS h_spoken, ${trusted('h')} AS h_trusted, h.hipaa_allowemail AS h_mail,
         o.id AS own_id, o.display_name AS own_name, o.language AS o_language, IF(o.email_verified_at IS NULL, NULL, o.email) AS o_email,
         p.language AS p_spoken, ${trusted('p')} AS p_trusted, p.hipaa_allowemail AS p_mail,
         (SELECT GROUP_CONCAT(n.day) FROM foyer_grant_notices n WHERE n.grant_id = g.id AND n.kind = :kind) AS told
    FROM ${running}
    LEFT JOIN patient_data h ON h.pid = a.host_pid
    LEFT JOIN foyer_accounts o ON o.id = (
      SELECT MIN(s.account_id) FROM foyer_grants s JOIN foyer_accounts sa ON sa.id = s.account_id AND sa.disabled_at IS NULL
       WHERE s.pid = g.pid AND s.relationship = 'self' AND s.revoked_at IS NULL)`

const dayOfChange = `COALESCE(CAST(:day AS DATE), p.DOB + INTERVAL :years YEAR
    + INTERVAL (MONTH(p.DOB) = 2 AND DAY(p.DOB) = 29 AND DAY(p.DOB + INTERVAL :years YEAR) = 28) DAY)`

/** Of which moment a search is: `local`, minutes by which the practice's clock is ahead of UTC then. */
export interface Moment {
  now: Utc
  local: number
}

/**
 * Grants begin and end at the practice's midnights (grantDays.ts), which :local says but for the hour by which clocks are
 * set forward or back until then.
 */
const runsOverIt = `g.revoked_at IS NULL
      AND (g.valid_from <= :now OR g.valid_from + INTERVAL :local + 60 MINUTE < ${dayOfChange})
      AND (g.valid_until IS NULL OR g.valid_until > :now AND g.valid_until + INTERVAL :local MINUTE > ${dayOfChange} + INTERVAL 12 HOUR)`

const isGrowing = `${runsOverIt} AND g.exempt_at IS NULL AND g.relationship IN (:relationships) AND g.extent IN (:extents)
      AND p.DOB BETWEEN :bornFrom AND :bornUntil`

/**
 * The next `most` after this grant by their ids. `kind`: of the notices that are looked at. One statement.
 */
export async function growingGrants(
  db: Queryable,
  growing: Growing,
  page: Moment & { kind: string; after: number; most: number },
): Promise<ComingChange[]> {
  const rows = await db.select<Row>(
    // sql-safe: constants and a number
    `${selectSides} WHERE ${isGrowing} AND g.id > :after ORDER BY g.id LIMIT ${String(Math.trunc(page.most))}`,
    { ...growing, kind: page.kind, now: page.now, local: page.local, after: page.after },
  )
  return rows.map(changeOf)
}

/** Those that end from now until then. */
export async function endingGrants(
  db: Queryable,
  page: { until: Utc; now: Utc; after: number; most: number },
): Promise<ComingChange[]> {
  const rows = await db.select<Row>(
    // sql-safe: constants and a number
    `${selectSides} WHERE ${isRunning} AND g.valid_until <= :until AND g.id > :after ORDER BY g.id LIMIT ${String(Math.trunc(page.most))}`,
    { kind: 'ended', until: page.until, now: page.now, after: page.after },
  )
  return rows.map(changeOf)
}

/** One that opens nothing yet. */
export interface ComingGrant extends ComingChange {
  validFrom: Utc
}

/** The grant of this account and chart, where it opens from a day to come on. One statement. */
export async function grantToCome(
  db: Queryable,
  { accountId, pid }: { accountId: number; pid: number },
  now: Utc,
): Promise<ComingGrant | undefined> {
  const row = await db.first<Row & { valid_from: Utc }>(
    // sql-safe: constants
    `${selectSides} WHERE g.account_id = :accountId AND g.pid = :pid AND g.revoked_at IS NULL AND g.valid_from > :now
        AND (g.valid_until IS NULL OR g.valid_until > g.valid_from)`,
    { kind: 'opens', accountId, pid, now },
  )
  return row && { ...changeOf(row), validFrom: row.valid_from }
}

/** One page of those who grow, by their birthdays in the year. One statement, whatever there is. */
export async function growingPage(
  db: Queryable,
  steps: readonly Growing[],
  { from, local, most, now }: Moment & { from: number; most: number },
): Promise<ComingChange[]> {
  if (steps.length === 0) return []
  const rows = await db.select<Row>(
    // sql-safe: constants and numbers
    `${selectSides} WHERE (${anyOf(steps)})
      ORDER BY MONTH(p.DOB), DAY(p.DOB), p.lname, p.fname, g.id LIMIT ${String(Math.trunc(most))} OFFSET ${String(Math.trunc(from))}`,
    { ...valuesOf(steps), kind: '', local, now },
  )
  return rows.map(changeOf)
}

/** How many there are of them. */
export async function countGrowing(db: Queryable, steps: readonly Growing[], moment: Moment): Promise<number> {
  if (steps.length === 0) return 0
  const row = await db.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM ${running} WHERE (${anyOf(steps)})`, // sql-safe: constants
    { ...valuesOf(steps), ...moment },
  )
  return row?.count ?? 0
}

/** The same condition for each of several, its values numbered. */
function anyOf(steps: readonly Growing[]): string {
  return steps
    .map(
      (_step, at) =>
        `(${isGrowing.replace(/:(relationships|extents|bornFrom|bornUntil|years|day)\b/g, `:$1${String(at)}`)})`,
    )
    .join(' OR ')
}

function valuesOf(steps: readonly Growing[]): Record<string, unknown> {
  const values = steps.flatMap((step, at) =>
    Object.entries<unknown>({ ...step }).map(([name, value]) => [`${name}${String(at)}`, value] as const),
  )
  return Object.fromEntries(values)
}

function changeOf(row: Row): ComingChange {
  return {
    id: row.id,
    record: row.record,
    pid: row.pid,
    firstName: row.fname,
    lastName: row.lname,
    born: dayOrNone(row.DOB),
    relationship: row.relationship,
    extent: row.extent,
    validUntil: row.valid_until ?? undefined,
    exempt: row.exempt === 1,
    version: row.version,
    told: row.told === null ? [] : row.told.split(','),
    holder: {
      accountId: row.account_id,
      accountName: row.display_name,
      language: row.a_language ?? undefined,
      spoken: row.h_spoken ?? '',
      email: row.a_email ?? '',
      trusted: row.h_trusted ?? '',
      mayMail: row.h_mail === 'YES',
    },
    patient: {
      accountId: row.own_id ?? undefined,
      accountName: row.own_name ?? '',
      language: row.o_language ?? undefined,
      spoken: row.p_spoken,
      email: row.o_email ?? '',
      trusted: row.p_trusted,
      mayMail: row.p_mail === 'YES',
    },
  }
}
