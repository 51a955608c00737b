import type { Tx } from '../../platform/database.js'

/** A table of the host's, described as briefly as it can be. Column lists are names with spaces between. */
export interface Table {
  columns: Readonly<Record<string, Column>>
  primary?: string
  unique?: Readonly<Record<string, string>>
  keys?: Readonly<Record<string, string>>
}

/** What follows a column's name in CREATE TABLE. */
export type Column = string

export const id = (type: string): Column => `${type} NOT NULL AUTO_INCREMENT`
/** Must be given: no default (facts §12.2). */
export const needed = (type: string): Column => `${type} NOT NULL`
export const given = (type: string, value: string): Column => `${type} NOT NULL DEFAULT ${value}`
export const maybe = (type: string, value = 'NULL'): Column => `${type} DEFAULT ${value}`
export const text = (length: number, value = ''): Column => given(`varchar(${String(length)})`, `'${value}'`)
export const number = (type: string, value = 0): Column => given(type, String(value))
export const no = number('tinyint(1)', 0)
export const yes = number('tinyint(1)', 1)
export const stamped = (type: string): Column => given(type, 'current_timestamp()')
// sql-safe: a type from this folder's own descriptions
export const touched = (type: string): Column => `${stamped(type)} ON UPDATE current_timestamp()`

/** The same column under several names, which stand with spaces between. */
export function each(names: string, column: Column): Record<string, Column> {
  return Object.fromEntries(names.split(' ').map((name) => [name, column]))
}

export function createStatement(name: string, { columns, primary, unique = {}, keys = {} }: Table): string {
  const lines = [
    // A timestamp that may be empty says so: MariaDB would make it NOT NULL.
    ...Object.entries(columns).map(
      ([column, is]) => `${quote(column)} ${is.replace(/^timestamp DEFAULT/, 'timestamp NULL DEFAULT')}`,
    ),
    ...(primary === undefined ? [] : [`PRIMARY KEY (${list(primary)})`]),
    ...Object.entries(unique).map(([key, over]) => `UNIQUE KEY ${quote(key)} (${list(over)})`),
    ...Object.entries(keys).map(([key, over]) => `KEY ${quote(key)} (${list(over)})`),
  ]
  const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci'
  // sql-safe: names and types from this folder's own descriptions
  return `CREATE TABLE ${quote(name)} (${lines.join(', ')}) ${options}`
}

/** A host row by column name. */
export type Row = Readonly<Record<string, string | number | Buffer | null>>

/** Inserts the rows, which all have the columns of the first. Names come from code, never from input. */
export async function insertRows(tx: Tx, table: string, rows: readonly Row[]): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = Object.keys(first)
  const values = rows.map((row) => columns.map((column) => row[column] ?? null))
  // sql-safe: names from code, quoted
  await tx.change(`INSERT INTO ${quote(table)} (${columns.map(quote).join(', ')}) VALUES :values`, { values })
}

/** Inserts one row; answers its new id where the table counts them. */
export async function insertRow(tx: Tx, table: string, row: Row): Promise<number> {
  const columns = Object.keys(row)
  // Bound by place, not by the column's name: some names are words of SQL.
  const values = Object.fromEntries(columns.map((column, index) => [`v${String(index)}`, row[column]]))
  const places = Object.keys(values).map((name) => `:${name}`)
  // sql-safe: names from code, quoted; the values are bound by place
  return tx.insert(
    `INSERT INTO ${quote(table)} (${columns.map(quote).join(', ')}) VALUES (${places.join(', ')})`,
    values,
  )
}

function list(names: string): string {
  return names.split(' ').map(quote).join(', ')
}

function quote(name: string): string {
  return `\`${name}\``
}
