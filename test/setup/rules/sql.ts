/** Values are bound (`:name`), never written into SQL. */
import ts from 'typescript'
import { HOLE, lineOf, literalsOf, parse, visit, type Literal } from './literals.js'
import type { Finding, Source } from './rule.js'

const MARK = 'sql-safe:'
/** How far above a string its `sql-safe:` comment may stand. */
const LINES_ABOVE = 3

/**
 * `${…}` or `+` in a string that looks like SQL, and Sequelize's `literal()`. Allowed: a constant of the same file that
 * is itself a plain string, and what a comment marks with `sql-safe:` and the reason, in the string or up to three
 * lines above it.
 */
export function builtSql(sources: readonly Source[]): Finding[] {
  return sources.flatMap((source) => {
    const file = parse(source)
    const constants = plainConstants(file)
    const lines = source.text.split('\n')
    const finding = (node: ts.Node, message: string): Finding[] =>
      isMarked(file, lines, node) ? [] : [{ path: source.path, line: lineOf(file, node), message }]

    const strings = literalsOf(file).flatMap((literal) => inString(literal, constants, finding))
    const literalCalls: Finding[] = []
    visit(file, (node) => {
      if (isSequelizeLiteral(node))
        literalCalls.push(...finding(node, 'Sequelize.literal() takes SQL as it comes: bind the value instead'))
    })
    return [...strings, ...literalCalls]
  })
}

function inString(
  { text, node }: Literal,
  constants: ReadonlySet<string>,
  finding: (node: ts.Node, message: string) => Finding[],
): Finding[] {
  if (!looksLikeSql(text)) return []
  if (ts.isTemplateExpression(node)) {
    const foreign = node.templateSpans.filter((span) => !isPlain(span.expression, constants))
    return foreign.length > 0
      ? finding(node, `writes a value into SQL: bind it (:name), or mark an identifier with // ${MARK} why`)
      : []
  }
  const { parent } = node
  const joined = ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.PlusToken
  if (!joined) return []
  const other = parent.left === node ? parent.right : parent.left
  return isPlain(other, constants)
    ? []
    : finding(node, `joins a value to SQL with +: bind it (:name), or mark it with // ${MARK} why`)
}

/** Keywords in capitals, as all SQL here is written, or the beginning of a statement in small letters. */
function looksLikeSql(text: string): boolean {
  const hole = HOLE
  return (
    /\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|FROM|JOIN|WHERE|VALUES|INTO|ORDER BY|GROUP BY|HAVING|LIMIT|UNION|ALTER|TRUNCATE|LOCK TABLES|SHOW)\b/.test(
      text,
    ) ||
    /^\s*(?:CREATE|DROP|SET|CALL|KILL|GRANT)\b/.test(text) ||
    new RegExp(`\\b(?:AND|OR|ON|IN|LIKE|BETWEEN|AS)\\s+[(\`'"]?${hole}|${hole}\\s*(?:AND|OR|IN|LIKE|BETWEEN)\\b`).test(
      text,
    ) ||
    new RegExp(`\\b(?:AND|OR|ON)\\b[^]*[=<>]\\s*['"\`]?${hole}`).test(text) ||
    /^\s*(?:select\b[^]*\bfrom\b|insert\s+into\b|update\b[^]*\bset\b|delete\s+from\b)/i.test(text)
  )
}

/** Names of constants whose value is a string that stands in this file, or a join of such. */
function plainConstants(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  visit(file, (node) => {
    if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name) || !node.initializer) return
    const isConst = (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const) !== 0
    if (isConst && isPlain(node.initializer, names)) names.add(node.name.text)
  })
  return names
}

function isPlain(node: ts.Expression, constants: ReadonlySet<string>): boolean {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return isPlain(node.expression, constants)
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return true
  if (ts.isIdentifier(node)) return constants.has(node.text)
  if (ts.isTemplateExpression(node)) return node.templateSpans.every((span) => isPlain(span.expression, constants))
  if (ts.isConditionalExpression(node)) return isPlain(node.whenTrue, constants) && isPlain(node.whenFalse, constants)
  return ts.isBinaryExpression(node) && isPlain(node.left, constants) && isPlain(node.right, constants)
}

function isSequelizeLiteral(node: ts.Node): node is ts.CallExpression {
  if (!ts.isCallExpression(node)) return false
  const called = node.expression
  if (ts.isIdentifier(called)) return called.text === 'literal'
  return (
    ts.isPropertyAccessExpression(called) &&
    called.name.text === 'literal' &&
    /sequelize/i.test(called.expression.getText())
  )
}

function isMarked(file: ts.SourceFile, lines: readonly string[], node: ts.Node): boolean {
  const first = lineOf(file, node) - 1
  const last = file.getLineAndCharacterOfPosition(node.getEnd()).line
  return lines.slice(Math.max(0, first - LINES_ABOVE), last + 1).some((line) => line.includes(MARK))
}
