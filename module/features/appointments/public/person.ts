/** What the form asks of a person who has no account, and how it is read. */
import { z } from 'zod'
import type { Clock } from '../../../platform/clock.js'
import { optionalText, text } from '../../../web/forms.js'
import { birthDate, emailAddress, telephone } from '../../../web/personFields.js'
import { REASON_MOST } from '../patient/choosing.js'

/** In the order of the form, so that what is wrong is said in it. */
export const PERSON_FIELDS = ['firstName', 'lastName', 'born', 'phone', 'email', 'reason'] as const

export function personSchema(clock: Clock) {
  return z.object({
    firstName: text(100, 'booking.missing.firstName'),
    lastName: text(100, 'booking.missing.lastName'),
    born: birthDate(clock, { missing: 'booking.missing.born', wrong: 'booking.wrong.born' }),
    phone: telephone({ missing: 'booking.missing.phone', wrong: 'booking.wrong.phone' }),
    email: emailAddress('booking.missing.email'),
    reason: optionalText(REASON_MOST),
    stamp: optionalText(80),
    work: optionalText(20),
    website: optionalText(255),
  })
}
