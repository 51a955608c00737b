/** The trail as a spreadsheet takes it in: RFC 4180, with the mark that tells Excel of UTF-8. */
import { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import { patientNames } from '../../host/reads/patientNames.js'
import type { Utc, WallClock } from '../../platform/clock.js'
import type { Translate } from '../../platform/i18n.js'
import { newestEntries, type AuditRow, type Where } from './search.js'
import { actingAs, isAboutNobody, leftOutText, patientOf, sentenceOf } from './sentences.js'

export const EXPORTED_MOST = 50_000
/** Rows in memory at a time, besides the text that is made of them. */
const AT_ONCE = 5000

export interface Exported {
  text: string
  rows: number
}

/**
 * The newest of what was found. Says so in its last lines when there was more than EXPORTED_MOST, and when not everybody
 * was looked for whom a name that was typed fits.
 */
export async function exportEntries(portal: Portal, t: Translate, where: Where): Promise<Exported> {
  const parts = [`\ufeff${lineOf(headings(t))}`]
  let rows = 0
  let before: AuditRow | undefined
  let some: AuditRow[] = []
  do {
    some = await newestEntries(portal.db, where, AT_ONCE, before)
    const names = await patientNames(portal.db, pidsIn(some))
    for (const row of some) parts.push(lineOf(cellsOf(portal, t, row, names)))
    rows += some.length
    before = some.at(-1)
  } while (some.length === AT_ONCE && rows < EXPORTED_MOST)
  const more = some.length === AT_ONCE && (await newestEntries(portal.db, where, 1, before)).length > 0
  if (more) parts.push(lineOf([t('auditTrail.csv.capped', { most: EXPORTED_MOST })]))
  for (const each of where.leftOut) parts.push(lineOf([leftOutText(t, each)]))
  return { text: parts.join(''), rows }
}

export function pidsIn(rows: readonly AuditRow[]): number[] {
  return [...new Set(rows.flatMap(({ pid }) => pid ?? []))]
}

function headings(t: Translate): string[] {
  return [
    ...[t('auditTrail.csv.id'), t('auditTrail.csv.utc'), t('auditTrail.csv.local'), t('auditTrail.csv.kind')],
    ...[t('auditTrail.csv.actorId'), t('auditTrail.column.actor'), t('auditTrail.column.relationship')],
    ...[t('auditTrail.csv.record'), t('auditTrail.csv.pid'), t('auditTrail.column.patient')],
    ...[t('auditTrail.csv.eventKey'), t('auditTrail.column.event'), t('auditTrail.column.subject')],
    ...[t('auditTrail.csv.details'), t('auditTrail.csv.request')],
  ]
}

function cellsOf({ clock }: Portal, t: Translate, row: AuditRow, names: ReadonlyMap<number, string>): string[] {
  const patient = isAboutNobody(row) ? '' : patientOf(t, row, names)
  return [
    ...[String(row.id), row.at, localOf(row.at, clock.zone)],
    ...[row.actor_kind, row.actor_id, row.actor_name, actingAs(t, row), row.record ?? ''],
    ...[row.pid === null ? '' : String(row.pid), patient],
    ...[row.event, sentenceOf(t, row, patientOf(t, row, names)), row.subject, row.details, row.request_id ?? ''],
  ]
}

/** Offsets from UTC, in minutes, by zone and ten minutes: asking luxon for each of 50,000 rows would take seconds. */
const offsets = new Map<string, number>()

function localOf(at: Utc, zone: string): WallClock {
  const key = `${zone} ${at.slice(0, 15)}`
  const offset = offsets.get(key) ?? DateTime.fromSQL(at, { zone: 'utc' }).setZone(zone).offset
  if (offsets.size > 10_000) offsets.clear()
  offsets.set(key, offset)
  const there = new Date(Date.parse(`${at.replace(' ', 'T')}Z`) + offset * 60_000)
  return there.toISOString().slice(0, 19).replace('T', ' ')
}

/** One line of CSV. */
export function lineOf(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${harmless(cell).replace(/"/g, '""')}"`).join(',')}\r\n`
}

/** A name such as `=HYPERLINK(…)` is a formula to a spreadsheet; with an apostrophe before it, it is a name. */
function harmless(cell: string): string {
  return /^[\s]*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
}
