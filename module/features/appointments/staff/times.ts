/** Free times of a provider, as choices. */
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import { minuteOfDay, timeOfDay } from '../../../host/schedule.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeShortDay } from '../../../web/times.js'
import { wishOf } from '../alternatives.js'
import type { FreeTime } from '../availability.js'
import { nearestOpenings } from '../openings.js'

const OFFERED = 9

/** Free times of a provider nearest to the requested one, as choices. */
export async function timeChoices(
  context: StaffContext,
  row: StaffAppointmentRow,
  provider: number | undefined,
  chosen: readonly string[],
) {
  const { portal } = context
  const providerId = provider ?? row.provider_id ?? 0
  const minutes = Math.round(row.seconds / 60)
  const at = { day: row.pc_eventDate ?? '', minute: minuteOfDay(row.start ?? '') ?? 0 }
  const wish = wishOf({ providerId, categoryId: row.category_id, minutes })
  const free = await nearestOpenings(portal, portal.db, wish, at, OFFERED)
  return choicesOf(context, free, chosen)
}

/** By time; `free` comes with the nearest first. */
export function choicesOf({ language, portal }: StaffContext, free: readonly FreeTime[], chosen: readonly string[]) {
  const today = dayOf(portal.clock.now())
  const [nearest] = free
  return [...free]
    .sort((a, b) => (a.day === b.day ? a.minute - b.minute : a.day < b.day ? -1 : 1))
    .map((time) => ({
      value: `${time.day}T${timeOfDay(time.minute)}`,
      text: `${writeShortDay(time.day, language, today)}, ${timeOfDay(time.minute)}`,
      nearest: time === nearest,
      chosen: chosen.includes(`${time.day}T${timeOfDay(time.minute)}`),
    }))
}
