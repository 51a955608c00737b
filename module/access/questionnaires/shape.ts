/** Whether JSON has the shape of a questionnaire at all: what reads it then need not ask again. */
import { isObject } from './fhirValues.js'
import type { ReadProblem } from './problems.js'

const ITEMS_MOST = 1000
const DEPTH_MOST = 10

/** Items in items, each an object with texts where texts belong: what follows need not ask again. */
export function faultOfShape(resource: Record<string, unknown>): ReadProblem | undefined {
  let count = 0
  const walk = (items: unknown, depth: number): ReadProblem | undefined => {
    if (items === undefined) return undefined
    if (!Array.isArray(items)) return { linkId: undefined, problem: 'not-a-questionnaire', detail: 'item' }
    if (depth > DEPTH_MOST) return { linkId: undefined, problem: 'too-deep', detail: String(DEPTH_MOST) }
    for (const item of items as unknown[]) {
      count += 1
      if (count > ITEMS_MOST) return { linkId: undefined, problem: 'too-many-items', detail: String(ITEMS_MOST) }
      const wrong = wrongElement(item)
      if (wrong) return wrong
      const below = walk((item as Record<string, unknown>)['item'], depth + 1)
      if (below) return below
    }
    return undefined
  }
  const lists = ['contained', 'extension', 'code'].find(
    (name) => resource[name] !== undefined && !isListOfObjects(resource[name]),
  )
  if (lists !== undefined) return { linkId: undefined, problem: 'not-a-questionnaire', detail: lists }
  const texts = ['title', 'name', 'description', 'url', 'id', 'version', 'status'].find(
    (name) => resource[name] !== undefined && typeof resource[name] !== 'string',
  )
  if (texts !== undefined) return { linkId: undefined, problem: 'not-a-questionnaire', detail: texts }
  return walk(resource['item'], 1)
}

function wrongElement(item: unknown): ReadProblem | undefined {
  if (!isObject(item)) return { linkId: undefined, problem: 'not-a-questionnaire', detail: 'item' }
  const linkId = typeof item['linkId'] === 'string' ? item['linkId'] : undefined
  const wrong = (detail: string): ReadProblem => ({ linkId, problem: 'not-a-questionnaire', detail })
  for (const name of ['text', 'prefix', 'type', 'answerValueSet', 'enableBehavior']) {
    if (item[name] !== undefined && typeof item[name] !== 'string') return wrong(name)
  }
  for (const name of ['required', 'readOnly', 'repeats']) {
    if (item[name] !== undefined && typeof item[name] !== 'boolean') return wrong(name)
  }
  for (const name of ['enableWhen', 'answerOption', 'initial', 'code', 'extension', 'modifierExtension']) {
    if (item[name] !== undefined && !isListOfObjects(item[name])) return wrong(name)
  }
  if (item['maxLength'] !== undefined && !isCount(item['maxLength'])) return wrong('maxLength')
  return undefined
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
