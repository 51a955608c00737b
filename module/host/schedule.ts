/** A provider's rows of the host's calendar as events of single days, from which free times are worked out (facts §2.8). */
import type { Day } from '../platform/clock.js'
import { dayFrom, dayNumber, occurrences, recurringEvent } from './recurrence.js'
import type { RecurrenceColumns } from './recurrence.js'
import { isCancelled } from './statuses.js'

/** Calendar categories whose numbers the host's own code knows (facts §2.2). */
export const IN_OFFICE = 2
export const OUT_OF_OFFICE = 3

/** A row of the host's calendar, as the driver gives it. */
export interface EventRow extends RecurrenceColumns {
  pc_eid: number
  pc_catid: number
  /** HH:MM:SS; NULL is midnight. */
  pc_startTime: string | null
  /** Seconds. */
  pc_duration: number | string
  pc_alldayevent: number
  pc_apptstatus: string
  pc_prefcatid: number
  /** Number that the rows of one visit with several providers share; 0 for none (facts §2.3). */
  pc_multiple: number
  pc_title?: string | null
  /** The category's constant, e.g. `holidays`, where it was read along. */
  constant?: string | null
  /** 1: the practice's own event, in everybody's way (cattype 2, facts §2.2). */
  clinic?: number
}

/** One event on one day. Minutes are the practice's wall clock: `start` counts from midnight. */
export interface ScheduleEvent {
  kind: 'in' | 'out' | 'busy'
  day: Day
  start: number
  /** May run past midnight. */
  duration: number
  allDay: boolean
  /** On an 'in' event: the category that its hours are kept for; 0 for none. */
  preferredCategory: number
  cancelled: boolean
  /** What it is, where it was read along. */
  what?: EventKind
}

export interface EventKind {
  /** The category's constant in the host, e.g. `vacation`; '' for a category of the site's own. */
  constant: string
  title: string
  /** The practice is closed, not this provider away. */
  clinic: boolean
}

/**
 * Expands rows into the days from `from` up to, not including, `until`, and into as many days before as an event that
 * runs past midnight needs to reach them. Cancelled events are among them, marked. `weekend`: weekdays, 0 is Sunday.
 */
export function scheduleEvents(
  rows: readonly EventRow[],
  from: Day,
  until: Day,
  weekend: ReadonlySet<number>,
): ScheduleEvent[] {
  return rows.flatMap((row) => {
    const event = onAnyDay(row)
    const earlier = 1 + Math.floor(event.duration / MINUTES_A_DAY)
    const days = occurrences(recurringEvent(row, weekend), dayFrom(dayNumber(from) - earlier), until)
    return days.map((day) => ({ ...event, day }))
  })
}

export const MINUTES_A_DAY = 1440
/** Longer than any absence; a row with nonsense for a duration must not make the calendar endless. */
const LONGEST_DURATION = 366 * MINUTES_A_DAY

function onAnyDay(row: EventRow): Omit<ScheduleEvent, 'day'> {
  const minutes = Math.ceil(Number(row.pc_duration) / 60)
  const clinic = row.clinic === 1
  return {
    kind: row.pc_catid === IN_OFFICE ? 'in' : row.pc_catid === OUT_OF_OFFICE ? 'out' : 'busy',
    start: minuteOfDay(row.pc_startTime ?? '') ?? 0,
    duration: minutes > 0 ? Math.min(minutes, LONGEST_DURATION) : 0,
    // A holiday is the whole day's, even where only its date was written.
    allDay: row.pc_alldayevent !== 0 || (clinic && minutes <= 0),
    preferredCategory: row.pc_prefcatid,
    cancelled: isCancelled(row.pc_apptstatus),
    ...(row.clinic === undefined
      ? {}
      : { what: { constant: row.constant ?? '', title: row.pc_title ?? '', clinic } satisfies EventKind }),
  }
}

/** Minutes since midnight of 'HH:MM' or 'HH:MM:SS' (seconds are dropped); undefined for what is no time of a day. */
export function minuteOfDay(time: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(time) ?? []
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

/** 'HH:MM' of minutes since midnight. */
export function timeOfDay(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
