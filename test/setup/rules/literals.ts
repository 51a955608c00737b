/** What a TypeScript file says in strings, read with the compiler's own parser. */
import ts from 'typescript'
import type { Source } from './rule.js'

export interface Literal {
  /** What stands in the string; `\0` in place of each `${…}`. */
  text: string
  /** From 1, where the string begins. */
  line: number
  node: ts.StringLiteralLike | ts.TemplateExpression
}

/** The standing of a `${…}` in `Literal.text`. */
export const HOLE = '\0'

export function parse(source: Source): ts.SourceFile {
  return ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
}

/** Every string and template of the file, but for the paths of imports. */
export function literalsOf(file: ts.SourceFile): Literal[] {
  const found: Literal[] = []
  visit(file, (node) => {
    if (ts.isStringLiteralLike(node) && !namesAModule(node)) found.push(literal(file, node, node.text))
    if (ts.isTemplateExpression(node)) {
      const text = node.templateSpans.reduce((whole, span) => whole + HOLE + span.literal.text, node.head.text)
      found.push(literal(file, node, text))
    }
  })
  return found
}

/** Calls back for the node and everything below it. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => visit(child, see))
}

export function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
}

function literal(file: ts.SourceFile, node: Literal['node'], text: string): Literal {
  return { text, line: lineOf(file, node), node }
}

function namesAModule(node: ts.Node): boolean {
  const { parent } = node
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword) ||
    (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent))
  )
}
