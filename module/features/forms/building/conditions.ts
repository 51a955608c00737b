/** When an item is shown, as rows of the form: a question, how it compares, and an answer in words. */
import type { Questionnaire, QuestionnaireItem, QuestionnaireItemEnableWhen } from 'fhir/r4.js'
import { isDay } from '../../../platform/clock.js'
import { textOf } from './choices.js'
import { findItem, itemsInOrder } from './drafting.js'
import { hasChoices, isNumber, type ItemFault, type YesNo } from './itemKinds.js'
import { translationOf } from './translations.js'

export const operators = ['=', '!=', 'exists', '>', '>=', '<', '<='] as const
export type Operator = (typeof operators)[number]

export interface ConditionTyped {
  /** A linkId; '' for a row that is not filled in. */
  question: string
  operator: string
  /** "Yes", the words of a choice, a number, a date. */
  answer: string
}

export function conditionsOf(questionnaire: Questionnaire, item: QuestionnaireItem, words: YesNo): ConditionTyped[] {
  return (item.enableWhen ?? []).map((condition) => ({
    question: condition.question,
    operator: condition.operator,
    answer: answerText(findItem(questionnaire, condition.question)?.item, condition, words),
  }))
}

function answerText(
  asked: QuestionnaireItem | undefined,
  condition: QuestionnaireItemEnableWhen,
  words: YesNo,
): string {
  const { answerBoolean, answerCoding, answerDate, answerDateTime, answerDecimal, answerInteger } = condition
  if (answerBoolean !== undefined) return answerBoolean ? words.yes : words.no
  if (answerCoding) {
    const option = asked?.answerOption?.find(({ valueCoding }) => valueCoding?.code === answerCoding.code)
    return option ? textOf(option) : (answerCoding.display ?? answerCoding.code ?? '')
  }
  const number = answerInteger ?? answerDecimal ?? condition.answerQuantity?.value
  return number === undefined
    ? (answerDate ?? answerDateTime ?? condition.answerTime ?? condition.answerString ?? '')
    : String(number)
}

/** What may be asked about an item: every question but itself and what is in it. */
export function questionsFor(questionnaire: Questionnaire, linkId: string): QuestionnaireItem[] {
  const inside = new Set<string>([linkId])
  return itemsInOrder(questionnaire).flatMap(({ group, item }) => {
    if (inside.has(group)) inside.add(item.linkId)
    return inside.has(item.linkId) || item.type === 'group' || item.type === 'display' ? [] : [item]
  })
}

/** What can be written as the answer to compare with, as the reader's language says it; [] where it is free. */
export function answersTo(item: QuestionnaireItem, words: YesNo): string[] {
  if (item.type === 'boolean') return [words.yes, words.no]
  return hasChoices(item.type) ? (item.answerOption ?? []).map(textOf) : []
}

export type Conditions = { ok: true; enableWhen: QuestionnaireItemEnableWhen[] } | { ok: false; faults: ItemFault[] }

export function conditionsFrom(
  questionnaire: Questionnaire,
  linkId: string,
  rows: readonly ConditionTyped[],
  words: YesNo,
): Conditions {
  const asked = questionsFor(questionnaire, linkId)
  const faults: ItemFault[] = []
  const enableWhen: QuestionnaireItemEnableWhen[] = []
  rows.forEach(({ answer, operator: typed, question }, row) => {
    if (question === '') {
      if (answer !== '') faults.push({ field: 'whenQuestion', row, reason: 'question' })
      return
    }
    const item = asked.find((each) => each.linkId === question)
    const operator = operators.find((each) => each === typed)
    if (!item) return void faults.push({ field: 'whenQuestion', row, reason: 'question' })
    if (!operator) return void faults.push({ field: 'whenOperator', row, reason: 'operator' })
    const value = operator === 'exists' ? yesOrNo(answer, words) : answerFrom(item, answer, words)
    if (value) enableWhen.push({ question, operator, ...value })
    else faults.push({ field: 'whenAnswer', row, reason: 'answer', allowed: allowedText(item, operator, words) })
  })
  return faults.length > 0 ? { ok: false, faults } : { ok: true, enableWhen }
}

function allowedText(item: QuestionnaireItem, operator: Operator, words: YesNo): string {
  const some = operator === 'exists' ? [words.yes, words.no] : answersTo(item, words)
  return some.join(', ')
}

type AnswerPart = Omit<QuestionnaireItemEnableWhen, 'question' | 'operator'>

function yesOrNo(answer: string, { no, yes }: YesNo): AnswerPart | undefined {
  const said = answer.trim().toLowerCase()
  if (['true', 'yes', 'sí', 'si', yes.toLowerCase()].includes(said)) return { answerBoolean: true }
  return ['false', 'no', no.toLowerCase()].includes(said) ? { answerBoolean: false } : undefined
}

function answerFrom(item: QuestionnaireItem, answer: string, words: YesNo): AnswerPart | undefined {
  if (answer === '') return undefined
  switch (item.type) {
    case 'boolean':
      return yesOrNo(answer, words)
    case 'choice':
    case 'open-choice':
      return choiceAnswer(item, answer)
    case 'integer':
      return /^-?\d{1,9}$/.test(answer) ? { answerInteger: Number(answer) } : undefined
    case 'decimal':
      return isNumber(answer) ? { answerDecimal: Number(answer) } : undefined
    case 'quantity':
      return isNumber(answer) ? { answerQuantity: { value: Number(answer), ...unitOf(item) } } : undefined
    case 'date':
      return isDay(answer) ? { answerDate: answer } : undefined
    case 'dateTime':
      return isDay(answer) ? { answerDateTime: answer } : undefined
    case 'time':
      return timeAnswer(answer)
    default:
      return { answerString: answer }
  }
}

function timeAnswer(answer: string): AnswerPart | undefined {
  const [, hours, minutes, seconds = '00'] = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(answer) ?? []
  return hours === undefined || minutes === undefined ? undefined : { answerTime: `${hours}:${minutes}:${seconds}` }
}

function choiceAnswer(item: QuestionnaireItem, answer: string): AnswerPart | undefined {
  const said = answer.toLowerCase()
  const option = (item.answerOption ?? []).find((each) => {
    const names = [textOf(each), translationOf(each.valueCoding?._display ?? each._valueString)]
    return names.some((name) => name.toLowerCase() === said)
  })
  if (!option) return undefined
  const { valueCoding, valueDate, valueInteger, valueString, valueTime } = option
  if (valueCoding) {
    const { code, display, system } = valueCoding
    return {
      answerCoding: {
        ...(system === undefined ? {} : { system }),
        ...(code === undefined ? { display } : { code }),
      },
    }
  }
  if (valueInteger !== undefined) return { answerInteger: valueInteger }
  if (valueDate !== undefined) return { answerDate: valueDate }
  return valueTime === undefined ? { answerString: valueString ?? '' } : { answerTime: valueTime }
}

function unitOf(item: QuestionnaireItem) {
  const unit = item.extension?.find(({ url }) => url.endsWith('/questionnaire-unit'))?.valueCoding
  if (!unit) return {}
  const { code, display, system } = unit
  return {
    ...(display === undefined ? {} : { unit: display }),
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
  }
}
