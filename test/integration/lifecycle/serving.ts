import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { programOf } from '../../support/command.js'

/** `foyer serve`, run as a command. */
export interface Serving {
  pid: number
  ended: Promise<number | null>
  said: () => { out: string; err: string }
  until: (words: string) => Promise<void>
  /** Process ids of its own processes. */
  children: () => number[]
  end: (signal: NodeJS.Signals) => Promise<number | null>
}

export function serve({ url }: { url: string }, env: Record<string, string>): Serving {
  const child: ChildProcess = spawn(process.execPath, [...programOf('cli'), 'serve'], {
    env: { PATH: process.env['PATH'], FOYER_DATABASE_URL: url, FOYER_SECRET: 's'.repeat(40), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout?.on('data', (text: Buffer) => (said.out += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (said.err += text.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    pid: child.pid ?? 0,
    ended,
    said: () => said,
    until: (words) =>
      eventually(() => {
        if (child.exitCode !== null) throw new Error(`It ended: ${said.err}`)
        return said.out.includes(words)
      }),
    children: () => childrenOf(child.pid ?? 0),
    end: (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return ended
    },
  }
}

/** Linux tells; elsewhere nobody is listed. */
function childrenOf(pid: number): number[] {
  try {
    const listed = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    return listed.split(' ').filter(Boolean).map(Number).filter(isServing)
  } catch {
    return []
  }
}

/** tsx keeps a compiler beside each process: that is none of ours. */
function isServing(pid: number): boolean {
  return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('/cli.')
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Looks again until it is so, or fails: what never comes is not waited for. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It never came to that')
    await sleep(20)
  }
}

export function holdPort(): Promise<Server> {
  const server = createServer()
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

export async function freePort(): Promise<number> {
  const server = await holdPort()
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export function refuses(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${String(port)}/health`).then(
    () => false,
    () => true,
  )
}
