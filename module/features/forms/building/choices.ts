/** The choices of a question as rows of the form: words, what each counts, whether it is urgent. */
import type { QuestionnaireItem, QuestionnaireItemAnswerOption } from 'fhir/r4.js'
import { isNumber, type ItemFault } from './itemKinds.js'
import { isUrgentChoice, markUrgentChoice, ordinalOf, withOrdinal } from './marks.js'
import { translated, translationOf } from './translations.js'

export interface ChoiceTyped {
  /** Which of the item's options it was, from 0; '' for a new one. */
  was: string
  /** Where it stands: a number, or '' for the end. */
  place: string
  text: string
  textEs: string
  /** What it counts in a score; '' for nothing. */
  value: string
  urgent: boolean
}

const CHOICES = 'urn:foyer:choices'
const MOST_CHOICES = 100

export function choicesOf(item: QuestionnaireItem): ChoiceTyped[] {
  return (item.answerOption ?? []).map((option, at) => ({
    was: String(at),
    place: String(at + 1),
    text: textOf(option),
    textEs: translationOf(option.valueCoding?._display ?? option._valueString),
    value: ordinalOf(option) === undefined ? '' : String(ordinalOf(option)),
    urgent: isUrgentChoice(option),
  }))
}

/** As people read it. */
export function textOf({
  valueCoding,
  valueDate,
  valueInteger,
  valueString,
  valueTime,
}: QuestionnaireItemAnswerOption): string {
  return (
    valueCoding?.display ??
    valueCoding?.code ??
    valueString ??
    valueDate ??
    valueTime ??
    (valueInteger === undefined ? '' : String(valueInteger))
  )
}

export type Options = { ok: true; options: QuestionnaireItemAnswerOption[] } | { ok: false; faults: ItemFault[] }

/** Rows without words are none. One choice at least, no two the same. */
export function optionsFrom(item: QuestionnaireItem, rows: readonly ChoiceTyped[]): Options {
  const filled = rows
    .map((row, at) => ({ row, at }))
    .filter(({ row }) => row.text !== '' || row.textEs !== '' || row.value !== '')
  const faults = filled.flatMap(({ at, row }): ItemFault[] => {
    if (row.text === '') return [{ field: 'choiceText', row: at, reason: 'choice' }]
    if (row.value !== '' && !isNumber(row.value)) return [{ field: 'choiceValue', row: at, reason: 'number' }]
    const twice = filled.some((other) => other.at < at && other.row.text.toLowerCase() === row.text.toLowerCase())
    return twice ? [{ field: 'choiceText', row: at, reason: 'twice' }] : []
  })
  const valueSet = item.answerValueSet !== undefined
  if (filled.length === 0 && !valueSet) faults.push({ field: 'choiceText', row: 0, reason: 'no-choice' })
  if (filled.length > MOST_CHOICES) faults.push({ field: 'choiceText', row: MOST_CHOICES, reason: 'too-many' })
  if (faults.length > 0) return { ok: false, faults }
  const before = item.answerOption ?? []
  const options: QuestionnaireItemAnswerOption[] = []
  for (const { row } of inPlace(filled))
    options.push(optionOf(row, before[Number(row.was || -1)], [...before, ...options]))
  return { ok: true, options }
}

/** By the number that stands beside each, those with none behind. */
function inPlace<Row extends { row: ChoiceTyped; at: number }>(rows: readonly Row[]): Row[] {
  const place = ({ row }: Row) => (isNumber(row.place) ? Number(row.place) : Number.MAX_SAFE_INTEGER)
  return [...rows].sort((one, other) => place(one) - place(other) || one.at - other.at)
}

function optionOf(
  row: ChoiceTyped,
  before: QuestionnaireItemAnswerOption | undefined,
  taken: readonly QuestionnaireItemAnswerOption[],
): QuestionnaireItemAnswerOption {
  const same = before !== undefined && before.valueCoding === undefined && textOf(before) === row.text
  const coding = before?.valueCoding ?? { system: CHOICES, code: freeCode(taken) }
  const { _display, display: _before, ...code } = coding
  const worded = same
    ? before
    : { ...withoutValue(before), valueCoding: { ...code, ...translated('display', row.text, _display, row.textEs) } }
  return markUrgentChoice(withOrdinal(worded, row.value === '' ? undefined : Number(row.value)), row.urgent)
}

function withoutValue(option: QuestionnaireItemAnswerOption = {}): QuestionnaireItemAnswerOption {
  const { extension, id, initialSelected } = option
  return {
    ...(id === undefined ? {} : { id }),
    ...(extension ? { extension } : {}),
    ...(initialSelected === undefined ? {} : { initialSelected }),
  }
}

function freeCode(options: readonly QuestionnaireItemAnswerOption[]): string {
  const taken = new Set(options.map(({ valueCoding }) => valueCoding?.code))
  let number = options.length + 1
  while (taken.has(`c${String(number)}`)) number += 1
  return `c${String(number)}`
}
