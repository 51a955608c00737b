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
  /** The instant at which it begins. Undefined: it has begun. */
  from?: Utc | undefined
  /** The instant at which it ends. */
  until: Utc | undefined
  /** Staff keep it as it is despite the ages. */
  exempt: boolean
}

/** What a code gives: `from` its first day on, or as soon as it is used. */
type Given = Pick<Granted, 'relationship' | 'extent' | 'from'>

/**
 * The grant with what the code gives, for a patient born on this day. A grant that opens nothing today, since it has
 * ended or the patient has grown up, adds nothing to the code. Whoever holds the chart as their own, or as a parent or
 * guardian, goes on as that: no code makes the ages cease. One that staff keep closed until a day is opened by no code
 * before it, and what a code gives from a day on is no more than what is open already. Undefined: no row says both.
 */
export function joined(grant: Granted, code: Given, born: Day | undefined, rules: ScopeRules): Granted | undefined {
  const said: Granted = { ...code, until: undefined, exempt: false }
  const [begins, gives] = [comingFrom(grant, rules), comingFrom(code, rules)]
  if (begins !== undefined && begins !== gives) return undefined
  if (opensToday(grant, born, rules) === undefined) return { ...said, relationship: kept(grant, said, 'self') }

  const given = { ...said, relationship: kept(grant, said, 'self', ...guardians) }
  const both = rowOfBoth(grant, given, begins === gives, (one, other) => opensAll(one, other, born, rules))
  // As a guardian whom an age has narrowed, they may get less than the code says: it would be used up for nothing.
  const [opened, promised] = [both && opensToday(both, born, rules), opensToday(said, born, rules)]
  return promised === undefined || (opened !== undefined && widerExtent(opened, promised) === opened) ? both : undefined
}

/** When it begins, where that is to come. */
export function comingFrom({ from }: Pick<Granted, 'from'>, { clock }: Pick<ScopeRules, 'clock'>): Utc | undefined {
  return from !== undefined && from > utc(clock.now()) ? from : undefined
}

/** As staff are told. not-begun: the grant opens from a day to come on; otherwise-open: it is another one altogether. */
export type NotJoined = 'not-begun' | 'otherwise-open'

/** Why no row says a grant and a code (`joined`). */
export function whyNotJoined(grant: Granted, rules: ScopeRules): NotJoined {
  return comingFrom(grant, rules) === undefined ? 'otherwise-open' : 'not-begun'
}

/** Whether it has begun or not. Undefined: nothing. */
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

/** `together`: both begin at once. Else the grant runs, and the code gives nothing before its day. */
function rowOfBoth(
  grant: Granted,
  given: Granted,
  together: boolean,
  opensAll: (one: Granted, other: Granted) => boolean,
): Granted | undefined {
  const agesAlike = isGuardian(grant) === isGuardian(given)
  if (opensAll(grant, given)) return agesAlike ? { ...grant, relationship: given.relationship } : grant
  if (!together) return undefined
  if (opensAll(given, grant)) return given
  const lastsAlike = grant.until === undefined && !(grant.exempt && isGuardian(grant))
  return agesAlike && lastsAlike ? { ...given, extent: widerExtent(grant.extent, given.extent) } : undefined
}

function isGuardian({ relationship }: Granted): boolean {
  return guardians.some((each) => each === relationship)
}
