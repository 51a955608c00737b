/** By what a chart is found again (table foyer_chart_keys), and by what somebody looks for one. Pure. */
import type { Day } from '../../platform/clock.js'
import { sha256 } from '../../platform/ids.js'
import { homeKey } from '../../host/homes.js'
import { phoneDigits } from '../../access/matching/likeness.js'
import type { Chart, Claim } from '../../access/matching/matching.js'
import { phoneticKey, wordsOf } from '../../access/matching/phonetic.js'
import { isUnnamed } from '../../access/matching/unnamed.js'

/** The columns of foyer_chart_keys that are looked by. */
export interface ChartKeys {
  born: Day | null
  day_key: string | null
  last_key: string | null
  second_key: string | null
  birth_key: string | null
  first_key: string | null
  phone1: string | null
  phone2: string | null
  phone3: string | null
  email1: string | null
  email2: string | null
  home_key: string | null
}

export function keysOfChart(chart: Chart & { street?: string }, placeholders: readonly string[]): ChartKeys {
  const [last, second] = lastNames(chart.lastName)
  const [phone1, phone2, phone3] = distinct(chart.phones.map(phoneKey))
  const [email1, email2] = distinct(chart.emails.map(emailKey))
  return {
    born: chart.born ?? null,
    day_key: chart.born === undefined ? null : dayKey(chart.born),
    last_key: last ?? null,
    second_key: second ?? null,
    birth_key: orNull(phoneticKey(chart.birthName)),
    first_key: isUnnamed(chart, placeholders) ? UNNAMED : orNull(phoneticKey(chart.firstName)),
    phone1: phone1 ?? null,
    phone2: phone2 ?? null,
    phone3: phone3 ?? null,
    email1: email1 ?? null,
    email2: email2 ?? null,
    home_key: homeKey(chart.street ?? '', chart.postalCodes[0] ?? '') ?? null,
  }
}

const UNNAMED = '-'

/** A way to a few charts: columns of one index and what they must be; a range of days where the last is one. */
export interface Way {
  columns: Partial<Record<keyof ChartKeys, string>>
  /** Of `born`, inclusive. */
  between?: readonly [Day, Day]
}

/**
 * Every way to the charts that somebody may mean. Whatever one mistake was made, in a name or in the date, one way is
 * left: names apart are looked for with the date, the date's mistakes with both names.
 */
export function waysTo(claim: Claim): Way[] {
  const { born } = claim
  const [last, second] = lastNames(claim.lastName)
  const birth = orNull(phoneticKey(claim.birthName)) ?? undefined
  const first = orNull(phoneticKey(claim.firstName)) ?? undefined
  const surnames = distinct([last, second, birth])
  const phone = phoneKey(claim.phone)
  const email = emailKey(claim.email)
  const ways: Way[] = [
    ...surnames.flatMap((name): Way[] => [
      { columns: { born, last_key: name } },
      { columns: { born, second_key: name } },
      { columns: { born, birth_key: name } },
    ]),
    ...distinct([first, last, UNNAMED]).map((name): Way => ({ columns: { born, first_key: name } })),
    ...(last === undefined || first === undefined ? [] : bothNames(born, last, first)),
    ...(first === undefined ? [] : distinct([second, birth]).flatMap((name) => bothNames(born, name, first))),
    // First and last name in each other's place.
    ...(last === undefined || first === undefined ? [] : [{ columns: { born, last_key: first } }]),
  ]
  const contact: Way[] = [
    ...(phone === undefined
      ? []
      : (['phone1', 'phone2', 'phone3'] as const).map((at) => ({ columns: { [at]: phone } }))),
    ...(email === undefined ? [] : (['email1', 'email2'] as const).map((at) => ({ columns: { [at]: email } }))),
  ]
  return [...ways, ...contact]
}

/** In the same year, or on the same day of whatever year. */
function bothNames(born: Day, last_key: string, first_key: string): Way[] {
  const year = born.slice(0, 4)
  return [
    { columns: { last_key, first_key }, between: [`${year}-01-01`, `${year}-12-31`] },
    { columns: { last_key, first_key, day_key: dayKey(born) } },
  ]
}

/** The key of the whole name and, where there are two, of the second: Garcia Lopez is also looked for as Garcia. */
function lastNames(name: string): [string | undefined, string | undefined] {
  const [head, ...rest] = wordsOf(name)
  if (head === undefined) return [undefined, undefined]
  const key = orNull(phoneticKey(head)) ?? undefined
  return [key, rest.length === 0 ? undefined : (orNull(phoneticKey(rest.join(' '))) ?? undefined)]
}

/** Day and month in order of size: the same for 3 April and 4 March. */
function dayKey(born: Day): string {
  return [born.slice(5, 7), born.slice(8, 10)].sort().join('')
}

function phoneKey(phone: string): string | undefined {
  return phoneDigits(phone)
}

/** Undefined: it is no address. */
export function emailKey(email: string): string | undefined {
  const plain = email.trim().toLowerCase()
  return plain.includes('@') ? sha256(plain).slice(0, 16) : undefined
}

function distinct<Value>(values: readonly (Value | undefined)[]): Value[] {
  return [...new Set(values.filter((value) => value !== undefined))]
}

function orNull(text: string): string | null {
  return text === '' ? null : text
}
