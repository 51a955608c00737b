/** What a database is, in a form that can be compared: to show that something left no trace, or exactly this one. */
import type { Queryable } from '../../module/platform/database.js'

/** Lines by table. */
export type Dump = ReadonlyMap<string, readonly string[]>

/** Each table's definition but for where its counter stands: using a table and emptying it again leaves that. */
export async function dumpSchema(db: Queryable): Promise<Dump> {
  const dump = new Map<string, string[]>()
  for (const table of await tablesOf(db)) {
    const shown = await db.first<Record<string, string>>(`SHOW CREATE TABLE \`${table}\``)
    const statement = shown?.['Create Table'] ?? shown?.['Create View'] ?? ''
    dump.set(table, statement.replace(/ AUTO_INCREMENT=\d+/, '').split('\n'))
  }
  return dump
}

/** Each row of the tables (all unless named), columns in the order of their names, rows in the order of their text. */
export async function dumpRows(db: Queryable, tables?: readonly string[]): Promise<Dump> {
  const dump = new Map<string, string[]>()
  for (const table of tables ?? (await tablesOf(db))) {
    const rows = await db.select(`SELECT * FROM \`${table}\``)
    dump.set(table, rows.map(line).sort())
  }
  return dump
}

async function tablesOf(db: Queryable): Promise<string[]> {
  const rows = await db.select<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name`,
  )
  return rows.map(({ name }) => name)
}

function line(row: object): string {
  const columns = Object.entries(row as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(columns.map(([name, value]) => [name, plain(value)])))
}

function plain(value: unknown): unknown {
  return Buffer.isBuffer(value) ? `0x${value.toString('hex')}` : value
}

/** What was there and is not (`-`), what is there and was not (`+`), a line each, under its table; empty when equal. */
export function difference(before: Dump, after: Dump): string[] {
  const tables = [...new Set([...before.keys(), ...after.keys()])].sort()
  return tables.flatMap((table) => {
    const was = before.get(table)
    const is = after.get(table)
    if (!is) return [`- ${table}: the whole table`]
    if (!was) return [`+ ${table}: the whole table`]
    return [
      ...lacking(was, is).map((each) => `- ${table}: ${each}`),
      ...lacking(is, was).map((each) => `+ ${table}: ${each}`),
    ]
  })
}

/** The lines of one that the other has not, or has fewer times. */
function lacking(lines: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const each of other) left.set(each, (left.get(each) ?? 0) + 1)
  return lines.filter((each) => {
    const count = left.get(each) ?? 0
    left.set(each, count - 1)
    return count <= 0
  })
}
