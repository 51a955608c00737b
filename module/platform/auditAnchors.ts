/** The anchors of the audit chain: one in foyer_state, one in a file that who holds the database cannot reach. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readAnchor, writeAnchor, type Anchor } from './auditChain.js'
import type { Database, Queryable, Tx } from './database.js'
import { opaqueId, sha256 } from './ids.js'

/** Its name in foyer_state. The second part of its JSON list is the number of seals. */
export const ANCHOR_STATE = 'auditAnchor'

/** What foyer_state holds: undefined where nothing was ever sealed, 'forged' where somebody else wrote it. */
export async function storedAnchor(db: Queryable, key: string | undefined): Promise<Anchor | 'forged' | undefined> {
  const row = await db.first<{ value: string }>(`SELECT value FROM foyer_state WHERE name = :name`, {
    name: ANCHOR_STATE,
  })
  return row && (readAnchor(key, row.value) ?? 'forged')
}

export async function storeAnchor(tx: Tx, key: string, anchor: Anchor): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_state (name, value) VALUES (:name, :value) ON DUPLICATE KEY UPDATE value = VALUES(value)`,
    { name: ANCHOR_STATE, value: writeAnchor(key, anchor) },
  )
}

/** An anchor file, and what it says; undefined: it was not written by Foyer with this secret. */
export interface AnchorFile {
  path: string
  anchor: Anchor | undefined
}

/** Every anchor file of this database: one a chain. None where the folder is not there or not ours to read. */
export async function anchorFiles(db: Database, folder: string, key: string | undefined): Promise<AnchorFile[]> {
  const paths = await pathsOf(db, folder)
  return Promise.all(paths.map(async (path) => ({ path, anchor: readAnchor(key, await readFile(path, 'utf8')) })))
}

/** What stands in them, for an archive. */
export async function anchorTexts(db: Database, folder: string): Promise<string[]> {
  return Promise.all((await pathsOf(db, folder)).map((path) => readFile(path, 'utf8')))
}

/** Once the trail itself is gone: the next one is another chain, which these would take for one begun anew. */
export async function removeAnchorFiles(db: Database, folder: string): Promise<void> {
  for (const path of await pathsOf(db, folder)) await rm(path, { force: true })
}

async function pathsOf(db: Database, folder: string): Promise<string[]> {
  const within = join(folder, 'audit')
  const names = await readdir(within).catch(() => [])
  return names
    .filter((name) => name.startsWith(prefixOf(db)) && name.endsWith('.json'))
    .map((name) => join(within, name))
}

/** Written beside and moved over, so that there is a whole one at any moment. Throws where the folder takes no file. */
export async function keepAnchorFile(db: Database, folder: string, key: string, anchor: Anchor): Promise<void> {
  const within = join(folder, 'audit')
  await mkdir(within, { recursive: true, mode: 0o700 })
  const path = join(within, `${prefixOf(db)}-${anchor.chain}.json`)
  const beside = `${path}.${opaqueId()}`
  await writeFile(beside, writeAnchor(key, anchor), { mode: 0o600 })
  await rename(beside, path)
}

/** By host, port and name, as FOYER_DATABASE_URL gives them: one folder may serve several databases. */
export function prefixOf({ sequelize }: Database): string {
  const { host, port, database } = sequelize.config
  return sha256([host, port, database].join('/')).slice(0, 16)
}
