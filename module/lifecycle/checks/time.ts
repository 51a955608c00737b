import { DateTime } from 'luxon'
import type { Globals } from '../../host/globals.js'
import { practiceZone } from '../../host/zone.js'
import type { Config } from '../../platform/config.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'

const { ok, warning, problem } = findingsOf('time')

export function zone(config: Config, globals: Globals): Finding {
  const { name, source } = practiceZone(config, globals)
  const hosts = globals.get('gbl_time_zone') ?? ''
  if (source === 'environment') {
    if (hosts === '' || hosts === name) return ok('zone', 'doctor.zone.ours', { zone: name })
    return warning('zone', said('doctor.zone.two', { zone: name, hosts }), said('doctor.zone.two.fix'))
  }
  if (source === 'host') return ok('zone', 'doctor.zone.hosts', { zone: name })
  const found =
    hosts === '' ? said('doctor.zone.unsaid', { zone: name }) : said('doctor.zone.unknown', { zone: name, hosts })
  return warning('zone', found, said('doctor.zone.fix'))
}

/** Seconds by which two clocks may differ before anyone is told, and before it matters. */
const NOTICEABLE = 5
const TOO_FAR = 60

/** The machine's own clock is asked, not the practice's: a rehearsed day is no fault. */
export async function clocks({ db }: Examined): Promise<Finding> {
  const row = await db.first<{ utc: string }>(`SELECT UTC_TIMESTAMP(3) AS utc`)
  const seconds = Math.abs(DateTime.fromSQL(row?.utc ?? '', { zone: 'utc' }).diffNow('seconds').seconds)
  const params = { seconds: seconds.toFixed(1) }
  if (seconds < NOTICEABLE) return ok('clock', 'doctor.clock.apart', params)
  const found = said('doctor.clock.apart', params)
  return (seconds < TOO_FAR ? warning : problem)('clock', found, said('doctor.clock.fix'))
}
