/** What `foyer serve` does: one process or several on the same port, until somebody asks it to stop. */
import cluster, { type Worker } from 'node:cluster'
import { setFlagsFromString } from 'node:v8'
import { serve } from './index.js'
import type { Config } from './platform/config.js'

/** Resolves once it has stopped: 0 asked to, 1 because its processes could not stay up. Throws CannotStart. */
export async function serveCommand(config: Config): Promise<number> {
  if (config.workers > 1 && cluster.isPrimary) return serveWithWorkers(config)
  try {
    return await serveAlone(config)
  } finally {
    // The line to the first process would keep this one alive for ever.
    cluster.worker?.disconnect()
  }
}

/** How much more than what is in use may pile up before it is swept: left to itself V8 lets it be several times that. */
const SWEPT_AFTER_PERCENT = 60

async function serveAlone(config: Config): Promise<number> {
  setFlagsFromString(`--heap-growing-percent=${String(SWEPT_AFTER_PERCENT)}`)
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

/** So that processes which cannot stay up, the database being away, don't follow one another without a pause. */
const BEFORE_REPLACING_MS = 1000

/**
 * Sessions, limits and rules live in the database, so the processes share nothing but the port. The first one shows
 * whether it can be served at all; when it answers, the others follow. One that dies after that is replaced.
 */
async function serveWithWorkers(config: Config): Promise<number> {
  const first = cluster.fork()
  const address = await addressOf(first)
  if (address === undefined) return 1
  greet(address)

  const workers = new Set([first, ...Array.from({ length: config.workers - 1 }, () => cluster.fork())])
  const stopping = askedToStop()
  let stopped = false
  const replace = () => {
    if (!stopped) workers.add(cluster.fork())
  }
  const gone = new Promise<void>((resolve) => {
    cluster.on('exit', (worker) => {
      workers.delete(worker)
      if (stopped && workers.size === 0) resolve()
      else setTimeout(replace, BEFORE_REPLACING_MS)
    })
  })
  await stopping
  stopped = true
  for (const worker of workers) worker.process.kill('SIGTERM')
  if (workers.size > 0) await gone
  return 0
}

/** Where a process answers; undefined when it ended before: it has said why. */
function addressOf(worker: Worker): Promise<string | undefined> {
  return new Promise((resolve) => {
    worker.once('message', (message: { address: string }) => {
      resolve(message.address)
    })
    worker.once('exit', () => {
      resolve(undefined)
    })
  })
}
