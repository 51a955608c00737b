/**
 * What the host's screens laid over a visit of Foyer's. Foyer never commits over an active row that was committed
 * before; the host asks nobody. So its rows are looked for again: after each commit, at each read, and every minute.
 */
import { setImmediate } from 'node:timers/promises'
import type { Listener } from '../../feature.js'
import type { Portal } from '../../access/portal.js'
import { providerEvents } from '../../host/calendar.js'
import type { PlacedRow } from '../../host/eventRows.js'
import { weekendOf } from '../../host/globals.js'
import {
  dayAfterVisits,
  overlapsAhead,
  overlapsOver,
  spreadRows,
  siblingsOf,
  standingVisit,
  standingVisits,
  type Overlap,
  type OverlapNamed,
  type StandingVisit,
  type Stretch,
} from '../../host/reads/overlaps.js'
import { minuteOfDay, MINUTES_A_DAY, scheduleEvents, type ScheduleEvent } from '../../host/schedule.js'
import { dayNumber } from '../../host/recurrence.js'
import { isCancelled } from '../../host/statuses.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { day as dayOf, daysLater, utc, type Day, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { takeTurn } from '../../platform/turns.js'
import { isTaken } from './availability.js'
import { intervalOf } from './openings.js'

/** Who did it, where the host's own screens did and nobody says who. */
export const theHost: Actor = { kind: 'system', id: 'EMR', name: 'EMR', requestId: undefined }

/** Something that lies over a visit, as staff are told of it: `t('appointments.overlaps', { time })` and the like. */
export interface LaidOver {
  otherEid: number
  /** HH:MM; undefined: all day. */
  start: string | undefined
  /** 'visit': another appointment; 'own': the provider's own time; 'closed': the practice is closed. */
  kind: 'visit' | 'own' | 'closed'
  /** "Lunch", "Thanksgiving": what the calendar calls it. Of another patient's visit: its category only. */
  title: string
}

/**
 * What lies over each of these visits, the earliest first: rows of the host as they stand at this moment, and series
 * and absences of several days as the last look found them, a minute ago at most. Visits with nothing over them are not in the map.
 * One statement for all.
 */
export async function overlapsOf(
  portal: Portal,
  db: Queryable,
  eids: readonly number[],
): Promise<Map<number, LaidOver[]>> {
  const found = new Map<number, LaidOver[]>()
  for (const row of await overlapsOver(db, eids, slotOf(portal))) {
    found.set(row.pc_eid, [...(found.get(row.pc_eid) ?? []), laidOver(row)])
  }
  return found
}

function laidOver(row: OverlapNamed): LaidOver {
  const kind = row.cattype === 2 ? 'closed' : row.cattype === 1 ? 'own' : 'visit'
  return {
    otherEid: row.other_eid,
    start: row.all_day !== 0 ? undefined : (row.start ?? '00:00:00').slice(0, 5),
    kind,
    title: kind === 'visit' || row.title === '' ? row.category : row.title,
  }
}

/** Seconds of the calendar's interval. */
function slotOf(portal: Portal): number {
  const minutes = intervalOf(portal.globals())
  return (Number.isInteger(minutes) && minutes > 0 ? minutes : 15) * 60
}

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
  await keep(portal, found, { eids: [eid], until: undefined, looked })
}

/** After each commit that puts a visit somewhere, whoever did it. */
export const lookAgainAfter: readonly Listener[] = [
  ...['requested', 'move-requested', 'moved', 'proposed', 'confirmed', 'reopened', 'undone'],
  ...['alternative-taken', 'booked-again', 'overbooked'],
].map((what) => ({
  name: 'look-again',
  event: `appointment.${what}`,
  hear: (portal, { payload }) => lookAgain(portal, Number(payload['eid'])),
}))

/** So many visits of Foyer's ahead are looked at every minute, the soonest; where there are more, all of them now and then. */
const VISITS_EACH_MINUTE = 20_000
const MINUTES_BETWEEN_ALL = 15

/**
 * Flags visits of Foyer's ahead over which something active lies, and clears what lies there no longer. Few reads
 * whatever their number: single rows are compared by the database, those that are spread over days here.
 */
export async function markOverlaps(portal: Portal): Promise<void> {
  const now = portal.clock.now()
  const from = dayOf(now)
  const all = now.minute % MINUTES_BETWEEN_ALL === 0
  const until = all ? undefined : await dayAfterVisits(portal.db, from, VISITS_EACH_MINUTE)
  const days = { from, until: until ?? '9999-12-31' }
  const visits = await standingVisits(portal.db, days)
  const siblings = await siblingsOf(portal.db, visits)
  const found = [
    ...(await overlapsAhead(portal.db, days, slotOf(portal))),
    ...(await overSiblings(portal, siblings)),
    ...(await overSpread(portal, [...visits, ...siblings], from)),
  ]
  await keep(portal, found, { eids: undefined, until, looked: utc(now) })
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

async function overSpread(portal: Portal, visits: readonly StandingVisit[], from: Day): Promise<Overlap[]> {
  if (visits.length === 0) return []
  const last = visits.reduce((latest, { day }) => (day > latest ? day : latest), from)
  const window = { from, until: daysLater(last, 2) }
  const byDay = eventsByDay(portal, await spreadRows(portal.db, portal.site, window), window)
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

interface Look {
  /** Of these visits everything was looked at; undefined: of all. */
  eids: readonly number[] | undefined
  /** Not on this day or later. */
  until: Day | undefined
  /** When: a flag that was set later is not ours to clear. */
  looked: Utc
}

interface Flag {
  pc_eid: number
  other_eid: number
  day: Day
  found_at: Utc
}

/** The first look at a calendar in disorder takes a few minutes. */
const FLAGS_AT_ONCE = 500

async function keep(portal: Portal, found: readonly Overlap[], look: Look): Promise<void> {
  const differ = difference(await standingFlags(portal.db, look), found, look)
  if (differ.set.length === 0 && differ.cleared.length === 0) return
  await portal.db.transaction(async (tx) => {
    await takeTurn(tx, ['overlaps'])
    const { set, cleared } = difference(await standingFlags(tx, look), found, look)
    for (const overlap of set.slice(0, FLAGS_AT_ONCE)) await flag(portal, tx, overlap)
    for (const each of cleared.slice(0, FLAGS_AT_ONCE)) await clear(portal, tx, each)
  })
}

function standingFlags(db: Queryable, { eids, until }: Look): Promise<Flag[]> {
  const visits = eids === undefined ? '' : 'AND pc_eid IN (:eids)' // sql-safe: constants
  const these = until === undefined ? visits : `${visits} AND day < :until` // sql-safe: constants
  return db.select<Flag>(
    `SELECT pc_eid, other_eid, day, found_at FROM foyer_appointment_overlaps WHERE cleared_at IS NULL ${these}`, // sql-safe: constants
    { eids: eids ?? [], until: until ?? null },
  )
}

function difference(
  standing: readonly Flag[],
  found: readonly Overlap[],
  { looked }: Look,
): { set: Overlap[]; cleared: Flag[] } {
  const name = (each: Pick<Overlap, 'pc_eid' | 'other_eid' | 'day'>) =>
    `${String(each.pc_eid)} ${String(each.other_eid)} ${each.day}`
  const before = new Set(standing.map(name))
  const now = new Map(found.map((each) => [name(each), each]))
  return {
    set: [...now].filter(([key]) => !before.has(key)).map(([, each]) => each),
    cleared: standing.filter((each) => !now.has(name(each)) && each.found_at <= looked),
  }
}

async function flag(portal: Portal, tx: Tx, { pc_eid: eid, other_eid: other, day, pid }: Overlap): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_appointment_overlaps (pc_eid, other_eid, day, found_at) VALUES (:eid, :other, :day, :now)
     ON DUPLICATE KEY UPDATE found_at = VALUES(found_at), cleared_at = NULL`,
    { eid, other, day, now: utc(portal.clock.now()) },
  )
  await recordAudit(tx, portal.clock, theHost, {
    event: 'appointment.overlapped',
    subject: `appointment:${String(eid)}`,
    pid: pid ?? undefined,
    details: { other, day },
  })
  await publish(tx, portal.clock, { event: 'appointment.overlapped', payload: { eid, pid, other, day } })
}

async function clear(portal: Portal, tx: Tx, { pc_eid: eid, other_eid: other, day }: Flag): Promise<void> {
  await tx.change(
    `UPDATE foyer_appointment_overlaps SET cleared_at = :now WHERE pc_eid = :eid AND other_eid = :other AND day = :day`,
    { eid, other, day, now: utc(portal.clock.now()) },
  )
}
