/** From which day to which a grant is open: people choose days, rows keep the instants at which they begin and end. */
import { DateTime } from 'luxon'
import { utc, type Day, type Utc } from '../platform/clock.js'

/** The practice's midnight before the first day. */
export function beginOf(firstDay: Day, zone: string): Utc {
  return utc(DateTime.fromISO(firstDay, { zone }).startOf('day'))
}

/** The first day on which something is open that begins at this instant. */
export function firstDayOf(from: Utc, zone: string): Day {
  return DateTime.fromSQL(from, { zone: 'utc' }).setZone(zone).toFormat('yyyy-MM-dd')
}

/** The practice's midnight after the last day. */
export function endOf(lastDay: Day, zone: string): Utc {
  return utc(DateTime.fromISO(lastDay, { zone }).plus({ days: 1 }).startOf('day'))
}

/** The last day on which something is open that ends at this instant. */
export function lastDayOf(until: Utc, zone: string): Day {
  return DateTime.fromSQL(until, { zone: 'utc' }).minus({ milliseconds: 1 }).setZone(zone).toFormat('yyyy-MM-dd')
}
