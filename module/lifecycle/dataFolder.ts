/**
 * What Foyer keeps in FOYER_DATA_DIR besides its tables, and how it goes with them: patients' files, sealed, and the
 * trail's anchor. They go last of all. Once the tables are gone nothing else tells whose they are, and the folder of a
 * portal in use must not be emptied for a database that has none: so a note says that this one was being left, and
 * names its files. One folder may serve several databases: what is another's stays.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { anchorTexts, prefixOf, removeAnchorFiles } from '../platform/auditAnchors.js'
import type { Database } from '../platform/database.js'
import { removeKept } from '../platform/files/store.js'
import type { LifecycleContext } from './context.js'
import type { Deed } from './plan.js'

/** Where patients' files lie (platform/files/store.ts). */
export function filesFolder(dataDir: string): string {
  return join(dataDir, 'files')
}

/** Written before the first table goes. Nothing where there is nothing to remove later. */
export async function noteLeaving(context: LifecycleContext): Promise<void> {
  if (!context.files || !(await hasSomething(context))) return
  await mkdir(context.files.dataDir, { recursive: true, mode: 0o700 })
  const names = (await storedNames(context.db)).map((name) => `${name}\n`).join('')
  // Added to what a command before has noted, which may have got as far as the table.
  await writeFile(noteOf(context.db, context.files.dataDir), names, { mode: 0o600, flush: true, flag: 'a' })
}

async function storedNames(db: Database): Promise<string[]> {
  const there = await db.first(
    `SELECT 1 AS yes FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'foyer_files'`,
  )
  if (!there) return []
  const rows = await db.select<{ name: string }>(`SELECT storage_key AS name FROM foyer_files`)
  return rows.map(({ name }) => name)
}

/** A command before was killed between the last table and the last file. */
export function wasLeaving({ db, files }: LifecycleContext): boolean {
  return files !== undefined && existsSync(noteOf(db, files.dataDir))
}

/** What is there is removed, the note at the end. */
export async function removeOwn(context: LifecycleContext): Promise<Deed[]> {
  const { db, files } = context
  if (!files || !(wasLeaving(context) || (await hasSomething(context)))) return []
  return [
    {
      says: { key: 'life.removeFiles' },
      does: async () => {
        await removeAnchorFiles(db, files.dataDir)
        const note = noteOf(db, files.dataDir)
        await removeKept(filesFolder(files.dataDir), await namesIn(note), prefixOf(db))
        await rm(note, { force: true })
      },
    },
  ]
}

async function namesIn(note: string): Promise<Set<string>> {
  const text = existsSync(note) ? await readFile(note, 'utf8') : ''
  return new Set(text.split('\n').filter((name) => /^[0-9a-f]{32}$/.test(name)))
}

async function hasSomething({ db, files }: LifecycleContext): Promise<boolean> {
  if (!files) return false
  return existsSync(filesFolder(files.dataDir)) || (await anchorTexts(db, files.dataDir)).length > 0
}

function noteOf(db: Database, dataDir: string): string {
  return join(dataDir, `leaving-${prefixOf(db)}`)
}
