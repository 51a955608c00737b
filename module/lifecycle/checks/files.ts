/** Where files go, and who looks at them first. */
import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { clamdVersion, type ClamdTimes } from '../../platform/clamd.js'
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

/** Asked as every upload is. One that is away keeps what patients send waiting. */
export async function scanner({ clamd: socket }: Config): Promise<Finding> {
  if (socket === undefined) return ok('scanner', 'doctor.scanner.none')
  const version = await clamdVersion(socket, PATIENCE)
  if (version?.startsWith('ClamAV ')) return ok('scanner', 'doctor.scanner.is', { socket, version })
  return warning('scanner', said('doctor.scanner.no', { socket }), said('doctor.scanner.fix'))
}

const PATIENCE: ClamdTimes = { connecting: 2000, silence: 2000 }

function wordOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
