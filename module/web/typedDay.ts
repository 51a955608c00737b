/** A day that somebody may type into a form, or leave out. */
import { DateTime } from 'luxon'
import type { z } from 'zod'
import { optionalText } from './forms.js'

/** '' where none was typed. `notADay`: the key of the words for anything else. */
export function typedDay(notADay: string): z.ZodType<string> {
  return optionalText(10, notADay).refine(isDayOrNothing, notADay)
}

function isDayOrNothing(typed: string): boolean {
  return typed === '' || (/^2\d{3}-\d\d-\d\d$/.test(typed) && DateTime.fromISO(typed).isValid)
}
