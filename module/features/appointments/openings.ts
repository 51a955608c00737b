/** Where a provider's calendar has room: the host's rows read, and availability.ts asked. */
import { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import {
  patientCategories,
  providerEvents,
  scheduledProviders,
  type Category,
  type Provider,
} from '../../host/calendar.js'
import type { Globals } from '../../host/globals.js'
import { weekendDays } from '../../host/recurrence.js'
import { scheduleEvents } from '../../host/schedule.js'
import { day as dayOf, wallClock, type Day } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { freeTimes, isFree, nearest, type Availability, type FreeTime, type Freedom } from './availability.js'

/** What may be asked for: categories that the practice opened to patients, and providers who have office hours. */
export async function requestable(
  portal: Portal,
  db: Queryable,
): Promise<{ categories: Category[]; providers: Provider[] }> {
  const open = portal.settings().requestableCategories
  const categories = await patientCategories(db)
  return {
    categories: categories.filter((category) => open === 'all' || open.includes(category.constant)),
    providers: await scheduledProviders(db, portal.site, dayOf(portal.clock.now())),
  }
}

export interface Wish {
  provider: Provider
  category: Category
}

/** The times to offer from a day on, within what the practice lets patients ask for. */
export async function openings(
  portal: Portal,
  db: Queryable,
  wish: Wish,
  from: Day,
  days: number,
): Promise<FreeTime[]> {
  const first = DateTime.fromISO(from, { zone: 'utc' })
  const window = { from, until: earlier(dayOf(first.plus({ days })), lastDay(portal)) }
  if (window.until <= window.from) return []
  const rows = await providerEvents(db, portal.site, wish.provider.id, window)
  return freeTimes(inputOf(portal, wish, window, rows))
}

/** Whether this very time is free, read under lock: what it answers holds until the transaction ends. */
export async function freedomUnderLock(portal: Portal, tx: Tx, wish: Wish, at: FreeTime): Promise<Freedom | 'too-far'> {
  const window = { from: at.day, until: nextDay(at.day) }
  if (at.day >= lastDay(portal)) return 'too-far'
  const rows = await providerEvents(tx, portal.site, wish.provider.id, window, { lock: true })
  return isFree(inputOf(portal, wish, window, rows), at.day, at.minute)
}

const NEAR_DAYS = 14

/** The free times closest to the wanted one, a fortnight around it. */
export async function nearestOpenings(
  portal: Portal,
  db: Queryable,
  wish: Wish,
  at: FreeTime,
  count: number,
): Promise<FreeTime[]> {
  const wanted = DateTime.fromISO(at.day, { zone: 'utc' })
  const today = dayOf(portal.clock.now())
  const from = later(dayOf(wanted.minus({ days: NEAR_DAYS })), today)
  const free = await openings(portal, db, wish, from, NEAR_DAYS * 2 + 1)
  return nearest(free, at, count)
}

function inputOf(
  portal: Portal,
  wish: Wish,
  days: Availability['days'],
  rows: Parameters<typeof scheduleEvents>[0],
): Availability {
  return {
    zone: portal.clock.zone,
    interval: intervalOf(portal.globals()),
    duration: wish.category.minutes,
    category: wish.category.id,
    earliest: wallClock(portal.clock.now().plus({ minutes: portal.settings().earliestRequest })),
    days,
    events: scheduleEvents(rows, days.from, days.until, weekendOf(portal.globals())),
  }
}

const DEFAULT_INTERVAL = 15

export function intervalOf(globals: Globals): number {
  const interval = Number(globals.get('calendar_interval'))
  return Number.isInteger(interval) && interval > 0 ? interval : DEFAULT_INTERVAL
}

export function weekendOf(globals: Globals): ReadonlySet<number> {
  return weekendDays(globals.get('weekend_days') ?? '6,0')
}

/** The first day for which nothing is offered any more. */
export function lastDay(portal: Portal): Day {
  return dayOf(portal.clock.now().plus({ days: portal.settings().latestRequest + 1 }))
}

function nextDay(day: Day): Day {
  return dayOf(DateTime.fromISO(day, { zone: 'utc' }).plus({ days: 1 }))
}

function earlier(a: Day, b: Day): Day {
  return a < b ? a : b
}

function later(a: Day, b: Day): Day {
  return a > b ? a : b
}
