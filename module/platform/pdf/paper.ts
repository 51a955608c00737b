/**
 * PDFs are made on one worker thread and painted on another: what somebody sends to be looked at must not keep anybody's
 * own document from being made.
 */
import type { PdfInput } from './blocks.js'
import { laneOf } from './lane.js'
import type { Pictures } from './pictures.js'

export { PaperRefused } from './lane.js'

const making = laneOf({ withinMs: 30_000, waitingMost: 32 })
/** Of strangers' documents, some made to take for ever. */
const painting = laneOf({ withinMs: 15_000, waitingMost: 32 })

/** The PDF of a document. Rejects where it takes longer than half a minute; equal input gives equal bytes. */
export async function htmlToPdf(input: PdfInput): Promise<Buffer> {
  const answer = await making.ask({ kind: 'pdf', input })
  if (!('pdf' in answer)) throw new Error('The thread answered something else')
  return Buffer.from(answer.pdf)
}

/**
 * So many pages from one on (counted from 0) as PNG, and how many pages there are. Rejects where the bytes are no PDF
 * that can be opened (PaperRefused), and where they took too long or many wait already.
 */
export async function pagePictures(pdf: Buffer, from = 0, most = 40): Promise<{ pages: Buffer[]; count: number }> {
  const answer = await painting.ask({ kind: 'pictures', pdf, from, most })
  if (!('pictures' in answer)) throw new Error('The thread answered something else')
  const { count, pages }: Pictures = answer.pictures
  return { count, pages: pages.map((page) => Buffer.from(page)) }
}
