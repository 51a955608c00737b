/** Whose access changes by age, and when: what the practice's settings make of the birthdays of a time. */
import {
  ageSteps,
  birthday,
  bornForBirthday,
  guardians,
  switchSteps,
  type AgeRules,
  type AgeStep,
} from '../../../access/ages.js'
import { grantExtents } from '../../../access/codes.js'
import type { Portal } from '../../../access/portal.js'
import type { Growing, Moment } from '../../../host/reads/comingChanges.js'
import { daysLater, utc, type Day } from '../../../platform/clock.js'

export interface Step extends Growing {
  why: AgeStep['why'] | 'rules'
  /** When it is due for somebody born then. */
  on: (born: Day) => Day
}

/**
 * The age rules as searches: for whom something changes from the one day to the other, both included, by a birthday or
 * because other ages count from one of them on.
 */
export function stepsBetween({ settings }: Pick<Portal, 'settings'>, from: Day, until: Day): Step[] {
  const rules = settings()
  const turn = rules.agesBefore?.until
  if (rules.agesBefore === undefined || turn === undefined || turn < from) return birthdaySteps(rules, from, until)
  const eve = daysLater(turn, -1)
  return [
    ...birthdaySteps(rules.agesBefore, from, until < eve ? until : eve),
    ...(turn <= until ? stepsOfSwitch(rules) : []),
    ...birthdaySteps(rules, daysLater(turn, 1), until),
  ]
}

function birthdaySteps(rules: AgeRules, from: Day, until: Day): Step[] {
  if (from > until) return []
  return ageSteps(rules, grantExtents).map(({ extents, why, years }) => {
    const born = bornForBirthday(years, from, until)
    const on = (day: Day) => birthday(day, years)
    return { why, on, years, day: null, extents, relationships: guardians, bornFrom: born.from, bornUntil: born.until }
  })
}

/** Those for whom something changes on the day from which on other ages count. */
export function stepsOfSwitch(rules: AgeRules): Step[] {
  const until = rules.agesBefore?.until ?? ''
  const steps = switchSteps(rules, grantExtents)
  return steps.map((step) => ({
    ...step,
    why: 'rules',
    on: () => until,
    years: null,
    day: until,
    relationships: guardians,
  }))
}

/** What a search is asked with. */
export function growingOf({ bornFrom, bornUntil, day, extents, relationships, years }: Step): Growing {
  return { relationships, extents, bornFrom, bornUntil, years, day }
}

/** When it is searched. */
export function momentOf({ clock }: Pick<Portal, 'clock'>): Moment {
  const now = clock.now()
  return { now: utc(now), local: now.offset }
}

/** The first of the steps that is due for a grant within the time, and its day. */
export function dueStep(
  steps: readonly Step[],
  { born, extent }: { born: Day; extent: string },
): { on: Day; why: Step['why'] } | undefined {
  const due = steps.filter((step) => born >= step.bornFrom && born <= step.bornUntil && step.extents.includes(extent))
  const [first] = due.map(({ on, why }) => ({ on: on(born), why })).sort((a, b) => (a.on < b.on ? -1 : 1))
  return first
}
