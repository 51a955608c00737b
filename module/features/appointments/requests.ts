/**
 * A visit in hand: its event in the host's calendar and the request beside it, held by one transaction so that nobody
 * of Foyer decides on either at the same time.
 */
import { DateTime } from 'luxon'
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { eventProviders, lockEvent, type LockedEvent } from '../../host/events.js'
import { concernedBy, rowsOfVisit, type RowOfVisit } from '../../host/reads/staffAppointments.js'
import { PENDING } from '../../host/statuses.js'
import { utc, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { receiptNumber } from '../../platform/ids.js'
import { chartTurn, providerTurn, recordTurn, takeTurn } from '../../platform/turns.js'

/** Our row beside an event: who asked, who is at it, and what became of it. */
export interface RequestRow {
  id: number
  pid: number | null
  record: string | null
  state: string
  open_key: string | null
  open_seat: string | null
  claimed_by: string | null
  claimed_at: Utc | null
  decided_by: string | null
  decided_at: Utc | null
  decision_reason: string | null
  replaces_eid: number | null
  version: number
}

export interface Visit {
  event: LockedEvent
  /** Of several providers as many (facts §2.3). */
  rows: RowOfVisit[]
  /** Undefined: made in the host, and no request for Foyer yet. */
  request: RequestRow | undefined
}

export type NotInHand =
  /** No such event, or nobody's visit. */
  | { ok: false; reason: 'not-found' }
  /** It is not where, or not what, it was a moment ago. */
  | { ok: false; reason: 'changed'; status: string }

/**
 * Takes a visit in hand and does the work in one transaction: turns first (its providers', its patient's, those of a
 * visit that it replaces, and of `providers` besides), then its event locked, then its request read. An outcome that is
 * a refusal leaves nothing behind, whatever was written before it was found.
 */
export async function inHand<Outcome extends { ok: boolean }>(
  portal: Portal,
  eid: number,
  work: (tx: Tx, visit: Visit) => Promise<Outcome>,
  providers: readonly number[] = [],
): Promise<Outcome | NotInHand> {
  const turns = await turnsFor(portal.db, eid)
  if (!turns) return { ok: false, reason: 'not-found' }
  return allOrNothing(portal, async (tx) => {
    await takeTurn(tx, [...turns, ...providers.map(providerTurn)])
    const visit = await visitIn(tx, eid)
    if (!visit) return { ok: false, reason: 'not-found' }
    // Moved by the host between our look and our lock: the turns that we hold are of others.
    const now = await eventProviders(tx, eid)
    if (!now.every((provider) => turns.includes(providerTurn(provider)))) {
      return { ok: false, reason: 'changed', status: visit.event.status }
    }
    return work(tx, visit)
  })
}

/** Names of the turns of everybody whom a visit concerns; undefined: no such event. */
async function turnsFor(db: Queryable, eid: number): Promise<string[] | undefined> {
  const concerned = await concernedBy(db, eid)
  if (!concerned) return undefined
  const replaced = concerned.replaces === null ? [] : await eventProviders(db, concerned.replaces)
  const providers = [...(await eventProviders(db, eid)), ...replaced].map(providerTurn)
  return [...providers, ...turnsOfPatient(concerned)]
}

function turnsOfPatient({ pid, record }: { pid: string | null; record: string | null }): string[] {
  if (pid !== null && pid !== '') return [chartTurn(pid)]
  return record === null ? [] : [recordTurn(record)]
}

/** Carries a refusal out of a transaction, so that it is rolled back. */
class Refused extends Error {
  constructor(readonly outcome: { ok: false }) {
    super('refused')
  }
}

/** One transaction for the work: committed when it is done, as if it had never begun when it is refused. */
export async function allOrNothing<Outcome extends { ok: boolean }>(
  portal: Portal,
  work: (tx: Tx) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await portal.db.transaction(async (tx) => {
      const outcome = await work(tx)
      if (!outcome.ok) throw new Refused(outcome as { ok: false })
      return outcome
    })
  } catch (error) {
    if (error instanceof Refused) return error.outcome as Outcome
    throw error
  }
}

/** The visit as it stands now, its event locked. Undefined: not there, or nobody's. The caller holds the turns. */
export async function visitIn(tx: Tx, eid: number): Promise<Visit | undefined> {
  const event = await lockEvent(tx, eid)
  if (!event) return undefined
  const rows = await rowsOfVisit(tx, event)
  const request = await requestOf(
    tx,
    event,
    rows.map((row) => row.eid),
  )
  return event.pid === undefined && !request ? undefined : { event, rows, request }
}

/** No lock: whoever writes here holds the event's, and a lock on a row that isn't there would reach its neighbours. */
function requestOf(tx: Tx, event: LockedEvent, eids: readonly number[]): Promise<RequestRow | undefined> {
  return tx.first<RequestRow>(
    `SELECT id, pid, record, state, open_key, open_seat, claimed_by, claimed_at, decided_by, decided_at, decision_reason,
            replaces_eid, version
       FROM foyer_appointment_requests
      WHERE pc_eid IN (:eids) AND COALESCE(pid, 0) = :pid ORDER BY pc_eid = :eid DESC, id LIMIT 1`,
    { eids, eid: event.eid, pid: event.pid ?? 0 },
  )
}

/**
 * The request row of an event that was asked for in the host's own portal, made when staff or the patient first act on
 * it. It takes none of its patient's seats: it was not asked for here. What the host keeps as its comment stays there,
 * since staff may have written it. Only what is pending is adopted; what has a row already keeps it.
 */
export async function adopt(tx: Tx, portal: Portal, event: LockedEvent): Promise<void> {
  const visit = await visitIn(tx, event.eid)
  if (visit) await adopted(tx, portal, visit)
}

/** The visit with its request, adopted where there was none. */
export async function adopted(tx: Tx, portal: Portal, visit: Visit): Promise<Visit> {
  const { event, rows } = visit
  if (visit.request || event.status !== PENDING) return visit
  const written = rows.find((row) => row.eid === event.eid)?.written ?? ''
  const since = DateTime.fromSQL(written, { zone: portal.clock.zone })
  // The row of a patient to whom the host gave this event before is somebody else's history: it stays as it is.
  await tx.change(
    `INSERT IGNORE INTO foyer_appointment_requests
       (receipt, pc_eid, account_id, record, pid, provider_id, category_id, day, start_time, minutes, reason, state, created_at)
     VALUES (:receipt, :eid, NULL, NULL, :pid, :provider, :category, :day, :start, :minutes, '', 'requested', :since)`,
    {
      receipt: receiptNumber(),
      eid: event.eid,
      pid: event.pid ?? null,
      provider: String(event.providerId),
      category: event.categoryId,
      day: event.day,
      start: event.start,
      minutes: event.minutes,
      since: utc(since.isValid ? since : portal.clock.now()),
    },
  )
  return { ...visit, request: await requestOf(tx, event, [event.eid]) }
}

/** What a decision makes of a request. Open again or closed, it is nobody's any more. */
export interface Settled {
  state: 'requested' | 'proposed' | 'confirmed' | 'declined' | 'cancelled' | 'lapsed'
  /** The patient reads it; '' for none. */
  reason: string
  /** Username; null: its patient. */
  by: string | null
}

/** Keeps what became of a request. Closed, it gives back its seat and its wish may be made anew; its proposal is over. */
export async function settle(tx: Tx, portal: Portal, request: RequestRow, to: Settled): Promise<void> {
  const now = utc(portal.clock.now())
  const open = to.state === 'requested' || to.state === 'proposed' ? 1 : 0
  await tx.change(
    `UPDATE foyer_appointment_requests
        SET state = :state, open_key = IF(:open, open_key, NULL), open_seat = IF(:open, open_seat, NULL),
            claimed_by = NULL, claimed_at = NULL, version = version + 1,
            decided_by = :by, decided_at = :now, decision_reason = NULLIF(:reason, '')
      WHERE id = :id`,
    { ...to, open, now, id: request.id },
  )
}

/** Who has claimed something and since when, as long as the claim has not lapsed (setting claimMinutes). */
export function holderOf(
  portal: Portal,
  { claimed_by: by, claimed_at: since }: Pick<RequestRow, 'claimed_by' | 'claimed_at'>,
): { by: string; since: Utc } | undefined {
  return by !== null && since !== null && since > claimedSince(portal) ? { by, since } : undefined
}

/** A claim made earlier than this has lapsed. */
export function claimedSince(portal: Portal): Utc {
  return utc(portal.clock.now().minus({ minutes: portal.settings().claimMinutes }))
}

export interface HeldByAnother {
  ok: false
  reason: 'claimed'
  /** Username. */
  by: string
  since: Utc
}

/** Somebody else is at it: staff decide after they have taken it over, in so many words. */
export function heldByAnother(
  portal: Portal,
  row: Pick<RequestRow, 'claimed_by' | 'claimed_at'> | undefined,
  member: StaffMember,
): HeldByAnother | undefined {
  const holder = row && holderOf(portal, row)
  return holder && holder.by !== member.username ? { ok: false, reason: 'claimed', ...holder } : undefined
}

/** What the screen showed: a form sends it along, so that nobody decides on what they did not see. */
export function versionOf({ status, day, start }: Pick<LockedEvent, 'status' | 'day' | 'start'>): string {
  return `${status} ${day} ${start.slice(0, 5)}`
}

/** A status alone may be sent too. */
export function isAsSeen(event: LockedEvent, seen: string | undefined): boolean {
  return seen === undefined || seen === event.status || seen === versionOf(event)
}
