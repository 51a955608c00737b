/** The host's staff messages: notes about patients that wait for somebody (facts §7.4). */
import type { WallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'

export interface StaffMessage {
  id: number
  at: WallClock
  title: string
  /** With the host's `YYYY-MM-DD HH:MM (from to whom)` in front of each part. */
  text: string
  from: string
  /** A username; '' for nobody in particular. */
  to: string
  /** New, Read, Forwarded. */
  status: string
  patient: { pid: number; firstName: string; lastName: string } | undefined
}

interface MessageRow {
  id: number
  date: string | null
  title: string | null
  body: string | null
  user: string | null
  assigned_to: string | null
  message_status: string
  pid: number | null
  fname: string | null
  lname: string | null
}

// Notes that a patient wrote in the host's old portal carry the pid as their writer and stay out of the list.
const open = `n.activity = 1 AND COALESCE(n.deleted, 0) = 0 AND n.message_status <> 'Done'
  AND NOT (n.user <=> CAST(n.pid AS CHAR))`
const forReader = `(n.assigned_to = :username OR COALESCE(n.assigned_to, '') = '')`

/** What waits for this user, and what waits for nobody in particular; newest first. */
export async function openMessages(db: Queryable, username: string, limit: number): Promise<StaffMessage[]> {
  const rows = await db.select<MessageRow>(
    `SELECT n.id, n.date, n.title, n.body, n.user, n.assigned_to, n.message_status, p.pid, p.fname, p.lname
       FROM pnotes n LEFT JOIN patient_data p ON p.pid = n.pid
      WHERE ${open} AND ${forReader} ORDER BY n.date DESC, n.id DESC LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { username },
  )
  return rows.map((row) => ({
    id: row.id,
    at: row.date ?? '',
    title: row.title ?? '',
    text: row.body ?? '',
    from: row.user ?? '',
    to: row.assigned_to ?? '',
    status: row.message_status,
    patient: row.pid === null ? undefined : { pid: row.pid, firstName: row.fname ?? '', lastName: row.lname ?? '' },
  }))
}

/** How many they are: the same rows, counted. */
export async function countOpenMessages(db: Queryable, username: string): Promise<number> {
  const row = await db.first<{ count: number }>(
    `SELECT COUNT(*) AS count FROM pnotes n WHERE ${open} AND ${forReader}`, // sql-safe: constants
    { username },
  )
  return row?.count ?? 0
}

/** Closes a message as the host's list does. False: it is not among those that this user has open. */
export async function closeMessage(
  tx: Tx,
  id: number,
  by: { userId: number; username: string },
  at: WallClock,
): Promise<boolean> {
  const closed = await tx.change(
    `UPDATE pnotes n SET n.message_status = 'Done', n.update_by = :userId, n.update_date = :at
      WHERE n.id = :id AND ${open} AND ${forReader}`, // sql-safe: constants
    { id, at, ...by },
  )
  return closed > 0
}
