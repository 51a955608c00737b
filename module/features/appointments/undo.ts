/**
 * What staff did in one press can be taken back for a short while, where nothing has changed since. A deed is kept
 * inside the transaction that does it, with how everything stood before and after.
 */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { moveEvent, setStatus, type LockedEvent } from '../../host/events.js'
import { isCancelled } from '../../host/statuses.js'
import { trackVisit } from '../../host/tracker.js'
import type { Actor } from '../../platform/audit.js'
import { utc, wallClock, type Day, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { isLaidOver } from './openings.js'
import { endProposal } from './proposals.js'
import { inHand, visitIn, type NotInHand, type RequestRow, type Visit } from './requests.js'
import { logOfStaff, recordOf, tellOfChange } from './telling.js'

export interface Deed {
  what:
    | 'confirmed'
    | 'status-set'
    | 'declined'
    | 'cancelled'
    | 'proposed'
    | 'withdrawn'
    | 'claimed'
    | 'released'
    | 'refused'
  eid: number
  from: EventState
  to: EventState
  request?: Before<RequestState>
  cancellation?: Before<CancellationState>
  /** Of foyer_appointment_proposals: the one that was made, and the one that ended with it. */
  proposal?: { made?: number; ended?: number }
  /** Times were named with it. */
  offered?: boolean
  /** The visit that left the calendar with it. */
  replaced?: Deed
  /** The number of the encounter that was opened with it: it stays, whatever becomes of the status. */
  encounter?: number
}

/** How an event stood. */
export interface EventState {
  status: string
  day: Day
  /** HH:MM:SS */
  start: string
  provider: number
  text: string
}

interface Before<State> {
  id: number
  from: State
  /** By which one sees that nothing has changed since. */
  to: After
}

interface After {
  /** Of a request; a cancellation has none. */
  version?: number
  state?: string
  holder: string | null
}

interface Claim {
  state: string
  open_key: string | null
  claimed_by: string | null
  claimed_at: Utc | null
  decided_by: string | null
  decided_at: Utc | null
  decision_reason: string | null
}

type CancellationState = Claim
type RequestState = Claim & { open_seat: string | null }

export function stateOfEvent(event: LockedEvent): EventState {
  const { status, day, start, providerId: provider, text } = event
  return { status, day, start, provider, text }
}

export function requestBefore(request: RequestRow, to: After): Before<RequestState> {
  return { id: request.id, from: { ...claimOf(request), open_seat: request.open_seat }, to }
}

export function claimOf(row: Claim): Claim {
  const { state, open_key, claimed_by, claimed_at, decided_by, decided_at, decision_reason } = row
  return { state, open_key, claimed_by, claimed_at, decided_by, decided_at, decision_reason }
}

/** What could not be done in the same press, beside what was. */
export interface Failure {
  what: 'failed'
  /** As the queue names it. */
  id: string
  /** Key of words. */
  reason: string
}

/** Keeps a deed under the press's token, inside its transaction. Without a token it is not kept. */
export async function rememberDeed(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  token: string | undefined,
  entry: Deed | Failure,
): Promise<void> {
  if (token === undefined) return
  await tx.change(
    `INSERT INTO foyer_undo (token, staff, deeds, done_at) VALUES (:token, :staff, :deeds, :now)
     ON DUPLICATE KEY UPDATE deeds = JSON_MERGE_PRESERVE(deeds, VALUES(deeds))`,
    { token, staff: member.username, deeds: JSON.stringify([entry]), now: utc(portal.clock.now()) },
  )
}

/** Seconds for which the page offers it, and for which the server does it. */
export const UNDO_SHOWN = 10
const UNDO_WINDOW = 60

export interface PressDone {
  deeds: Deed[]
  failures: Failure[]
  /** It can still be taken back. */
  open: boolean
}

/** What one press of this member did; undefined: no such press of theirs. */
export async function pressOf(
  portal: Portal,
  db: Queryable,
  member: StaffMember,
  token: string,
): Promise<PressDone | undefined> {
  const row = await db.first<{ deeds: unknown; done_at: Utc; undone_at: Utc | null }>(
    `SELECT deeds, done_at, undone_at FROM foyer_undo WHERE token = :token AND staff = :staff`,
    { token, staff: member.username },
  )
  if (!row) return undefined
  // MariaDB gives JSON as the text it is, MySQL as what it says.
  const entries = (typeof row.deeds === 'string' ? JSON.parse(row.deeds) : row.deeds) as (Deed | Failure)[]
  return {
    deeds: entries.filter((entry): entry is Deed => entry.what !== 'failed'),
    failures: entries.filter((entry): entry is Failure => entry.what === 'failed'),
    open: row.undone_at === null && row.done_at > utc(portal.clock.now().minus({ seconds: UNDO_WINDOW })),
  }
}

export type UndoRefusal =
  | NotInHand
  /** Somebody has done something to it since. */
  | { ok: false; reason: 'changed-since' }
  /** Its time, or its seat, has been given to another meanwhile. */
  | { ok: false; reason: 'overlap' | 'seat-taken' }

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
 * key as they were, the flow board with one line more, overlaps looked for again. What has changed since stays.
 */
export async function undoPress(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  token: string,
): Promise<UndoOutcome> {
  const press = await pressOf(portal, portal.db, member, token)
  if (!press) return { ok: false, reason: 'not-found' }
  if (!press.open || !(await isFirstToUndo(portal, token))) return { ok: false, reason: 'too-late' }
  const kept: { deed: Deed; why: UndoRefusal['reason'] }[] = []
  for (const deed of [...press.deeds].reverse()) {
    const outcome = await undoDeed(portal, member, actor, deed)
    if (!outcome.ok) kept.push({ deed, why: outcome.reason })
  }
  const arrived = press.deeds.some((deed) => deed.encounter !== undefined && !kept.some((each) => each.deed === deed))
  return { ok: true, undone: press.deeds.length - kept.length, kept, ...(arrived ? { arrived } : {}) }
}

function isFirstToUndo(portal: Portal, token: string): Promise<boolean> {
  return portal.db.transaction(async (tx) => {
    const now = utc(portal.clock.now())
    const changed = await tx.change(
      `UPDATE foyer_undo SET undone_at = :now WHERE token = :token AND undone_at IS NULL`,
      { token, now },
    )
    return changed === 1
  })
}

function undoDeed(portal: Portal, member: StaffMember, actor: Actor, deed: Deed): Promise<{ ok: true } | UndoRefusal> {
  return inHand<{ ok: true } | UndoRefusal>(
    portal,
    deed.eid,
    async (tx, visit) => {
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
    const taken = await tx.first(
      `SELECT id FROM foyer_appointment_alternatives WHERE pc_eid = :eid AND taken_eid IS NOT NULL`,
      { eid: deed.eid },
    )
    if (taken) return false
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
