/** One item as the builder's form has it, and back into FHIR. What the form does not know of an imported item stays as it is. */
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { choicesOf, optionsFrom, type ChoiceTyped } from './choices.js'
import { conditionsFrom, conditionsOf, type ConditionTyped } from './conditions.js'
import { changeItem, findItem, type ItemKind } from './drafting.js'
import { hasLength, hasWorth, hasChoices, isNumber, itemKinds, type ItemFault, type YesNo } from './itemKinds.js'
import { initialFrom, initialOf } from './initialValues.js'
import { markUrgent, urgentOf } from './marks.js'
import { translated, translationOf } from './translations.js'

export interface ItemTyped {
  kind: string
  text: string
  textEs: string
  required: boolean
  repeats: boolean
  /** Characters; '' for any number. */
  maxLength: string
  /** Of a quantity: UCUM, as `kg`. */
  unit: string
  initial: string
  /** A number, or what a choice counts, from here on is urgent. */
  urgentFrom: string
  /** `true`, `false` or '': which answer of a yes-or-no is urgent. */
  urgentWhen: string
  choices: readonly ChoiceTyped[]
  conditions: readonly ConditionTyped[]
  behaviour: 'all' | 'any'
}

export type Applied = { ok: true; questionnaire: Questionnaire } | { ok: false; faults: ItemFault[] }

const UNIT = 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit'
const UCUM = 'http://unitsofmeasure.org'
const MOST_CHARACTERS = 20_000

/** As the form shows it. */
export function typedOf(questionnaire: Questionnaire, item: QuestionnaireItem, words: YesNo): ItemTyped {
  const { from, when } = urgentOf(item)
  return {
    kind: item.type,
    text: item.text ?? '',
    textEs: translationOf(item._text),
    required: item.required ?? false,
    repeats: item.repeats ?? false,
    maxLength: item.maxLength === undefined ? '' : String(item.maxLength),
    unit: item.extension?.find(({ url }) => url === UNIT)?.valueCoding?.code ?? '',
    initial: initialOf(item, words),
    urgentFrom: from === undefined ? '' : String(from),
    urgentWhen: when === undefined ? '' : String(when),
    choices: choicesOf(item),
    conditions: conditionsOf(questionnaire, item, words),
    behaviour: item.enableBehavior ?? 'all',
  }
}

/** The questionnaire with this item as it was typed; or everything that cannot be so. */
export function applyItem(questionnaire: Questionnaire, linkId: string, typed: ItemTyped, words: YesNo): Applied {
  const before = findItem(questionnaire, linkId)?.item
  const kind = itemKinds.find((each) => each === typed.kind)
  if (!before || kind === undefined) return { ok: false, faults: [{ field: 'kind', reason: 'kind' }] }
  const options = hasChoices(kind) ? optionsFrom(before, typed.choices) : { ok: true as const, options: [] }
  const conditions = conditionsFrom(questionnaire, linkId, typed.conditions, words)
  const plain = plainItem(before, kind, typed)
  const initial = initialFrom(
    { ...plain, ...(options.ok && options.options.length > 0 ? { answerOption: options.options } : {}) },
    typed.initial,
    words,
  )
  const faults = [
    ...faultsOf(before, kind, typed),
    ...(options.ok ? [] : options.faults),
    ...(conditions.ok ? [] : conditions.faults),
    ...(initial.ok || !options.ok ? [] : [initial.fault]),
  ]
  if (faults.length > 0 || !conditions.ok || !initial.ok) return { ok: false, faults }
  const { enableBehavior: _behaviour, enableWhen: _when, ...rest } = initial.item
  const shown = conditions.enableWhen.length === 0 ? {} : { enableWhen: conditions.enableWhen }
  const behaviour = conditions.enableWhen.length > 1 ? { enableBehavior: typed.behaviour } : {}
  return { ok: true, questionnaire: changeItem(questionnaire, linkId, () => ({ ...rest, ...shown, ...behaviour })) }
}

function faultsOf(before: QuestionnaireItem, kind: ItemKind, typed: ItemTyped): ItemFault[] {
  const faults: ItemFault[] = []
  if (typed.text === '') faults.push({ field: 'text', reason: 'text' })
  if (kind !== 'group' && (before.item?.length ?? 0) > 0) faults.push({ field: 'kind', reason: 'has-items' })
  if (hasLength(kind) && typed.maxLength !== '' && !isLength(typed.maxLength)) {
    faults.push({ field: 'maxLength', reason: 'length' })
  }
  if (kind === 'quantity' && !/^\S{0,40}$/.test(typed.unit)) faults.push({ field: 'unit', reason: 'unit' })
  if (hasWorth(kind) && typed.urgentFrom !== '' && !isNumber(typed.urgentFrom)) {
    faults.push({ field: 'urgentFrom', reason: 'number' })
  }
  return faults
}

function isLength(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= MOST_CHARACTERS
}

/** Everything but choices, conditions and what is there from the beginning. */
function plainItem(before: QuestionnaireItem, kind: ItemKind, typed: ItemTyped): QuestionnaireItem {
  const { _text, answerOption, extension, initial, maxLength, repeats, required, text: _before, ...rest } = before
  const asks = kind !== 'group' && kind !== 'display'
  const kept = (extension ?? []).filter(({ url }) => url !== UNIT)
  const unit =
    kind === 'quantity' && typed.unit !== ''
      ? [
          unitBefore(extension, typed.unit) ?? {
            url: UNIT,
            valueCoding: { system: UCUM, code: typed.unit, display: typed.unit },
          },
        ]
      : []
  const same = kind === before.type
  const made: QuestionnaireItem = {
    ...rest,
    ...translated('text', typed.text, _text, typed.textEs),
    type: kind,
    ...(kind !== 'display' && (typed.required || required === false) ? { required: typed.required } : {}),
    ...(kind !== 'display' && (typed.repeats || repeats === false) ? { repeats: typed.repeats } : {}),
    ...(hasLength(kind) && isLength(typed.maxLength) ? { maxLength: Number(typed.maxLength) } : {}),
    ...(same && asks && initial ? { initial } : {}),
    ...(same && answerOption ? { answerOption } : {}),
  }
  const extended = kept.length + unit.length === 0 ? made : { ...made, extension: [...kept, ...unit] }
  return markUrgent(extended, {
    from: hasWorth(kind) && isNumber(typed.urgentFrom) ? Number(typed.urgentFrom) : undefined,
    when: kind === 'boolean' && typed.urgentWhen !== '' ? typed.urgentWhen === 'true' : undefined,
  })
}

function unitBefore(extension: QuestionnaireItem['extension'], code: string) {
  return extension?.find(({ url, valueCoding }) => url === UNIT && valueCoding?.code === code)
}
