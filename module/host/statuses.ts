import type { Queryable } from '../platform/database.js'

/** A status of the site's own `apptstat` list (facts §2.1). */
export interface AppointmentStatus {
  id: string
  title: string
  /** `#RRGGBB`, for a small swatch beside the word; never the only sign. */
  colour: string
  /** The patient has come: in the EMR such a status may open an encounter (facts §2.6). */
  checkIn: boolean
}

/** Core knows these by name (facts §2.1); a site may retitle but not redefine them. */
export const BOOKED = '-'
export const PENDING = '^'
export const CANCELLED = 'x'
export const CANCELLED_LATE = '%'

export function isCancelled(status: string): boolean {
  return status === CANCELLED || status === CANCELLED_LATE
}

/** The active statuses in the site's order. */
export async function readStatuses(db: Queryable): Promise<AppointmentStatus[]> {
  const rows = await db.select<{ option_id: string; title: string; notes: string | null; check_in: number }>(
    `SELECT option_id, title, notes, toggle_setting_1 AS check_in FROM list_options WHERE list_id = 'apptstat' AND activity = 1 ORDER BY seq, option_id`,
  )
  return rows.map((row) => ({
    id: row.option_id,
    title: row.title,
    colour: statusColour(row.notes),
    checkIn: row.check_in === 1,
  }))
}

/** `#RRGGBB` of a status's notes, `RRGGBB|minutes` (facts §2.1); sites have been seen with '#' and with nothing. */
export function statusColour(notes: string | null): string {
  const hex = /^#?([0-9a-f]{6})/i.exec(notes ?? '')?.[1]
  return hex === undefined ? '#ffffff' : `#${hex.toLowerCase()}`
}
