/** Registrations with what the host knows beside them: who has one, what became of its note, whose chart it got. */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { NOTE_COMPLETED } from '../noteTypes.js'

export interface WaitingRegistration {
  id: number
  receipt: string
  for_whom: 'me' | 'child'
  relationship: string
  first_name: string
  last_name: string
  born: Day
  state: 'waiting' | 'asked' | 'closed'
  answered_at: Utc | null
  account_name: string
  /** The account's own, in which it waits. */
  account_record: string
  waiting_seconds: number
  /** Username; null: nobody, or the claim has lapsed. */
  holder: string | null
  holder_name: string | null
  /** Completed in the host's own messages a moment ago: it closes with it. */
  note_by: string
  note_closed: number
  /** Closed with its note: by whom, '' where the host doesn't say, and when. */
  decided_by: string | null
  decided_at: Utc | null
  /** Of all that wait, whatever is shown. */
  total: number
  oldest_seconds: number | null
}

/** What waits for staff: FROM and WHERE of the list and of its count. */
const waitingForStaff = `foyer_registrations r WHERE r.state = 'waiting'`

/** One row: `count`, `oldest`, `taken`. */
export const waitingCount = `SELECT COUNT(*) AS count, MAX(TIMESTAMPDIFF(SECOND, r.created_at, :utc)) AS oldest,
    COALESCE(SUM(r.claimed_by IS NOT NULL AND r.claimed_at > :claimedSince), 0) AS taken FROM ${waitingForStaff}`

/** `asked`: those that wait for their sender; `closed`: with their notes, the last one first. Oldest first. One statement. */
export function waitingRegistrations(
  db: Queryable,
  now: { utc: Utc; claimedSince: Utc },
  view: 'waiting' | 'mine' | 'asked' | 'closed',
  me: string,
  limit: number,
): Promise<WaitingRegistration[]> {
  const shown = {
    waiting: `r.state = 'waiting'`,
    mine: `r.state IN ('waiting', 'asked') AND r.claimed_by = :me AND r.claimed_at > :claimedSince`,
    asked: `r.state = 'asked'`,
    closed: `r.state = 'closed'`,
  }[view]
  const order = view === 'closed' ? 'r.decided_at DESC, r.id DESC' : 'r.created_at, r.id'
  return db.select<WaitingRegistration>(
    `SELECT r.id, r.receipt, r.for_whom, r.relationship, r.first_name, r.last_name, r.born, r.state, r.answered_at,
            a.display_name AS account_name, a.own_record AS account_record, TIMESTAMPDIFF(SECOND, r.created_at, :utc) AS waiting_seconds,
            IF(r.claimed_at > :claimedSince, r.claimed_by, NULL) AS holder,
            COALESCE(NULLIF(TRIM(CONCAT_WS(' ', u.fname, u.lname)), ''), r.claimed_by) AS holder_name,
            COALESCE(${NOTE_COMPLETED}, 0) AS note_closed, COALESCE(c.username, '') AS note_by, r.decided_by, r.decided_at,
            (SELECT COUNT(*) FROM foyer_registrations w WHERE w.state = 'waiting') AS total,
            (SELECT MAX(TIMESTAMPDIFF(SECOND, w.created_at, :utc)) FROM foyer_registrations w WHERE w.state = 'waiting') AS oldest_seconds
       FROM foyer_registrations r
       JOIN foyer_accounts a ON a.id = r.account_id
       LEFT JOIN users u ON u.username = r.claimed_by
       LEFT JOIN pnotes n ON n.id = r.note_id
       LEFT JOIN users c ON c.id = n.update_by
      WHERE ${shown} ORDER BY ${order} LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { ...now, me },
  )
}

/** Registrations that are open still, though the host's own screens completed their notes. Over the primary key of the notes. */
export async function openWithCompletedNote(db: Queryable, limit: number): Promise<number[]> {
  const rows = await db.select<{ id: number }>(
    `SELECT r.id FROM foyer_registrations r JOIN pnotes n ON n.id = r.note_id
      WHERE r.state IN ('waiting', 'asked') AND ${NOTE_COMPLETED} ORDER BY r.id LIMIT ${String(Math.trunc(limit))}`, // sql-safe: a constant and a number
  )
  return rows.map(({ id }) => id)
}

export interface RegistrationNumbers {
  waiting: number
  asked: number
  /** PINs and codes that nobody has used yet. */
  pins: number
  /** Accounts, as the statistics counted them last; undefined: not yet. */
  registered: number | undefined
  week: number
  linked: number
}

/** One statement. `since`: the beginning of the week. */
export async function registrationNumbers(db: Queryable, now: Utc, since: Utc): Promise<RegistrationNumbers> {
  const row = await db.first<Omit<RegistrationNumbers, 'registered'> & { counts: string | null }>(
    `SELECT (SELECT COUNT(*) FROM foyer_registrations WHERE state = 'waiting') AS waiting,
            (SELECT COUNT(*) FROM foyer_registrations WHERE state = 'asked') AS asked,
            (SELECT COUNT(*) FROM foyer_codes WHERE active_key IS NOT NULL AND expires_at > :now) AS pins,
            (SELECT value FROM foyer_state WHERE name = 'statistics') AS counts,
            (SELECT COUNT(*) FROM foyer_registrations WHERE created_at >= :since) AS week,
            (SELECT COUNT(*) FROM foyer_registration_links WHERE linked_at >= :since AND undone_at IS NULL) AS linked`,
    { now, since },
  )
  const counts = row?.counts == null ? undefined : (JSON.parse(row.counts) as { accounts?: number })
  const { waiting = 0, asked = 0, pins = 0, week = 0, linked = 0 } = row ?? {}
  return { waiting, asked, pins, week, linked, registered: counts?.accounts }
}
