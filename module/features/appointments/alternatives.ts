/** Times that the practice names when it declines. They are not held: who comes first has them. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { lockEvent, type LockedEvent } from '../../host/events.js'
import { minuteOfDay } from '../../host/schedule.js'
import { isCancelled } from '../../host/statuses.js'
import { utc, type Day } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
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

/** A time that the practice named when it declined. */
export interface Alternative {
  id: number
  providerId: number
  categoryId: number
  day: Day
  /** HH:MM */
  start: string
  minutes: number
  takenEid: number | undefined
  /** Not to be had any more: staff booked the declined visit again. */
  closed: boolean
}

interface AlternativeRow {
  id: number
  provider_id: string
  category_id: number
  day: Day
  start_time: string
  minutes: number
  taken_eid: number | null
  closed: number
}

/** Those of a declined visit, in the order of their times. */
export async function alternativesOf(db: Queryable, eid: number): Promise<Alternative[]> {
  const rows = await db.select<AlternativeRow>(
    `SELECT id, provider_id, category_id, day, start_time, minutes, taken_eid,
            closed_at IS NOT NULL AS closed
       FROM foyer_appointment_alternatives WHERE pc_eid = :eid ORDER BY day, start_time, id`,
    { eid },
  )
  return rows.map((row) => ({
    ...{ id: row.id, providerId: Number(row.provider_id), categoryId: row.category_id, minutes: row.minutes },
    ...{ day: row.day, start: row.start_time.slice(0, 5), takenEid: row.taken_eid ?? undefined },
    closed: row.closed !== 0,
  }))
}

/** The visit that the patient took in place of a declined one, while it stands. The caller holds the patient's turn. */
export async function takenInstead(tx: Tx, eid: number): Promise<number | undefined> {
  const { takenEid } = (await alternativesOf(tx, eid)).find((each) => each.takenEid !== undefined) ?? {}
  const taken = takenEid === undefined ? undefined : await lockEvent(tx, takenEid)
  return taken && !isCancelled(taken.status) ? taken.eid : undefined
}

/** What was named and nobody took is not to be had any more. The caller holds the patient's turn. */
export async function closeAlternatives(portal: Portal, tx: Tx, eid: number): Promise<void> {
  const open = (await alternativesOf(tx, eid)).filter((each) => each.takenEid === undefined && !each.closed)
  for (const { id } of open) {
    await tx.change(`UPDATE foyer_appointment_alternatives SET closed_at = :now WHERE id = :id`, {
      ...{ id, now: utc(portal.clock.now()) },
    })
  }
}
