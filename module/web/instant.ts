import { DateTime } from 'luxon'
import { day as dayOf, type Utc } from '../platform/clock.js'
import type { RequestContext } from './routes.js'
import { writeShortDay } from './times.js'

/** An instant of Foyer's own tables as the practice's clock showed it: "Tue 24 Nov, 10:15"; today only the time. */
export function writeInstant({ language, portal }: Pick<RequestContext, 'language' | 'portal'>, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  const today = dayOf(portal.clock.now())
  const time = there.toFormat('HH:mm')
  return dayOf(there) === today ? time : `${writeShortDay(dayOf(there), language, today)}, ${time}`
}

/** The practice's day on which it falls: "Mon 30 Nov". */
export function writeDayOf({ language, portal }: Pick<RequestContext, 'language' | 'portal'>, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  return writeShortDay(dayOf(there), language, dayOf(portal.clock.now()))
}
