/** What was declined or cancelled has come to its end: to see the patient after all, staff make a new visit of it. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { eventProviders, insertRequest, type LockedEvent } from '../../host/events.js'
import { titleOf } from '../../host/reads/staffAppointments.js'
import { rememberTold } from '../../host/reads/told.js'
import { BOOKED, isCancelled, PENDING } from '../../host/statuses.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc, wallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { receiptNumber } from '../../platform/ids.js'
import { publish } from '../../platform/outbox.js'
import { closeAlternatives, takenInstead, wishOf } from './alternatives.js'
import { hasBegun } from './appointment.js'
import { trackRows } from './boardLines.js'
import { isLaidOver } from './openings.js'
import { inHand, type NotInHand, type Visit } from './requests.js'
import { recordOf } from './telling.js'

export type ReopenOutcome =
  /** The new visit. */
  | { ok: true; eid: number }
  | NotInHand
  /** It has not come to its end: its status can be set. */
  | { ok: false; reason: 'still-open' }
  | { ok: false; reason: 'of-series' }
  /** Several providers would have to be free: that is for the EMR's own calendar. */
  | { ok: false; reason: 'several-providers' }
  /** The patient took this visit instead, one of the times that were named. */
  | { ok: false; reason: 'taken-instead'; eid: number }
  /** Its time is over. */
  | { ok: false; reason: 'past' }
  /** Something else stands there now. */
  | { ok: false; reason: 'overlap' }

/**
 * Makes a new, confirmed visit at the same time with the same provider, if that is free. The old one stays as it is, but
 * the times that were named when it was declined are offered no more.
 */
export function reopenAppointment(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  eid: number,
): Promise<ReopenOutcome> {
  return inHand<ReopenOutcome>(portal, eid, async (tx, visit) => {
    const { event } = visit
    if (event.recurring) return { ok: false, reason: 'of-series' }
    if (!isCancelled(event.status)) return { ok: false, reason: 'still-open' }
    if ((await eventProviders(tx, eid)).length > 1) return { ok: false, reason: 'several-providers' }
    const instead = await takenInstead(tx, eid)
    if (instead !== undefined) return { ok: false, reason: 'taken-instead', eid: instead }
    if (hasBegun(event, portal.clock.now())) return { ok: false, reason: 'past' }
    if (await isLaidOver(portal, tx, event)) return { ok: false, reason: 'overlap' }
    // One need, one visit: what was named instead of it is not to be had beside it.
    await closeAlternatives(portal, tx, eid)
    return { ok: true, eid: await bookAgain(portal, tx, member, actor, visit) }
  })
}

async function bookAgain(portal: Portal, tx: Tx, member: StaffMember, actor: Actor, visit: Visit): Promise<number> {
  const { event, request } = visit
  const now = portal.clock.now()
  const { provider, category } = wishOf(event)
  const eid = await insertRequest(tx, {
    site: portal.site,
    provider,
    category: { ...category, name: await titleOf(tx, event.eid) },
    pid: event.pid,
    status: BOOKED,
    informant: member.id,
    day: event.day,
    start: event.start.slice(0, 5),
    minutes: event.minutes,
    reason: event.text,
    at: wallClock(now),
  })
  if (request) await copyRequest(portal, tx, member, event, request.id, eid)
  await trackRows(portal, tx, member, { rows: [{ eid, room: '' }] }, { ...event, eid, status: BOOKED, room: '' })
  const record = recordOf(visit)
  await recordAudit(tx, portal.clock, actor, {
    event: 'appointment.booked-again',
    subject: `appointment:${String(eid)}`,
    pid: event.pid,
    record,
    details: { from: PENDING, to: BOOKED, again: event.eid },
  })
  await publish(tx, portal.clock, {
    event: 'appointment.confirmed',
    payload: { eid, pid: event.pid ?? null, status: BOOKED, ...(record === undefined ? {} : { record }) },
  })
  await rememberTold(tx, eid)
  return eid
}

/** Who asked still sees it as theirs, under a number of its own. */
async function copyRequest(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  event: LockedEvent,
  from: number,
  eid: number,
): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_appointment_requests
       (receipt, pc_eid, account_id, record, pid, provider_id, category_id, day, start_time, minutes, reason, state,
        decided_by, decided_at, created_at)
     SELECT :receipt, :eid, account_id, record, pid, :provider, category_id, :day, :start, :minutes, reason, 'confirmed', :by, :now, :now
       FROM foyer_appointment_requests WHERE id = :from`,
    {
      receipt: receiptNumber(),
      eid,
      from,
      provider: String(event.providerId),
      day: event.day,
      start: event.start,
      minutes: event.minutes,
      by: member.username,
      now: utc(portal.clock.now()),
    },
  )
}
