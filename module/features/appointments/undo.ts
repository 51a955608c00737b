/** What staff did in one press can be taken back for a short while, where nothing has changed since. */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { moveEvent, setStatus } from '../../host/events.js'
import { isCancelled } from '../../host/statuses.js'
import { trackVisit } from '../../host/tracker.js'
import type { Actor } from '../../platform/audit.js'
import { utc, wallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { isLaidOver } from './openings.js'
import {
  pressOf,
  stateOfEvent,
  type Before,
  type CancellationState,
  type Deed,
  type EventState,
  type KeptDeed,
  type RequestState,
} from './press.js'
import { endProposal } from './proposals.js'
import { inHand, visitIn, type NotInHand, type Visit } from './requests.js'
import { logOfStaff, recordOf, tellOfChange } from './telling.js'

export type UndoRefusal =
  | NotInHand
  /** Somebody has done something to it since. */
  | { ok: false; reason: 'changed-since' }
  /** Its time, or its seat, has been given to another meanwhile. */
  | { ok: false; reason: 'overlap' | 'seat-taken' }
  /** It went wrong (the log says how): pressed once more within the time, it is tried again. */
  | { ok: false; reason: 'failed' }

export type UndoOutcome =
  | {
      ok: true
      undone: number
      kept: { deed: Deed; why: UndoRefusal['reason'] }[]
      /** What was taken back had opened an encounter: that stays in the chart. */
      arrived?: true
    }
  | { ok: false; reason: 'not-found' | 'too-late' }

/**
 * Takes back what one press of this member did, each deed in a transaction of its own: status, time, state, seat and
 * key as they were, the flow board with one line more, overlaps looked for again. What has changed since stays. A deed
 * that fails keeps none of the others, and a press that came to no end (a kill) can be gone on with: each deed says
 * itself that it was taken back.
 */
export async function undoPress(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  token: string,
): Promise<UndoOutcome> {
  const press = await pressOf(portal, portal.db, member, token)
  if (!press) return { ok: false, reason: 'not-found' }
  if (!press.open) return { ok: false, reason: 'too-late' }
  const undone: Deed[] = []
  const kept: { deed: Deed; why: UndoRefusal['reason'] }[] = []
  for (const deed of [...press.deeds].reverse()) {
    const outcome = await undoApart(portal, member, actor, token, deed)
    if (outcome.ok) undone.push(deed)
    else if (outcome.reason !== 'undone-already') kept.push({ deed, why: outcome.reason })
  }
  if (!kept.some(({ why }) => why === 'failed')) await closePress(portal, token)
  // Another press of theirs was at it in the same moment.
  if (undone.length + kept.length === 0) return { ok: false, reason: 'too-late' }
  const arrived = undone.some((deed) => deed.encounter !== undefined)
  return { ok: true, undone: undone.length, kept, ...(arrived ? { arrived } : {}) }
}

type DeedOutcome = { ok: true } | UndoRefusal | { ok: false; reason: 'undone-already' }

async function undoApart(...of: Parameters<typeof undoDeed>): Promise<DeedOutcome> {
  try {
    return await undoDeed(...of)
  } catch (error) {
    const [portal, , , , { what }] = of
    portal.log.warn({ err: error, what }, 'a deed could not be taken back')
    return { ok: false, reason: 'failed' }
  }
}

async function closePress(portal: Portal, token: string): Promise<void> {
  await portal.db.transaction((tx) =>
    tx.change(`UPDATE foyer_undo SET undone_at = :now WHERE token = :token AND undone_at IS NULL`, {
      ...{ token, now: utc(portal.clock.now()) },
    }),
  )
}

function undoDeed(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  token: string,
  deed: KeptDeed,
): Promise<DeedOutcome> {
  return inHand<DeedOutcome>(
    portal,
    deed.eid,
    async (tx, visit) => {
      if (!(await isFirstToUndo(tx, token, deed))) return { ok: false, reason: 'undone-already' }
      const old = deed.replaced && (await visitIn(tx, deed.replaced.eid))
      const parts: [Deed, Visit | undefined][] = [
        [deed, visit],
        ...(deed.replaced ? [[deed.replaced, old] as [Deed, Visit | undefined]] : []),
      ]
      for (const [part, of] of parts) {
        const refusal = of
          ? await restore(portal, tx, member, actor, of, part)
          : ({ ok: false, reason: 'changed-since' } as const)
        if (refusal) return refusal
      }
      return { ok: true }
    },
    [deed.from.provider],
  )
}

/** Written on the deed in the transaction that takes it back: once, whoever presses how often. */
async function isFirstToUndo(tx: Tx, token: string, { at }: KeptDeed): Promise<boolean> {
  const changed = await tx.change(
    `UPDATE foyer_undo SET deeds = JSON_SET(deeds, :path, 1) WHERE token = :token AND JSON_EXTRACT(deeds, :path) IS NULL`,
    { token, path: `$[${String(at)}].undone` },
  )
  return changed === 1
}

async function restore(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  visit: Visit,
  deed: Deed,
): Promise<UndoRefusal | undefined> {
  const { event } = visit
  const before = { ...event, ...deed.from, providerId: deed.from.provider }
  if (!(await isUntouched(tx, visit, deed))) return { ok: false, reason: 'changed-since' }
  const returns = isCancelled(event.status) && !isCancelled(deed.from.status)
  if ((returns || hasMoved(deed)) && (await isLaidOver(portal, tx, before))) return { ok: false, reason: 'overlap' }
  if (await isSeatTaken(tx, deed)) return { ok: false, reason: 'seat-taken' }

  await putEventBack(portal, tx, member, visit, deed)
  if (deed.request) await putRequestBack(tx, deed.request)
  if (deed.cancellation) await putCancellationBack(tx, deed.cancellation)
  if (deed.proposal) await putProposalBack(portal, tx, deed)
  if (deed.offered === true) await takeOffersBack(tx, deed.eid)
  await tellOfUndo(portal, tx, member, actor, visit, deed)
  return undefined
}

function hasMoved({ from, to }: Deed): boolean {
  return from.day !== to.day || from.start !== to.start || from.provider !== to.provider
}

async function isUntouched(tx: Tx, { event, request }: Visit, deed: Deed): Promise<boolean> {
  const now = stateOfEvent(event)
  const same = (Object.keys(deed.to) as (keyof EventState)[]).every((part) => now[part] === deed.to[part])
  if (!same) return false
  if (deed.request) {
    const { id, to } = deed.request
    if (request?.id !== id || request.version !== to.version || request.claimed_by !== to.holder) return false
  }
  if (deed.cancellation) {
    const row = await tx.first<{ state: string; claimed_by: string | null }>(
      `SELECT state, claimed_by FROM foyer_cancellation_requests WHERE id = :id`,
      { id: deed.cancellation.id },
    )
    const { holder, state } = deed.cancellation.to
    if (row?.claimed_by !== holder || row.state !== state) return false
  }
  if (deed.offered === true) {
    const settled = await tx.first(
      `SELECT id FROM foyer_appointment_alternatives
        WHERE pc_eid = :eid AND (taken_eid IS NOT NULL OR closed_at IS NOT NULL)`,
      { eid: deed.eid },
    )
    if (settled) return false
  }
  return true
}

/** The patient has asked for something else with it meanwhile. Their turn is held: nobody takes it while we look. */
async function isSeatTaken(tx: Tx, { request, cancellation }: Deed): Promise<boolean> {
  if (request) {
    const { open_key: key, open_seat: seat } = request.from
    const other = await tx.first(
      `SELECT id FROM foyer_appointment_requests WHERE id <> :id AND (open_key = :key OR open_seat = :seat)`,
      { id: request.id, key, seat },
    )
    if (other) return true
  }
  if (!cancellation) return false
  const other = await tx.first(`SELECT id FROM foyer_cancellation_requests WHERE id <> :id AND open_key = :key`, {
    id: cancellation.id,
    key: cancellation.from.open_key,
  })
  return other !== undefined
}

async function putEventBack(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  { event, rows }: Visit,
  deed: Deed,
): Promise<void> {
  const { from, to } = deed
  const at = wallClock(portal.clock.now())
  const moved = hasMoved(deed)
  if (!moved && from.status === to.status && from.text === to.text) return
  await setStatus(tx, event, { status: from.status, text: from.text, at, informant: member.id })
  if (moved) {
    const start = from.start.slice(0, 5)
    await moveEvent(tx, event, { day: from.day, start, at, informant: member.id, providerId: from.provider })
  }
  if (event.pid === undefined) return
  for (const row of rows) {
    const { pid } = event
    await trackVisit(tx, { ...from, eid: row.eid, pid, room: row.room }, member.username, at)
  }
}

async function putRequestBack(tx: Tx, { id, from }: Before<RequestState>): Promise<void> {
  await tx.change(
    `UPDATE foyer_appointment_requests
        SET state = :state, open_key = :open_key, open_seat = :open_seat, claimed_by = :claimed_by, claimed_at = :claimed_at,
            decided_by = :decided_by, decided_at = :decided_at, decision_reason = :decision_reason, version = version + 1
      WHERE id = :id`,
    { ...from, id },
  )
}

async function putCancellationBack(tx: Tx, { id, from }: Before<CancellationState>): Promise<void> {
  await tx.change(
    `UPDATE foyer_cancellation_requests
        SET state = :state, open_key = :open_key, claimed_by = :claimed_by, claimed_at = :claimed_at,
            decided_by = :decided_by, decided_at = :decided_at, decision_reason = :decision_reason
      WHERE id = :id`,
    { ...from, id },
  )
}

async function putProposalBack(portal: Portal, tx: Tx, { eid, proposal }: Deed): Promise<void> {
  if (proposal?.made !== undefined) await endProposal(tx, portal, eid, { state: 'withdrawn' })
  if (proposal?.ended === undefined) return
  await tx.change(
    `UPDATE foyer_appointment_proposals SET state = 'proposed', open_eid = :eid, answered_at = NULL WHERE id = :id`,
    { id: proposal.ended, eid },
  )
}

async function takeOffersBack(tx: Tx, eid: number): Promise<void> {
  const offers = await tx.select<{ id: number }>(`SELECT id FROM foyer_appointment_alternatives WHERE pc_eid = :eid`, {
    eid,
  })
  for (const { id } of offers) await tx.change(`DELETE FROM foyer_appointment_alternatives WHERE id = :id`, { id })
}

async function tellOfUndo(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  { event, request }: Visit,
  deed: Deed,
): Promise<void> {
  const [from, to] = [deed.to.status, deed.from.status]
  const ofEvent = deed.what !== 'claimed' && deed.what !== 'released'
  await tellOfChange(portal, tx, actor, {
    ...{ event: 'appointment.undone', eid: deed.eid, pid: event.pid, record: recordOf({ event, request }) },
    details: { what: deed.what, from, to },
    payload: { status: to, what: deed.what },
    log: ofEvent
      ? { ...logOfStaff(member), comment: `Foyer: event ${String(deed.eid)}, taken back: status ${from} to ${to}` }
      : undefined,
  })
}
