/** What is the same of every decision of staff: who may take it now, how it is taken in hand, how it is written down. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { writeHostLog } from '../../../host/log.js'
import { lockActivity } from '../../../host/profile/activity.js'
import { changeOfActivity, insuranceChange } from '../../../host/reads/profileChanges.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock, type Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { addChange, changeOf, holderOf, type Change, type ChangeState } from '../changes.js'
import type { Outcome } from '../merging.js'

/** One of the two kinds: by the host's id, or by ours. */
export interface Which {
  kind: 'profile' | 'insurance'
  id: number
}

/** Whoever was faster, or is at it, is named. */
export type NotDecided =
  | { ok: false; reason: 'not-found' }
  /** Somebody has decided, here or on the host's own screen, or it was taken back. */
  | { ok: false; reason: 'over'; state: ChangeState; by: string | undefined; at: Utc | undefined }
  /** Somebody else is at it. */
  | { ok: false; reason: 'claimed'; by: string; since: Utc }

export async function findChange(db: Queryable, { id, kind }: Which): Promise<Change | undefined> {
  const row = await (kind === 'profile' ? changeOfActivity(db, id) : insuranceChange(db, id))
  return row && changeOf(row)
}

/**
 * Takes one in hand and does the work in one transaction: its patient's turn first, then what it says now. Undefined:
 * there is none, or it is another patient's than the form said (`pid`).
 */
export async function inHand<Result>(
  portal: Portal,
  which: Which,
  pid: number | undefined,
  work: (tx: Tx, change: Change | undefined) => Promise<Result>,
): Promise<Result> {
  const known = await findChange(portal.db, which)
  return portal.db.transaction(async (tx) => {
    if (!known || (pid !== undefined && known.pid !== pid)) return work(tx, undefined)
    await takeTurn(tx, [chartTurn(known.pid)])
    // Before anything is read: the host's own screen may close it at this moment.
    if (which.kind === 'profile') await lockActivity(tx, which.id)
    const change = await findChange(tx, which)
    return work(tx, change?.pid === known.pid ? change : undefined)
  })
}

/** Why this member can't decide on it now; undefined: they can. */
export function whyNotNow(portal: Portal, member: StaffMember, change: Change): NotDecided | undefined {
  const { decidedAt: at, decidedBy: by, state } = change
  if (state !== 'waiting') return { ok: false, reason: 'over', state, by, at }
  const holder = holderOf(portal, change)
  return holder && holder.by !== member.username ? { ok: false, reason: 'claimed', ...holder } : undefined
}

/** Foyer's row beside the host's: made now where the host's own portal sent it. */
export async function rowOf(tx: Tx, portal: Portal, change: Change): Promise<{ id: number; receipt: string }> {
  if (change.id !== undefined) return { id: change.id, receipt: change.receipt ?? '' }
  const { activityId, base, note, pid } = change
  return addChange(tx, portal, {
    ...{ kind: 'profile', pid, base, note, proposed: {}, actedBy: 'portal-user' },
    ...{ accountId: undefined, record: undefined, relationship: undefined },
    ...(activityId === undefined ? {} : { activityId }),
  })
}

interface Told {
  change: Change
  row: { id: number; receipt: string }
  outcomes: readonly Outcome[]
  /** Columns of a former subscriber that the decision emptied, or did not take over into a new row. */
  clears: readonly string[]
  /** Columns that the host's own portal sent besides, of which nothing was taken over. */
  left: readonly string[]
}

/** The trail, the event, and the host's log. Names of fields, never what is in them. */
export async function tellOfDecision(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { change, clears, left, outcomes, row }: Told,
): Promise<void> {
  const { pid } = change
  const subject = `profile-change:${String(row.id)}`
  const named = (kind: Outcome['outcome']) =>
    outcomes.flatMap(({ column, outcome }) => (outcome === kind ? [column] : [])).join(' ')
  const decided = { accepted: named('accepted'), edited: named('edited'), refused: named('refused') }
  const besides = Object.entries({ cleared: clears, left }).filter(([, columns]) => columns.length > 0)
  const details = { ...decided, ...Object.fromEntries(besides.map(([kind, columns]) => [kind, columns.join(' ')])) }
  await recordAudit(tx, portal.clock, actor, { event: 'profile.decided', subject, pid, details })
  await publish(tx, portal.clock, {
    event: 'profile.decided',
    payload: { change: row.id, pid, state: 'decided' },
    key: subject,
  })
  await writeHostLog(tx, {
    ...{ at: wallClock(portal.clock.now()), event: 'profile audit transaction', user: member.username, pid },
    comment: `Foyer: profile.decided, ${row.receipt}; accepted: ${details.accepted}; edited: ${details.edited}; refused: ${details.refused}${besides.map(([kind, columns]) => `; ${kind}: ${columns.join(' ')}`).join('')}`,
    ...{ category: 'Patient Demographics', groupname: 'Default', success: true, from: 'portal-dashboard' },
  })
}
