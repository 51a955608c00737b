/** Who arrives today gets an encounter in the chart, where the practice has the EMR do so (facts §2.6, §10.2). */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { openEncounter, opensEncounters } from '../../host/encounters.js'
import { readStatuses } from '../../host/statuses.js'
import { day as dayOf, wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'

/** Whether a status that means arriving, on a visit of this day, opens an encounter here, unless there is one already. */
export function mayOpenEncounter(portal: Portal, day: Day): boolean {
  return opensEncounters(portal.globals()) !== 'never' && day === dayOf(portal.clock.now())
}

export interface Arrived {
  /** Undefined: there is no chart yet. */
  pid: number | undefined
  /** The visit's own row first, then those of its other providers. */
  eids: readonly number[]
  day: Day
  status: string
}

/**
 * Opens the encounter of a visit that has just got its status, in the same transaction, as the host's own screens do.
 * Answers its number; undefined where the status is none of arriving, the day another, or an encounter there already. The
 * visit's lines on the flow board are written.
 */
export async function arrive(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  { day, eids, pid, status }: Arrived,
): Promise<number | undefined> {
  if (pid === undefined || !mayOpenEncounter(portal, day)) return undefined
  const { checkIn } = (await readStatuses(tx)).find(({ id }) => id === status) ?? { checkIn: false }
  if (!checkIn) return undefined
  const at = wallClock(portal.clock.now())
  return openEncounter(tx, { pid, eids, day, user: member, at, globals: portal.globals() })
}
