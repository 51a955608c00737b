/** What somebody typed into a field of the profile, and whether it can stand in a chart. The same for patients and for staff. */
import type { ProfileField } from '../../host/profile/layout.js'
import { day as dayOf, isDay, type Clock } from '../../platform/clock.js'
import { isEmailAddress } from '../../platform/emailAddress.js'
import { isSame, type Values } from './merging.js'

const OLDEST = '1890-01-01'
const DIGITS_LEAST = 7

/** Keys of words, by field. */
export type FieldFaults = Readonly<Record<string, string>>

/** `stands`: what is there already, and so may stay whatever it is. A field that was not sent is as it is there. */
export function readFields(
  fields: readonly ProfileField[],
  typed: Values,
  stands: Values,
  clock: Clock,
): { values: Values; faults: FieldFaults } {
  const values: Record<string, string> = {}
  const faults: Record<string, string> = {}
  for (const field of fields) {
    const { column } = field
    const there = stands[column] ?? ''
    const value = oneLine(typed[column] ?? there)
    values[column] = value
    const fault = isSame(value, there) ? missing(field, value) : faultIn(field, value, clock)
    if (fault !== undefined) faults[column] = fault
  }
  // The end that stands is that of the insurance that runs: a new one, which begins after it, does not take it over.
  const endIsNew = !isSame(values['date_end'] ?? '', stands['date_end'] ?? '')
  if (endIsNew && endsBeforeItBegins(values)) faults['date_end'] ??= 'profile.fault.endsBefore'
  return { values, faults }
}

/** Of an insurance, whose days the host keeps in these columns (facts §5.3). */
export function endsBeforeItBegins({ date: begins = '', date_end: ends = '' }: Values): boolean {
  return begins !== '' && ends !== '' && ends < begins
}

/** As it would stand in the chart: no line ends, no control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

function missing({ required }: ProfileField, value: string): string | undefined {
  return required && value === '' ? 'profile.fault.missing' : undefined
}

/** Why it can't stand in this field; undefined: it can. */
export function faultIn(field: ProfileField, value: string, clock: Clock): string | undefined {
  if (value === '') return missing(field, value)
  if (value.length > field.most) return 'form.tooLong'
  switch (field.kind) {
    case 'list':
    case 'yesno':
      return field.options?.some((option) => option.value === value && !option.gone) ? undefined : 'form.choose'
    case 'date':
      return dateFault(field, value, dayOf(clock.now()))
    case 'phone':
      return value.replace(/\D/g, '').length >= DIGITS_LEAST ? undefined : 'profile.fault.phone'
    case 'email':
      return isEmailAddress(value) ? undefined : 'profile.fault.email'
    case 'text':
      return undefined
  }
}

const LATEST = '2199-12-31'

/** A person's birth lies behind us; an insurance may begin and end when it will. */
function dateFault({ column }: ProfileField, value: string, today: string): string | undefined {
  if (!isDay(value)) return 'profile.fault.date'
  const latest = column.endsWith('DOB') ? today : LATEST
  return value >= OLDEST && value <= latest ? undefined : 'profile.fault.date'
}
