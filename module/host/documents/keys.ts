/** The host's keys for files: rows of its table `keys`, and of old files, in a folder of the site (facts §6.6). */
import { randomBytes } from 'node:crypto'
import type { Database, Queryable } from '../../platform/database.js'
import type { HostSite } from '../detect.js'
import { openFile } from './siteFolder.js'

export interface KeyPair {
  cipher: Buffer
  mac: Buffer
}

export interface KeyRing {
  /** Undefined: the keys of that version are not there. */
  forReading: (version: number) => Promise<KeyPair | undefined>
}

const KEY_BYTES = 32
/** As the host spells the versions in its keys' names: `sixa` encrypts, `sixb` signs. */
const spelled = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven']

/** 7 from 7.0.4 on, which reads 6 as well; what is older than that reads nothing newer than 6. */
export function versionToWrite({ version }: Pick<HostSite, 'version'>): 6 | 7 {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return major > 7 || (major === 7 && (minor > 0 || patch >= 4)) ? 7 : 6
}

/**
 * The keys that new files are written with. Where they are missing they are made, as the host makes them when it first
 * needs them; who is first wins, and everybody reads what stands there in the end. Committed before anything is written.
 */
export async function keysForWriting(db: Database, version: 6 | 7): Promise<KeyPair | undefined> {
  const known = await keysOf(db, version)
  if (known) return known
  for (const name of namesOf(version)) {
    await db.append('INSERT INTO `keys` (name, value) VALUES (:name, :value) ON DUPLICATE KEY UPDATE value = value', {
      name,
      value: randomBytes(KEY_BYTES).toString('base64'),
    })
  }
  return keysOf(db, version)
}

/** Whether the keys that new files are written with are there and of the right length. Changes nothing. */
export async function hasKeysForWriting(db: Queryable, version: 6 | 7): Promise<'there' | 'missing' | 'unusable'> {
  const rows = await keyRows(db, namesOf(version))
  if (await keysOf(db, version)) return 'there'
  return rows.size < 2 ? 'missing' : 'unusable'
}

/** Every key there is. `documents`: the site's folder of files, where the oldest keys lie in the clear. */
export function keyRing(db: Queryable, documents: string): KeyRing {
  return {
    forReading: async (version) => {
      const inDatabase = version >= 4 ? await keysOf(db, version) : undefined
      return inDatabase ?? (version <= 4 ? keysInFolder(documents, version) : undefined)
    },
  }
}

async function keysOf(db: Queryable, version: number): Promise<KeyPair | undefined> {
  const [a, b] = namesOf(version)
  const rows = await keyRows(db, [a, b])
  return pairOf(rows.get(a), rows.get(b))
}

async function keyRows(db: Queryable, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db.select<{ name: string; value: string | null }>(
    'SELECT name, value FROM `keys` WHERE name IN (:names)',
    { names },
  )
  return new Map(rows.map(({ name, value }) => [name, value ?? '']))
}

function namesOf(version: number): [cipher: string, mac: string] {
  const word = spelled[version] ?? ''
  return [`${word}a`, `${word}b`]
}

/** Version 1 has one key, and the third was written with the keys of the second. */
async function keysInFolder(documents: string, version: number): Promise<KeyPair | undefined> {
  if (version === 1) {
    const only = await keyFile(documents, 'one')
    return pairOf(only, only)
  }
  const [a, b] = namesOf(version === 3 ? 2 : version)
  return pairOf(await keyFile(documents, a), await keyFile(documents, b))
}

const MOST_LETTERS = 1024

async function keyFile(documents: string, name: string): Promise<string | undefined> {
  const file = await openFile(documents, ['logs_and_misc', 'methods', name])
  if (!file) return undefined
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_LETTERS), 0, MOST_LETTERS, 0)
    return buffer.subarray(0, bytesRead).toString('latin1')
  } finally {
    await file.close()
  }
}

function pairOf(cipherText: string | undefined, macText: string | undefined): KeyPair | undefined {
  const [cipher, mac] = [cipherText, macText].map((text) => Buffer.from((text ?? '').trim(), 'base64'))
  return cipher?.length === KEY_BYTES && mac && mac.length > 0 ? { cipher, mac } : undefined
}
