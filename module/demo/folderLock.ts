import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from '../platform/cannotStart.js'
import { birthOf } from './processes.js'

/**
 * Takes the folder for this process until release() is called or the process is gone, whichever comes first.
 * Throws CannotStart while another living process (or this one) holds it.
 */
export function lockFolder(folder: string): { release(): void } {
  const lock = join(folder, 'lock')
  const mine = join(folder, `lock.${String(process.pid)}`)
  const content = `${String(process.pid)} ${birthOf(process.pid) ?? ''}`

  if (holder(lock) === content) throw taken(folder, process.pid)
  writeFileSync(mine, content)
  try {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      if (link(mine, lock)) return { release: () => release(lock, content) }
      const other = holder(lock)
      if (other === undefined) continue
      const pid = Number(other.split(' ', 1)[0])
      if (`${String(pid)} ${birthOf(pid) ?? ''}` === other) throw taken(folder, pid)
      setAside(lock, other, mine)
    }
    throw new CannotStart(`${folder}: other starts are taking this folder over at this moment. Try again.`)
  } finally {
    rmSync(mine, { force: true })
  }
}

/** A link either makes the whole file or fails: two starts at once cannot both succeed. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function holder(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8')
  } catch {
    return undefined
  }
}

/** Takes a dead process's lock away, and gives it back where another start was faster and it is a living one's by now. */
function setAside(lock: string, expected: string, mine: string): void {
  const aside = `${mine}.stale`
  try {
    renameSync(lock, aside)
  } catch {
    return // Another start has set it aside.
  }
  if (holder(aside) !== expected) link(aside, lock)
  rmSync(aside, { force: true })
}

function release(lock: string, content: string): void {
  if (holder(lock) === content) rmSync(lock, { force: true })
}

function taken(folder: string, pid: number): CannotStart {
  return new CannotStart(
    `${folder} is in use by process ${String(pid)}. Stop that one first, or set FOYER_DATA_DIR to another folder.`,
  )
}
