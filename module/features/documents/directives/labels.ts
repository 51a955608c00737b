/** What stands beside each field, and whether it must be answered. */
import type { Field, Part, Parts } from './parts.js'

/**
 * The same parts, their fields with labels: the words before a field in its line, or in the line or cell before; after
 * a mark, the words that follow it. A star beside a field, or at the end of its label, makes it one that must be
 * answered; so does {SignaturesRequired} for the patient's signatures, and a document is always to be acknowledged.
 */
export function labelled(parts: Parts, signaturesRequired: boolean): Part[] {
  const found = new Map<number, Beside>()
  walk(parts, new Line(found))
  const withLabel = (part: Part): Part => {
    if (part.kind === 'element') return { ...part, parts: part.parts.map(withLabel) }
    if (part.kind !== 'field') return part
    return { kind: 'field', field: told(part.field, found.get(part.field.number), signaturesRequired) }
  }
  return parts.map(withLabel)
}

interface Beside {
  /** In the same line, or all of the line before. */
  before: string
  after: string
  /** The line begins with words, and each mark follows its own: "Asthma {CheckMark} Diabetes {CheckMark}". */
  follows: boolean
}

function told(field: Field, beside: Beside | undefined, signaturesRequired: boolean): Field {
  const { before, after, follows } = beside ?? { before: '', after: '', follows: false }
  const ownWords = field.kind === 'mark' && !follows && wordsOf(after) !== '' ? after : before
  const starred = /\*[\s:]*$/.test(before) || /^\s*\*/.test(after)
  const signed = field.kind === 'signature' && field.by === 'patient' && signaturesRequired
  const required = (starred && field.by !== 'staff') || signed || field.kind === 'acknowledgement'
  return { ...field, label: wordsOf(ownWords), required }
}

const LABEL_MOST = 120

function wordsOf(text: string): string {
  const words = text.replace(/\s+/g, ' ').replace(/^[\s*:.,;)]+|[\s*:,;(]+$/g, '')
  if (words.length <= LABEL_MOST) return words
  return `… ${words.slice(-LABEL_MOST).replace(/^\S*\s/, '')}`
}

const inline = ['b', 'strong', 'i', 'em', 'u', 's', 'del', 'ins', 'sub', 'sup', 'small', 'a', 'span']

function walk(parts: Parts, line: Line): void {
  for (const part of parts) {
    if (part.kind === 'text') line.says(part.text)
    else if (part.kind === 'field') line.holds(part.field)
    else if (part.kind === 'element') {
      const breaks = !inline.includes(part.tag)
      if (breaks) line.ends()
      walk(part.parts, line)
      if (breaks) line.ends()
    }
  }
}

/** The words since the last field or the beginning of the line. */
class Line {
  private words = ''
  /** Of the line before, until a field takes them. */
  private earlier = ''
  /** Whose words may still follow. */
  private last: Beside | undefined
  private follows: boolean | undefined
  private isMark = false

  constructor(private readonly found: Map<number, Beside>) {}

  says(text: string): void {
    this.words += text
    if (this.last) this.last.after += text
  }

  holds({ number, kind }: Field): void {
    const own = this.words.trim()
    this.follows ??= own !== '' && !own.endsWith(':')
    this.last = { before: own === '' ? this.earlier : this.words, after: '', follows: this.follows }
    this.found.set(number, this.last)
    this.words = ''
    this.isMark = kind === 'mark'
    if (!this.isMark) this.earlier = ''
  }

  ends(): void {
    if (this.words.trim() !== '') this.earlier = this.words
    // A mark in a cell of its own: its words stand in the next.
    if (!this.isMark || this.last?.follows || this.last?.after.trim() !== '') this.last = undefined
    this.words = ''
    this.follows = undefined
  }
}
