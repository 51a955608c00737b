import type { Config } from '../platform/config.js'
import type { Clock } from '../platform/clock.js'
import type { Database } from '../platform/database.js'
import type { FileStore } from '../platform/files/store.js'
import type { Speech } from '../platform/i18n.js'
import type { Log } from '../platform/log.js'
import type { Post } from '../platform/post.js'
import type { Settings } from '../platform/settings.js'
import type { HostSite } from '../host/detect.js'
import type { Policy } from './policy.js'

/** What every floor above is handed. No ambient state besides this and what a request says. */
export interface Portal {
  readonly config: Config
  /** Signs cookies and keys hashes. FOYER_SECRET, or the demo's own. */
  readonly secret: string
  readonly db: Database
  readonly clock: Clock
  /** What patients and staff have sent, and what was made of it, until it is in the chart. */
  readonly files: FileStore
  readonly log: Log
  readonly site: HostSite
  /** What everything is called, in each language. */
  readonly speech: Speech
  /** How letters leave. */
  readonly post: Post
  /** The host's globals as of a few seconds ago. */
  globals(): ReadonlyMap<string, string>
  settings(): Settings
  policy(): Policy
  /** Enabled in Foyer's own state, as of a few seconds ago. */
  enabled(): boolean
  /** Reads state, settings and rules again now: for one who has just changed them, ahead of the next look. */
  renew(): Promise<void>
  /** The practice's name and telephone, from the settings or the host's facility. */
  practice(): { name: string; phone: string }
}
