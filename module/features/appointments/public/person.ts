/** What the form asks of a person who has no account, and how it is read. */
import { DateTime } from 'luxon'
import { z } from 'zod'
import { day as dayOf, type Clock } from '../../../platform/clock.js'
import { optionalText, text } from '../../../web/forms.js'
import { isDay } from '../appointment.js'
import { REASON_MOST } from '../patient/choosing.js'

const OLDEST = '1890-01-01'

/** In the order of the form, so that what is wrong is said in it. */
export const PERSON_FIELDS = ['firstName', 'lastName', 'born', 'phone', 'email', 'reason'] as const

export function personSchema(clock: Clock) {
  const today = dayOf(clock.now())
  return z.object({
    firstName: text(100, 'booking.missing.firstName'),
    lastName: text(100, 'booking.missing.lastName'),
    born: z
      .string('booking.missing.born')
      .trim()
      .refine((value) => isDay(value) && DateTime.fromISO(value).isValid, 'booking.missing.born')
      .refine((value) => value >= OLDEST && value <= today, 'booking.wrong.born'),
    phone: text(40, 'booking.missing.phone').refine(
      (value) => value.replace(/\D/g, '').length >= 7,
      'booking.wrong.phone',
    ),
    email: text(255, 'booking.missing.email').refine(
      (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
      'booking.missing.email',
    ),
    reason: optionalText(REASON_MOST),
    stamp: optionalText(80),
    work: optionalText(20),
    website: optionalText(255),
  })
}
