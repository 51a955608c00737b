/** Days and times as people read them. The host's wall clock is written as it stands: no zone is ever applied. */
import { DateTime } from 'luxon'
import type { Day } from '../platform/clock.js'
import type { Language } from '../platform/i18n.js'

const locales: Record<Language, string> = { en: 'en-US', es: 'es-US' }

/** "Tue 24 Nov", with the year where it is not this one. */
export function writeShortDay(day: Day, language: Language, today: Day): string {
  const pattern = day.slice(0, 4) === today.slice(0, 4) ? 'ccc d LLL' : 'ccc d LLL yyyy'
  return written(day, language).toFormat(pattern)
}

/** "Tuesday 24 November". */
export function writeLongDay(day: Day, language: Language): string {
  return written(day, language).toFormat(language === 'es' ? "cccc d 'de' LLLL" : 'cccc d LLLL')
}

/** "24 Nov 2026": for birth dates. */
export function writeDay(day: Day, language: Language): string {
  return written(day, language).toFormat('d LLL yyyy')
}

/** `HH:MM` of the host's `HH:MM:SS`. */
export function writeTime(time: string): string {
  return time.slice(0, 5)
}

/** Whole years on a day, by the calendar: the birthday itself counts. */
export function ageOn(born: Day, today: Day): number {
  return Math.floor(DateTime.fromISO(today).diff(DateTime.fromISO(born), 'years').years)
}

/** "5 min", "3 h", "2 d": how long something has waited. */
export function writeAge(minutes: number): string {
  if (minutes < 60) return `${String(Math.max(0, Math.floor(minutes)))} min`
  if (minutes < 48 * 60) return `${String(Math.floor(minutes / 60))} h`
  return `${String(Math.floor(minutes / 60 / 24))} d`
}

function written(day: Day, language: Language): DateTime {
  return DateTime.fromISO(day, { zone: 'utc' }).setLocale(locales[language])
}
