/**
 * One event of the host's calendar, written (facts §2.3–2.6). Foyer never deletes a row here; a cancelled visit keeps
 * its row and is marked, a day that leaves its series gets a row of its own (seriesDays.ts).
 */
import { phpSerialize } from './php/serialize.js'
import type { HostSite } from './detect.js'
import type { Category, Provider } from './calendar.js'
import { PENDING } from './statuses.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { Day, WallClock } from '../platform/clock.js'

export interface NewRequest {
  site: HostSite
  provider: Pick<Provider, 'id'>
  category: Pick<Category, 'id' | 'name'>
  /** Undefined: an account's own booking, before any chart is known (architecture, Scope). */
  pid: number | undefined
  /** `^` unless the practice has said yes to this very time. */
  status?: string
  /** The patient's own provider, users.id: the host names them as informant (facts §2.3). */
  informant: number | undefined
  day: Day
  /** HH:MM */
  start: string
  minutes: number
  reason: string
  at: WallClock
}

/**
 * Puts a portal request into the calendar, marked pending, with the values that the host's own portal writes
 * (facts §2.5), every NOT NULL column supplied. Returns pc_eid.
 */
export async function insertRequest(tx: Tx, request: NewRequest): Promise<number> {
  return tx.insert(
    `INSERT INTO openemr_postcalendar_events
       (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_time, pc_hometext, pc_informant, pc_eventDate, pc_endDate,
        pc_duration, pc_recurrtype, pc_recurrspec, pc_startTime, pc_endTime, pc_alldayevent, pc_apptstatus,
        pc_prefcatid, pc_location, pc_eventstatus, pc_sharing, pc_facility)
     VALUES
       (:category, 0, :provider, :pid, :title, :at, :reason, :informant, :day, :endDate,
        :seconds, 0, :recurrence, :start, :end, 0, :status, 0, :location, 1, 1, 0)`,
    {
      category: request.category.id,
      provider: String(request.provider.id),
      pid: request.pid === undefined ? '' : String(request.pid),
      status: request.status ?? PENDING,
      title: request.category.name,
      at: request.at,
      reason: request.reason,
      informant: request.informant === undefined ? 'undefined' : String(request.informant),
      day: request.day,
      endDate: request.site.noEndDate,
      seconds: request.minutes * 60,
      recurrence: noRecurrence,
      start: `${request.start}:00`,
      end: endTime(request.start, request.minutes),
      location: noLocation,
    },
  )
}

// Byte for byte what the host's portal writes for a single visit (facts §2.4).
const noRecurrence = phpSerialize({
  event_repeat_freq: null,
  event_repeat_freq_type: '0',
  event_repeat_on_num: '1',
  event_repeat_on_day: '0',
  event_repeat_on_freq: '1',
})

const noLocation = phpSerialize({
  event_location: null,
  event_street1: null,
  event_street2: null,
  event_city: null,
  event_state: null,
  event_postal: null,
})

/** Start plus duration without wrapping past midnight: the host's hours may exceed 23 (facts §2.3). */
export function endTime(start: string, minutes: number): string {
  const [hours = 0, mins = 0] = start.split(':').map(Number)
  const end = hours * 60 + mins + minutes
  return `${String(Math.floor(end / 60)).padStart(2, '0')}:${String(end % 60).padStart(2, '0')}:00`
}

/**
 * In whose calendars a visit stands, users.id in order: several where the host gave it several providers (pc_multiple,
 * facts §2.3), none when there is no such event. Whoever confirms, proposes or moves a visit takes the turn of each
 * (`provider:<id>`) before anything is read, and then asks openings.ts isLaidOver, which looks at all of them.
 */
export async function eventProviders(db: Queryable, eid: number): Promise<number[]> {
  const rows = await db.select<{ provider: string | null }>(
    // The date is there for its index: pc_multiple has none.
    `SELECT pc_aid AS provider FROM openemr_postcalendar_events WHERE pc_eid = :eid
     UNION
     SELECT other.pc_aid FROM openemr_postcalendar_events one
       JOIN openemr_postcalendar_events other
         ON other.pc_eventDate = one.pc_eventDate AND other.pc_multiple = one.pc_multiple
      WHERE one.pc_eid = :eid AND one.pc_multiple > 0`,
    { eid },
  )
  return rows.map((row) => Number(row.provider)).sort((a, b) => a - b)
}

/** One event as it stands now, locked until the transaction ends. */
export interface LockedEvent {
  eid: number
  pid: number | undefined
  providerId: number
  categoryId: number
  day: Day
  /** HH:MM:SS */
  start: string
  minutes: number
  status: string
  text: string
  room: string
  recurring: boolean
  /** Number that the rows of one visit with several providers share; 0 for none (facts §2.3). */
  multiple: number
}

export async function lockEvent(tx: Tx, eid: number): Promise<LockedEvent | undefined> {
  const row = await tx.first<{
    pc_eid: number
    pc_pid: string | null
    pc_aid: string | null
    pc_catid: number
    pc_eventDate: string
    pc_startTime: string | null
    pc_duration: number
    pc_apptstatus: string
    pc_hometext: string | null
    pc_room: string
    pc_recurrtype: number
    pc_multiple: number
  }>(
    `SELECT pc_eid, pc_pid, pc_aid, pc_catid, pc_eventDate, pc_startTime, pc_duration, pc_apptstatus, pc_hometext,
            pc_room, pc_recurrtype, pc_multiple
       FROM openemr_postcalendar_events WHERE pc_eid = :eid FOR UPDATE`,
    { eid },
  )
  if (!row) return undefined
  const pid = Number(row.pc_pid)
  return {
    eid: row.pc_eid,
    pid: Number.isSafeInteger(pid) && pid > 0 ? pid : undefined,
    providerId: Number(row.pc_aid),
    categoryId: row.pc_catid,
    day: row.pc_eventDate,
    start: row.pc_startTime ?? '00:00:00',
    minutes: Math.round(row.pc_duration / 60),
    status: row.pc_apptstatus,
    text: readText(row.pc_hometext),
    room: row.pc_room,
    recurring: row.pc_recurrtype > 0,
    multiple: row.pc_multiple,
  }
}

/** Old rows may begin with `:text:` (facts §2.3). */
export function readText(text: string | null): string {
  return (text ?? '').replace(/^:text:/, '')
}

/**
 * Sets the status. Rows of one multi-provider event move together (facts §2.5). `text` replaces the comment (a
 * cancellation's reason); `informant` is the staff user who decides (facts §2.6), left alone for patients.
 */
export async function setStatus(
  tx: Tx,
  event: LockedEvent,
  change: { status: string; at: WallClock; text?: string; informant?: number },
): Promise<void> {
  const text = change.text === undefined ? '' : ', pc_hometext = :text'
  const informant = change.informant === undefined ? '' : ', pc_informant = :informant'
  await tx.change(
    `UPDATE openemr_postcalendar_events SET pc_apptstatus = :status, pc_time = :at${text}${informant} WHERE pc_eid IN (:eids)`, // sql-safe: constants
    {
      status: change.status,
      at: change.at,
      text: change.text ?? null,
      informant: change.informant === undefined ? null : String(change.informant),
      eids: await rowsOf(tx, event),
    },
  )
}

/**
 * pc_eid of each row of this visit, in order: all of a multi-provider event (facts §2.5). Rows are written by these and
 * not by pc_multiple: looked for under lock, the day's other rows would be locked too, and the host's own screen, in the
 * middle of adding one, would be refused with a deadlock.
 */
export async function rowsOf(db: Queryable, event: LockedEvent): Promise<number[]> {
  if (event.multiple === 0) return [event.eid]
  const rows = await db.select<{ eid: number }>(
    // The date is there for its index: pc_multiple has none.
    `SELECT pc_eid AS eid FROM openemr_postcalendar_events
      WHERE pc_multiple = :multiple AND pc_eventDate = :day ORDER BY pc_eid`,
    { multiple: event.multiple, day: event.day },
  )
  // The event itself is locked, so it is there, wherever the host had it when this transaction first looked.
  return [...new Set([event.eid, ...rows.map(({ eid }) => eid)])].sort((a, b) => a - b)
}

export interface Move {
  day: Day
  /** HH:MM */
  start: string
  at: WallClock
  /** The staff user who moves it (facts §2.6); undefined: its patient. */
  informant?: number
  /** Into another provider's calendar; of a multi-provider visit only this very row goes there. */
  providerId?: number
}

/** Gives a single visit another time, as the host's screens do: same row, same length, new start and end (facts §2.5). */
export async function moveEvent(tx: Tx, event: LockedEvent, to: Move): Promise<void> {
  const informant = to.informant === undefined ? '' : ', pc_informant = :informant'
  await tx.change(
    `UPDATE openemr_postcalendar_events
        SET pc_eventDate = :day, pc_startTime = :start, pc_endTime = :end, pc_time = :at${informant} WHERE pc_eid IN (:eids)`, // sql-safe: constants
    {
      day: to.day,
      start: `${to.start}:00`,
      end: endTime(to.start, event.minutes),
      at: to.at,
      informant: to.informant === undefined ? null : String(to.informant),
      eids: await rowsOf(tx, event),
    },
  )
  if (to.providerId === undefined || to.providerId === event.providerId) return
  await tx.change(`UPDATE openemr_postcalendar_events SET pc_aid = :provider WHERE pc_eid = :eid`, {
    provider: String(to.providerId),
    eid: event.eid,
  })
}
