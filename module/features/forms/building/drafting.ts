/** Changing a questionnaire, item by item. Pure: a questionnaire in, another one out; nothing is ever changed in place. */
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'

export type ItemKind = QuestionnaireItem['type']

/** Where an item stands: the linkId of its group ('' at the top) and its place in there, from 0. */
export interface Place {
  group: string
  at: number
}

/** An item with where it stands, how deep (0 at the top), and whether it can go up and down there. */
export interface PlacedItem extends Place {
  item: QuestionnaireItem
  depth: number
  isFirst: boolean
  isLast: boolean
}

/** Every item, as a reader meets them. */
export function itemsInOrder(questionnaire: Questionnaire): PlacedItem[] {
  return placed(questionnaire.item ?? [], '', 0)
}

function placed(items: readonly QuestionnaireItem[], group: string, depth: number): PlacedItem[] {
  return items.flatMap((item, at) => [
    { item, group, at, depth, isFirst: at === 0, isLast: at === items.length - 1 },
    ...placed(item.item ?? [], item.linkId, depth + 1),
  ])
}

export function findItem(questionnaire: Questionnaire, linkId: string): PlacedItem | undefined {
  return itemsInOrder(questionnaire).find(({ item }) => item.linkId === linkId)
}

/** A new one at the end of a group ('' or none that is there: at the end of all), with a linkId that nothing has yet. */
export function addItem(
  questionnaire: Questionnaire,
  item: Omit<QuestionnaireItem, 'linkId'>,
  group: string,
): { questionnaire: Questionnaire; linkId: string } {
  const linkId = freeLinkId(questionnaire)
  const into = findItem(questionnaire, group)?.item.type === 'group' ? group : ''
  const added = inGroup(questionnaire, into, (items) => [...items, { linkId, ...item }])
  return { questionnaire: added, linkId }
}

function freeLinkId(questionnaire: Questionnaire): string {
  const taken = new Set(itemsInOrder(questionnaire).map(({ item }) => item.linkId))
  let number = taken.size + 1
  while (taken.has(`q${String(number)}`)) number += 1
  return `q${String(number)}`
}

export function changeItem(
  questionnaire: Questionnaire,
  linkId: string,
  change: (item: QuestionnaireItem) => QuestionnaireItem,
): Questionnaire {
  const place = findItem(questionnaire, linkId)
  if (!place) return questionnaire
  return inGroup(questionnaire, place.group, (items) =>
    items.map((item) => (item.linkId === linkId ? change(item) : item)),
  )
}

export type Direction = 'up' | 'down' | 'in' | 'out'
export const directions: readonly Direction[] = ['up', 'down', 'in', 'out']

/**
 * up, down: past its neighbour; in: to the end of the group before it; out: behind the group it is in. Where there is no
 * such way, it stays.
 */
export function moveItem(questionnaire: Questionnaire, linkId: string, direction: Direction): Questionnaire {
  const place = findItem(questionnaire, linkId)
  if (!place) return questionnaire
  if (direction === 'up' || direction === 'down') {
    const to = place.at + (direction === 'up' ? -1 : 1)
    return inGroup(questionnaire, place.group, (items) => swapped(items, place.at, to))
  }
  return direction === 'in' ? intoGroupBefore(questionnaire, place) : outOfGroup(questionnaire, place)
}

function swapped(items: readonly QuestionnaireItem[], from: number, to: number): QuestionnaireItem[] {
  const [one, other] = [items[from], items[to]]
  if (!one || !other) return [...items]
  return items.map((item, at) => (at === from ? other : at === to ? one : item))
}

function intoGroupBefore(questionnaire: Questionnaire, place: PlacedItem): Questionnaire {
  const before = itemsInOrder(questionnaire).find(({ at, group }) => group === place.group && at === place.at - 1)
  if (before?.item.type !== 'group') return questionnaire
  return inGroup(taken(questionnaire, place), before.item.linkId, (items) => [...items, place.item])
}

function outOfGroup(questionnaire: Questionnaire, place: PlacedItem): Questionnaire {
  const group = findItem(questionnaire, place.group)
  if (!group) return questionnaire
  return inGroup(taken(questionnaire, place), group.group, (items) => [
    ...items.slice(0, group.at + 1),
    place.item,
    ...items.slice(group.at + 1),
  ])
}

export type Removal =
  | { ok: true; questionnaire: Questionnaire }
  | { ok: false; reason: 'not-found' }
  /** Others are shown only depending on it: their linkIds. */
  | { ok: false; reason: 'asked-for'; by: string[] }

/** Takes an item out with everything in it. */
export function removeItem(questionnaire: Questionnaire, linkId: string): Removal {
  const place = findItem(questionnaire, linkId)
  if (!place) return { ok: false, reason: 'not-found' }
  const going = new Set([linkId, ...placed(place.item.item ?? [], linkId, 0).map(({ item }) => item.linkId)])
  const by = itemsInOrder(questionnaire)
    .filter(({ item }) => !going.has(item.linkId))
    .filter(({ item }) => item.enableWhen?.some(({ question }) => going.has(question)))
    .map(({ item }) => item.linkId)
  return by.length > 0
    ? { ok: false, reason: 'asked-for', by }
    : { ok: true, questionnaire: taken(questionnaire, place) }
}

function taken(questionnaire: Questionnaire, place: PlacedItem): Questionnaire {
  return inGroup(questionnaire, place.group, (items) => items.filter(({ linkId }) => linkId !== place.item.linkId))
}

/** The questionnaire with the items of one group ('' at the top) as `change` makes them; a list that empties goes away. */
function inGroup(
  questionnaire: Questionnaire,
  group: string,
  change: (items: readonly QuestionnaireItem[]) => QuestionnaireItem[],
): Questionnaire {
  if (group === '') return withItems(questionnaire, change(questionnaire.item ?? []))
  const within = (items: readonly QuestionnaireItem[]): QuestionnaireItem[] =>
    items.map((item) => {
      if (item.linkId === group) return withItems(item, change(item.item ?? []))
      return item.item ? withItems(item, within(item.item)) : item
    })
  return withItems(questionnaire, within(questionnaire.item ?? []))
}

function withItems<Parent extends Questionnaire | QuestionnaireItem>(
  parent: Parent,
  item: QuestionnaireItem[],
): Parent {
  const { item: before, ...rest } = parent
  return (
    item.length === 0 && before === undefined ? parent : { ...rest, ...(item.length === 0 ? {} : { item }) }
  ) as Parent
}
