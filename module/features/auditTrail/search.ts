/** What to look for in the trail, and the statements that find it among a million rows. */
import { DateTime } from 'luxon'
import { z } from 'zod'
import type { Portal } from '../../access/portal.js'
import { isDay, utc, type Day, type Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import type { Translate } from '../../platform/i18n.js'
import { knownEvents, viewEvents } from './eventWords.js'
import { actorsNamed, peopleNamed, withoutWildcards } from './names.js'

export interface AuditRow {
  id: number
  at: Utc
  actor_kind: string
  actor_id: string
  actor_name: string
  pid: number | null
  record: string | null
  /** Whose own record that is, where there is no chart. */
  own_name: string | null
  relationship: string | null
  event: string
  subject: string
  /** JSON. */
  details: string
  request_id: string | null
}

/** A column by which the list is sorted, as addresses name it, and what that is in SQL. Nothing else gets there. */
const sortColumns = {
  time: 'a.at',
  actor: 'a.actor_name',
  relationship: 'a.relationship',
  event: 'a.event',
  patient: 'a.pid',
  subject: 'a.subject',
} as const

export type SortKey = keyof typeof sortColumns

export const sortKeys = Object.keys(sortColumns) as SortKey[]

export const kinds = ['all', 'changes', 'views'] as const

export interface Search {
  q: string
  /** Days of the practice, both in it; '' for none. */
  from: string
  until: string
  actor: string
  patient: string
  event: string
  kind: (typeof kinds)[number]
  sort: SortKey
  descending: boolean
  /** From 1. */
  page: number
}

const words = z.string().trim().max(100).catch('')
const aDay = z.string().trim().refine(isDay).catch('')

const Query = z.object({
  q: words,
  from: aDay,
  until: aDay,
  actor: words,
  patient: words,
  event: z.enum(knownEvents as [string, ...string[]]).catch(''),
  kind: z.enum(kinds).catch('all'),
  sort: z.enum(sortKeys).catch('time'),
  dir: z.enum(['asc', 'desc']).optional().catch(undefined),
  page: z.coerce.number().int().min(1).catch(1),
})

/** Fields in which something else than a day was typed: it is said there, and the search goes on without. */
export function badDays(query: Readonly<Record<string, string>>): ('from' | 'until')[] {
  return (['from', 'until'] as const).filter((name) => {
    const typed = query[name]?.trim() ?? ''
    return typed !== '' && !isDay(typed)
  })
}

/** What an address asks for. What it says that is none of this is passed over: a filter too many finds too little. */
export function readSearch(query: Readonly<Record<string, string>>): Search {
  const { dir, ...search } = Query.parse({ from: '', until: '', ...query })
  const descending = dir === undefined ? search.sort === 'time' : dir === 'desc'
  return { ...search, descending, page: Math.min(search.page, PAGES_MOST) }
}

export const ROWS_SHOWN = 50
/** Counted exactly up to here: counting all of a million would take longer than showing them. */
export const COUNTED_MOST = 1000
/** Sorted by something else than time, and paged through: the newest of what was found. */
export const WINDOW = 10_000
const PAGES_MOST = WINDOW / ROWS_SHOWN

export interface Found {
  rows: AuditRow[]
  /** At most COUNTED_MOST + 1: then there are more. */
  count: number
  leftOut: readonly LeftOut[]
}

/** One page of what is asked for. As many statements however many rows there are. */
export async function findEntries(portal: Portal, t: Translate, search: Search): Promise<Found> {
  const { db } = portal
  const where = await conditions(portal, t, search)
  const [rows, counted] = await Promise.all([pageOf(db, where, search), countUp(db, where)])
  return { rows, count: counted, leftOut: where.leftOut }
}

/** The newest of what is asked for, older than an entry; for the export, which goes on where it left off. */
export async function newestEntries(
  db: Queryable,
  where: Where,
  most: number,
  before?: Pick<AuditRow, 'at' | 'id'>,
): Promise<AuditRow[]> {
  const older = before ? `AND a.at <= :at AND (a.at < :at OR a.id < :id)` : ''
  return db.select<AuditRow>(
    // sql-safe: constants and a number
    `SELECT ${COLUMNS} FROM foyer_audit a WHERE ${where.sql} ${older} ORDER BY a.at DESC, a.id DESC LIMIT ${most}`,
    { ...where.values, ...(before ? { at: before.at, id: before.id } : {}) },
  )
}

// Records are ASCII in their table, and their key is only used for ASCII.
const COLUMNS = `a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.pid, a.record, a.relationship, a.event, a.subject,
  CAST(a.details AS CHAR) AS details, a.request_id,
  (SELECT own.display_name FROM foyer_accounts own
    WHERE a.pid IS NULL AND own.own_record = CONVERT(a.record USING ascii)) AS own_name`

function pageOf(db: Queryable, where: Where, { sort, descending, page }: Search): Promise<AuditRow[]> {
  const direction = descending ? 'DESC' : 'ASC'
  const part = `LIMIT ${ROWS_SHOWN} OFFSET ${(page - 1) * ROWS_SHOWN}` // sql-safe: numbers
  if (sort === 'time') {
    return db.select<AuditRow>(
      // sql-safe: constants and numbers
      `SELECT ${COLUMNS} FROM foyer_audit a WHERE ${where.sql} ORDER BY a.at ${direction}, a.id ${direction} ${part}`,
      where.values,
    )
  }
  return db.select<AuditRow>(
    // sql-safe: constants, numbers, and a column from sortColumns
    `SELECT ${COLUMNS} FROM foyer_audit a
       JOIN (SELECT a.id FROM foyer_audit a WHERE ${where.sql} ORDER BY a.at DESC, a.id DESC LIMIT ${WINDOW}) newest
         ON newest.id = a.id
      ORDER BY ${sortColumns[sort]} ${direction}, a.id ${direction} ${part}`,
    where.values,
  )
}

async function countUp(db: Queryable, where: Where): Promise<number> {
  const row = await db.first<{ count: number }>(
    // sql-safe: constants and a number
    `SELECT COUNT(*) AS count FROM (SELECT 1 FROM foyer_audit a WHERE ${where.sql} LIMIT ${COUNTED_MOST + 1}) found`,
    where.values,
  )
  return row?.count ?? 0
}

export interface Where {
  sql: string
  values: Record<string, unknown>
  leftOut: readonly LeftOut[]
}

/** More names fit what was typed than are searched for: entries of the others were not looked for. */
export interface LeftOut {
  who: 'people' | 'actors'
  typed: string
}

/** The search in SQL. Names are looked up first, so that the trail itself is only asked over its keys. */
export async function conditions(portal: Portal, t: Translate, search: Search): Promise<Where> {
  const { db, clock } = portal
  const { q, actor, patient } = search
  const [anyone, anyActor, people, actors] = await Promise.all([
    peopleNamed(db, q),
    actorsNamed(db, q),
    peopleNamed(db, patient),
    actorsNamed(db, actor),
  ])
  const [qPids, qRecords, qNames] = [anyone.pids, anyone.records, anyActor.those]
  const anything = { qEvents: eventsSaying(t, q), qPids, qRecords, qNames, qSubject: `${withoutWildcards(q)}%` }
  const { pids, records } = people
  const names = actors.those
  const given: [boolean, string, Record<string, unknown>][] = [
    [search.from !== '', 'a.at >= :from', { from: beginOf(search.from, clock.zone, 0) }],
    [search.until !== '', 'a.at < :until', { until: beginOf(search.until, clock.zone, 1) }],
    [search.event !== '', 'a.event = :event', { event: search.event }],
    [search.kind === 'views', 'a.event IN (:viewEvents)', { viewEvents }],
    [search.kind === 'changes', 'a.event NOT IN (:viewEvents)', { viewEvents }],
    [patient !== '', oneOf(['a.pid', 'pids', pids], [OWN_RECORD, 'records', records]), { pids, records }],
    [actor !== '', oneOf(['a.actor_name', 'names', names]), { names }],
    [q !== '', anyOf(anything), anything],
  ]
  const asked = given.filter(([isGiven]) => isGiven)
  return {
    sql: ['TRUE', ...asked.map(([, sql]) => `(${sql})`)].join(' AND '),
    values: Object.assign({}, ...asked.map(([, , values]) => values)) as Record<string, unknown>,
    leftOut: [
      ...(anyone.more ? [{ who: 'people', typed: q } as const] : []),
      ...(anyActor.more ? [{ who: 'actors', typed: q } as const] : []),
      ...(people.more ? [{ who: 'people', typed: patient } as const] : []),
      ...(actors.more ? [{ who: 'actors', typed: actor } as const] : []),
    ],
  }
}

/** What names no chart is its account's. */
const OWN_RECORD = 'a.pid IS NULL AND a.record'

interface Anything {
  qEvents: readonly string[]
  qPids: readonly number[]
  qRecords: readonly string[]
  qNames: readonly string[]
}

function anyOf({ qEvents, qPids, qRecords, qNames }: Anything): string {
  const named = oneOf(
    ['a.event', 'qEvents', qEvents],
    ['a.pid', 'qPids', qPids],
    [OWN_RECORD, 'qRecords', qRecords],
    ['a.actor_name', 'qNames', qNames],
  )
  return `a.subject LIKE :qSubject OR ${named}` // sql-safe: constants
}

/** Nothing to choose from: nothing is found. */
function oneOf(...choices: readonly (readonly [column: string, name: string, values: readonly unknown[]])[]): string {
  const some = choices.filter(([, , values]) => values.length > 0)
  return some.length === 0 ? 'FALSE' : some.map(([column, name]) => `(${column} IN (:${name}))`).join(' OR ') // sql-safe: constants
}

/** Events whose sentence, as the reader reads it, has these words. */
function eventsSaying(t: Translate, typed: string): string[] {
  const wanted = typed.toLocaleLowerCase()
  const blank = { actor: '', patient: '', place: '', event: '' }
  return knownEvents.filter((event) => t(`auditTrail.event.${event}`, blank).toLocaleLowerCase().includes(wanted))
}

/** When a day of the practice begins, in UTC. */
function beginOf(day: Day, zone: string, daysLater: number): Utc {
  return day === '' ? '' : utc(DateTime.fromISO(day, { zone }).plus({ days: daysLater }))
}
