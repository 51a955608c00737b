/** One day of a series, decided by itself: it leaves the series for an entry of its own, as the host does (facts §2.4). */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { weekendOf } from '../../host/globals.js'
import { takesPlaceOn } from '../../host/recurrence.js'
import { recurrenceOf } from '../../host/seriesDays.js'
import { isCancelled, PENDING, readStatuses } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import type { Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { joined, writeDay } from './boardLines.js'
import { arrive } from './checkingIn.js'
import { isLaidOver } from './openings.js'
import type { ProcessOutcome, StatusInput } from './processing.js'
import { heldByAnother, inHand, isAsSeen, type Visit } from './requests.js'
import { tellOfStaff } from './telling.js'

/**
 * Sets any active status of the host's list for one day of a series, with its lines on the flow board; the other days
 * stay. Answers the entry by which the day goes from now on. It cannot be taken back: `undo` is not looked at. Confirming
 * a day of a pending series looks for overlaps; refused also as a single visit's status would be.
 */
export async function setStatusOfDay(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { day, ...input }: StatusInput & { day: Day },
): Promise<ProcessOutcome> {
  const status = (await readStatuses(portal.db)).find((each) => each.id === input.status)
  if (!status) return { ok: false, reason: 'unknown-status' }
  return inHand<ProcessOutcome>(portal, input.eid, async (tx, visit) => {
    const refusal = await whyNot(portal, tx, member, visit, day, input.seen)
    if (refusal) return refusal
    const { event } = visit
    const confirms = event.status === PENDING && !isCancelled(status.id) && status.id !== PENDING
    if (confirms && (await isLaidOver(portal, tx, { ...event, day }))) return { ok: false, reason: 'overlap' }
    const text = input.note === '' ? {} : { text: joined(event.text, input.note) }
    const eids = await writeDay(portal, tx, member, visit, day, { status: status.id, ...text })
    const encounter = await arrive(portal, tx, member, { pid: event.pid, eids, day, status: status.id })
    await tellOfStaff(portal, tx, member, actor, visit, {
      ...{ event: `appointment.${isCancelled(status.id) ? 'cancelled' : confirms ? 'confirmed' : 'status-set'}` },
      ...{ status: status.id, day },
      ...(encounter === undefined ? {} : { encounter }),
    })
    return { ok: true, eid: eids[0] ?? event.eid, status: status.id }
  })
}

async function whyNot(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  { event, request }: Visit,
  day: Day,
  seen: string | undefined,
): Promise<Extract<ProcessOutcome, { ok: false }> | undefined> {
  if (isCancelled(event.status)) return { ok: false, reason: 'over', status: event.status }
  const row = await recurrenceOf(tx, event.eid)
  const there = event.recurring && row ? takesPlaceOn(row, day, weekendOf(portal.globals())) : false
  if (there === undefined) return { ok: false, reason: 'unreadable-series' }
  // It left the series, or was moved, since the page came.
  if (!there) return { ok: false, reason: 'changed', status: event.status }
  if (!isAsSeen({ ...event, day }, seen)) return { ok: false, reason: 'changed', status: event.status }
  return heldByAnother(portal, request, member)
}
