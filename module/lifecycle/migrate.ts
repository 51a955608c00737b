/** Foyer's tables and indexes, step by step, each written down in foyer_migrations once it is done. */
import type { Umzug, UmzugStorage } from 'umzug'
import { migrations, type Step } from '../../migrations/index.js'
import { utc, type Clock } from '../platform/clock.js'
import { saysNoSuchTable, type Database, type Queryable } from '../platform/database.js'
import type { LifecycleConnection } from './connection.js'
import type { Deed } from './plan.js'
import type { Said } from './said.js'

export interface Journal {
  done: ReadonlySet<string>
  /** Steps still to do, in their order. */
  pending: readonly Step[]
  /** Steps that were done by a Foyer that knows more than this one. */
  unknown: readonly string[]
}

/** What has been done of the steps that this Foyer knows. Without a journal: nothing. */
export async function readJournal(db: Queryable): Promise<Journal> {
  const rows = await db.select<{ name: string }>(`SELECT name FROM foyer_migrations`).catch(noJournal)
  const done = new Set(rows.map(({ name }) => name))
  return {
    done,
    pending: migrations.filter(({ name }) => !done.has(name)),
    unknown: [...done].filter((name) => !migrations.some((step) => step.name === name)),
  }
}

function noJournal(error: unknown): Array<{ name: string }> {
  if (saysNoSuchTable(error)) return []
  throw error
}

interface Migrating {
  connection: LifecycleConnection
  db: Database
  clock: Clock
}

/** The steps that are still to do, each a deed of its own, so that a kill loses one at most. */
export function stepsUp(migrating: Migrating, journal: Journal): Deed[] {
  return journal.pending.map(({ name, up }) => ({
    says: sentence(up),
    does: async () => {
      await createJournal(migrating.connection)
      await (await umzugOf(migrating)).up({ migrations: [name] })
    },
  }))
}

/**
 * Every step the other way round, last one first, and the journal at the end. Also steps that are not written down:
 * a kill may have come between a step and its line.
 */
export function stepsDown(migrating: Migrating): Deed[] {
  const steps = [...migrations].reverse().map(({ name, down }) => ({
    says: sentence(down),
    does: async () => {
      await createJournal(migrating.connection)
      await (await umzugOf(migrating)).down({ migrations: [name], rerun: 'ALLOW' })
    },
  }))
  const dropJournal = `DROP TABLE IF EXISTS foyer_migrations`
  return [...steps, { says: sentence(dropJournal), does: () => migrating.connection.run(dropJournal) }]
}

/** Read in when there is something to do: a server that runs never has, and would carry it along. */
async function umzugOf({ connection, db, clock }: Migrating): Promise<Umzug<LifecycleConnection>> {
  const { Umzug } = await import('umzug')
  return new Umzug({
    migrations: migrations.map(({ name, up, down }) => ({
      name,
      up: () => runOnce(connection, up),
      down: () => runOnce(connection, down),
    })),
    context: connection,
    storage: journalIn(db, clock),
    logger: undefined,
  })
}

async function createJournal(connection: LifecycleConnection): Promise<void> {
  await connection.run(
    `CREATE TABLE IF NOT EXISTS foyer_migrations (name VARCHAR(191) NOT NULL PRIMARY KEY, done_at DATETIME(3) NOT NULL)
       ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`,
  )
}

function journalIn(db: Database, clock: Clock): UmzugStorage<LifecycleConnection> {
  return {
    executed: async () => [...(await readJournal(db)).done],
    async logMigration({ name }) {
      await db.transaction((tx) =>
        tx.change(`INSERT INTO foyer_migrations (name, done_at) VALUES (:name, :now)`, { name, now: utc(clock.now()) }),
      )
    },
    async unlogMigration({ name }) {
      await db.transaction((tx) => tx.change(`DELETE FROM foyer_migrations WHERE name = :name`, { name }))
    },
  }
}

const createIndex = /^CREATE INDEX (\w+) ON (\w+)/
const dropIndex = /^DROP INDEX (\w+) ON (\w+)/

const alters = /^ALTER TABLE (\w+) (ADD|DROP) (COLUMN|KEY|UNIQUE KEY) (\w+)/

/**
 * A step that was killed before its line was written runs again. Tables say IF [NOT] EXISTS; MySQL has no such words
 * for indexes and columns, so those are looked for first.
 */
async function runOnce(connection: LifecycleConnection, sql: string): Promise<void> {
  if (!(await isDone(connection, sql))) await connection.run(sql)
}

async function isDone(connection: LifecycleConnection, sql: string): Promise<boolean> {
  const [, created, on = ''] = createIndex.exec(sql) ?? []
  if (created !== undefined) return hasIndex(connection, on, created)
  const [, dropped, off = ''] = dropIndex.exec(sql) ?? []
  if (dropped !== undefined) return !(await hasIndex(connection, off, dropped))
  const [, table = '', verb, kind, name = ''] = alters.exec(sql) ?? []
  if (verb === undefined) return false
  // Going back, the whole table may be gone already.
  if (verb === 'DROP' && !(await hasTable(connection, table))) return true
  const there = await (kind === 'COLUMN' ? hasColumn : hasIndex)(connection, table, name)
  return verb === 'ADD' ? there : !there
}

async function hasTable(connection: LifecycleConnection, table: string): Promise<boolean> {
  const rows = await connection.select(
    `SELECT 1 AS there FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
    [table],
  )
  return rows.length > 0
}

async function hasColumn(connection: LifecycleConnection, table: string, column: string): Promise<boolean> {
  const rows = await connection.select(
    `SELECT 1 AS there FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND COLUMN_NAME = ?`,
    [table, column],
  )
  return rows.length > 0
}

async function hasIndex(connection: LifecycleConnection, table: string, index: string): Promise<boolean> {
  const rows = await connection.select(
    `SELECT 1 AS there FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME = ? LIMIT 1`,
    [table, index],
  )
  return rows.length > 0
}

/** A step in words: `Add the index foyer_provider_day to the EMR’s table openemr_postcalendar_events.` */
function sentence(sql: string): Said {
  const [, created, on = ''] = createIndex.exec(sql) ?? []
  if (created !== undefined) return { key: 'life.addIndex', params: { name: created, table: on } }
  const [, dropped, off = ''] = dropIndex.exec(sql) ?? []
  if (dropped !== undefined) return { key: 'life.dropIndex', params: { name: dropped, table: off } }
  const [, altered, verb, kind, name = ''] = alters.exec(sql) ?? []
  if (altered !== undefined) {
    const what = kind === 'COLUMN' ? 'Column' : 'Key'
    return { key: verb === 'ADD' ? `life.add${what}` : `life.drop${what}`, params: { name, table: altered } }
  }
  const [, does, table = ''] = /^(CREATE|DROP) TABLE (?:IF (?:NOT )?EXISTS )?(\w+)/.exec(sql) ?? []
  if (does === undefined) return { key: 'life.run', params: { sql } }
  return { key: does === 'CREATE' ? 'life.createTable' : 'life.dropTable', params: { table } }
}
