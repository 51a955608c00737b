/**
 * What a grant is once its account has used a code for the same chart. On each day to come it opens what the grant opens
 * and what the code says; where no single row says both, the code is refused and staff change the grant itself.
 */
import { day as dayOf, utc, type Day, type Utc } from '../platform/clock.js'
import { covers, guardians, openingOn } from './ages.js'
import { widerExtent } from './codes.js'
import { endsOn, type ScopeRules } from './scope.js'

/** A grant as its row says it: what it opens today is another matter (ages.ts). */
export interface Granted {
  relationship: string
  extent: string
  /** The instant at which it ends. */
  until: Utc | undefined
  /** Staff keep it as it is despite the ages. */
  exempt: boolean
}

/**
 * The grant with what the code gives, for a patient born on this day. A grant that opens nothing today, since it has
 * ended or the patient has grown up, adds nothing to the code. Whoever holds the chart as their own, or as a parent or
 * guardian, goes on as that: no code makes the ages cease. Undefined: no row says both.
 */
export function joined(
  grant: Granted,
  code: Pick<Granted, 'relationship' | 'extent'>,
  born: Day | undefined,
  rules: ScopeRules,
): Granted | undefined {
  const said: Granted = { ...code, until: undefined, exempt: false }
  if (opensToday(grant, born, rules) === undefined) return { ...said, relationship: kept(grant, said, 'self') }

  const given = { ...said, relationship: kept(grant, said, 'self', ...guardians) }
  const both = rowOfBoth(grant, given, (one, other) => opensAll(one, other, born, rules))
  // As a guardian whom an age has narrowed, they may get less than the code says: it would be used up for nothing.
  const [opened, promised] = [both && opensToday(both, born, rules), opensToday(said, born, rules)]
  return promised === undefined || (opened !== undefined && widerExtent(opened, promised) === opened) ? both : undefined
}

/** Undefined: nothing. */
function opensToday(grant: Granted, born: Day | undefined, rules: ScopeRules): string | undefined {
  const { clock, settings } = rules
  // It ends at an instant of the day, whatever is left of that.
  if (grant.until !== undefined && grant.until <= utc(clock.now())) return undefined
  return openingOn({ ...grant, born, endsOn: endsOn(grant.until, rules) }, dayOf(clock.now()), settings()).extent
}

/** The grant's relationship where it is one of these, and the code's is none of a guardian's; else the code's. */
function kept(grant: Granted, code: Granted, ...lasting: readonly string[]): string {
  if (!lasting.includes(grant.relationship)) return code.relationship
  return isGuardian(grant) && isGuardian(code) ? code.relationship : grant.relationship
}

function opensAll(one: Granted, other: Granted, born: Day | undefined, rules: ScopeRules): boolean {
  const aged = (each: Granted) => ({ ...each, born, endsOn: endsOn(each.until, rules) })
  return covers(aged(one), aged(other), dayOf(rules.clock.now()), rules.settings())
}

function rowOfBoth(
  grant: Granted,
  given: Granted,
  opensAll: (one: Granted, other: Granted) => boolean,
): Granted | undefined {
  const agesAlike = isGuardian(grant) === isGuardian(given)
  if (opensAll(grant, given)) return agesAlike ? { ...grant, relationship: given.relationship } : grant
  if (opensAll(given, grant)) return given
  const lastsAlike = grant.until === undefined && !(grant.exempt && isGuardian(grant))
  return agesAlike && lastsAlike ? { ...given, extent: widerExtent(grant.extent, given.extent) } : undefined
}

function isGuardian({ relationship }: Granted): boolean {
  return guardians.some((each) => each === relationship)
}
