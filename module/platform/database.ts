/**
 * One pool, one way to ask. Lists and host rows are raw SQL with bound values; single records of Foyer's
 * own tables may be Sequelize models. Whoever writes takes a Tx, so a write outside a transaction does not compile.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { escape, type Connection, type ResultSetHeader } from 'mysql2'
import { Sequelize, type Transaction } from 'sequelize'
import { DateTime } from 'luxon'
import { offsetOf } from './clock.js'
import { refuseWhenOver, type Deadline } from './deadline.js'

/** Values bound by name (`:pid`). Arrays become lists for `IN (:pids)`. */
export type Values = Record<string, unknown>

export interface Queryable {
  /** Every row. */
  select<Row extends object>(sql: string, values?: Values): Promise<Row[]>
  /** The first row, or undefined. */
  first<Row extends object>(sql: string, values?: Values): Promise<Row | undefined>
}

/** A running transaction. Only this can write. */
export interface Tx extends Queryable {
  readonly sequelize: Sequelize
  readonly transaction: Transaction
  /** INSERT: the new auto-increment id. */
  insert(sql: string, values?: Values): Promise<number>
  /** UPDATE, DELETE, INSERT … SELECT: how many rows were touched (found, not only changed, for UPDATE). */
  change(sql: string, values?: Values): Promise<number>
}

export interface Database extends Queryable {
  readonly sequelize: Sequelize
  /**
   * Runs the work in one REPEATABLE READ transaction; rolls back on a throw. A deadlock or a lock time-out
   * (1213, 1205, 1020) is tried again, five times in all: the work must have no effect outside the transaction.
   */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  /** One INSERT, a transaction of its own without BEGIN and COMMIT: of what stands alone, such as that a page was seen. */
  append(sql: string, values?: Values): Promise<void>
  /**
   * The same database for work that is waited for until then: later statements throw DeadlineOver. Handed on like any
   * other argument; a context that follows every promise by itself would cost each page a tenth of its time.
   */
  until(deadline: Deadline): Database
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** mysql://user:password@host:port/name */
  url: string
  /** The practice's zone: sets each connection's time_zone as the host does (facts §12.1). */
  zone: string
  /** Connections at most. */
  pool?: number
}

export interface StatementCount {
  /** SQL statements but BEGIN, COMMIT, ROLLBACK. */
  statements: number
  /** Those: START TRANSACTION, COMMIT, ROLLBACK, SET SESSION. */
  transactional: number
  sql: string[]
}

const counting = new AsyncLocalStorage<StatementCount>()

/** Counts the statements that the work sends, so that a test can say how many a page may. */
export async function countStatements<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; count: StatementCount }> {
  const count: StatementCount = { statements: 0, transactional: 0, sql: [] }
  const result = await counting.run(count, work)
  return { result, count }
}

export function connectDatabase(options: DatabaseOptions): Database {
  const sequelize = new Sequelize(options.url, {
    dialect: 'mysql',
    logging: note,
    pool: { max: options.pool ?? 10, min: 0, acquire: 5_000, idle: 10_000 },
    // Zero dates and wall-clock times must arrive as the strings they are (facts §12.3).
    dialectOptions: {
      dateStrings: true,
      typeCast: true,
      charset: 'utf8mb4_general_ci',
      supportBigNumbers: true,
      flags: '+FOUND_ROWS',
    },
    define: { timestamps: false, underscored: true, freezeTableName: true },
  })
  sequelize.addHook('afterConnect', async (connection: unknown) => {
    const session = (connection as Connection).promise()
    // Once a connection instead of once a transaction.
    await session.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    await session.query(
      // sql-safe: an offset such as -05:00, made by us
      `SET time_zone='${offsetOf(DateTime.now().setZone(options.zone))}', ` +
        // Not NO_ZERO_DATE: up to 8.0 the host keeps '0000-00-00' for "no end" (facts §12.25).
        `sql_mode='STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
    )
  })
  return databaseOn({ sequelize, transaction: undefined, deadline: undefined })
}

/** Where a statement goes, and until when it may. */
interface Line {
  sequelize: Sequelize
  transaction: Transaction | undefined
  deadline: Deadline | undefined
}

function databaseOn(line: Line): Database {
  return {
    sequelize: line.sequelize,
    ...reader(line),
    transaction: (work) => inTransaction(line, work),
    append: async (sql, values = {}) => {
      await send(line, sql, values)
    },
    until: (deadline) => databaseOn({ ...line, deadline }),
    close: () => line.sequelize.close(),
  }
}

/** What Sequelize itself sends: models' rows, and the beginning and end of transactions, which don't count. */
function note(said: string): void {
  const sql = said.replace(/^Executing \([^)]*\): /, '')
  const counted = counting.getStore()
  if (!/^(START TRANSACTION|COMMIT|ROLLBACK|SET )/.test(sql)) count(sql)
  else if (counted) counted.transactional += 1
}

function count(sql: string): void {
  const counted = counting.getStore()
  if (!counted) return
  counted.statements += 1
  counted.sql.push(sql)
}

function reader(line: Line): Queryable {
  const select = <Row extends object>(sql: string, values: Values = {}): Promise<Row[]> =>
    send<Row[]>(line, sql, values)
  return {
    select,
    first: async <Row extends object>(sql: string, values: Values = {}) => (await select<Row>(sql, values))[0],
  }
}

/**
 * One statement on the transaction's connection, or on one of the pool. Straight to the driver: what Sequelize does to
 * a raw statement on its way costs more than most of ours cost the database.
 */
async function send<Result>({ sequelize, transaction, deadline }: Line, sql: string, values: Values): Promise<Result> {
  refuseWhenOver(deadline)
  const statement = filledIn(sql, values)
  count(statement)
  if (transaction) return ask<Result>((transaction as unknown as { connection: Connection }).connection, statement)
  const { connectionManager: pool } = sequelize as unknown as { connectionManager: Pool }
  const connection = await pool.getConnection({ type: 'SELECT' })
  try {
    // Waiting for the connection may have taken all the time there was.
    refuseWhenOver(deadline)
    return await ask<Result>(connection, statement)
  } finally {
    await pool.releaseConnection(connection)
  }
}

/** Sequelize's own pool, of which its types say nothing. */
interface Pool {
  getConnection(options: { type: 'SELECT' }): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void> | void
}

function ask<Result>(connection: Connection, statement: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    connection.query(statement, (error, result) => {
      if (error) reject(error)
      else resolve(result as Result)
    })
  })
}

/** Texts, quoted names and comments, in which a colon is a colon; and the places for values. */
const places = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--[^\n]*|\/\*[^]*?\*\/|:([A-Za-z_]\w*)/g

interface Compiled {
  /** One more than there are names. */
  texts: readonly string[]
  names: readonly string[]
}

const compiled = new Map<string, Compiled>()
const COMPILED_MOST = 2000

/** The statement with each `:name` replaced by its value, escaped. Throws where a value is missing or no plain value. */
function filledIn(sql: string, values: Values): string {
  const { texts, names } = compiled.get(sql) ?? compile(sql)
  return names.reduce((text, name, at) => `${text}${written(name, values)}${texts[at + 1] ?? ''}`, texts[0] ?? '')
}

function compile(sql: string): Compiled {
  const [texts, names] = [[] as string[], [] as string[]]
  let from = 0
  for (const { 0: found, 1: name, index } of sql.matchAll(places)) {
    if (name === undefined) continue
    texts.push(sql.slice(from, index))
    names.push(name)
    from = index + found.length
  }
  texts.push(sql.slice(from))
  if (compiled.size >= COMPILED_MOST) compiled.clear()
  compiled.set(sql, { texts, names })
  return { texts, names }
}

function written(name: string, values: Values): string {
  const value = values[name]
  if (value === undefined) throw new Error(`Nothing is bound to :${name}`)
  if (!isPlain(value)) throw new Error(`:${name} is bound to what is neither text, number, bytes nor a list of them`)
  return escape(value as Parameters<typeof escape>[0])
}

/** An object would be written as `column = value`: nothing that a statement of ours means. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isPlain)
  return value === null || typeof value !== 'object' || Buffer.isBuffer(value)
}

function writer(line: Line & { transaction: Transaction }, noteChange: () => void): Tx {
  const { sequelize, transaction } = line
  return {
    sequelize,
    transaction,
    ...reader(line),
    insert: async (sql, values = {}) => {
      noteChange()
      return (await send<ResultSetHeader>(line, sql, values)).insertId
    },
    change: async (sql, values = {}) => {
      noteChange()
      return (await send<ResultSetHeader>(line, sql, values)).affectedRows
    },
  }
}

/** By address of a database: when this process last committed a change to it, whichever of its pools did. */
const changes = new Map<string, number>()

/** When this process last changed anything there in a transaction, by performance.now(); 0: it has not. */
export function lastChange(sequelize: Sequelize): number {
  return changes.get(addressOf(sequelize)) ?? 0
}

function addressOf({ config }: Sequelize): string {
  return `${config.host ?? ''}:${config.port}/${config.database}`
}

const TRIES = 5

async function inTransaction<Result>(line: Line, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const changed = { any: false }
      const noteChange = () => {
        changed.any = true
      }
      const result = await line.sequelize.transaction((transaction) =>
        work(writer({ ...line, transaction }, noteChange)),
      )
      if (changed.any) changes.set(addressOf(line.sequelize), performance.now())
      return result
    } catch (error) {
      if (attempt >= TRIES || !lostALock(error)) throw error
      await sleep(Math.random() * 50 * attempt)
    }
  }
}

const NO_SUCH_TABLE = 1146

/** Whether a statement failed because its table is not there: Foyer is not installed, or not yet. */
export function saysNoSuchTable(error: unknown): boolean {
  return numberOf(error) === NO_SUCH_TABLE
}

const DEADLOCK = 1213
const LOCK_WAIT_TIMEOUT = 1205
/** MariaDB with innodb_snapshot_isolation: the row has changed since this transaction first looked. */
const CHANGED_SINCE_READ = 1020

function lostALock(error: unknown): boolean {
  const errno = numberOf(error)
  return errno === DEADLOCK || errno === LOCK_WAIT_TIMEOUT || errno === CHANGED_SINCE_READ
}

/** The driver's own number: Sequelize wraps its errors, ours come as they are. */
function numberOf(error: unknown): number | undefined {
  return driverError(error)?.errno
}

export interface DriverError {
  errno?: number
  code?: string
  /** The connection is lost. */
  fatal?: boolean
}

/** What the driver says of an error of the database; undefined: it is none. */
export function driverError(error: unknown): DriverError | undefined {
  if (!(error instanceof Error)) return undefined
  const { parent } = error as { parent?: DriverError }
  return parent ?? ('sqlMessage' in error || 'fatal' in error ? (error as DriverError) : undefined)
}
