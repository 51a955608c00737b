/** Days and times as people read them. The host's wall clock is written as it stands: no zone is ever applied. */
import { DateTime } from 'luxon'
import type { Day } from '../platform/clock.js'
import type { Language } from '../platform/i18n.js'

const locales: Record<Language, string> = { en: 'en-US', es: 'es-US' }

/** "Tue 24 Nov", with the year where it is not this one. */
export function writeShortDay(day: Day, language: Language, today: Day): string {
  return written(day, language, day.slice(0, 4) === today.slice(0, 4) ? 'ccc d LLL' : 'ccc d LLL yyyy')
}

/** "Tuesday 24 November". */
export function writeLongDay(day: Day, language: Language): string {
  return written(day, language, language === 'es' ? "cccc d 'de' LLLL" : 'cccc d LLLL')
}

/** "24 Nov 2026": for birth dates. */
export function writeDay(day: Day, language: Language): string {
  return written(day, language, 'd LLL yyyy')
}

/** "November 2026", of `2026-11`. */
export function writeMonth(month: string, language: Language): string {
  return written(`${month}-01`, language, language === 'es' ? "LLLL 'de' yyyy" : 'LLLL yyyy')
}

/** "Tue", "24", "Nov": a day as a leaf of a calendar has it. */
export function writeLeaf(day: Day, language: Language): { weekday: string; dayOfMonth: string; month: string } {
  const part = (pattern: string) => written(day, language, pattern)
  return { weekday: part('ccc'), dayOfMonth: part('d'), month: part('LLL') }
}

/** `HH:MM` of the host's `HH:MM:SS`. */
export function writeTime(time: string): string {
  return time.slice(0, 5)
}

/** Whole years on a day: the birthday itself counts, for those born on 29 February 1 March (access/ages.ts). */
export function ageOn(born: Day, today: Day): number {
  const years = Number(today.slice(0, 4)) - Number(born.slice(0, 4))
  return today.slice(5) >= born.slice(5) ? years : years - 1
}

/** "5 min", "3 h", "2 d": how long something has waited. */
export function writeAge(minutes: number): string {
  if (minutes < 60) return `${String(Math.max(0, Math.floor(minutes)))} min`
  if (minutes < 48 * 60) return `${String(Math.floor(minutes / 60))} h`
  return `${String(Math.floor(minutes / 60 / 24))} d`
}

const texts = new Map<string, string>()
const TEXTS_MOST = 20_000

/** Remembered: lists write the same few days over and over, and writing one out costs more than looking it up. */
function written(day: Day, language: Language, pattern: string): string {
  const key = `${language}${pattern}${day}`
  const known = texts.get(key)
  if (known !== undefined) return known
  const text = DateTime.fromISO(day, { zone: 'utc' }).setLocale(locales[language]).toFormat(pattern)
  if (texts.size >= TEXTS_MOST) texts.clear()
  texts.set(key, text)
  return text
}
