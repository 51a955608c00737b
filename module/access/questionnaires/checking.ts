/** Whether answers may be sent: what is asked and required is answered, and every answer is one that the question takes. */
import { flat, stand, type Asked, type Standing } from './enabling.js'
import { askedBy } from './expression.js'
import { typeOfKind } from './fhirValues.js'
import {
  compareValues,
  INTEGER,
  isQuestion,
  pathOf,
  sameValue,
  type Answers,
  type Form,
  type Item,
  type Path,
  type Value,
} from './model.js'

export type AnswerProblemKey =
  | 'required'
  | 'group-required'
  | 'too-few'
  | 'too-many'
  | 'wrong-kind'
  | 'no-such-option'
  | 'too-long'
  | 'too-short'
  | 'too-small'
  | 'too-large'
  | 'too-fine'
  | 'sum-too-large'
  | 'not-whole'
  | 'not-a-day'
  | 'not-an-address'
  | 'no-such-unit'
  | 'one-alone'
  | 'unknown-item'

export interface AnswerProblem {
  path: Path
  linkId: string
  problem: AnswerProblemKey
  /** The bound that was not kept, as it is told. */
  limit?: string | undefined
}

/** What has to be mended before these answers can be sent, in the order of the form. Empty: nothing. */
export function checkAnswers(form: Form, answers: Answers): AnswerProblem[] {
  const standing = stand(form, answers)
  const asked = flat(standing.tree())
  const found = asked.flatMap((each) => problemsOf(standing, each, asked))
  const named = new Set(found.map(({ path }) => path))
  const sums = asked.flatMap((each) => sumProblem(standing, each)).filter(({ path }) => !named.has(path))
  return [...found, ...sums, ...unknownPaths(form, answers)]
}

/** What is calculated comes to more than is kept: told at the largest number that was typed into it. */
function sumProblem(standing: Standing, { item, within }: Asked): AnswerProblem[] {
  if (!item.calculation || !standing.calculated(item.calculation, within, item.kind).beyond) return []
  const typed = standing
    .counting(askedBy(item.calculation), within)
    .filter(
      ({ item: { calculation, hidden, kind, readOnly } }) => isNumeric(kind) && !(calculation ?? (hidden || readOnly)),
    )
  const [largest] = typed.sort((one, other) => Math.abs(other.weight ?? 0) - Math.abs(one.weight ?? 0))
  // Of choices alone it is the questionnaire that counts too much: nothing for the patient to mend, and nothing is kept.
  return largest ? [{ path: largest.path, linkId: largest.linkId, problem: 'sum-too-large' }] : []
}

function isNumeric(kind: Item['kind']): boolean {
  return kind === 'integer' || kind === 'decimal' || kind === 'quantity'
}

function problemsOf(standing: Standing, asked: Asked, all: readonly Asked[]): AnswerProblem[] {
  const { item, path } = asked
  if (item.kind === 'display') return []
  if (item.kind === 'group') return groupProblems(standing, asked, all)
  const placed = standing.form.all.get(item.linkId)
  const values = placed ? standing.valuesOf(placed, asked.within) : []
  // What nobody can type is not for the patient to mend.
  const found = item.calculation || item.readOnly || item.hidden ? [] : valuesProblems(item, values)
  return found.map((problem) => ({ path, linkId: item.linkId, ...problem }))
}

function groupProblems(standing: Standing, asked: Asked, all: readonly Asked[]): AnswerProblem[] {
  const { item, path } = asked
  const isFilled = (group: Asked) => flat(group.items).some((below) => isAnswered(standing, below))
  const filled = isFilled(asked)
  if (item.required && !filled && (asked.instance ?? 0) === 0) {
    return [{ path, linkId: item.linkId, problem: 'group-required' }]
  }
  const least = item.minOccurs ?? 0
  if (!filled && asked.instance !== undefined && asked.instance < least) {
    // Optional, it may be left out as a whole.
    const begun = all.some((each) => each.item === item && each.within === asked.within && isFilled(each))
    if (item.required || begun) return [{ path, linkId: item.linkId, problem: 'too-few', limit: String(least) }]
  }
  const most = item.maxOccurs
  return most !== undefined && asked.instance === most
    ? [{ path, linkId: item.linkId, problem: 'too-many', limit: String(most) }]
    : []
}

function isAnswered(standing: Standing, { item, within }: Asked): boolean {
  const placed = standing.form.all.get(item.linkId)
  const given = item.readOnly || item.hidden || item.calculation !== undefined
  return placed !== undefined && isQuestion(item) && !given && standing.valuesOf(placed, within).length > 0
}

type Found = Pick<AnswerProblem, 'problem' | 'limit'>

function valuesProblems(item: Item, values: readonly Value[]): Found[] {
  if (values.length === 0) return item.required ? [{ problem: 'required' }] : []
  const least = item.minOccurs ?? 0
  const most = item.repeats ? (item.maxOccurs ?? Infinity) : 1
  if (values.length < least) return [{ problem: 'too-few', limit: String(least) }]
  if (values.length > most) return [{ problem: 'too-many', limit: String(most) }]
  if (values.length > 1 && values.some((value) => isExclusive(item, value))) return [{ problem: 'one-alone' }]
  const first = values.map((value) => valueProblem(item, value)).find((found) => found !== undefined)
  return first ? [first] : []
}

function isExclusive(item: Item, value: Value): boolean {
  return item.options.some((option) => option.exclusive && sameValue(option.value, value))
}

/** Why the question does not take this answer. Undefined: it does. */
function valueProblem(item: Item, value: Value): Found | undefined {
  if (item.kind === 'choice' || item.kind === 'open-choice') return choiceProblem(item, value)
  const wanted = typeOfKind[item.kind]
  if (value.is !== wanted) {
    return { problem: item.kind === 'integer' && value.is === 'decimal' ? 'not-whole' : 'wrong-kind' }
  }
  return textProblem(item, value) ?? unitProblem(item, value) ?? boundProblem(item, value)
}

function choiceProblem(item: Item, value: Value): Found | undefined {
  if (item.options.some((option) => sameValue(option.value, value))) return undefined
  if (item.kind === 'choice') return { problem: 'no-such-option' }
  return value.is === 'string' ? textProblem(item, value) : { problem: 'wrong-kind' }
}

const TEXT_MOST = 20_000

function textProblem(item: Item, { is, value }: Value): Found | undefined {
  if (is === 'uri' && !/^(https?|mailto|tel|urn):\S+$/i.test(value)) return { problem: 'not-an-address' }
  if ((is === 'date' && !isCalendarDay(value)) || (is === 'dateTime' && !isCalendarDay(value.slice(0, 10)))) {
    return { problem: 'not-a-day' }
  }
  if (is !== 'string' && is !== 'uri') return undefined
  const length = Array.from(value).length
  const most = Math.min(item.maxLength ?? TEXT_MOST, TEXT_MOST)
  if (length > most) return { problem: 'too-long', limit: String(most) }
  return length < (item.minLength ?? 0) ? { problem: 'too-short', limit: String(item.minLength) } : undefined
}

/** Of what FHIR lets a date be (a year, a month, a day), each there is in the calendar. */
function isCalendarDay(text: string): boolean {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number)
  const at = new Date(Date.UTC(2000, month - 1, day))
  at.setUTCFullYear(year, month - 1, day)
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day && year > 0
}

function unitProblem(item: Item, value: Value): Found | undefined {
  if (value.is !== 'quantity' || item.units.length === 0) return undefined
  const { code, unit } = value.value
  const offered = item.units.some((each) => (each.code ?? each.display) === (code ?? unit))
  return offered ? undefined : { problem: 'no-such-unit' }
}

function boundProblem(item: Item, value: Value): Found | undefined {
  const { min, max, decimals } = item
  const plain: Value = value.is === 'quantity' ? { is: 'decimal', value: value.value.value } : value
  if (min && (compareValues(plain, min) ?? 0) < 0) return { problem: 'too-small', limit: written(min) }
  if (max && (compareValues(plain, max) ?? 0) > 0) return { problem: 'too-large', limit: written(max) }
  if (plain.is === 'integer' && plain.value < INTEGER.least)
    return { problem: 'too-small', limit: String(INTEGER.least) }
  if (plain.is === 'integer' && plain.value > INTEGER.most) return { problem: 'too-large', limit: String(INTEGER.most) }
  if (decimals === undefined || plain.is !== 'decimal') return undefined
  const fine = Math.abs(plain.value * 10 ** decimals - Math.round(plain.value * 10 ** decimals)) > 1e-9
  return fine ? { problem: 'too-fine', limit: String(decimals) } : undefined
}

/** A bound is a number or a text. */
function written({ value }: Value): string {
  return typeof value === 'object' ? '' : String(value)
}

/** Answers to what the questionnaire does not have: never kept, so never without a word. */
function unknownPaths(form: Form, answers: Answers): AnswerProblem[] {
  const linkIds = new Map([...form.all.values()].map((placed) => [shapeOf(placed.around, placed.item.linkId), placed]))
  return [...answers.keys()].flatMap((path): AnswerProblem[] => {
    const placed = linkIds.get(path.replace(/@\d+\//g, '@/'))
    return placed && isQuestion(placed.item) ? [] : [{ path, linkId: path, problem: 'unknown-item' }]
  })
}

function shapeOf(around: readonly string[], linkId: string): Path {
  return pathOf(around.map((each) => `${encodeURIComponent(each)}@/`).join(''), linkId)
}
