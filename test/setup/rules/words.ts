/** Every key that is said has words, in English and in Spanish. */
import ts from 'typescript'
import { HOLE, lineOf, parse, visit } from './literals.js'
import { lineAt, type Finding, type Source } from './rule.js'

export interface Dictionary {
  path: string
  words: { en: Readonly<Record<string, string>>; es: Readonly<Record<string, string>> }
}

/** Keys that t() says in views and in the source and that no words file has; a key put together must have a beginning that one has. */
export function unknownWords(sources: readonly Source[], dictionaries: readonly Dictionary[]): Finding[] {
  const keys = new Set(
    dictionaries.flatMap(({ words }) => Object.keys(words.en)).flatMap((key) => [key, withoutPlural(key)]),
  )
  const beginnings = [...keys]
  const isKnown = ({ key, open }: Said) => (open ? beginnings.some((known) => known.startsWith(key)) : keys.has(key))

  return sources.flatMap((source) =>
    (source.path.endsWith('.ejs') ? saidInView(source.text) : saidInSource(source))
      .filter((said) => !isKnown(said))
      .map(({ key, open, line }) => ({
        path: source.path,
        line,
        message: `no words.ts has ${open ? 'a key that begins with' : 'the key'} '${key}'`,
      })),
  )
}

/** Keys of one language only, empty words, and `{{holes}}` that differ between the languages. */
export function uneven({ path, words: { en, es } }: Dictionary): Finding[] {
  const at = (message: string): Finding => ({ path, line: 1, message })
  // Spanish counts millions with a plural of their own.
  const stray = Object.keys(es).filter((key) => !(key in en) && !key.endsWith('_many'))
  return [
    ...stray.map((key) => at(`'${key}' has Spanish but no English words`)),
    ...Object.entries(en).flatMap(([key, english]) => {
      const spanish = es[key]
      if (spanish === undefined) return [at(`'${key}' has English but no Spanish words`)]
      if (english.trim() === '' || spanish.trim() === '') return [at(`'${key}' says nothing`)]
      const holes = [english, spanish].map((text) => [...new Set(text.match(/\{\{[^}]*\}\}/g))].sort().join(' '))
      return holes[0] === holes[1]
        ? []
        : [at(`'${key}' fills in ${holes[0] || 'nothing'} in English and ${holes[1] || 'nothing'} in Spanish`)]
    }),
  ]
}

/** Keys that two words files both define. */
export function saidTwice(dictionaries: readonly Dictionary[]): Finding[] {
  const first = new Map<string, string>()
  return dictionaries.flatMap(({ path, words }) =>
    Object.keys(words.en).flatMap((key) => {
      const other = first.get(key)
      if (other === undefined) first.set(key, path)
      return other === undefined ? [] : [{ path, line: 1, message: `'${key}' is already defined in ${other}` }]
    }),
  )
}

interface Said {
  key: string
  /** Only the beginning is known: `t('status.' + …)`. */
  open: boolean
  line: number
}

/** In a view `t(` is a call wherever it stands inside `<% … %>`. */
function saidInView(text: string): Said[] {
  return [...text.matchAll(/<%(?!#)([^]*?)%>/g)].flatMap((match) => {
    const code = match[1]?.replace(/^[-=_]/, ' ') ?? ''
    const line = lineAt(text, match.index)
    return saidIn(parse({ path: 'view.ts', text: code })).map((said) => ({ ...said, line: line + said.line - 1 }))
  })
}

function saidInSource(source: Source): Said[] {
  return saidIn(parse(source))
}

function saidIn(file: ts.SourceFile): Said[] {
  const said: Said[] = []
  visit(file, (node) => {
    if (!ts.isCallExpression(node) || !isT(node.expression)) return
    const line = lineOf(file, node)
    if (node.arguments[0]) said.push(...keysOf(node.arguments[0]).map((key) => ({ ...key, line })))
  })
  return said
}

function isT(called: ts.Expression): boolean {
  return ts.isIdentifier(called)
    ? called.text === 't'
    : ts.isPropertyAccessExpression(called) && called.name.text === 't'
}

/** The keys that an expression may be: both ends of a choice, the beginning of a join, nothing where only running tells. */
function keysOf(node: ts.Expression): Pick<Said, 'key' | 'open'>[] {
  if (ts.isParenthesizedExpression(node)) return keysOf(node.expression)
  if (ts.isStringLiteralLike(node)) return [{ key: node.text, open: false }]
  if (ts.isConditionalExpression(node)) return [...keysOf(node.whenTrue), ...keysOf(node.whenFalse)]
  if (ts.isTemplateExpression(node) && node.head.text !== '')
    return [{ key: node.head.text.split(HOLE)[0] ?? '', open: true }]
  if (!ts.isBinaryExpression(node)) return []
  if (node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return keysOf(node.left).map(({ key }) => ({ key, open: true }))
  return [...keysOf(node.left), ...keysOf(node.right)]
}

function withoutPlural(key: string): string {
  return key.replace(/_(?:zero|one|two|few|many|other)$/, '')
}
