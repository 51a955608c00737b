/** The practice's calendar: a day with a column a provider, or one provider's week. */
import { DateTime } from 'luxon'
import { calendarEntries, calendarProviders, type CalendarColumn, type CalendarEntry } from '../../host/reads/emr.js'
import { weekendOf } from '../../host/globals.js'
import { timeOfDay } from '../../host/schedule.js'
import { PENDING, readStatuses, type AppointmentStatus } from '../../host/statuses.js'
import { day as dayOf, type Day } from '../../platform/clock.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { writeLongDay, writeShortDay } from '../../web/times.js'

export const calendarRoutes = routes('emr', (r) => {
  r.get('/emr', can('emr:use'), calendar)
  r.get('/emr/calendar', can('emr:use'), calendar)
})

async function calendar(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const providers = await calendarProviders(portal.db)
  const asked = askedFor(context, providers)
  const days = daysShown(context, asked)
  const [first = asked.day] = days
  const until = plusDays(days.at(-1) ?? first, 1)
  const entries = await calendarEntries(portal.db, { from: first, until }, weekendOf(portal.globals()))
  const statuses = await readStatuses(portal.db)
  const columns = columnsOf(context, asked, providers, days)
  const title = asked.view === 'week' ? weekTitle(context, days) : writeLongDay(asked.day, context.language)
  const content = {
    ...{ title, view: asked.view, day: asked.day },
    ...links(context, asked),
    providers: providerChoices(context, asked, providers),
    grid: gridOf(context, columns, entries, statuses),
  }
  return show.page('/emr/calendar', content, { title, wide: true })
}

interface Asked {
  day: Day
  view: 'day' | 'week'
  /** One provider's column only; a week is always one provider's. */
  provider: CalendarColumn | undefined
}

function askedFor({ query, portal, staff }: StaffContext, providers: readonly CalendarColumn[]): Asked {
  const typed = DateTime.fromISO(query['day'] ?? '', { zone: 'utc' })
  const view = query['view'] === 'week' ? 'week' : 'day'
  const chosen = providers.find(({ id }) => String(id) === query['provider'])
  const own = providers.find(({ id }) => id === staff.id) ?? providers[0]
  return {
    day: typed.isValid ? dayOf(typed) : dayOf(portal.clock.now()),
    view,
    provider: chosen ?? (view === 'week' ? own : undefined),
  }
}

function daysShown({ portal }: StaffContext, { day, view }: Asked): Day[] {
  if (view === 'day') return [day]
  // The host's first_day_week: 0 is Sunday, 1 Monday, 6 Saturday (facts §10.2).
  const first = Number(portal.globals().get('first_day_week') ?? '1')
  const at = DateTime.fromISO(day, { zone: 'utc' })
  const back = ((at.weekday % 7) - first + 7) % 7
  return Array.from({ length: 7 }, (_, index) => dayOf(at.minus({ days: back }).plus({ days: index })))
}

function plusDays(day: Day, days: number): Day {
  return dayOf(DateTime.fromISO(day, { zone: 'utc' }).plus({ days }))
}

function weekTitle({ language, portal, t }: StaffContext, days: readonly Day[]): string {
  const today = dayOf(portal.clock.now())
  const [from = today, until = today] = [days[0], days.at(-1)]
  return t('emr.calendar.weekTitle', {
    from: writeShortDay(from, language, today),
    until: writeShortDay(until, language, today),
  })
}

function links({ url, portal }: StaffContext, asked: Asked) {
  const to = (change: Partial<{ day: Day; view: 'day' | 'week' }>): string => {
    const { day, view } = { ...asked, ...change }
    const provider = asked.provider ? `&provider=${String(asked.provider.id)}` : ''
    return url(`/emr/calendar?day=${day}&view=${view}${provider}`)
  }
  const step = asked.view === 'week' ? 7 : 1
  return {
    action: url('/emr/calendar'),
    previousHref: to({ day: plusDays(asked.day, -step) }),
    nextHref: to({ day: plusDays(asked.day, step) }),
    todayHref: to({ day: dayOf(portal.clock.now()) }),
    dayHref: to({ view: 'day' }),
    weekHref: to({ view: 'week' }),
  }
}

function providerChoices({ t }: StaffContext, { provider, view }: Asked, providers: readonly CalendarColumn[]) {
  const each = providers.map(({ id, name }) => ({ value: String(id), text: name, selected: id === provider?.id }))
  if (view === 'week') return each
  return [{ value: '', text: t('emr.calendar.allProviders'), selected: provider === undefined }, ...each]
}

interface Column {
  heading: string
  isToday: boolean
  holds: (entry: CalendarEntry) => boolean
}

function columnsOf(
  { language, portal }: StaffContext,
  { provider, view }: Asked,
  providers: readonly CalendarColumn[],
  days: readonly Day[],
): Column[] {
  const today = dayOf(portal.clock.now())
  if (view === 'week') {
    return days.map((day) => ({
      heading: writeShortDay(day, language, today),
      isToday: day === today,
      holds: (entry) => entry.day === day && entry.providerId === provider?.id,
    }))
  }
  const shown = provider ? [provider] : providers
  return shown.map(({ id, name }) => ({ heading: name, isToday: false, holds: (entry) => entry.providerId === id }))
}

interface Cell {
  /** Rows that it covers. */
  rows: number
  inOffice: boolean
  events: EventView[]
}

interface EventView {
  kind: 'visit' | 'requested' | 'cancelled' | 'office'
  href: string
  symbol: string
  /** "09:15" */
  time: string
  name: string
  /** Category, status and what else tells two events apart. */
  detail: string
}

/** A row a slot of the calendar; a cell spans the rows of the events in it, and those that overlap share one. */
function gridOf(
  context: StaffContext,
  columns: readonly Column[],
  entries: readonly CalendarEntry[],
  statuses: readonly AppointmentStatus[],
) {
  const interval = Number(context.portal.globals().get('calendar_interval')) || 15
  const timed = entries.filter(({ allDay }) => !allDay)
  const { from, until } = hoursShown(context, timed, interval)
  const count = Math.ceil((until - from) / interval)
  const view = (entry: CalendarEntry): EventView => eventView(context, entry, statuses)
  const cells = columns.map((column) => cellsOf(timed.filter(column.holds), { from, interval, count }, view))
  return {
    columns: columns.map(({ heading, isToday }) => ({ heading, isToday })),
    allDay: columns.map((column) => entries.filter((entry) => entry.allDay && column.holds(entry)).map(view)),
    hasAllDay: entries.some(({ allDay }) => allDay),
    rows: Array.from({ length: count }, (_, row) => ({
      time: timeOfDay(from + row * interval),
      isHour: (from + row * interval) % 60 === 0,
      isHalf: (from + row * interval) % 30 === 0,
      // undefined: covered from above.
      cells: cells.map((column) => column.get(row)),
    })),
  }
}

/** The host's opening hours, and more where something lies outside them. */
function hoursShown({ portal }: StaffContext, timed: readonly CalendarEntry[], interval: number) {
  const hour = (name: string, otherwise: number): number => (Number(portal.globals().get(name)) || otherwise) * 60
  const starts = timed.map(({ start }) => start)
  const ends = timed.map(({ start, minutes }) => Math.min(24 * 60, start + Math.max(minutes, interval)))
  return {
    from: Math.floor(Math.min(hour('schedule_start', 8), ...starts) / 60) * 60,
    until: Math.max(hour('schedule_end', 17), ...ends),
  }
}

interface Grid {
  from: number
  interval: number
  count: number
}

function cellsOf(
  entries: readonly CalendarEntry[],
  { from, interval, count }: Grid,
  view: (entry: CalendarEntry) => EventView,
): Map<number, Cell> {
  const rowOf = (entry: CalendarEntry): number => Math.floor((entry.start - from) / interval)
  const endOf = (entry: CalendarEntry): number =>
    Math.min(count, Math.max(rowOf(entry) + 1, Math.ceil((entry.start + entry.minutes - from) / interval)))
  const inOffice = officeRows(entries, { from, interval, count })
  const cells = new Map<number, Cell>()
  for (let row = 0; row < count;) {
    let end = row + 1
    const events: EventView[] = []
    // Whatever begins before the cell ends belongs to it, and may make it longer.
    for (const entry of entries) {
      if (rowOf(entry) < row || rowOf(entry) >= end) continue
      events.push(view(entry))
      end = Math.max(end, endOf(entry))
    }
    cells.set(row, { rows: end - row, inOffice: inOffice.has(row), events })
    row = end
  }
  return cells
}

/** Rows between an In Office and the next Out Of Office. */
function officeRows(entries: readonly CalendarEntry[], { from, interval, count }: Grid): Set<number> {
  const turns = entries.filter(({ kind, cancelled }) => (kind === 'in' || kind === 'out') && !cancelled)
  const rows = Array.from({ length: count }, (_, row) => row)
  return new Set(rows.filter((row) => turns.findLast(({ start }) => start <= from + row * interval)?.kind === 'in'))
}

function eventView(context: StaffContext, entry: CalendarEntry, statuses: readonly AppointmentStatus[]): EventView {
  const { t, url } = context
  const href = url(`/emr/calendar/${String(entry.eid)}?day=${entry.day}`)
  const time = entry.allDay ? '' : timeOfDay(entry.start)
  if (entry.kind !== 'visit') {
    const detail = entry.keptFor === undefined ? '' : t('emr.calendar.keptFor', { category: entry.keptFor })
    return { kind: 'office', href, symbol: '', time, name: entry.category, detail }
  }
  const word = entry.status === '-' ? [] : [statusWord(entry.status, statuses)]
  const series = entry.recurring ? [t('emr.calendar.series')] : []
  return {
    kind: entry.cancelled ? 'cancelled' : entry.status === PENDING ? 'requested' : 'visit',
    ...{ href, time },
    // A status of several letters is its own word.
    symbol: entry.status.length === 1 ? entry.status : '',
    name: entry.patient ? hostName(entry.patient) : entry.category,
    detail: [...(entry.patient ? [entry.category] : []), ...word, ...series].join(', '),
  }
}

/** "Santos,Maria", as the host's calendar writes it. */
export function hostName({ firstName, lastName }: { firstName: string; lastName: string }): string {
  return [lastName, firstName].filter((part) => part !== '').join(',')
}

/** The list's title without the sign that it begins with: "Pending" of "^ Pending", but all of "SMS Confirmed". */
export function statusWord(id: string, statuses: readonly AppointmentStatus[]): string {
  const title = statuses.find((status) => status.id === id)?.title ?? id
  return id.length === 1 && title.startsWith(`${id} `) ? title.slice(2) : title
}
