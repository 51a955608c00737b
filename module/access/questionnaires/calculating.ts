/** What a calculation comes to. */
import type { Expression, Fold } from './expression.js'

/** What one answer counts. Undefined: it is not given, or counts nothing that is known. */
export interface Counted {
  linkId: string
  weight: number | undefined
}

export interface Calculated {
  value: number | undefined
  /** linkIds of the questions for whose answers it waits. */
  missing: readonly string[]
  /** All answers are there, and come to more than is kept. */
  beyond: boolean
}

/** As large as a calculated number may be, either way: what is kept of a score (foyer_form_responses.score) holds it. */
export const CALCULATED_MOST = 9_999_999_999

/**
 * No number is better than a wrong one: sums, extremes and single answers wait until all that is asked is answered. A
 * mean and a count are those of the answers that are there, as FHIRPath has them. `counted`: what the answers to these
 * questions count, one for each place where one is asked.
 */
export function calculate(
  expression: Expression,
  counted: (linkIds: readonly string[]) => readonly Counted[],
): Calculated {
  const missing = new Set<string>()
  const wait = (linkIds: readonly string[]) => {
    for (const linkId of linkIds) missing.add(linkId)
  }

  const ofAnswers = (how: Fold | 'one', of: readonly string[]): number | undefined => {
    const places = counted(of)
    const given = places.flatMap(({ weight }) => (weight === undefined ? [] : [weight]))
    if (how === 'count') return given.length
    const partial = how === 'avg' ? given.length === 0 : given.length < places.length
    if (partial || (how === 'one' && given.length !== 1)) {
      const open = places.filter(({ weight }) => weight === undefined).map(({ linkId }) => linkId)
      wait(places.length === 0 ? of : open)
      return undefined
    }
    return how === 'one' ? given[0] : fold(how, given)
  }

  const value = (each: Expression): number | undefined => {
    switch (each.is) {
      case 'number':
        return each.value
      case 'answers':
        return ofAnswers(each.how, each.of)
      case 'operation':
        return operate(each.operator, value(each.left), value(each.right))
      case 'choice': {
        const values = each.of.map(value)
        return values.includes(undefined)
          ? undefined
          : fold(
              each.how,
              values.flatMap((one) => one ?? []),
            )
      }
      case 'negative':
      case 'absolute':
      case 'rounded':
        return changed(each, value(each.of))
    }
  }

  const result = value(expression)
  if (result === undefined || missing.size > 0) return { value: undefined, missing: [...missing], beyond: false }
  // Neither does it of what is no number: Infinity, and NaN, of which no comparison is true.
  const holds = Math.abs(result) <= CALCULATED_MOST
  return { value: holds ? rounded(result, 6) : undefined, missing: [], beyond: !holds }
}

function fold(how: Fold, values: readonly number[]): number | undefined {
  const sum = values.reduce((total, each) => total + each, 0)
  if (how === 'sum') return sum
  if (values.length === 0) return undefined
  if (how === 'avg') return sum / values.length
  return how === 'min' ? Math.min(...values) : Math.max(...values)
}

function operate(
  operator: '+' | '-' | '*' | '/',
  left: number | undefined,
  right: number | undefined,
): number | undefined {
  if (left === undefined || right === undefined) return undefined
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return right === 0 ? undefined : left / right
}

function changed(
  expression: Extract<Expression, { is: 'negative' | 'absolute' | 'rounded' }>,
  value: number | undefined,
): number | undefined {
  if (value === undefined) return undefined
  if (expression.is === 'rounded') return rounded(value, expression.digits)
  return expression.is === 'negative' ? -value : Math.abs(value)
}

/** Sums of tenths stay tenths. */
function rounded(value: number, digits: number): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}
