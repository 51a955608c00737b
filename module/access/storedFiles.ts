/**
 * The database's word on the file store: a file is either whole and known to it, or gone. A row is there before the
 * first byte; it counts once its owner's transaction has kept it. What was never kept is removed at the end of its
 * request, and what a killed process left behind by the sweeper.
 */
import type { Readable } from 'node:stream'
import { prefixOf } from '../platform/auditAnchors.js'
import { utc, type Clock } from '../platform/clock.js'
import type { Database, Queryable, Tx } from '../platform/database.js'
import { storageKey, type StoredBytes, type StoredThing } from '../platform/files/store.js'
import type { Portal } from './portal.js'

export interface StoredFile extends StoredBytes {
  id: number
  state: 'arriving' | 'kept' | 'dropped'
  mediaType: string
  /** As its sender called it, cleaned: for people to read, never a path. */
  name: string
  /** What refers to it: `submission:12`. */
  keptBy: string | undefined
  createdAt: string
}

/** A row before the first byte, in a transaction of its own. `key`: the name under which to store it. */
export async function beginFile(
  db: Database,
  clock: Clock,
  { name, mediaType }: { name: string; mediaType?: string },
): Promise<{ id: number; key: string }> {
  const key = storageKey()
  const id = await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_files (storage_key, state, media_type, name, created_at)
       VALUES (:key, 'arriving', :mediaType, :name, :now)`,
      { key, mediaType: mediaType ?? null, name: name.slice(0, NAME_MOST), now: utc(clock.now()) },
    ),
  )
  return { id, key }
}

const NAME_MOST = 255

/**
 * Inside the transaction of what refers to it (`keptBy`: `submission:12`): from its commit on the file is there. Throws
 * where it is gone already: what came too late is not kept.
 */
export async function keepFile(
  tx: Tx,
  id: number,
  { bytes, sha256, mediaType }: Pick<StoredBytes, 'bytes' | 'sha256'> & { mediaType?: string },
  keptBy: string,
): Promise<void> {
  const kept = await tx.change(
    `UPDATE foyer_files
        SET state = 'kept', kept_by = :keptBy, bytes = :bytes, sha256 = :sha256, media_type = COALESCE(:mediaType, media_type)
      WHERE id = :id AND state IN ('arriving', 'kept')`,
    { id, keptBy, bytes, sha256, mediaType: mediaType ?? null },
  )
  if (kept !== 1) throw new Error('a file that was to be kept is gone')
}

/** Says anew what a kept file is kept by: it goes from hand to hand. */
export async function handOver(tx: Tx, id: number, keptBy: string): Promise<void> {
  await tx.change(`UPDATE foyer_files SET kept_by = :keptBy WHERE id = :id AND state = 'kept'`, { id, keptBy })
}

interface FileRow {
  id: number
  storage_key: string
  state: StoredFile['state']
  kept_by: string | null
  bytes: number | null
  sha256: string | null
  media_type: string | null
  name: string
  created_at: string
}

/** A kept file. Undefined: there is none, or not any more. */
export async function fileOf(db: Queryable, id: number): Promise<StoredFile | undefined> {
  const row = await db.first<FileRow>(
    `SELECT id, storage_key, state, kept_by, bytes, sha256, media_type, name, created_at
       FROM foyer_files WHERE id = :id AND state = 'kept'`,
    { id },
  )
  return (
    row && {
      id: row.id,
      key: row.storage_key,
      state: row.state,
      bytes: row.bytes ?? 0,
      sha256: row.sha256 ?? '',
      mediaType: row.media_type ?? 'application/octet-stream',
      name: row.name,
      keptBy: row.kept_by ?? undefined,
      createdAt: row.created_at,
    }
  )
}

/**
 * Nothing refers to it any more: inside the transaction that says so, which has taken its own reference away. Its bytes
 * go afterwards: by removeDropped once that has committed, else by the sweeper.
 */
export async function dropFile(tx: Tx, id: number): Promise<void> {
  await tx.change(`UPDATE foyer_files SET state = 'dropped', kept_by = NULL WHERE id = :id`, { id })
}

/** Removes the bytes of dropped files, then their rows. */
export async function removeDropped(
  { db, files }: Pick<Portal, 'db' | 'files'>,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return
  const rows = await db.select<{ id: number; storage_key: string }>(
    `SELECT id, storage_key FROM foyer_files WHERE id IN (:ids) AND state = 'dropped'`,
    { ids },
  )
  for (const row of rows) {
    await files.remove(row.storage_key)
    await db.transaction((tx) =>
      tx.change(`DELETE FROM foyer_files WHERE id = :id AND state = 'dropped'`, { id: row.id }),
    )
  }
}

/** Of these, what nobody has kept goes: the end of a request. */
export async function dropUnkept(portal: Pick<Portal, 'db' | 'files'>, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await portal.db.transaction((tx) =>
    tx.change(`UPDATE foyer_files SET state = 'dropped' WHERE id IN (:ids) AND state = 'arriving'`, { ids }),
  )
  await removeDropped(portal, ids)
}

/**
 * Bytes that we made ourselves, stored and kept in one: the id. The bytes are on disk before the row is; a transaction
 * that rolls back leaves them to the sweeper.
 */
export async function storeBytes(
  portal: Pick<Portal, 'clock' | 'files'>,
  { name, mediaType, bytes, keptBy }: { name: string; mediaType: string; bytes: Buffer | Readable; keptBy: string },
  tx: Tx,
): Promise<number> {
  const stored = Buffer.isBuffer(bytes) ? await portal.files.keep(bytes) : await portal.files.receive(bytes, Infinity)
  return tx.insert(
    `INSERT INTO foyer_files (storage_key, state, kept_by, bytes, sha256, media_type, name, created_at)
     VALUES (:key, 'kept', :keptBy, :bytes, :sha256, :mediaType, :name, :now)`,
    { ...stored, keptBy, mediaType, name: name.slice(0, NAME_MOST), now: utc(portal.clock.now()) },
  )
}

/** Longer than any form takes to come, and than any transaction. */
const LEFT_BEHIND_HOURS = 2
const AT_ONCE = 200

/** What a process that is gone has left behind: rows without the whole of their file, files without their row. */
export async function sweepStore(portal: Pick<Portal, 'db' | 'files' | 'clock' | 'log'>): Promise<void> {
  const rows = await sweepRows(portal)
  const files = await sweepFiles(portal)
  if (rows + files > 0) portal.log.info({ rows, files }, 'files that were not sent to their end were removed')
}

async function sweepRows(portal: Pick<Portal, 'db' | 'files' | 'clock'>): Promise<number> {
  const { clock, db } = portal
  for (let swept = 0; ;) {
    const rows = await db.select<{ id: number; state: StoredFile['state'] }>(
      // sql-safe: a number of ours
      `SELECT id, state FROM foyer_files
        WHERE (state = 'arriving' AND created_at <= :before) OR state = 'dropped' ORDER BY id LIMIT ${String(AT_ONCE)}`,
      { before: utc(clock.now().minus({ hours: LEFT_BEHIND_HOURS })) },
    )
    const ids = rows.map(({ id }) => id)
    await dropUnkept(portal, ids)
    swept += ids.length
    if (ids.length < AT_ONCE) return swept
  }
}

async function sweepFiles({ db, files, log }: Pick<Portal, 'db' | 'files' | 'log'>): Promise<number> {
  // Of the disk's own clock.
  const before = Date.now() - LEFT_BEHIND_HOURS * 60 * 60 * 1000
  const shared = await files.isShared(prefixOf(db))
  let swept = 0
  let some: StoredThing[] = []
  const sweep = async (): Promise<void> => {
    // A whole file that this database knows nothing of may be another's: where there is one, it stays.
    const lost = shared ? some.filter(({ key }) => key === undefined) : await withoutRow(db, some)
    for (const thing of lost) await thing.remove()
    swept += lost.length
    some = []
  }
  for await (const thing of files.everything()) {
    if (thing.changedAt.getTime() > before) continue
    some.push(thing)
    if (some.length === AT_ONCE) await sweep()
  }
  await sweep()
  if (swept > 0) log.warn({ files: swept }, 'files were found that the database knows nothing of')
  return swept
}

async function withoutRow(db: Queryable, things: readonly StoredThing[]): Promise<StoredThing[]> {
  const keys = things.flatMap(({ key }) => key ?? [])
  const rows =
    keys.length === 0
      ? []
      : await db.select<{ storage_key: string }>(`SELECT storage_key FROM foyer_files WHERE storage_key IN (:keys)`, {
          keys,
        })
  const known = new Set(rows.map((row) => row.storage_key))
  return things.filter(({ key }) => key === undefined || !known.has(key))
}
