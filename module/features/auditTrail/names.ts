/** Whom a typed name means, looked up before the trail is asked, so that the trail is asked over its keys alone. */
import { searchPatients } from '../../host/patients.js'
import { knownNames } from '../../host/reads/knownNames.js'
import type { Queryable } from '../../platform/database.js'

/** Of charts, of accounts, and of those who did something: so many are searched for at a time. */
export const NAMES_MOST = 50

export interface Names<Of> {
  those: readonly Of[]
  /** More names fit than are searched for. */
  more: boolean
}

/** Whose entries are meant. */
export interface People {
  /** Charts, also such as are no longer there. */
  pids: readonly number[]
  /** Own records of accounts, for what names no chart. */
  records: readonly string[]
  more: boolean
}

/**
 * The chart of a number that was typed, there or not; else those whose name or birth date it is: charts as the host
 * finds them, charts that are gone by the name that Foyer still knows, and accounts. At most two statements.
 */
export async function peopleNamed(db: Queryable, typed: string): Promise<People> {
  const pid = chartNumber(typed)
  if (typed === '' || pid !== undefined) return { pids: pid === undefined ? [] : [pid], records: [], more: false }
  const [charts, known] = await Promise.all([
    searchPatients(db, typed, NAMES_MOST + 1),
    knownNames(db, typed, NAMES_MOST + 1),
  ])
  const there = firstOf(charts.map((chart) => chart.pid))
  const gone = firstOf(known.flatMap((row) => row.pid ?? []))
  const own = firstOf(known.flatMap((row) => row.record ?? []))
  return { pids: [...there.those, ...gone.those], records: own.those, more: there.more || gone.more || own.more }
}

/** Undefined: what was typed is no number of a chart. */
export function chartNumber(typed: string): number | undefined {
  const digits = /^0*([1-9]\d{0,14})$/.exec(typed)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Names that stand in the trail, also of those who are gone by now. The key gives each name once. */
export async function actorsNamed(db: Queryable, typed: string): Promise<Names<string>> {
  if (typed === '') return { those: [], more: false }
  const rows = await db.select<{ name: string }>(
    // sql-safe: a number
    `SELECT name FROM (SELECT actor_name AS name FROM foyer_audit GROUP BY actor_name) actors
      WHERE name LIKE :part ORDER BY name LIMIT ${NAMES_MOST + 1}`,
    { part: `%${withoutWildcards(typed)}%` },
  )
  return firstOf(rows.map(({ name }) => name))
}

export function withoutWildcards(typed: string): string {
  return typed.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}

function firstOf<Of>(found: readonly Of[]): Names<Of> {
  const distinct = [...new Set(found)]
  return { those: distinct.slice(0, NAMES_MOST), more: distinct.length > NAMES_MOST }
}
