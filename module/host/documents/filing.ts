/** A file into a patient's chart, as the host files one (facts §6.5): its bytes first, then its rows. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { nextId } from '../sequence.js'
import { writeAt, writeSealed } from './cryptoGen.js'
import { abandon, fulfil, intend, type Intent } from './filings.js'
import { hasKeysForWriting, keysForWriting, versionToWrite } from './keys.js'
import { encryptsFiles, type ChartPlace } from './place.js'
import { createFile, keepName, siteFolder, whyNotWritten, type FolderTrouble } from './siteFolder.js'

/** What the bytes are, and where they come from. */
export interface BytesToFile {
  pid: number
  /** How many there are. */
  bytes: number
  /** Hex SHA3-512 of them, where it is known: nothing else is filed. */
  sha3?: string
  /** Asked once. */
  open: () => Promise<Readable>
}

/** As which document they come into the chart. */
export interface DocumentToFile {
  categoryId: number
  /** As the patient's chart lists it; 255 characters at most. */
  name: string
  mediaType: string
  /** users.id of who files it. */
  ownerId: number
  /** The day that the document is of. */
  day: Day
}

/**
 * - no-site-folder: FOYER_HOST_SITE_DIR is not set
 * - no-keys: the host encrypts its files, and its keys are unusable
 * - no-space: the disk, or the quota, is full
 * - site-folder-unwritable: the folder is not there, is a link, or may not be written
 */
export type NotFiled = 'no-site-folder' | 'no-keys' | 'no-space' | 'site-folder-unwritable'

/** Bytes that lie in the EMR's folder and belong to no document yet. */
export interface LaidBytes extends Intent {
  /** As it stands in the document's row: `file://` and the path. */
  url: string
  bytes: number
  sha3: string
  encrypted: boolean
}

/**
 * The bytes under a random name in the patient's folder, on the disk for good, encrypted where the host encrypts: before
 * the transaction that makes the document, which holds no lock meanwhile, and need not be as long as the file is large.
 * Throws, and leaves nothing, when they are other than was said. What no document is made of goes again by itself.
 */
export async function layIntoChart(
  place: ChartPlace,
  what: BytesToFile,
): Promise<{ ok: true; laid: LaidBytes } | { ok: false; reason: NotFiled }> {
  const folder = await siteFolder(place.config)
  if (!folder.ok) return { ok: false, reason: reasonOf(folder.trouble) }
  const encrypted = encryptsFiles(place.globals())
  const version = versionToWrite(place.site)
  const keys = encrypted ? await keysForWriting(place.db, version) : undefined
  if (encrypted && !keys) return { ok: false, reason: 'no-keys' }

  const intent = await intend(place, what.pid)
  const url = urlOf(folder.documents, intent)
  try {
    const written = await write(folder.documents, intent, what, keys && { ...keys, version })
    return { ok: true, laid: { ...intent, ...written, url, encrypted } }
  } catch (error) {
    await abandon(place, folder.documents, intent)
    const reason = whyNotWritten(error)
    if (reason === undefined) throw error
    return { ok: false, reason }
  }
}

/** Bytes that no document was made of after all. What cannot be taken back now, the sweeper takes later. */
export async function takeBackLaid(place: ChartPlace, laid: LaidBytes): Promise<void> {
  const folder = await siteFolder(place.config)
  if (folder.ok) await abandon(place, folder.documents, laid)
}

function reasonOf(trouble: FolderTrouble): NotFiled {
  return trouble === 'not-configured' ? 'no-site-folder' : 'site-folder-unwritable'
}

const URL_MOST = 255

/** The host goes by the last folder and the name alone, so that a long path may lose its beginning. */
function urlOf(documents: string, { pid, driveUuid }: Intent): string {
  const whole = `file://${join(documents, String(pid), driveUuid)}`
  return whole.length <= URL_MOST ? whole : `file://documents/${String(pid)}/${driveUuid}`
}

type Keys = Parameters<typeof writeSealed>[2]

async function write(
  documents: string,
  { pid, driveUuid }: Intent,
  what: BytesToFile,
  keys: Keys | undefined,
): Promise<{ bytes: number; sha3: string }> {
  const file = await createFile(documents, pid, driveUuid)
  try {
    const { parts, sum } = measured(await what.open())
    await (keys ? writeSealed(file, parts, keys) : writePlain(file, parts))
    const written = sum()
    if (written.bytes !== what.bytes || (what.sha3 !== undefined && written.sha3 !== what.sha3)) {
      throw new Error('The bytes to be filed are not those that were to be filed')
    }
    await file.sync()
    await keepName(documents, pid)
    return written
  } finally {
    await file.close()
  }
}

async function writePlain(file: FileHandle, parts: AsyncIterable<Buffer>): Promise<void> {
  let at = 0
  for await (const part of parts) at += await writeAt(file, at, part)
}

function measured(source: AsyncIterable<Buffer>): {
  parts: AsyncIterable<Buffer>
  sum: () => { bytes: number; sha3: string }
} {
  const hash = createHash('sha3-512')
  let bytes = 0
  async function* parts(): AsyncGenerator<Buffer> {
    for await (const part of source) {
      hash.update(part)
      bytes += part.length
      yield part
    }
  }
  return { parts: parts(), sum: () => ({ bytes, sha3: hash.digest('hex') }) }
}

/** Makes the document that bytes were laid in for; answers documents.id. The counter's row stays locked until the end. */
export async function fileLaid(tx: Tx, { clock }: ChartPlace, laid: LaidBytes, what: DocumentToFile): Promise<number> {
  await fulfil(tx, laid)
  const at = wallClock(clock.now())
  const driveUuid = Buffer.from(laid.driveUuid.replaceAll('-', ''), 'hex')
  const uuid = comb(clock.now().toMillis())
  await tx.insert(
    `INSERT INTO uuid_registry (uuid, table_name, table_id, table_vertical, couchdb, document_drive, mapped, created)
     VALUES (:uuid, 'documents', 'id', '', '', 0, 0, :at), (:driveUuid, '', '', '', '', 1, 0, :at)`,
    { uuid, driveUuid, at },
  )
  const id = await nextId(tx)
  await tx.insert(
    `INSERT INTO documents
       (id, uuid, type, size, date, url, mimetype, owner, revision, foreign_id, docdate, hash, list_id, name, drive_uuid,
        storagemethod, path_depth, imported, encounter_id, encounter_check, audit_master_approval_status,
        documentationOf, encrypted, deleted)
     VALUES
       (:id, :uuid, 'file_url', :bytes, :at, :url, :mediaType, :ownerId, :at, :pid, :day, :sha3, 0, :name, :driveUuid,
        0, 1, 0, 0, 0, 1, '', :encrypted, 0)`,
    {
      ...{ id, uuid, driveUuid, at, bytes: laid.bytes, url: laid.url, pid: laid.pid, sha3: laid.sha3 },
      ...{ mediaType: what.mediaType, ownerId: what.ownerId, day: what.day, name: shortened(what.name) },
      encrypted: laid.encrypted ? 1 : 0,
    },
  )
  await tx.insert(`INSERT INTO categories_to_documents (category_id, document_id) VALUES (:categoryId, :id)`, {
    ...{ categoryId: what.categoryId, id },
  })
  return id
}

/** The time in front, ten microseconds a step, so that keys grow; the rest is random (facts §12.6). */
function comb(milliseconds: number): Buffer {
  const uuid = randomBytes(16)
  uuid.writeUIntBE(milliseconds * 100, 0, 6)
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80
  return uuid
}

const NAME_MOST = 255

/** The ending of a name says what opens it, and stays. */
function shortened(name: string): string {
  const letters = Array.from(name)
  if (letters.length <= NAME_MOST) return name
  const [ending = ''] = /\.\w{1,10}$/.exec(name) ?? []
  return letters.slice(0, NAME_MOST - ending.length).join('') + ending
}

/** What stands between a file and the chart. Undefined: nothing. Changes nothing. */
export async function chartingReadiness(
  place: Pick<ChartPlace, 'config' | 'site' | 'globals'> & { db: Pick<ChartPlace['db'], 'select' | 'first'> },
): Promise<{
  folder: FolderTrouble | undefined
  keys: 'there' | 'missing' | 'unusable' | 'not-needed'
}> {
  const folder = await siteFolder(place.config)
  const encrypts = encryptsFiles(place.globals())
  const keys = encrypts ? await hasKeysForWriting(place.db, versionToWrite(place.site)) : 'not-needed'
  return { folder: folder.ok ? undefined : folder.trouble, keys }
}

/** Why nothing can be filed into any chart just now; undefined: it can. Asked before many are ticked. */
export async function whyNothingIsFiled(place: Parameters<typeof chartingReadiness>[0]): Promise<NotFiled | undefined> {
  const { folder, keys } = await chartingReadiness(place)
  if (folder !== undefined) return reasonOf(folder)
  return keys === 'unusable' ? 'no-keys' : undefined
}
