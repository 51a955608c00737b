/**
 * The host's own screens ask nobody. Every minute what they did since is followed: what was asked for in the host's
 * portal is taken into the queue; what was moved, decided or removed there is told to listeners and to the audit trail,
 * once; what nobody answered in time comes to its end; and what was laid over a visit of Foyer's is flagged.
 */
import type { Job } from '../../feature.js'
import type { Portal } from '../../access/portal.js'
import { eventProviders, lockEvent } from '../../host/events.js'
import { changedByHost, stillChanged, unknownPending, type FollowedRow } from '../../host/reads/following.js'
import { rememberTold } from '../../host/reads/told.js'
import { CANCELLED, isCancelled, PENDING } from '../../host/statuses.js'
import { recordAudit, type AuditEntry } from '../../platform/audit.js'
import { day as dayOf, daysLater, utc, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { patientTurn, providerTurn, takeTurn } from '../../platform/turns.js'
import { allApart, type Attempt } from './apart.js'
import { AS_FOYER } from './boardLines.js'
import { followWishes } from './followWishes.js'
import { endLapsedProposals } from './lapsing.js'
import { markOverlaps } from './overlapLooks.js'
import { theHost } from './overlaps.js'
import { endProposal, openProposal } from './proposals.js'
import { giveUpReplaced } from './replacing.js'
import { adopted, visitIn } from './requests.js'
import { logOfStaff, tellOfChange } from './telling.js'

export const followCalendar: Job = {
  name: 'follow-calendar',
  everySeconds: 60,
  // A row that cannot be followed, and fails so every minute, keeps none of the others from it.
  run: (portal) =>
    allApart(portal, async (attempt) => {
      await attempt('adopting', () => adoptUnknown(portal, attempt))
      await attempt('following', () => followChanges(portal, attempt))
      await attempt('wishes', () => followWishes(portal, attempt))
      await attempt('proposals', () => endLapsedProposals(portal, attempt))
      await attempt('overlaps', () => markOverlaps(portal))
    }),
}

/** Of each, so many are done in one run: the rest has its turn a minute later. */
const AT_ONCE = 200

/** What is over is of no interest, but for yesterday: the zone of whoever wrote it may not be ours. */
function since(portal: Portal): Day {
  return daysLater(dayOf(portal.clock.now()), -1)
}

/** Reads on past what fails, so that it doesn't fill every page there is. */
async function adoptUnknown(portal: Portal, attempt: Attempt): Promise<void> {
  for (let after = 0, done = 0; done < AT_ONCE;) {
    const eids = await unknownPending(portal.db, since(portal), { after, limit: AT_ONCE })
    for (const eid of eids) if (await attempt('request', () => adoptOne(portal, eid))) done += 1
    if (eids.length < AT_ONCE) return
    after = eids.at(-1) ?? after
  }
}

async function adoptOne(portal: Portal, eid: number): Promise<void> {
  const providers = await eventProviders(portal.db, eid)
  await portal.db.transaction(async (tx) => {
    await takeTurn(tx, providers.map(providerTurn))
    const visit = await visitIn(tx, eid)
    // Adopted meanwhile by whoever acted on it, or decided in the host.
    if (!visit || visit.request) return
    const { request } = await adopted(tx, portal, visit)
    if (!request) return
    const pid = visit.event.pid ?? null
    await tell(portal, tx, 'appointment.adopted', { pc_eid: eid, pid, record: null }, {})
    await publish(tx, portal.clock, { event: 'appointment.requested', payload: { eid, pid, record: null } })
    await rememberTold(tx, eid)
  })
}

async function followChanges(portal: Portal, attempt: Attempt): Promise<void> {
  for (let after = 0, done = 0; done < AT_ONCE;) {
    const rows = await changedByHost(portal.db, since(portal), { after, limit: AT_ONCE })
    for (const row of rows) if (await attempt('change', () => followChange(portal, row))) done += 1
    if (rows.length < AT_ONCE) return
    after = rows.at(-1)?.id ?? after
  }
}

async function followChange(portal: Portal, row: FollowedRow): Promise<void> {
  const replaced = row.replaces_eid === null ? [] : await eventProviders(portal.db, row.replaces_eid)
  const providers = [row.told_provider, row.provider, ...replaced].filter((each) => each !== null).map(providerTurn)
  const patient = patientTurn({ pid: row.pid ?? undefined, record: row.record ?? '' })
  await portal.db.transaction(async (tx) => {
    await takeTurn(tx, [...providers, patient])
    // A lock on an event that is gone would reach its neighbours.
    if (row.status !== null) await lockEvent(tx, row.pc_eid)
    const now = await stillChanged(tx, row.pc_eid)
    if (now) await followOne(portal, tx, now)
  })
}

/**
 * What the host's screens made of a request, in order: 'removed' (gone, or another patient's), or moved (another day,
 * hour or provider), or a status set, or both. Undefined state: as it was.
 */
export interface HostChange {
  removed: boolean
  moved: boolean
  statusSet: boolean
  state: 'requested' | 'proposed' | 'confirmed' | 'cancelled' | 'declined' | 'lapsed' | 'removed'
}

export function changeOf(row: FollowedRow): HostChange {
  if (row.standing === 0) return { removed: true, moved: false, statusSet: false, state: 'removed' }
  // Never told of before: nothing is known to have moved.
  const told = row.told_status !== null
  const moved =
    told && (row.told_day !== row.event_day || row.told_start !== row.start || row.told_provider !== row.provider)
  const statusSet = told && row.told_status !== row.status
  return { removed: false, moved, statusSet, state: stateOf(row, moved) }
}

function stateOf({ state, status }: FollowedRow, moved: boolean): HostChange['state'] {
  if (isCancelled(status ?? '')) return state === 'declined' || state === 'lapsed' ? state : 'cancelled'
  if (status !== PENDING) return 'confirmed'
  // A proposal is of the time at which it was made.
  return state === 'proposed' && !moved ? 'proposed' : 'requested'
}

async function followOne(portal: Portal, tx: Tx, row: FollowedRow): Promise<void> {
  const change = changeOf(row)
  await settleAs(portal, tx, row, change)
  const payload = { eid: row.pc_eid, pid: row.pid, record: row.record }
  if (change.removed) {
    await tell(portal, tx, 'appointment.removed', row, { from: row.state })
    await publish(tx, portal.clock, { event: 'appointment.removed', payload })
    return
  }
  if (change.moved) {
    const from = { fromDay: row.told_day, fromStart: row.told_start, fromProvider: row.told_provider }
    const to = { day: row.event_day, start: row.start, provider: row.provider }
    await tell(portal, tx, 'appointment.moved', row, { ...from, ...to })
    await publish(tx, portal.clock, { event: 'appointment.moved', payload: { ...payload, ...from, ...to } })
  }
  if (change.statusSet) {
    const status = { from: row.told_status, to: row.status, state: change.state }
    await tell(portal, tx, 'appointment.status-set', row, status)
    const set = { status: row.status, state: change.state }
    await publish(tx, portal.clock, { event: 'appointment.status-set', payload: { ...payload, ...set } })
  }
  if (change.state === 'confirmed' && (row.state === 'requested' || row.state === 'proposed')) {
    await cancelReplaced(portal, tx, row.pc_eid)
  }
  await rememberTold(tx, row.pc_eid)
}

/** Whoever confirmed a visit that moves another one meant to move it: the other leaves the calendar. */
async function cancelReplaced(portal: Portal, tx: Tx, eid: number): Promise<void> {
  const visit = await visitIn(tx, eid)
  const old = visit && (await giveUpReplaced(portal, tx, AS_FOYER, visit, theHost.id))?.old
  if (!old) return
  const { event, request } = old
  await tellOfChange(portal, tx, theHost, {
    ...{ event: 'appointment.cancelled', eid: event.eid, pid: event.pid, record: request?.record ?? undefined },
    details: { from: event.status, to: CANCELLED, replacedBy: eid },
    payload: { status: CANCELLED, replacedBy: eid },
    log: {
      ...logOfStaff(AS_FOYER),
      comment: `Foyer: event ${String(event.eid)}, status ${event.status} to ${CANCELLED}, moved to event ${String(eid)}`,
    },
  })
}

/** Closed, it gives back its seat, and its wish may be made anew; a proposal of it is over. */
async function settleAs(portal: Portal, tx: Tx, row: FollowedRow, { state, moved }: HostChange): Promise<void> {
  const open = state === 'requested' || state === 'proposed' ? 1 : 0
  if (state !== row.state || moved) {
    await tx.change(
      `UPDATE foyer_appointment_requests
          SET state = :state, open_key = IF(:open AND NOT :moved, open_key, NULL), open_seat = IF(:open, open_seat, NULL),
              claimed_by = IF(:open, claimed_by, NULL), claimed_at = IF(:open, claimed_at, NULL), version = version + 1,
              decided_by = IF(:same, decided_by, :by), decided_at = IF(:same, decided_at, :now)
        WHERE id = :id`,
      {
        ...{ id: row.id, state, open, moved: moved ? 1 : 0, same: state === row.state ? 1 : 0 },
        ...{ by: theHost.id, now: utc(portal.clock.now()) },
      },
    )
  }
  if (state === 'proposed') return
  if (!(await openProposal(tx, row.pc_eid))) return
  await endProposal(tx, portal, row.pc_eid, { state: state === 'confirmed' && !moved ? 'accepted' : 'withdrawn' })
}

async function tell(
  portal: Portal,
  tx: Tx,
  event: string,
  whose: Pick<FollowedRow, 'pc_eid' | 'pid' | 'record'>,
  details: NonNullable<AuditEntry['details']>,
): Promise<void> {
  await recordAudit(tx, portal.clock, theHost, {
    event,
    subject: `appointment:${String(whose.pc_eid)}`,
    pid: whose.pid ?? undefined,
    record: whose.record ?? undefined,
    details,
  })
}
