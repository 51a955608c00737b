/** The host's rows are looked for over visits of Foyer's: after each commit, and every minute. */
import { setImmediate } from 'node:timers/promises'
import type { Listener } from '../../feature.js'
import type { Portal } from '../../access/portal.js'
import { providerEvents } from '../../host/calendar.js'
import type { PlacedRow } from '../../host/eventRows.js'
import { weekendOf } from '../../host/globals.js'
import { newestEvent } from '../../host/reads/overlapChanges.js'
import {
  dayAfterVisits,
  overlapsAhead,
  overlapsOver,
  spreadRows,
  siblingsOf,
  standingVisit,
  standingVisits,
  type Looked,
  type Overlap,
  type StandingVisit,
  type Stretch,
} from '../../host/reads/overlaps.js'
import { minuteOfDay, MINUTES_A_DAY, scheduleEvents, type ScheduleEvent } from '../../host/schedule.js'
import { dayNumber } from '../../host/recurrence.js'
import { isCancelled } from '../../host/statuses.js'
import { day as dayOf, daysLater, utc, type Day } from '../../platform/clock.js'
import { isTaken } from './availability.js'
import { intervalOf } from './openings.js'
import { keepFlags, type Look } from './overlapFlags.js'
import { changedSinceThen, keepLook, lastLook, visitsReached } from './overlapChanges.js'
import { slotOf } from './overlaps.js'

/**
 * Looks again at a visit that has just been committed. The provider's rows of its days were held while it was decided;
 * an absence of several days and a closed day cannot be, and if the host wrote one in that moment, the visit is flagged
 * at once. Two statements, and more for each further provider.
 */
async function lookAgain(portal: Portal, eid: number): Promise<void> {
  const looked = utc(portal.clock.now())
  const visit = await standingVisit(portal.db, eid)
  const found: Overlap[] = []
  for (const each of visit ? [visit, ...(await siblingsOf(portal.db, [visit]))] : []) {
    const window = { from: each.day, until: daysLater(each.day, 2) }
    const rows = await providerEvents(portal.db, portal.site, Number(each.provider), window)
    found.push(...overVisit(portal, each, eventsByDay(portal, rows, window)))
  }
  await keepFlags(portal, found, { eids: [eid], looked })
}

/** After each commit that puts a visit somewhere, whoever did it. */
export const lookAgainAfter: readonly Listener[] = [
  ...['requested', 'move-requested', 'moved', 'proposed', 'confirmed', 'reopened', 'undone'],
  ...['alternative-taken', 'booked-again', 'overbooked', 'proposal-lapsed'],
].map((what) => ({
  name: 'look-again',
  event: `appointment.${what}`,
  hear: (portal, { payload }) => lookAgain(portal, Number(payload['eid'])),
}))

/** So many visits or rows at once, roughly: whole days are looked at. */
export interface Limits {
  /** Visits of Foyer's ahead that are looked at every minute, the soonest. */
  near: number
  /** Of those behind them, so many more each minute, one stretch after the other. */
  walked: number
  /** Rows written since the last look; where there are more, everything is looked at. */
  changed: number
}

const LIMITS: Limits = { near: 20_000, walked: 5_000, changed: 5_000 }

/**
 * Flags visits of Foyer's ahead over which something active lies, and clears what lies there no longer: of all of them
 * what the host has written since the last look, so that nothing it lays anywhere is unseen for longer than that. Looked
 * at anew whole are the soonest, and stretch by stretch the others, since what was deleted leaves no sign. Few reads
 * whatever their number: single rows are compared by the database, those that are spread over days here.
 */
export async function markOverlaps(portal: Portal, limits: Limits = LIMITS): Promise<void> {
  const from = dayOf(portal.clock.now())
  const far = await dayAfter(portal, from, limits.near)
  const last = far === undefined ? undefined : await lastLook(portal)
  // Read before the look: what is written meanwhile belongs to the next.
  const eid = far === undefined ? 0 : await newestEvent(portal.db)
  const at = utc(portal.clock.now())
  const changed = far !== undefined && last ? await changedSinceThen(portal, last, from, limits) : undefined
  if (far === undefined || !last || !changed) {
    await lookAt(portal, { from, until: END }, { looked: at })
    if (far !== undefined) await keepLook(portal, { at, eid, day: far })
    return
  }
  await lookAt(portal, { from, until: far }, { until: far, looked: at })
  const reached = await visitsReached(portal, changed, far)
  if (reached.length > 0) await lookAt(portal, { eids: reached, from }, { eids: reached, looked: at })
  const day = last.day > far ? last.day : far
  const next = await dayAfter(portal, day, limits.walked)
  await lookAt(portal, { from: day, until: next ?? END }, { from: day, until: next ?? END, looked: at })
  await keepLook(portal, { at, eid, day: next ?? far })
}

const END: Day = '9999-12-31'

/** The day up to which so many visits stand from this one on, a day further at least; undefined: fewer do. */
async function dayAfter(portal: Portal, from: Day, count: number): Promise<Day | undefined> {
  const day = await dayAfterVisits(portal.db, from, count)
  return day === undefined || day > from ? day : daysLater(from, 1)
}

/** Looks at these visits whole, and keeps what was found. */
async function lookAt(portal: Portal, which: Looked, look: Look): Promise<void> {
  const visits = await standingVisits(portal.db, which)
  const siblings = await siblingsOf(portal.db, visits)
  const found = [
    ...(await overlapsAhead(portal.db, which, slotOf(portal))),
    ...(await overSiblings(portal, siblings)),
    ...(await overSpread(portal, [...visits, ...siblings])),
  ]
  await keepFlags(portal, found, look)
}

/** In the calendars of a visit's other providers. */
async function overSiblings(portal: Portal, siblings: readonly StandingVisit[]): Promise<Overlap[]> {
  const visits = new Map(siblings.map((visit) => [visit.row_eid, visit]))
  const rows = await overlapsOver(portal.db, [...visits.keys()], slotOf(portal))
  return rows.flatMap(({ pc_eid: row, other_eid, day }) => {
    const visit = visits.get(row)
    return visit ? [{ pc_eid: visit.pc_eid, other_eid, day, pid: visit.pid }] : []
  })
}

async function overSpread(portal: Portal, visits: readonly StandingVisit[]): Promise<Overlap[]> {
  if (visits.length === 0) return []
  const days = visits.map(({ day }) => day).sort()
  const window = { from: days[0] ?? '', until: daysLater(days.at(-1) ?? '', 2) }
  const providers = new Set(visits.map(({ provider }) => provider))
  const rows = await spreadRows(portal.db, portal.site, window)
  const theirs = rows.filter((row) => row.clinic === 1 || providers.has(row.pc_aid ?? ''))
  const byDay = eventsByDay(portal, theirs, window)
  const found: Overlap[] = []
  for (let at = 0; at < visits.length; at += VISITS_IN_A_ROW) {
    found.push(...visits.slice(at, at + VISITS_IN_A_ROW).flatMap((visit) => overVisit(portal, visit, byDay)))
    // Pages are served in between.
    await setImmediate()
  }
  return found
}

const VISITS_IN_A_ROW = 500

interface Spread {
  row: PlacedRow
  event: ScheduleEvent
}

/** Active events under each day that they touch, and of what provider: `7 20781`, or of all for the practice's own. */
function eventsByDay(portal: Portal, rows: readonly PlacedRow[], { from, until }: Stretch): Map<string, Spread[]> {
  const byDay = new Map<string, Spread[]>()
  const weekend = weekendOf(portal.globals())
  for (const row of rows) {
    if (isCancelled(row.pc_apptstatus)) continue
    for (const event of scheduleEvents([row], from, until, weekend)) {
      if (event.kind !== 'busy') continue
      const first = dayNumber(event.day)
      const days = 1 + Math.floor((event.start + event.duration) / MINUTES_A_DAY)
      for (let day = first; day < first + days; day += 1) {
        const key = keyOf(row.clinic === 1 ? '' : (row.pc_aid ?? ''), day)
        const there = byDay.get(key)
        if (there) there.push({ row, event })
        else byDay.set(key, [{ row, event }])
      }
    }
  }
  return byDay
}

function keyOf(provider: string, day: number): string {
  return `${provider} ${String(day)}`
}

function overVisit(portal: Portal, visit: StandingVisit, byDay: ReadonlyMap<string, Spread[]>): Overlap[] {
  const at = { day: visit.day, minute: minuteOfDay(visit.start ?? '') ?? 0 }
  const minutes = Math.ceil(visit.seconds / 60)
  const day = dayNumber(visit.day)
  const days = [day, day + 1]
  const near = days.flatMap((each) => [
    ...(byDay.get(keyOf(visit.provider, each)) ?? []),
    ...(byDay.get(keyOf('', each)) ?? []),
  ])
  const over = near.filter(({ row, event }) => {
    if (row.pc_eid === visit.row_eid || (visit.multiple > 0 && row.pc_multiple === visit.multiple)) return false
    if (row.clinic === 1 && row.pc_facility > 0 && row.pc_facility !== visit.facility_id) return false
    return isTaken([event], intervalOf(portal.globals()), at, minutes)
  })
  return over.map(({ row }) => ({ pc_eid: visit.pc_eid, other_eid: row.pc_eid, day: visit.day, pid: visit.pid }))
}
