/**
 * What staff did in one press: each deed is kept inside the transaction that does it, with how everything stood before
 * and after, so that it can be taken back (undo.ts).
 */
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import type { LockedEvent } from '../../host/events.js'
import { utc, type Day, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import type { RequestRow } from './requests.js'

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

export interface Before<State> {
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

export type CancellationState = Claim
export type RequestState = Claim & { open_seat: string | null }

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

/** `at`: its place among all that the press did and did not. */
export type KeptDeed = Deed & { at: number }

export interface PressDone {
  /** Those that stand: what was taken back already is not among them. */
  deeds: KeptDeed[]
  failures: Failure[]
  /** It can still be taken back. */
  open: boolean
}

type Entry = (Deed & { undone?: 1 }) | Failure

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
  const entries = (typeof row.deeds === 'string' ? JSON.parse(row.deeds) : row.deeds) as Entry[]
  return {
    deeds: entries.flatMap((entry, at) => (entry.what === 'failed' || entry.undone === 1 ? [] : [{ ...entry, at }])),
    failures: entries.filter((entry): entry is Failure => entry.what === 'failed'),
    open: row.undone_at === null && row.done_at > utc(portal.clock.now().minus({ seconds: UNDO_WINDOW })),
  }
}
