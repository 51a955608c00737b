/** What patients sent, with what the host knows beside it: whose chart it is, who is at it. */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

export interface SubmissionRow {
  id: number
  receipt: string
  kind: 'document' | 'upload'
  title: string
  state: 'waiting' | 'returned'
  scan: string | null
  version: number
  pid: number | null
  first_name: string | null
  last_name: string | null
  born: Day | null
  /** Who sent it; null: sent in the host's own portal. */
  account_name: string | null
  record: string | null
  media_type: string | null
  bytes: number | null
  waiting_seconds: number
  /** Username; null: nobody, or the claim has lapsed. */
  holder: string | null
  holder_name: string | null
  filing_due_at: Utc | null
  /** Why it could not be filed when it was due, and when that was. */
  filing_failed: string | null
  filing_failed_at: Utc | null
  /** 1: the practice's own signature is still to come. */
  awaits_signature: number
  sent_at: Utc
  /** Of all that wait, whatever is shown. */
  total: number
  oldest_seconds: number | null
}

/** What waits for staff: FROM and WHERE of the list and of its count. */
const waitingForStaff = `foyer_submissions s WHERE s.state = 'waiting'`
const oldestWaiting = `(SELECT TIMESTAMPDIFF(SECOND, MIN(o.sent_at), :utc) FROM foyer_submissions o WHERE o.state = 'waiting')`

/** One row: `count`, `oldest`, `taken`. Over indexes alone, at any number. */
export const waitingCount = `SELECT COUNT(*) AS count, ${oldestWaiting} AS oldest,
    (SELECT COUNT(*) FROM foyer_submissions c WHERE c.state = 'waiting' AND c.claimed_at > :claimedSince) AS taken
    FROM ${waitingForStaff}`

export type SubmissionView = 'waiting' | 'mine' | 'returned'

const shown: Record<SubmissionView, string> = {
  waiting: waitingForStaff,
  mine: `foyer_submissions s WHERE s.claimed_by = :me AND s.claimed_at > :claimedSince AND s.state IN ('waiting', 'returned')`,
  returned: `foyer_submissions s WHERE s.state = 'returned'`,
}

/** A place in the list: the rows after it, or the nearest ones before. */
export interface Place {
  side: 'after' | 'before'
  sentAt: Utc
  id: number
}

export interface Asked {
  view: SubmissionView
  /** Whose name begins so: `Santos`, `Maria Santos`, `Santos, Maria`. '' shows everybody's. */
  name: string
  place: Place | undefined
}

export interface WaitingCount {
  count: number
  /** Seconds; null: nothing waits. */
  oldest: number | null
}

/** How many wait, and the oldest of them for how long. One statement. */
export async function countWaiting(db: Queryable, now: { utc: Utc; claimedSince: Utc }): Promise<WaitingCount> {
  const row = await db.first<WaitingCount>(waitingCount, now)
  return row ?? { count: 0, oldest: null }
}

/**
 * The oldest first. `counted`: how many wait is known already, and is not counted again. One statement: its own rows
 * are found first, over an index in their order, or by their patients' names.
 */
export async function waitingSubmissions(
  db: Queryable,
  now: { utc: Utc; claimedSince: Utc },
  { name, place, view }: Asked,
  me: string,
  limit: number,
  counted?: WaitingCount,
): Promise<SubmissionRow[]> {
  const back = place?.side === 'before'
  const direction = back ? 'DESC' : 'ASC'
  const beyond = place === undefined ? '' : back ? farther('<') : farther('>')
  // sql-safe: constants and a number
  const order = `ORDER BY sent_at ${direction}, id ${direction} LIMIT ${String(Math.trunc(limit))}`
  const listed = (from: string): string => `SELECT s.id, s.sent_at FROM ${from}${beyond} ${order}`
  const named = ofNamed(name, shown[view]).map((from) => `(${listed(from)})`)
  const found = name === '' ? listed(shown[view]) : `${named.join(' UNION ALL ')} ${order}`
  const rows = await db.select<SubmissionRow>(
    // sql-safe: constants and a number
    `SELECT s.id, s.receipt, s.kind, s.title, s.state, s.scan, s.version, s.pid, s.record, s.filing_due_at,
            s.filing_failed, s.filing_failed_at, s.awaits_signature, s.sent_at,
            p.fname AS first_name, p.lname AS last_name, p.DOB AS born, a.display_name AS account_name,
            f.media_type, f.bytes, TIMESTAMPDIFF(SECOND, s.sent_at, :utc) AS waiting_seconds,
            IF(s.claimed_at > :claimedSince, s.claimed_by, NULL) AS holder,
            COALESCE(NULLIF(TRIM(CONCAT_WS(' ', u.fname, u.lname)), ''), s.claimed_by) AS holder_name,
            ${counted ? ':count AS total, :oldest AS oldest_seconds' : countsHere}
       FROM (${found}) found
       JOIN foyer_submissions s ON s.id = found.id
       LEFT JOIN foyer_files f ON f.id = s.file_id
       LEFT JOIN foyer_accounts a ON a.id = s.account_id
       LEFT JOIN patient_data p ON p.pid = s.pid
       LEFT JOIN users u ON u.username = IF(s.claimed_at > :claimedSince, s.claimed_by, NULL)
      ORDER BY s.sent_at ${direction}, s.id ${direction}`,
    { ...now, me, ...namesIn(name), sentAt: place?.sentAt ?? null, id: place?.id ?? null, ...counted },
  )
  return back ? rows.reverse() : rows
}

/** The oldest that waits and that nobody else is at, nor ticked to be filed in a minute. One statement. */
export async function nextFree(db: Queryable, now: { claimedSince: Utc }, me: string): Promise<number | undefined> {
  const row = await db.first<{ id: number }>(
    `SELECT s.id FROM foyer_submissions s
      WHERE s.state = 'waiting' AND s.filing_due_at IS NULL
        AND (s.claimed_at IS NULL OR s.claimed_at <= :claimedSince OR s.claimed_by = :me)
      ORDER BY s.sent_at, s.id LIMIT 1`,
    { claimedSince: now.claimedSince, me },
  )
  return row?.id
}

const countsHere = `(SELECT COUNT(*) FROM foyer_submissions w WHERE w.state = 'waiting') AS total, ${oldestWaiting} AS oldest_seconds` // sql-safe: constants

/** Both comparisons: the first is a range of the index. */
function farther(than: '<' | '>'): string {
  return ` AND s.sent_at ${than}= :sentAt AND (s.sent_at ${than} :sentAt OR s.id ${than} :id)` // sql-safe: one of two signs
}

/**
 * Charts by their names: two ranges of indexes, in which what is sent is looked up by its chart. And what is in no chart
 * yet, by the name of its account: of that there is little.
 */
function ofNamed(name: string, shownOnes: string): string[] {
  const whole = `SELECT w.pid FROM patient_data w WHERE w.lname LIKE :whole`
  const other = /[ ,]/.test(name)
    ? `SELECT w.pid FROM patient_data w WHERE w.lname LIKE :last AND w.fname LIKE :first`
    : `SELECT w.pid FROM patient_data w WHERE w.fname LIKE :whole`
  return [
    // sql-safe: constants
    `(${whole} UNION ${other}) who JOIN ${shownOnes} AND s.pid = who.pid`,
    `foyer_accounts who JOIN ${shownOnes} AND s.pid IS NULL AND s.account_id = who.id
        AND (who.display_name LIKE :whole OR who.display_name LIKE :within OR who.display_name LIKE :turned)`,
  ]
}

/** An account has one name: `Maria Santos`. */
function namesIn(name: string): Record<'whole' | 'last' | 'first' | 'within' | 'turned', string> {
  const [, last = '', first = ''] = /^([^,]*),\s*(.*)$/.exec(name) ?? []
  const [, head = '', rest = ''] = /^(\S*) (.*)$/.exec(name) ?? []
  const commas = name.includes(',')
  const whole = starts(name)
  return {
    ...{ whole, last: starts(commas ? last : rest), first: starts(commas ? first : head) },
    ...{ within: `% ${whole}`, turned: commas ? `${starts(first)} ${starts(last)}` : whole },
  }
}

function starts(text: string): string {
  return `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

/** Some of those that wait, as they were ticked, with whose they are. One statement. */
export function submissionsByIds(db: Queryable, ids: readonly number[]): Promise<TickedRow[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db.select<TickedRow>(
    `SELECT s.id, s.kind, s.title, s.version, s.pid, s.state, s.scan, s.awaits_signature, f.name AS file_name, f.sha256,
            p.fname AS first_name, p.lname AS last_name, p.DOB AS born, p.pubpid AS chart_number
       FROM foyer_submissions s
       LEFT JOIN foyer_files f ON f.id = s.file_id AND f.state = 'kept'
       LEFT JOIN patient_data p ON p.pid = s.pid WHERE s.id IN (:ids) ORDER BY s.sent_at, s.id`,
    { ids },
  )
}

export interface TickedRow {
  id: number
  kind: 'document' | 'upload'
  title: string
  version: number
  pid: number | null
  state: string
  scan: string | null
  awaits_signature: number
  /** Null: its bytes are gone. */
  file_name: string | null
  sha256: string | null
  first_name: string | null
  last_name: string | null
  born: Day | null
  chart_number: string | null
}

export interface PanelRow {
  id: number
  receipt: string
  kind: 'document' | 'upload'
  title: string
  state: string
  sent_at: Utc
  decided_at: Utc | null
  total: number
}

/** What one patient sent, the newest first. One statement. */
export function submissionsOfPatient(db: Queryable, pid: number, most: number): Promise<PanelRow[]> {
  return db.select<PanelRow>(
    // sql-safe: a number
    `SELECT s.id, s.receipt, s.kind, s.title, s.state, s.sent_at, s.decided_at,
            (SELECT COUNT(*) FROM foyer_submissions c WHERE c.pid = :pid) AS total
       FROM foyer_submissions s WHERE s.pid = :pid ORDER BY s.sent_at DESC, s.id DESC LIMIT ${String(Math.trunc(most))}`,
    { pid },
  )
}

/** The names of those who decided, by username. */
export async function nameOfUser(db: Queryable, username: string): Promise<string> {
  const row = await db.first<{ name: string | null }>(
    `SELECT NULLIF(TRIM(CONCAT_WS(' ', fname, lname)), '') AS name FROM users WHERE username = :username LIMIT 1`,
    { username },
  )
  return row?.name ?? username
}
