/**
 * Everything that Foyer kept, in one file: gzip, one JSON object a line. The first line says what it is, and what the
 * trail's anchor files know; then comes
 * each row as `{ "table", "row" }`, then each file that is kept, unsealed and in pieces, as `{ "file", "part" }` under its
 * storage_key; the last line counts them and carries the SHA-256 of all lines before it.
 *
 * Values are as the database holds them: numbers where JavaScript keeps every digit, else their text; times and JSON
 * as text; bytes as `{ "base64" }`.
 */
import { createHash } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { HostSite } from '../host/detect.js'
import { remainsIn, type Remains } from '../host/reads/remains.js'
import { anchorTexts } from '../platform/auditAnchors.js'
import { utc } from '../platform/clock.js'
import type { LifecycleConnection } from './connection.js'
import type { LifecycleContext } from './context.js'

export interface Archiving {
  connection: LifecycleConnection
  context: LifecycleContext
  host: HostSite
  tables: readonly string[]
  remains: Remains
}

/** Nothing was archived; the message is the system's word for why. */
export class CannotArchive extends Error {}

/**
 * Writes the archive, readable by its owner only. Throws CannotArchive: a file that is there is not overwritten, and
 * one that could not be finished is removed again.
 */
export async function archiveTo(file: string, archiving: Archiving): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch(cannot)
  try {
    await pipeline(Readable.from(lines(archiving)), createGzip(), handle.createWriteStream({ flush: true }))
  } catch (error) {
    await unlink(file)
    return cannot(error)
  }
}

function cannot(error: unknown): never {
  throw new CannotArchive(error instanceof Error ? error.message : String(error), { cause: error })
}

async function* lines({ connection, context, host, tables, remains }: Archiving): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const line = (value: object): string => {
    const text = `${JSON.stringify(value)}\n`
    hash.update(text)
    return text
  }
  const { manifest, clock, files } = context
  yield line({
    archive: manifest.name,
    format: 1,
    version: manifest.version,
    host: { name: manifest.host.name, version: host.version },
    exportedAt: utc(clock.now()),
    tables,
    // Of the host's tables: what was written there, how many rows of it are there, what becomes of them.
    hostWrites: manifest.hostWrites.map((write) => ({ ...write, rows: remainsIn(write.table, remains) })),
    // What the files of FOYER_DATA_DIR/audit know of the trail's end, as they stand there: they go with the tables.
    anchors: files === undefined ? [] : await anchorTexts(context.db, files.dataDir),
  })
  // All tables as they were at one moment; the files are not of the database, and may take their time.
  await connection.run(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`)
  await connection.run(`START TRANSACTION WITH CONSISTENT SNAPSHOT`)
  const rows: Record<string, number> = {}
  const kept: string[] = []
  for (const table of tables) {
    rows[table] = 0
    // sql-safe: one of module.json's tables
    for await (const row of connection.stream(`SELECT * FROM ${table}`)) {
      rows[table] += 1
      yield line({ table, row: withoutBytes(row as Record<string, unknown>) })
      if (table === 'foyer_files') kept.push(...keysOf(row as Record<string, unknown>))
    }
  }
  await connection.run(`COMMIT`)
  for (const key of kept) {
    for await (const part of (await partsOf(key, context)) as AsyncIterable<Buffer>) {
      yield line({ file: key, part: { base64: part.toString('base64') } })
    }
  }
  yield `${JSON.stringify({ end: true, rows, files: kept.length, sha256: hash.digest('hex') })}\n`
}

function keysOf({ state, storage_key: key }: Record<string, unknown>): string[] {
  return state === 'kept' && typeof key === 'string' ? [key] : []
}

/** Throws where it is not there or has been altered: an archive that lacks one is none. */
async function partsOf(key: string, { files }: LifecycleContext): Promise<Readable> {
  if (!files?.store) throw new Error('FOYER_SECRET')
  return files.store.open(key)
}

function withoutBytes(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value,
    ]),
  )
}
