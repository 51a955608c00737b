/** PDFs are made and painted on one worker thread, started at the first need and again should it die. */
import { Worker } from 'node:worker_threads'
import type { PdfInput } from './blocks.js'
import type { PaperAnswer, PaperJob } from './paperWorker.js'
import type { Pictures } from './pictures.js'

/** The PDF of a document. Rejects where it takes longer than half a minute; equal input gives equal bytes. */
export async function htmlToPdf(input: PdfInput): Promise<Buffer> {
  const answer = await ask((id) => ({ id, kind: 'pdf', input }))
  if (!('pdf' in answer)) throw new Error('The thread answered something else')
  return Buffer.from(answer.pdf)
}

/**
 * So many pages from one on (counted from 0) as PNG, and how many pages there are. Rejects where the bytes are no PDF
 * that can be opened (PaperRefused), and where the thread died or many wait already.
 */
export async function pagePictures(pdf: Buffer, from = 0, most = 40): Promise<{ pages: Buffer[]; count: number }> {
  const answer = await ask((id) => ({ id, kind: 'pictures', pdf, from, most }))
  if (!('pictures' in answer)) throw new Error('The thread answered something else')
  const { count, pages }: Pictures = answer.pictures
  return { count, pages: pages.map((page) => Buffer.from(page)) }
}

/** It is the document's fault: another time would not help. */
export class PaperRefused extends Error {}

/** A document that takes longer was made to. */
const WITHIN_MS = 30_000
/** More wait in vain: who asks is told to come again. */
const WAITING_MOST = 32

interface Asked {
  resolve: (answer: Extract<PaperAnswer, { ok: true }>) => void
  reject: (reason: Error) => void
}

const asked = new Map<number, Asked>()
let worker: Worker | undefined
let timer: NodeJS.Timeout | undefined
let jobs = 0

function ask(job: (id: number) => PaperJob): Promise<Extract<PaperAnswer, { ok: true }>> {
  if (asked.size >= WAITING_MOST)
    return Promise.reject(new Error(`${String(WAITING_MOST)} documents are waiting already`))
  return new Promise((resolve, reject) => {
    jobs += 1
    asked.set(jobs, { resolve, reject })
    worker ??= start()
    // Held while it works, so that the process does not end under it; let go when idle.
    worker.ref()
    timer ??= watch(worker)
    worker.postMessage(job(jobs))
  })
}

/** Work is done one after the other, so the time runs from one answer to the next. */
function watch(watched: Worker): NodeJS.Timeout {
  return setTimeout(() => {
    void watched.terminate()
  }, WITHIN_MS)
}

function start(): Worker {
  const started = threadOf('./paperWorker')
  started.on('message', (answer: PaperAnswer) => {
    const waiting = asked.get(answer.id)
    asked.delete(answer.id)
    clearTimeout(timer)
    timer = asked.size === 0 ? undefined : watch(started)
    if (asked.size === 0) started.unref()
    if (answer.ok) waiting?.resolve(answer)
    else waiting?.reject(new PaperRefused(answer.message))
  })
  // 'exit' follows 'error', and comes alone when the thread is ended.
  let reason = new Error('The thread that makes documents has ended')
  started.on('error', (error) => {
    reason = error instanceof Error ? error : reason
  })
  started.on('exit', () => {
    if (worker === started) worker = undefined
    clearTimeout(timer)
    timer = undefined
    for (const { reject } of asked.values()) reject(reason)
    asked.clear()
  })
  return started
}

/** As host/php/sha512.ts: a thread does not inherit the loader of TypeScript for its first file. */
function threadOf(name: string): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: 256 }
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`${name}.js`, import.meta.url), { resourceLimits })
  const file = JSON.stringify(new URL(`${name}.ts`, import.meta.url).href)
  const code = `import('tsx/esm/api').then(({ register }) => register() && import(${file}))`
  return new Worker(code, { eval: true, resourceLimits })
}
