/** What the host has written since the last look for overlaps, and which visits of Foyer's far ahead it may touch. */
import { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import type { PlacedRow } from '../../host/eventRows.js'
import { weekendOf } from '../../host/globals.js'
import { changedSince, lastVisitDay, listedHolidays, rowsReached } from '../../host/reads/overlapChanges.js'
import { MINUTES_A_DAY, minuteOfDay, scheduleEvents } from '../../host/schedule.js'
import { daysLater, wallClock, type Day, type Utc, type WallClock } from '../../platform/clock.js'

/** Where the last look ended: one row of foyer_state. */
export interface LastLook {
  at: Utc
  /** The highest pc_eid that was there. */
  eid: number
  /** Where the walk through what is far ahead goes on. */
  day: Day
}

const NAME = 'overlaps'

/** Undefined: nobody has looked so far ahead yet. */
export async function lastLook({ db }: Portal): Promise<LastLook | undefined> {
  const row = await db.first<{ value: string }>(`SELECT value FROM foyer_state WHERE name = :name`, { name: NAME })
  return row && (JSON.parse(row.value) as LastLook)
}

export async function keepLook({ db }: Portal, look: LastLook): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `INSERT INTO foyer_state (name, value) VALUES (:name, :value) ON DUPLICATE KEY UPDATE value = VALUES(value)`,
      { name: NAME, value: JSON.stringify(look) },
    ),
  )
}

/** Rows written since, but for office hours; undefined: more than are worth being looked at one by one. */
export async function changedSinceThen(
  portal: Portal,
  last: LastLook,
  from: Day,
  { changed: limit }: { changed: number },
): Promise<PlacedRow[] | undefined> {
  const since = { written: writtenSince(portal, last.at), eid: last.eid }
  const rows = await changedSince(portal.db, portal.site, since, { from, limit: limit + 1 })
  return rows.length > limit ? undefined : rows
}

/** What was written then may have been committed later. */
const MARGIN_MINUTES = 5

/** On the practice's wall, which shows an hour twice when summer ends. */
function writtenSince({ clock }: Portal, at: Utc): WallClock {
  const then = DateTime.fromSQL(at, { zone: 'utc' }).setZone(clock.zone)
  const setBack = Math.max(0, then.offset - clock.now().offset)
  return wallClock(then.minus({ minutes: MARGIN_MINUTES + setBack }))
}

/** Visits on which these rows may lie, from a day on; the rows' own among them, and what was flagged because of them. */
export async function visitsReached(portal: Portal, rows: readonly PlacedRow[], far: Day): Promise<number[]> {
  const { db, site } = portal
  const horizon = daysLater((await lastVisitDay(db)) ?? far, 1)
  const closings = rows.filter((row) => row.clinic === 1)
  const own = rows.filter((row) => row.clinic !== 1 && (row.pc_aid ?? '') !== '')
  const closed = closings.flatMap((row) => daysOf(portal, row, far, horizon))
  const listed = await listedHolidays(db, site, far)
  const reach = {
    eids: rows.map((row) => row.pc_eid),
    places: own
      .filter((row) => Number(row.pc_recurrtype) === 0)
      .flatMap((row) => daysOf(portal, row, far, horizon).map((day) => [row.pc_aid ?? '', day] as const)),
    providers: [...new Set(own.filter((row) => Number(row.pc_recurrtype) > 0).map((row) => row.pc_aid ?? ''))],
    days: [...new Set([...closed, ...listed])],
  }
  return rowsReached(db, reach, far)
}

/** Days of visits that it may lie on: a visit may have begun the day before. Those from `far` to before `horizon`. */
function daysOf(portal: Portal, row: PlacedRow, far: Day, horizon: Day): Day[] {
  // A length that is missing, or all day, is a day's at most.
  const start = row.pc_alldayevent === 0 ? (minuteOfDay(row.pc_startTime ?? '') ?? 0) : 0
  return scheduleEvents([row], far, horizon, weekendOf(portal.globals())).flatMap(({ day, duration }) => {
    const last = Math.floor((start + Math.max(duration, 1) - 1) / MINUTES_A_DAY)
    const days = Array.from({ length: last + 2 }, (_, at) => daysLater(day, at - 1))
    return days.filter((each) => each >= far && each < horizon)
  })
}
