/** What the form asks of a person, and how it is read. */
import { DateTime } from 'luxon'
import { z } from 'zod'
import { day as dayOf, type Clock, type Day } from '../../platform/clock.js'
import { optionalText, text } from '../../web/forms.js'
import type { Claim } from './matching.js'

export interface Details extends Omit<Claim, 'email'> {
  relationship: string
  message: string
}

/** Whom a parent's account may stand for a child as. */
export const relationships = ['mother', 'father', 'guardian'] as const
export const sexes = ['Female', 'Male', 'UNK'] as const

const OLDEST = '1890-01-01'

/** The fields of a person. A date that is none, in the future or of nobody alive is refused at its field. */
export function detailsSchema(clock: Clock) {
  const today = dayOf(clock.now())
  return z.object({
    forWhom: z.enum(['me', 'child'], 'registration.missing.forWhom'),
    relationship: z
      .enum(['', ...relationships], 'form.choose')
      .optional()
      .default(''),
    firstName: text(100, 'registration.missing.firstName'),
    middleName: optionalText(100),
    lastName: text(100, 'registration.missing.lastName'),
    birthName: optionalText(100),
    born: z
      .string('registration.missing.born')
      .trim()
      .refine((value) => isDay(value), 'registration.missing.born')
      .refine((value) => value >= OLDEST && value <= today, 'registration.wrong.born'),
    sex: z
      .enum(['', ...sexes], 'form.choose')
      .optional()
      .default(''),
    phone: text(40, 'registration.missing.phone').refine(
      (value) => value.replace(/\D/g, '').length >= 7,
      'registration.wrong.phone',
    ),
    postalCode: optionalText(20),
    message: optionalText(500),
  })
}

type Read = z.output<ReturnType<typeof detailsSchema>>

/** For oneself one is oneself; for a child it must be said as what. Undefined: it was not. */
export function detailsOf({ forWhom, relationship, ...person }: Read): Details | undefined {
  if (forWhom === 'me') return { ...person, forWhom, relationship: 'self' }
  return relationship === '' ? undefined : { ...person, forWhom, relationship }
}

function isDay(value: string): value is Day {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && DateTime.fromISO(value).isValid
}
