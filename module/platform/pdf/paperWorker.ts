/** The worker thread of paper.ts: laying out and painting pages would stop every other request. */
import { parentPort } from 'node:worker_threads'
import type { PdfInput } from './blocks.js'
import { drawPdf } from './drawing.js'
import { picturesOf, type Pictures } from './pictures.js'

export type PaperJob =
  | { id: number; kind: 'pdf'; input: PdfInput }
  | { id: number; kind: 'pictures'; pdf: Uint8Array; from: number; most: number }

export type PaperAnswer = { id: number } & (
  { ok: true; pdf: Uint8Array } | { ok: true; pictures: Pictures } | { ok: false; message: string }
)

// One after the other: PDFium has one memory, and a page is painted by all of it.
let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (job: PaperJob) => {
  last = last.then(() => work(job))
})

async function work(job: PaperJob): Promise<void> {
  parentPort?.postMessage(await answered(job))
}

async function answered(job: PaperJob): Promise<PaperAnswer> {
  try {
    if (job.kind === 'pdf') return { id: job.id, ok: true, pdf: await drawPdf(job.input) }
    return { id: job.id, ok: true, pictures: await picturesOf(job.pdf, job.from, job.most) }
  } catch (error) {
    return { id: job.id, ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
