import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { packageRoot } from '../../../module/platform/root.js'
import { hostFor, type Guest } from './guest.js'

describe('foyer serve', function () {
  this.timeout(60_000)
  let guest: Guest
  let serving: Serving | undefined

  before(async () => {
    guest = await hostFor('demo')
    await install(guest.context)
    await enable(guest.context)
  })
  afterEach(async () => {
    await serving?.end('SIGKILL')
    serving = undefined
  })
  after(() => guest.leave())

  for (const workers of ['1', '2']) {
    it(`answers with FOYER_WORKERS ${workers} until it is asked to stop, and leaves nothing running (exit 0)`, async () => {
      const port = await freePort()
      serving = serve(guest, { FOYER_PORT: String(port), FOYER_WORKERS: workers })
      await serving.until('Foyer is at')
      const page = await fetch(`http://127.0.0.1:${String(port)}/portal/sign-in`)
      expect(page.status).to.equal(200)
      const children = serving.children()
      expect(await serving.end('SIGTERM')).to.equal(0)
      expect(await refuses(port)).to.equal(true)
      expect(children.filter(isAlive)).to.deep.equal([])
    })

    it(`says once that the port is taken, with FOYER_WORKERS ${workers} (exit 1)`, async () => {
      const taken = await holdPort()
      const { port } = taken.address() as AddressInfo
      try {
        serving = serve(guest, { FOYER_PORT: String(port), FOYER_WORKERS: workers })
        expect(await serving.ended).to.equal(1)
        expect(serving.said().err.trimEnd()).to.equal(`Port ${String(port)} is in use. Set FOYER_PORT to another one.`)
      } finally {
        taken.close()
      }
    })
  }

  it('replaces a process that dies', async function () {
    if (process.platform !== 'linux') this.skip()
    const port = await freePort()
    serving = serve(guest, { FOYER_PORT: String(port), FOYER_WORKERS: '2' })
    await serving.until('Foyer is at')
    const { children } = serving
    await eventually(() => children().length === 2)
    const [first = 0] = children()
    process.kill(first, 'SIGKILL')
    await eventually(() => children().length === 2 && !children().includes(first))
    while (await refuses(port)) await sleep(20)
    expect((await fetch(`http://127.0.0.1:${String(port)}/ready`)).status).to.equal(200)
  })
})

interface Serving {
  ended: Promise<number | null>
  said: () => { out: string; err: string }
  until: (words: string) => Promise<void>
  /** Process ids of its own processes. */
  children: () => number[]
  end: (signal: NodeJS.Signals) => Promise<number | null>
}

function serve(guest: Guest, env: Record<string, string>): Serving {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', join(packageRoot(), 'module', 'cli.ts'), 'serve'],
    {
      env: { PATH: process.env['PATH'], FOYER_DATABASE_URL: guest.url, FOYER_SECRET: 's'.repeat(40), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const said = { out: '', err: '' }
  child.stdout?.on('data', (text: Buffer) => (said.out += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (said.err += text.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
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
  return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('cli.ts')
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20)
}

function holdPort(): Promise<Server> {
  const server = createServer()
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function freePort(): Promise<number> {
  const server = await holdPort()
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function refuses(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${String(port)}/health`).then(
    () => false,
    () => true,
  )
}
