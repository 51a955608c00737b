/**
 * Whether Foyer is installed, switched on, and set up how: rows of its own, read together. Every process asks every
 * two seconds, so that what one changes acts in all of them.
 */
import { saysNoSuchTable, type Database, type Queryable } from './database.js'

export interface ModuleState {
  enabled: boolean
  /** The version that was installed or last upgraded to. */
  version: string
  /** Goes up with every change of the permission rules. */
  policyVersion: number
  /** What the practice has set, as stored; see settings.ts. */
  settings: ReadonlyMap<string, string>
}

/** One statement. Undefined: not installed, or an installation that was not finished. */
export async function readState(db: Queryable): Promise<ModuleState | undefined> {
  const rows = await db
    .select<StateRow>(
      `SELECT 'state' AS kind, name, value FROM foyer_state
        UNION ALL SELECT 'setting', name, value FROM foyer_settings`,
    )
    .catch(noTables)
  const state = new Map(rows.filter(({ kind }) => kind === 'state').map(({ name, value }) => [name, value]))
  const settings = new Map(rows.filter(({ kind }) => kind === 'setting').map(({ name, value }) => [name, value]))
  // Written last of all by the installation: with it everything is there.
  const version = state.get('version')
  if (version === undefined) return undefined
  return {
    enabled: state.get('enabled') === '1',
    version,
    policyVersion: Number(state.get('policyVersion') ?? '1'),
    settings,
  }
}

/** Keeps the public address where the host's side of the module finds it (connectors/). */
export async function rememberAddress(db: Database, address: string): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `INSERT INTO foyer_state (name, value) VALUES ('address', :address) ON DUPLICATE KEY UPDATE value = VALUES(value)`,
      { address },
    ),
  )
}

interface StateRow {
  kind: 'state' | 'setting'
  name: string
  value: string
}

function noTables(error: unknown): StateRow[] {
  if (saysNoSuchTable(error)) return []
  throw error
}

export interface StateWatch {
  /** The newest state that could be read. */
  current(): ModuleState | undefined
  /** Calls back after each change, with the new state. Returns what ends it. */
  onChange(listener: (state: ModuleState | undefined) => void): () => void
  /** Reads now, for one who has just changed it. */
  refresh(): Promise<void>
  stop(): void
}

/**
 * Reads the state and then again every so many milliseconds. While the database is away the last state stands; only
 * the first reading may fail. Keeps no process alive.
 */
export async function watchState(db: Queryable, everyMs = 2000): Promise<StateWatch> {
  let state = await readState(db)
  let stopped = false
  const listeners = new Set<(state: ModuleState | undefined) => void>()
  let begun = 0
  let heard = 0
  let timer = schedule()

  function schedule(): NodeJS.Timeout {
    return setTimeout(() => void look(), everyMs).unref()
  }

  async function look(): Promise<void> {
    await read()
    if (!stopped) timer = schedule()
  }

  async function read(): Promise<void> {
    // The database may be away: whoever needs it says so, and a later look finds it again.
    const turn = (begun += 1)
    const next = await readState(db).catch(() => 'unknown' as const)
    // A reading that began earlier and came later tells of the past.
    if (turn < heard) return
    heard = turn
    if (stopped || next === 'unknown' || !differs(state, next)) return
    state = next
    for (const listener of listeners) listener(next)
  }

  return {
    current: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh: read,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

function differs(before: ModuleState | undefined, after: ModuleState | undefined): boolean {
  return canonical(before) !== canonical(after)
}

function canonical(state: ModuleState | undefined): string {
  return JSON.stringify(state && { ...state, settings: [...state.settings].sort() })
}
