/**
 * A form with files, off the wire. By now the session, the permission and the scope are settled; the form's token is
 * looked at before the first byte of its first file is stored (so it stands before them in the form). Each file goes
 * straight into the file store, sealed, a frame at a time. What cannot be taken is refused by its name, and does not take
 * the others with it; a body that no browser would send is refused whole.
 */
import type { Request } from 'express'
import multer from 'multer'
import type { Portal } from '../access/portal.js'
import { beginFile, dropUnkept } from '../access/storedFiles.js'
import { readableName } from '../platform/files/names.js'
import { TooLong } from '../platform/files/store.js'
import { mediaTypeOf } from '../platform/mediaTypes.js'
import type { Exchange } from './exchange.js'
import { formIsOurs } from './formToken.js'
import type { FileRefusal, FileRefusalReason, ReceivedFile } from './routes.js'

export interface Received {
  /**
   * not-ours: the form's token does not hold. unreadable: not as a browser sends a form. too-large: more in all than all
   * the files of one form may be. Of these, nothing is there.
   */
  outcome: 'received' | 'not-ours' | 'unreadable' | 'too-large'
  files: readonly ReceivedFile[]
  refusals: readonly FileRefusal[]
  /** foyer_files.id of all that was begun: to be let go of in the end. */
  begun: readonly number[]
}

/** Reads the body. Throws where the database or the disk fails, or the sender has gone; then nothing is there either. */
export async function receiveFiles(exchange: Exchange): Promise<Received> {
  const { request, response } = exchange
  const { portal } = exchange.site
  const nothing = { files: [], refusals: [], begun: [] }
  const bounds = boundsOf(portal)
  if (Number(request.headers['content-length'] ?? 0) > bounds.body) return { outcome: 'too-large', ...nothing }
  const arrivals = arrivalsInto(portal, bounds)
  const upload = multer({
    storage: arrivals.storage,
    limits: {
      // Where a file is too large it is refused alone, by its name (arrivalsInto); this ends one that has no end.
      fileSize: bounds.body,
      files: FILES_MOST,
      fields: FIELDS_MOST,
      parts: FILES_MOST + FIELDS_MOST,
      fieldSize: FIELD_BYTES,
      fieldNameSize: 100,
      fieldNestingDepth: 0,
      fieldArrayIndexLimit: 0,
      headerPairs: 20,
    },
    defParamCharset: 'utf8',
    fileFilter: (_request, _file, go) => {
      if (formIsOurs(exchange)) go(null, true)
      else go(new NotOurs())
    },
  }).any()
  try {
    await new Promise<void>((resolve, reject) => {
      upload(request, response, (error?: unknown) => {
        if (error === undefined) resolve()
        else reject(error instanceof Error ? error : new Error('a form was not read'))
      })
    })
    return { outcome: 'received', ...arrivals.arrived(), begun: arrivals.begun }
  } catch (error) {
    await arrivals.settled()
    await letGo(portal, arrivals.begun)
    if (error instanceof NotOurs) return { outcome: 'not-ours', ...nothing }
    if (error instanceof multer.MulterError || isMalformed(error)) return { outcome: 'unreadable', ...nothing }
    throw error
  }
}

/** What nobody has kept goes. What cannot go now, the sweeper takes. */
export async function letGo(portal: Portal, begun: readonly number[]): Promise<void> {
  try {
    await dropUnkept(portal, begun)
  } catch (error) {
    portal.log.warn({ err: error }, 'files of a form could not be removed; the sweeper will')
  }
}

const FILES_MOST = 50
const FIELDS_MOST = 200
const FIELD_BYTES = 64 * 1024
const MIB = 1024 * 1024

export interface Bounds {
  /** Bytes of one file. */
  file: number
  /** Files of one form. */
  files: number
  /** Bytes of all that a form may send. */
  body: number
}

/** How much a form may bring, by the practice's settings. */
export function boundsOf({ settings }: Pick<Portal, 'settings'>): Bounds {
  const { uploadMegabytes, uploadsAtOnce } = settings()
  const file = uploadMegabytes * MIB
  return { file, files: uploadsAtOnce, body: file * uploadsAtOnce + 16 * MIB }
}

class NotOurs extends Error {}

/** What busboy says of a body that is none, and multer of one whose sender has gone: they have no codes for it. */
function isMalformed(error: unknown): boolean {
  return error instanceof Error && malformed.test(error.message)
}

const malformed =
  /^(Multipart: |Malformed |Unexpected end of |Unsupported content type|Missing Content-Type|Request (aborted|closed)$)/

type Arrival = { at: number; file: ReceivedFile } | { at: number; refusal: FileRefusal }

/** multer's storage: the file store. What arrived stays in the form's order. */
function arrivalsInto(portal: Portal, bounds: Bounds) {
  const begun: number[] = []
  const all: Arrival[] = []
  const takings: Promise<void>[] = []
  let count = 0

  async function take(file: Express.Multer.File): Promise<void> {
    const at = count
    count += 1
    const name = readableName(file.originalname)
    const refuse = (reason: FileRefusalReason): void => {
      file.stream.resume()
      all.push({ at, refusal: { field: file.fieldname, name, reason } })
    }
    if (at >= bounds.files) {
      refuse('too-many')
      return
    }
    const { id, key } = await beginFile(portal.db, portal.clock, { name })
    begun.push(id)
    try {
      const stored = await portal.files.receive(file.stream, bounds.file, key)
      if (stored.bytes === 0) {
        refuse('empty')
        return
      }
      const mediaType = await portal.files.look(key, (bytes) => mediaTypeOf(bytes, name))
      all.push({ at, file: { ...stored, id, name, mediaType, field: file.fieldname } })
    } catch (error) {
      if (error instanceof TooLong) refuse('too-large')
      else if (isFull(error)) refuse('no-space')
      else throw error
    }
  }
  const storage: multer.StorageEngine = {
    _handleFile: (_request: Request, file, done) => {
      const taking = take(file)
      takings.push(taking)
      taking.then(() => {
        done(null, {})
      }, done)
    },
    // What was begun is let go of as a whole.
    _removeFile: (_request, _file, done) => {
      done(null)
    },
  }
  // multer goes on without waiting when the sender has gone.
  const settled = () => Promise.allSettled(takings)
  return { storage, begun, settled, arrived: () => inOrder(all) }
}

function inOrder(all: readonly Arrival[]): Pick<Received, 'files' | 'refusals'> {
  const sorted = all.toSorted((a, b) => a.at - b.at)
  return {
    files: sorted.flatMap((each) => ('file' in each ? [each.file] : [])),
    refusals: sorted.flatMap((each) => ('refusal' in each ? [each.refusal] : [])),
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '')
}
