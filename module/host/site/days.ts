/**
 * People's days, written as the host's calendar writes them: visits, absences, office hours. For the demo practice and
 * for tests; the portal's own writes are elsewhere.
 */
import type { Day, WallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { phpSerialize } from '../php/serialize.js'
import { columnsOf } from './columns.js'
import { insertRow, insertRows } from './table.js'

export type Weekday = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'
/** `HH:MM`, on the practice's wall. */
export type TimeOfDay = string

export type Repeats =
  | { every: number; unit: 'day' | 'week' | 'month' | 'year' | 'workday' }
  /** The nth (5: the last) such weekday of every so many months. */
  | { nth: 1 | 2 | 3 | 4 | 5; weekday: Weekday; months: 1 | 2 | 3 | 4 | 6 | 12 }
  | { weekdays: readonly Weekday[] }

export interface NewEvent {
  providerId: number
  /** None: the provider's own time. */
  pid?: number
  /** pc_catid. */
  category: number
  /** The category's name unless given. */
  title?: string
  date: Day
  start: TimeOfDay
  minutes: number
  allDay?: boolean
  /** A status of the host's list, `-` unless given. */
  status?: string
  comment?: string
  repeats?: Repeats
  /** The last day of the repetition; none: it goes on. */
  lastDay?: Day
  /** Days left out of the repetition. */
  except?: readonly Day[]
  /** In Office only: the one category these hours are for. */
  preferredCategory?: number
  /** The number that the rows of one visit with several providers share (facts §2.3). */
  multiple?: number
  facilityId?: number
  room?: string
  /** Staff in the host's calendar, or the patient in the host's own portal: that always asks (`^`) and tracks nothing. */
  by: { userId: number; username: string } | 'patient'
  at: WallClock
}

/** One calendar row and, for a patient's single visit by staff, its flow-board rows (facts §2.3–2.6). Answers pc_eid. */
export async function addEvent(tx: Tx, event: NewEvent): Promise<number> {
  const status = event.by === 'patient' ? '^' : (event.status ?? '-')
  const eid = await insertRow(tx, 'openemr_postcalendar_events', {
    pc_catid: event.category,
    pc_multiple: event.multiple ?? 0,
    pc_aid: String(event.providerId),
    pc_pid: event.pid === undefined ? '' : String(event.pid),
    pc_title: event.title ?? (await categoryName(tx, event.category)),
    pc_time: event.at,
    pc_hometext: event.comment ?? '',
    pc_informant: event.by === 'patient' ? String(event.providerId) : String(event.by.userId),
    pc_eventDate: firstDate(event),
    pc_endDate: event.lastDay ?? (await noEnd(tx)),
    pc_duration: event.minutes * 60,
    pc_recurrtype: recurrenceType(event.repeats),
    pc_recurrspec: event.by === 'patient' ? PORTAL_RECURRENCE : recurrence(event.repeats, event.except ?? []),
    pc_startTime: `${event.start}:00`,
    pc_endTime: laterBy(event.start, event.minutes),
    pc_alldayevent: event.allDay ? 1 : 0,
    pc_apptstatus: status,
    pc_prefcatid: event.preferredCategory ?? 0,
    pc_location: event.by === 'patient' ? PORTAL_LOCATION : STAFF_LOCATION,
    pc_eventstatus: 1,
    pc_sharing: 1,
    pc_facility: event.facilityId ?? 0,
    pc_billing_location: event.facilityId ?? 0,
    pc_room: event.room ?? '',
  })
  if (event.pid !== undefined && !event.repeats && event.by !== 'patient') {
    await track(tx, { eid, pid: event.pid, event, status, username: event.by.username })
  }
  return eid
}

/** One visit with several providers: a row in the calendar of each, under one number (facts §2.3). Answers every pc_eid. */
export async function addSharedEvent(
  tx: Tx,
  event: Omit<NewEvent, 'providerId' | 'multiple'>,
  providers: readonly number[],
): Promise<number[]> {
  const row = await tx.first<{ next: number }>(
    `SELECT COALESCE(MAX(pc_multiple), 0) + 1 AS next FROM openemr_postcalendar_events`,
  )
  const multiple = row?.next ?? 1
  const eids = []
  for (const providerId of providers) eids.push(await addEvent(tx, { ...event, providerId, multiple }))
  return eids
}

const CLOSED = 7

/** A day on which the practice is closed for everybody: of no provider and no patient, all day. Answers pc_eid. */
export async function addClosedDay(
  tx: Tx,
  { date, title, by, at }: { date: Day; title: string; by: { userId: number; username: string }; at: WallClock },
): Promise<number> {
  const day = { category: CLOSED, title, date, start: '00:00', minutes: 24 * 60, allDay: true }
  return addEvent(tx, { ...day, providerId: 0, by, at })
}

export interface NewOfficeHours {
  providerId: number
  weekdays: readonly Weekday[]
  from: TimeOfDay
  until: TimeOfDay
  firstDay: Day
  /** None: they go on. */
  lastDay?: Day
  /** The one category that these hours are for. */
  preferredCategory?: number
  facilityId?: number
  by: { userId: number; username: string }
  at: WallClock
}

const IN_OFFICE = 2
const OUT_OF_OFFICE = 3

/**
 * A provider's weekly hours: In Office where they begin and Out Of Office where they end (facts §2.8), each one row,
 * weekly for one weekday, by days of the week for several. Answers both pc_eid.
 */
export async function addOfficeHours(
  tx: Tx,
  { weekdays, from, until, firstDay, preferredCategory, ...rest }: NewOfficeHours,
): Promise<{ in: number; out: number }> {
  const [only] = weekdays
  const repeats: Repeats = weekdays.length === 1 ? { every: 1, unit: 'week' } : { weekdays }
  const date = weekdays.length === 1 && only ? nextOf(firstDay, [only]) : firstDay
  const both = { ...rest, date, minutes: 0, repeats }
  const preferred = preferredCategory === undefined ? {} : { preferredCategory }
  return {
    in: await addEvent(tx, { ...both, ...preferred, category: IN_OFFICE, start: from }),
    out: await addEvent(tx, { ...both, category: OUT_OF_OFFICE, start: until }),
  }
}

async function categoryName(tx: Tx, category: number): Promise<string> {
  const row = await tx.first<{ name: string }>(
    `SELECT pc_catname AS name FROM openemr_postcalendar_categories WHERE pc_catid = :category`,
    { category },
  )
  return row?.name ?? ''
}

/** Up to 8.0 the column takes no NULL and a zero date says "none" (facts §12.25). */
async function noEnd(tx: Tx): Promise<Day | null> {
  const columns = await columnsOf(tx, 'openemr_postcalendar_events')
  return columns.get('pc_endDate')?.nullable ? null : '0000-00-00'
}

const weekdays: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** By days of the week, the row begins on the first of them (facts §2.4). */
function firstDate({ date, repeats }: NewEvent): Day {
  return repeats && 'weekdays' in repeats ? nextOf(date, repeats.weekdays) : date
}

function nextOf(from: Day, days: readonly Weekday[]): Day {
  const on = new Date(`${from}T00:00:00Z`)
  for (let ahead = 0; ahead < 7; ahead += 1) {
    if (days.some((each) => weekdays.indexOf(each) === on.getUTCDay())) break
    on.setUTCDate(on.getUTCDate() + 1)
  }
  return on.toISOString().slice(0, 10)
}

function recurrenceType(repeats: Repeats | undefined): 0 | 1 | 2 | 3 {
  if (!repeats) return 0
  if ('unit' in repeats) return 1
  return 'nth' in repeats ? 2 : 3
}

const units = { day: '0', week: '1', month: '2', year: '3', workday: '4' }

/** The six strings of facts §2.4, in the host's order, as PHP writes them. */
function recurrence(repeats: Repeats | undefined, except: readonly Day[]): string {
  const spec = { freq: '', type: '', num: '1', day: '0', onFreq: '0' }
  if (repeats && 'unit' in repeats) {
    Object.assign(spec, { freq: String(repeats.every), type: units[repeats.unit] })
  } else if (repeats && 'nth' in repeats) {
    const day = String(weekdays.indexOf(repeats.weekday))
    Object.assign(spec, { freq: '1', type: '0', num: String(repeats.nth), day, onFreq: String(repeats.months) })
  } else if (repeats) {
    const days = repeats.weekdays.map((each) => weekdays.indexOf(each) + 1).sort((a, b) => a - b)
    Object.assign(spec, { freq: days.join(','), type: '6' })
  }
  return phpSerialize({
    event_repeat_freq: spec.freq,
    event_repeat_freq_type: spec.type,
    event_repeat_on_num: spec.num,
    event_repeat_on_day: spec.day,
    event_repeat_on_freq: spec.onFreq,
    exdate: except.map((each) => each.replaceAll('-', '')).join(','),
  })
}

const PORTAL_RECURRENCE = phpSerialize({
  event_repeat_freq: null,
  event_repeat_freq_type: '0',
  event_repeat_on_num: '1',
  event_repeat_on_day: '0',
  event_repeat_on_freq: '1',
})

const STAFF_LOCATION = location('')
const PORTAL_LOCATION = location(null)

/** Six keys that nobody reads (facts §2.3). */
function location(value: '' | null): string {
  const keys = ['event_location', 'event_street1', 'event_street2', 'event_city', 'event_state', 'event_postal']
  return phpSerialize(Object.fromEntries(keys.map((key) => [key, value])))
}

/** Hours may pass 23: the host does not wrap at midnight (facts §2.3). */
function laterBy(start: TimeOfDay, minutes: number): string {
  const [hour = 0, minute = 0] = start.split(':').map(Number)
  const end = hour * 60 + minute + minutes
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(end / 60))}:${two(end % 60)}:00`
}

interface Tracked {
  eid: number
  pid: number
  event: NewEvent
  status: string
  username: string
}

async function track(tx: Tx, { eid, pid, event, status, username }: Tracked): Promise<void> {
  const tracker = await insertRow(tx, 'patient_tracker', {
    date: event.at,
    apptdate: event.date,
    appttime: `${event.start}:00`,
    eid,
    pid,
    original_user: username,
    lastseq: '1',
  })
  const first = { start_datetime: event.at, room: event.room ?? '', status, seq: '1', user: username }
  await insertRows(tx, 'patient_tracker_element', [{ pt_tracker_id: tracker, ...first }])
}
