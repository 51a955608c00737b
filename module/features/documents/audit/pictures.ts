/** The bytes of a submission: a page of them as a picture, or all of them to be downloaded. */
import { Readable } from 'node:stream'
import { fileOf, type StoredFile } from '../../../access/storedFiles.js'
import { imaging } from '../../../platform/imaging.js'
import { pagePictures } from '../../../platform/pdf/paper.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { earlierFiles } from '../earlierFiles.js'
import { findSubmission, type Submission } from '../submissions.js'
import { idIn } from './address.js'
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

/** GET …/pages/:page: of the very bytes that the page was made for, or none. */
export async function page(context: StaffContext): Promise<Answer> {
  const { params, query, show } = context
  const number = Number(/^[1-9]\d{0,4}$/.exec(params['page'] ?? '')?.[0] ?? 0)
  const found = await foundIn(context)
  if (!found || number < 1 || query['sha256'] !== found.file.sha256) return show.notFound()
  const picture = await painted(context, found.file, number)
  if (!picture) return show.notFound()
  return show.stream({
    ...{ type: 'image/png', name: `${String(found.row.id)}-${String(number)}.png`, inline: true },
    ...{ body: Readable.from([picture]), bytes: picture.length, about: whoseOf(found.row) },
  })
}

const SIDE_MOST = 1600

async function painted({ portal }: StaffContext, file: StoredFile, number: number): Promise<Buffer | undefined> {
  try {
    if (isPdf(file)) return (await pagePictures(await portal.files.read(file.key), number - 1, 1)).pages[0]
    if (!isPicture(file) || number !== 1) return undefined
    // Made anew from its dots: nothing else that came along in it reaches a browser of staff's.
    const sharp = await imaging()
    return await sharp(await portal.files.read(file.key), { limitInputPixels: 100_000_000 })
      .rotate()
      .resize(SIDE_MOST, SIDE_MOST, { fit: 'inside', withoutEnlargement: true })
      .png()
      .toBuffer()
  } catch {
    return undefined
  }
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
