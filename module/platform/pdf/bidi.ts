/**
 * Words of scripts that are written from right to left, in the order in which they stand on paper: Unicode's own rules
 * (UAX 9) for what a template or an answer holds, without its marks of direction. Letters are joined by the font.
 */

/** R and L: of a script; N: a number, which runs to the right everywhere; O: takes the direction of what is around it. */
type Direction = 'R' | 'L' | 'N' | 'O'

const RIGHT_TO_LEFT = String.raw`\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}`
const letter = new RegExp(`(?=\\p{L})[${RIGHT_TO_LEFT}]`, 'u')
const pieces = new RegExp(
  String.raw`(?:(?=\p{L})[${RIGHT_TO_LEFT}]\p{M}*)+|\p{Nd}+(?:[.,:/٫٬]\p{Nd}+)*|(?:(?![${RIGHT_TO_LEFT}]|\p{Nd})\p{L}\p{M}*)+|[^\p{L}\p{Nd}]+|[^]`,
  'gu',
)

/** Whether any letter of it runs from right to left. */
export function runsLeft(text: string): boolean {
  return letter.test(text)
}

/** Of a paragraph: as its first letter of any script. */
export function baseOf(text: string): 'R' | 'L' {
  const first = /\p{L}/u.exec(text)?.[0]
  return first !== undefined && letter.test(first) ? 'R' : 'L'
}

/** A word, parted where its direction changes: `(12أب)` is a bracket, a number, letters and a bracket. */
export function partsOf(word: string): string[] {
  return word.match(pieces) ?? [word]
}

export function directionOf(part: string): Direction {
  if (letter.test(part)) return 'R'
  if (/\p{L}/u.test(part)) return 'L'
  return /\p{Nd}/u.test(part) ? 'N' : 'O'
}

/** For each place on the line from the left, which of these stands there; and whether it runs to the left. */
export function visualOrder(directions: readonly Direction[], base: 'R' | 'L'): { at: number; leftward: boolean }[] {
  const levels = levelsOf(directions, base)
  const order = levels.map((_level, at) => at)
  for (let level = Math.max(0, ...levels); level > 0; level -= 1) {
    for (let from = 0; from < order.length; from += 1) {
      let until = from
      while (until < order.length && (levels[order[until] ?? 0] ?? 0) >= level) until += 1
      if (until > from + 1) order.splice(from, until - from, ...order.slice(from, until).reverse())
      from = Math.max(from, until - 1)
    }
  }
  return order.map((at) => ({ at, leftward: (levels[at] ?? 0) % 2 === 1 }))
}

function levelsOf(directions: readonly Direction[], base: 'R' | 'L'): number[] {
  const strong = numbersAfterLetters(directions, base)
  return strong.map((direction, at) => {
    const resolved = direction === 'O' ? between(strong, at, base) : direction
    if (resolved === 'N') return 2
    return base === 'R' ? (resolved === 'R' ? 1 : 2) : resolved === 'R' ? 1 : 0
  })
}

/** A number after Latin letters goes with them (UAX 9, W7). */
function numbersAfterLetters(directions: readonly Direction[], base: 'R' | 'L'): Direction[] {
  let last: Direction = base
  return directions.map((direction) => {
    if (direction === 'R' || direction === 'L') last = direction
    return direction === 'N' && last === 'L' ? 'L' : direction
  })
}

/** As both its neighbours run, numbers counting as R; where they differ, as the paragraph (UAX 9, N1 and N2). */
function between(directions: readonly Direction[], at: number, base: 'R' | 'L'): 'R' | 'L' {
  const sideOf = (direction: Direction | undefined) => (direction === undefined ? base : direction === 'L' ? 'L' : 'R')
  const before = sideOf(directions.slice(0, at).findLast((each) => each !== 'O'))
  const after = sideOf(directions.slice(at + 1).find((each) => each !== 'O'))
  return before === after ? before : base
}

const mirrored: Readonly<Record<string, string>> = {
  ...{ '(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«' },
}

/** As it is drawn. The font turns letters itself, and Persian digits, which it takes for letters; signs it does not. */
export function drawn(part: string, leftward: boolean): string {
  const direction = directionOf(part)
  if (direction === 'N') return /[\u06f0-\u06f9]/.test(part) ? reversed(part) : part
  if (direction !== 'O' || !leftward) return part
  return reversed(part).replace(/[()[\]{}<>«»]/g, (sign) => mirrored[sign] ?? sign)
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('')
}
