import type { Clock } from '../../platform/clock.js'
import type { Config } from '../../platform/config.js'
import type { Database } from '../../platform/database.js'
import type { Log } from '../../platform/log.js'
import type { HostSite } from '../detect.js'
import type { Globals } from '../globals.js'

/** Where the chart's files are kept and under which rules: every Portal is one. */
export interface ChartPlace {
  readonly config: Pick<Config, 'hostSiteDir'>
  readonly db: Database
  readonly clock: Clock
  readonly site: HostSite
  /** Told of bytes that stay behind for now. */
  readonly log?: Pick<Log, 'warn'>
  globals(): Globals
}

/** Unset is on, as in the host (facts §6.5). */
export function encryptsFiles(globals: Globals): boolean {
  return globals.get('drive_encryption') !== '0'
}
