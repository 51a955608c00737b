/**
 * The host's calendar: events and their categories (facts §2.2–2.5). Foyer never deletes a row here; a cancelled visit
 * keeps its row and is marked.
 */
import { phpSerialize } from './php/serialize.js'
import type { HostSite } from './detect.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { Day, WallClock } from '../platform/clock.js'
import { IN_OFFICE, type EventRow } from './schedule.js'

export interface Category {
  id: number
  /** The host's constant id, e.g. `office_visit`; '' for a site's own category. */
  constant: string
  name: string
  /** Minutes. */
  minutes: number
}

/** What patients may choose from at all: active, of patients, not No Show (facts §2.2). Site order. */
export async function patientCategories(db: Queryable): Promise<Category[]> {
  const rows = await db.select<{ id: number; constant: string | null; name: string | null; seconds: number }>(
    `SELECT pc_catid AS id, pc_constant_id AS constant, pc_catname AS name, pc_duration AS seconds
       FROM openemr_postcalendar_categories
      WHERE pc_active = 1 AND pc_cattype = 0 AND COALESCE(pc_constant_id, '') <> 'no_show' AND pc_catid <> 1
      ORDER BY pc_seq, pc_catid`,
  )
  return rows.map((row) => ({
    id: row.id,
    constant: row.constant ?? '',
    name: row.name ?? '',
    minutes: Math.max(1, Math.round(row.seconds / 60)),
  }))
}

export interface Provider {
  /** users.id; the calendar keeps it as text (facts §12.7). */
  id: number
  username: string
  name: string
  facilityId: number
  facilityName: string
  facilityPhone: string
}

/**
 * Providers with office hours that still go on: who has no In Office event cannot be requested (facts §2.8).
 * Active and authorized, by name.
 */
export async function scheduledProviders(db: Queryable, site: HostSite, today: Day): Promise<Provider[]> {
  const rows = await db.select<{
    id: number
    username: string
    fname: string | null
    lname: string | null
    facility_id: number
    facility_name: string | null
    facility_phone: string | null
  }>(
    `SELECT u.id, u.username, u.fname, u.lname, u.facility_id, f.name AS facility_name, f.phone AS facility_phone
       FROM users u LEFT JOIN facility f ON f.id = u.facility_id
      WHERE u.active = 1 AND u.authorized = 1 AND u.username <> ''
        AND EXISTS (SELECT 1 FROM openemr_postcalendar_events e
                     WHERE e.pc_aid = CONVERT(u.id, CHAR) AND e.pc_catid = ${String(IN_OFFICE)}
                       AND (e.pc_eventDate >= :today OR (e.pc_recurrtype > 0 AND ${goesOn(site, 'e')})))
      ORDER BY u.lname, u.fname, u.id`, // sql-safe: constants
    { today },
  )
  return rows.map((row) => ({
    id: row.id,
    username: row.username,
    name: [row.fname, row.lname].filter(Boolean).join(' ') || row.username,
    facilityId: row.facility_id,
    facilityName: row.facility_name ?? '',
    facilityPhone: row.facility_phone ?? '',
  }))
}

/** "No end" is NULL from 8.1 on and a zero date before (facts §2.3). */
function goesOn(site: HostSite, alias: string): string {
  const open = site.noEndDate === null ? `${alias}.pc_endDate IS NULL` : `${alias}.pc_endDate = '0000-00-00'`
  return `(${open} OR ${alias}.pc_endDate >= :today)` // sql-safe: constants
}

const eventColumns = `pc_eid, pc_catid, pc_aid, pc_pid, pc_eventDate, pc_endDate, pc_startTime, pc_duration, pc_alldayevent,
  pc_apptstatus, pc_prefcatid, pc_recurrtype, pc_recurrspec`

/**
 * A provider's rows that may fall into [from, until): single ones by date, recurring ones that began before the end
 * and have not ended. `lock` reads what is committed now and keeps others from adding to these days until we commit.
 */
export async function providerEvents(
  db: Queryable,
  site: HostSite,
  providerId: number,
  days: { from: Day; until: Day },
  options: { lock: boolean } = { lock: false },
): Promise<EventRow[]> {
  // Another index would lock the rows of others on its way.
  const [byDay, byRecurrence, lock] = options.lock
    ? ['FORCE INDEX (foyer_provider_day)', 'FORCE INDEX (foyer_provider_recurring)', 'FOR UPDATE']
    : ['', '', '']
  const values = { provider: String(providerId), from: days.from, until: days.until, today: days.from }
  const single = await db.select<EventRow>(
    // A visit that runs past midnight began the day before.
    `SELECT ${eventColumns} FROM openemr_postcalendar_events ${byDay}
      WHERE pc_aid = :provider AND pc_eventDate >= DATE_SUB(:from, INTERVAL 1 DAY) AND pc_eventDate < :until
        AND pc_recurrtype = 0 ${lock}`, // sql-safe: constants
    values,
  )
  const long = await db.select<EventRow>(
    // An absence of several days in one row. Unlocked: a month's locks would reach into other providers' rows.
    `SELECT ${eventColumns} FROM openemr_postcalendar_events
      WHERE pc_aid = :provider AND pc_eventDate >= DATE_SUB(:from, INTERVAL 31 DAY)
        AND pc_eventDate < DATE_SUB(:from, INTERVAL 1 DAY) AND pc_duration > 86400 AND pc_recurrtype = 0`, // sql-safe: constants
    values,
  )
  const recurring = await db.select<EventRow>(
    `SELECT ${eventColumns} FROM openemr_postcalendar_events ${byRecurrence}
      WHERE pc_aid = :provider AND pc_recurrtype > 0 AND pc_eventDate < :until AND ${goesOn(site, 'openemr_postcalendar_events')} ${lock}`, // sql-safe: constants
    values,
  )
  return [...single, ...long, ...recurring]
}

export interface NewRequest {
  site: HostSite
  provider: Provider
  category: Category
  pid: number
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
        :seconds, 0, :recurrence, :start, :end, 0, '^', 0, :location, 1, 1, 0)`,
    {
      category: request.category.id,
      provider: String(request.provider.id),
      pid: String(request.pid),
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
 * How many of the patient's visits from a day on wait for the practice, in whichever portal they were asked for.
 * Exact for whoever holds the patient's turn; it locks nothing, because the locks would reach into the next patient's rows.
 */
export async function countPending(db: Queryable, pid: number, from: Day): Promise<number> {
  const rows = await db.select(
    `SELECT pc_eid FROM openemr_postcalendar_events
      WHERE pc_pid = :pid AND pc_eventDate >= :from AND pc_apptstatus = '^'`,
    { pid: String(pid), from },
  )
  return rows.length
}

/** Whose calendar an event stands in, users.id; undefined: no such event. */
export async function eventProvider(db: Queryable, eid: number): Promise<number | undefined> {
  const row = await db.first<{ provider: string | null }>(
    `SELECT pc_aid AS provider FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
    { eid },
  )
  return row && Number(row.provider)
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
  // The date is there for its index: pc_multiple has none.
  const which = event.multiple > 0 ? 'pc_multiple = :multiple AND pc_eventDate = :day' : 'pc_eid = :eid'
  await tx.change(
    `UPDATE openemr_postcalendar_events SET pc_apptstatus = :status, pc_time = :at${text}${informant} WHERE ${which}`, // sql-safe: constants
    {
      status: change.status,
      at: change.at,
      text: change.text ?? null,
      informant: change.informant === undefined ? null : String(change.informant),
      eid: event.eid,
      multiple: event.multiple,
      day: event.day,
    },
  )
}
