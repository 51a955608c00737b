/**
 * Where files lie until they are in the chart: below FOYER_DATA_DIR/files, under random names of ours, sealed
 * (frames.ts). A file is written under a temporary name, brought to disk, and only then renamed: under its own name it
 * is whole. Nothing that anybody typed reaches a path.
 */
import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { openerFor, sealerFor } from './frames.js'

export interface StoredBytes {
  /** 32 hexadecimal digits: its name in the store. */
  key: string
  /** As they came, unsealed. */
  bytes: number
  /** Hex, of the bytes as they came. */
  sha256: string
}

export interface FileStore {
  /**
   * Stores what comes out of `source`, whole or not at all. Throws TooLong once it is more than `most` bytes; the
   * source is not destroyed then, and what is left in it is its owner's to drop.
   */
  receive(source: Readable, most: number, key?: string): Promise<StoredBytes>
  keep(bytes: Buffer, key?: string): Promise<StoredBytes>
  /** Rejects where there is none (ENOENT); fails with NotAsWritten where it has been altered. */
  open(key: string): Promise<Readable>
  /** All of it at once: for what is known to be small. */
  read(key: string): Promise<Buffer>
  /** For work that looks at places in it. */
  look<Result>(key: string, work: (file: ReadableFile) => Promise<Result>): Promise<Result>
  /** Also where there is none. */
  remove(key: string): Promise<void>
  /** Every file, whole ones by their names, half ones without; with the age of each. For who looks after the store. */
  everything(): AsyncIterable<StoredThing>
  /** Notes that this database keeps files here; whether others do, too: what it knows nothing of may be theirs. */
  isShared(database: string): Promise<boolean>
}

export interface ReadableFile {
  length: number
  /** So many bytes from there on, fewer at its end. */
  part: (from: number, length: number) => Promise<Buffer>
}

export interface StoredThing {
  /** Undefined: half a file, left by a process that is gone, or still coming. */
  key: string | undefined
  changedAt: Date
  remove: () => Promise<void>
}

/** More came than may. */
export class TooLong extends Error {
  override name = 'TooLong'
}

/** A new name in the store. */
export function storageKey(): string {
  return randomBytes(16).toString('hex')
}

/** The store below a folder, which is made at the first file. */
export function fileStore(folder: string, secret: string): FileStore {
  const arriving = join(folder, 'arriving')

  /** ab/<the whole key>: no folder grows without end. */
  const shelfOf = (key: string) => join(folder, known(key).slice(0, 2))
  const placeOf = (key: string) => join(shelfOf(key), key)

  async function receive(source: Readable, most: number, key = storageKey()): Promise<StoredBytes> {
    const place = placeOf(key)
    await mkdir(arriving, PRIVATE_FOLDER)
    await mkdir(shelfOf(key), PRIVATE_FOLDER)
    const temporary = join(arriving, `${key}.${randomBytes(4).toString('hex')}`)
    try {
      const stored = await write(temporary, source, most, key)
      await rename(temporary, place)
      await syncFolder(shelfOf(key))
      return stored
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  async function write(path: string, source: Readable, most: number, key: string): Promise<StoredBytes> {
    const handle = await open(path, WRITE_NEW, PRIVATE_FILE)
    try {
      const sealer = sealerFor(secret, key)
      const hash = createHash('sha256')
      let bytes = 0
      await writeAll(handle, [sealer.head])
      for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > most) throw new TooLong()
        hash.update(chunk)
        await writeAll(handle, sealer.add(chunk))
      }
      await writeAll(handle, sealer.end())
      await handle.sync()
      return { key, bytes, sha256: hash.digest('hex') }
    } finally {
      await handle.close()
    }
  }

  const handleOf = (key: string) => open(placeOf(key), constants.O_RDONLY | constants.O_NOFOLLOW)

  async function openKey(key: string): Promise<Readable> {
    const handle = await handleOf(key)
    return Readable.from(all(handle, key), { objectMode: false })
  }

  async function* all(handle: FileHandle, key: string): AsyncGenerator<Buffer> {
    try {
      yield* (await openerFor(handle, secret, key)).all()
    } finally {
      await handle.close()
    }
  }

  async function look<Result>(key: string, work: (file: ReadableFile) => Promise<Result>): Promise<Result> {
    const handle = await handleOf(key)
    try {
      return await work(await openerFor(handle, secret, key))
    } finally {
      await handle.close()
    }
  }

  return {
    receive,
    keep: (bytes, key) =>
      receive(Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }), Infinity, key),
    open: openKey,
    read: async (key) => Buffer.concat((await (await openKey(key)).toArray()) as Buffer[]),
    look,
    remove: (key) => rm(placeOf(key), { force: true }),
    everything: () => walk(folder),
    isShared: (database) => isShared(folder, database),
  }
}

const PRIVATE_FOLDER = { recursive: true, mode: 0o700 }
const PRIVATE_FILE = 0o600
const WRITE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Keys come out of the database; one that is none of ours must not become a path. */
function known(key: string): string {
  if (!/^[0-9a-f]{32}$/.test(key)) throw new Error('not a name of the file store')
  return key
}

async function writeAll(handle: FileHandle, parts: readonly Buffer[]): Promise<void> {
  for (const bytes of parts) {
    let written = 0
    while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten
  }
}

/** So that the new name outlasts a loss of power, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function isShared(folder: string, database: string): Promise<boolean> {
  await mkdir(dirname(folder), PRIVATE_FOLDER)
  await writeFile(noteOf(folder, database), '', { mode: PRIVATE_FILE, flag: 'a' })
  const notes = basename(noteOf(folder, ''))
  return (await namesIn(dirname(folder))).filter((name) => name.startsWith(notes)).length > 1
}

/** Beside the folder: `files-of-<database>`. */
function noteOf(folder: string, database: string): string {
  return `${folder}-of-${database}`
}

/**
 * Removes the files of these names, whole or half, and that this database kept any here; what others keep stays. Without
 * the secret, too: nothing is opened.
 */
export async function removeKept(folder: string, keys: ReadonlySet<string>, database: string): Promise<void> {
  for (const key of keys) await rm(join(folder, known(key).slice(0, 2), key), { force: true })
  const arriving = join(folder, 'arriving')
  for (const name of await namesIn(arriving)) {
    if (keys.has(name.slice(0, KEY_LETTERS))) await rm(join(arriving, name), { force: true })
  }
  await rm(noteOf(folder, database), { force: true })
  for (const shelf of await namesIn(folder)) await removeEmpty(join(folder, shelf))
  await removeEmpty(folder)
}

const KEY_LETTERS = 32

async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT' && code !== 'ENOTDIR') throw error
  })
}

async function* walk(folder: string): AsyncGenerator<StoredThing> {
  for (const shelf of await namesIn(folder)) {
    if (shelf !== 'arriving' && !/^[0-9a-f]{2}$/.test(shelf)) continue
    for (const name of await namesIn(join(folder, shelf))) {
      const path = join(folder, shelf, name)
      const found = await stat(path).catch(gone)
      if (!found) continue
      const key = shelf !== 'arriving' && /^[0-9a-f]{32}$/.test(name) ? name : undefined
      yield { key, changedAt: found.mtime, remove: () => rm(path, { force: true }) }
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(gone)) ?? []
}

function gone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  throw error
}
