/** Numbers and sizes as people read them. */
import type { Language } from '../platform/i18n.js'

const locales: Record<Language, string> = { en: 'en-US', es: 'es-US' }

/** "1,204", "2.5": with so many digits after the point at most. */
export function writeNumber(value: number, language: Language, digits = 0): string {
  return writerOf(language, { maximumFractionDigits: digits }).format(value)
}

const KILO = 1000

/** "120 kB", "2.5 MB": a file is never of no size at all. */
export function writeSize(bytes: number, language: Language): string {
  if (bytes < KILO * KILO) return `${writeNumber(Math.max(1, bytes / KILO), language)} kB`
  const megabytes = bytes / (KILO * KILO)
  return `${writeNumber(megabytes, language, megabytes < 10 ? 1 : 0)} MB`
}

const writers = new Map<string, Intl.NumberFormat>()

/** Kept: making one takes a hundred times as long as writing a number with it. */
function writerOf(language: Language, options: { maximumFractionDigits: number }): Intl.NumberFormat {
  const key = `${language}${String(options.maximumFractionDigits)}`
  const known = writers.get(key) ?? new Intl.NumberFormat(locales[language], options)
  writers.set(key, known)
  return known
}
