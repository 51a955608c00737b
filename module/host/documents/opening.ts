/** The bytes of a document of the chart, wherever the host has put them (facts §6.5). */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { openSealed, pieces, type NotOpened } from './cryptoGen.js'
import { keyRing } from './keys.js'
import type { ChartPlace } from './place.js'
import { openFile, siteFolder } from './siteFolder.js'

/** Of a document's row, what says where its bytes are. */
export interface WhereKept {
  /** `file_url`, `blob`, `web_url` */
  type: string | null
  url: string | null
  /** 0 on the disk, 1 in CouchDB. */
  storageMethod: number
  pathDepth: number | null
  encrypted: boolean
}

/**
 * - no-site-folder: FOYER_HOST_SITE_DIR is not set, or its folder cannot be reached
 * - couchdb: kept in a CouchDB, which Foyer does not speak to
 * - not-a-file: an address elsewhere, or bytes in the row itself
 * - missing: the file is not there
 * - altered, no-keys, unknown-format: it is encrypted, and cannot be read (cryptoGen.ts)
 */
export type NotReadable = 'no-site-folder' | 'couchdb' | 'not-a-file' | 'missing' | NotOpened

export type ReadableDocument = { ok: true; body: Readable; bytes: number } | { ok: false; reason: NotReadable }

/** Opens a document's bytes as a stream, which the caller reads or destroys. `bytes`: how many come. */
export async function openChartDocument(
  place: Pick<ChartPlace, 'config' | 'db'>,
  kept: WhereKept,
): Promise<ReadableDocument> {
  if (kept.storageMethod === 1) return { ok: false, reason: 'couchdb' }
  const names = namesIn(kept)
  if (!names) return { ok: false, reason: 'not-a-file' }
  const folder = await siteFolder(place.config)
  const documents = folder.ok ? folder.documents : folder.readable
  if (documents === undefined) return { ok: false, reason: 'no-site-folder' }
  const file = await openFile(documents, names)
  if (!file) return { ok: false, reason: 'missing' }
  return kept.encrypted ? openSealed(file, keyRing(place.db, documents)) : plain(file)
}

const DEEPEST = 12

/**
 * The folder that stands in a row is where the site once was: only its last folders and the name count, below where the
 * site is now. Rows from before 6.0 have the original name there.
 */
function namesIn({ type, url, pathDepth }: WhereKept): readonly string[] | undefined {
  if ((type ?? 'file_url') !== 'file_url') return undefined
  const names = (url ?? '').replace(/^file:\/\//, '').split('/')
  const depth = Math.min(Math.max(pathDepth ?? 1, 0), DEEPEST)
  const last = names.filter((name) => name !== '').slice(-(depth + 1))
  return last.length === depth + 1 ? last : undefined
}

async function plain(file: FileHandle): Promise<ReadableDocument> {
  const { size } = await file.stat()
  const body = Readable.from(pieces(file), { objectMode: false })
  body.once('close', () => void file.close())
  return { ok: true, body, bytes: size }
}
