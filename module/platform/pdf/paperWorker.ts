/** The worker thread of lane.ts: laying out and painting pages would stop every other request. */
import { parentPort } from 'node:worker_threads'
import type { PdfInput } from './blocks.js'
import { drawPdf } from './drawing.js'
import { picturesOf, type Pictures } from './pictures.js'

export type PaperJob =
  { kind: 'pdf'; input: PdfInput } | { kind: 'pictures'; pdf: Uint8Array; from: number; most: number }

export type PaperAnswer =
  { ok: true; pdf: Uint8Array } | { ok: true; pictures: Pictures } | { ok: false; message: string }

// One at a time is sent: PDFium has one memory, and a page is painted by all of it.
parentPort?.on('message', (job: PaperJob) => void work(job))

async function work(job: PaperJob): Promise<void> {
  parentPort?.postMessage(await answered(job))
}

async function answered(job: PaperJob): Promise<PaperAnswer> {
  try {
    if (job.kind === 'pdf') return { ok: true, pdf: await drawPdf(job.input) }
    return { ok: true, pictures: await picturesOf(job.pdf, job.from, job.most) }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
