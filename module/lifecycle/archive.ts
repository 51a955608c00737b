/**
 * Everything that Foyer kept, in one file: gzip, one JSON object a line. The first line says what it is, each
 * further one is `{ "table", "row" }`, the last counts them and carries the SHA-256 of all lines before it.
 */
import { createHash } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { HostSite } from '../host/detect.js'
import { utc } from '../platform/clock.js'
import type { LifecycleConnection } from './connection.js'
import type { LifecycleContext } from './context.js'

interface Archiving {
  connection: LifecycleConnection
  context: LifecycleContext
  host: HostSite
  tables: readonly string[]
}

/** Nothing was archived; the cause says why. */
export class CannotArchive extends Error {}

/**
 * Writes the archive, readable by its owner only. Throws CannotArchive: a file that is there is not overwritten, and
 * one that could not be finished is removed again.
 */
export async function archiveTo(file: string, archiving: Archiving): Promise<void> {
  const { connection } = archiving
  const handle = await open(file, 'wx', 0o600).catch(cannot)
  try {
    // All tables as they were at one moment.
    await connection.run(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`)
    await connection.run(`START TRANSACTION WITH CONSISTENT SNAPSHOT`)
    await pipeline(Readable.from(lines(archiving)), createGzip(), handle.createWriteStream({ flush: true }))
    await connection.run(`COMMIT`)
  } catch (error) {
    await unlink(file)
    return cannot(error)
  }
}

function cannot(error: unknown): never {
  throw new CannotArchive(
    `The archive could not be written (${error instanceof Error ? error.message : String(error)}).`,
    { cause: error },
  )
}

async function* lines({ connection, context, host, tables }: Archiving): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const line = (value: object): string => {
    const text = `${JSON.stringify(value)}\n`
    hash.update(text)
    return text
  }
  const { manifest, clock } = context
  yield line({
    archive: manifest.name,
    format: 1,
    version: manifest.version,
    host: { name: manifest.host.name, version: host.version },
    exportedAt: utc(clock.now()),
    tables,
    hostWrites: manifest.hostWrites,
  })
  const rows: Record<string, number> = {}
  for (const table of tables) {
    rows[table] = 0
    // sql-safe: one of module.json's tables
    for await (const row of connection.stream(`SELECT * FROM ${table}`)) {
      rows[table] += 1
      yield line({ table, row: row as object })
    }
  }
  yield `${JSON.stringify({ end: true, rows, sha256: hash.digest('hex') })}\n`
}
