/** What `foyer serve` does: one process or several on the same port, until somebody asks it to stop. */
import cluster, { type Worker } from 'node:cluster'
import { serve } from './index.js'
import type { Config } from './platform/config.js'

/** Resolves once it has stopped: 0 asked to, 1 because its processes could not stay up. Throws CannotStart. */
export function serveCommand(config: Config): Promise<number> {
  return config.workers > 1 && cluster.isPrimary ? serveWithWorkers(config) : serveAlone(config)
}

async function serveAlone(config: Config): Promise<number> {
  const serving = await serve(config)
  if (cluster.isWorker) process.send?.({ address: serving.address })
  else greet(serving.address)
  await askedToStop()
  await serving.stop()
  return 0
}

function greet(address: string): void {
  // eslint-disable-next-line no-console -- said to whoever typed the command
  console.log(`Foyer is at ${address}/portal, for staff at ${address}/staff/portal`)
}

function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/** A process that ends sooner than this never served: starting it again would end the same way. */
const SETTLED_MS = 5000

/**
 * Sessions, limits and rules live in the database, so the processes share nothing but the port. One that dies is
 * replaced; one that cannot even start ends them all, with the line it said.
 */
async function serveWithWorkers(config: Config): Promise<number> {
  const workers = new Set<Worker>()
  let stopping = false
  let greeted = false
  let code = 0

  function start(): void {
    const worker = cluster.fork()
    const began = Date.now()
    workers.add(worker)
    worker.on('message', (message: { address?: string }) => {
      if (greeted || message.address === undefined) return
      greeted = true
      greet(message.address)
    })
    worker.on('exit', () => {
      workers.delete(worker)
      if (stopping) return
      if (Date.now() - began < SETTLED_MS) {
        code = 1
        stop()
      } else start()
    })
  }

  function stop(): void {
    stopping = true
    for (const worker of workers) worker.process.kill('SIGTERM')
  }

  for (let made = 0; made < config.workers; made += 1) start()
  const asked = askedToStop().then(stop)
  await new Promise<void>((resolve) => {
    cluster.on('exit', () => {
      if (stopping && workers.size === 0) resolve()
    })
  })
  if (code === 0) await asked
  return code
}
