/**
 * Two kinds of time live side by side. The host writes the practice's wall clock without a zone
 * (facts §12.1); Foyer's own tables keep UTC. Both are strings all the way, so that no driver shifts them.
 */
import { DateTime } from 'luxon'

/** The practice's wall clock, `YYYY-MM-DD HH:MM:SS`, as the host writes it. */
export type WallClock = string
/** A calendar day, `YYYY-MM-DD`. */
export type Day = string
/** An instant in UTC, `YYYY-MM-DD HH:MM:SS.mmm`, as Foyer's own tables keep it. */
export type Utc = string

export interface Clock {
  readonly zone: string
  /** The instant, in the practice's zone. */
  now(): DateTime<true>
}

export function systemClock(zone: string): Clock {
  return { zone, now: () => inZone(DateTime.now(), zone) }
}

/** A clock that stands, or is moved by hand: for tests and for rehearsing a day. */
export function standingClock(zone: string, at: string): Clock & { set(at: string): void } {
  let instant = DateTime.fromISO(at, { zone })
  return {
    zone,
    now: () => inZone(instant, zone),
    set: (next: string) => {
      instant = DateTime.fromISO(next, { zone })
    },
  }
}

export function wallClock(at: DateTime): WallClock {
  return at.toFormat('yyyy-MM-dd HH:mm:ss')
}

export function day(at: DateTime): Day {
  return at.toFormat('yyyy-MM-dd')
}

/** The day so many days after this one; before it for a negative number. */
export function daysLater(from: Day, days: number): Day {
  return day(DateTime.fromISO(from, { zone: 'utc' }).plus({ days }))
}

export function utc(at: DateTime): Utc {
  return at.toUTC().toFormat('yyyy-MM-dd HH:mm:ss.SSS')
}

/** The offset of the practice's zone at an instant, `+HH:MM`, as the host sets it on each connection (facts §12.1). */
export function offsetOf(at: DateTime): string {
  return at.toFormat('ZZ')
}

function inZone(at: DateTime, zone: string): DateTime<true> {
  const there = at.setZone(zone)
  if (!there.isValid) throw new Error(`Not a time zone this machine knows: ${zone}`)
  return there
}
