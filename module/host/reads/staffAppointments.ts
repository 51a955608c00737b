/** Appointments as staff see them: what waits, one of them with everything around it, and the person it is for. */
import type { LockedEvent } from '../events.js'
import { weekendOf, type Globals } from '../globals.js'
import { occurrences, recurringEvent, type RecurrenceColumns } from '../recurrence.js'
import { IN_OFFICE, minuteOfDay, OUT_OF_OFFICE } from '../schedule.js'
import { isCancelled } from '../statuses.js'
import { daysLater, type Day, type Utc, type WallClock } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { appointmentColumns, appointmentTables, itsRequest, type AppointmentRow } from './appointments.js'
import { askedByThem } from './following.js'

/** An appointment as staff see it: with the person it is for, and who is at it. */
export interface StaffAppointmentRow extends AppointmentRow {
  first_name: string | null
  last_name: string | null
  born: Day | null
  /** Who asked, when it was an account without a chart. */
  account_name: string | null
  account_record: string | null
  /** The language that they read. */
  account_language: string | null
  waiting_seconds: number
  /** Username of the member who has claimed it; null when nobody has, or it has lapsed. */
  holder: string | null
  holder_name: string | null
  /** The host laid something over it (flagged, and not cleared yet). */
  overlapped: 0 | 1
  /** The visit that this one moves. */
  replaces: number | null
  /** What the patient wrote instead of accepting the last proposal. */
  answer: string | null
}

/**
 * - request: a patient asked for a time
 * - cancellation: a patient asks to be taken off the calendar, which they may not do alone
 * - proposal: the practice asked for another time, and it is the patient who is waited for
 */
export type WaitingKind = 'request' | 'cancellation' | 'proposal'

export interface WaitingRow extends StaffAppointmentRow {
  kind: WaitingKind
  /** Of a cancellation: the day it is for, and the patient's words. */
  asked_day: Day | null
  asked_reason: string | null
  /** Passes the filter. */
  shown: 0 | 1
  shown_total: number
  /** Everything that waits for staff, whatever the filter. */
  total: number
  oldest_seconds: number | null
}

export interface Now {
  utc: Utc
  wall: WallClock
  /** A claim made earlier has lapsed. */
  claimedSince: Utc
}

export interface WaitingFilter {
  /** Proposals wait for the patient: they are shown apart. */
  view: 'all' | 'mine' | 'unclaimed' | 'proposed'
  /** The member who looks. */
  me: string
  /** users.id */
  provider: number | undefined
}

const person = `p.fname AS first_name, p.lname AS last_name, p.DOB AS born, a.display_name AS account_name, a.own_record AS account_record, a.language AS account_language`
const personTables = `LEFT JOIN patient_data p ON p.pid = CAST(NULLIF(e.pc_pid, '') AS UNSIGNED)
  LEFT JOIN foyer_accounts a ON a.id = r.account_id`

// A request of Foyer knows its UTC instant; one made in the host's own portal only its wall clock of writing.
const waited = `GREATEST(0, COALESCE(TIMESTAMPDIFF(SECOND, r.created_at, :utc), TIMESTAMPDIFF(SECOND, e.pc_time, :wall), 0))`

const around = `EXISTS (SELECT 1 FROM foyer_appointment_overlaps o WHERE o.pc_eid = e.pc_eid AND o.cleared_at IS NULL) AS overlapped,
  r.replaces_eid AS replaces,
  (SELECT IF(q.state = 'answered', q.answer, NULL) FROM foyer_appointment_proposals q
    WHERE q.pc_eid = e.pc_eid ORDER BY q.id DESC LIMIT 1) AS answer`

// One visit with several providers waits once, as the first of its rows (facts §2.3).
const firstOfVisit = `(e.pc_multiple = 0 OR NOT EXISTS (SELECT 1 FROM openemr_postcalendar_events sibling
  WHERE sibling.pc_eventDate = e.pc_eventDate AND sibling.pc_multiple = e.pc_multiple AND sibling.pc_eid < e.pc_eid))`

const requestHolder = `IF(r.claimed_at > :claimedSince, r.claimed_by, NULL)`
const pending = `e.pc_apptstatus = '^' AND ${firstOfVisit}` // sql-safe: constants

const cancellationHolder = `IF(asked.claimed_at > :claimedSince, asked.claimed_by, NULL)`
const cancellationWaited = `GREATEST(0, TIMESTAMPDIFF(SECOND, asked.created_at, :utc))`
const askedOff = `JOIN foyer_cancellation_requests asked ON asked.pc_eid = e.pc_eid AND asked.open_key IS NOT NULL
  AND ${askedByThem}` // sql-safe: a constant

/**
 * How much waits, how long the oldest has, how many are claimed: over what `waitingAppointments` lists without a filter.
 * Whatever else the list joins, it joins by a unique key and leaves no row out: it need not be looked up to count.
 */
export const waitingCount = `SELECT COUNT(*) AS count, MAX(seconds) AS oldest, COUNT(holder) AS taken FROM (
    SELECT ${waited} AS seconds, ${requestHolder} AS holder
      FROM openemr_postcalendar_events e ${itsRequest} WHERE ${pending} AND COALESCE(r.state, '') <> 'proposed'
    UNION ALL
    SELECT ${cancellationWaited}, ${cancellationHolder} FROM openemr_postcalendar_events e ${askedOff}
  ) AS waiting` // sql-safe: constants

/**
 * Everything that waits for staff, whoever asked and wherever: what passes the filter first, the longest wait first,
 * with the count over all. One statement, so that a badge cannot disagree with its list.
 */
export function waitingAppointments(
  db: Queryable,
  now: Now,
  limit: number,
  filter: WaitingFilter = { view: 'all', me: '', provider: undefined },
): Promise<WaitingRow[]> {
  const shown = `(${shownIf[filter.view]}) AND (:provider = 0 OR COALESCE(provider_id, 0) = :provider)`
  return db.select<WaitingRow>(
    `SELECT waiting.*, TRIM(CONCAT_WS(' ', h.fname, h.lname)) AS holder_name, ${shown} AS shown,
            COUNT(IF(${shown}, 1, NULL)) OVER () AS shown_total,
            COUNT(IF(kind = 'proposal', NULL, 1)) OVER () AS total,
            MAX(IF(kind = 'proposal', NULL, waiting_seconds)) OVER () AS oldest_seconds
       FROM (
         SELECT IF(r.state = 'proposed', 'proposal', 'request') AS kind, NULL AS asked_day, NULL AS asked_reason,
                ${requestHolder} AS holder, ${appointmentColumns}, ${person}, ${around}, ${waited} AS waiting_seconds
           FROM ${appointmentTables} ${personTables} WHERE ${pending}
         UNION ALL
         SELECT 'cancellation', asked.day, asked.reason, ${cancellationHolder}, ${appointmentColumns}, ${person}, ${around},
                ${cancellationWaited}
           FROM ${appointmentTables} ${personTables} ${askedOff}
       ) AS waiting LEFT JOIN users h ON h.username = waiting.holder
      ORDER BY shown DESC, waiting_seconds DESC, pc_eid, kind LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { ...now, me: filter.me, provider: filter.provider ?? 0 },
  )
}

const shownIf: Record<WaitingFilter['view'], string> = {
  all: `kind <> 'proposal'`,
  mine: `kind <> 'proposal' AND holder IS NOT NULL AND holder = :me`,
  unclaimed: `kind <> 'proposal' AND holder IS NULL`,
  proposed: `kind = 'proposal'`,
}

/** One appointment for staff, in whatever state. Somebody's visit: neither a provider's own event nor nobody's. */
export function staffAppointment(db: Queryable, now: Now, eid: number): Promise<StaffAppointmentRow | undefined> {
  return db.first<StaffAppointmentRow>(
    `SELECT ${appointmentColumns}, ${person}, ${around}, ${waited} AS waiting_seconds,
            IF(r.claimed_at > :claimedSince, r.claimed_by, NULL) AS holder, TRIM(CONCAT_WS(' ', h.fname, h.lname)) AS holder_name
       FROM ${appointmentTables} ${personTables}
       LEFT JOIN users h ON h.username = r.claimed_by
      WHERE e.pc_eid = :eid AND (COALESCE(e.pc_pid, '') <> '' OR r.id IS NOT NULL)`, // sql-safe: constants
    { ...now, eid },
  )
}

/** A visit with the host's own word for how it stands. */
export interface PanelRow extends AppointmentRow {
  status_title: string | null
  status_notes: string | null
}

/** A patient's visits from a day on, series whenever they began; one statement. */
export function visitsOfPatient(db: Queryable, pid: number, since: Day): Promise<PanelRow[]> {
  return db.select<PanelRow>(
    `SELECT ${appointmentColumns}, s.title AS status_title, s.notes AS status_notes
       FROM ${appointmentTables}
       LEFT JOIN list_options s ON s.list_id = 'apptstat' AND s.option_id = e.pc_apptstatus
      WHERE e.pc_pid = :pid AND (e.pc_eventDate >= :since OR e.pc_recurrtype > 0) AND ${firstOfVisit}
      ORDER BY e.pc_eventDate, e.pc_startTime, e.pc_eid LIMIT 100`, // sql-safe: constants
    { pid: String(pid), since },
  )
}

/** Whose visit it is and when, as a list of several names it. */
export type NamedVisit = Pick<
  StaffAppointmentRow,
  'pc_eid' | 'pc_eventDate' | 'start' | 'pid' | 'first_name' | 'last_name' | 'born' | 'account_name' | 'account_record'
>

/** These visits by name, those that are there still; one statement. */
export async function namedVisits(db: Queryable, eids: readonly number[]): Promise<NamedVisit[]> {
  if (eids.length === 0) return []
  return db.select<NamedVisit>(
    `SELECT e.pc_eid, e.pc_eventDate, e.pc_startTime AS start, NULLIF(e.pc_pid, '') AS pid, ${person}
       FROM openemr_postcalendar_events e ${itsRequest} ${personTables} WHERE e.pc_eid IN (:eids)`, // sql-safe: constants
    { eids },
  )
}

/** What a visit is called in the calendar. */
export async function titleOf(db: Queryable, eid: number): Promise<string> {
  const row = await db.first<{ title: string | null }>(
    `SELECT pc_title AS title FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
    { eid },
  )
  return row?.title ?? ''
}

/** Whom a visit concerns, read before their turns are taken. */
export interface Concerned {
  /** As the host keeps it: text, '' for nobody. */
  pid: string | null
  record: string | null
  /** The visit that this one moves. */
  replaces: number | null
}

export function concernedBy(db: Queryable, eid: number): Promise<Concerned | undefined> {
  return db.first<Concerned>(
    `SELECT e.pc_pid AS pid, r.record, r.replaces_eid AS replaces
       FROM openemr_postcalendar_events e LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid
      WHERE e.pc_eid = :eid`,
    { eid },
  )
}

/** One provider's row of a visit. */
export interface RowOfVisit {
  eid: number
  room: string
  /** When it was last written, on the practice's wall clock. */
  written: WallClock | null
}

/** The rows of a visit: of several providers as many, in order (facts §2.3). */
export function rowsOfVisit(db: Queryable, event: LockedEvent): Promise<RowOfVisit[]> {
  return db.select<RowOfVisit>(
    `SELECT pc_eid AS eid, pc_room AS room, pc_time AS written FROM openemr_postcalendar_events
      WHERE ${event.multiple > 0 ? 'pc_eventDate = :day AND pc_multiple = :multiple' : 'pc_eid = :eid'}
      ORDER BY pc_eid`, // sql-safe: constants
    { eid: event.eid, day: event.day, multiple: event.multiple },
  )
}

/** One thing in a provider's day, as staff need it to decide. */
export interface DayEntry {
  eid: number
  /** Minutes since midnight. */
  start: number
  minutes: number
  allDay: boolean
  kind: 'in' | 'out' | 'visit' | 'own'
  category: string
  pid: number | undefined
  firstName: string
  lastName: string
  status: string
  cancelled: boolean
  /** One day of a series. */
  recurring: boolean
}

interface DayRow extends RecurrenceColumns {
  pc_eid: number
  pc_catid: number
  start: string | null
  seconds: number
  all_day: number
  status: string
  category: string
  pid: number | null
  first_name: string | null
  last_name: string | null
}

/** What stands in a provider's calendar on a day, by time: one read, series among it. */
export async function providerDay(db: Queryable, globals: Globals, providerId: number, day: Day): Promise<DayEntry[]> {
  const rows = await db.select<DayRow>(
    `SELECT e.pc_eid, e.pc_catid, e.pc_eventDate, e.pc_endDate, e.pc_recurrtype, e.pc_recurrspec, e.pc_startTime AS start,
            e.pc_duration AS seconds, e.pc_alldayevent AS all_day, e.pc_apptstatus AS status,
            COALESCE(c.pc_catname, e.pc_title, '') AS category, p.pid, p.fname AS first_name, p.lname AS last_name
       FROM openemr_postcalendar_events e
       LEFT JOIN openemr_postcalendar_categories c ON c.pc_catid = e.pc_catid
       LEFT JOIN patient_data p ON p.pid = CAST(NULLIF(e.pc_pid, '') AS UNSIGNED)
      WHERE e.pc_aid = :provider AND (e.pc_recurrtype = 0 AND e.pc_eventDate = :day
         OR e.pc_recurrtype > 0 AND e.pc_eventDate <= :day
            AND (e.pc_endDate IS NULL OR e.pc_endDate = '0000-00-00' OR e.pc_endDate >= :day))`,
    { provider: String(providerId), day },
  )
  const weekend = weekendOf(globals)
  return rows
    .filter((row) => occurrences(recurringEvent(row, weekend), day, daysLater(day, 1)).length > 0)
    .map(entryOf)
    .sort((a, b) => a.start - b.start || a.eid - b.eid)
}

function entryOf(row: DayRow): DayEntry {
  const kind = row.pc_catid === IN_OFFICE ? 'in' : row.pc_catid === OUT_OF_OFFICE ? 'out' : undefined
  return {
    eid: row.pc_eid,
    start: row.all_day !== 0 ? 0 : (minuteOfDay(row.start ?? '') ?? 0),
    minutes: Math.round(row.seconds / 60),
    allDay: row.all_day !== 0,
    kind: kind ?? (row.pid !== null || row.status === '^' ? 'visit' : 'own'),
    category: row.category,
    pid: row.pid ?? undefined,
    firstName: row.first_name ?? '',
    lastName: row.last_name ?? '',
    status: row.status,
    cancelled: isCancelled(row.status),
    recurring: Number(row.pc_recurrtype) > 0,
  }
}

/** Somebody who could take a request over: who works there and can sign in. */
export interface Colleague {
  id: number
  username: string
  name: string
}

/** Active users of the host with a sign-in, by name. */
export function colleagues(db: Queryable): Promise<Colleague[]> {
  return db.select<Colleague>(
    `SELECT u.id, u.username, COALESCE(NULLIF(TRIM(CONCAT_WS(' ', u.fname, u.lname)), ''), u.username) AS name
       FROM users u JOIN users_secure s ON s.id = u.id
      WHERE u.active = 1 AND u.username <> '' ORDER BY u.lname, u.fname, u.id`,
  )
}
