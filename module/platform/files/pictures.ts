/**
 * Pictures as they may be passed on: encoded anew, so that nothing is in them but what is seen. Where and when a
 * telephone took them, and what else lay behind the picture, stays out; upright, as it was held. In a process of its own
 * (pictureWorker.ts), one at a time: it needs much memory for a moment, and what it reads comes from strangers.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
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
  return inTurn(() => run(mediaType, source, use))
}

/** The machine's fault, as far as anybody knows: the same picture may be encoded at another time. */
export class PictureFailed extends Error {}

const MOST_MS = 120_000
/** As pictureWorker.ts says it. */
const UNREADABLE = 3

async function run<Result>(mediaType: PictureType, source: Readable, use: (picture: Readable) => Promise<Result>) {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const program = fileURLToPath(new URL(`pictureWorker.${ending}`, import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, program, mediaType], {
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

let last: Promise<unknown> = Promise.resolve()

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const mine = last.then(work, work)
  last = mine.catch(() => undefined)
  return mine
}
