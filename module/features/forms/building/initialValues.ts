/** What stands in a question from the beginning, as one line of text in the form. */
import type { QuestionnaireItem, QuestionnaireItemInitial } from 'fhir/r4.js'
import { isDay } from '../../../platform/clock.js'
import { textOf } from './choices.js'
import { isNumber, type ItemFault, type YesNo } from './itemKinds.js'

/** '' where nothing does. Several (of what may repeat) are not shown as one: they are kept as they are. */
export function initialOf(item: QuestionnaireItem, words: YesNo): string {
  const selected = item.answerOption?.filter(({ initialSelected }) => initialSelected === true) ?? []
  if (selected.length > 0) return selected.map(textOf).join('; ')
  const [first, ...more] = item.initial ?? []
  return first && more.length === 0 ? initialText(first, words) : ''
}

function initialText(initial: QuestionnaireItemInitial, words: YesNo): string {
  if (initial.valueBoolean !== undefined) return initial.valueBoolean ? words.yes : words.no
  const number = initial.valueInteger ?? initial.valueDecimal ?? initial.valueQuantity?.value
  if (number !== undefined) return String(number)
  const text =
    initial.valueString ?? initial.valueDate ?? initial.valueDateTime ?? initial.valueTime ?? initial.valueUri
  return text ?? initial.valueCoding?.display ?? initial.valueCoding?.code ?? ''
}

export type WithInitial = { ok: true; item: QuestionnaireItem } | { ok: false; fault: ItemFault }

export function initialFrom(item: QuestionnaireItem, typed: string, words: YesNo): WithInitial {
  if (typed === initialOf(item, words)) return { ok: true, item }
  if (item.type === 'choice' || item.type === 'open-choice') return chosenFrom(item, typed)
  const { initial: _before, ...rest } = item
  if (typed === '' || item.type === 'group' || item.type === 'display') return { ok: true, item: rest }
  const initial = valueFrom(item, typed, words)
  return initial
    ? { ok: true, item: { ...rest, initial: [initial] } }
    : { ok: false, fault: { field: 'initial', reason: 'initial' } }
}

/** By their words, with semicolons between where several may be chosen. */
function chosenFrom(item: QuestionnaireItem, typed: string): WithInitial {
  const wanted = typed === '' ? [] : typed.split(';').map((each) => each.trim().toLowerCase())
  const options = item.answerOption ?? []
  const names = new Set(options.map((option) => textOf(option).toLowerCase()))
  const fault = (): WithInitial => ({
    ok: false,
    fault: { field: 'initial', reason: 'initial-choice', allowed: options.map(textOf).join(', ') },
  })
  if (!wanted.every((each) => names.has(each)) || (wanted.length > 1 && item.repeats !== true)) return fault()
  const answerOption = options.map((option) => {
    const { initialSelected: _before, ...rest } = option
    return wanted.includes(textOf(option).toLowerCase()) ? { ...rest, initialSelected: true } : rest
  })
  const { initial: _before, ...rest } = item
  return { ok: true, item: answerOption.length === 0 ? rest : { ...rest, answerOption } }
}

function valueFrom(item: QuestionnaireItem, typed: string, { no, yes }: YesNo): QuestionnaireItemInitial | undefined {
  switch (item.type) {
    case 'boolean': {
      const said = typed.toLowerCase()
      if (said === yes.toLowerCase()) return { valueBoolean: true }
      return said === no.toLowerCase() ? { valueBoolean: false } : undefined
    }
    case 'integer':
      return /^-?\d{1,9}$/.test(typed) ? { valueInteger: Number(typed) } : undefined
    case 'decimal':
      return isNumber(typed) ? { valueDecimal: Number(typed) } : undefined
    case 'quantity':
      return isNumber(typed) ? { valueQuantity: { value: Number(typed) } } : undefined
    case 'date':
      return isDay(typed) ? { valueDate: typed } : undefined
    case 'time':
      return /^([01]\d|2[0-3]):[0-5]\d$/.test(typed) ? { valueTime: `${typed}:00` } : undefined
    case 'dateTime':
      return isDay(typed) ? { valueDateTime: typed } : undefined
    case 'url':
      return { valueUri: typed }
    default:
      return { valueString: typed }
  }
}
