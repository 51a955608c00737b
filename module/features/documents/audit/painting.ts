/**
 * A picture that was sent, painted for staff in a process of its own (platform/files/pictures.ts). The page that is about
 * to show it paints it, so that it can say in words where that does not work; what was painted is kept for a minute, for
 * the request in which the browser fetches it.
 */
import type { StoredFile } from '../../../access/storedFiles.js'
import type { Portal } from '../../../access/portal.js'
import { paintPicture } from '../../../platform/files/pictures.js'

/**
 * - unreadable: damaged, or too large
 * - failed: the machine's fault, as far as anybody knows; another time it may work
 */
export type Painted = { ok: true; png: Buffer } | { ok: false; reason: NotPainted }
export type NotPainted = 'unreadable' | 'failed'

type OfPortal = Pick<Portal, 'files' | 'log'>

/** A page that shows it does not wait longer: the browser fetches the picture when it is ready. */
const PAGE_WAITS_MS = 3000
const KEPT_MS = 60_000
/** Of some megabytes each. */
const KEPT_MOST = 4

const kept = new Map<string, Promise<Painted>>()

/** For the page around it. Undefined: it cannot be said yet. */
export async function paintedSoon(portal: OfPortal, file: StoredFile): Promise<Painted | undefined> {
  const painting = keptOf(portal, file)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PAGE_WAITS_MS, undefined)
  })
  try {
    return await Promise.race([painting, late])
  } finally {
    clearTimeout(timer)
  }
}

/** For the browser, which asks once for each page that shows it. */
export async function painted(portal: OfPortal, file: StoredFile): Promise<Painted> {
  const painting = keptOf(portal, file)
  try {
    return await painting
  } finally {
    forget(file.key, painting)
  }
}

/** The storage's key is random and belongs to these bytes alone. */
function keptOf(portal: OfPortal, file: StoredFile): Promise<Painted> {
  const known = kept.get(file.key)
  if (known) return known
  const painting = paint(portal, file).then((outcome) => {
    // Another time it may work.
    if (!outcome.ok && outcome.reason === 'failed') forget(file.key, painting)
    return outcome
  })
  keep(file.key, painting)
  return painting
}

function keep(key: string, painting: Promise<Painted>): void {
  const [oldest] = kept.keys()
  if (kept.size >= KEPT_MOST && oldest !== undefined) kept.delete(oldest)
  kept.set(key, painting)
  setTimeout(() => {
    forget(key, painting)
  }, KEPT_MS).unref()
}

function forget(key: string, painting: Promise<Painted>): void {
  if (kept.get(key) === painting) kept.delete(key)
}

async function paint({ files, log }: OfPortal, file: StoredFile): Promise<Painted> {
  const of = { file: file.id, mediaType: file.mediaType, bytes: file.bytes }
  try {
    const png = await paintPicture(() => files.open(file.key))
    if (png) return { ok: true, png }
    log.warn(of, 'a picture cannot be painted: damaged, or of too many points')
    return { ok: false, reason: 'unreadable' }
  } catch (error) {
    // The machine's, or the store's whose bytes are gone: the page around it is there all the same.
    log.error({ ...of, err: error }, 'a picture was not painted')
    return { ok: false, reason: 'failed' }
  }
}
