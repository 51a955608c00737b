/** The worker thread of sha512.ts: crypt(3) SHA-512 takes 0.3 s for 100,000 rounds and would stop every other request. */
import { parentPort } from 'node:worker_threads'
import { encrypt } from 'unixcrypt'

export interface Sha512Job {
  id: number
  password: string
  /** `$6$rounds=<n>$<salt>` */
  setting: string
}

/** Without a hash when the setting is not one. */
export interface Sha512Answer {
  id: number
  hash: string | undefined
}

parentPort?.on('message', ({ id, password, setting }: Sha512Job) => {
  parentPort?.postMessage({ id, hash: hashed(password, setting) } satisfies Sha512Answer)
})

function hashed(password: string, setting: string): string | undefined {
  try {
    return encrypt(password, setting)
  } catch {
    return undefined
  }
}
