/**
 * Which items are asked, given the answers. What decides about what is a graph without rings (reading.ts refuses them),
 * so there is one answer, found by asking each item once.
 */
import { calculate, type Calculated, type Counted } from './calculating.js'
import { askedBy, type Expression } from './expression.js'
import {
  compareValues,
  INTEGER,
  instancePrefix,
  instancesOf,
  isQuestion,
  pathOf,
  sameValue,
  type Answers,
  type Condition,
  type Form,
  type Item,
  type ItemKind,
  type Path,
  type Placed,
  type Value,
} from './model.js'

/** An item that is asked, where it stands among the answers. */
export interface Asked {
  item: Item
  /** Of a group that repeats: that of this instance. */
  path: Path
  /** The instances around it: the start of its paths. */
  within: string
  /** Of a group that repeats. */
  instance?: number | undefined
  /** False only in a tree of everything: nothing makes it be asked now. */
  asked: boolean
  items: readonly Asked[]
}

/** How a form stands with these answers. */
export interface Standing {
  form: Form
  isAsked: (placed: Placed, within: string) => boolean
  /** What counts as answered: nothing of an item that is not asked, the given value of one that cannot be changed. */
  valuesOf: (placed: Placed, within: string) => readonly Value[]
  /** What a calculation comes to, in the instances below `within`; `kind`: of the item whose answer it is. */
  calculated: (calculation: Expression, within: string, kind?: ItemKind) => Calculated
  /** What the answers to these questions count, one for each place where one is asked. */
  counting: (linkIds: readonly string[], within: string) => readonly Counting[]
  /** Everything that is asked, as a tree. A group that repeats has one instance at least. */
  tree: (how?: TreeHow) => readonly Asked[]
}

export interface Counting extends Counted {
  item: Item
  path: Path
}

export interface TreeHow {
  /** Instances of the repeating group at this path, where one more is wanted than have something in them. */
  atLeast?: (path: Path) => number
  /** What is not asked, too. */
  everything?: boolean
}

/** What is asked, as a tree: `stand` for those who ask more than this. */
export function enabledItems(form: Form, answers: Answers): readonly Asked[] {
  return stand(form, answers).tree()
}

/** A tree's items in the order of the page. */
export function flat(tree: readonly Asked[]): Asked[] {
  return tree.flatMap((asked) => [asked, ...flat(asked.items)])
}

export function stand(form: Form, answers: Answers): Standing {
  const known = new Map<Path, boolean>()

  const isAsked = (placed: Placed, within: string): boolean => {
    const path = pathOf(within, placed.item.linkId)
    const before = known.get(path)
    if (before !== undefined) return before
    const asked = parentAsked(placed, within) && meets(placed, within)
    known.set(path, asked)
    return asked
  }

  const parentAsked = ({ item, parent, around }: Placed, within: string): boolean => {
    if (!parent) return true
    const above = placedIn(form, parent.linkId)
    const there = shared(within, above.around.length, around.length)
    if (!isAsked(above, there)) return false
    // What stands below a question is asked once that is answered; a text below it belongs to the question itself.
    return !isQuestion(parent) || item.kind === 'display' || valuesOf(above, there).length > 0
  }

  const meets = ({ item, around }: Placed, within: string): boolean => {
    if (item.conditions.length === 0) return true
    const holds = (condition: Condition) => {
      const decider = placedIn(form, condition.question)
      return conditionHolds(condition, valuesOf(decider, shared(within, decider.around.length, around.length)))
    }
    return item.behaviour === 'any' ? item.conditions.some(holds) : item.conditions.every(holds)
  }

  const valuesOf = (placed: Placed, within: string): readonly Value[] => {
    const { item } = placed
    if (!isQuestion(item) || !isAsked(placed, within)) return []
    if (item.calculation) return numberOf(item, calculated(item.calculation, within, item.kind).value)
    if (item.readOnly || item.hidden) return item.initial
    return (answers.get(pathOf(within, item.linkId)) ?? []).filter(saysSomething)
  }

  const counting = (linkIds: readonly string[], within: string): Counting[] =>
    linkIds.flatMap((linkId) => {
      const placed = placedIn(form, linkId)
      return placesOf(placed, within, answers)
        .filter((place) => isAsked(placed, place))
        .map((place) => ({
          ...{ linkId, item: placed.item, path: pathOf(place, linkId) },
          weight: weightOf(placed.item, valuesOf(placed, place)),
        }))
    })

  const calculated = (calculation: Expression, within: string, kind?: ItemKind): Calculated => {
    const found = calculate(calculation, (linkIds) => counting(linkIds, within))
    const whole = kind === 'integer' && found.value !== undefined ? Math.round(found.value) : 0
    // What FHIR's integer does not hold is no answer of that kind.
    return whole < INTEGER.least || whole > INTEGER.most ? { value: undefined, missing: [], beyond: true } : found
  }

  const treeOf = (items: readonly Item[], within: string, how: TreeHow): Asked[] =>
    items.flatMap((item): Asked[] => {
      const asked = isAsked(placedIn(form, item.linkId), within)
      if (!asked && how.everything !== true) return []
      const path = pathOf(within, item.linkId)
      if (item.kind !== 'group' || !item.repeats) {
        return [{ item, path, within, asked, items: treeOf(item.items, within, how) }]
      }
      const wanted = how.atLeast?.(path) ?? 1
      const count = Math.max(instancesOf(answers, within, item.linkId), wanted, item.minOccurs ?? 1, 1)
      return Array.from({ length: Math.min(count, INSTANCES_MOST) }, (_, instance) => {
        const inside = instancePrefix(within, item.linkId, instance)
        return { item, path: inside.slice(0, -1), within, instance, asked, items: treeOf(item.items, inside, how) }
      })
    })

  return { form, isAsked, valuesOf, calculated, counting, tree: (how = {}) => treeOf(form.items, '', how) }
}

/** Instances of a repeating group at most: more than anybody types. */
export const INSTANCES_MOST = 50

function placedIn(form: Form, linkId: string): Placed {
  const placed = form.all.get(linkId)
  if (!placed) throw new Error(`The questionnaire has no item ${linkId}`)
  return placed
}

/** The first so many instances of a prefix that names `depth` of them. */
function shared(within: string, wanted: number, depth: number): string {
  if (wanted >= depth) return within
  return within
    .split('/')
    .slice(0, wanted)
    .map((segment) => `${segment}/`)
    .join('')
}

/** Every prefix at which the item stands below these instances. */
function placesOf({ around }: Placed, within: string, answers: Answers): string[] {
  const inside = within === '' ? 0 : within.split('/').length - 1
  return around
    .slice(inside)
    .reduce(
      (prefixes, linkId) =>
        prefixes.flatMap((prefix) =>
          Array.from({ length: Math.max(1, instancesOf(answers, prefix, linkId)) }, (_, instance) =>
            instancePrefix(prefix, linkId, instance),
          ),
        ),
      [around.length < inside ? shared(within, around.length, inside) : within],
    )
}

/**
 * As FHIR R4 words its operators: `=` and the orders hold when one answer does; `!=` when none is equal, so also when
 * there is none.
 */
export function conditionHolds({ operator, answer }: Condition, values: readonly Value[]): boolean {
  switch (operator) {
    case 'exists':
      return values.length > 0 === answer.value
    case '=':
      return values.some((value) => means(value, answer))
    case '!=':
      return !values.some((value) => means(value, answer))
    default:
      return values.some((value) => ordered(operator, compareValues(asKind(value, answer), answer)))
  }
}

/** An address is compared with what a condition can only write as a text. */
function means(value: Value, answer: Value): boolean {
  return sameValue(asKind(value, answer), answer)
}

function asKind(value: Value, answer: Value): Value {
  return value.is === 'uri' && answer.is === 'string' ? { is: 'string', value: value.value } : value
}

function ordered(operator: '>' | '<' | '>=' | '<=', order: number | undefined): boolean {
  if (order === undefined) return false
  if (operator === '>') return order > 0
  if (operator === '<') return order < 0
  return operator === '>=' ? order >= 0 : order <= 0
}

function saysSomething(value: Value): boolean {
  return typeof value.value !== 'string' || value.value.trim() !== ''
}

function numberOf(item: Item, value: number | undefined): Value[] {
  if (value === undefined) return []
  if (item.kind === 'integer') return [{ is: 'integer', value: Math.round(value) }]
  if (item.kind === 'quantity') return [{ is: 'quantity', value: { value, ...unitOf(item) } }]
  if (item.kind === 'decimal') return [{ is: 'decimal', value }]
  return [{ is: 'string', value: String(value) }]
}

function unitOf(item: Item): { unit?: string; system?: string; code?: string } {
  const [unit] = item.units
  if (!unit) return {}
  const name = unit.display ?? unit.code
  return {
    ...(name === undefined ? {} : { unit: name }),
    ...(unit.system === undefined ? {} : { system: unit.system }),
    ...(unit.code === undefined ? {} : { code: unit.code }),
  }
}

/** Undefined: not answered, or one of the answers counts nothing that is known. */
function weightOf(item: Item, values: readonly Value[]): number | undefined {
  if (values.length === 0) return undefined
  let total = 0
  for (const value of values) {
    const weight = weightOfValue(item, value)
    if (weight === undefined) return undefined
    total += weight
  }
  return total
}

/** What an answer counts: the weight of its option, or the number that it is. */
export function weightOfValue(item: Item, value: Value): number | undefined {
  const option = item.options.find((each) => sameValue(each.value, value))
  if (option?.ordinal !== undefined) return option.ordinal
  if (value.is === 'decimal' || value.is === 'integer') return value.value
  return value.is === 'quantity' ? value.value.value : undefined
}

/** linkIds of the items whose being asked depends on themselves. */
export function ringsOf(form: Form): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const rings = new Set<string>()
  const visit = (linkId: string, way: readonly string[]): void => {
    if (state.get(linkId) === 'done') return
    if (state.get(linkId) === 'open') {
      for (const each of way.slice(way.indexOf(linkId))) rings.add(each)
      return
    }
    state.set(linkId, 'open')
    const { item, parent } = placedIn(form, linkId)
    const needs = [...(parent ? [parent.linkId] : []), ...item.conditions.map(({ question }) => question)]
    const counted = item.calculation ? askedBy(item.calculation) : []
    for (const need of [...needs, ...counted]) visit(need, [...way, linkId])
    state.set(linkId, 'done')
  }
  for (const linkId of form.all.keys()) visit(linkId, [])
  return [...rings]
}
