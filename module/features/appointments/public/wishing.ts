/** The first of two steps: what somebody wants is kept, and a link goes to their address. Nothing is booked by it. */
import { keepWish, type NewBookingWish } from '../../../access/bookingWishes.js'
import { writeLetter } from '../../../access/letters.js'
import { takeLetterTo } from '../../../access/newcomers.js'
import type { Portal } from '../../../access/portal.js'
import { stranger } from '../../../access/signIn.js'
import { recordAudit } from '../../../platform/audit.js'
import { freeTimeOf, ALTERNATIVES } from '../booking.js'
import type { FreeTime } from '../availability.js'
import { nearestOpenings, type Wish } from '../openings.js'

/** Whether it is free just now, and if not what is near: looked at without a lock, since nothing is held by it. One statement. */
export async function lookAtTime(
  portal: Portal,
  wish: Wish,
  wanted: { day: string; time: string },
): Promise<{ free: true } | { free: false; alternatives: FreeTime[] }> {
  const at = freeTimeOf(wanted)
  const near = await nearestOpenings(portal, portal.db, wish, at, ALTERNATIVES)
  const isFree = near.some(({ day, minute }) => day === at.day && minute === at.minute)
  return isFree ? { free: true } : { free: false, alternatives: near }
}

/** Does the same whosever address it is: who asks learns nothing. A mailbox that had its letters of this hour gets no more. */
export async function askToBook(portal: Portal, wish: NewBookingWish, requestId: string): Promise<void> {
  if (!(await takeLetterTo(portal, wish.email))) return
  const by = stranger(requestId)
  await portal.db.transaction(async (tx) => {
    const link = await keepWish(tx, portal, wish)
    await writeLetter(tx, portal, {
      ...{ kind: 'booking.verify', channel: 'mail', to: wish.email, language: wish.language, facts: { link }, by },
    })
    await recordAudit(tx, portal.clock, by, { event: 'booking.begun', subject: 'booking' })
  })
}
