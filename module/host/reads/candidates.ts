/**
 * Charts that somebody may mean, found over the indexes of foyer_chart_keys, and those keys, kept in step with the
 * charts. What a chart says is always read from the chart itself: keys only lead to it.
 */
import type { HostSite } from '../detect.js'
import { dayOrNone } from '../unset.js'
import type { Day } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'

/** What of a chart people are known by. */
export interface ChartRow {
  pid: number
  pubpid: string
  firstName: string
  middleName: string
  lastName: string
  birthName: string
  preferredName: string
  born: Day | undefined
  sex: string
  phones: string[]
  emails: string[]
  postalCodes: string[]
  street: string
  city: string
  guardian: string
  /** YES, NO or '' (facts §12.10). */
  allowed: string
  /** When the host last changed the row; undefined: it does not say (before 7.0.3). */
  changedAt: string | undefined
}

type Row = Record<
  | 'pubpid'
  | 'fname'
  | 'mname'
  | 'lname'
  | 'sex'
  | 'street'
  | 'city'
  | 'postal_code'
  | 'phone_home'
  | 'phone_cell'
  | 'phone_contact'
  | 'email'
  | 'email_direct'
  | 'allow_patient_portal',
  string
> &
  Record<
    | 'DOB'
    | 'birth_lname'
    | 'preferred_name'
    | 'guardiansname'
    | 'guardianphone'
    | 'guardianemail'
    | 'guardianpostalcode'
    | 'last_updated',
    string | null
  > & { pid: number }

/** preferred_name came with 7.0.2, last_updated with 7.0.3 (facts §1.1). */
function columnsOf(site: HostSite): string {
  const preferred = site.has('patient_data', 'preferred_name') ? 'p.preferred_name' : "'' AS preferred_name"
  const changed = hasChangeTime(site) ? 'p.last_updated' : 'NULL AS last_updated'
  return `p.pid, p.pubpid, p.fname, p.mname, p.lname, p.birth_lname, ${preferred}, p.DOB, p.sex, p.street, p.city,
    p.postal_code, p.phone_home, p.phone_cell, p.phone_contact, p.email, p.email_direct, p.guardiansname,
    p.guardianphone, p.guardianemail, p.guardianpostalcode, p.allow_patient_portal, ${changed}`
}

function hasChangeTime(site: HostSite): boolean {
  return site.has('patient_data', 'last_updated')
}

function chartOf(row: Row): ChartRow {
  const said = (...texts: (string | null)[]): string[] => [
    ...new Set(texts.flatMap((text) => (text === null || text.trim() === '' ? [] : [text.trim()]))),
  ]
  return {
    pid: row.pid,
    pubpid: row.pubpid,
    firstName: row.fname,
    middleName: row.mname,
    lastName: row.lname,
    birthName: row.birth_lname ?? '',
    preferredName: row.preferred_name ?? '',
    born: dayOrNone(row.DOB),
    sex: row.sex,
    phones: said(row.phone_cell, row.phone_home, row.guardianphone, row.phone_contact),
    emails: said(row.email, row.email_direct, row.guardianemail),
    postalCodes: said(row.postal_code, row.guardianpostalcode),
    street: row.street,
    city: row.city,
    guardian: row.guardiansname ?? '',
    allowed: row.allow_patient_portal,
    changedAt: row.last_updated ?? undefined,
  }
}

/** Columns of foyer_chart_keys that are looked by; values or, for `born`, a range of days. */
export interface WayToCharts {
  columns: Readonly<Record<string, string>>
  between?: readonly [Day, Day]
}

/** More than this on one way are nobody's relatives but a telephone of the practice's own. */
const MOST_A_WAY = 40

/**
 * The charts at the end of these ways, and those that have the name and the date to the letter: a chart of a minute ago
 * has no keys yet. One statement; each way is a range of one index.
 */
export async function chartsAlong(
  db: Queryable,
  site: HostSite,
  ways: readonly WayToCharts[],
  exact: { lastName: string; born: Day },
): Promise<ChartRow[]> {
  const values: Record<string, string> = { exactLast: exact.lastName, exactBorn: exact.born }
  const branches = ways.map(({ between, columns }, at) => {
    const conditions = Object.entries(columns).map(([column, value]) => {
      const name = `w${String(at)}${column}`
      values[name] = value
      return `${keyColumn(column)} = :${name}` // sql-safe: a column of ours
    })
    if (between) {
      ;[values[`w${String(at)}from`], values[`w${String(at)}until`]] = between
      conditions.push(`born BETWEEN :w${String(at)}from AND :w${String(at)}until`) // sql-safe: a number
    }
    return `(SELECT pid FROM foyer_chart_keys WHERE ${conditions.join(' AND ')} LIMIT ${String(MOST_A_WAY)})` // sql-safe: columns of ours
  })
  const rows = await db.select<Row>(
    `SELECT ${columnsOf(site)} FROM (
       ${branches.join(' UNION ')} UNION
       (SELECT pid FROM patient_data WHERE DOB = :exactBorn AND lname = :exactLast LIMIT ${String(MOST_A_WAY)})
     ) found JOIN patient_data p ON p.pid = found.pid`, // sql-safe: constants and columns of ours
    values,
  )
  return rows.map(chartOf)
}

const keyColumns = [
  ...['born', 'day_key', 'last_key', 'second_key', 'birth_key', 'first_key'],
  ...['phone1', 'phone2', 'phone3', 'email1', 'email2', 'home_key'],
] as const

function keyColumn(name: string): string {
  if (!(keyColumns as readonly string[]).includes(name)) throw new Error(`No key of charts is called ${name}`)
  return name
}

/** One chart, or undefined: no such patient. */
export async function findChart(db: Queryable, site: HostSite, pid: number): Promise<ChartRow | undefined> {
  return (await chartsOf(db, site, [pid]))[0]
}

/** Those of these that are there. None: no statement. */
export async function chartsOf(db: Queryable, site: HostSite, pids: readonly number[]): Promise<ChartRow[]> {
  if (pids.length === 0) return []
  const rows = await db.select<Row>(
    `SELECT ${columnsOf(site)} FROM patient_data p WHERE p.pid IN (:pids) ORDER BY p.pid`, // sql-safe: constants
    { pids },
  )
  return rows.map(chartOf)
}

/** Charts that this account opens: the family of the next one. */
export async function chartsOpenedBy(db: Queryable, site: HostSite, accountId: number): Promise<ChartRow[]> {
  const rows = await db.select<Row>(
    `SELECT ${columnsOf(site)} FROM foyer_grants g JOIN patient_data p ON p.pid = g.pid
      WHERE g.account_id = :accountId AND g.revoked_at IS NULL LIMIT 20`, // sql-safe: constants
    { accountId },
  )
  return rows.map(chartOf)
}

/** The keys of one chart and what they were made of. */
export interface KeptKeys {
  pid: number
  keys: Readonly<Record<(typeof keyColumns)[number], string | null>>
  fingerprint: string
  /** The chart's own, when it was read. */
  changedAt: string | undefined
}

export async function writeChartKeys(tx: Tx, kept: readonly KeptKeys[]): Promise<void> {
  if (kept.length === 0) return
  const columns = [...keyColumns, 'fingerprint', 'changed_at']
  await tx.change(
    `INSERT INTO foyer_chart_keys (pid, ${columns.join(', ')}) VALUES :rows
     ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`, // sql-safe: columns of ours
    {
      rows: kept.map(({ changedAt, fingerprint, keys, pid }) => [
        pid,
        ...keyColumns.map((name) => keys[name]),
        fingerprint,
        changedAt ?? null,
      ]),
    },
  )
}

/** What the keys of these charts were made of, and when those had been changed last. */
export async function keptFingerprints(
  db: Queryable,
  pids: readonly number[],
): Promise<Map<number, { fingerprint: string; changedAt: string | undefined }>> {
  if (pids.length === 0) return new Map()
  const rows = await db.select<{ pid: number; fingerprint: string; changed_at: string | null }>(
    `SELECT pid, fingerprint, changed_at FROM foyer_chart_keys WHERE pid IN (:pids)`,
    { pids },
  )
  return new Map(
    rows.map(({ changed_at, fingerprint, pid }) => [pid, { fingerprint, changedAt: changed_at ?? undefined }]),
  )
}

/** The greatest number that has keys; 0: none has. */
export async function lastKeyedChart(db: Queryable): Promise<number> {
  const row = await db.first<{ pid: number }>(`SELECT pid FROM foyer_chart_keys ORDER BY pid DESC LIMIT 1`)
  return row?.pid ?? 0
}

/** Charts with a greater number than this, in order. */
export async function chartsAfter(db: Queryable, site: HostSite, pid: number, limit: number): Promise<ChartRow[]> {
  const rows = await db.select<Row>(
    `SELECT ${columnsOf(site)} FROM patient_data p WHERE p.pid > :pid ORDER BY p.pid LIMIT ${String(Math.trunc(limit))}`, // sql-safe: constants and a number
    { pid },
  )
  return rows.map(chartOf)
}

/**
 * Where a stretch of so many charts after this one ends; undefined: there is none after it. Walks the index of pid alone.
 */
export async function endOfStretch(db: Queryable, pid: number, charts: number): Promise<number | undefined> {
  const row = await db.first<{ last: number | null }>(
    `SELECT MAX(pid) AS last FROM (
       SELECT pid FROM patient_data WHERE pid > :pid ORDER BY pid LIMIT ${String(Math.trunc(charts))}
     ) stretch`, // sql-safe: a number
    { pid },
  )
  return row?.last ?? undefined
}

/**
 * The charts of a stretch whose keys may be old: all of them, or, where the host says when a chart was changed
 * (last_updated, from 7.0.3 on), only those changed since their keys were made, or without any, or without that of
 * their home: older keys have none.
 */
export async function perhapsChanged(db: Queryable, site: HostSite, after: number, until: number): Promise<ChartRow[]> {
  // Compared with what was read, not with a clock: the database's may go otherwise.
  const changed = hasChangeTime(site)
    ? `AND (k.pid IS NULL OR NOT (p.last_updated <=> k.changed_at)
           OR k.home_key IS NULL AND p.street <> '' AND p.postal_code <> '')`
    : ''
  const rows = await db.select<Row>(
    `SELECT ${columnsOf(site)} FROM patient_data p LEFT JOIN foyer_chart_keys k ON k.pid = p.pid
      WHERE p.pid > :after AND p.pid <= :until ${changed}`, // sql-safe: constants
    { after, until },
  )
  return rows.map(chartOf)
}

/** Keys of charts that are gone. */
export async function forgetGoneCharts(tx: Tx, after: number, until: number): Promise<void> {
  await tx.change(
    `DELETE k FROM foyer_chart_keys k LEFT JOIN patient_data p ON p.pid = k.pid
      WHERE k.pid > :after AND k.pid <= :until AND p.pid IS NULL`,
    { after, until },
  )
}
