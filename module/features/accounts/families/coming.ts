/** Whose access changes by age, and when: what the practice's settings make of the birthdays of a time. */
import { ageSteps, birthday, bornForBirthday, guardians, type AgeStep } from '../../../access/ages.js'
import { grantExtents } from '../../../access/codes.js'
import type { Portal } from '../../../access/portal.js'
import type { Growing } from '../../../host/reads/comingChanges.js'
import type { Day } from '../../../platform/clock.js'

export interface Step extends Growing {
  why: AgeStep['why']
  years: number
}

/** The age rules as searches: whose birthdays from the one day to the other, both included, change something. */
export function stepsBetween({ settings }: Pick<Portal, 'settings'>, from: Day, until: Day): Step[] {
  return ageSteps(settings(), grantExtents).map(({ extents, why, years }) => {
    const born = bornForBirthday(years, from, until)
    return { why, years, extents, relationships: guardians, bornFrom: born.from, bornUntil: born.until }
  })
}

/** What a search is asked with. */
export function growingOf({ relationships, extents, bornFrom, bornUntil }: Step): Growing {
  return { relationships, extents, bornFrom, bornUntil }
}

/** The day within the time on which one of the steps is due for somebody. */
export function dueDay(steps: readonly Step[], born: Day): Day | undefined {
  const due = steps.find((step) => born >= step.bornFrom && born <= step.bornUntil)
  return due && birthday(born, due.years)
}
