/**
 * The demo's calendar before it is written: who comes when, to whom, and how it went. Planned around the day on which
 * the practice is made, so that there is always a yesterday and a next week. Nothing here reads or writes.
 */
import { DateTime } from 'luxon'
import type { TimeOfDay, Weekday } from '../host/site/days.js'
import { minuteOfDay, timeOfDay } from '../host/schedule.js'
import { day, wallClock, type Day, type WallClock } from '../platform/clock.js'
import { category, schedules, type CategoryName, type Scheduled } from './hours.js'
import type { ResidentName } from './people.js'
import { chance, pick, type Random } from './random.js'

/** Somebody the README names, or one of the neighbours by their place in the list. */
export type Visitor = ResidentName | number

export interface PlannedVisit {
  who: Visitor
  doctor: Scheduled | 'dr.marsh'
  category: number
  date: Day
  start: TimeOfDay
  minutes: number
  status: string
  comment: string
  /** The patient asked for it in the host's own portal; nobody has answered yet. */
  asked: boolean
  /** When it was last written. */
  at: WallClock
}

export interface PlannedCalendar {
  visits: PlannedVisit[]
  /** Every week, at the same time. */
  series: PlannedVisit & { lastDay: Day; except: Day[] }
  vacation: { doctor: Scheduled; date: Day }
  /** One visit to two doctors at once. */
  together: PlannedVisit & { doctors: readonly Scheduled[] }
  /** Nobody is in. */
  closed: { date: Day; title: string }
  /** The schedules begin here. */
  firstDay: Day
}

const WEEKS_BACK = 4

/**
 * `neighbours`: how many there are. `portalUsers`: places in their list of those who use the host's own portal, three
 * at least.
 */
export function planCalendar(
  now: DateTime,
  { neighbours, portalUsers }: { neighbours: number; portalUsers: readonly number[] },
  random: Random,
): PlannedCalendar {
  const agenda = newAgenda(now, random)
  const vacation = { doctor: 'dr.osei', date: workday(now, 7) } as const
  agenda.close(vacation.doctor, vacation.date)
  const closed = { date: closedDay(now), title: 'Staff training' }
  for (const doctor of Object.keys(schedules) as Scheduled[]) agenda.close(doctor, closed.date)
  const series = weeklyFollowUp(agenda, now)
  const together = visitToTwo(agenda, now)
  const fixed = appointedVisits.map((visit) =>
    settle(agenda, now, { ...visit, who: whoIsMeant(visit.who, portalUsers) }),
  )
  return {
    visits: [...fixed, ...agenda.everyday(neighbours), ...withoutSchedule(now, neighbours, random)],
    ...{ series, vacation, together, closed },
    firstDay: mondayBefore(now, WEEKS_BACK),
  }
}

/** A number among the appointed visits is a place among the portal's users. */
function whoIsMeant(who: Visitor, portalUsers: readonly number[]): Visitor {
  const meant = typeof who === 'number' ? portalUsers[who] : who
  if (meant === undefined) throw new Error('Too few neighbours use the portal')
  return meant
}

/** A visit that is there for its own sake: to show a status, or because the README tells of it. */
interface Appointed {
  who: Visitor
  doctor: Scheduled
  /** In working days from today. */
  workday: number
  /** Wished; the next free one is taken where the doctor is not in. */
  start: TimeOfDay
  category: CategoryName
  minutes?: number
  status: string
  comment?: string
  /** Asked in the host's portal, so many minutes ago. */
  askedAgo?: number
}

const appointedVisits: readonly Appointed[] = [
  { who: 'maria.santos', doctor: 'dr.lee', workday: -12, start: '09:30', category: 'officeVisit', status: '>' },
  { who: 'maria.santos', doctor: 'dr.lee', workday: 3, start: '09:30', category: 'established', status: '-' },
  { who: 'leo', doctor: 'dr.lee', workday: 6, start: '15:30', category: 'preventive', minutes: 30, status: '*' },
  { who: 'ana', doctor: 'dr.lee', workday: -4, start: '10:00', category: 'officeVisit', status: '%' },
  { who: 'ana', doctor: 'dr.lee', workday: 9, start: '15:00', category: 'officeVisit', status: 'SMS' },
  { who: 'john.carter', doctor: 'dr.osei', workday: -15, start: '10:30', category: 'newPatient', status: '$' },
  { who: 'john.carter', doctor: 'dr.osei', workday: 2, start: '12:00', category: 'officeVisit', status: 'AVM' },
  { who: 'amina.yusuf', doctor: 'dr.osei', workday: -7, start: '11:15', category: 'established', status: '>' },
  { who: 'amina.yusuf', doctor: 'dr.osei', workday: 8, start: '12:00', category: 'established', status: 'EMAIL' },
  { who: 'luis.reyes', doctor: 'dr.lee', workday: -10, start: '16:00', category: 'officeVisit', status: '?' },
  { who: 'luis.reyes', doctor: 'dr.lee', workday: 5, start: '11:30', category: 'healthAssessment', status: 'CALL' },
  ...asked([
    ['amina.yusuf', 'dr.osei', 4, '10:30', 26 * 60, 'My left knee hurts when I climb the stairs.'],
    [0, 'dr.lee', 3, '10:15', 40, 'Renewal of my prescription'],
    [1, 'dr.osei', 6, '14:30', 5 * 60, ''],
    [2, 'dr.lee', 2, '14:00', 3 * 24 * 60, 'Cough for ten days, no fever. Mornings don’t work for me, sorry.'],
  ]),
]

type Asked = [who: Visitor, doctor: Scheduled, workday: number, start: TimeOfDay, minutesAgo: number, reason: string]

function asked(requests: readonly Asked[]): Appointed[] {
  return requests.map(([who, doctor, workday, start, askedAgo, comment]) => {
    return { who, doctor, workday, start, askedAgo, comment, category: 'officeVisit', status: '^' }
  })
}

interface Agenda {
  isFree(doctor: Scheduled, date: Day, start: number, minutes: number): boolean
  /** Takes the time if the doctor is in and nobody else has it. */
  take(doctor: Scheduled, date: Day, start: number, minutes: number): boolean
  close(doctor: Scheduled, date: Day): void
  /** Fills the doctors' days as a practice's days are filled: the nearer the fuller, and never quite full. */
  everyday(neighbours: number): PlannedVisit[]
}

const SLOT = 15
/** Minutes of the day that are kept free on every day to come, so that each doctor can always be booked. */
export const LEFT_FREE = { from: 11 * 60, until: 11 * 60 + 30 }

function newAgenda(now: DateTime, random: Random): Agenda {
  const taken = new Set<string>()
  const slotsOf = (doctor: Scheduled, date: Day, start: number, minutes: number): string[] =>
    Array.from({ length: Math.ceil(minutes / SLOT) }, (_, index) => `${doctor} ${date} ${String(start + index * SLOT)}`)

  const isFree: Agenda['isFree'] = (doctor, date, start, minutes) =>
    open(doctor, date).some((span) => span.from <= start && start + minutes <= span.until) &&
    !slotsOf(doctor, date, start, minutes).some((slot) => taken.has(slot))

  const take: Agenda['take'] = (doctor, date, start, minutes) => {
    if (!isFree(doctor, date, start, minutes)) return false
    for (const slot of slotsOf(doctor, date, start, minutes)) taken.add(slot)
    return true
  }

  const onOneDay = (doctor: Scheduled, ahead: number, date: Day, free: Map<Day, number[]>): PlannedVisit[] =>
    open(doctor, date).flatMap(({ from, until, only }) => {
      const visits: PlannedVisit[] = []
      for (let start = from; start < until; start += SLOT) {
        if (ahead > 0 && start >= LEFT_FREE.from && start < LEFT_FREE.until) continue
        if (!chance(random, fullness(ahead))) continue
        const [kind, minutes] = only === undefined ? pick(random, ordinary) : (['newPatient', 30] as const)
        const overlaps = ahead > 0 && start < LEFT_FREE.from && start + minutes > LEFT_FREE.from
        if (overlaps || !take(doctor, date, start, minutes)) continue
        const who = free.get(date)?.pop()
        if (who === undefined) continue
        visits.push({
          ...{ who, doctor, category: category[kind], date, start: timeOfDay(start), minutes, asked: false },
          ...howItWent(now, date, start + minutes, random),
          comment: chance(random, 0.2) ? pick(random, comments) : '',
        })
      }
      return visits
    })

  return {
    isFree,
    take,
    close: (doctor, date) => {
      for (const { from, until } of open(doctor, date)) take(doctor, date, from, until - from)
    },
    everyday: (neighbours) => {
      const days = Array.from({ length: DAYS_BACK + DAYS_AHEAD + 1 }, (_, index) => index - DAYS_BACK)
      const dates = days.map((ahead) => ({ ahead, date: workday(now, ahead) }))
      // Nobody comes twice on one day.
      const free = new Map(dates.map(({ date }) => [date, shuffled(random, neighbours)]))
      const doctors = Object.keys(schedules) as Scheduled[]
      return doctors.flatMap((doctor) => dates.flatMap(({ ahead, date }) => onOneDay(doctor, ahead, date, free)))
    },
  }
}

const DAYS_BACK = 12
const DAYS_AHEAD = 20

function fullness(ahead: number): number {
  if (ahead < 0) return 0.3
  if (ahead <= 1) return 0.5
  return Math.max(0.06, 0.42 - ahead * 0.03)
}

const ordinary = [
  ['officeVisit', 15],
  ['officeVisit', 15],
  ['established', 15],
  ['established', 30],
  ['preventive', 15],
  ['healthAssessment', 30],
  ['newPatient', 30],
] as const

const comments = [
  ...['Blood pressure check', 'Results of last week', 'Travel vaccination', 'Brings forms for school', 'Back pain'],
  ...['Wants to talk about sleep', 'Rash on both arms', 'Interpreter comes along', 'Prefers the phone'],
]

/** The status that a visit has by now, and when it got it. */
function howItWent(now: DateTime, date: Day, end: number, random: Random): Pick<PlannedVisit, 'status' | 'at'> {
  const ends = instant(now, date, end)
  const hours = ends.diff(now, 'hours').hours
  const before = wallClock(now.minus({ hours: 1 + Math.floor(random() * 200) }))
  if (hours < -1) return { status: pick(random, [...over, ...over, ...over, '?', 'x', '%', '!']), at: wallClock(ends) }
  if (hours < 0) return { status: pick(random, ['<', '>', '@']), at: wallClock(now) }
  if (hours < 1) return { status: pick(random, ['@', '~', '+']), at: wallClock(now) }
  if (hours < 48) return { status: pick(random, ['-', '*', '*', '+', 'SMS', 'EMAIL']), at: before }
  return { status: pick(random, ['-', '-', '-', '-', '-', '-', '*', 'AVM', 'CALL', 'x', '#']), at: before }
}

const over = ['>', '>', '>', '$']

/** The first time from the wished one on at which the doctor is in and free, that day or a later one. */
function settle(agenda: Agenda, now: DateTime, visit: Appointed): PlannedVisit {
  const minutes = visit.minutes ?? (visit.category === 'newPatient' ? 30 : 15)
  for (let later = 0; later < 10; later += 1) {
    const date = workday(now, visit.workday + later)
    for (let start = minuteOfDay(visit.start) ?? 0; start < 18 * 60; start += SLOT) {
      const keepsFree = start + minutes > LEFT_FREE.from && start < LEFT_FREE.until
      if (keepsFree || !agenda.take(visit.doctor, date, start, minutes)) continue
      const { who, doctor, status, comment = '', askedAgo } = visit
      const written = askedAgo ?? 3 * 24 * 60
      const end = instant(now, date, start + minutes)
      return {
        ...{ who, doctor, category: category[visit.category], date, start: timeOfDay(start), minutes, status, comment },
        asked: askedAgo !== undefined,
        at: wallClock(end < now ? end : now.minus({ minutes: written })),
      }
    }
  }
  throw new Error(`No time for ${String(visit.who)}`)
}

/** Every Tuesday at four, one left out: what a physiotherapist's series looks like in the host. */
function weeklyFollowUp(agenda: Agenda, now: DateTime): PlannedCalendar['series'] {
  const first = mondayBefore(now, WEEKS_BACK)
  const tuesdays = Array.from({ length: 13 }, (_, week) => day(at(now, first).plus({ days: 1, weeks: week })))
  for (const date of tuesdays) agenda.take('dr.osei', date, 16 * 60, 30)
  const [begins = first] = tuesdays
  return {
    ...{
      who: 'john.carter',
      doctor: 'dr.osei',
      category: category.established,
      date: begins,
      start: '16:00',
      minutes: 30,
    },
    ...{ status: '-', comment: 'Shoulder exercises, weekly', asked: false, at: wallClock(at(now, first)) },
    lastDay: tuesdays.at(-1) ?? begins,
    except: tuesdays.slice(7, 8),
  }
}

/** Late enough for the week that everybody is to be found in, and not on the day of the series. */
function closedDay(now: DateTime): Day {
  const [eleventh, twelfth] = [workday(now, 11), workday(now, 12)]
  return weekdayOf(eleventh) === 'tue' ? twelfth : eleventh
}

/** Amina Yusuf sees both doctors at once, in the afternoon that both have. */
function visitToTwo(agenda: Agenda, now: DateTime): PlannedCalendar['together'] {
  const doctors = ['dr.osei', 'dr.lee'] as const
  const [start, minutes] = [14 * 60, 30]
  for (let ahead = 5; ahead < 15; ahead += 1) {
    const date = workday(now, ahead)
    if (!doctors.every((doctor) => agenda.isFree(doctor, date, start, minutes))) continue
    for (const doctor of doctors) agenda.take(doctor, date, start, minutes)
    return {
      ...{ who: 'amina.yusuf', doctor: doctors[0], doctors, category: category.established, date, minutes },
      ...{ start: timeOfDay(start), status: '-', comment: 'Both doctors, about the operation', asked: false },
      at: wallClock(now.minus({ days: 6 })),
    }
  }
  throw new Error('No time for two doctors at once')
}

/** Dr. Marsh has no office hours in the calendar; the desk books her by telephone all the same. */
function withoutSchedule(now: DateTime, neighbours: number, random: Random): PlannedVisit[] {
  return [-6, -2, 1, 5].map((ahead) => {
    const date = workday(now, ahead)
    const who = Math.floor(random() * neighbours)
    const start = 10 * 60
    return {
      ...{ who, doctor: 'dr.marsh', category: category.preventive, date, start: timeOfDay(start), minutes: 30 },
      ...{ comment: '', asked: false, ...howItWent(now, date, start + 30, random) },
    }
  })
}

interface OpenSpan {
  from: number
  until: number
  only: number | undefined
}

/** Minutes of the day in which the doctor is in, lunch cut out. */
function open(doctor: Scheduled, date: Day): OpenSpan[] {
  const { hours, lunch } = schedules[doctor]
  const weekday = weekdayOf(date)
  return hours
    .filter(({ weekdays }) => weekdays.includes(weekday))
    .flatMap(({ from, until, only }): OpenSpan[] => {
      const whole = { from: minuteOfDay(from) ?? 0, until: minuteOfDay(until) ?? 0, only }
      if (!lunch?.weekdays.includes(weekday)) return [whole]
      const begins = minuteOfDay(lunch.from) ?? 0
      return [
        { ...whole, until: begins },
        { ...whole, from: begins + lunch.minutes },
      ]
    })
}

const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

function weekdayOf(date: Day): Weekday {
  const weekday = weekdays[DateTime.fromISO(date, { zone: 'utc' }).weekday - 1]
  if (weekday === undefined) throw new Error(`No day: ${date}`)
  return weekday
}

/** The nth day from Monday to Friday after today, or before it; 0 is today, or the Monday to come. */
export function workday(now: DateTime, nth: number): Day {
  let date = now
  while (date.weekday > 5) date = date.plus({ days: 1 })
  for (let left = Math.abs(nth); left > 0;) {
    date = date.plus({ days: Math.sign(nth) })
    if (date.weekday <= 5) left -= 1
  }
  return day(date)
}

function mondayBefore(now: DateTime, weeks: number): Day {
  return day(now.startOf('week').minus({ weeks }))
}

function instant(now: DateTime, date: Day, minute: number): DateTime {
  return at(now, date).set({ hour: Math.floor(minute / 60), minute: minute % 60 })
}

/** Midnight of the day, in the practice's zone. */
function at(now: DateTime, date: Day): DateTime {
  return DateTime.fromISO(date, { zone: now.zone })
}

function shuffled(random: Random, count: number): number[] {
  return Array.from({ length: count }, (_, index) => ({ index, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ index }) => index)
}
