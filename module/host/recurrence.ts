/**
 * On which days a calendar event of the host takes place (facts §2.3, §2.4). Pure arithmetic on days; nothing here
 * walks from the event's beginning day by day, so a series of ten years costs what a new one costs.
 */
import { isDay, type Day } from '../platform/clock.js'
import { phpFields } from './php/serialize.js'
import { remembering } from '../platform/remembering.js'

/** The columns of a calendar event that say when it repeats, as the driver gives them. */
export interface RecurrenceColumns {
  pc_eventDate: string | null
  /** NULL (8.1 and later) or '0000-00-00' (up to 8.0) when there is no end. */
  pc_endDate: string | null
  pc_recurrtype: number | string
  pc_recurrspec: string | null
}

/** Weekdays count from 0, Sunday, to 6, Saturday. */
export type Recurrence =
  | { kind: 'once' }
  /** The host leaves the row out of its calendar: nothing says how often it repeats, or nonsense does. */
  | { kind: 'never' }
  | { kind: 'every'; step: number; unit: 'day' | 'week' | 'month' | 'year' }
  | { kind: 'work-days'; step: number; weekend: ReadonlySet<number> }
  | { kind: 'weekdays'; weekdays: ReadonlySet<number> }
  /** nth 5 is the last of the month. `step` in months. */
  | { kind: 'nth-weekday'; nth: number; weekday: number; step: number; drifts: boolean }

export interface RecurringEvent {
  first: Day
  /** The last day on which it may take place; null: without end, or not repeated. */
  last: Day | null
  recurrence: Recurrence
  /** Days on which it was taken out of the series. */
  except: ReadonlySet<Day>
}

/** The event in a row of the host's calendar. Weekend days (facts §10.2 weekend_days) matter for "every work day". */
export function recurringEvent(row: RecurrenceColumns, weekend: ReadonlySet<number>): RecurringEvent {
  const recurrence = parseRecurrence(row.pc_recurrtype, row.pc_recurrspec, weekend)
  return {
    first: row.pc_eventDate ?? '',
    last: recurrence.kind === 'once' || !isDay(row.pc_endDate) ? null : row.pc_endDate,
    recurrence,
    except: parseExceptions(fieldsOf(row.pc_recurrspec)?.('exdate')),
  }
}

/**
 * What pc_recurrtype and pc_recurrspec mean together. A repeating row without a frequency, or with one that is no
 * positive whole number, is 'never', because the host silently skips it (facts §2.4).
 */
export function parseRecurrence(type: number | string, spec: string | null, weekend: ReadonlySet<number>): Recurrence {
  switch (String(type)) {
    case '0':
      return { kind: 'once' }
    case '1':
    case '3':
      return everyFew(spec, weekend)
    case '2':
      return everyNthWeekday(spec)
    default:
      return { kind: 'never' }
  }
}

/** The numbers are the host's freq_type (facts §2.4). The host looks at it for recurrtype 1 and 3 alike. */
function everyFew(spec: string | null, weekend: ReadonlySet<number>): Recurrence {
  const field = fieldsOf(spec)
  const frequency = field?.('event_repeat_freq')
  const type = field?.('event_repeat_freq_type')
  if (type === '6') return theseWeekdays(frequency)
  const step = positive(frequency)
  if (step === undefined) return { kind: 'never' }
  switch (type) {
    case '0':
      return { kind: 'every', step, unit: 'day' }
    case '1':
      return { kind: 'every', step, unit: 'week' }
    case '2':
      return { kind: 'every', step, unit: 'month' }
    case '3':
      return { kind: 'every', step, unit: 'year' }
    case '4':
      return { kind: 'work-days', step, weekend }
    default:
      return { kind: 'never' }
  }
}

/** The host counts these from 1, Sunday, to 7, Saturday. */
function theseWeekdays(list: string | undefined): Recurrence {
  const weekdays = numbers(list)
    .filter((day) => day >= 1 && day <= 7)
    .map((day) => day - 1)
  return weekdays.length > 0 ? { kind: 'weekdays', weekdays: new Set(weekdays) } : { kind: 'never' }
}

function everyNthWeekday(spec: string | null): Recurrence {
  const field = fieldsOf(spec)
  const step = positive(field?.('event_repeat_on_freq'))
  const nth = positive(field?.('event_repeat_on_num'))
  const weekday = Number(field?.('event_repeat_on_day') ?? NaN)
  if (step === undefined || nth === undefined || nth > 5 || !WEEK.includes(weekday)) return { kind: 'never' }
  return { kind: 'nth-weekday', nth, weekday, step, drifts: !positive(field?.('rt2_pf_flag')) }
}

const WEEK = [0, 1, 2, 3, 4, 5, 6]
/** More than any calendar means; keeps the arithmetic on days inside what a date can be. */
const LARGEST_STEP = 10_000

function positive(text: string | undefined): number | undefined {
  const value = Number(text ?? NaN)
  return Number.isInteger(value) && value > 0 && value <= LARGEST_STEP ? value : undefined
}

function numbers(list: string | undefined): number[] {
  return (list ?? '').split(',').flatMap((item) => (/^\s*\d+\s*$/.test(item) ? [Number(item)] : []))
}

/** Written as Ymd; one path of the host writes Y-m-d (facts §2.4). */
function parseExceptions(list: string | undefined): ReadonlySet<Day> {
  const days = (list ?? '').split(',').map((item) => item.trim().replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'))
  return new Set(days.filter(isDay))
}

/** The host's weekend_days ('6,0') as weekdays from 0, Sunday. */
export function weekendDays(setting: string): ReadonlySet<number> {
  return new Set(numbers(setting).filter((day) => day <= 6))
}

/**
 * Whether a series takes place on a day. Undefined: nothing can be said, since how it repeats cannot be read here, or
 * the host itself leaves it out (facts §2.4): whoever must know looks into the host's calendar.
 */
export function takesPlaceOn(row: RecurrenceColumns, day: Day, weekend: ReadonlySet<number>): boolean | undefined {
  const event = recurringEvent(row, weekend)
  if (event.recurrence.kind === 'never') return undefined
  if (Number.isNaN(dayNumber(day))) return false
  return occurrences(event, day, dayFrom(dayNumber(day) + 1)).length > 0
}

/**
 * The days from `from` up to, not including, `until` on which the event takes place, in order. Follows the host's own
 * expansion: from the first day in steps, up to and including the last day. None when the row has no real first day.
 *
 * Months and years step as the host's do, each from the day before it: what starts on the 31st and has no 31st to fall
 * on runs over into the next month (31 January, 3 March in a year of 365 days) and stays on that day of the month from
 * then on; a 29 February becomes 1 March.
 */
export function occurrences(event: RecurringEvent, from: Day, until: Day): Day[] {
  const first = dayNumber(event.first)
  const lowest = Math.max(first, dayNumber(from))
  const highest = Math.min(dayNumber(until) - 1, event.last === null ? Infinity : dayNumber(event.last))
  if (Number.isNaN(lowest) || Number.isNaN(highest) || lowest > highest) return []
  return taking(event.recurrence, first, lowest, highest)
    .map(dayFrom)
    .filter((day) => !event.except.has(day))
}

function taking(recurrence: Recurrence, first: number, lowest: number, highest: number): number[] {
  switch (recurrence.kind) {
    case 'once':
      return first >= lowest ? [first] : []
    case 'never':
      return []
    case 'every':
      return everyStep(recurrence, first, lowest, highest)
    case 'work-days':
      return everyWorkDay(recurrence, first, lowest, highest)
    case 'weekdays':
      return days(lowest, highest).filter((day) => day === first || recurrence.weekdays.has(weekdayOf(day)))
    case 'nth-weekday':
      return nthWeekdays(recurrence, first, lowest, highest)
  }
}

function everyStep(
  { step, unit }: Extract<Recurrence, { kind: 'every' }>,
  first: number,
  lowest: number,
  highest: number,
): number[] {
  switch (unit) {
    case 'day':
      return everyFewDays(step, first, lowest, highest)
    case 'week':
      return everyFewDays(step * 7, first, lowest, highest)
    case 'month':
      return everyFewMonths(step, first, lowest, highest)
    case 'year':
      return everyFewMonths(step * 12, first, lowest, highest)
  }
}

function everyFewDays(step: number, first: number, lowest: number, highest: number): number[] {
  const found = []
  for (let day = first + Math.ceil((lowest - first) / step) * step; day <= highest; day += step) found.push(day)
  return found
}

function everyFewMonths(step: number, first: number, lowest: number, highest: number): number[] {
  const found = []
  for (const date of monthly(partsOf(first), step, lowest)) {
    const day = numberOf(date)
    if (day > highest) break
    if (day >= lowest) found.push(day)
  }
  return found
}

/** The first day whatever it is, then every step-th day that is no weekend. */
function everyWorkDay(
  { step, weekend }: Extract<Recurrence, { kind: 'work-days' }>,
  first: number,
  lowest: number,
  highest: number,
): number[] {
  let count = workDaysBetween(first + 1, lowest, weekend)
  return days(lowest, highest).filter((day) => {
    if (day === first) return true
    if (weekend.has(weekdayOf(day))) return false
    count += 1
    return count % step === 0
  })
}

/** Work days from `from` up to, not including, `until`. */
function workDaysBetween(from: number, until: number, weekend: ReadonlySet<number>): number {
  if (until <= from) return 0
  const weeks = Math.floor((until - from) / 7)
  const rest = days(from + weeks * 7, until - 1).filter((day) => !weekend.has(weekdayOf(day)))
  return weeks * WEEK.filter((day) => !weekend.has(day)).length + rest.length
}

/** Never before the first day itself, though the host's month may hold the nth weekday earlier. */
function nthWeekdays(
  { nth, weekday, step, drifts }: Extract<Recurrence, { kind: 'nth-weekday' }>,
  first: number,
  lowest: number,
  highest: number,
): number[] {
  const found = []
  const start = partsOf(first)
  // Rows older than the host's rt2_pf_flag count months from their day, which from the 29th on may skip one.
  for (const { year, month } of monthly(drifts ? start : { ...start, day: 1 }, step, lowest)) {
    if (numberOf({ year, month, day: 1 }) > highest) break
    const day = nthWeekday(nth, weekday, year, month)
    if (day >= lowest && day <= highest) found.push(day)
  }
  return found
}

/** The 5th where the month has one, else the 4th. */
function nthWeekday(nth: number, weekday: number, year: number, month: number): number {
  const first = numberOf({ year, month, day: 1 })
  const day = first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7
  return partsOf(day).month === month ? day : day - 7
}

interface DateParts {
  year: number
  /** 1 to 12. */
  month: number
  day: number
}

/**
 * Steps of months without end, each from the last. Steps that end in a month before that of `lowest` may be left out:
 * up to the 28th every month has the day, and one jump does; beyond, steps are taken one by one until they have run over.
 */
function* monthly(start: DateParts, step: number, lowest: number): Generator<DateParts> {
  const aim = partsOf(lowest)
  let date = start
  for (;;) {
    yield date
    const behind = Math.floor((monthIndex(aim) - monthIndex(date)) / step)
    const steps = date.day <= 28 ? Math.max(1, behind) : 1
    date = partsOf(numberOf({ ...date, month: date.month + steps * step }))
  }
}

function monthIndex({ year, month }: DateParts): number {
  return year * 12 + month
}

const MILLISECONDS_A_DAY = 86_400_000

/** A month beyond 12 or a day beyond the month's last runs over, as in PHP's mktime(). */
function numberOf({ year, month, day }: DateParts): number {
  return Date.UTC(year, month - 1, day) / MILLISECONDS_A_DAY
}

function partsOf(day: number): DateParts {
  const date = new Date(day * MILLISECONDS_A_DAY)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

function days(lowest: number, highest: number): number[] {
  return Array.from({ length: Math.max(0, highest - lowest + 1) }, (_, index) => lowest + index)
}

/** 1 January 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

/** A calendar has a handful of recurrences and thousands of rows that carry one of them. */
const fieldsOf = remembering(phpFields, 5000)

/** Days since 1970-01-01; NaN for what is no day of the calendar from the year 1000 on ('0000-00-00', '2026-02-30'). */
export const dayNumber: (day: Day) => number = remembering(numberOfDay, 20_000)

function numberOfDay(day: Day): number {
  const [, year, month, date] = /^([1-9]\d{3})-(\d{2})-(\d{2})$/.exec(day) ?? []
  if (year === undefined || month === undefined || date === undefined) return NaN
  const number = numberOf({ year: Number(year), month: Number(month), day: Number(date) })
  return dayFrom(number) === day ? number : NaN
}

/** The inverse of dayNumber. */
export const dayFrom: (number: number) => Day = remembering(dayOfNumber, 20_000)

function dayOfNumber(number: number): Day {
  return new Date(number * MILLISECONDS_A_DAY).toISOString().slice(0, 10)
}
