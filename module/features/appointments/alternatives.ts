/** Times that the practice names when it declines. They are not held: who comes first has them. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import type { LockedEvent } from '../../host/events.js'
import { minuteOfDay } from '../../host/schedule.js'
import { utc, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { freedomUnderLock, type Wish } from './openings.js'

export interface OfferedTime {
  day: Day
  /** HH:MM */
  time: string
}

export type NotOffered =
  /** More than three. */
  | { ok: false; reason: 'too-many' }
  /** Not free with this provider, or not a time that patients may take: these. */
  | { ok: false; reason: 'not-free'; times: OfferedTime[] }

/**
 * Keeps the times that are offered instead of the declined one, each of them free at this moment for the same provider
 * and the same length. The caller holds the provider's turn. Undefined: kept, all of them.
 */
export async function offerAlternatives(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  event: LockedEvent,
  offers: readonly OfferedTime[],
): Promise<NotOffered | undefined> {
  const wish = wishOf(event)
  const taken: OfferedTime[] = []
  for (const offer of distinct(offers)) {
    const at = { day: offer.day, minute: minuteOfDay(offer.time) ?? -1 }
    if ((await freedomUnderLock(portal, tx, wish, at)) !== 'free') taken.push(offer)
    else await keep(portal, tx, member, event, offer)
  }
  return taken.length > 0 ? { ok: false, reason: 'not-free', times: taken } : undefined
}

/** The same visit another time: its provider, its kind, its length. */
export function wishOf(event: Pick<LockedEvent, 'providerId' | 'categoryId' | 'minutes'>): Wish {
  const nameless = { username: '', name: '', facilityId: 0, facilityName: '', facilityPhone: '' }
  return {
    provider: { id: event.providerId, ...nameless },
    category: { id: event.categoryId, constant: '', name: '', minutes: Math.max(1, event.minutes) },
  }
}

function distinct(offers: readonly OfferedTime[]): OfferedTime[] {
  return [...new Map(offers.map((offer) => [`${offer.day} ${offer.time}`, offer])).values()]
}

async function keep(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  event: LockedEvent,
  offer: OfferedTime,
): Promise<void> {
  await tx.insert(
    `INSERT INTO foyer_appointment_alternatives
       (pc_eid, provider_id, category_id, day, start_time, minutes, offered_by, offered_at)
     VALUES (:eid, :provider, :category, :day, :start, :minutes, :by, :now)`,
    {
      eid: event.eid,
      provider: String(event.providerId),
      category: event.categoryId,
      day: offer.day,
      start: `${offer.time}:00`,
      minutes: event.minutes,
      by: member.username,
      now: utc(portal.clock.now()),
    },
  )
}
