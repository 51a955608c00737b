import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'

const proc = existsSync('/proc/self/stat')

/**
 * Tells this run of a process from any other that had or will have the same id. Undefined: no such process, or one
 * that has ended and only waits to be collected.
 */
export function birthOf(pid: number): string | undefined {
  return proc ? birthInProc(pid) : ask(['-p', String(pid), '-o', 'lstart='])
}

function birthInProc(pid: number): string | undefined {
  const stat = read(`/proc/${String(pid)}/stat`)
  // The program's name stands in parentheses and may hold anything; the fields count from behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (!fields || fields[0] === 'Z') return undefined
  // Ticks since boot: only together with the boot do they name an instant.
  return `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''} ${fields[19] ?? ''}`
}

/** Ids of the running processes whose command line, word by word, passes the check. */
export function processesWhere(check: (words: string[]) => boolean): number[] {
  return commandLines()
    .filter(({ words }) => check(words))
    .map(({ pid }) => pid)
}

function commandLines(): { pid: number; words: string[] }[] {
  if (!proc) {
    const lines = ask(['-axo', 'pid=,command='])?.split('\n') ?? []
    return lines.map((line) => line.trim().split(/\s+/)).map(([pid, ...words]) => ({ pid: Number(pid), words }))
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), words: (read(`/proc/${name}/cmdline`) ?? '').split('\0') }))
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // It ended while we looked.
  }
}

function ask(words: string[]): string | undefined {
  try {
    return execFileSync('ps', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined
  } catch {
    return undefined
  }
}
