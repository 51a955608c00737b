/** Whether two first names may be one person's, written twice. Pure. */
import { oneSlip } from '../../../access/matching/likeness.js'
import { areNicknames } from '../../../access/matching/nicknames.js'
import { wordsOf } from '../../../access/matching/phonetic.js'

/** Letters from which on one slip makes no other name. */
const LONG = 7

/**
 * Spelled otherwise and said alike, a nickname, or one slip within a long name. One letter is enough to be somebody else:
 * Maria and Mario, Daniel and Daniela are two.
 */
export function oneFirstName(one: string, other: string): boolean {
  const [x, y] = [wordsOf(one)[0] ?? '', wordsOf(other)[0] ?? '']
  if (x === '' || y === '') return false
  if (spelling(x) === spelling(y) || areNicknames(x, y)) return true
  return Math.min(x.length, y.length) >= LONG && oneSlip(x, y) && !atTheEnd(x, y)
}

/** Said alike: Anna, John, Sarah, Katherine. Endings stay as they are. */
function spelling(name: string): string {
  return name
    .replace(/ph/g, 'f')
    .replace(/h/g, '')
    .replace(/ck|[cq](?![ei])/g, 'k')
    .replace(/y/g, 'i')
    .replace(/z/g, 's')
    .replace(/(.)\1+/g, '$1')
}

/** Where both languages mark man and woman: Francisco and Francisca, Christian and Christina. */
function atTheEnd(x: string, y: string): boolean {
  const [short, long] = x.length <= y.length ? [x, y] : [y, x]
  return long.startsWith(short.slice(0, -2))
}
