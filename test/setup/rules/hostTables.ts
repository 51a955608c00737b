/** Only module/host/ names the host's tables, so that a change of the host's schema is met in one folder. */
import { literalsOf, parse } from './literals.js'
import type { Finding, Source } from './rule.js'

export interface TableNames {
  /** Names that mean nothing but the table: wrong wherever they stand. */
  plain: readonly string[]
  /** Everyday words: wrong only where SQL expects a table. */
  everyday: readonly string[]
}

/** Strings outside module/host/ that name a table of the host. */
export function hostTableNames(sources: readonly Source[], names: TableNames): Finding[] {
  const plain = new RegExp(`\\b(${names.plain.join('|')})\\b`)
  // In capitals anywhere; in small letters only in what can be nothing but SQL, or every sentence "from documents" would count.
  const table = `[\`"]?(${names.everyday.join('|')})\\b`
  const capitals = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|TABLES?|DESCRIBE|TRUNCATE)\\s+${table}`)
  const small = new RegExp(
    `\\b(?:select\\b[^]*\\bfrom|insert\\s+into|replace\\s+into|delete\\s+from|join)\\s+${table}`,
    'i',
  )
  const update = new RegExp(`\\bupdate\\s+${table}[^]*\\bset\\b`, 'i')

  return sources
    .filter((source) => !source.path.startsWith('module/host/'))
    .flatMap((source) =>
      literalsOf(parse(source)).flatMap(({ text, line }) => {
        const name = [plain, capitals, small, update].map((pattern) => pattern.exec(text)?.[1]).find(Boolean)
        return name ? [{ path: source.path, line, message: tell(name) }] : []
      }),
    )
}

function tell(name: string): string {
  return `names the host's table ${name}: move the read or the write to module/host/ and call it from here`
}
