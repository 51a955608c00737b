/** Who of the staff is at a request: claimed, handed over, taken over, given back. A claim lapses (setting claimMinutes). */
import { holderToBe, staysWith, type ClaimHow } from '../../access/claiming.js'
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { PENDING } from '../../host/statuses.js'
import type { Actor } from '../../platform/audit.js'
import { utc, type Utc } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { openCancellation } from './cancellations.js'
import { adopted, holderOf, inHand, type HeldByAnother, type NotInHand, type Visit } from './requests.js'
import { recordOf, tellOfChange } from './telling.js'
import { claimOf, rememberDeed, requestBefore, stateOfEvent, type Deed } from './press.js'

export interface ClaimInput {
  /** pc_eid */
  eid: number
  /** Of a request to cancel: as its visit's address names it. Undefined: the visit's own request. */
  cancellation: string | undefined
  how: ClaimHow
  undo?: string | undefined
}

export type ClaimOutcome =
  | { ok: true; holder: string | undefined }
  | NotInHand
  | HeldByAnother
  /** Nothing waits here any more. */
  | { ok: false; reason: 'over'; status: string }
  /** No such colleague at work, or not one who may process requests. */
  | { ok: false; reason: 'no-such-colleague' }

/** Says who is at it. By somebody else than its holder only the taking over, in so many words, which the audit trail keeps. */
export async function claimAppointment(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: ClaimInput,
): Promise<ClaimOutcome> {
  const next = await holderToBe(portal, member, input.how, 'appointments:process')
  if (!next) return { ok: false, reason: 'no-such-colleague' }
  const { to } = next
  return inHand<ClaimOutcome>(portal, input.eid, async (tx, found) => {
    const visit = await adopted(tx, portal, found)
    const row = await claimedRow(tx, visit, input)
    if (!row) return { ok: false, reason: 'over', status: visit.event.status }
    const holder = holderOf(portal, row)
    if (holder && staysWith(holder, member, input.how)) return { ok: false, reason: 'claimed', ...holder }
    await write(portal, tx, row, to)
    await tell(portal, tx, actor, visit, input, { from: holder?.by, to })
    await rememberDeed(tx, portal, member, input.undo, deedOf(visit, row, to))
    return { ok: true, holder: to }
  })
}

type Claimable = Parameters<typeof claimOf>[0] & { id: number; table: 'requests' | 'cancellations' }

async function claimedRow(tx: Tx, { event, request }: Visit, input: ClaimInput): Promise<Claimable | undefined> {
  if (input.cancellation !== undefined) {
    const row = await openCancellation(tx, input.cancellation)
    return row && { ...row, table: 'cancellations' }
  }
  return request && event.status === PENDING ? { ...request, table: 'requests' } : undefined
}

async function write(portal: Portal, tx: Tx, { id, table }: Claimable, to: string | undefined): Promise<void> {
  const at: Utc | null = to === undefined ? null : utc(portal.clock.now())
  const values = { id, to: to ?? null, at }
  await tx.change(
    table === 'requests'
      ? `UPDATE foyer_appointment_requests SET claimed_by = :to, claimed_at = :at WHERE id = :id`
      : `UPDATE foyer_cancellation_requests SET claimed_by = :to, claimed_at = :at WHERE id = :id`,
    values,
  )
}

const events: Record<ClaimHow['kind'], string> = {
  claim: 'appointment.claimed',
  take: 'appointment.taken-over',
  release: 'appointment.released',
  'hand-over': 'appointment.handed-over',
}

async function tell(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  visit: Visit,
  { how }: ClaimInput,
  holders: { from: string | undefined; to: string | undefined },
): Promise<void> {
  const { eid, pid } = visit.event
  const details = { from: holders.from ?? null, to: holders.to ?? null }
  await tellOfChange(portal, tx, actor, {
    ...{ event: events[how.kind], eid, pid, record: recordOf(visit), details, payload: details, log: undefined },
  })
}

function deedOf({ event, request }: Visit, row: Claimable, to: string | undefined): Deed {
  const state = stateOfEvent(event)
  const after = { holder: to ?? null }
  return {
    what: to === undefined ? 'released' : 'claimed',
    eid: event.eid,
    from: state,
    to: state,
    ...(row.table === 'cancellations'
      ? { cancellation: { id: row.id, from: claimOf(row), to: { ...after, state: row.state } } }
      : request
        ? { request: requestBefore(request, { ...after, version: request.version }) }
        : {}),
  }
}
