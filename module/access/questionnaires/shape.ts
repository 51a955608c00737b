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
  return walk(resource['item'], 1) ?? faultBelow(resource, undefined, 0) ?? faultOfLists(resource)
}

/** Lists and objects in one another at most: items take two each, and choices and extensions some. */
const LEVELS_MOST = 60

/** What may stand at any depth: extensions, what stands beside a primitive (`_text`), expressions. */
function faultBelow(value: unknown, linkId: string | undefined, depth: number): ReadProblem | undefined {
  if (depth > LEVELS_MOST) return { linkId, problem: 'too-deep', detail: String(LEVELS_MOST) }
  if (Array.isArray(value)) return firstFault(value, (each) => faultBelow(each, linkId, depth + 1))
  if (!isObject(value)) return undefined
  const here = typeof value['linkId'] === 'string' ? value['linkId'] : linkId
  return firstFault(Object.entries(value), ([name, part]) =>
    isWellFormed(name, part)
      ? faultBelow(part, here, depth + 1)
      : { linkId: here, problem: 'not-a-questionnaire', detail: name },
  )
}

function firstFault<Part>(
  parts: readonly Part[],
  faultOf: (part: Part) => ReadProblem | undefined,
): ReadProblem | undefined {
  for (const part of parts) {
    const fault = faultOf(part)
    if (fault) return fault
  }
  return undefined
}

function isWellFormed(name: string, part: unknown): boolean {
  if (name === 'extension' || name === 'modifierExtension') return isListOfObjects(part) && part.every(isExtension)
  if (name === 'valueExpression') return isObject(part) && ['expression', 'language', 'name'].every(isTextIn(part))
  // Beside a list of primitives stands a list, with null where there is nothing to say.
  if (name.startsWith('_'))
    return isObject(part) || (Array.isArray(part) && part.every((each) => each === null || isObject(each)))
  return true
}

function isExtension(extension: Record<string, unknown>): boolean {
  const typed = (names: readonly string[], type: string) =>
    names.every((name) => extension[name] === undefined || typeof extension[name] === type)
  return (
    typeof extension['url'] === 'string' &&
    typed(['valueString', 'valueCode', 'valueMarkdown'], 'string') &&
    typed(['valueDecimal', 'valueInteger'], 'number') &&
    typed(['valueBoolean'], 'boolean')
  )
}

const isTextIn = (part: Record<string, unknown>) => (name: string) =>
  part[name] === undefined || typeof part[name] === 'string'

/** The lists of choices that come along. */
function faultOfLists({ contained = [] }: Record<string, unknown>): ReadProblem | undefined {
  const lists = (contained as Record<string, unknown>[]).filter(({ resourceType }) => resourceType === 'ValueSet')
  const wrong = lists.some(
    ({ compose, expansion }) =>
      !isMissingOr(compose, (part) => isListOfObjects(part['include']) && part['include'].every(hasConcepts)) ||
      !isMissingOr(expansion, (part) => part['contains'] === undefined || isListOfObjects(part['contains'])),
  )
  return wrong ? { linkId: undefined, problem: 'not-a-questionnaire', detail: 'contained' } : undefined
}

function isMissingOr(part: unknown, isRight: (part: Record<string, unknown>) => boolean): boolean {
  return part === undefined || (isObject(part) && isRight(part))
}

function hasConcepts({ concept }: Record<string, unknown>): boolean {
  return concept === undefined || isListOfObjects(concept)
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

function isListOfObjects(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isObject)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
