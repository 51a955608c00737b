/** What stands in the fields of a form, and the answers that it means. */
import { DateTime } from 'luxon'
import { flat, type Asked } from '../../../access/questionnaires/enabling.js'
import type { AnswerProblemKey } from '../../../access/questionnaires/checking.js'
import { isQuestion, sameValue, type Item, type Path, type Value } from '../../../access/questionnaires/model.js'
import { isDay } from '../../../platform/clock.js'

/** As it was posted: by the names of fields. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

export interface Typed {
  /** Of every question that stood on the page and can be answered: none where nothing was said. */
  values: ReadonlyMap<Path, readonly Value[]>
  /** What cannot be kept as it was typed. */
  problems: ReadonlyMap<Path, AnswerProblemKey>
}

/** Names of the fields of a question: its answer; the words of an open choice; the unit of an amount. */
export const fieldOf = (path: Path): string => `a.${path}`
export const otherFieldOf = (path: Path): string => `t.${path}`
export const unitFieldOf = (path: Path): string => `u.${path}`

/** What stands for one's own words among the options of an open choice. */
export const OTHER = 'other'

/** The value of the option's field. */
export function optionKey(at: number): string {
  return `o${String(at)}`
}

export function canBeAnswered(item: Item): boolean {
  return isQuestion(item) && !item.readOnly && !item.hidden && item.calculation === undefined
}

/** Reads the questions of these items. `zone`: the practice's, for what is typed as a time on a day. */
export function readTyped(items: readonly Asked[], fields: Fields, zone: string): Typed {
  const values = new Map<Path, readonly Value[]>()
  const problems = new Map<Path, AnswerProblemKey>()
  for (const { item, path } of flat(items)) {
    if (!canBeAnswered(item)) continue
    const read = readQuestion(item, path, fields, zone)
    if (typeof read === 'string') problems.set(path, read)
    else values.set(path, read)
  }
  return { values, problems }
}

function readQuestion(item: Item, path: Path, fields: Fields, zone: string): Value[] | AnswerProblemKey {
  const typed = all(fields, fieldOf(path))
  if (item.kind === 'choice' || item.kind === 'open-choice') {
    return readChoice(item, typed, all(fields, otherFieldOf(path))[0] ?? '')
  }
  const values: Value[] = []
  for (const text of typed) {
    const value = readOne(item, text, all(fields, unitFieldOf(path))[0] ?? '', zone)
    if (typeof value === 'string') return value
    if (value) values.push(value)
  }
  return values
}

/** A choice that has no options is words alone. */
function readChoice(item: Item, typed: readonly string[], other: string): Value[] | AnswerProblemKey {
  const values: Value[] = []
  for (const key of typed) {
    if (key === '' || key === OTHER) continue
    const option = /^o\d{1,4}$/.test(key) ? item.options[Number(key.slice(1))] : undefined
    if (!option) return 'no-such-option'
    values.push(option.value)
  }
  const own = cleaned(other)
  // Words count where they were meant to: ticked, or nothing else was, or several answers are taken.
  const meant = typed.includes(OTHER) || values.length === 0 || item.repeats
  const said = item.kind === 'open-choice' && own !== '' && meant
  return said ? [...values, { is: 'string', value: own }] : values
}

function readOne(item: Item, text: string, unit: string, zone: string): Value | undefined | AnswerProblemKey {
  const said = cleaned(text)
  if (said === '') return undefined
  switch (item.kind) {
    case 'boolean':
      return said === 'yes' || said === 'no' ? { is: 'boolean', value: said === 'yes' } : 'wrong-kind'
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(said) ? { is: 'integer', value: Number(said) } : 'not-whole'
    case 'decimal':
    case 'quantity':
      return readNumber(item, said, unit)
    case 'date':
      return isDay(said) ? { is: 'date', value: said } : 'not-a-day'
    case 'dateTime':
      return readDateTime(said, zone)
    case 'time':
      return /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(said)
        ? { is: 'time', value: said.length === 5 ? `${said}:00` : said }
        : 'wrong-kind'
    case 'url':
      return { is: 'uri', value: said }
    default:
      return { is: 'string', value: said }
  }
}

/** As people write it: a comma is a point. */
function readNumber(item: Item, said: string, unit: string): Value | AnswerProblemKey {
  const text = said.replace(',', '.')
  if (!/^[+-]?(\d{1,12}(\.\d{0,9})?|\.\d{1,9})$/.test(text)) return 'wrong-kind'
  const value = Number(text)
  if (item.kind === 'decimal') return { is: 'decimal', value }
  const chosen = item.units.find(({ code, display }) => (code ?? display) === unit) ?? item.units[0]
  if (!chosen) return { is: 'quantity', value: { value, ...(unit === '' ? {} : { unit: cleaned(unit).slice(0, 40) }) } }
  const { system, code, display } = chosen
  return {
    is: 'quantity',
    value: {
      value,
      ...(display === undefined ? {} : { unit: display }),
      ...(system === undefined ? {} : { system }),
      ...(code === undefined ? {} : { code }),
    },
  }
}

function readDateTime(said: string, zone: string): Value | AnswerProblemKey {
  const at = DateTime.fromISO(said, { zone })
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(said) || !at.isValid || !isDay(said.slice(0, 10))) return 'not-a-day'
  return { is: 'dateTime', value: at.toISO({ suppressMilliseconds: true }) }
}

/** Line ends as \n, no control characters, no space around. */
function cleaned(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .trim()
}

function all(fields: Fields, name: string): readonly string[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** As the fields of a question show these values again. */
export function fieldsOf(item: Item, path: Path, values: readonly Value[], zone: string): Record<string, string[]> {
  if (item.kind === 'choice' || item.kind === 'open-choice') return choiceFields(item, path, values)
  const amount = values.find((value) => value.is === 'quantity')
  return {
    [fieldOf(path)]: values.map((value) => textOf(value, zone)),
    ...(amount ? { [unitFieldOf(path)]: [amount.value.code ?? amount.value.unit ?? ''] } : {}),
  }
}

function choiceFields(item: Item, path: Path, values: readonly Value[]): Record<string, string[]> {
  const keys = values.map((value) => item.options.findIndex((option) => sameValue(option.value, value)))
  const own = values.find((value, at) => keys[at] === -1 && value.is === 'string')
  return {
    [fieldOf(path)]: [...keys.flatMap((at) => (at >= 0 ? [optionKey(at)] : [])), ...(own ? [OTHER] : [])],
    [otherFieldOf(path)]: own?.is === 'string' ? [own.value] : [],
  }
}

function textOf(value: Value, zone: string): string {
  switch (value.is) {
    case 'boolean':
      return value.value ? 'yes' : 'no'
    case 'quantity':
      return String(value.value.value)
    case 'coding':
      return value.value.display ?? value.value.code ?? ''
    case 'time':
      return value.value.slice(0, 5)
    case 'dateTime':
      return DateTime.fromISO(value.value, { zone }).toFormat("yyyy-MM-dd'T'HH:mm")
    default:
      return String(value.value)
  }
}
