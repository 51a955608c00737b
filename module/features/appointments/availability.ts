/**
 * A provider's free times. Pure: events in, times out. All times are minutes of the practice's wall clock; a visit
 * takes whole slots of the calendar's interval.
 *
 * The rules are the host's (facts §2.8) but for these, on purpose: a cancelled visit frees its time, a category that In
 * Office hours are kept for is respected (the staff's search does, the portal's does not), slots follow the wall clock
 * and not the clock of UTC, an event takes its very minutes and not the slots it touches, and an Out Of Office for all
 * day is out all day.
 */
import { Info } from 'luxon'
import type { Zone } from 'luxon'
import { dayFrom, dayNumber } from '../../host/recurrence.js'
import { MINUTES_A_DAY } from '../../host/schedule.js'
import type { ScheduleEvent } from '../../host/schedule.js'
import { daysLater, type Day, type WallClock } from '../../platform/clock.js'

export interface Availability {
  /** The practice's zone: its missing hour in spring is never part of a visit. */
  zone: string
  /** The calendar's interval in minutes (facts §10.2 calendar_interval). What is no such number reads as 15. */
  interval: number
  /** How long the category's visit takes, in minutes. 0 takes one interval. */
  duration: number
  /** The requested category (pc_catid). */
  category: number
  /** Nothing starts before this. */
  earliest: WallClock
  /** From the first day up to, not including, the second. */
  days: { from: Day; until: Day }
  /** The provider's events on these days, and those of days before that run into them. */
  events: readonly ScheduleEvent[]
}

/** A time at which a visit can start: minutes since midnight. */
export interface FreeTime {
  day: Day
  minute: number
}

export type Freedom = 'free' | 'off-grid' | 'past' | 'outside-schedule' | 'taken'

/**
 * The times to offer, in order. After one is offered the next can start only where that visit would end, so the list
 * shows times that do not overlap; isFree accepts those between as well.
 */
export function freeTimes(input: Availability): FreeTime[] {
  const visit = visitLength(input)
  const taken = busySpans(input)
  return daysOf(input).flatMap((day) => {
    const open = without(officeHours(input, day), [...taken, beforeEarliest(input)])
    return open.flatMap((span) => startsIn(span, day, visit, input)).map((minute) => ({ day: dayFrom(day), minute }))
  })
}

const WEEK = 7

/** The first of them, looked for week by week: who has one mostly has it soon. */
export function firstOpening(input: Availability): FreeTime | undefined {
  const { from, until } = input.days
  for (let start = from; start < until; start = daysLater(start, WEEK)) {
    const end = daysLater(start, WEEK)
    const [first] = freeTimes({ ...input, days: { from: start, until: end < until ? end : until } })
    if (first) return first
  }
  return undefined
}

/**
 * Whether a visit can start at this minute of this day, and if not, the first reason of: 'off-grid' (no start of a
 * slot), 'past' (before the earliest), 'outside-schedule' (not wholly in office hours, or in an hour that the clocks
 * skip, or on a day that was not asked for), 'taken'.
 */
export function isFree(input: Availability, day: Day, minute: number): Freedom {
  if (!Number.isInteger(minute) || minute < 0 || minute >= MINUTES_A_DAY || minute % gridOf(input) !== 0) {
    return 'off-grid'
  }
  const number = dayNumber(day)
  const start = number * MINUTES_A_DAY + minute
  const visit = { from: start, to: start + visitLength(input) }
  if (visit.from < beforeEarliest(input).to) return 'past'
  const asked = daysOf(input).includes(number)
  if (!asked || !officeHours(input, number).some((hours) => contains(hours, visit))) return 'outside-schedule'
  return busySpans(input).some((busy) => overlap(busy, visit)) ? 'taken' : 'free'
}

export interface ClosedDay {
  day: Day
  /** Of the practice's events that close it, as the calendar has them. */
  titles: string[]
}

/** The days on which the provider has office hours for the category, all of which the practice's own events take away. */
export function closedDays(input: Availability): ClosedDay[] {
  const closings = input.events.filter((event) => event.what?.clinic === true)
  if (closings.length === 0) return []
  return daysOf(input).flatMap((day) => {
    const hours = officeHours(input, day)
    const over = closings.filter((event) =>
      busySpans({ events: [event], interval: input.interval }).some((busy) =>
        hours.some((span) => overlap(span, busy)),
      ),
    )
    const left = without(hours, busySpans({ events: over, interval: input.interval }))
    if (hours.length === 0 || left.length > 0) return []
    return [{ day: dayFrom(day), titles: over.map(({ what }) => what?.title ?? '') }]
  })
}

/**
 * What the hours of a schedule look like: minutes of the longest stretch in office for the category, and the first day
 * whose last In Office has no Out Of Office behind it, so that it runs to midnight.
 */
export function hoursKept(input: Availability): { longest: number; openEnd: Day | undefined } {
  const days = daysOf(input).map((day) => ({ day, hours: officeHours(input, day) }))
  const open = days.find(({ day, hours }) => hours.at(-1)?.to === (day + 1) * MINUTES_A_DAY)
  return {
    longest: Math.max(0, ...days.flatMap(({ hours }) => hours.map(({ from, to }) => to - from))),
    openEnd: open && dayFrom(open.day),
  }
}

/** At most `count` of the free times, those closest to the wanted one first; of two equally close, the earlier. */
export function nearest(free: readonly FreeTime[], wanted: FreeTime, count: number): FreeTime[] {
  const distance = (time: FreeTime): number => Math.abs(absolute(time) - absolute(wanted))
  return [...free].sort((a, b) => distance(a) - distance(b) || absolute(a) - absolute(b)).slice(0, count)
}

/**
 * Whether something of these events lies over the stretch that begins at this minute. Office hours are not asked: the
 * practice may put a visit wherever it likes, but not two over one another.
 */
export function isTaken(
  events: readonly ScheduleEvent[],
  interval: number,
  { day, minute }: FreeTime,
  duration: number,
): boolean {
  const from = absolute({ day, minute })
  const to = from + Math.max(1, duration)
  return busySpans({ events, interval }).some((busy) => overlap(busy, { from, to }))
}

function absolute({ day, minute }: FreeTime): number {
  return dayNumber(day) * MINUTES_A_DAY + minute
}

/** Minutes of the wall clock since 1970-01-01, as if no clock were ever changed; `to` is not part of it. */
interface Span {
  from: number
  to: number
}

const DEFAULT_INTERVAL = 15

function gridOf({ interval }: Pick<Availability, 'interval'>): number {
  return Number.isInteger(interval) && interval > 0 ? interval : DEFAULT_INTERVAL
}

/** Whole slots, at least one. */
function visitLength(input: Availability): number {
  const interval = gridOf(input)
  return Math.max(1, Math.ceil(input.duration / interval)) * interval
}

function daysOf({ days }: Availability): number[] {
  const from = dayNumber(days.from)
  return Array.from({ length: Math.max(0, dayNumber(days.until) - from) || 0 }, (_, index) => from + index)
}

function beforeEarliest({ earliest }: Availability): Span {
  const [day = '', time = '00:00:00'] = earliest.split(' ')
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return { from: -Infinity, to: dayNumber(day) * MINUTES_A_DAY + hours * 60 + minutes + (seconds > 0 ? 1 : 0) }
}

/** The starts to offer in a stretch of free time, one visit after the other from the first slot on. */
function startsIn(open: Span, day: number, visit: number, input: Availability): number[] {
  const midnight = day * MINUTES_A_DAY
  const interval = gridOf(input)
  const starts = []
  let start = Math.ceil((open.from - midnight) / interval) * interval
  for (; midnight + start + visit <= open.to; start += visit) starts.push(start)
  return starts
}

function busySpans(input: Pick<Availability, 'events' | 'interval'>): Span[] {
  return input.events
    .filter((event) => event.kind === 'busy' && !event.cancelled)
    .map((event) => {
      const midnight = dayNumber(event.day) * MINUTES_A_DAY
      // A vacation of all day may be one row of a week.
      if (event.allDay) return { from: midnight, to: midnight + daysTaken(event) * MINUTES_A_DAY }
      const from = midnight + event.start
      // An event without duration still takes one slot, as in the host.
      return { from, to: from + (event.duration > 0 ? event.duration : gridOf(input)) }
    })
}

/**
 * The stretches of the day in which the provider is in for this category: from an In Office to the next Out Of Office,
 * or to midnight; the day begins out. At the same minute, out wins.
 */
function officeHours(input: Availability, day: number): Span[] {
  const turns = input.events.filter((event) => event.kind !== 'busy' && !event.cancelled)
  if (turns.some((event) => event.kind === 'out' && event.allDay && isOn(event, day))) return []
  const today = dayFrom(day)
  const events = turns.filter((event) => event.day === today)
  const out = new Set(events.filter((event) => !isInFor(event, input.category)).map(startOf))
  const starts = [...new Set(events.map(startOf))].sort((a, b) => a - b)
  const midnight = day * MINUTES_A_DAY
  const hours = starts.flatMap((start, index) =>
    out.has(start) ? [] : [{ from: midnight + start, to: midnight + (starts[index + 1] ?? MINUTES_A_DAY) }],
  )
  return without(joined(hours), missingOn(day, input.zone))
}

/** How many days an event of all day takes, from its own on. */
function daysTaken({ duration }: ScheduleEvent): number {
  return Math.max(1, Math.ceil(duration / MINUTES_A_DAY))
}

function isOn(event: ScheduleEvent, day: number): boolean {
  const first = dayNumber(event.day)
  return first <= day && day < first + daysTaken(event)
}

function isInFor({ kind, preferredCategory }: ScheduleEvent, category: number): boolean {
  return kind === 'in' && (preferredCategory === 0 || preferredCategory === category)
}

function startOf({ start, allDay }: ScheduleEvent): number {
  return allDay ? 0 : start
}

/** Sorted spans of which those that touch are made one. */
function joined(spans: readonly Span[]): Span[] {
  return spans.reduce<Span[]>((all, span) => {
    const last = all.at(-1)
    return last?.to === span.from ? [...all.slice(0, -1), { from: last.from, to: span.to }] : [...all, span]
  }, [])
}

/** What is left of the spans when the others are cut out of them. */
function without(spans: readonly Span[], cuts: readonly Span[]): Span[] {
  return cuts.reduce<Span[]>(
    (left, cut) =>
      left.flatMap((span) => {
        if (!overlap(span, cut)) return [span]
        const pieces = [
          { from: span.from, to: cut.from },
          { from: cut.to, to: span.to },
        ]
        return pieces.filter((piece) => piece.from < piece.to)
      }),
    [...spans],
  )
}

function overlap(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to
}

function contains(outer: Span, inner: Span): boolean {
  return outer.from <= inner.from && inner.to <= outer.to
}

/** No zone is further ahead of UTC, or behind it, than this. */
const FARTHEST = 15 * 60
const MILLISECONDS = 60_000

/** Zones are slow to ask, and the same days are asked for again and again. */
const missing = new Map<string, readonly Span[]>()
const DAYS_KNOWN = 4000

function missingOn(day: number, zone: string): readonly Span[] {
  const key = `${zone} ${String(day)}`
  const known = missing.get(key)
  if (known) return known
  if (missing.size >= DAYS_KNOWN) missing.clear()
  const found = missingMinutes(day, Info.normalizeZone(zone))
  missing.set(key, found)
  return found
}

/** The minutes of the day that the clocks skip: where the zone's offset grows. Practically always none, or one hour. */
function missingMinutes(day: number, zone: Zone): Span[] {
  const midnight = day * MINUTES_A_DAY
  const offset = (minute: number): number => zone.offset(minute * MILLISECONDS)
  let before = midnight - FARTHEST
  let after = midnight + MINUTES_A_DAY + FARTHEST
  const earlier = offset(before)
  const later = offset(after)
  if (!(later > earlier)) return []
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offset(middle) === earlier) before = middle
    else after = middle
  }
  // `after` is the instant of the change: up to it the wall showed the earlier offset, from it on the later.
  return [{ from: after + earlier, to: after + later }]
}
