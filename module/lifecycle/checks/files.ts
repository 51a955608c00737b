/** Where files go, and who looks at them first. */
import { access, constants, stat, statfs } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Config } from '../../platform/config.js'
import { findingsOf, said, type Finding } from './finding.js'

const { ok, warning } = findingsOf('files')

const GIGABYTE = 1e9
/** Gigabytes below which a few scans fill the disk. */
const LITTLE = 1

export async function dataDir({ dataDir: folder }: Config): Promise<Finding> {
  const there = await nearestThere(folder)
  const why = await whyNotWritable(there)
  if (why !== undefined) {
    return warning('dataDir', said('doctor.dataDir.no', { folder, why }), said('doctor.dataDir.fix'))
  }
  const free = await freeIn(there)
  const params = { folder, free: free.toFixed(1) }
  if (free < LITTLE) return warning('dataDir', said('doctor.dataDir.little', params), said('doctor.dataDir.little.fix'))
  return ok('dataDir', there === folder ? 'doctor.dataDir.is' : 'doctor.dataDir.toBe', params)
}

/** The folder, or the nearest one above it that is there: it is made when it is needed. */
async function nearestThere(folder: string): Promise<string> {
  const there = await stat(folder).then(
    () => true,
    () => false,
  )
  return there || dirname(folder) === folder ? folder : nearestThere(dirname(folder))
}

/** The system's word for it (ENOENT, EACCES, ENOTDIR); undefined: a folder in which one can write. */
async function whyNotWritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'ENOTDIR'
    await access(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return wordOf(error)
  }
}

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return (bavail * bsize) / GIGABYTE
}

export async function scanner({ clamd: socket }: Config): Promise<Finding> {
  if (socket === undefined) return ok('scanner', 'doctor.scanner.none')
  const why = await whyNoScanner(socket)
  if (why === undefined) return ok('scanner', 'doctor.scanner.is', { socket })
  return warning('scanner', said('doctor.scanner.no', { socket, why }), said('doctor.scanner.fix'))
}

const PATIENCE_MS = 2000

/** clamd answers PONG to PING; `z` ends commands and answers with a zero byte. */
function whyNoScanner(socket: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const line = lineTo(socket)
    let answer = ''
    const end = (why: string | undefined): void => {
      line.destroy()
      resolve(why)
    }
    line.setTimeout(PATIENCE_MS, () => end('ETIMEDOUT'))
    line.once('error', (error) => end(wordOf(error)))
    line.once('connect', () => line.write('zPING\0'))
    line.on('data', (part) => {
      answer += part.toString()
      if (answer.includes('\0')) end(answer.startsWith('PONG') ? undefined : 'EPROTO')
    })
    line.once('end', () => end('EPROTO'))
  })
}

/** A path, or host:port. */
function lineTo(socket: string): Socket {
  const [, host, port] = /^([^/]+):(\d+)$/.exec(socket) ?? []
  return host === undefined ? connect(socket) : connect(Number(port), host)
}

function wordOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
