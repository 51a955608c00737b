import { IANAZone } from 'luxon'
import type { Globals } from './globals.js'

export interface PracticeZone {
  /** IANA name, one that this machine knows. */
  name: string
  /** Who says so: FOYER_TIME_ZONE, the host's gbl_time_zone, or the machine. */
  source: 'environment' | 'host' | 'system'
}

/**
 * The zone whose wall clock the host's rows are in (facts §12.1). A gbl_time_zone that this machine does not know
 * is passed over; doctor tells of it.
 */
export function practiceZone(config: { timeZone: string | undefined }, globals: Globals): PracticeZone {
  if (config.timeZone !== undefined) return { name: config.timeZone, source: 'environment' }
  const hosts = globals.get('gbl_time_zone') ?? ''
  if (IANAZone.isValidZone(hosts)) return { name: hosts, source: 'host' }
  return { name: Intl.DateTimeFormat().resolvedOptions().timeZone, source: 'system' }
}
