/** Which providers patients can be offered, and why the others cannot: pure but for two reads, whatever their number. */
import type { Portal } from '../../access/portal.js'
import type { Category } from '../../host/calendar.js'
import type { PlacedRow } from '../../host/eventRows.js'
import { weekendOf } from '../../host/globals.js'
import {
  providerSchedules,
  scheduleIssue,
  takenRows,
  type ProviderSchedule,
  type ScheduleIssue,
} from '../../host/providerSchedules.js'
import { scheduleEvents, type ScheduleEvent } from '../../host/schedule.js'
import { day as dayOf, daysLater, wallClock, type Day } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { firstOpening, hoursKept, type Availability } from './availability.js'
import { intervalOf, lastDay } from './openings.js'

export type Issue =
  | ScheduleIssue
  /** The practice lets patients ask for no kind of visit. */
  | { why: 'no-categories' }
  /** No stretch of hours (minutes) is as long as the shortest visit that patients may ask for. */
  | { why: 'too-short'; longest: number; shortest: number }
  /** Absences or closed days take every hour that is offered; what takes most of it, as the calendar calls it. */
  | { why: 'blocked'; title: string }

export type Hint =
  /** This day's last In Office has no Out Of Office behind it: times are offered until midnight. */
  | { why: 'no-out'; on: Day }
  /** These kinds of visit are longer than any stretch of hours. */
  | { why: 'never-fits'; categories: string[] }
  /** Visits have taken everything for so many days. */
  | { why: 'booked-out'; days: number }

export interface Readiness {
  id: number
  username: string
  name: string
  /** Undefined: patients can ask for a time. */
  issue: Issue | undefined
  hints: Hint[]
}

/** Days for which visits are looked at: whose every hour is taken so far ahead is booked out. */
const NEAR_DAYS = 14

/** Every provider, those who cannot be requested first. Without `visits` one statement, and nobody is 'booked-out'. */
export async function calendarReadiness(
  portal: Portal,
  db: Queryable,
  { visits }: { visits: boolean },
): Promise<Readiness[]> {
  const today = dayOf(portal.clock.now())
  const days = { from: today, until: lastDay(portal) }
  const { categories, providers } = await providerSchedules(db, portal.site, days)
  const open = portal.settings().requestableCategories
  const requestable = categories.filter(({ constant }) => open === 'all' || open.includes(constant))
  const near = { from: today, until: daysLater(today, NEAR_DAYS) }
  const ids = providers.map((provider) => provider.id)
  const taken = visits ? await takenRows(db, portal.site, ids, near) : undefined
  const all = providers.map((provider) =>
    readinessOf(
      portal,
      provider,
      requestable,
      days,
      taken && { days: near, rows: taken.get(String(provider.id)) ?? [] },
    ),
  )
  return [...all.filter(({ issue }) => issue), ...all.filter(({ issue }) => !issue)]
}

interface Days {
  from: Day
  until: Day
}

function readinessOf(
  portal: Portal,
  provider: ProviderSchedule,
  categories: readonly Category[],
  days: Days,
  visits: { days: Days; rows: readonly PlacedRow[] } | undefined,
): Readiness {
  const { id, username, name } = provider
  const weekend = weekendOf(portal.globals())
  const schedule = scheduleIssue(provider, new Set(categories.map((each) => each.id)), days, weekend)
  if (schedule) return { id, username, name, issue: schedule, hints: [] }
  const shortest = categories.reduce<Category | undefined>(
    (least, each) => (least && least.minutes <= each.minutes ? least : each),
    undefined,
  )
  if (!shortest) return { id, username, name, issue: { why: 'no-categories' }, hints: [] }

  const events = scheduleEvents(provider.rows, days.from, days.until, weekend)
  const calendar = (category: Category) => inputOf(portal, category, days, events)
  // For kinds of visit that no hours are kept for, the hours are the same.
  const preferred = new Set(events.map((event) => event.preferredCategory))
  const forAll = hoursKept(inputOf(portal, { ...shortest, id: FOR_NOBODY }, days, events))
  const kept = categories.map((category) => ({
    category,
    hours: preferred.has(category.id) ? hoursKept(calendar(category)) : forAll,
  }))
  const fitting = kept.filter(({ category, hours }) => hours.longest >= visitLength(portal, category))
  const longest = Math.max(...kept.map(({ hours }) => hours.longest))
  if (fitting.length === 0) {
    return { id, username, name, issue: { why: 'too-short', longest, shortest: shortest.minutes }, hints: [] }
  }
  if (!fitting.some(({ category }) => firstOpening(calendar(category)))) {
    return { id, username, name, issue: { why: 'blocked', title: whatBlocks(calendar(shortest)) }, hints: [] }
  }

  const hints: Hint[] = []
  const openEnd = kept.find(({ hours }) => hours.openEnd !== undefined)?.hours.openEnd
  if (openEnd !== undefined) hints.push({ why: 'no-out', on: openEnd })
  const never = kept.filter((each) => !fitting.includes(each)).map(({ category }) => category.name)
  if (never.length > 0) hints.push({ why: 'never-fits', categories: never })
  if (
    visits &&
    isBookedOut(
      portal,
      fitting.map(({ category }) => category),
      provider,
      visits,
    )
  ) {
    hints.push({ why: 'booked-out', days: NEAR_DAYS })
  }
  return { id, username, name, issue: undefined, hints }
}

/** No category has this number. */
const FOR_NOBODY = -1

function inputOf(portal: Portal, category: Category, days: Days, events: readonly ScheduleEvent[]): Availability {
  return {
    zone: portal.clock.zone,
    interval: intervalOf(portal.globals()),
    duration: category.minutes,
    category: category.id,
    earliest: wallClock(portal.clock.now().plus({ minutes: portal.settings().earliestRequest })),
    days,
    events,
  }
}

/** Whole slots of the calendar. */
function visitLength(portal: Portal, { minutes }: Category): number {
  const interval = intervalOf(portal.globals()) || minutes
  return Math.ceil(minutes / interval) * interval
}

/** The name of what takes the most time of a calendar: "Vacation", "Closed". */
function whatBlocks({ events }: Availability): string {
  const minutes = new Map<string, number>()
  for (const { allDay, cancelled, duration, kind, what } of events) {
    if (kind !== 'busy' || cancelled || !what) continue
    minutes.set(what.title, (minutes.get(what.title) ?? 0) + (allDay ? Math.max(duration, 1440) : duration))
  }
  const [most] = [...minutes].sort((a, b) => b[1] - a[1])
  return most?.[0] ?? ''
}

/** Room without the visits, and none with them. */
function isBookedOut(
  portal: Portal,
  categories: readonly Category[],
  provider: ProviderSchedule,
  { days, rows }: { days: Days; rows: readonly PlacedRow[] },
): boolean {
  const weekend = weekendOf(portal.globals())
  const room = (among: readonly PlacedRow[]) => {
    const events = scheduleEvents(among, days.from, days.until, weekend)
    return categories.some((category) => firstOpening(inputOf(portal, category, days, events)) !== undefined)
  }
  return !room([...provider.rows, ...rows]) && room(provider.rows)
}
