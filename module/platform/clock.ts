/**
 * Two kinds of time live side by side. The host writes the practice's wall clock without a zone
 * (facts §12.1); Foyer's own tables keep UTC. Both are strings all the way, so that no driver shifts them.
 */
import { DateTime, IANAZone } from 'luxon'

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
  const remembered = new RememberedZone(zone)
  return { zone, now: () => inZone(DateTime.fromMillis(Date.now(), { zone: remembered }), zone) }
}

/** A clock that stands, or is moved by hand: for tests and for rehearsing a day. */
export function standingClock(zone: string, at: string): Clock & { set(at: string): void } {
  const remembered = new RememberedZone(zone)
  let instant = DateTime.fromISO(at, { zone })
  return {
    zone,
    now: () => inZone(instant.setZone(remembered), zone),
    set: (next: string) => {
      instant = DateTime.fromISO(next, { zone })
    },
  }
}

export function wallClock(at: DateTime): WallClock {
  return `${day(at)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)}`
}

export function day(at: DateTime): Day {
  return `${String(at.year).padStart(4, '0')}-${two(at.month)}-${two(at.day)}`
}

function two(number: number): string {
  return number < 10 ? `0${String(number)}` : String(number)
}

/** Whether it is a day of the calendar, from the year 1000 on: not '0000-00-00', not '2026-02-30' (facts §12.3). */
export function isDay(text: string | null | undefined): text is Day {
  const [, year, month, date] = /^([1-9]\d{3})-(\d{2})-(\d{2})$/.exec(text ?? '') ?? []
  if (year === undefined) return false
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)))
  return at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(date)
}

/** The day so many days after this one; before it for a negative number. */
export function daysLater(from: Day, days: number): Day {
  const [year = 0, month = 1, date = 1] = from.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10)
}

/** From the one day to the other; negative where that is before. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

export function utc(at: DateTime): Utc {
  return written(at.toMillis())
}

/** So many milliseconds before: plain arithmetic, for what is asked at every request. */
export function utcBefore(at: DateTime, milliseconds: number): Utc {
  return written(at.toMillis() - milliseconds)
}

function written(at: number): Utc {
  return new Date(at).toISOString().replace('T', ' ').slice(0, -1)
}

/** The offset of the practice's zone at an instant, `+HH:MM`, as the host sets it on each connection (facts §12.1). */
export function offsetOf(at: DateTime): string {
  return at.toFormat('ZZ')
}

function inZone(at: DateTime<true> | DateTime<false>, zone: string): DateTime<true> {
  if (!at.isValid) throw new Error(`Not a time zone this machine knows: ${zone}`)
  return at
}

/** Clocks are set forward and back on quarter hours. */
const QUARTER_MS = 15 * 60 * 1000
const QUARTERS_MOST = 10_000

/** A zone that asks for its offset once a quarter of an hour: every page asks what time it is several times. */
class RememberedZone extends IANAZone {
  private readonly offsets = new Map<number, number>()

  override offset(at: number): number {
    const quarter = Math.floor(at / QUARTER_MS)
    const known = this.offsets.get(quarter)
    if (known !== undefined) return known
    const offset = super.offset(at)
    if (this.offsets.size >= QUARTERS_MOST) this.offsets.clear()
    this.offsets.set(quarter, offset)
    return offset
  }
}
