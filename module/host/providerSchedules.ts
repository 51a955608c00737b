/** Whose calendars patients could be offered, and what the host's calendar says of their hours: read for doctor and staff. */
import type { HostSite } from './detect.js'
import type { Category } from './calendar.js'
import { endless, eventColumns, goesOn, ofTheseDays, recurrenceTypes, repeating, type PlacedRow } from './eventRows.js'
import { BY_CATEGORY, closings } from './holidays.js'
import { IN_OFFICE, OUT_OF_OFFICE, scheduleEvents, type ScheduleEvent } from './schedule.js'
import type { Queryable } from '../platform/database.js'
import type { Day } from '../platform/clock.js'

export interface ProviderSchedule {
  /** users.id */
  id: number
  username: string
  name: string
  active: boolean
  /** users.authorized: the host calls only these providers. */
  authorized: boolean
  facilityId: number
  /** The last day of any In Office that they ever had, 9999-12-31 for one without end; undefined: they had none. */
  lastIn: Day | undefined
  /** Office hours and the provider's own time (cattype 1), and what closes the practice: no visits. */
  rows: PlacedRow[]
}

export interface Schedules {
  /** Active and authorized ones, and others who have office hours; by name. */
  providers: ProviderSchedule[]
  /** Kinds of visit for patients, in the site's order. */
  categories: Category[]
}

interface Row extends PlacedRow {
  kind: 'category' | 'event' | 'provider'
  pc_pid: string | null
}

/**
 * One statement, whatever the number of providers; visits are not among the rows. Without `indexed`, before Foyer is
 * installed, it takes longer.
 */
export async function providerSchedules(
  db: Queryable,
  site: HostSite,
  days: { from: Day; until: Day },
  indexed = true,
): Promise<Schedules> {
  const hint = indexed ? BY_CATEGORY : ''
  const own = (more: string): string =>
    `SELECT STRAIGHT_JOIN 'event' AS kind, ${eventColumns}, e.pc_title, c.pc_constant_id AS constant, 0 AS clinic
       FROM openemr_postcalendar_categories c ${more}` // sql-safe: constants
  const theirs = `JOIN openemr_postcalendar_events e ${hint} ON e.pc_catid = c.pc_catid` // sql-safe: a constant
  const single = `e.pc_eventDate >= DATE_SUB(:from, INTERVAL 31 DAY) AND e.pc_eventDate < :until`
  const hostsOwn = own(`${theirs} AND e.pc_recurrtype = 0 WHERE e.pc_catid IN ${hosts} AND ${single}`) // sql-safe: constants
  const sitesOwn = own(
    `${theirs} AND e.pc_recurrtype = 0 WHERE c.pc_cattype = 1 AND c.pc_catid NOT IN ${hosts} AND ${single}`, // sql-safe: constants
  )
  const series = own(
    `JOIN ${recurrenceTypes} ${theirs} AND e.pc_recurrtype = repeats.type
      WHERE (c.pc_cattype = 1 OR c.pc_catid IN ${hosts}) AND e.pc_eventDate < :until AND ${goesOn(site, 'e')}`, // sql-safe: constants
  )
  const rows = await db.select<Row>(
    `SELECT 'provider' AS kind, CAST(u.id AS UNSIGNED) AS pc_eid, u.active AS pc_catid, u.username AS pc_aid, COALESCE(u.lname, '') AS pc_pid,
            (SELECT MAX(IF(i.pc_recurrtype = 0, i.pc_eventDate, IF(${endless(site, 'i')}, '9999-12-31', i.pc_endDate))) FROM openemr_postcalendar_events i
              WHERE i.pc_catid = ${String(IN_OFFICE)} AND i.pc_aid = CONVERT(u.id, CHAR)) AS pc_eventDate,
            NULL AS pc_endDate, NULL AS pc_startTime, u.authorized AS pc_duration, 0 AS pc_alldayevent, '' AS pc_apptstatus,
            0 AS pc_prefcatid, 0 AS pc_multiple, u.facility_id AS pc_facility, 0 AS pc_recurrtype, NULL AS pc_recurrspec,
            TRIM(CONCAT_WS(' ', u.fname, u.lname)) AS pc_title, NULL AS constant, 0 AS clinic
       FROM users u WHERE u.username <> '' AND (u.active = 1 AND u.authorized = 1
         OR EXISTS (SELECT 1 FROM openemr_postcalendar_events i
                     WHERE i.pc_catid = ${String(IN_OFFICE)} AND i.pc_aid = CONVERT(u.id, CHAR)
                       AND (i.pc_eventDate >= :from OR i.pc_recurrtype > 0 AND ${goesOn(site, 'i')})))
     UNION ALL
     SELECT 'category', c.pc_catid, 0, NULL, '', NULL, NULL, NULL, c.pc_duration, 0, '', 0, 0, 0, 0, NULL, c.pc_catname,
            c.pc_constant_id, c.pc_seq
       FROM openemr_postcalendar_categories c
      WHERE c.pc_active = 1 AND c.pc_cattype = 0 AND COALESCE(c.pc_constant_id, '') <> 'no_show' AND c.pc_catid <> 1
     UNION ALL
     ${hostsOwn}
     UNION ALL
     ${sitesOwn}
     UNION ALL
     ${series}
     UNION ALL
     SELECT 'event', closing.* FROM (${closings(site, 'all', hint)}) AS closing`, // sql-safe: constants
    { ...days, today: days.from },
  )
  return {
    categories: rows
      .filter((row) => row.kind === 'category')
      .sort((a, b) => (a.clinic ?? 0) - (b.clinic ?? 0) || a.pc_eid - b.pc_eid)
      .map(categoryOf),
    providers: providersIn(rows),
  }
}

// The host's own numbers of In Office, Out Of Office, Vacation, Lunch and Reserved (facts §2.2). Named, their days are a
// range of the index; a category that is looked up is walked through all its days.
const hosts = `(${String(IN_OFFICE)}, ${String(OUT_OF_OFFICE)}, 4, 8, 11)`

function categoryOf(row: Row): Category {
  const minutes = Math.max(1, Math.round(Number(row.pc_duration) / 60))
  return { id: row.pc_eid, constant: row.constant ?? '', name: row.pc_title ?? '', minutes }
}

function providersIn(rows: readonly Row[]): ProviderSchedule[] {
  const events = rows.filter((row) => row.kind === 'event')
  const everybody = events.filter((row) => row.clinic === 1)
  const own = grouped(events.filter((row) => row.clinic !== 1))
  const people = rows.filter((row) => row.kind === 'provider')
  return people
    .sort((a, b) => (a.pc_pid ?? '').localeCompare(b.pc_pid ?? '') || a.pc_eid - b.pc_eid)
    .map((row) => ({
      ...{
        id: row.pc_eid,
        username: row.pc_aid ?? '',
        name: row.pc_title === '' ? (row.pc_aid ?? '') : (row.pc_title ?? ''),
      },
      ...{ active: row.pc_catid === 1, authorized: Number(row.pc_duration) === 1, facilityId: row.pc_facility },
      lastIn: row.pc_eventDate === null || row.pc_eventDate.startsWith('0000') ? undefined : row.pc_eventDate,
      rows: [
        ...(own.get(String(row.pc_eid)) ?? []),
        ...everybody.filter((each) => each.pc_facility === 0 || each.pc_facility === row.pc_facility),
      ],
    }))
}

/** Why a provider's hours offer patients nothing; the first of: */
export type ScheduleIssue =
  /** The user is not active in the host. */
  | { why: 'inactive' }
  /** The user is no authorized provider of the host. */
  | { why: 'not-authorized' }
  /** There never was an In Office event, without which nothing is offered (facts §2.8). */
  | { why: 'no-hours' }
  /** The last In Office was on this day. */
  | { why: 'ended'; on: Day }
  /** There are In Office events, but none on the days that are offered. */
  | { why: 'not-yet' }
  /** All hours are kept for kinds of visit (pc_catid) that patients may not ask for. */
  | { why: 'kept'; categories: number[] }

/** Pure. `requestable`: pc_catid of what patients may ask for. Undefined: there are hours to offer. */
export function scheduleIssue(
  provider: ProviderSchedule,
  requestable: ReadonlySet<number>,
  days: { from: Day; until: Day },
  weekend: ReadonlySet<number>,
): ScheduleIssue | undefined {
  if (!provider.active) return { why: 'inactive' }
  if (!provider.authorized) return { why: 'not-authorized' }
  const hours = officeHours(provider, days, weekend)
  if (hours.length === 0) return withoutHours(provider, days.from)
  const kept = new Set(hours.map((event) => event.preferredCategory))
  if ([...kept].some((category) => category === 0 || requestable.has(category))) return undefined
  return { why: 'kept', categories: [...kept].sort((a, b) => a - b) }
}

function officeHours(
  { rows }: ProviderSchedule,
  { from, until }: { from: Day; until: Day },
  weekend: ReadonlySet<number>,
): ScheduleEvent[] {
  const hours = rows.filter((row) => row.pc_catid === IN_OFFICE)
  return scheduleEvents(hours, from, until, weekend).filter(
    (event) => event.kind === 'in' && !event.cancelled && event.day >= from && event.day < until,
  )
}

function withoutHours({ lastIn }: ProviderSchedule, today: Day): ScheduleIssue {
  if (lastIn === undefined) return { why: 'no-hours' }
  return lastIn < today ? { why: 'ended', on: lastIn } : { why: 'not-yet' }
}

/**
 * Everything that takes these providers' time on these days, visits among it; cancelled ones left out. By provider,
 * users.id as text. One statement, over the days of each provider and not over what they ever had.
 */
export async function takenRows(
  db: Queryable,
  site: HostSite,
  providers: readonly number[],
  days: { from: Day; until: Day },
): Promise<ReadonlyMap<string, PlacedRow[]>> {
  if (providers.length === 0) return new Map()
  const theirs = `SELECT ${eventColumns} FROM openemr_postcalendar_events e` // sql-safe: constants
  const active = `e.pc_apptstatus NOT IN ('x', '%') AND e.pc_catid NOT IN (${String(IN_OFFICE)}, ${String(OUT_OF_OFFICE)})` // sql-safe: numbers
  const rows = await db.select<PlacedRow>(
    `${theirs} FORCE INDEX (foyer_provider_day) WHERE e.pc_aid IN (:providers) AND ${ofTheseDays} AND ${active}
     UNION ALL
     ${theirs} FORCE INDEX (foyer_provider_recurring) WHERE e.pc_aid IN (:providers) AND ${repeating(site)} AND ${active}`, // sql-safe: constants
    { ...days, today: days.from, providers: providers.map(String) },
  )
  return grouped(rows)
}

function grouped<Placed extends PlacedRow>(rows: readonly Placed[]): Map<string, Placed[]> {
  const byProvider = new Map<string, Placed[]>()
  for (const row of rows) {
    const there = byProvider.get(row.pc_aid ?? '')
    if (there) there.push(row)
    else byProvider.set(row.pc_aid ?? '', [row])
  }
  return byProvider
}
