/** The same done to several that wait, each in a transaction of its own: one that cannot be done stops none of the others. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { BOOKED, PENDING } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { parseAppointmentId } from './appointment.js'
import { refuseCancellation } from './cancellationDecisions.js'
import { claimAppointment } from './claims.js'
import { declineAppointment, processAppointment } from './processing.js'
import { rememberDeed } from './press.js'

export type BulkAction = 'confirm' | 'decline' | 'claim' | 'release'

export interface BulkInput {
  /** As the queue names its rows (waitingId). */
  ids: readonly string[]
  action: BulkAction
  /** For all that are declined; the patients read it. */
  reason: string
  /** What was done, and what could not be, is kept under this. */
  undo: string
}

/** Row by row, in the order given. What came of each is read under the token (press.ts pressOf). */
export async function processMany(portal: Portal, member: StaffMember, actor: Actor, input: BulkInput): Promise<void> {
  for (const ticked of new Set(input.ids)) {
    const refusal = await processApart(portal, member, actor, input, ticked)
    if (refusal === undefined) continue
    const { id } = waitingIdOf(ticked) ?? { id: ticked }
    await portal.db.transaction((tx) =>
      rememberDeed(tx, portal, member, input.undo, { what: 'failed', id, reason: refusal }),
    )
  }
}

/** What goes wrong with one keeps none of the others from being done: it is told as not done, and can be tried again. */
async function processApart(...of: Parameters<typeof processOne>): Promise<string | undefined> {
  try {
    return await processOne(...of)
  } catch (error) {
    const [portal, , , { action }, ticked] = of
    portal.log.error(
      { err: error, action, id: waitingIdOf(ticked)?.id },
      'one of several appointments was not processed',
    )
    return 'failed'
  }
}

/** undefined: done. Otherwise why not, as the words for it are keyed. */
async function processOne(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { action, reason, undo }: BulkInput,
  ticked: string,
): Promise<string | undefined> {
  const row = waitingIdOf(ticked)
  if (!row) return 'not-found'
  const { eid, cancellation, seen } = row
  const outcome = await (() => {
    switch (action) {
      case 'confirm':
        if (cancellation !== undefined) return { ok: false, reason: 'is-cancellation' } as const
        return processAppointment(portal, member, actor, { eid, status: BOOKED, note: '', seen: seen ?? PENDING, undo })
      case 'decline':
        if (cancellation !== undefined) {
          return refuseCancellation(portal, member, actor, { id: cancellation, reason, undo })
        }
        return declineAppointment(portal, member, actor, { eid, reason, seen, undo })
      case 'claim':
      case 'release':
        return claimAppointment(portal, member, actor, { eid, cancellation, how: { kind: action }, undo })
    }
  })()
  return outcome.ok ? undefined : outcome.reason
}

/**
 * A row of the queue as its tick sends it: the request's pc_eid and what the row showed (requests.ts versionOf), or a wish
 * to cancel: `4711 ^ 2026-11-24 10:00`, `cancellation:4711-20261124`.
 */
export function waitingId(address: string, of: { cancellation: boolean; version: string }): string {
  return of.cancellation ? `cancellation:${address}` : `${address} ${of.version}`
}

interface WaitingId {
  /** Without what was seen. */
  id: string
  eid: number
  cancellation: string | undefined
  /** What the row showed; undefined: it doesn't say. */
  seen: string | undefined
}

export function waitingIdOf(ticked: string): WaitingId | undefined {
  const [, id = '', ofCancellation, address = '', seen] =
    /^((cancellation:)?([\d-]{1,24}))(?: (.{1,40}))?$/.exec(ticked) ?? []
  const eid = parseAppointmentId(address)?.eid
  return eid === undefined
    ? undefined
    : { id, eid, cancellation: ofCancellation === undefined ? undefined : address, seen }
}
