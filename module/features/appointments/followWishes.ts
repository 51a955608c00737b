/** What became of a wish to be taken off the calendar that no press of staff here decided: the host did, or time has. */
import type { Portal } from '../../access/portal.js'
import { weekendOf } from '../../host/globals.js'
import { takesPlaceOn } from '../../host/recurrence.js'
import { openCancellations, standsAlone, type OpenCancellation } from '../../host/reads/following.js'
import { isCancelled } from '../../host/statuses.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { day as dayOf, utc, type Day } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import type { Attempt } from './apart.js'
import { theHost } from './overlaps.js'
import { foyer } from './boardLines.js'

/** Read together; all of them are read. */
const AT_ONCE = 200

/**
 * A wish is granted when the host's screens have taken the visit off the calendar, and ends without an answer when the
 * day of the visit is over. Those that stay as they are cost a read alone.
 */
export async function followWishes(portal: Portal, attempt: Attempt): Promise<void> {
  const today = dayOf(portal.clock.now())
  let after = 0
  for (;;) {
    const wishes = await openCancellations(portal.db, { today, after, limit: AT_ONCE })
    for (const wish of wishes) await attempt('wish', () => followWish(portal, wish, today))
    if (wishes.length < AT_ONCE) return
    after = wishes.at(-1)?.id ?? after
  }
}

async function followWish(portal: Portal, wish: OpenCancellation, today: Day): Promise<void> {
  const end = (...how: [OpenCancellation, Actor, Ending]) => portal.db.transaction((tx) => endWish(portal, tx, ...how))
  if (!(await stillTakesPlace(portal, portal.db, wish))) {
    return end(wish, theHost, grantedByHost)
  }
  const day = wish.pc_recurrtype === 0 ? (wish.pc_eventDate ?? wish.day) : wish.day
  if (day < today) return end(wish, foyer, { state: 'lapsed', event: 'appointment.cancellation-lapsed' })
}

async function stillTakesPlace(portal: Portal, db: Queryable, wish: OpenCancellation): Promise<boolean> {
  if (wish.status === null || isCancelled(wish.status)) return false
  // Given to another patient it is off the calendar of the one who asked.
  if (wish.theirs === 0) return false
  // A single visit that was moved is still to be cancelled.
  if (wish.pc_recurrtype === 0) return true
  // What cannot be read may well stand in the host's calendar: staff decide.
  if (takesPlaceOn(wish, wish.day, weekendOf(portal.globals())) !== false) return true
  // Staff of the host who change the current day alone give it a row of its own (facts §2.4): it stands.
  return standsAlone(db, wish)
}

interface Ending {
  state: 'done' | 'lapsed'
  event: string
}

export const grantedByHost: Ending = { state: 'done', event: 'appointment.cancellation-granted' }

/** Ends a wish that still waits, and tells of it. */
export async function endWish(
  portal: Portal,
  tx: Tx,
  { id, pc_eid: eid, day, pid }: Pick<OpenCancellation, 'id' | 'pc_eid' | 'day' | 'pid'>,
  by: Actor,
  { state, event }: Ending,
): Promise<void> {
  const ended = await tx.change(
    `UPDATE foyer_cancellation_requests
        SET state = :state, open_key = NULL, claimed_by = NULL, claimed_at = NULL, decided_by = :by, decided_at = :now
      WHERE id = :id AND open_key IS NOT NULL`,
    { id, state, by: by.id, now: utc(portal.clock.now()) },
  )
  if (ended === 0) return
  await recordAudit(tx, portal.clock, by, {
    ...{ event, subject: `appointment:${String(eid)}`, pid: pid ?? undefined, details: { day } },
  })
  await publish(tx, portal.clock, { event, payload: { eid, pid, day } })
}
