/** How like one another two names, dates or numbers are. Pure, and the same whichever way round they are asked. */
import type { Day } from '../../platform/clock.js'
import { areNicknames } from './nicknames.js'
import { phoneticKey, wordsOf } from './phonetic.js'

export type NameLikeness =
  | 'same'
  /** One of them has a part more: Garcia, Garcia Lopez. */
  | 'part'
  /** Bill, William. */
  | 'nickname'
  /** One letter more, less, another, or two exchanged. */
  | 'letter'
  | 'sound'
  /** M, Maria. */
  | 'initial'
  | 'different'
  /** One side says nothing. */
  | 'unknown'

export function nameLikeness(one: string, other: string): NameLikeness {
  const [a, b] = [wordsOf(one), wordsOf(other)]
  if (a.length === 0 || b.length === 0) return 'unknown'
  const [x, y] = [a.join(''), b.join('')]
  if (x === y) return 'same'
  if (x.length === 1 || y.length === 1) return x.charAt(0) === y.charAt(0) ? 'initial' : 'different'
  if (partsShared(a, b)) return 'part'
  if (areNicknames(x, y)) return 'nickname'
  if (Math.min(x.length, y.length) >= 3 && oneSlip(x, y)) return 'letter'
  const key = phoneticKey(one)
  return key.length >= 2 && key === phoneticKey(other) && soundsAlikeEnough(x, y) ? 'sound' : 'different'
}

function partsShared(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === b.length) return false
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short.every((word) => word.length > 1 && long.includes(word))
}

/** Keys leave vowels out: Maria and Moira have one, but are two names. Two thirds of the letters must stand in both, in order. */
function soundsAlikeEnough(x: string, y: string): boolean {
  return commonInOrder(x, y) * 3 >= Math.max(x.length, y.length) * 2
}

function commonInOrder(x: string, y: string): number {
  let row = new Array<number>(y.length + 1).fill(0)
  for (const letter of x) {
    const next = [0]
    for (let at = 1; at <= y.length; at += 1) {
      next[at] = letter === y.charAt(at - 1) ? (row[at - 1] ?? 0) + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0)
    }
    row = next
  }
  return row[y.length] ?? 0
}

/** One letter more, less or another, or two neighbours exchanged. */
export function oneSlip(x: string, y: string): boolean {
  if (Math.abs(x.length - y.length) > 1 || x === y) return false
  let from = 0
  while (from < x.length && x[from] === y[from]) from += 1
  let [endX, endY] = [x.length, y.length]
  while (endX > from && endY > from && x[endX - 1] === y[endY - 1]) {
    endX -= 1
    endY -= 1
  }
  const [restX, restY] = [x.slice(from, endX), y.slice(from, endY)]
  if (restX.length <= 1 && restY.length <= 1) return true
  return restX.length === 2 && restY.length === 2 && restX[0] === restY[1] && restX[1] === restY[0]
}

export type DayLikeness = 'same' | 'exchanged' | 'slip' | 'different' | 'unknown'

/** `exchanged`: day and month; `slip`: one digit is another, or two neighbours changed places. */
export function dayLikeness(one: Day, other: Day | undefined): DayLikeness {
  if (other === undefined) return 'unknown'
  if (one === other) return 'same'
  const [year, month, day] = one.split('-')
  if (other === [year, day, month].join('-')) return 'exchanged'
  const [x, y] = [one.replaceAll('-', ''), other.replaceAll('-', '')]
  return x.length === y.length && oneSlip(x, y) ? 'slip' : 'different'
}

/** The digits by which a telephone is known: the last ten; undefined for fewer than seven. */
export function phoneDigits(phone: string): string | undefined {
  const digits = phone.replace(/\D/g, '')
  return digits.length < 7 ? undefined : digits.slice(-10)
}

/** Known by the last seven where one side left the area out. */
export function samePhone(one: string, other: string): boolean {
  const [a, b] = [phoneDigits(one), phoneDigits(other)]
  if (a === undefined || b === undefined) return false
  return a.length === b.length ? a === b : a.slice(-7) === b.slice(-7)
}

export function sameEmail(one: string, other: string): boolean {
  return one.trim() !== '' && one.trim().toLowerCase() === other.trim().toLowerCase()
}

/** The first five letters and digits: what a US address and its longer form have in common. */
export function samePostalCode(one: string, other: string): boolean {
  const [a, b] = [one, other].map((code) => code.replace(/\W/g, '').toUpperCase().slice(0, 5))
  return a !== undefined && a.length >= 3 && a === b
}
