/** The columns that a host table has on this site: they differ between the host's versions. */
import type { Tx } from '../../platform/database.js'

type Columns = ReadonlyMap<string, { nullable: boolean }>

/** Asked once a connection pool: a site's columns stay as they are while people are added by the hundred. */
const asked = new WeakMap<Tx['sequelize'], Map<string, Columns>>()

/** A host table's columns by name, empty for a table that is not there. */
export async function columnsOf(tx: Tx, table: string): Promise<Columns> {
  const known = asked.get(tx.sequelize) ?? new Map<string, Columns>()
  asked.set(tx.sequelize, known)
  const columns = known.get(table) ?? (await readColumns(tx, table))
  known.set(table, columns)
  return columns
}

async function readColumns(tx: Tx, table: string): Promise<Columns> {
  const rows = await tx.select<{ name: string; nullable: string }>(
    `SELECT column_name AS name, is_nullable AS nullable FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = :table`,
    { table },
  )
  return new Map(rows.map(({ name, nullable }) => [name, { nullable: nullable === 'YES' }]))
}
