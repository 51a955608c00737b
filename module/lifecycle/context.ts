import type { Actor } from '../platform/audit.js'
import type { Clock } from '../platform/clock.js'
import type { Database } from '../platform/database.js'
import type { FileStore } from '../platform/files/store.js'
import type { Manifest } from '../platform/settings.js'
import { english, type Said } from './said.js'

/** What the verbs of the module's life work with: one host database, and who asks. */
export interface LifecycleContext {
  /** mysql://user:password@host:port/name, the database that `db` is connected to. */
  url: string
  db: Database
  clock: Clock
  manifest: Manifest
  actor: Actor
  /**
   * Whether the host holds the module's own files. It switches off a module whose bootstrap it cannot read
   * (facts §8.1), so only then does its list say that Foyer is on.
   */
  connectorPresent: boolean
  /**
   * FOYER_DATA_DIR, where Foyer's own files lie, and the store that unseals those of patients (undefined: FOYER_SECRET
   * is not known). Without it there are none to look after.
   */
  files?: { dataDir: string; store: FileStore | undefined }
  /** Say what would be done and do nothing. */
  dryRun: boolean
  /** Hears, in English, each thing as it is done, and what is waited for. */
  tell(line: string): void
}

/** `changed` is false for a dry run and where there was nothing to do; `sentences` say what was, or would be, done. */
export interface Done {
  ok: true
  changed: boolean
  sentences: readonly Said[]
  /** What to know besides: what stays, what is lost. */
  remarks: readonly Said[]
}

export interface Refused {
  ok: false
  reason: Reason
  /** For the person who asked: what is in the way and what to do about it. */
  said: Said
  /** The same in English. */
  message: string
  /** What to know besides, before asking again. */
  remarks: readonly Said[]
}

export type Outcome = Done | Refused

export type Reason =
  /** The database is no site of a host that Foyer knows. */
  | 'not-a-host'
  | 'not-installed'
  /** An older Foyer is installed: it wants an upgrade, not an installation. */
  | 'older-installed'
  /** The database was written by a newer Foyer than this one. */
  | 'newer-installed'
  /** This Foyer is newer than what is installed, and needs its steps run first. */
  | 'not-upgraded'
  /** Patients have used it, and nothing says what shall become of what they left. */
  | 'in-use'
  | 'cannot-export'
  /** The host holds one of its tables for longer than Foyer will make it wait. */
  | 'host-busy'

export function refuse(reason: Reason, said: Said, remarks: readonly Said[] = []): Refused {
  return { ok: false, reason, said, message: english(said), remarks }
}
