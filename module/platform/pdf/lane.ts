/**
 * A worker thread with its own line: one job at a time is with it, and it is started at the first need. A job that takes
 * too long is killed with its thread, alone: those behind it go to the next one.
 */
import { Worker } from 'node:worker_threads'
import type { PaperAnswer, PaperJob } from './paperWorker.js'

/** It is the document's fault: another time would not help. */
export class PaperRefused extends Error {}

export interface LaneOptions {
  /** Milliseconds for one job: a document that takes longer was made to. */
  withinMs: number
  /** More wait in vain: who asks is told to come again. */
  waitingMost: number
}

type Done = Extract<PaperAnswer, { ok: true }>

interface Asked {
  job: PaperJob
  resolve: (answer: Done) => void
  reject: (reason: Error) => void
}

export interface Lane {
  /** Rejects with PaperRefused where the document cannot be worked on; otherwise another time may help. */
  ask: (job: PaperJob) => Promise<Done>
}

export function laneOf({ waitingMost, withinMs }: LaneOptions): Lane {
  const line: Asked[] = []
  let current: Asked | undefined
  let worker: Worker | undefined
  let timer: NodeJS.Timeout | undefined

  return {
    ask: (job) =>
      line.length >= waitingMost
        ? Promise.reject(new Error(`${String(waitingMost)} documents are waiting already`))
        : new Promise((resolve, reject) => {
            line.push({ job, resolve, reject })
            next()
          }),
  }

  function next(): void {
    if (current) return
    current = line.shift()
    if (!current) {
      worker?.unref()
      return
    }
    worker ??= start()
    // Held while it works, so that the process does not end under it; let go when idle.
    worker.ref()
    const busy = worker
    timer = setTimeout(() => void busy.terminate(), withinMs)
    busy.postMessage(current.job)
  }

  function over(): Asked | undefined {
    clearTimeout(timer)
    const done = current
    current = undefined
    return done
  }

  function start(): Worker {
    const started = threadOf('./paperWorker')
    started.on('message', (answer: PaperAnswer) => {
      const done = over()
      if (answer.ok) done?.resolve(answer)
      else done?.reject(new PaperRefused(answer.message))
      next()
    })
    // 'exit' follows 'error', and comes alone when the thread is ended.
    let reason = new Error('The thread that works on documents has ended')
    started.on('error', (error) => {
      reason = error instanceof Error ? error : reason
    })
    started.on('exit', () => {
      if (worker === started) worker = undefined
      over()?.reject(reason)
      next()
    })
    return started
  }
}

/** As host/php/sha512.ts: a thread does not inherit the loader of TypeScript for its first file. */
function threadOf(name: string): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: 256 }
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`${name}.js`, import.meta.url), { resourceLimits })
  const file = JSON.stringify(new URL(`${name}.ts`, import.meta.url).href)
  const code = `import('tsx/esm/api').then(({ register }) => register() && import(${file}))`
  return new Worker(code, { eval: true, resourceLimits })
}
