/**
 * Pictures as they may be passed on: encoded anew, so that nothing is in them but what is seen. Where and when a
 * telephone took them, and what else lay behind the picture, stays out; upright, as it was held. In a process of its own
 * (pictureWorker.ts): it needs much memory for a moment, and what it reads comes from strangers. One at a time of those
 * that were sent, and one of those that somebody looks at, who does not wait for what others send.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

export type PictureType = 'image/jpeg' | 'image/png'

export function isPicture(mediaType: string): mediaType is PictureType {
  return mediaType === 'image/jpeg' || mediaType === 'image/png'
}

/**
 * Hands `use` the new picture, which it reads to its end. `readable: false`: it is none that can be shown, or larger than
 * 100 million points; what `use` was handed then is empty. Throws PictureFailed where that is not known, or not its fault:
 * the process was ended for its memory or its time, could not begin, or could read the picture and not encode it.
 */
export function encodeAnew<Result>(
  mediaType: PictureType,
  source: Readable,
  use: (picture: Readable) => Promise<Result>,
): Promise<{ readable: boolean; result: Result }> {
  return sent.inTurn(() => run(mediaType, source, use))
}

/**
 * What a person looks at on a page: a PNG made from the picture's dots alone, upright, no side longer than 1600.
 * Undefined: it is none that can be painted, or larger than 100 million points. Throws PictureFailed as encodeAnew does,
 * and where many wait already; what `open` throws, it throws.
 */
export async function paintPicture(open: () => Promise<Readable>): Promise<Buffer | undefined> {
  if (lookedAt.waiting() >= LOOKS_MOST) throw new PictureFailed(`${String(LOOKS_MOST)} pictures are waiting already`)
  const { readable, result } = await lookedAt.inTurn(async () => run('view', await open(), buffer))
  return readable ? result : undefined
}

/** The machine's fault, as far as anybody knows: the same picture may be encoded at another time. */
export class PictureFailed extends Error {}

const MOST_MS = 120_000
/** Waiting or at work: who asks then is told to come again. */
const LOOKS_MOST = 16
/** As pictureWorker.ts says it. */
const UNREADABLE = 3

async function run<Result>(what: PictureType | 'view', source: Readable, use: (picture: Readable) => Promise<Result>) {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const program = fileURLToPath(new URL(`pictureWorker.${ending}`, import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, program, what], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: process.env['TMPDIR'] === undefined ? {} : { TMPDIR: process.env['TMPDIR'] },
    timeout: MOST_MS,
    killSignal: 'SIGKILL',
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  try {
    // It may end before it has read all: of that its code tells, and not the line that breaks.
    const { parts, fault } = watched(source)
    const read = pipeline(parts, child.stdin).catch(() => {
      const error = fault()
      if (error) throw error
    })
    const [result, [code]] = await Promise.all([use(child.stdout), ended, read])
    if (code !== 0 && code !== UNREADABLE) throw new PictureFailed(`the process ended with ${String(code)}`)
    return { readable: code === 0, result }
  } finally {
    source.destroy()
    child.kill('SIGKILL')
  }
}

/** `fault`: what the source itself failed with, whatever became of who reads it. */
function watched(source: Readable): { parts: () => AsyncGenerator<Buffer>; fault: () => Error | undefined } {
  let fault: Error | undefined
  async function* parts(): AsyncGenerator<Buffer> {
    try {
      for await (const part of source) yield part as Buffer
    } catch (error) {
      fault = error as Error
      throw error
    }
  }
  return { parts, fault: () => fault }
}

interface Lane {
  inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** How many wait or are at work. */
  waiting: () => number
}

/** One after the other. */
function lane(): Lane {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    inTurn: (work) => {
      waiting += 1
      const mine = last.then(work).finally(() => (waiting -= 1))
      last = mine.catch(() => undefined)
      return mine
    },
    waiting: () => waiting,
  }
}

const sent = lane()
const lookedAt = lane()
