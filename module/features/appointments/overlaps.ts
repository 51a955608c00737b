/**
 * What the host's screens laid over a visit of Foyer's. Foyer never commits over an active row that was committed
 * before; the host asks nobody. So its rows are looked for again: at each read (here), after each commit, and every
 * minute (overlapLooks.ts).
 */
import type { Portal } from '../../access/portal.js'
import { overlapsOver, type OverlapNamed } from '../../host/reads/overlaps.js'
import type { Actor } from '../../platform/audit.js'
import type { Queryable } from '../../platform/database.js'
import { intervalOf } from './openings.js'

/** Who did it, where the host's own screens did and nobody says who. */
export const theHost: Actor = { kind: 'system', id: 'EMR', name: 'EMR', requestId: undefined }

/** Something that lies over a visit, as staff are told of it: `t('appointments.overlaps', { time })` and the like. */
export interface LaidOver {
  otherEid: number
  /** HH:MM; undefined: all day. */
  start: string | undefined
  /** 'visit': another appointment; 'own': the provider's own time; 'closed': the practice is closed. */
  kind: 'visit' | 'own' | 'closed'
  /** "Lunch", "Thanksgiving": what the calendar calls it. Of another patient's visit: its category only. */
  title: string
}

/**
 * What lies over each of these visits, the earliest first: rows of the host as they stand at this moment, and series
 * and absences of several days as the last look found them, a minute ago at most. Visits with nothing over them are not in the map.
 * One statement for all.
 */
export async function overlapsOf(
  portal: Portal,
  db: Queryable,
  eids: readonly number[],
): Promise<Map<number, LaidOver[]>> {
  const found = new Map<number, LaidOver[]>()
  for (const row of await overlapsOver(db, eids, slotOf(portal))) {
    found.set(row.pc_eid, [...(found.get(row.pc_eid) ?? []), laidOver(row)])
  }
  return found
}

function laidOver(row: OverlapNamed): LaidOver {
  const kind = row.cattype === 2 ? 'closed' : row.cattype === 1 ? 'own' : 'visit'
  return {
    otherEid: row.other_eid,
    start: row.all_day !== 0 ? undefined : (row.start ?? '00:00:00').slice(0, 5),
    kind,
    title: kind === 'visit' || row.title === '' ? row.category : row.title,
  }
}

/** Seconds of the calendar's interval. */
export function slotOf(portal: Portal): number {
  const minutes = intervalOf(portal.globals())
  return (Number.isInteger(minutes) && minutes > 0 ? minutes : 15) * 60
}
