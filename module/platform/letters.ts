/** Text that is made shorter, as people count letters: an accent stays on its letter, a picture stays whole. No I/O. */

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The first letters of a text, at most so many characters as columns and forms count them (UTF-16). */
export function firstLetters(text: string, most: number): string {
  if (text.length <= most) return text
  // One letter that is longer than all that may stand there is cut all the same, but between its characters.
  return whole(lettersOf(text), most) || whole(text, most)
}

function* lettersOf(text: string): Generator<string> {
  for (const { segment } of letters.segment(text)) yield segment
}

function whole(parts: Iterable<string>, most: number): string {
  let kept = ''
  for (const part of parts) {
    if (kept.length + part.length > most) break
    kept += part
  }
  return kept
}

/** The same of a file's name, whose ending says what opens it, and stays. */
export function shorterName(name: string, most: number): string {
  if (name.length <= most) return name
  const [ending = ''] = /\.[\p{L}\p{N}]{1,10}$/u.exec(name) ?? []
  return firstLetters(name.slice(0, name.length - ending.length), most - ending.length).trimEnd() + ending
}
