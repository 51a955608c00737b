/** FHIR's value[x], initial[x] and answer[x], in and out; and the extensions that Foyer knows. */
import type { Coding, Extension, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import { INTEGER, type Code, type ItemKind, type Said, type Value } from './model.js'

const BASE = 'http://hl7.org/fhir/StructureDefinition/'
const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/'

export const extensions = {
  minValue: `${BASE}minValue`,
  maxValue: `${BASE}maxValue`,
  minLength: `${BASE}minLength`,
  maxDecimalPlaces: `${BASE}maxDecimalPlaces`,
  minOccurs: `${BASE}questionnaire-minOccurs`,
  maxOccurs: `${BASE}questionnaire-maxOccurs`,
  unit: `${BASE}questionnaire-unit`,
  unitOption: `${BASE}questionnaire-unitOption`,
  hidden: `${BASE}questionnaire-hidden`,
  itemControl: `${BASE}questionnaire-itemControl`,
  exclusive: `${BASE}questionnaire-optionExclusive`,
  ordinal: `${BASE}ordinalValue`,
  weight: `${BASE}itemWeight`,
  translation: `${BASE}translation`,
  variable: `${BASE}variable`,
  calculated: `${SDC}sdc-questionnaire-calculatedExpression`,
  /** Of an item: valueDecimal, urgent from this number or weight on, or valueBoolean, this answer; of an option: true. */
  urgent: 'urn:foyer:fhir:urgent',
  /** Of a questionnaire or an item that is calculated: `from` (valueDecimal), `label` (valueString, with translations), `flag` (valueCode). */
  band: 'urn:foyer:fhir:score-band',
} as const

/** Without these a question would be asked otherwise than its author meant: what says them is refused. */
export const binding: readonly string[] = [
  `${SDC}sdc-questionnaire-enableWhenExpression`,
  `${SDC}sdc-questionnaire-answerExpression`,
  `${SDC}sdc-questionnaire-candidateExpression`,
  `${SDC}sdc-questionnaire-subQuestionnaire`,
  `${BASE}questionnaire-constraint`,
  `${SDC}targetConstraint`,
  `${BASE}regex`,
]

const looks = [
  'questionnaire-choiceOrientation',
  'questionnaire-displayCategory',
  'questionnaire-supportLink',
  'questionnaire-sliderStepValue',
  'questionnaire-usageMode',
  'rendering-style',
  'rendering-xhtml',
  'rendering-markdown',
  'entryFormat',
  'designNote',
  'preferredTerminologyServer',
].map((name) => `${BASE}${name}`)

const known: readonly string[] = [...Object.values(extensions), ...binding, ...looks]

/** Whether leaving it out changes nothing of what is asked: looks, and what belongs to the exchange of data. */
export function isKnownExtension(url: string): boolean {
  return known.includes(url) || url.includes('questionnaire-observation') || url.includes('rendering')
}

export function extensionsAt(element: { extension?: Extension[] | undefined } | undefined, url: string): Extension[] {
  return (element?.extension ?? []).filter((extension) => extension.url === url)
}

export function extensionAt(
  element: { extension?: Extension[] | undefined } | undefined,
  url: string,
): Extension | undefined {
  return extensionsAt(element, url)[0]
}

const suffixes = {
  Boolean: 'boolean',
  Decimal: 'decimal',
  Integer: 'integer',
  Date: 'date',
  DateTime: 'dateTime',
  Time: 'time',
  String: 'string',
  Uri: 'uri',
  Coding: 'coding',
  Quantity: 'quantity',
} as const

/** The one value of an element (`valueCoding`, `answerBoolean`). Undefined: none, one of another type, or a wrong one. */
export function valueIn(element: object, stem: 'value' | 'answer'): Value | undefined {
  for (const [suffix, is] of Object.entries(suffixes)) {
    const found = (element as Record<string, unknown>)[`${stem}${suffix}`]
    if (found !== undefined) return checkedValue(is, found)
  }
  return undefined
}

const formats: Partial<Record<Value['is'], RegExp>> = {
  date: /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/,
  dateTime:
    /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/,
  time: /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?$/,
}

function checkedValue(is: Value['is'], found: unknown): Value | undefined {
  switch (is) {
    case 'boolean':
      return typeof found === 'boolean' ? { is, value: found } : undefined
    case 'decimal':
      return typeof found === 'number' && Number.isFinite(found) ? { is, value: found } : undefined
    case 'integer':
      return isInteger(found) ? { is, value: found } : undefined
    case 'coding':
      return isObject(found) ? { is, value: codeOf(found) } : undefined
    case 'quantity':
      return isObject(found) && typeof found['value'] === 'number' && Number.isFinite(found['value'])
        ? { is, value: { value: found['value'], ...texts(found, ['unit', 'system', 'code']) } }
        : undefined
    default:
      return typeof found === 'string' && (formats[is]?.test(found) ?? true) ? { is, value: found } : undefined
  }
}

function isInteger(found: unknown): found is number {
  return Number.isInteger(found) && Number(found) >= INTEGER.least && Number(found) <= INTEGER.most
}

export function codeOf(coding: object): Code {
  return texts(coding, ['system', 'code', 'display'])
}

function texts(from: object, names: readonly string[]): Record<string, string> {
  const given = from as Record<string, unknown>
  return Object.fromEntries(names.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])))
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As it stands in an answer of a QuestionnaireResponse. */
export function answerOf(value: Value): QuestionnaireResponseItemAnswer {
  switch (value.is) {
    case 'boolean':
      return { valueBoolean: value.value }
    case 'decimal':
      return { valueDecimal: value.value }
    case 'integer':
      return { valueInteger: value.value }
    case 'date':
      return { valueDate: value.value }
    case 'dateTime':
      return { valueDateTime: value.value }
    case 'time':
      return { valueTime: value.value }
    case 'string':
      return { valueString: value.value }
    case 'uri':
      return { valueUri: value.value }
    case 'coding':
      return { valueCoding: value.value }
    case 'quantity':
      return { valueQuantity: value.value }
  }
}

/** The type that an answer to a question of this kind has; a choice has that of its options. */
export const typeOfKind: Partial<Record<ItemKind, Value['is']>> = {
  boolean: 'boolean',
  decimal: 'decimal',
  integer: 'integer',
  date: 'date',
  dateTime: 'dateTime',
  time: 'time',
  string: 'string',
  text: 'string',
  url: 'uri',
  quantity: 'quantity',
}

/** A text with the translations that stand beside it (`_text`, `_display`, `_title`). */
export function saidOf(text: string | undefined, beside: { extension?: Extension[] | undefined } | undefined): Said {
  const translations = extensionsAt(beside, extensions.translation).flatMap(({ extension = [] }) => {
    const language = extension.find(({ url }) => url === 'lang')
    const content = extension.find(({ url }) => url === 'content')
    const named = language?.valueCode ?? language?.valueString
    const said = content?.valueString ?? content?.valueMarkdown
    return named !== undefined && said !== undefined ? [[named.slice(0, 2).toLowerCase(), said] as const] : []
  })
  return { text: text ?? '', in: Object.fromEntries(translations) }
}

/** What a code is called, or the code. */
export function labelOf(coding: Coding): Said {
  const { code, display } = codeOf(coding)
  return saidOf(display ?? code, coding._display)
}
