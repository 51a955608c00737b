/**
 * The host's own portal keeps every value that a patient sent, and not what they saw. Where the chart was changed since,
 * a value that differs may be their wish, or what the chart said before.
 */
import type { Portal } from '../../access/portal.js'
import { chartChanged } from '../../host/profile/chart.js'
import { mappedColumns } from '../../host/profile/fields.js'
import type { Queryable } from '../../platform/database.js'
import type { Change } from './changes.js'

/**
 * Whether the chart was changed since this was sent, or since its sender opened the form. With `lock` as it is now, and not
 * as this transaction first saw it. One statement, or none.
 */
export async function isChartNewer(
  db: Queryable,
  { site }: Pick<Portal, 'site'>,
  { base, kind, pid, proposed, sentInHost }: Change,
  lock?: 'lock',
): Promise<boolean> {
  if (kind !== 'profile' || base !== undefined) return false
  const { atAll, onScreen } = await chartChanged(db, site, pid, lock)
  // The map has the chart's own date as the form was opened with it (facts §5.3); the EMR's screens set it at each change.
  const opened = proposed['date'] ?? ''
  if (onScreen !== undefined && isMoment.test(opened) && opened < onScreen) return true
  return atAll !== undefined && (sentInHost === undefined || atAll >= sentInHost)
}

const isMoment = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/

/** What of the map is no patient's to say: it tells whose chart it is, and when it was written. */
const ofTheChart = new Set(['id', 'pid', 'pubpid', 'date', 'regdate'])

/** The columns of the host's map that are not decided here. */
export function columnsAside(decidedHere: readonly string[]): string[] {
  return mappedColumns.filter((column) => !decidedHere.includes(column) && !ofTheChart.has(column))
}
