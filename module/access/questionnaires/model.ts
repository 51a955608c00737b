/**
 * A questionnaire as Foyer asks it: read once from FHIR R4 (reading.ts), pure data from then on. Answers are kept by
 * path: an item's linkId, before it the instances of the repeating groups it stands in (`meals@0/food`).
 */
import type { Coding, Quantity, Questionnaire } from 'fhir/r4.js'
import type { Expression } from './expression.js'

/** What may stand in an answer: FHIR's value[x] by its suffix. */
export type Value =
  | { is: 'boolean'; value: boolean }
  | { is: 'decimal' | 'integer'; value: number }
  | { is: 'date' | 'dateTime' | 'time' | 'string' | 'uri'; value: string }
  | { is: 'coding'; value: Code }
  | { is: 'quantity'; value: Amount }

/** What FHIR's integer holds: 32 bits. */
export const INTEGER = { least: -(2 ** 31), most: 2 ** 31 - 1 }

export type Code = Pick<Coding, 'system' | 'code' | 'display'>
export type Amount = Pick<Quantity, 'unit' | 'system' | 'code'> & { value: number }

/** A text and its translations, by language (`es`). */
export interface Said {
  text: string
  in: Readonly<Record<string, string>>
}

export type ItemKind =
  | 'group'
  | 'display'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'date'
  | 'dateTime'
  | 'time'
  | 'string'
  | 'text'
  | 'url'
  | 'choice'
  | 'open-choice'
  | 'quantity'

export interface Option {
  value: Value
  label: Said
  /** What it counts in a score. */
  ordinal?: number | undefined
  /** Whoever ticks it may need help at once. */
  urgent: boolean
  /** Only this one, where several may be ticked: "none of these". */
  exclusive: boolean
}

export type Operator = 'exists' | '=' | '!=' | '>' | '<' | '>=' | '<='

export interface Condition {
  /** linkId of the question that decides. */
  question: string
  operator: Operator
  answer: Value
}

export interface Item {
  linkId: string
  kind: ItemKind
  prefix?: string | undefined
  text: Said
  codes: readonly Code[]
  required: boolean
  readOnly: boolean
  /** Never shown: its initial or calculated value goes along. */
  hidden: boolean
  repeats: boolean
  /** Characters. */
  maxLength?: number | undefined
  minLength?: number | undefined
  /** Answers, or instances of a group, where it repeats. */
  minOccurs?: number | undefined
  maxOccurs?: number | undefined
  min?: Value | undefined
  max?: Value | undefined
  decimals?: number | undefined
  /** Of a quantity: those that may be chosen, the first by itself. */
  units: readonly Code[]
  options: readonly Option[]
  initial: readonly Value[]
  /** How the options are laid out, where the questionnaire says so. */
  control?: string | undefined
  conditions: readonly Condition[]
  behaviour: 'all' | 'any'
  /** Never asked: it is calculated from what others count. */
  calculation?: Expression | undefined
  /** What its number means, the lowest first: of a scale within the questionnaire. */
  bands: readonly Band[]
  /** A number or a weight from here on, or this yes or no, may need help at once. */
  urgentFrom?: number | undefined
  urgentWhen?: boolean | undefined
  items: readonly Item[]
}

export type Flag = 'none' | 'look' | 'urgent'

/** What a score from here on (up to the next band) is called, and whether somebody should look at it soon. */
export interface Band {
  from: number
  label: Said
  flag: Flag
}

export interface Form {
  /** The resource itself, as it goes out again. */
  resource: Questionnaire
  title: Said
  description: Said
  codes: readonly Code[]
  items: readonly Item[]
  /** Every item by its linkId, in the order in which they stand. */
  all: ReadonlyMap<string, Placed>
  /** What its score means, the lowest first. */
  bands: readonly Band[]
}

/** An item and where it stands. */
export interface Placed {
  item: Item
  parent: Item | undefined
  /** linkIds of the repeating groups around it, the outermost first. */
  around: readonly string[]
}

/** Where an answer belongs: see `pathOf`. */
export type Path = string
export type Answers = ReadonlyMap<Path, readonly Value[]>

/** The start of the paths within an instance of a repeating group: `meals@0/`. */
export function instancePrefix(within: string, linkId: string, instance: number): string {
  return `${within}${encodeURIComponent(linkId)}@${String(instance)}/`
}

/** The path of an item; `within` is the prefix of the instances around it, '' where there is none. */
export function pathOf(within: string, linkId: string): Path {
  return `${within}${encodeURIComponent(linkId)}`
}

/** How many instances of a repeating group have something in them: one more than the last. */
export function instancesOf(answers: Answers, within: string, linkId: string): number {
  const start = `${within}${encodeURIComponent(linkId)}@`
  let most = 0
  for (const path of answers.keys()) {
    if (path.startsWith(start)) most = Math.max(most, Number.parseInt(path.slice(start.length), 10) + 1)
  }
  return Number.isSafeInteger(most) ? most : 0
}

/** Whether it is a question: neither a group nor a text. */
export function isQuestion(item: Item): boolean {
  return item.kind !== 'group' && item.kind !== 'display'
}

/** In this language, or as it was written where there is no translation. */
export function inLanguage(said: Said, language: string): string {
  return Object.hasOwn(said.in, language) ? (said.in[language] ?? said.text) : said.text
}

/** Codes are the same by system and code; where they have none, by their words. */
export function sameValue(one: Value, other: Value): boolean {
  if (one.is === 'coding') return other.is === 'coding' && sameCode(one.value, other.value)
  if (one.is === 'quantity') {
    return other.is === 'quantity' && one.value.value === other.value.value && sameUnit(one.value, other.value)
  }
  if (other.is === 'coding' || other.is === 'quantity') return false
  if (isNumber(one) && isNumber(other)) return one.value === other.value
  if (one.is === 'dateTime' && other.is === 'dateTime') return timesInOrder(one.value, other.value) === 0
  return one.is === other.is && one.value === other.value
}

export function sameValues(some: readonly Value[], others: readonly Value[]): boolean {
  return (
    some.length === others.length &&
    some.every((value, at) => {
      const other = others[at]
      return other !== undefined && sameValue(value, other)
    })
  )
}

function sameCode(one: Code, other: Code): boolean {
  if (one.code === undefined || other.code === undefined) {
    return one.code === other.code && one.display === other.display
  }
  return one.code === other.code && (one.system ?? '') === (other.system ?? '')
}

function sameUnit(one: Amount, other: Amount): boolean {
  return (one.code ?? one.unit ?? '') === (other.code ?? other.unit ?? '')
}

/**
 * -1, 0 or 1; undefined where the two cannot be compared: of different kinds or units. Dates of different precision are
 * compared as far as both say.
 */
export function compareValues(one: Value, other: Value): number | undefined {
  if (isNumber(one) && isNumber(other)) return Math.sign(one.value - other.value)
  if (one.is === 'quantity' && other.is === 'quantity') {
    return sameUnit(one.value, other.value) ? Math.sign(one.value.value - other.value.value) : undefined
  }
  if (one.is === 'dateTime' && other.is === 'dateTime') return timesInOrder(one.value, other.value)
  if ((one.is === 'date' || one.is === 'time' || one.is === 'string') && one.is === other.is) {
    const length = one.is === 'date' ? Math.min(one.value.length, other.value.length) : undefined
    return inOrder(one.value.slice(0, length), other.value.slice(0, length))
  }
  return undefined
}

/** Moments; where one is a day (a month, a year) only, as far as it goes, and the other's day is that of its own offset. */
function timesInOrder(one: string, other: string): number {
  if (one.includes('T') && other.includes('T')) return Math.sign(Date.parse(one) - Date.parse(other))
  const length = Math.min(one.length, other.length)
  return inOrder(one.slice(0, length), other.slice(0, length))
}

function inOrder(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function isNumber(value: Value): value is { is: 'decimal' | 'integer'; value: number } {
  return value.is === 'decimal' || value.is === 'integer'
}

/** Answers as they are kept: JSON of pairs, so that no linkId can mean anything but itself. */
export function writeAnswers(answers: Answers): string {
  return JSON.stringify([...answers])
}

export function readAnswers(text: string): Answers {
  return new Map(JSON.parse(text) as [Path, Value[]][])
}
