import type { Readable } from 'node:stream'
import { createConnection, type RowDataPacket } from 'mysql2'
import { english } from './said.js'

/** A connection of its own, outside the pool: what holds the lock also runs the steps, so neither outlives the other. */
export interface LifecycleConnection {
  /** Runs one statement. */
  run(sql: string): Promise<void>
  select<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>
  /** The rows one by one, as objects, however many. */
  stream(sql: string): Readable
  /** Seconds of silence after which the server lets it go. */
  silence: number
  close(): Promise<void>
}

/** Seconds for which a step may wait for the host's own statements: while it waits, the host's next ones wait for it. */
const STEP_WAITS = 5

/**
 * Seconds of silence after which the server lets the connection, and with it the lock, go. A process that dies closes
 * it at once; a machine that loses its network does not.
 */
const SILENCE = 120

/**
 * Opens it as the host opens its own: without sql_mode, since up to 8.0 an index cannot be added under a strict mode
 * to a table whose columns default to a zero date (facts §12.2, §12.3).
 */
export async function openConnection(url: string, silence = SILENCE): Promise<LifecycleConnection> {
  // Times, long numbers and JSON as the text that they are: what a driver makes of them loses digits.
  const single = createConnection({ uri: url, dateStrings: true, supportBigNumbers: true, jsonStrings: true })
  // A connection that is lost between two statements makes the next one fail, which is where it is told.
  single.on('error', () => undefined)
  const connection = single.promise()
  // sql-safe: two numbers
  await connection.query(`SET SESSION sql_mode = '', lock_wait_timeout = ${STEP_WAITS}, wait_timeout = ${silence}`)
  return {
    async run(sql) {
      await connection.query(sql)
    },
    async select<Row extends object>(sql: string, values: unknown[] = []) {
      const [rows] = await connection.query<RowDataPacket[]>(sql, values)
      return rows as Row[]
    },
    stream: (sql) => single.query(sql).stream(),
    silence,
    close: () => connection.end(),
  }
}

/** Lock names are the server's, not the database's, and at most 64 characters long. */
const LOCK = `CONCAT('foyer:', LEFT(SHA2(DATABASE(), 256), 40))`

/**
 * Does the work while no other process does its own on this database. Waits as long as the other lives: the server
 * lets the lock go with the connection of a process that died. Work that is long and asks the database nothing (files
 * that go into an archive, files that go) does not lose it: a word is said on the connection meanwhile.
 */
export async function withLock<Result>(
  connection: LifecycleConnection,
  tell: (line: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!(await takeLock(connection, 0))) {
    tell(english({ key: 'life.waiting' }))
    while (!(await takeLock(connection, 5)));
  }
  const awake = setInterval(() => void connection.run(`DO 0`).catch(() => undefined), (connection.silence * 1000) / 4)
  try {
    return await work()
  } finally {
    clearInterval(awake)
    // Ends with the connection at the latest; a connection that is gone has let go already.
    await connection.run(`DO RELEASE_LOCK(${LOCK})`).catch(() => undefined)
  }
}

async function takeLock(connection: LifecycleConnection, seconds: number): Promise<boolean> {
  const [row] = await connection.select<{ taken: number | null }>(`SELECT GET_LOCK(${LOCK}, ?) AS taken`, [seconds])
  return row?.taken === 1
}
