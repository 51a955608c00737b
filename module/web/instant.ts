import { DateTime } from 'luxon'
import { day as dayOf, type Day, type Utc, type WallClock } from '../platform/clock.js'
import type { Language } from '../platform/i18n.js'
import type { RequestContext } from './routes.js'
import { writeShortDay } from './times.js'

/** An instant of Foyer's own tables as the practice's clock showed it: "Tue 24 Nov, 10:15"; today only the time. */
export function writeInstant({ language, portal }: Pick<RequestContext, 'language' | 'portal'>, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  return written(dayOf(there), there.toFormat('HH:mm'), language, dayOf(portal.clock.now()))
}

/** A moment of the host's own rows, which say the practice's time as it is (facts §12.1), in the same words. */
export function writeMoment({ language, portal }: Pick<RequestContext, 'language' | 'portal'>, at: WallClock): string {
  return written(at.slice(0, 10), at.slice(11, 16), language, dayOf(portal.clock.now()))
}

function written(day: Day, time: string, language: Language, today: Day): string {
  return day === today ? time : `${writeShortDay(day, language, today)}, ${time}`
}

/** The practice's day on which it falls: "Mon 30 Nov". */
export function writeDayOf({ language, portal }: Pick<RequestContext, 'language' | 'portal'>, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  return writeShortDay(dayOf(there), language, dayOf(portal.clock.now()))
}
