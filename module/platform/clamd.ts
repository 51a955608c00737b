/**
 * Asks a ClamAV daemon (FOYER_CLAMD) about a file, in its own protocol: `zINSTREAM`, then chunks with their length in
 * front, then one of no length; it answers with one line.
 */
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

export type ScanOutcome =
  | { outcome: 'clean' }
  /** `virus`: as the scanner calls it. */
  | { outcome: 'infected'; virus: string }
  /** More than it takes (its StreamMaxLength). */
  | { outcome: 'too-large' }
  /** It does not answer, not in time, or not as one. Asked again, it may. */
  | { outcome: 'unreachable'; why: string }

export interface ClamdTimes {
  /** Milliseconds until it must have taken the call. */
  connecting: number
  /** Milliseconds without a sign of it, once all has been sent or while it takes nothing. */
  silence: number
}

const usualTimes: ClamdTimes = { connecting: 3000, silence: 45_000 }

/** `clamd`: the path of a socket, or host:port. Throws only what the body itself fails with, which is destroyed after. */
export async function scan(clamd: string, body: Readable, times: ClamdTimes = usualTimes): Promise<ScanOutcome> {
  try {
    const { answer, heard } = await conversation(clamd, times, (socket) => sendAll(socket, body))
    return verdictOf(answer, heard)
  } catch (error) {
    if (body.errored) throw body.errored
    return { outcome: 'unreachable', why: error instanceof Error ? error.message : 'unknown' }
  } finally {
    body.destroy()
  }
}

/** Its version and that of its signatures, `ClamAV 1.4.1/27453/…`; undefined: it does not answer. */
export async function clamdVersion(clamd: string, times: ClamdTimes = usualTimes): Promise<string | undefined> {
  try {
    return (await conversation(clamd, times, (socket) => write(socket, Buffer.from('zVERSION\0')))).answer
  } catch {
    return undefined
  }
}

interface Said {
  /** One line, without the NUL at its end. */
  answer: string
  /** All that was to be said was said before. */
  heard: boolean
}

async function conversation(clamd: string, times: ClamdTimes, ask: (socket: Socket) => Promise<void>): Promise<Said> {
  const socket = await called(clamd, times.connecting)
  socket.setTimeout(times.silence, () => {
    socket.destroy(new Error('no answer in time'))
  })
  try {
    const answer = answerOf(socket)
    // It may answer, and hang up, before it has heard all; then what it said counts, and not that it hung up.
    const asked = ask(socket).then(
      () => true,
      (error: unknown) => Promise.race([answer.then(() => false), lateFault(error)]),
    )
    const heard = await Promise.race([asked, answer.then(() => false)])
    return { answer: await answer, heard }
  } finally {
    socket.destroy()
  }
}

const LAST_WORD_MS = 500

async function lateFault(error: unknown): Promise<never> {
  await sleep(LAST_WORD_MS)
  throw error
}

function called(clamd: string, within: number): Promise<Socket> {
  const socket = connect(addressOf(clamd))
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error('does not take the call'))
    }, within)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(socket)
    })
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}

function addressOf(clamd: string): { path: string } | { host: string; port: number } {
  const found = /^\[?([^/[\]]+)\]?:(\d{1,5})$/.exec(clamd)
  return found ? { host: found[1] ?? '', port: Number(found[2]) } : { path: clamd.replace(/^unix:/, '') }
}

const ANSWER_MOST = 4096

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    socket.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8')
      if (said.includes('\0') || said.length > ANSWER_MOST) resolve(said)
    })
    socket.on('end', () => {
      if (said === '') reject(new Error('hung up without an answer'))
      else resolve(said)
    })
    socket.on('error', (error) => {
      // What it said before the line broke counts.
      if (said === '') reject(error)
      else resolve(said)
    })
    socket.on('close', () => {
      reject(new Error('hung up without an answer'))
    })
  }).then((said) => String(said).split('\0')[0]?.trim() ?? '')
}

const CHUNK_BYTES = 64 * 1024

async function sendAll(socket: Socket, body: Readable): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'))
  for await (const bytes of body as AsyncIterable<Buffer>) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES)
      await write(socket, Buffer.concat([lengthOf(chunk.length), chunk]))
    }
  }
  await write(socket, lengthOf(0))
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes)
  return length
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

function verdictOf(answer: string, heard: boolean): ScanOutcome {
  if (answer === 'stream: OK' && heard) return { outcome: 'clean' }
  const found = /^stream: (.+) FOUND$/.exec(answer)
  if (found) return { outcome: 'infected', virus: (found[1] ?? '').slice(0, 120) }
  if (/size limit exceeded/i.test(answer)) return { outcome: 'too-large' }
  return { outcome: 'unreachable', why: `answered “${answer.slice(0, 80)}”` }
}
