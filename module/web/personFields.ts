/** What forms ask of a person who is not known yet, read the same on each of them. Messages are keys of words. */
import { z } from 'zod'
import { day as dayOf, isDay, type Clock } from '../platform/clock.js'
import { isEmailAddress } from '../platform/emailAddress.js'
import { text } from './forms.js'

const OLDEST = '1890-01-01'

/** A date of birth: a day of the calendar, of somebody who can be alive. */
export function birthDate(clock: Clock, { missing, wrong }: { missing: string; wrong: string }) {
  const today = dayOf(clock.now())
  return z
    .string(missing)
    .trim()
    .refine((value) => isDay(value), missing)
    .refine((value) => value >= OLDEST && value <= today, wrong)
}

/** Seven digits at least, however they are written. */
export function telephone({ missing, wrong }: { missing: string; wrong: string }) {
  return text(40, missing).refine((value) => value.replace(/\D/g, '').length >= 7, wrong)
}

export function emailAddress(missing: string) {
  return text(255, missing).refine(isEmailAddress, missing)
}
