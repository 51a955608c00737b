/** Where a provider's calendar has room: the host's rows read, and availability.ts asked. */
import type { Portal } from '../../access/portal.js'
import {
  patientCategories,
  providerEvents,
  scheduledProviders,
  type Category,
  type Provider,
} from '../../host/calendar.js'
import type { LockedEvent } from '../../host/events.js'
import { weekendOf, type Globals } from '../../host/globals.js'
import { minuteOfDay, scheduleEvents } from '../../host/schedule.js'
import { day as dayOf, daysLater, wallClock, type Day } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { freeTimes, isFree, isTaken, nearest, type Availability, type FreeTime, type Freedom } from './availability.js'

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
  const window = { from, until: earlier(daysLater(from, days), lastDay(portal)) }
  if (window.until <= window.from) return []
  const rows = await providerEvents(db, portal.site, wish.provider.id, window)
  return freeTimes(inputOf(portal, wish, window, rows))
}

/** Whether this very time is free, read under lock: what it answers holds until the transaction ends. */
export async function freedomUnderLock(portal: Portal, tx: Tx, wish: Wish, at: FreeTime): Promise<Freedom | 'too-far'> {
  const window = { from: at.day, until: daysLater(at.day, 1) }
  if (at.day >= lastDay(portal)) return 'too-far'
  const rows = await providerEvents(tx, portal.site, wish.provider.id, window, { lock: true })
  return isFree(inputOf(portal, wish, window, rows), at.day, at.minute)
}

/** Whether another active event of the provider lies over this one, read under the same lock. */
export async function isLaidOver(portal: Portal, tx: Tx, event: LockedEvent): Promise<boolean> {
  // A visit may run past midnight.
  const window = { from: event.day, until: daysLater(event.day, 2) }
  const rows = await providerEvents(tx, portal.site, event.providerId, window, { lock: true })
  const others = rows.filter((row) => row.pc_eid !== event.eid)
  const events = scheduleEvents(others, window.from, window.until, weekendOf(portal.globals()))
  const at = { day: event.day, minute: minuteOfDay(event.start) ?? 0 }
  return isTaken(events, intervalOf(portal.globals()), at, event.minutes)
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
  const from = later(daysLater(at.day, -NEAR_DAYS), dayOf(portal.clock.now()))
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

function intervalOf(globals: Globals): number {
  return Number(globals.get('calendar_interval'))
}

/** The first day for which nothing is offered any more. */
export function lastDay(portal: Portal): Day {
  return dayOf(portal.clock.now().plus({ days: portal.settings().latestRequest + 1 }))
}

function earlier(a: Day, b: Day): Day {
  return a < b ? a : b
}

function later(a: Day, b: Day): Day {
  return a > b ? a : b
}
