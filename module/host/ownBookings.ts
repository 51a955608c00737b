/**
 * What an account booked before it had a chart: requests of its own record, and their rows in the host's calendar, which
 * carry no patient. Linking gives them one; a link that was wrong takes it away again.
 */
import type { Day } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'

export interface OwnBooking {
  id: number
  eid: number
  day: Day
  /** HH:MM:SS */
  start: string
  kind: string
  provider: string
  state: string
}

/** The bookings of an own record, in the order of their days. */
export function bookingsOfRecord(db: Queryable, record: string): Promise<OwnBooking[]> {
  return db.select<OwnBooking>(
    `SELECT r.id, r.pc_eid AS eid, r.day, r.start_time AS start, COALESCE(c.pc_catname, '') AS kind,
            TRIM(CONCAT_WS(' ', u.fname, u.lname)) AS provider, r.state
       FROM foyer_appointment_requests r
       LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = r.category_id
       LEFT JOIN users u ON u.id = r.provider_id
      WHERE r.record = :record AND r.pid IS NULL ORDER BY r.day, r.start_time LIMIT 50`,
    { record },
  )
}

/** One booking as it was before it moved. */
export interface MovedBooking {
  id: number
  eid: number
  openKey: string | null
  openSeat: string | null
}

/**
 * Gives all bookings of an own record to a chart, as its grant's record. The caller holds the turns of both. A seat or
 * a wish that the chart has taken already is left free: what waits is counted without it too.
 */
export async function moveToChart(
  tx: Tx,
  from: { record: string },
  to: { record: string; pid: number },
): Promise<MovedBooking[]> {
  const rows = await tx.select<{ id: number; eid: number; open_key: string | null; open_seat: string | null }>(
    `SELECT id, pc_eid AS eid, open_key, open_seat FROM foyer_appointment_requests
      WHERE record = :record AND pid IS NULL ORDER BY id`,
    from,
  )
  for (const row of rows) {
    await tx.change(
      `UPDATE foyer_appointment_requests
          SET pid = :pid, record = :record, open_key = NULL, open_seat = NULL, version = version + 1 WHERE id = :id`,
      { ...to, id: row.id },
    )
    await tx.change(
      `UPDATE foyer_cancellation_requests SET pid = :pid, record = :record WHERE pc_eid = :eid AND record = :own`,
      {
        ...to,
        eid: row.eid,
        own: from.record,
      },
    )
    await tx.change(
      `UPDATE openemr_postcalendar_events SET pc_pid = :pid WHERE pc_eid = :eid AND COALESCE(pc_pid, '') = ''`,
      {
        pid: String(to.pid),
        eid: row.eid,
      },
    )
  }
  return rows.map(({ id, eid, open_key, open_seat }) => ({ id, eid, openKey: open_key, openSeat: open_seat }))
}

/** Takes them back to the own record, as they were. One that the host gave to somebody else meanwhile stays there. */
export async function moveBack(
  tx: Tx,
  moved: readonly MovedBooking[],
  from: { pid: number; record: string },
  to: { record: string },
): Promise<void> {
  for (const { id, eid, openKey, openSeat } of moved) {
    const back = await tx.change(
      `UPDATE foyer_appointment_requests r
          SET r.pid = NULL, r.record = :record, r.version = r.version + 1,
              r.open_key = IF(r.decided_at IS NULL, :openKey, NULL), r.open_seat = IF(r.decided_at IS NULL, :openSeat, NULL)
        WHERE r.id = :id AND r.pid = :pid AND r.record = :chartRecord`,
      { id, openKey, openSeat, record: to.record, pid: from.pid, chartRecord: from.record },
    )
    if (back === 0) continue
    await tx.change(
      `UPDATE foyer_cancellation_requests SET pid = NULL, record = :record WHERE pc_eid = :eid AND record = :chartRecord`,
      { eid, record: to.record, chartRecord: from.record },
    )
    await tx.change(`UPDATE openemr_postcalendar_events SET pc_pid = '' WHERE pc_eid = :eid AND pc_pid = :pid`, {
      eid,
      pid: String(from.pid),
    })
  }
}
