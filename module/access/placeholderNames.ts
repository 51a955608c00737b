/**
 * Names that stand for a name not given yet: Baby Boy, Newborn, Twin A, BG Santos. A PIN made out to one of them would
 * be of a chart that is about to be renamed or merged.
 */

/** As hospitals write Baby Girl and Baby Boy, and newborn in Spanish, whatever the practice's own list says. */
const ABBREVIATED = ['bb', 'bg', 'bbg', 'bbb', 'rn']
/** What follows such a name when there are several: Twin A, Baby Girl 2, Boy II. */
const ORDINAL = /^(?:[a-f]|\d{1,2}|i{1,3}|iv|one|two|three|uno|una|dos|tres)$/

/**
 * `names`: the practice's list, compared without capitals, accents and punctuation, also with the last name or a number
 * after it. No first name at all is none either.
 */
export function isPlaceholderName(first: string, last: string, names: readonly string[]): boolean {
  const spoken = wordsOf(first)
  if (spoken.length === 0) return true
  const listed = new Set([...ABBREVIATED, ...names.map((name) => wordsOf(name).join(''))])
  const words = new Set([...ABBREVIATED, ...names.flatMap(wordsOf)])
  const isNone = (name: readonly string[]) =>
    name.length > 0 && (listed.has(name.join('')) || name.every((word) => words.has(word) && !ORDINAL.test(word)))
  const surname = new Set(wordsOf(last))
  const own = spoken.filter((word) => !surname.has(word))
  return [spoken, own, withoutOrdinals(spoken), withoutOrdinals(own)].some(isNone)
}

function withoutOrdinals(words: readonly string[]): string[] {
  return words.map((word) => word.replace(/\d+$/, '')).filter((word) => word !== '' && !ORDINAL.test(word))
}

function wordsOf(name: string): string[] {
  return plainName(name)
    .split(' ')
    .filter((word) => word !== '')
}

/** Small letters without accents; anything else is one space. */
export function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
