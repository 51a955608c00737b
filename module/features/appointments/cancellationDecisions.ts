/** What patients may not cancel alone, too late or one day of a series, staff decide. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { weekendOf } from '../../host/globals.js'
import { takesPlaceOn } from '../../host/recurrence.js'
import { standsAlone } from '../../host/reads/following.js'
import { recurrenceOf } from '../../host/seriesDays.js'
import { CANCELLED, CANCELLED_LATE, isCancelled, readStatuses } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { utc } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { parseAppointmentId } from './appointment.js'
import { joined, writeDay, writeStatus } from './boardLines.js'
import { openCancellation, type CancellationRow } from './cancellations.js'
import { heldByAnother, inHand, settle, type HeldByAnother, type NotInHand, type Visit } from './requests.js'
import { tellOfStaff } from './telling.js'
import { claimOf, rememberDeed, requestBefore, stateOfEvent, type Deed } from './press.js'

export type CancellationOutcome =
  | { ok: true; eid: number }
  | NotInHand
  | HeldByAnother
  /** Nobody asks for it (any more). */
  | { ok: false; reason: 'no-request' }
  /** The site has no such status, or has put it away. */
  | { ok: false; reason: 'unknown-status' }
  /** How the series repeats cannot be read: its days are the host's own affair. */
  | { ok: false; reason: 'unreadable-series' }
  /** The day has left its series for a row of its own, which stands. */
  | { ok: false; reason: 'stands-alone' }

export interface CancellationPress {
  /** The visit, as addresses name it: one day of a series has its day. */
  id: string
  undo?: string | undefined
}

/**
 * Takes the visit off the calendar as its patient asks: `x`, or `%` when the practice counts it as late (`late`, where
 * the site has that status). One day of a series leaves it and gets a row of its own, which cannot be taken back. A
 * visit that the host has cancelled or removed from its series meanwhile only settles the wish.
 */
export async function acceptCancellation(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  press: CancellationPress & { late: boolean },
): Promise<CancellationOutcome> {
  const status = press.late ? CANCELLED_LATE : CANCELLED
  const statuses = await readStatuses(portal.db)
  if (press.late && !statuses.some((each) => each.id === status)) return { ok: false, reason: 'unknown-status' }
  return decideOn(portal, member, press, async (tx, visit, wish) => {
    const { event, request } = visit
    const text = joined(event.text, `Cancelled as the patient asked: ${wish.reason}`)
    const there = isCancelled(event.status) ? false : await isThere(portal, tx, visit, wish)
    if (there === undefined) return { ok: false, reason: 'unreadable-series' }
    if (!there && event.recurring && (await standsAlone(tx, wish))) return { ok: false, reason: 'stands-alone' }
    const cancels = there && !event.recurring
    if (there && event.recurring) await writeDay(portal, tx, member, visit, wish.day, { status, text })
    if (cancels) {
      await writeStatus(portal, tx, member, visit, { status, text })
      if (request) await settle(tx, portal, request, { state: 'cancelled', reason: '', by: member.username })
    }
    await settleWish(portal, tx, member, wish, 'done', '')
    await tellOfStaff(portal, tx, member, actor, visit, {
      event: 'appointment.cancelled',
      status,
      ...(event.recurring ? { day: wish.day } : {}),
    })
    if (event.recurring) return undefined
    await rememberDeed(tx, portal, member, press.undo, {
      ...deedOf(visit, wish, 'done'),
      what: 'cancelled',
      to: stateOfEvent(cancels ? { ...event, status, text } : event),
      ...(cancels && request
        ? { request: requestBefore(request, { version: request.version + 1, holder: null }) }
        : {}),
    })
    return undefined
  })
}

/** Whether the visit still takes place then. Undefined: nobody can say. */
async function isThere(portal: Portal, tx: Tx, { event }: Visit, wish: CancellationRow): Promise<boolean | undefined> {
  if (!event.recurring) return true
  const row = await recurrenceOf(tx, event.eid)
  return row && takesPlaceOn(row, wish.day, weekendOf(portal.globals()))
}

/** The visit stays. The patient reads why. */
export function refuseCancellation(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  press: CancellationPress & { reason: string },
): Promise<CancellationOutcome> {
  return decideOn(portal, member, press, async (tx, visit, wish) => {
    await settleWish(portal, tx, member, wish, 'refused', press.reason)
    await tellOfStaff(portal, tx, member, actor, visit, {
      event: 'appointment.cancellation-refused',
      status: visit.event.status,
      ...(visit.event.recurring ? { day: wish.day } : {}),
    })
    await rememberDeed(tx, portal, member, press.undo, deedOf(visit, wish, 'refused'))
    return undefined
  })
}

function decideOn(
  portal: Portal,
  member: StaffMember,
  { id }: CancellationPress,
  /** Answers why not; undefined: done. */
  how: (
    tx: Tx,
    visit: Visit,
    wish: CancellationRow,
  ) => Promise<Extract<CancellationOutcome, { ok: false }> | undefined>,
): Promise<CancellationOutcome> {
  const eid = parseAppointmentId(id)?.eid ?? 0
  return inHand<CancellationOutcome>(portal, eid, async (tx, visit) => {
    const wish = await openCancellation(tx, id)
    // The host's staff may have given the visit to somebody else, who did not ask.
    if (wish?.pid !== (visit.event.pid ?? null)) return { ok: false, reason: 'no-request' }
    const held = heldByAnother(portal, wish, member)
    if (held) return held
    return (await how(tx, visit, wish)) ?? { ok: true, eid }
  })
}

async function settleWish(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  { id }: CancellationRow,
  state: 'done' | 'refused',
  reason: string,
): Promise<void> {
  await tx.change(
    `UPDATE foyer_cancellation_requests
        SET state = :state, open_key = NULL, claimed_by = NULL, claimed_at = NULL,
            decided_by = :by, decided_at = :now, decision_reason = NULLIF(:reason, '')
      WHERE id = :id`,
    { id, state, reason, by: member.username, now: utc(portal.clock.now()) },
  )
}

function deedOf({ event }: Visit, wish: CancellationRow, state: string): Deed {
  const now = stateOfEvent(event)
  return {
    what: 'refused',
    eid: event.eid,
    from: now,
    to: now,
    cancellation: { id: wish.id, from: claimOf(wish), to: { state, holder: null } },
  }
}
