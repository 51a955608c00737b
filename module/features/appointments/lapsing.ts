/** A time that the practice proposed has come, and its patient has not answered: the proposal is over. */
import type { Portal } from '../../access/portal.js'
import { lapsedProposals, type LapsedProposal } from '../../host/reads/following.js'
import { CANCELLED, PENDING } from '../../host/statuses.js'
import { wallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import type { Attempt } from './apart.js'
import { hasBegun } from './appointment.js'
import { AS_FOYER, foyer, joined, writeStatus } from './boardLines.js'
import { liesOver, moveVisit } from './proposing.js'
import { endProposal, openProposal, type Proposal } from './proposals.js'
import { inHand, settle, type RequestRow, type Visit } from './requests.js'
import { logOfStaff, recordOf, tellOfChange } from './telling.js'

const AT_ONCE = 200

/**
 * Ends the proposals whose time has come. The request waits for staff again, where its patient had asked for it if that
 * is ahead and still free, else where it stands; if what was asked for is over too, the request has come to its end.
 */
export async function endLapsedProposals(portal: Portal, attempt: Attempt): Promise<void> {
  const now = wallClock(portal.clock.now())
  let after = 0
  for (;;) {
    const lapsed = await lapsedProposals(portal.db, now, { after, limit: AT_ONCE })
    for (const each of lapsed) await attempt('proposal', () => endOne(portal, each))
    if (lapsed.length < AT_ONCE) return
    after = lapsed.at(-1)?.id ?? after
  }
}

async function endOne(portal: Portal, { id, eid, from_provider: provider }: LapsedProposal): Promise<void> {
  await inHand<{ ok: boolean }>(
    portal,
    eid,
    async (tx, visit) => {
      const { event, request } = visit
      const proposal = await openProposal(tx, event.eid)
      // Answered, or decided, or moved on, since it was read.
      if (proposal?.id !== id || !request || event.status !== PENDING) return { ok: false }
      if (!hasBegun(event, portal.clock.now())) return { ok: false }
      await endProposal(tx, portal, event.eid, { state: 'lapsed' })
      await tell(portal, tx, visit, await settled(portal, tx, { ...visit, request }, proposal))
      return { ok: true }
    },
    [Number(provider)],
  )
}

interface Lapsed {
  state: 'requested' | 'lapsed'
  status: string
  /** Where it stands now, if it was moved: `YYYY-MM-DD HH:MM`. */
  moved?: string
}

async function settled(
  portal: Portal,
  tx: Tx,
  visit: Visit & { request: RequestRow },
  { from }: Proposal,
): Promise<Lapsed> {
  const { event, request } = visit
  const asked = { ...event, day: from.day, start: `${from.start}:00`, providerId: from.provider }
  const by = foyer.id
  if (hasBegun(asked, portal.clock.now())) {
    const text = joined(event.text, 'The proposed time passed without an answer')
    await writeStatus(portal, tx, AS_FOYER, visit, { status: CANCELLED, text })
    await settle(tx, portal, request, { state: 'lapsed', reason: '', by })
    return { state: 'lapsed', status: CANCELLED }
  }
  const free = !(await liesOver(portal, tx, event, asked))
  if (free) await moveVisit(portal, tx, AS_FOYER, visit, asked)
  await settle(tx, portal, request, { state: 'requested', reason: '', by })
  return { state: 'requested', status: PENDING, ...(free ? { moved: `${from.day} ${from.start}` } : {}) }
}

async function tell(portal: Portal, tx: Tx, visit: Visit, { state, status, moved }: Lapsed): Promise<void> {
  const { eid, pid, status: from } = visit.event
  const to = moved === undefined ? '' : `, moved to ${moved}`
  await tellOfChange(portal, tx, foyer, {
    ...{ event: 'appointment.proposal-lapsed', eid, pid, record: recordOf(visit) },
    details: { from, to: status, state, ...(moved === undefined ? {} : { moved }) },
    payload: { status, state },
    log: { ...logOfStaff(AS_FOYER), comment: `Foyer: event ${String(eid)}, status ${from} to ${status}${to}` },
  })
}
