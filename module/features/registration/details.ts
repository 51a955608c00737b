/** What the form asks of a person, and how it is read. */
import { z } from 'zod'
import type { Clock } from '../../platform/clock.js'
import { optionalText, text } from '../../web/forms.js'
import { birthDate, telephone } from '../../web/personFields.js'
import type { Claim } from '../../access/matching/matching.js'

export interface Details extends Omit<Claim, 'email'> {
  relationship: string
  message: string
}

/** Whom a parent's account may stand for a child as. */
export const relationships = ['mother', 'father', 'guardian'] as const
export const sexes = ['Female', 'Male', 'UNK'] as const

/** The fields of a person. A date that is none, in the future or of nobody alive is refused at its field. */
export function detailsSchema(clock: Clock) {
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
    born: birthDate(clock, { missing: 'registration.missing.born', wrong: 'registration.wrong.born' }),
    sex: z
      .enum(['', ...sexes], 'form.choose')
      .optional()
      .default(''),
    phone: telephone({ missing: 'registration.missing.phone', wrong: 'registration.wrong.phone' }),
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
