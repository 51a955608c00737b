/** Who arrives today gets an encounter in some practices (facts §2.6, §10.2): that is the EMR's to open. */
import type { Portal } from '../../access/portal.js'
import type { AppointmentStatus } from '../../host/statuses.js'
import { day as dayOf, type Day } from '../../platform/clock.js'

/**
 * Whether this status, on a visit of this day, would have the host open an encounter. Foyer opens none, and a visit that
 * arrived without one would be missing from the practice's day: so it leaves the whole step to the host's own screens.
 */
export function opensEncounter(portal: Portal, { checkIn }: Pick<AppointmentStatus, 'checkIn'>, day: Day): boolean {
  const creates = Number(portal.globals().get('auto_create_new_encounters') ?? 0) > 0
  return creates && checkIn && day === dayOf(portal.clock.now())
}
