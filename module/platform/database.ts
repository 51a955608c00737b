/**
 * One pool, one way to ask. Lists and host rows are raw SQL with bound values; single records of Foyer's
 * own tables may be Sequelize models. Whoever writes takes a Tx, so a write outside a transaction does not compile.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { QueryTypes, Sequelize, Transaction } from 'sequelize'
import { DateTime } from 'luxon'
import { offsetOf } from './clock.js'

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
  sql: string[]
}

const counting = new AsyncLocalStorage<StatementCount>()

/** Counts the statements that the work sends, so that a test can say how many a page may. */
export async function countStatements<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; count: StatementCount }> {
  const count: StatementCount = { statements: 0, sql: [] }
  const result = await counting.run(count, work)
  return { result, count }
}

export function connectDatabase(options: DatabaseOptions): Database {
  const sequelize = new Sequelize(options.url, {
    dialect: 'mysql',
    logging: note,
    pool: { max: options.pool ?? 10, min: 0, acquire: 10_000, idle: 10_000 },
    // Zero dates and wall-clock times must arrive as the strings they are (facts §12.3).
    dialectOptions: {
      dateStrings: true,
      typeCast: true,
      charset: 'utf8mb4',
      supportBigNumbers: true,
      flags: '+FOUND_ROWS',
    },
    define: { timestamps: false, underscored: true, freezeTableName: true },
  })
  sequelize.addHook('afterConnect', async (connection: unknown) => {
    const { promise } = connection as { promise(): { query(sql: string): Promise<unknown> } }
    await promise.call(connection).query(
      // sql-safe: an offset such as -05:00, made by us
      `SET time_zone='${offsetOf(DateTime.now().setZone(options.zone))}', ` +
        // Not NO_ZERO_DATE: up to 8.0 the host keeps '0000-00-00' for "no end" (facts §12.25).
        `sql_mode='STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
    )
  })
  return {
    sequelize,
    ...reader(sequelize, null),
    transaction: (work) => inTransaction(sequelize, work),
    close: () => sequelize.close(),
  }
}

function note(sql: string): void {
  const count = counting.getStore()
  if (!count || /: (START TRANSACTION|COMMIT|ROLLBACK|SET SESSION)/.test(sql)) return
  count.statements += 1
  count.sql.push(sql.replace(/^Executing \([^)]*\): /, ''))
}

function reader(sequelize: Sequelize, transaction: Transaction | null): Queryable {
  const select = <Row extends object>(sql: string, values: Values = {}): Promise<Row[]> =>
    sequelize.query<Row>(sql, { type: QueryTypes.SELECT, replacements: values, transaction })
  return {
    select,
    first: async <Row extends object>(sql: string, values: Values = {}) => (await select<Row>(sql, values))[0],
  }
}

function writer(sequelize: Sequelize, transaction: Transaction): Tx {
  return {
    sequelize,
    transaction,
    ...reader(sequelize, transaction),
    async insert(sql, values = {}) {
      const [id] = await sequelize.query(sql, { type: QueryTypes.INSERT, replacements: values, transaction })
      return id
    },
    async change(sql, values = {}) {
      const [, header] = await sequelize.query(sql, { replacements: values, transaction })
      return (header as { affectedRows: number }).affectedRows
    },
  }
}

const TRIES = 5

async function inTransaction<Result>(sequelize: Sequelize, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sequelize.transaction(
        { isolationLevel: Transaction.ISOLATION_LEVELS.REPEATABLE_READ },
        (transaction) => work(writer(sequelize, transaction)),
      )
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

function numberOf(error: unknown): number | undefined {
  return (error as { parent?: { errno?: number } }).parent?.errno
}
