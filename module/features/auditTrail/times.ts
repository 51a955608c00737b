import { DateTime } from 'luxon'
import type { Utc } from '../../platform/clock.js'
import type { StaffContext } from '../../web/routes.js'

/** To the second, on the practice's clock: "23 Nov 2026, 08:00:05". */
export function writeExactly({ language, portal }: StaffContext, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  return there.isValid ? there.setLocale(language).toFormat('d LLL yyyy, HH:mm:ss') : at
}
