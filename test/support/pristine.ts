/**
 * What a database was when it was new, and how to make it so again: each table that differs in anything, its definition,
 * its rows, a trigger, where its counter stands, is made anew. An empty database becomes the same.
 */
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'

export interface Pristine {
  tables: ReadonlyMap<string, TableState>
  /** The database on the same server that keeps the rows. */
  rowsIn: string
}

interface TableState {
  /** Makes it, with its counter. */
  statement: string
  /** Of its rows, whatever their order; 0: it has none. */
  checksum: string
  triggers: number
}

/** Takes down what the database is now; `rowsIn`: an empty database for its rows. */
export function remember(url: string, rowsIn: string): Promise<Pristine> {
  return connected(url, async (connection) => {
    const tables = await statesOf(connection)
    await runAll(
      connection,
      filled(tables).map((name) => `CREATE TABLE ${rowsIn}.\`${name}\` SELECT * FROM \`${name}\``),
    )
    return { tables, rowsIn }
  })
}

/** Makes it what it was. */
export function putBack(url: string, { tables, rowsIn }: Pristine): Promise<void> {
  return connected(url, async (connection) => {
    const now = await statesOf(connection)
    const others = [...now.keys()].filter((name) => !tables.has(name))
    const changed = new Map([...tables].filter(([name, table]) => !isSame(table, now.get(name))))
    await runAll(connection, [
      ...[...others, ...changed.keys()].map((name) => `DROP TABLE IF EXISTS \`${name}\``),
      ...[...changed.values()].map(({ statement }) => statement),
      ...filled(changed).map((name) => `INSERT INTO \`${name}\` SELECT * FROM ${rowsIn}.\`${name}\``),
    ])
  })
}

function isSame(was: TableState, is: TableState | undefined): boolean {
  return is?.statement === was.statement && is.checksum === was.checksum && is.triggers === was.triggers
}

function filled(tables: ReadonlyMap<string, TableState>): string[] {
  return [...tables].filter(([, { checksum }]) => checksum !== '0').map(([name]) => name)
}

async function statesOf(connection: Connection): Promise<Map<string, TableState>> {
  const names = (await rowsOf(connection, `SHOW TABLES`)).map((row) => String(Object.values(row)[0]))
  if (names.length === 0) return new Map()
  // The last statement is there so that there are several: a single one's answer looks otherwise.
  const shown = await runAll(connection, [...names.map((name) => `SHOW CREATE TABLE \`${name}\``), `DO 0`])
  const sums = await rowsOf(connection, `CHECKSUM TABLE ${names.map((name) => `\`${name}\``).join(', ')}`)
  const triggers = await rowsOf(connection, `SHOW TRIGGERS`)
  return new Map(
    names.map((name, at) => [
      name,
      {
        statement: String(shown[at]?.[0]?.['Create Table']),
        checksum: String(sums[at]?.['Checksum']),
        triggers: triggers.filter((trigger) => trigger['Table'] === name).length,
      },
    ]),
  )
}

async function rowsOf(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  return (await connection.query<RowDataPacket[]>(sql))[0]
}

async function runAll(connection: Connection, statements: readonly string[]): Promise<RowDataPacket[][]> {
  if (statements.length === 0) return []
  return (await connection.query<RowDataPacket[][]>(statements.join(';\n')))[0]
}

async function connected<Result>(url: string, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  const connection = await createConnection({ uri: url, multipleStatements: true })
  try {
    // As the host: zero dates stay (facts §12.3), and so does a row with the number 0.
    await connection.query(
      `SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, lock_wait_timeout = 20, innodb_lock_wait_timeout = 20`,
    )
    return await work(connection)
  } finally {
    await connection.end()
  }
}
