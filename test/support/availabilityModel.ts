/**
 * What availability.ts should say, worked out the slow way: every minute of a day is marked on its own. Written from
 * the rules (facts §2.8), and shares nothing with the implementation but its types.
 */
import { DateTime } from 'luxon'
import type { Availability, Freedom, FreeTime } from '../../module/features/appointments/availability.js'
import type { ScheduleEvent } from '../../module/host/schedule.js'
import type { Day } from '../../module/platform/clock.js'

type Mark = 'open' | 'outside' | 'taken'

/** The rule for one minute: outside beats taken, so that 'taken' always means that someone else has it. */
export function modelMarks(input: Availability, day: Day): Mark[] {
  const marks: Mark[] = []
  const exists = existingMinutes(day, input.zone)
  const turns = input.events.filter((event) => event.day === day && event.kind !== 'busy' && !event.cancelled)
  const closed = input.events.some(
    (event) => event.kind === 'out' && event.allDay && !event.cancelled && wholeDays(event).includes(day),
  )
  let inOffice = false
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    const changes = turns.filter((event) => (event.allDay ? 0 : event.start) === minute)
    for (const change of changes) if (isIn(change, input.category)) inOffice = true
    for (const change of changes) if (!isIn(change, input.category)) inOffice = false
    marks.push(inOffice && !closed && exists[minute] ? 'open' : 'outside')
  }
  for (const event of input.events) {
    if (event.cancelled || event.kind !== 'busy') continue
    for (const minute of busyMinutes(event, day, input.interval)) if (marks[minute] === 'open') marks[minute] = 'taken'
  }
  return marks
}

/** What isFree should answer. */
export function modelFreedom(input: Availability, day: Day, minute: number, marks = modelMarks(input, day)): Freedom {
  if (minute < 0 || minute >= 24 * 60 || minute % input.interval !== 0) return 'off-grid'
  if (`${day} ${clockOf(minute)}:00` < input.earliest) return 'past'
  if (day < input.days.from || day >= input.days.until) return 'outside-schedule'
  const visit = Array.from(
    { length: slotsOf(input) * input.interval },
    (_, index) => marks[minute + index] ?? 'outside',
  )
  if (visit.includes('outside')) return 'outside-schedule'
  return visit.includes('taken') ? 'taken' : 'free'
}

/** What freeTimes should answer: slot by slot, past the visit that was offered. */
export function modelFreeTimes(input: Availability): FreeTime[] {
  const found: FreeTime[] = []
  for (let day = input.days.from; day < input.days.until; day = dayAfter(day, 1)) {
    const marks = modelMarks(input, day)
    let minute = 0
    while (minute < 24 * 60) {
      const free = modelFreedom(input, day, minute, marks) === 'free'
      if (free) found.push({ day, minute })
      minute += free ? slotsOf(input) * input.interval : input.interval
    }
  }
  return found
}

function slotsOf({ duration, interval }: Availability): number {
  let slots = 1
  while (slots * interval < duration) slots += 1
  return slots
}

function isIn(event: ScheduleEvent, category: number): boolean {
  if (event.kind === 'out') return false
  return event.preferredCategory === 0 || event.preferredCategory === category
}

function busyMinutes(event: ScheduleEvent, day: Day, interval: number): number[] {
  if (event.allDay) return wholeDays(event).includes(day) ? Array.from({ length: 24 * 60 }, (_, minute) => minute) : []
  const found = []
  const length = event.duration === 0 ? interval : event.duration
  let date = event.day
  let minute = event.start
  for (let spent = 0; spent < length; spent += 1) {
    if (date === day) found.push(minute)
    minute += 1
    if (minute === 24 * 60) {
      date = dayAfter(date, 1)
      minute = 0
    }
  }
  return found
}

/** The days that an event of all day takes: the day after as well as soon as it lasts a minute longer than one. */
function wholeDays(event: ScheduleEvent): Day[] {
  const found = [event.day]
  for (let spent = 24 * 60; spent < event.duration; spent += 24 * 60) found.push(dayAfter(event.day, found.length))
  return found
}

/** What closedDays should answer: days with an office minute, all of which the practice's own events take. */
export function modelClosedDays(input: Availability): Day[] {
  const found: Day[] = []
  const clinic = input.events.filter(
    (event) => event.what?.clinic === true && !event.cancelled && event.kind === 'busy',
  )
  const turns = input.events.filter((event) => event.kind !== 'busy')
  for (let day = input.days.from; day < input.days.until; day = dayAfter(day, 1)) {
    const office = modelMarks({ ...input, events: turns }, day)
    const closed = modelMarks({ ...input, events: [...turns, ...clinic] }, day)
    if (office.includes('open') && !closed.includes('open')) found.push(day)
  }
  return found
}

const known = new Map<string, boolean[]>()

/** Asks of each minute whether the zone's clocks show it at all that day. */
function existingMinutes(day: Day, zone: string): boolean[] {
  const key = `${day} ${zone}`
  const found =
    known.get(key) ??
    Array.from({ length: 24 * 60 }, (_, minute) => {
      const wanted = `${day} ${clockOf(minute)}`
      return DateTime.fromFormat(wanted, 'yyyy-MM-dd HH:mm', { zone }).toFormat('yyyy-MM-dd HH:mm') === wanted
    })
  known.set(key, found)
  return found
}

function clockOf(minute: number): string {
  const hours = Math.floor(minute / 60)
  return `${hours < 10 ? '0' : ''}${hours}:${minute % 60 < 10 ? '0' : ''}${minute % 60}`
}

/** The day so many days later. */
export function dayAfter(day: Day, days: number): Day {
  return DateTime.fromISO(day, { zone: 'utc' }).plus({ days }).toFormat('yyyy-MM-dd')
}
