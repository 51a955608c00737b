/** What a form's page shows of each item: made for views/forms/items. */
import type { Asked, Standing } from '../../../access/questionnaires/enabling.js'
import {
  inLanguage,
  isQuestion,
  type Answers,
  type Item,
  type Path,
  type Value,
} from '../../../access/questionnaires/model.js'
import type { RequestContext } from '../../../web/routes.js'
import { canBeAnswered, fieldOf, fieldsOf, OTHER, optionKey, otherFieldOf, unitFieldOf, type Fields } from './typed.js'
import { valuesText } from './valueText.js'

/** View: /forms/items/item. */
export interface ItemView {
  is: 'group' | 'display' | 'given' | 'question'
  path: Path
  /** Shown only with JavaScript once it is asked. */
  hidden: boolean
  text: string
  /** Of a group: where its own questions begin. */
  items: ItemView[]
  question?: QuestionView
  /** Of one that cannot be changed: what stands there. */
  given?: string
  /** Of the instances of a group that repeats. */
  instance?: { number: string; removeLabel: string } | undefined
  /** After the last of them. */
  more?: string | undefined
  error?: string | undefined
}

export type Control =
  'radios' | 'checkboxes' | 'select' | 'textarea' | 'text' | 'number' | 'date' | 'datetime-local' | 'time' | 'url'

export interface QuestionView {
  control: Control
  id: string
  name: string
  label: string
  optional: boolean
  hint: string
  /** One field for each; a question that repeats has an empty one after them. */
  values: string[]
  options: OptionView[]
  other?: { id: string; name: string; value: string; alone: boolean } | undefined
  unit?: { name: string; options: { value: string; text: string; selected: boolean }[] } | undefined
  unitText: string
  maxlength?: number | undefined
  inputmode?: 'numeric' | 'decimal' | undefined
  error?: string | undefined
  /** What another device wrote in the meantime. */
  theirs?: string | undefined
}

interface OptionView {
  value: string
  text: string
  checked: boolean
}

export interface Shown {
  standing: Standing
  answers: Answers
  /** Whether somebody has written here, if only to clear it. */
  wasWritten: (path: Path) => boolean
  /** As posted, where it could not be taken as it was. */
  typed: Fields | undefined
  /** Nothing of it was taken yet: all of it is shown as it was posted. */
  untaken?: boolean
  errors: ReadonlyMap<Path, string>
  theirs: ReadonlyMap<Path, readonly Value[]>
}

export function itemViews(context: RequestContext, items: readonly Asked[], shown: Shown): ItemView[] {
  return items
    .filter(({ item }) => !item.hidden)
    .map((asked, at, all) => itemView(context, asked, shown, all[at + 1]?.item !== asked.item))
}

function itemView(context: RequestContext, asked: Asked, shown: Shown, last: boolean): ItemView {
  const { t, language, portal } = context
  const { item, path } = asked
  const values = valuesHere(shown, asked)
  const plain = {
    path,
    hidden: !asked.asked,
    text: textOf(context, item),
    items: itemViews(context, asked.items, shown),
  }
  if (item.kind === 'display') return { is: 'display', ...plain }
  if (item.kind === 'group') {
    const number = String((asked.instance ?? 0) + 1)
    const error = shown.errors.get(path)
    if (asked.instance === undefined) return { is: 'group', ...plain, error }
    const removeLabel = t('forms.remove', { what: plain.text, number })
    return {
      is: 'group',
      ...plain,
      error,
      instance: { number, removeLabel },
      more: last ? groupPath(asked) : undefined,
    }
  }
  if (!canBeAnswered(item)) {
    return { is: 'given', ...plain, given: valuesText({ t, language, zone: portal.clock.zone }, item, values) }
  }
  return { is: 'question', ...plain, question: questionView(context, asked, shown, values) }
}

/** What is known of a question that is not asked now, too: it stands there again when it is. */
function valuesHere({ standing, answers, wasWritten }: Shown, { item, path, within, asked }: Asked): readonly Value[] {
  const placed = standing.form.all.get(item.linkId)
  if (!placed || !isQuestion(item)) return []
  if (canBeAnswered(item) && !wasWritten(path)) return item.initial
  return asked ? standing.valuesOf(placed, within) : (answers.get(path) ?? [])
}

/** Of all instances: `meal`. */
function groupPath({ path }: Asked): Path {
  return path.replace(/@\d+$/, '')
}

function textOf({ language }: RequestContext, item: Item): string {
  return [item.prefix ?? '', inLanguage(item.text, language)].filter((part) => part !== '').join(' ')
}

function questionView(context: RequestContext, asked: Asked, shown: Shown, values: readonly Value[]): QuestionView {
  const { t, language, portal } = context
  const { item, path } = asked
  const { zone } = portal.clock
  // What was taken stands as it stands now: another device may have answered it in between.
  const inQuestion = shown.untaken === true || shown.errors.has(path) || shown.theirs.has(path)
  const fields: Fields = (inQuestion ? shown.typed : undefined) ?? fieldsOf(item, path, values, zone)
  const typed = list(fields, fieldOf(path))
  const control = controlOf(item)
  const theirs = shown.theirs.get(path)
  const id = `field-${fieldOf(path)}`
  return {
    ...{ control, id, name: fieldOf(path), label: textOf(context, item), optional: !item.required },
    hint: hintOf(context, item),
    values: item.repeats && control !== 'checkboxes' ? [...typed.filter((text) => text !== ''), ''] : [typed[0] ?? ''],
    options: optionsOf(context, item, control, typed),
    other: otherOf(item, path, fields, id),
    unit: unitOf(item, path, fields),
    unitText: item.units.length === 1 ? (item.units[0]?.display ?? item.units[0]?.code ?? '') : '',
    maxlength: item.maxLength,
    inputmode: item.kind === 'integer' ? 'numeric' : control === 'number' ? 'decimal' : undefined,
    error: shown.errors.get(path),
    theirs: theirs && (valuesText({ t, language, zone }, item, theirs) || t('forms.nothingSaid')),
  }
}

const MANY_OPTIONS = 12

function controlOf(item: Item): Control {
  switch (item.kind) {
    case 'boolean':
      return 'radios'
    case 'choice':
    case 'open-choice':
      if (item.options.length === 0) return 'text'
      if (item.repeats) return 'checkboxes'
      return item.control === 'drop-down' || item.options.length > MANY_OPTIONS ? 'select' : 'radios'
    case 'text':
      return 'textarea'
    case 'date':
    case 'time':
      return item.kind
    case 'dateTime':
      return 'datetime-local'
    case 'integer':
    case 'decimal':
    case 'quantity':
      return 'number'
    default:
      return 'text'
  }
}

function optionsOf(
  { t, language }: RequestContext,
  item: Item,
  control: Control,
  typed: readonly string[],
): OptionView[] {
  const option = (value: string, text: string) => ({ value, text, checked: typed.includes(value) })
  const offered =
    item.kind === 'boolean'
      ? [option('yes', t('forms.yes')), option('no', t('forms.no'))]
      : item.options.map(({ label }, at) => option(optionKey(at), inLanguage(label, language)))
  const own = item.kind === 'open-choice' && offered.length > 0 ? [option(OTHER, t('forms.other'))] : []
  // What was chosen can be taken back without JavaScript, too.
  const none = { value: '', text: t('forms.noAnswer'), checked: ![...offered, ...own].some(({ checked }) => checked) }
  if (control === 'select') return [{ ...none, text: t('forms.choose') }, ...offered, ...own]
  // One's own words stand last: their field comes after them.
  return control === 'radios' && !item.required ? [...offered, none, ...own] : [...offered, ...own]
}

function otherOf(item: Item, path: Path, fields: Fields, id: string): QuestionView['other'] {
  if (item.kind !== 'open-choice') return undefined
  const value = list(fields, otherFieldOf(path))[0] ?? ''
  return { id: `${id}-other`, name: otherFieldOf(path), value, alone: item.options.length === 0 }
}

function unitOf(item: Item, path: Path, fields: Fields): QuestionView['unit'] {
  if (item.kind !== 'quantity' || item.units.length < 2) return undefined
  const chosen = list(fields, unitFieldOf(path))[0] ?? ''
  const options = item.units.map(({ code, display }) => {
    const value = code ?? display ?? ''
    return { value, text: display ?? value, selected: value === chosen }
  })
  return { name: unitFieldOf(path), options }
}

function hintOf({ t }: RequestContext, item: Item): string {
  const { min, max, maxLength } = item
  const bound = (value: Value | undefined) => (typeof value?.value === 'object' ? '' : String(value?.value ?? ''))
  if (min && max) return t('forms.hint.between', { min: bound(min), max: bound(max) })
  if (min) return t('forms.hint.least', { min: bound(min) })
  if (max) return t('forms.hint.most', { max: bound(max) })
  if (maxLength !== undefined && maxLength >= 100) return t('forms.hint.characters', { count: maxLength })
  return item.repeats && item.options.length > 0 ? t('forms.hint.several') : ''
}

function list(fields: Fields, name: string): readonly string[] {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
