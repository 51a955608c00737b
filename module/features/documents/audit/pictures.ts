/** The bytes of a submission: a page of them as a picture, or all of them to be downloaded. */
import { Readable } from 'node:stream'
import { fileOf, type StoredFile } from '../../../access/storedFiles.js'
import { pagePictures, PaperRefused } from '../../../platform/pdf/paper.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { earlierFiles } from '../earlierFiles.js'
import { findSubmission, type Submission } from '../submissions.js'
import { idIn } from './address.js'
import { painted, type NotPainted, type Painted } from './painting.js'
import { isPdf, isPicture } from './shown.js'
import { isScanned } from './filing.js'
import { whoseOf } from '../../../web/whose.js'

interface Found {
  row: Submission
  file: StoredFile
}

/** `?earlier=3`: what stood there before, as long as it is kept. */
async function foundIn(context: StaffContext): Promise<Found | undefined> {
  const { db } = context.portal
  const row = await findSubmission(db, idIn(context))
  // What the scan objects to is given to nobody.
  if (row?.file_id == null || !isScanned(row)) return undefined
  const { earlier } = context.query
  const before = earlier === undefined ? [] : await earlierFiles(db, row.id)
  const fileId = earlier === undefined ? row.file_id : before.find(({ id }) => String(id) === earlier)?.file_id
  const file = fileId == null ? undefined : await fileOf(db, fileId)
  return file && { row, file }
}

/** GET …/pages/:page: of the very bytes that the page was made for, or none; 422 where they cannot be painted, 503 where not now. */
export async function page(context: StaffContext): Promise<Answer> {
  const { params, query, show } = context
  const number = Number(/^[1-9]\d{0,4}$/.exec(params['page'] ?? '')?.[0] ?? 0)
  const found = await foundIn(context)
  if (!found || number < 1 || query['sha256'] !== found.file.sha256) return show.notFound()
  const drawn = await pageOf(context, found.file, number)
  if (!drawn) return show.notFound()
  if (!drawn.ok) return notPainted(context, found.row, drawn.reason)
  return show.stream({
    ...{ type: 'image/png', name: `${String(found.row.id)}-${String(number)}.png`, inline: true },
    ...{ body: Readable.from([drawn.png]), bytes: drawn.png.length, about: whoseOf(found.row) },
  })
}

/** Undefined: it has no such page. */
async function pageOf(context: StaffContext, file: StoredFile, number: number): Promise<Painted | undefined> {
  if (isPdf(file)) return pdfPage(context, file, number)
  return isPicture(file) && number === 1 ? painted(context.portal, file) : undefined
}

async function pdfPage({ portal }: StaffContext, file: StoredFile, number: number): Promise<Painted | undefined> {
  try {
    const [png] = (await pagePictures(await portal.files.read(file.key), number - 1, 1)).pages
    return png && { ok: true, png }
  } catch (error) {
    portal.log.warn({ file: file.id, bytes: file.bytes, page: number, err: error }, 'a page was not painted')
    return { ok: false, reason: error instanceof PaperRefused ? 'unreadable' : 'failed' }
  }
}

/** In place of a picture: seen by whoever opens it by itself. */
function notPainted({ show, t, url }: StaffContext, { id }: Submission, reason: NotPainted): Answer {
  const words = { what: t(`audit.notPainted.${reason}`), next: t('audit.notPainted.next') }
  const base = `/staff/portal/documents/submissions/${String(id)}`
  const actions = [
    { label: t('audit.download'), href: url(`${base}/file`) },
    { label: t('audit.title'), href: url(base) },
  ]
  return reason === 'unreadable'
    ? show.problem(422, { ...words, actions })
    : show.problem(503, { ...words, actions, retryAfter: 10 })
}

/** GET …/file */
export async function download(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const found = await foundIn(context)
  if (!found) return show.notFound()
  const { file, row } = found
  return show.stream({
    ...{ type: file.mediaType, name: file.name, bytes: file.bytes, about: whoseOf(row) },
    body: await portal.files.open(file.key),
  })
}
