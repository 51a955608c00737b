/**
 * Names as they sound, to somebody who speaks English or Spanish: Catherine and Katherine, Vasquez and Bazquez, Jiménez
 * and Gimenez come out alike. Only the beginning and the consonants count, as in Soundex, but more of them.
 */

const KEY_MOST = 12

/** The key of one name; '' where there is no letter in it. `de la Cruz` sounds as `Cruz`. */
export function phoneticKey(name: string): string {
  const known = heard.get(name)
  if (known !== undefined) return known
  const key = squeezed(wordsOf(name).map(soundOf).join('')).slice(0, KEY_MOST)
  if (heard.size >= HEARD_MOST) heard.clear()
  heard.set(name, key)
  return key
}

/** Remembered: a practice's names are few, and its charts many. */
const heard = new Map<string, string>()
const HEARD_MOST = 20_000

/** The words of a name in plain small letters, without accents, titles and particles. */
export function wordsOf(name: string): string[] {
  const words = plainName(name)
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const own = words.filter((word) => !PARTICLES.has(word))
  return own.length > 0 ? own : words
}

/** Small letters without accents; apostrophes close up (`O'Brien` is `obrien`). */
export function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ø/g, 'o')
    .replace(/æ/g, 'ae')
    .replace(/ł/g, 'l')
    .replace(/['’`´]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

const PARTICLES = new Set(['de', 'del', 'la', 'las', 'los', 'el', 'y', 'da', 'do', 'dos', 'van', 'von', 'der', 'den'])

/** In order: what comes earlier hides letters from what comes later. Capitals are sounds that are done. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^(kn|gn|pn)/, 'n'],
  [/^wr/, 'r'],
  [/^ps/, 's'],
  [/^x/, 's'],
  [/^h(?=[aeiou])/, ''],
  [/sch|tch|ch|sh/g, 'X'],
  [/ph/g, 'f'],
  [/th/g, 't'],
  [/gh(?=[^aeiou]|$)/g, ''],
  [/gue|gui/g, 'gI'],
  [/que|qui/g, 'kI'],
  [/ck|q/g, 'k'],
  [/c(?=[eiy])/g, 's'],
  [/c/g, 'k'],
  // Jiménez, Gimenez, Ximenez.
  [/g(?=[eiy])/g, 'J'],
  [/j/g, 'J'],
  [/z/g, 's'],
  [/x/g, 's'],
  [/v/g, 'b'],
  // Hernandez, Ernandez; Villa, Viya, Via.
  [/ll|y|i/g, 'I'],
  [/w|u/g, 'U'],
  [/h/g, ''],
]

function soundOf(word: string): string {
  const sounds = RULES.reduce((text, [from, to]) => text.replace(from, to), word)
  const [first = '', ...rest] = sounds
  const beginning = /[aeoIU]/.test(first) ? 'A' : first
  return squeezed((beginning + rest.join('').replace(/[aeoIU]/g, '')).toUpperCase())
}

/** The same sound twice is heard once. */
function squeezed(sounds: string): string {
  return sounds.replace(/(.)\1+/g, '$1')
}
