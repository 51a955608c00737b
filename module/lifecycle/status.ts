import { detectHost, HostRefused } from '../host/detect.js'
import { registration } from '../host/modules.js'
import type { Queryable } from '../platform/database.js'
import type { Manifest } from '../platform/settings.js'
import { readState } from '../platform/state.js'
import { readJournal } from './migrate.js'

export interface ModuleStatus {
  /** OpenEMR's version, or the sentence that says why this is no host. */
  host: { ok: true; name: string; version: string } | { ok: false; message: string }
  installed: boolean
  enabled: boolean
  /** What is installed; undefined where nothing is. */
  version: string | undefined
  /** What this Foyer would install or upgrade to. */
  available: string
  /** Names of steps still to do. */
  pending: readonly string[]
  /** What the host's own list of modules says. */
  inHostsList: 'absent' | 'inactive' | 'active'
}

/** Where things stand. Changes nothing. */
export async function status({ db, manifest }: { db: Queryable; manifest: Manifest }): Promise<ModuleStatus> {
  const host = await hostOf(db, manifest)
  const [journal, state] = [await readJournal(db), await readState(db)]
  const listed = host.ok ? await registration(db) : undefined
  return {
    host,
    installed: state !== undefined,
    enabled: state?.enabled ?? false,
    version: state?.version,
    available: manifest.version,
    pending: journal.pending.map(({ name }) => name),
    inHostsList: !listed ? 'absent' : listed.active ? 'active' : 'inactive',
  }
}

async function hostOf(db: Queryable, manifest: Manifest): Promise<ModuleStatus['host']> {
  try {
    const { version } = await detectHost(db)
    return { ok: true, name: manifest.host.name, version }
  } catch (error) {
    if (error instanceof HostRefused) return { ok: false, message: error.message }
    throw error
  }
}
