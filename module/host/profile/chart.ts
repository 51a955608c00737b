/** The mapped columns of a chart, read and written (facts §5.3). */
import type { WallClock } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import type { HostSite } from '../detect.js'
import { mappedColumns, profileFields } from './fields.js'

/** Columns as the host's map has them: text, or NULL. */
export type ChartValues = ReadonlyMap<string, string | null>

/** Undefined: no such chart. Only the columns that this site has, in the map's order. */
export async function chartValues(
  db: Queryable,
  site: HostSite,
  pid: number,
  lock?: 'lock',
): Promise<ChartValues | undefined> {
  const columns = mappedColumns.filter((column) => site.has('patient_data', column))
  const names = columns.map((column) => `\`${column}\``).join(', ') // sql-safe: names from our own list
  const row = await db.first<Record<string, string | number | null>>(
    `SELECT ${names} FROM patient_data WHERE pid = :pid ${lock ? 'FOR UPDATE' : ''}`, // sql-safe: names from our own list
    { pid },
  )
  if (!row) return undefined
  return new Map(columns.map((column) => [column, row[column] == null ? null : String(row[column])]))
}

/** When the chart was changed the last time: by the EMR's screens (`date`), and by whomever (`last_updated`, 7.0.3 on). */
export async function chartChanged(
  db: Queryable,
  site: HostSite,
  pid: number,
  lock?: 'lock',
): Promise<{ onScreen: WallClock | undefined; atAll: WallClock | undefined }> {
  const updated = site.has('patient_data', 'last_updated') ? 'last_updated' : 'NULL'
  const row = await db.first<{ date: WallClock | null; updated: WallClock | null }>(
    `SELECT date, ${updated} AS updated FROM patient_data WHERE pid = :pid ${lock ? 'FOR UPDATE' : ''}`, // sql-safe: constants
    { pid },
  )
  const moments = [row?.date, row?.updated].map((each) => (plainValue(each) === '' ? undefined : (each ?? undefined)))
  const [onScreen, updatedAt] = moments
  return { onScreen, atAll: [onScreen, updatedAt].sort().findLast((each) => each !== undefined) }
}

/** As pages show it and as values are compared: '' for every way of the host to say nothing (facts §12.3). */
export function plainValue(value: string | null | undefined): string {
  const text = (value ?? '').trim()
  return text.startsWith('0000-00-00') ? '' : text
}

/** The same of a column: the id of nobody is 0 as well (facts A1). */
export function plainColumn(column: string, value: string | null | undefined): string {
  const text = plainValue(value)
  return ids.has(column) && Number(text) === 0 ? '' : text
}

/** What a chart says in every column, as it is compared. */
export function plainChart(chart: ChartValues): Record<string, string> {
  return Object.fromEntries([...chart].map(([column, value]) => [column, plainColumn(column, value)]))
}

/**
 * Writes these columns of this chart and no other. Throws for a column that patients may not propose: whoever calls
 * has let through what must not get here.
 */
export async function writeChart(tx: Tx, pid: number, values: Readonly<Record<string, string>>): Promise<void> {
  const columns = Object.keys(values)
  if (columns.length === 0) return
  for (const column of columns) if (!writable.has(column)) throw new Error(`Not a column of the profile: ${column}`)
  const sets = columns.map((column, at) => `\`${column}\` = :v${String(at)}`).join(', ') // sql-safe: names from our own list
  const bound = columns.map((column, at) => [`v${String(at)}`, storedValue(column, values[column] ?? '')] as const)
  await tx.change(`UPDATE patient_data SET ${sets} WHERE pid = :pid`, {
    ...Object.fromEntries<string | null>(bound),
    pid,
  }) // sql-safe: names from our own list
}

const writable = new Set(profileFields.map(({ column }) => column))
const dates = new Set(profileFields.filter(({ kind }) => kind === 'date').map(({ column }) => column))
const ids = new Set(profileFields.filter(({ of }) => of !== undefined).map(({ column }) => column))

/** No date is NULL, no text '' (facts §12.26), nobody 0. */
export function storedValue(column: string, value: string): string | null {
  if (value === '' && ids.has(column)) return '0'
  return value === '' && dates.has(column) ? null : value
}
