/** Questionnaires and answers as staff look at them: the library, what waits for review, what was answered before. */
import type { Utc, WallClock } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'

export interface LibraryRow {
  id: number
  form_key: string
  version: number
  name: string
  status: string
  active: number
  modified_date: WallClock | null
}

const ROWS_MOST = 2000

/** As the host keeps them: each version a row, the newest of each questionnaire first (host/questionnaires.ts). */
export function libraryRows(db: Queryable): Promise<LibraryRow[]> {
  return db.select<LibraryRow>(
    `SELECT id, COALESCE(NULLIF(questionnaire_id, ''), CONCAT('#', id)) AS form_key, version, COALESCE(name, '') AS name,
            COALESCE(status, '') AS status, active, modified_date
       FROM questionnaire_repository ORDER BY active DESC, version DESC, id DESC LIMIT ${String(ROWS_MOST)}`, // sql-safe: a constant
  )
}

/** The rows of one questionnaire, the newest first. */
export function versionRows(db: Queryable, key: string): Promise<LibraryRow[]> {
  const numbered = /^#(\d{1,18})$/.exec(key)
  return db.select<LibraryRow>(
    // sql-safe: one of two conditions, chosen here
    `SELECT id, COALESCE(NULLIF(questionnaire_id, ''), CONCAT('#', id)) AS form_key, version, COALESCE(name, '') AS name,
            COALESCE(status, '') AS status, active, modified_date
       FROM questionnaire_repository
      WHERE ${numbered ? `id = :id AND COALESCE(questionnaire_id, '') = ''` : 'questionnaire_id = :key'}
      ORDER BY version DESC, id DESC LIMIT 200`,
    { key, id: numbered ? Number(numbered[1]) : 0 },
  )
}

export interface FormCount {
  form_key: string
  state: 'waiting' | 'sent' | 'withdrawn'
  count: number
}

/** How many are asked each of these, and how many have answered. */
export async function countForms(db: Queryable, keys: readonly string[]): Promise<FormCount[]> {
  if (keys.length === 0) return []
  return db.select<FormCount>(
    `SELECT form_key, state, COUNT(*) AS count FROM foyer_form_assignments
      WHERE form_key IN (:keys) GROUP BY form_key, state`,
    { keys },
  )
}

export interface WaitingAnswers {
  id: number
  receipt: string
  title: string
  pid: number | null
  last_name: string | null
  first_name: string | null
  born: string | null
  /** Who has no chart yet, by the name of their account. */
  account_name: string | null
  record: string | null
  score: number | null
  band: string | null
  flag: 'none' | 'look' | 'urgent'
  waiting_seconds: number
  sent_at: Utc
  /** 1 urgent, 2 to look at soon, 3 any other. */
  rank: number
  holder: string | null
  holder_name: string | null
}

/** What waits for staff: FROM and WHERE of the list and of its count. */
const waitingForStaff = `foyer_form_responses r WHERE r.state = 'waiting'`

/** One row: `count`, `oldest`, `taken`. Read off an index alone. */
export const answersWaitingCount = `SELECT COUNT(*) AS count, MAX(TIMESTAMPDIFF(SECOND, r.sent_at, :utc)) AS oldest,
    COALESCE(SUM(r.claimed_at > :claimedSince), 0) AS taken FROM ${waitingForStaff}`

export type QueueView = 'waiting' | 'urgent' | 'mine'

/** Beyond which row of the queue, on which side of it. */
export interface AnswersPlace {
  side: 'before' | 'after'
  rank: number
  sentAt: Utc
  id: number
}

const ranks = [
  [1, 'urgent'],
  [2, 'look'],
  [3, 'none'],
] as const

/**
 * Urgent ones first, then those to look at soon, then the others; the oldest first in each. With a place, the rows next
 * to it.
 */
export async function waitingAnswers(
  db: Queryable,
  now: { utc: Utc; claimedSince: Utc },
  view: QueueView,
  me: string,
  limit: number,
  place?: AnswersPlace,
): Promise<WaitingAnswers[]> {
  const most = String(Math.trunc(limit))
  const back = place?.side === 'before'
  const order = back ? 'DESC' : 'ASC'
  const chosen = view === 'mine' ? minePart(place, most) : flaggedParts(view, place, most)
  if (chosen === '') return []
  const rows = await db.select<WaitingAnswers>(
    `SELECT r.id, r.receipt, r.title, r.pid, r.record, p.lname AS last_name, p.fname AS first_name, p.DOB AS born,
            a.display_name AS account_name, r.score, r.band, r.flag, TIMESTAMPDIFF(SECOND, r.sent_at, :utc) AS waiting_seconds,
            r.sent_at, w.place AS \`rank\`, IF(r.claimed_at > :claimedSince, r.claimed_by, NULL) AS holder,
            COALESCE(NULLIF(TRIM(CONCAT_WS(' ', u.fname, u.lname)), ''), r.claimed_by) AS holder_name
       FROM (${chosen}) w
       JOIN foyer_form_responses r ON r.id = w.id
       LEFT JOIN patient_data p ON p.pid = r.pid
       LEFT JOIN foyer_accounts a ON a.id = r.account_id
       LEFT JOIN users u ON u.username = r.claimed_by
      ORDER BY w.place ${order}, r.sent_at ${order}, r.id ${order} LIMIT ${most}`, // sql-safe: constants and a number
    { ...now, me, placeRank: place?.rank ?? 0, placeAt: place?.sentAt ?? now.utc, placeId: place?.id ?? 0 },
  )
  return back ? rows.reverse() : rows
}

/** Each is read off the index in its order, so that the length of the queue costs nothing. '': none is beyond the place. */
function flaggedParts(view: 'waiting' | 'urgent', place: AnswersPlace | undefined, most: string): string {
  const [order, beyond] = place?.side === 'before' ? ['DESC', '<'] : ['ASC', '>']
  return ranks
    .filter(([rank]) => view === 'waiting' || rank === 1)
    .filter(([rank]) => !place || (place.side === 'after' ? rank >= place.rank : rank <= place.rank))
    .map(([rank, flag]) => {
      const next =
        rank === place?.rank
          ? ` AND r.sent_at ${beyond}= :placeAt AND (r.sent_at ${beyond} :placeAt OR r.id ${beyond} :placeId)`
          : ''
      return `(SELECT r.id, ${String(rank)} AS place FROM foyer_form_responses r
         WHERE r.state = 'waiting' AND r.flag = '${flag}'${next} ORDER BY r.sent_at ${order}, r.id ${order} LIMIT ${most})` // sql-safe: constants and numbers
    })
    .join(' UNION ALL ')
}

function minePart(place: AnswersPlace | undefined, most: string): string {
  const [order, beyond] = place?.side === 'before' ? ['DESC', '<'] : ['ASC', '>']
  const rank = `FIELD(r.flag, 'urgent', 'look', 'none')`
  const next = place ? ` AND (${rank}, r.sent_at, r.id) ${beyond} (:placeRank, :placeAt, :placeId)` : '' // sql-safe: constants
  return `(SELECT r.id, ${rank} AS place FROM foyer_form_responses r
     WHERE r.claimed_by = :me AND r.state = 'waiting' AND r.claimed_at > :claimedSince${next}
     ORDER BY place ${order}, r.sent_at ${order}, r.id ${order} LIMIT ${most})` // sql-safe: constants and a number
}

export interface PatientAnswers {
  id: number
  title: string
  form_key: string
  score: number | null
  band: string | null
  flag: 'none' | 'look' | 'urgent'
  state: string
  sent_at: Utc
}

/** What a patient answered last, the newest first. */
export function answersOfPatient(db: Queryable, pid: number, most: number): Promise<PatientAnswers[]> {
  return db.select<PatientAnswers>(
    `SELECT id, title, form_key, score, band, flag, state, sent_at FROM foyer_form_responses
      WHERE pid = :pid ORDER BY sent_at DESC, id DESC LIMIT ${String(Math.trunc(most))}`, // sql-safe: a number
    { pid },
  )
}

/** A staff member has looked at it: as the host shows who did (facts, Appendix A3). */
export async function markAudited(
  tx: Tx,
  { at, id, pid, responseId, userId }: { id: number; pid: number; responseId: string; userId: number; at: WallClock },
): Promise<boolean> {
  const marked = await tx.change(
    `UPDATE questionnaire_response SET audit_user_id = :userId, last_updated = :at
      WHERE id = :id AND patient_id = :pid AND response_id = :responseId`,
    { at, id, pid, responseId, userId },
  )
  return marked === 1
}

/** Kinds of appointments that patients have, as the host's calendar calls them (facts §2.2: type 0). */
export function visitKinds(db: Queryable): Promise<{ id: number; name: string }[]> {
  return db.select<{ id: number; name: string }>(
    `SELECT pc_catid AS id, pc_catname AS name FROM openemr_postcalendar_categories
      WHERE pc_cattype = 0 AND pc_active = 1 AND COALESCE(pc_constant_id, '') <> 'no_show' ORDER BY pc_seq, pc_catname LIMIT 200`,
  )
}

export interface AskedForm {
  id: number
  title: string
  form_key: string
  opens_on: string
  due_on: string | null
  every_days: number | null
  origin: string
  asked_by: string
  asked_at: Utc
  begun: number
}

/** What a patient is asked and has not answered, one statement. */
export function askedOfPatient(db: Queryable, pid: number): Promise<AskedForm[]> {
  return db.select<AskedForm>(
    `SELECT a.id, a.title, a.form_key, a.opens_on, a.due_on, a.every_days, a.origin, a.asked_by, a.asked_at,
            EXISTS (SELECT 1 FROM foyer_form_fillings f WHERE f.assignment_id = a.id) AS begun
       FROM foyer_form_assignments a WHERE a.pid = :pid AND a.state = 'waiting' ORDER BY a.due_on IS NULL, a.due_on, a.id LIMIT 20`,
    { pid },
  )
}
