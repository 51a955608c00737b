import type { Tx } from '../platform/database.js'
import type { Day, WallClock } from '../platform/clock.js'

export interface TrackedVisit {
  eid: number
  pid: number
  day: Day
  /** HH:MM:SS */
  start: string
  status: string
  room: string
}

/**
 * Follows a visit on the host's flow board as manage_tracker_status does (facts §2.6): one tracker row a visit, a new
 * element when its status or room changed. Only for events that don't recur.
 */
export async function trackVisit(tx: Tx, visit: TrackedVisit, user: string, at: WallClock): Promise<void> {
  const tracker = await lockTracker(tx, visit)
  if (!tracker) {
    const id = await tx.insert(
      `INSERT INTO patient_tracker (date, apptdate, appttime, eid, pid, original_user, encounter, lastseq)
       VALUES (:at, :day, :start, :eid, :pid, :user, 0, '1')`,
      { ...visit, user, at },
    )
    return addElement(tx, id, '1', visit, user, at)
  }
  const last = await tx.first<{ status: string; room: string }>(
    `SELECT status, room FROM patient_tracker_element WHERE pt_tracker_id = :id AND seq = :lastseq`,
    tracker,
  )
  if (last?.status === visit.status && last.room === visit.room) return
  // varchar(4) in the host, counted as a number.
  const next = String(Number(tracker.lastseq) + 1)
  await tx.change(`UPDATE patient_tracker SET lastseq = :next WHERE id = :id`, { id: tracker.id, next })
  await addElement(tx, tracker.id, next, visit, user, at)
}

/** Looked for without a lock: on what is not there it would keep every other visit off the flow board. */
async function lockTracker(tx: Tx, visit: TrackedVisit): Promise<{ id: number; lastseq: string } | undefined> {
  const found = await tx.first<{ id: number }>(
    `SELECT id FROM patient_tracker
      WHERE eid = :eid AND pid = :pid AND apptdate = :day AND appttime = :start ORDER BY id DESC LIMIT 1`,
    { ...visit },
  )
  return found && tx.first(`SELECT id, lastseq FROM patient_tracker WHERE id = :id FOR UPDATE`, found)
}

async function addElement(
  tx: Tx,
  trackerId: number,
  seq: string,
  visit: TrackedVisit,
  user: string,
  at: WallClock,
): Promise<void> {
  await tx.insert(
    `INSERT INTO patient_tracker_element (pt_tracker_id, start_datetime, room, status, seq, user)
     VALUES (:trackerId, :at, :room, :status, :seq, :user)`,
    { trackerId, at, room: visit.room, status: visit.status, seq, user },
  )
}
