/**
 * Calculated sums, of the one simple kind: `%resource.descendants().where(linkId='a' or linkId='b').answer.value.ordinal().sum()`.
 * Anything else is not guessed at.
 */

const TEXT = String.raw`'(?:[^'\\]|\\.)*'`
const LIST = String.raw`linkId\s*=\s*${TEXT}(?:\s+or\s+linkId\s*=\s*${TEXT})*`
const ONE_OF = String.raw`linkId\s+in\s*\(\s*${TEXT}(?:\s*\|\s*${TEXT})*\s*\)`
const sum = new RegExp(
  String.raw`^%(?:resource|questionnaire|context)?(?:\.(?:descendants\(\)|item|repeat\(item\)))*\s*\.where\(\s*(?:${LIST}|${ONE_OF})\s*\)` +
    String.raw`\.answer\.(?:value|select\(value\))(?:\.(?:ordinal|weight)\(\))?\.sum\(\)$`,
)

/** linkIds of the items that are summed. Undefined: it is no such sum. */
export function readSum(expression: string): string[] | undefined {
  const text = expression.trim()
  if (text.length > 20_000 || !sum.test(text)) return undefined
  const within = text.slice(text.indexOf('.where('))
  return [...new Set([...within.matchAll(new RegExp(TEXT, 'g'))].map(([quoted]) => unquoted(quoted)))]
}

/** The expression that `readSum` reads. */
export function writeSum(linkIds: readonly string[]): string {
  const each = linkIds.map((linkId) => `linkId='${linkId.replace(/[\\']/g, '\\$&')}'`)
  return `%resource.descendants().where(${each.join(' or ')}).answer.value.ordinal().sum()`
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1')
}
