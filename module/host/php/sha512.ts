/** crypt(3) SHA-512 on one worker thread, started at the first need and started again should it die. */
import { Worker } from 'node:worker_threads'
import type { Sha512Answer, Sha512Job } from './sha512Worker.js'

/**
 * `$6$rounds=<n>$<salt>$<86 characters>` of a password, for a setting `$6$rounds=<n>$<salt>`. Rejects when the setting
 * is malformed or the thread ends. The caller bounds how many run at once.
 */
export async function sha512crypt(password: string, setting: string): Promise<string> {
  const hash = await ask(password, setting)
  if (hash === undefined) throw new Error('Not a setting of crypt(3) SHA-512')
  return hash
}

interface Asked {
  resolve: (hash: string | undefined) => void
  reject: (reason: Error) => void
}

const asked = new Map<number, Asked>()
let worker: Worker | undefined
let jobs = 0

function ask(password: string, setting: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    jobs += 1
    asked.set(jobs, { resolve, reject })
    worker ??= start()
    // Held while it works, so that the process does not end under it; let go when idle.
    worker.ref()
    worker.postMessage({ id: jobs, password, setting } satisfies Sha512Job)
  })
}

function start(): Worker {
  const started = threadOf('./sha512Worker')
  started.on('message', ({ id, hash }: Sha512Answer) => {
    asked.get(id)?.resolve(hash)
    asked.delete(id)
    if (asked.size === 0) started.unref()
  })
  // 'exit' follows 'error', and comes alone when the thread is ended.
  let reason = new Error('The thread that hashes has ended')
  started.on('error', (error) => {
    reason = error instanceof Error ? error : reason
  })
  started.on('exit', () => {
    if (worker === started) worker = undefined
    for (const { reject } of asked.values()) reject(reason)
    asked.clear()
  })
  return started
}

/**
 * From dist the thread's file is JavaScript. Where the sources run as TypeScript, by tsx in the project's folder, a
 * thread does not inherit the loader for its first file and has to register it before.
 */
function threadOf(name: string): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`${name}.js`, import.meta.url))
  const file = JSON.stringify(new URL(`${name}.ts`, import.meta.url).href)
  return new Worker(`import('tsx/esm/api').then(({ register }) => register() && import(${file}))`, { eval: true })
}
