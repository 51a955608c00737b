/** What is the same of every decision of staff: who may take it now, what the host did meanwhile, how it is written down. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { writeHostLog } from '../../../host/log.js'
import { standingInHost } from '../../../host/onsiteAudit.js'
import { recordAudit, type Actor, type AuditEntry } from '../../../platform/audit.js'
import { wallClock, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { writeToSender } from '../sender.js'
import { holderOf, moveSubmission, type Submission, type SubmissionState } from '../submissions.js'

/** Whoever was faster, or is at it, is named. */
export type NotDecided =
  | { ok: false; reason: 'not-found' }
  /** Decided, withdrawn, or done with in the EMR's own screens. */
  | { ok: false; reason: 'over'; state: SubmissionState; by: string | undefined; at: Utc | undefined }
  /** Somebody else is at it. */
  | { ok: false; reason: 'claimed'; by: string; since: Utc }
  /** Other bytes, or another patient, than when the page was opened. */
  | { ok: false; reason: 'changed' }
  /** The patient changed it in the host's own portal: it has to be made anew before it can be decided. */
  | { ok: false; reason: 'changed-in-host' }

/** What the form says that was on the page. All of it has to be so still. */
export interface Seen {
  id: number
  pid: number | undefined
  version: number
  /** Hex, of the bytes that were shown. */
  sha256: string
}

/** Why this member can't decide on it now; undefined: they can. Ends it where the host's own screens did. */
export async function whyNotNow(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  row: Submission | undefined,
  seen: Seen,
): Promise<NotDecided | undefined> {
  if (!row) return { ok: false, reason: 'not-found' }
  if (row.state !== 'waiting') return overOf(row)
  const holder = holderOf(portal, row)
  if (holder && holder.by !== member.username) return { ok: false, reason: 'claimed', ...holder }
  if (seen.version !== row.version || seen.pid !== (row.pid ?? undefined)) return { ok: false, reason: 'changed' }
  if ((await sha256Of(tx, row)) !== seen.sha256) return { ok: false, reason: 'changed' }
  return followHost(portal, tx, row)
}

export function overOf({ decided_at: at, decided_by: by, state }: Submission): NotDecided {
  return { ok: false, reason: 'over', state, by: by ?? undefined, at: at ?? undefined }
}

/** Of the bytes that would be filed now; undefined: none. */
export async function sha256Of(tx: Tx, { file_id: id }: Pick<Submission, 'file_id'>): Promise<string | undefined> {
  if (id === null) return undefined
  const row = await tx.first<{ sha256: string }>(`SELECT sha256 FROM foyer_files WHERE id = :id AND state = 'kept'`, {
    id,
  })
  return row?.sha256
}

/** The EMR's own screens ask nobody: what they charted, removed or gave back leaves the queue as such. */
export async function followHost(portal: Portal, tx: Tx, row: Submission): Promise<NotDecided | undefined> {
  if (row.onsite_id === null || row.pid === null) return undefined
  const host = await standingInHost(tx, portal.site, { onsiteId: row.onsite_id, pid: row.pid, mark: row.host_mark })
  switch (host.kind) {
    case 'waiting':
      return undefined
    case 'changed':
      return row.state === 'waiting' ? { ok: false, reason: 'changed-in-host' } : undefined
    case 'taken-back':
      // What staff returned is with the patient as it should be.
      return row.state === 'returned' ? undefined : endedInHost(portal, tx, row, 'withdrawn', '')
    case 'thrown-away':
      return endedInHost(portal, tx, row, 'withdrawn', '')
    case 'charted':
      return endedInHost(portal, tx, row, 'charted', host.by)
    case 'removed':
      return endedInHost(portal, tx, row, 'removed', '')
  }
}

async function endedInHost(
  portal: Portal,
  tx: Tx,
  row: Submission,
  state: 'withdrawn' | 'charted' | 'removed',
  by: string,
): Promise<NotDecided> {
  await moveSubmission(tx, portal, row, { state, who: 'host', by })
  const entry = { event: `document.${state}-in-host`, subject: subjectOf(row), pid: row.pid ?? undefined }
  await recordAudit(tx, portal.clock, HOST, entry)
  await publish(tx, portal.clock, { event: `document.${state}`, payload: payloadOf(row), key: subjectOf(row) })
  return { ok: false, reason: 'over', state, by: by === '' ? undefined : by, at: undefined }
}

const HOST: Actor = { kind: 'system', id: 'host', name: 'EMR', requestId: undefined }

function subjectOf({ id }: Submission): string {
  return `submission:${String(id)}`
}

function payloadOf({ account_id: account, id, pid }: Submission) {
  return { submission: id, account, pid }
}

export interface StaffDeed {
  /** `document.filed` */
  event: string
  row: Submission
  details?: AuditEntry['details']
  /** As the host names it in its own log (facts §11.2). */
  hostEvent: 'chart document' | 'document-review'
  /** What the patient is written, if anything: a kind of letter. */
  letter?: string
}

/** The trail, the event, the host's log, and the letter. */
export async function tellOf(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { details, event, hostEvent, letter, row }: StaffDeed,
): Promise<void> {
  const pid = row.pid ?? undefined
  await recordAudit(tx, portal.clock, actor, { event, subject: subjectOf(row), pid, ...(details ? { details } : {}) })
  await publish(tx, portal.clock, { event, payload: payloadOf(row), key: subjectOf(row) })
  await writeHostLog(tx, {
    ...{ at: wallClock(portal.clock.now()), event: hostEvent, user: member.username, pid, success: true },
    ...{ comment: `Foyer: ${event}, ${row.receipt}`, from: 'portal-dashboard' },
  })
  if (letter !== undefined)
    await writeToSender(tx, portal, actor, row, { kind: letter, facts: { receipt: row.receipt, kind: row.kind } })
}
