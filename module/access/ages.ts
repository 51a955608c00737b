/**
 * What a grant opens on a day. A parent's or guardian's narrows when the patient becomes an adolescent and opens nothing
 * once they come of age, as the practice has set the ages; nobody else's changes by age. Nothing is written when a
 * birthday comes: whoever asks on that day hears it. Days are the practice's own, so it turns at its midnight.
 */
import { daysLater, isDay, type Day } from '../platform/clock.js'
import type { FormerAges } from '../platform/settings.js'

export interface AgeRules {
  /** Years. */
  adolescentAge: number
  /** `full`, `forms`, `appointments` or `none`. */
  adolescentExtent: string
  /** Years. Where it is no more than `adolescentAge`, there is no adolescence. */
  adultAge: number
  /** The ages of before, while they still count. */
  agesBefore?: FormerAges | undefined
}

/** The ages that count on a day: those of before until the day from which on the practice's new ones do. */
export function rulesOn(rules: AgeRules, day: Day): AgeRules {
  const { agesBefore } = rules
  return agesBefore !== undefined && day < agesBefore.until ? agesBefore : rules
}

/** A grant as it stands in its row, with the patient's birth date. */
export interface AgedGrant {
  relationship: string
  extent: string
  /** Undefined, or no day of the calendar: no age is known, and none changes anything. */
  born: Day | undefined
  /** Staff keep it as it is despite the ages. */
  exempt: boolean
  /** The first day on which it has ended. */
  endsOn?: Day | undefined
}

/** granted: as it was given; exempt: an age would have changed it; adolescent, adult: an age did. */
export type WhyOpen = 'granted' | 'exempt' | 'adolescent' | 'adult' | 'ended'

export interface Opening {
  /** Undefined: nothing. */
  extent: string | undefined
  why: WhyOpen
  /** What changes next by itself. Undefined: nothing will. */
  change: Change | undefined
}

export interface Change {
  /** The first day on which it is so. */
  on: Day
  /** Undefined: nothing any more. */
  to: string | undefined
  /** rules: nobody has a birthday, other ages count from that day on; it may open more, too. */
  why: 'adolescent' | 'adult' | 'ended' | 'rules'
}

/** Whose grants change as the patient grows up. */
export const guardians = ['mother', 'father', 'guardian'] as const

const NOTHING = 'none'

/** What the grant opens on this day, why, and the next day on which that changes. */
export function openingOn(grant: AgedGrant, today: Day, rules: AgeRules): Opening {
  const now = standingOn(grant, today, rules)
  const ahead = turnsOf(grant, rules).filter((on) => on > today)
  const next = ahead.find((on) => standingOn(grant, on, rules).extent !== now.extent)
  return { ...now, change: next === undefined ? undefined : changeOn(grant, next, rules) }
}

function changeOn(grant: AgedGrant, on: Day, rules: AgeRules): Change | undefined {
  const { extent: to, why } = standingOn(grant, on, rules)
  if (why !== 'ended' && on === rules.agesBefore?.until) return { on, to, why: 'rules' }
  return why === 'granted' || why === 'exempt' ? undefined : { on, to, why }
}

/** The days on which something may change, in their order. */
function turnsOf({ born, endsOn }: AgedGrant, rules: AgeRules): Day[] {
  const { agesBefore } = rules
  const ages = [rules, ...(agesBefore ? [agesBefore] : [])].flatMap((each) => [each.adolescentAge, each.adultAge])
  const birthdays = isDay(born) ? ages.map((years) => birthday(born, years)) : []
  return [...birthdays, ...(agesBefore ? [agesBefore.until] : []), ...(endsOn === undefined ? [] : [endsOn])].sort()
}

function standingOn(grant: AgedGrant, today: Day, rules: AgeRules): Omit<Opening, 'change'> {
  if (grant.endsOn !== undefined && today >= grant.endsOn) return { extent: undefined, why: 'ended' }
  const given = some(grant.extent)
  const age = ageRuleOn(grant, today, rules)
  if (age === undefined) return { extent: given, why: 'granted' }
  const aged = some(narrower(grant.extent, extentAt(age, rulesOn(rules, today))))
  if (aged === given) return { extent: given, why: 'granted' }
  return grant.exempt ? { extent: given, why: 'exempt' } : { extent: aged, why: age }
}

function ageRuleOn(
  { relationship, born }: Pick<AgedGrant, 'relationship' | 'born'>,
  today: Day,
  rules: AgeRules,
): 'adolescent' | 'adult' | undefined {
  if (!isDay(born) || !guardians.some((each) => each === relationship)) return undefined
  const { adolescentAge, adultAge } = rulesOn(rules, today)
  if (today >= birthday(born, adultAge)) return 'adult'
  return today >= birthday(born, adolescentAge) ? 'adolescent' : undefined
}

/**
 * Its holder is the patient, or stands for one who is a child: a parent or guardian, until an age changes their grant or
 * while staff keep it as it is.
 */
export function speaksOn(grant: Omit<AgedGrant, 'extent'>, today: Day, rules: AgeRules): boolean {
  if (grant.relationship === 'self') return true
  const isGuardian = guardians.some((each) => each === grant.relationship)
  return isGuardian && (grant.exempt || ageRuleOn(grant, today, rules) === undefined)
}

/** Whether the one opens all that the other does, today and on every day to come. */
export function covers(one: AgedGrant, other: AgedGrant, today: Day, rules: AgeRules): boolean {
  const ahead = [one, other].flatMap((each) => turnsOf(each, rules)).filter((on) => on > today)
  return [today, ...ahead].every((on) => {
    const [all, some] = [one, other].map((each) => extentParts(standingOn(each, on, rules).extent ?? NOTHING))
    return all?.includes('full') === true || some?.every((part) => part === NOTHING || all?.includes(part)) === true
  })
}

function extentAt(age: 'adolescent' | 'adult', { adolescentExtent }: AgeRules): string {
  return age === 'adult' ? NOTHING : adolescentExtent
}

function some(extent: string): string | undefined {
  return extent === NOTHING ? undefined : extent
}

/**
 * What both open. `forms` and `appointments` have nothing in common (acl/policy.csv): a birthday takes away and never
 * opens what the grant did not.
 */
export function narrower(one: string, other: string): string {
  if (one === other || other === 'full') return one
  if (one === 'full') return other
  const both = extentParts(one).filter((part) => extentParts(other).includes(part))
  return both.length === 0 ? NOTHING : both.join('+')
}

/** Of a grant that several codes have widened, `appointments+forms`: each part. */
export function extentParts(extent: string): string[] {
  return extent.split('+')
}

/** The day of a birthday. Who was born on 29 February has it on 1 March in years without one. */
export function birthday(born: Day, years: number): Day {
  const year = Number(born.slice(0, 4)) + years
  const date = born.slice(5) === '02-29' && !isLeap(year) ? '03-01' : born.slice(5)
  return `${String(year).padStart(4, '0')}-${date}`
}

/** Who has this birthday from the one day to the other, both included: born from and until these, both included. */
export function bornForBirthday(years: number, from: Day, until: Day): { from: Day; until: Day } {
  return { from: firstBorn(years, from), until: lastBorn(years, until) }
}

function firstBorn(years: number, on: Day): Day {
  const year = Number(on.slice(0, 4))
  const [then, date] = [year - years, on.slice(5)]
  if (date === '03-01' && isLeap(then) && !isLeap(year)) return `${String(then)}-02-29`
  return date === '02-29' && !isLeap(then) ? `${String(then)}-03-01` : `${String(then)}-${date}`
}

function lastBorn(years: number, on: Day): Day {
  const then = Number(on.slice(0, 4)) - years
  const date = on.slice(5) === '02-29' && !isLeap(then) ? '02-28' : on.slice(5)
  return `${String(then)}-${date}`
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** An age rule as a search needs it: at this birthday, grants of these extents change to what `to` says. */
export interface AgeStep {
  why: 'adolescent' | 'adult'
  years: number
  extents: readonly string[]
}

/** What the ages change, and for which grants: those that a birthday changes nothing of are not among them. */
export function ageSteps(rules: AgeRules, extents: readonly string[]): AgeStep[] {
  const { adolescentAge, adolescentExtent, adultAge } = rules
  const between = (extent: string) => (adolescentAge < adultAge ? narrower(extent, adolescentExtent) : extent)
  const steps: AgeStep[] = [
    { why: 'adolescent', years: adolescentAge, extents: extents.filter((each) => between(each) !== each) },
    { why: 'adult', years: adultAge, extents: extents.filter((each) => between(each) !== NOTHING) },
  ]
  return steps.filter((step) => step.extents.length > 0)
}

/** Whom the day concerns from which on other ages count: patients born from and until these days, grants of these extents. */
export interface SwitchStep {
  bornFrom: Day
  bornUntil: Day
  extents: readonly string[]
}

/** What that day changes, and for which guardians' grants. None: no other ages wait, or none differ. */
export function switchSteps(rules: AgeRules, extents: readonly string[]): SwitchStep[] {
  const { agesBefore } = rules
  if (!agesBefore) return []
  const on = agesBefore.until
  const eve = daysLater(on, -1)
  // Between two of these birth dates everybody has passed the same ages, by the old rules and by the new.
  const last = [
    ...[agesBefore.adolescentAge, agesBefore.adultAge].map((years) => lastBorn(years, eve)),
    ...[rules.adolescentAge, rules.adultAge].map((years) => lastBorn(years, on)),
  ]
  const ends = [...new Set([...last, LAST_DAY])].sort()
  return ends.flatMap((bornUntil, at) => {
    const before = ends[at - 1]
    const opens = (extent: string, day: Day) =>
      standingOn({ relationship: 'guardian', extent, born: bornUntil, exempt: false }, day, rules).extent
    const changing = extents.filter((extent) => opens(extent, eve) !== opens(extent, on))
    const bornFrom = before === undefined ? FIRST_DAY : daysLater(before, 1)
    return changing.length === 0 ? [] : [{ bornFrom, bornUntil, extents: changing }]
  })
}

const FIRST_DAY = '1000-01-01'
const LAST_DAY = '9000-12-31'
