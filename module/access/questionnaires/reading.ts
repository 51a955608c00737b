/**
 * Reads a FHIR R4 Questionnaire. What Foyer could not ask as its author meant is refused with the reason at its item;
 * what only looks otherwise, or is not calculated, is told as a note. Nothing is dropped without a word.
 */
import type { Coding, Questionnaire, QuestionnaireItem, QuestionnaireItemAnswerOption, ValueSet } from 'fhir/r4.js'
import { readSum } from './calculation.js'
import { askedBy, readExpression, type Expression } from './expression.js'
import { ringsOf } from './enabling.js'
import {
  binding,
  codeOf,
  extensionAt,
  extensions,
  extensionsAt,
  isKnownExtension,
  isObject,
  labelOf,
  saidOf,
  typeOfKind,
  valueIn,
} from './fhirValues.js'
import { hasLoinc, instrumentOf } from './instruments.js'
import type { Band, Code, Condition, Flag, Form, Item, ItemKind, Operator, Option, Placed, Value } from './model.js'
import { isQuestion } from './model.js'
import type { ReadNote, ReadProblem, ReadProblemKey } from './problems.js'
import { faultOfShape } from './shape.js'

export type { ReadNote, ReadProblem } from './problems.js'

export type Reading = { ok: true; questionnaire: Form; notes: ReadNote[] } | { ok: false; problems: ReadProblem[] }

const LINK_ID_MOST = 200

interface Notebook {
  problems: ReadProblem[]
  notes: ReadNote[]
  contained: readonly ValueSet[]
  instrument: ReturnType<typeof instrumentOf>
  items: readonly QuestionnaireItem[]
  /** Expressions by the names that the questionnaire, and the items around one, give them. */
  variables: ReadonlyMap<string, string>
}

/** A questionnaire as JSON has it, or the text of it. */
export function readQuestionnaire(json: unknown): Reading {
  const resource = typeof json === 'string' ? parsed(json) : json
  if (!isObject(resource) || resource['resourceType'] !== 'Questionnaire') {
    return { ok: false, problems: [{ linkId: undefined, problem: 'not-a-questionnaire' }] }
  }
  const fault = faultOfShape(resource)
  if (fault) return { ok: false, problems: [fault] }
  return readResource(resource as unknown as Questionnaire)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function readResource(resource: Questionnaire): Reading {
  const codes = (resource.code ?? []).map(codeOf)
  const contained = (resource.contained ?? []).filter((each): each is ValueSet => each.resourceType === 'ValueSet')
  const { item: items = [] } = resource
  const book: Notebook = {
    problems: [],
    notes: [],
    contained,
    instrument: instrumentOf(codes),
    items,
    variables: variablesOf(resource),
  }
  noteExtensions(book, undefined, resource.extension)
  if (items.length === 0) book.problems.push({ linkId: undefined, problem: 'no-items' })
  const read = items.map((item) => readItem(book, item))
  const all = placedOf(book, read)
  const title = saidOf(resource.title ?? resource.name, resource._title)
  if (title.text === '') book.notes.push({ linkId: undefined, problem: 'name-missing' })
  const questionnaire: Form = {
    ...{ resource, title, codes, items: read, all },
    description: saidOf(resource.description, resource._description),
    bands: bandsOf(resource, book.instrument?.bands),
  }
  checkReferences(book, questionnaire)
  return book.problems.length > 0
    ? { ok: false, problems: book.problems }
    : { ok: true, questionnaire, notes: book.notes }
}

function variablesOf(element: Pick<Questionnaire, 'extension'>): Map<string, string> {
  return new Map(
    extensionsAt(element, extensions.variable).flatMap(({ valueExpression: said }): [string, string][] =>
      said?.name !== undefined && isFhirPath(said.language) && said.expression !== undefined
        ? [[said.name, said.expression]]
        : [],
    ),
  )
}

function isFhirPath(language: string | undefined): boolean {
  return language === undefined || language === 'text/fhirpath'
}

/** Bands of its own, or those of the scale that it is. */
function bandsOf(element: Pick<Questionnaire, 'extension'>, otherwise: readonly Band[] = []): readonly Band[] {
  const own = extensionsAt(element, extensions.band).flatMap(({ extension = [] }): Band[] => {
    const part = (url: string) => extension.find((each) => each.url === url)
    const label = part('label')
    const from = part('from')?.valueDecimal ?? part('from')?.valueInteger
    if (from === undefined || label?.valueString === undefined) return []
    return [{ from, label: saidOf(label.valueString, label._valueString), flag: flagOf(part('flag')?.valueCode) }]
  })
  const bands = own.length > 0 ? own : otherwise
  return [...bands].sort((one, other) => one.from - other.from)
}

function flagOf(code: string | undefined): Flag {
  return code === 'look' || code === 'urgent' ? code : 'none'
}

const supported: readonly string[] = [
  'group',
  'display',
  'boolean',
  'decimal',
  'integer',
  'date',
  'dateTime',
  'time',
  'string',
  'text',
  'url',
  'choice',
  'open-choice',
  'quantity',
]

function readItem(around: Notebook, from: QuestionnaireItem): Item {
  const book = { ...around, variables: new Map([...around.variables, ...variablesOf(from)]) }
  const { linkId } = from
  const kind = kindOf(book, from)
  noteExtensions(book, linkId, from.extension)
  if (from.modifierExtension && from.modifierExtension.length > 0) book.problems.push({ linkId, problem: 'modifier' })
  const item: Item = {
    ...{ linkId, kind, prefix: from.prefix, text: saidOf(from.text, from._text) },
    codes: (from.code ?? []).map(codeOf),
    required: from.required ?? false,
    readOnly: from.readOnly ?? false,
    hidden: extensionAt(from, extensions.hidden)?.valueBoolean ?? false,
    repeats: from.repeats ?? false,
    ...boundsOf(book, from, kind),
    units: unitsOf(from),
    options: optionsOf(book, from, kind),
    initial: initialOf(book, from, kind),
    control: extensionAt(from, extensions.itemControl)?.valueCodeableConcept?.coding?.[0]?.code,
    conditions: (from.enableWhen ?? []).flatMap((condition) => conditionOf(book, linkId, condition)),
    behaviour: from.enableBehavior === 'any' ? 'any' : 'all',
    calculation: calculationOf(book, from),
    bands: bandsOf(from),
    ...urgencyOf(book, from),
    items: (from.item ?? []).map((below) => readItem(book, below)),
  }
  checkItem(book, item)
  return item
}

function kindOf(book: Notebook, { linkId, type }: QuestionnaireItem): ItemKind {
  if (supported.includes(type)) return type as ItemKind
  const known = ['question', 'attachment', 'reference'].includes(type)
  book.problems.push({ linkId, problem: known ? 'kind-not-supported' : 'kind-unknown', detail: type })
  return 'display'
}

function noteExtensions(book: Notebook, linkId: string | undefined, found: QuestionnaireItem['extension'] = []): void {
  for (const { url } of found) {
    if (binding.includes(url)) book.problems.push({ linkId, problem: 'extension-binding', detail: url })
    else if (!isKnownExtension(url)) book.notes.push({ linkId, problem: 'extension-left-out', detail: url })
  }
}

function boundsOf(
  book: Notebook,
  from: QuestionnaireItem,
  kind: ItemKind,
): Pick<Item, 'maxLength' | 'minLength' | 'minOccurs' | 'maxOccurs' | 'min' | 'max' | 'decimals'> {
  const bound = (url: string): Value | undefined => {
    const extension = extensionAt(from, url)
    if (!extension) return undefined
    const value = valueIn(extension, 'value')
    const wanted = kind === 'quantity' ? 'decimal' : typeOfKind[kind]
    const numbers = ['decimal', 'integer']
    const fits = value?.is === wanted || (numbers.includes(value?.is ?? '') && numbers.includes(wanted ?? ''))
    if (value && fits) return value
    book.problems.push({ linkId: from.linkId, problem: 'bounds-wrong', detail: url.slice(url.lastIndexOf('/') + 1) })
    return undefined
  }
  return {
    maxLength: from.maxLength,
    minLength: extensionAt(from, extensions.minLength)?.valueInteger,
    minOccurs: extensionAt(from, extensions.minOccurs)?.valueInteger,
    maxOccurs: extensionAt(from, extensions.maxOccurs)?.valueInteger,
    min: bound(extensions.minValue),
    max: bound(extensions.maxValue),
    decimals: extensionAt(from, extensions.maxDecimalPlaces)?.valueInteger,
  }
}

function unitsOf(from: QuestionnaireItem): Code[] {
  const offered = [...extensionsAt(from, extensions.unit), ...extensionsAt(from, extensions.unitOption)].flatMap(
    ({ valueCoding }) => (valueCoding ? [codeOf(valueCoding)] : []),
  )
  return offered.filter(({ code }, at) => offered.findIndex((other) => other.code === code) === at)
}

function optionsOf(book: Notebook, from: QuestionnaireItem, kind: ItemKind): Option[] {
  if (kind !== 'choice' && kind !== 'open-choice') return []
  const options =
    from.answerValueSet === undefined
      ? (from.answerOption ?? []).flatMap((option) => optionOf(book, from, option))
      : containedOptions(book, from, from.answerValueSet)
  const keys = options.map(({ value }) => JSON.stringify([value.is, value.value]))
  if (new Set(keys).size < keys.length) book.problems.push({ linkId: from.linkId, problem: 'option-twice' })
  if (options.length === 0 && kind === 'choice') book.problems.push({ linkId: from.linkId, problem: 'no-options' })
  return options
}

function optionOf(book: Notebook, { linkId }: QuestionnaireItem, option: QuestionnaireItemAnswerOption): Option[] {
  const value = valueIn(option, 'value')
  if (!value || !['coding', 'string', 'integer', 'date', 'time'].includes(value.is)) {
    book.problems.push({ linkId, problem: 'option-kind', detail: Object.keys(option).join(', ') })
    return []
  }
  const coding = option.valueCoding
  return [
    {
      value,
      label: coding
        ? labelOf(coding)
        : saidOf(typeof value.value === 'object' ? '' : String(value.value), option._valueString),
      ordinal: ordinalOf(option) ?? (coding ? ordinalOf(coding) : undefined),
      urgent: extensionAt(option, extensions.urgent)?.valueBoolean ?? false,
      exclusive: extensionAt(option, extensions.exclusive)?.valueBoolean ?? false,
    },
  ]
}

function ordinalOf(element: Pick<Coding, 'extension'>): number | undefined {
  const said = extensionAt(element, extensions.ordinal) ?? extensionAt(element, extensions.weight)
  return said?.valueDecimal ?? said?.valueInteger
}

/** Only a list that comes along can be offered: `#id` of a contained value set that names its codes. */
function containedOptions(book: Notebook, { linkId }: QuestionnaireItem, address: string): Option[] {
  const set = book.contained.find(({ id }) => address === `#${id ?? ''}`)
  const listed = set?.expansion?.contains ?? set?.compose?.include.flatMap(ofInclude)
  if (!listed || listed.length === 0) {
    book.problems.push({ linkId, problem: 'options-elsewhere', detail: address })
    return []
  }
  return listed.map((coding) => ({
    value: { is: 'coding', value: codeOf(coding) },
    label: labelOf(coding),
    ordinal: ordinalOf(coding),
    urgent: false,
    exclusive: false,
  }))
}

function ofInclude({ system, concept }: NonNullable<NonNullable<ValueSet['compose']>['include']>[number]): Coding[] {
  return (concept ?? []).map(({ code, display, _display, extension }) => ({
    ...{ system, code, display, _display, extension },
  }))
}

function initialOf(book: Notebook, from: QuestionnaireItem, kind: ItemKind): Value[] {
  const selected = (from.answerOption ?? []).filter(({ initialSelected }) => initialSelected === true)
  const given = [...(from.initial ?? []), ...selected]
  const values = given.flatMap((each) => valueIn(each, 'value') ?? [])
  const fits = (value: Value) => kind === 'choice' || kind === 'open-choice' || typeOfKind[kind] === value.is
  if (values.length < given.length || !values.every(fits)) {
    book.problems.push({ linkId: from.linkId, problem: 'initial-wrong' })
  }
  if (values.length > 1 && from.repeats !== true) book.problems.push({ linkId: from.linkId, problem: 'initial-many' })
  return values
}

const operators: readonly string[] = ['exists', '=', '!=', '>', '<', '>=', '<=']

function conditionOf(
  book: Notebook,
  linkId: string,
  from: NonNullable<QuestionnaireItem['enableWhen']>[number],
): Condition[] {
  const answer = valueIn(from, 'answer')
  const known = operators.includes(from.operator) && typeof from.question === 'string'
  if (!known || !answer || (from.operator === 'exists' && answer.is !== 'boolean')) {
    book.problems.push({ linkId, problem: 'condition-wrong', detail: from.operator })
    return []
  }
  return [{ question: from.question, operator: from.operator, answer }]
}

/** The sum that Foyer's own builder writes, in any of its forms; else what expression.ts knows. */
function calculationOf(book: Notebook, from: QuestionnaireItem): Expression | undefined {
  const said = extensionAt(from, extensions.calculated)
  if (!said) return undefined
  const { expression = '', language } = said.valueExpression ?? {}
  const summed = readSum(expression)
  if (summed) return { is: 'answers', how: 'sum', of: summed }
  const read = isFhirPath(language) ? readExpression(expression, book.items, book.variables) : undefined
  if (!read) book.notes.push({ linkId: from.linkId, problem: 'calculation-left-out' })
  return read
}

function urgencyOf(book: Notebook, from: QuestionnaireItem): Pick<Item, 'urgentFrom' | 'urgentWhen'> {
  const said = extensionAt(from, extensions.urgent)
  const known = hasLoinc((from.code ?? []).map(codeOf), book.instrument?.urgent ?? [])
  return {
    urgentFrom: said?.valueDecimal ?? said?.valueInteger ?? (known ? 1 : undefined),
    urgentWhen: said?.valueBoolean,
  }
}

function checkItem(book: Notebook, item: Item): void {
  const { linkId, kind } = item
  const refuse = (problem: ReadProblemKey, detail?: string) => {
    book.problems.push({ linkId, problem, detail })
  }
  if (typeof linkId !== 'string' || linkId.trim() === '') refuse('no-link-id')
  else if (linkId.length > LINK_ID_MOST) refuse('link-id-too-long')
  if (kind === 'display' && item.items.length > 0) refuse('items-below-display')
  if (isQuestion(item) && item.repeats && item.items.some((below) => below.kind !== 'display')) {
    refuse('items-below-repeated')
  }
  if (isQuestion(item) && item.text.text === '' && !item.hidden) refuse('no-text')
  const given = item.initial.length > 0 || item.calculation !== undefined
  if (isQuestion(item) && item.required && (item.hidden || item.readOnly) && !given) refuse('never-answerable')
  if (item.maxLength === 0) refuse('bounds-wrong', 'maxLength')
  if ((item.maxOccurs ?? Infinity) < Math.max(item.minOccurs ?? 0, 1)) refuse('bounds-wrong', 'maxOccurs')
}

function placedOf(book: Notebook, items: readonly Item[]): Map<string, Placed> {
  const all = new Map<string, Placed>()
  const walk = (list: readonly Item[], parent: Item | undefined, around: readonly string[]) => {
    for (const item of list) {
      if (all.has(item.linkId)) book.problems.push({ linkId: item.linkId, problem: 'link-id-twice' })
      all.set(item.linkId, { item, parent, around })
      walk(item.items, item, item.kind === 'group' && item.repeats ? [...around, item.linkId] : around)
    }
  }
  walk(items, undefined, [])
  return all
}

function checkReferences(book: Notebook, form: Form): void {
  for (const { item, around } of form.all.values()) {
    for (const condition of item.conditions) checkCondition(book, form, { item, around }, condition)
    for (const linkId of item.calculation ? askedBy(item.calculation) : []) {
      const summed = form.all.get(linkId)
      if (!summed || !isQuestion(summed.item)) {
        book.problems.push({ linkId: item.linkId, problem: 'sum-unknown-item', detail: linkId })
      }
    }
  }
  if (book.problems.length > 0) return
  for (const linkId of ringsOf(form)) book.problems.push({ linkId, problem: 'condition-ring' })
}

function checkCondition(
  book: Notebook,
  form: Form,
  { item, around }: Pick<Placed, 'item' | 'around'>,
  { question, operator, answer }: Condition,
): void {
  const refuse = (problem: ReadProblemKey) => {
    book.problems.push({ linkId: item.linkId, problem, detail: question })
  }
  const decider = form.all.get(question)
  if (!decider) refuse('condition-question-unknown')
  else if (!isQuestion(decider.item)) refuse('condition-not-a-question')
  else if (!decider.around.every((linkId, at) => around[at] === linkId)) refuse('condition-in-other-group')
  else if (operator !== 'exists' && !comparable(decider.item, answer, operator)) refuse('condition-kind')
}

function comparable(item: Item, answer: Value, operator: Operator): boolean {
  const ordered = ['decimal', 'integer', 'date', 'dateTime', 'time', 'string', 'quantity']
  if (operator !== '=' && operator !== '!=' && !ordered.includes(answer.is)) return false
  const wanted = typeOfKind[item.kind]
  if (wanted === undefined)
    return item.kind === 'open-choice' || item.options.some(({ value }) => value.is === answer.is)
  const numbers = ['decimal', 'integer']
  return wanted === answer.is || (numbers.includes(wanted) && numbers.includes(answer.is)) || isText(wanted, answer.is)
}

function isText(wanted: Value['is'], is: Value['is']): boolean {
  return wanted === 'uri' && is === 'string'
}
