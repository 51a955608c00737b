/** Where a provider's calendar has room: the host's rows read, and availability.ts asked. */
import type { Portal } from '../../access/portal.js'
import { calendarOffer, lockProviderEvents, providerEvents, type Category, type Provider } from '../../host/calendar.js'
import { eventProviders, type LockedEvent } from '../../host/events.js'
import { weekendOf, type Globals } from '../../host/globals.js'
import { minuteOfDay, scheduleEvents } from '../../host/schedule.js'
import { PENDING } from '../../host/statuses.js'
import { day as dayOf, daysLater, wallClock, type Day } from '../../platform/clock.js'
import { type Queryable, type Tx } from '../../platform/database.js'
import { gatheringOf, type Several } from '../../platform/gathering.js'
import { forASecond, latelyOf } from '../../platform/lately.js'
import {
  closedDays,
  firstOpening,
  freeTimes,
  isFree,
  isTaken,
  nearest,
  type Availability,
  type ClosedDay,
  type FreeTime,
  type Freedom,
} from './availability.js'

/** What may be asked for: categories that the practice opened to patients, and providers who have office hours. One statement. */
export async function requestable(
  portal: Portal,
  db: Queryable,
): Promise<{ categories: Category[]; providers: Provider[] }> {
  const open = portal.settings().requestableCategories
  const { categories, providers } =
    db === portal.db ? (await offeredLately(portal.db.sequelize, portal)).offer : await offered(portal, db)
  return {
    categories: categories.filter((category) => open === 'all' || open.includes(category.constant)),
    providers,
  }
}

function offered(portal: Portal, db: Queryable) {
  return calendarOffer(db, portal.site, dayOf(portal.clock.now()))
}

// The same for whoever asks, and hundreds of rows where there are hundreds of providers: read once for all who come within a
// second. What is taken is checked against the rows themselves, in the transaction that takes it.
const offeredToAll = gatheringOf(
  // Not under the deadline of whoever came first.
  async (_line: Line, [first]: Several<Portal>): Promise<Offered> => ({
    today: dayOf(first.clock.now()),
    offer: await offered(first, first.db.until({ over: false })),
  }),
  { restFor: 1 },
)

const offeredLately = latelyOf<Line, Portal, Offered>(offeredToAll, {
  ...forASecond,
  answers: ({ today }, { clock }) => today === dayOf(clock.now()),
})

type Line = Portal['db']['sequelize']

interface Offered {
  today: Day
  offer: Awaited<ReturnType<typeof offered>>
}

export interface Wish {
  provider: Provider
  category: Category
}

/** The times to offer from a day on, within what the practice lets patients ask for. One statement. */
export async function openings(
  portal: Portal,
  db: Queryable,
  wish: Wish,
  from: Day,
  days: number,
): Promise<FreeTime[]> {
  return (await offer(portal, db, wish, from, days)).free
}

export interface Offer {
  free: FreeTime[]
  /** Days of the window on which the provider would be in, but the practice is closed; soonest first. */
  closed: Closing[]
}

/**
 * The same with the days on which the practice is closed, so that a page can say why there is nothing on them. Words
 * for the patient: `t(each.key, { day: writeLongDay(each.day, language), title: each.title })`. One statement.
 */
export async function offer(portal: Portal, db: Queryable, wish: Wish, from: Day, days: number): Promise<Offer> {
  const window = { from, until: earlier(daysLater(from, days), lastDay(portal)) }
  if (window.until <= window.from) return { free: [], closed: [] }
  const rows = await providerEvents(db, portal.site, wish.provider.id, window)
  const input = inputOf(portal, wish, window, rows)
  return { free: freeTimes(input), closed: closedDays(input).map(closingOf) }
}

export interface Closing {
  day: Day
  /** Key of words: `appointments.closedOn`, or `appointments.closedFor` where the day has a name. */
  key: string
  /** "Thanksgiving"; '' when the calendar says no more than that it is closed. */
  title: string
}

/** A title that only repeats its category's tells a patient nothing. */
function closingOf({ day, titles }: ClosedDay): Closing {
  const title = titles.find((each) => !/^(holidays?|closed|clinic closed)?$/i.test(each.trim())) ?? ''
  return { day, key: title === '' ? 'appointments.closedOn' : 'appointments.closedFor', title }
}

/** What there is where nothing is free in the window that was looked at. `until`: the last day that can be asked for. */
export type Outlook =
  /** The nearest day on which something is: after the window, or before it where there is none after. */
  | { kind: 'later' | 'earlier'; at: FreeTime }
  /** There are hours for this kind of visit, and visits have taken all of them. */
  | { kind: 'booked'; until: Day }
  /** There are none, or the provider is away from all of them: nothing can be asked for, however long one waits. */
  | { kind: 'not-offered'; until: Day }

/** Looks at every day that can be asked for, from today on. One statement. */
export async function outlook(
  portal: Portal,
  db: Queryable,
  wish: Wish,
  window: Availability['days'],
): Promise<Outlook> {
  const days = { from: dayOf(portal.clock.now()), until: lastDay(portal) }
  const rows = await providerEvents(db, portal.site, wish.provider.id, days)
  const input = inputOf(portal, wish, days, rows)
  const after = firstOpening({ ...input, days: { ...days, from: later(window.until, days.from) } })
  if (after) return { kind: 'later', at: after }
  const before = firstOpening({ ...input, days: { ...days, until: earlier(window.from, days.until) } })
  if (before) return { kind: 'earlier', at: before }
  const own = rows.filter((row) => !(Number(row.pc_pid) > 0) && row.pc_apptstatus !== PENDING)
  const until = daysLater(days.until, -1)
  return { kind: firstOpening(inputOf(portal, wish, days, own)) ? 'booked' : 'not-offered', until }
}

/**
 * Whether this very time is free, read under lock: what it answers holds until the transaction ends. `moving`: the event
 * that would go there is not in its own way.
 */
export async function freedomUnderLock(
  portal: Portal,
  tx: Tx,
  wish: Wish,
  at: FreeTime,
  moving?: number,
): Promise<Freedom | 'too-far'> {
  const window = { from: at.day, until: daysLater(at.day, 1) }
  if (at.day >= lastDay(portal)) return 'too-far'
  const rows = await lockProviderEvents(tx, portal.site, wish.provider.id, window)
  const others = rows.filter((row) => row.pc_eid !== moving)
  return isFree(inputOf(portal, wish, window, others), at.day, at.minute)
}

/**
 * Whether something active lies over this visit in the calendar of any of its providers, read under their locks. A
 * visit with several providers (pc_multiple) has a row in each of their calendars: host/events.ts eventProviders names
 * them, and the caller holds the turn of each.
 */
export async function isLaidOver(portal: Portal, tx: Tx, event: LockedEvent): Promise<boolean> {
  for (const provider of event.multiple > 0 ? await eventProviders(tx, event.eid) : [event.providerId]) {
    if (await isLaidOverIn(portal, tx, provider, event)) return true
  }
  return false
}

async function isLaidOverIn(portal: Portal, tx: Tx, provider: number, event: LockedEvent): Promise<boolean> {
  // A visit may run past midnight.
  const window = { from: event.day, until: daysLater(event.day, 2) }
  const rows = await lockProviderEvents(tx, portal.site, provider, window)
  const others = rows.filter(
    (row) => row.pc_eid !== event.eid && (event.multiple === 0 || row.pc_multiple !== event.multiple),
  )
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

/** The calendar's grid, in minutes. */
export function intervalOf(globals: Globals): number {
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
