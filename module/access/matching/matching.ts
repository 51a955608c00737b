/**
 * Whose chart somebody may mean: points for what agrees and against what does not, each of them shown to staff. Pure.
 * The weights are such that name and date of birth alone are enough only when nothing speaks against them; a twin, who
 * has everything but the first name, never is (test/unit/matching.test.ts measures it on a hundred thousand charts).
 */
import type { Day } from '../../platform/clock.js'
import {
  dayLikeness,
  nameLikeness,
  sameEmail,
  samePhone,
  samePostalCode,
  type DayLikeness,
  type NameLikeness,
} from './likeness.js'
import { isUnnamed } from './unnamed.js'

/** What somebody said of themselves or of their child. '' where they said nothing. */
export interface Claim {
  forWhom: 'me' | 'child'
  firstName: string
  middleName: string
  lastName: string
  /** Last name at birth. */
  birthName: string
  born: Day
  /** `Female`, `Male`, or anything else that says nothing. */
  sex: string
  phone: string
  email: string
  postalCode: string
}

/** What a chart says. */
export interface Chart {
  pid: number
  firstName: string
  middleName: string
  lastName: string
  birthName: string
  preferredName: string
  born: Day | undefined
  sex: string
  /** Of the patient and of a guardian. */
  phones: readonly string[]
  emails: readonly string[]
  postalCodes: readonly string[]
}

/** What is known besides: names that are none, and charts that this account opens already. */
export interface Knowing {
  placeholders: readonly string[]
  family: readonly Chart[]
}

export type Field =
  'first' | 'last' | 'swapped' | 'middle' | 'birthName' | 'born' | 'sex' | 'phone' | 'email' | 'postalCode' | 'sibling'

/** Why a candidate is one, or why not: what they said, what the chart says, and what that is worth. */
export interface Point {
  field: Field
  theirs: string
  ours: string
  points: number
  /** How they compare: `same`, `nickname`, `exchanged`, … with the field a key of words. */
  how: string
}

export interface Match {
  chart: Chart
  points: readonly Point[]
  score: number
  /** suggested: nobody else comes near; possible: worth a look; weak: hardly. */
  standing: 'suggested' | 'possible' | 'weak'
}

const ENOUGH = 72
const WORTH_A_LOOK = 40
/** The next one must be so far behind. */
const AHEAD = 8

/** The candidates, best first. At most one is suggested. */
export function rank(claim: Claim, charts: readonly Chart[], knowing: Knowing): Match[] {
  const scored = charts
    .map((chart) => scoreOf(claim, chart, knowing))
    .sort((a, b) => b.score - a.score || a.chart.pid - b.chart.pid)
  const next = scored[1]?.score ?? 0
  return scored.map((match, at) => ({ ...match, standing: standingOf(match.score, at === 0 ? next : undefined) }))
}

function standingOf(score: number, next: number | undefined): Match['standing'] {
  if (next !== undefined && score >= ENOUGH && score - next >= AHEAD) return 'suggested'
  return score >= WORTH_A_LOOK ? 'possible' : 'weak'
}

function scoreOf(claim: Claim, chart: Chart, knowing: Knowing): Omit<Match, 'standing'> {
  const points = [
    ...namePoints(claim, chart, knowing),
    ...middlePoint(claim, chart),
    bornPoint(claim, chart),
    ...sexPoint(claim, chart),
    ...contactPoints(claim, chart),
    ...siblingPoint(chart, knowing),
  ]
  return { chart, points, score: points.reduce((sum, { points: worth }) => sum + worth, 0) }
}

const firstWorth: Record<NameLikeness, number> = {
  ...{ same: 24, part: 20, nickname: 19, letter: 16, sound: 14, initial: 6, different: -30, unknown: 0 },
}
const lastWorth: Record<NameLikeness, number> = {
  ...{ same: 26, part: 22, nickname: -14, letter: 18, sound: 16, initial: 4, different: -14, unknown: 0 },
}

function namePoints(claim: Claim, chart: Chart, { placeholders }: Knowing): Point[] {
  const first = firstPoint(claim, chart, placeholders)
  const last = lastPoint(claim, chart)
  const worth = first.points + last.points
  return isSwapped(claim, chart) && worth < SWAPPED ? [swappedPoint(claim, chart)] : [first, last]
}

const SWAPPED = 40

function isSwapped(claim: Claim, chart: Chart): boolean {
  return (
    nameLikeness(claim.firstName, chart.lastName) === 'same' && nameLikeness(claim.lastName, chart.firstName) === 'same'
  )
}

function swappedPoint(claim: Claim, chart: Chart): Point {
  const theirs = `${claim.firstName} ${claim.lastName}`
  return { field: 'swapped', theirs, ours: `${chart.firstName} ${chart.lastName}`, points: SWAPPED, how: 'same' }
}

function firstPoint(claim: Claim, chart: Chart, placeholders: readonly string[]): Point {
  const theirs = claim.firstName
  if (isUnnamed(chart, placeholders)) {
    return { field: 'first', theirs, ours: chart.firstName, points: 0, how: 'placeholder' }
  }
  const names = [chart.firstName, chart.preferredName, `${chart.firstName} ${chart.middleName}`]
  const [best] = names
    .filter((name) => name.trim() !== '')
    .map((name) => ({ name, how: nameLikeness(theirs, name) }))
    .sort((a, b) => firstWorth[b.how] - firstWorth[a.how])
  const how = best?.how ?? 'unknown'
  return { field: 'first', theirs, ours: best?.name ?? '', points: firstWorth[how], how }
}

/** The last name, or the one at birth on either side: whoever married has another name than the chart. */
function lastPoint(claim: Claim, chart: Chart): Point {
  const now = nameLikeness(claim.lastName, chart.lastName)
  const atBirth = [
    { theirs: claim.birthName, ours: chart.lastName },
    { theirs: claim.lastName, ours: chart.birthName },
    { theirs: claim.birthName, ours: chart.birthName },
  ].find(({ theirs, ours }) => ['same', 'part', 'letter'].includes(nameLikeness(theirs, ours)))
  if (lastWorth[now] < AT_BIRTH && atBirth) return { field: 'birthName', ...atBirth, points: AT_BIRTH, how: 'same' }
  return { field: 'last', theirs: claim.lastName, ours: chart.lastName, points: lastWorth[now], how: now }
}

const AT_BIRTH = 20

const middleWorth: Partial<Record<NameLikeness, number>> = { same: 4, initial: 2, different: -4 }

function middlePoint(claim: Claim, chart: Chart): Point[] {
  const how = nameLikeness(claim.middleName, chart.middleName)
  const points = how === 'different' || how === 'same' || how === 'initial' ? middleWorth[how] : 3
  if (how === 'unknown' || points === undefined) return []
  return [{ field: 'middle', theirs: claim.middleName, ours: chart.middleName, points, how }]
}

const bornWorth: Record<DayLikeness, number> = { same: 32, exchanged: 20, slip: 18, different: -40, unknown: 0 }

function bornPoint(claim: Claim, chart: Chart): Point {
  const how = dayLikeness(claim.born, chart.born)
  return { field: 'born', theirs: claim.born, ours: chart.born ?? '', points: bornWorth[how], how }
}

const SEXES = ['Female', 'Male']

function sexPoint({ sex: theirs }: Claim, { sex: ours }: Chart): Point[] {
  if (!SEXES.includes(theirs) || !SEXES.includes(ours)) return []
  return [
    { field: 'sex', theirs, ours, points: theirs === ours ? 2 : -10, how: theirs === ours ? 'same' : 'different' },
  ]
}

/** What is on file tells for somebody, and never against: people move and change their number. */
function contactPoints(claim: Claim, chart: Chart): Point[] {
  const phone = chart.phones.find((each) => samePhone(claim.phone, each))
  const email = chart.emails.find((each) => sameEmail(claim.email, each))
  const postal = chart.postalCodes.find((each) => samePostalCode(claim.postalCode, each))
  const point = (field: Field, theirs: string, ours: string | undefined, points: number): Point[] =>
    ours === undefined ? [] : [{ field, theirs, ours, points, how: 'same' }]
  return [
    ...point('phone', claim.phone, phone, 12),
    ...point('email', claim.email, email, 16),
    ...point('postalCode', claim.postalCode, postal, 4),
  ]
}

/** The account opens the chart of somebody with the same telephone or last name and address: a family. */
function siblingPoint(chart: Chart, { family }: Knowing): Point[] {
  const kin = family.find(
    (each) =>
      each.pid !== chart.pid &&
      (each.phones.some((phone) => chart.phones.some((other) => samePhone(phone, other))) ||
        (nameLikeness(each.lastName, chart.lastName) === 'same' &&
          each.postalCodes.some((code) => chart.postalCodes.some((other) => samePostalCode(code, other))))),
  )
  if (!kin) return []
  const name = `${kin.firstName} ${kin.lastName}`
  return [{ field: 'sibling', theirs: name, ours: `${chart.firstName} ${chart.lastName}`, points: 6, how: 'same' }]
}
