/**
 * Calculations, read from the part of FHIRPath that instruments are written in, and evaluated by Foyer itself: nothing of
 * a questionnaire is ever run as code. What is not in here is not guessed at.
 *
 *     %resource.item.where(linkId='worry').item.answer.value.ordinal().sum() * 2
 *     (%resource.descendants().where(linkId='a' or linkId='b').answer.value.ordinal().avg() + %rest) / 3
 *     (%anxiety | %depression).max()
 */
import type { QuestionnaireItem } from 'fhir/r4.js'
import { tokensOf, type Token } from './tokens.js'

export type Fold = 'sum' | 'avg' | 'min' | 'max' | 'count'

export type Expression =
  | { is: 'number'; value: number }
  /** Of what the answers to these questions (linkIds) count; one: there is one answer, and it is the number. */
  | { is: 'answers'; how: Fold | 'one'; of: readonly string[] }
  | { is: 'operation'; operator: '+' | '-' | '*' | '/'; left: Expression; right: Expression }
  | { is: 'choice'; how: 'min' | 'max'; of: readonly Expression[] }
  | { is: 'negative' | 'absolute'; of: Expression }
  | { is: 'rounded'; of: Expression; digits: number }

type Tree = readonly QuestionnaireItem[]

/** What a path has come to: items of the response, their answers, a list of numbers, or a number. */
type Part =
  | { at: 'root' | 'items' | 'answers'; items: Tree }
  /** Joined by `|`, which drops equal ones: only the least and the greatest are what they seem. */
  | { at: 'numbers'; of: readonly Expression[] }
  | { at: 'number'; expression: Expression }

interface Reader {
  tokens: readonly Token[]
  at: number
  items: Tree
  /** Expressions by name, as the questionnaire and the items around it give them. */
  variables: ReadonlyMap<string, string>
  depth: number
  /** Words that it may still have, those of its variables each time with them. */
  budget: { left: number }
}

/** Thrown and caught in here: it is no calculation that Foyer knows. */
class NotKnown extends Error {}

const LENGTH_MOST = 20_000
const DEPTH_MOST = 40
const TOKENS_MOST = 20_000

/** Undefined: it says something else than Foyer can calculate, or names questions that are not there. */
export function readExpression(
  text: string,
  items: readonly QuestionnaireItem[],
  variables: ReadonlyMap<string, string> = new Map(),
): Expression | undefined {
  try {
    return numberOf(readAll(text, { items, variables, depth: 0, budget: { left: TOKENS_MOST } }))
  } catch (error) {
    if (error instanceof NotKnown) return undefined
    throw error
  }
}

function readAll(text: string, around: Omit<Reader, 'tokens' | 'at'>): Part {
  const tokens = text.length > LENGTH_MOST || around.depth > DEPTH_MOST ? undefined : tokensOf(text)
  if (!tokens) throw new NotKnown()
  around.budget.left -= tokens.length
  if (around.budget.left < 0) throw new NotKnown()
  const reader: Reader = { ...around, tokens, at: 0 }
  const part = union(reader)
  if (reader.at < tokens.length) throw new NotKnown()
  return part
}

function peek({ at, tokens }: Reader): string | undefined {
  const token = tokens[at]
  return token?.is === 'text' ? undefined : token?.text
}

/** Goes on when this stands here. */
function took(reader: Reader, ...wanted: readonly string[]): string | undefined {
  const found = peek(reader)
  if (found === undefined || !wanted.includes(found)) return undefined
  reader.at += 1
  return found
}

function expect(reader: Reader, wanted: string): void {
  if (took(reader, wanted) === undefined) throw new NotKnown()
}

function quoted(reader: Reader): string {
  const token = reader.tokens[reader.at]
  if (token?.is !== 'text') throw new NotKnown()
  reader.at += 1
  return token.text
}

function union(reader: Reader): Part {
  const parts = [additive(reader)]
  while (took(reader, '|') !== undefined) parts.push(additive(reader))
  const [first] = parts
  if (first && parts.length === 1) return first
  const [at] = parts.map((part) => part.at)
  // An item is itself, however often it is named.
  if (at === 'items' && parts.every((part) => part.at === 'items')) {
    return { at, items: [...new Set(parts.flatMap((part) => ('items' in part ? part.items : [])))] }
  }
  return { at: 'numbers', of: parts.flatMap(numbersOf) }
}

function numbersOf(part: Part): readonly Expression[] {
  if (part.at === 'numbers') return part.of
  if (part.at !== 'answers') return [numberOf(part)]
  return part.items.map(({ linkId }) => ({ is: 'answers', how: 'one', of: [linkId] }))
}

function additive(reader: Reader): Part {
  return operations(reader, ['+', '-'], (inner) => operations(inner, ['*', '/'], unary))
}

function operations(reader: Reader, operators: readonly ('+' | '-' | '*' | '/')[], below: (r: Reader) => Part): Part {
  let part = below(reader)
  for (;;) {
    const found = took(reader, ...operators)
    const operator = operators.find((each) => each === found)
    if (operator === undefined) return part
    const expression = { is: 'operation', operator, left: numberOf(part), right: numberOf(below(reader)) } as const
    part = { at: 'number', expression }
  }
}

function unary(reader: Reader): Part {
  reader.depth += 1
  if (reader.depth > DEPTH_MOST) throw new NotKnown()
  const part =
    took(reader, '-') === undefined
      ? steps(reader, primary(reader))
      : ({ at: 'number', expression: { is: 'negative', of: numberOf(unary(reader)) } } as const)
  reader.depth -= 1
  return part
}

function primary(reader: Reader): Part {
  const token = reader.tokens[reader.at]
  if (!token) throw new NotKnown()
  reader.at += 1
  if (token.is === 'number') return { at: 'number', expression: { is: 'number', value: Number(token.text) } }
  if (token.text === '(') {
    const part = union(reader)
    expect(reader, ')')
    return part
  }
  if (token.is !== 'variable') throw new NotKnown()
  if (token.text === '%resource') return { at: 'root', items: reader.items }
  const named = reader.variables.get(token.text.slice(1))
  if (named === undefined) throw new NotKnown()
  return readAll(named, { ...reader, depth: reader.depth + 1 })
}

function steps(reader: Reader, from: Part): Part {
  let part = from
  while (took(reader, '.') !== undefined) part = step(reader, part)
  return part
}

function step(reader: Reader, part: Part): Part {
  const name = peek(reader)
  if (name === undefined || !Object.hasOwn(stepsByName, name)) throw new NotKnown()
  reader.at += 1
  return (stepsByName[name] ?? unknown)(reader, part)
}

type Step = (reader: Reader, part: Part) => Part

const unknown: Step = () => {
  throw new NotKnown()
}

const stepsByName: Readonly<Record<string, Step>> = {
  item: (_reader, part) => itemsBelow(part),
  descendants: (reader, part) => called(reader, { at: 'items', items: everyItem(itemsBelow(part).items) }),
  repeat: (reader, part) => {
    expect(reader, '(')
    expect(reader, 'item')
    expect(reader, ')')
    return { at: 'items', items: everyItem(itemsBelow(part).items) }
  },
  answer: (_reader, part) => ({ at: 'answers', items: questions(part) }),
  value: values,
  valueDecimal: values,
  valueInteger: values,
  valueCoding: values,
  valueQuantity: values,
  ordinal: (reader, part) => called(reader, values(reader, part)),
  weight: (reader, part) => called(reader, values(reader, part)),
  extension: ofWeight,
  where: whereLinkId,
  select: (reader, part) => {
    expect(reader, '(')
    const selected = steps(reader, step(reader, part))
    expect(reader, ')')
    return selected
  },
  combine: (reader, part) => {
    expect(reader, '(')
    const other = union(reader)
    expect(reader, ')')
    if (part.at !== 'answers' || other.at !== 'answers') throw new NotKnown()
    return { at: 'answers', items: [...part.items, ...other.items] }
  },
  ...{ sum: folding('sum'), avg: folding('avg'), count: folding('count') },
  ...{ min: folding('min'), max: folding('max') },
  first: single,
  single,
  round: (reader, part) => {
    expect(reader, '(')
    const token = reader.tokens[reader.at]
    const digits = token?.is === 'number' ? Number(token.text) : 0
    if (token?.is === 'number') reader.at += 1
    expect(reader, ')')
    if (!Number.isInteger(digits) || digits > 6) throw new NotKnown()
    return { at: 'number', expression: { is: 'rounded', of: numberOf(part), digits } }
  },
  abs: (reader, part) => called(reader, { at: 'number', expression: { is: 'absolute', of: numberOf(part) } }),
}

function called<Result extends Part>(reader: Reader, part: Result): Result {
  expect(reader, '(')
  expect(reader, ')')
  return part
}

function itemsBelow(part: Part): { at: 'items'; items: Tree } {
  if (part.at === 'root') return { at: 'items', items: part.items }
  if (part.at !== 'items' && part.at !== 'answers') throw new NotKnown()
  return { at: 'items', items: part.items.flatMap(({ item = [] }) => item) }
}

function everyItem(items: Tree): QuestionnaireItem[] {
  return items.flatMap((item) => [item, ...everyItem(item.item ?? [])])
}

function questions(part: Part): Tree {
  if (part.at !== 'items') throw new NotKnown()
  return part.items.filter(({ type }) => type !== 'group' && type !== 'display')
}

/** What an answer counts is the weight of its option or the number that it is: one way or other of saying it. */
function values(_reader: Reader, part: Part): Part {
  if (part.at !== 'answers') throw new NotKnown()
  return part
}

const weights = [
  'http://hl7.org/fhir/StructureDefinition/ordinalValue',
  'http://hl7.org/fhir/StructureDefinition/itemWeight',
]

/** `.extension('…/ordinalValue')`, `.extension.where(url='…/itemWeight')` */
function ofWeight(reader: Reader, part: Part): Part {
  const long = took(reader, '.') !== undefined
  if (long) expect(reader, 'where')
  expect(reader, '(')
  if (long) {
    expect(reader, 'url')
    expect(reader, '=')
  }
  if (!weights.includes(quoted(reader))) throw new NotKnown()
  expect(reader, ')')
  return values(reader, part)
}

/** `where(linkId='a' or linkId='b')`, `where(linkId in ('a' | 'b'))`, `where(linkId.startsWith('a'))` */
function whereLinkId(reader: Reader, part: Part): Part {
  if (part.at !== 'items') throw new NotKnown()
  expect(reader, '(')
  const tests = [testOfLinkId(reader)]
  while (took(reader, 'or') !== undefined) tests.push(testOfLinkId(reader))
  expect(reader, ')')
  return { at: 'items', items: part.items.filter(({ linkId }) => tests.some((test) => test(linkId))) }
}

function testOfLinkId(reader: Reader): (linkId: string) => boolean {
  expect(reader, 'linkId')
  if (took(reader, '=') !== undefined) {
    const wanted = quoted(reader)
    return (linkId) => linkId === wanted
  }
  if (took(reader, 'in') !== undefined) {
    expect(reader, '(')
    const wanted = [quoted(reader)]
    while (took(reader, '|') !== undefined) wanted.push(quoted(reader))
    expect(reader, ')')
    return (linkId) => wanted.includes(linkId)
  }
  expect(reader, '.')
  expect(reader, 'startsWith')
  expect(reader, '(')
  const start = quoted(reader)
  expect(reader, ')')
  return (linkId) => linkId.startsWith(start)
}

function folding(how: Fold): Step {
  return (reader, part) => {
    const of = called(reader, part)
    if (of.at === 'numbers' && (how === 'min' || how === 'max')) {
      return { at: 'number', expression: { is: 'choice', how, of: of.of } }
    }
    if (of.at !== 'answers' || of.items.length === 0) throw new NotKnown()
    return { at: 'number', expression: { is: 'answers', how, of: of.items.map(({ linkId }) => linkId) } }
  }
}

function single(reader: Reader, part: Part): Part {
  return { at: 'number', expression: numberOf(called(reader, part)) }
}

/** Answers are a number where there is one question. */
function numberOf(part: Part): Expression {
  if (part.at === 'number') return part.expression
  const [only, ...others] = part.at === 'answers' ? part.items : []
  if (!only || others.length > 0) throw new NotKnown()
  return { is: 'answers', how: 'one', of: [only.linkId] }
}

/** linkIds of the questions whose answers go into it. */
export function askedBy(expression: Expression): string[] {
  switch (expression.is) {
    case 'number':
      return []
    case 'answers':
      return [...new Set(expression.of)]
    case 'operation':
      return [...new Set([...askedBy(expression.left), ...askedBy(expression.right)])]
    case 'choice':
      return [...new Set(expression.of.flatMap(askedBy))]
    default:
      return askedBy(expression.of)
  }
}
