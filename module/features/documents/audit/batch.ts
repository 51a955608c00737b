/**
 * Many simple submissions, ticked and filed into one category. They are filed only once the time to take it back is over:
 * what is in a chart is seen and backed up there, so taking it back afterwards would leave traces.
 */
import type { Portal } from '../../../access/portal.js'
import { staffMay, staffMember, type StaffMember } from '../../../access/staff.js'
import { fileOf } from '../../../access/storedFiles.js'
import { colleagues } from '../../../host/reads/staffAppointments.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, type Utc } from '../../../platform/clock.js'
import { findSubmission, holderOf, inHand, type Submission } from '../submissions.js'
import { sha256Of } from './deed.js'
import { categoriesFor, fileSubmission, isScanned, usualName } from './filing.js'
import type { NotFiledReason } from './notFiled.js'
import { remakeSubmission } from './remaking.js'

/** Seconds in which the whole press can be taken back. */
export const UNDO_SECONDS = 60

export interface Ticked {
  id: number
  /** As it was when it was ticked. */
  version: number
  /** Hex, of the bytes that were offered to be looked at before the press; undefined: none were. */
  sha256: string | undefined
}

export interface BatchOutcome {
  due: number[]
  failed: { id: number; reason: string }[]
}

/** Each is its presser's from now on, and is filed in a minute: into its own patient's chart. */
export async function fileLater(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { categoryId, ticked }: { categoryId: number; ticked: readonly Ticked[] },
): Promise<BatchOutcome | undefined> {
  const offered = await categoriesFor(portal.db, member.username)
  if (!offered.some(({ id }) => id === categoryId)) return undefined
  const outcome: BatchOutcome = { due: [], failed: [] }
  for (const one of ticked) {
    const reason = await mark(portal, member, actor, categoryId, one)
    if (reason === undefined) outcome.due.push(one.id)
    else outcome.failed.push({ id: one.id, reason })
  }
  return outcome
}

/** undefined: done. Otherwise why not, as the words for it are keyed. */
function mark(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  categoryId: number,
  { id, sha256, version }: Ticked,
): Promise<string | undefined> {
  return inHand(portal, id, async (tx, row) => {
    const reason = whyNot(portal, member, row, version)
    if (!row || reason !== undefined) return reason ?? 'not-found'
    if (sha256 === undefined || (await sha256Of(tx, row)) !== sha256) return 'changed'
    const now = portal.clock.now()
    await tx.change(
      `UPDATE foyer_submissions
          SET claimed_by = :me, claimed_at = :now, category_id = :categoryId, filing_due_at = :due, filing_sha256 = :sha256,
              filing_failed = NULL, filing_failed_at = NULL
        WHERE id = :id`,
      { id, sha256, categoryId, me: member.username, now: utc(now), due: utc(now.plus({ seconds: UNDO_SECONDS })) },
    )
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'document.ticked', subject: `submission:${String(id)}`, pid: row.pid ?? undefined },
      details: { category: categoryId },
    })
    return undefined
  })
}

function whyNot(portal: Portal, member: StaffMember, row: Submission | undefined, version: number): string | undefined {
  if (!row) return 'not-found'
  if (row.state !== 'waiting') return 'over'
  if (row.pid === null) return 'no-chart'
  if (!isScanned(row)) return 'not-scanned'
  if (row.awaits_signature === 1) return 'unsigned'
  if (row.version !== version) return 'changed'
  const holder = holderOf(portal, row)
  return holder && holder.by !== member.username ? 'claimed' : undefined
}

/** Takes back those of this member that are not filed yet; answers which. */
export async function keepBack(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  ids: readonly number[],
): Promise<number[]> {
  const kept: number[] = []
  for (const id of ids) {
    const done = await inHand(portal, id, async (tx, row) => {
      if (row?.filing_due_at == null || row.state !== 'waiting' || row.claimed_by !== member.username) return false
      await tx.change(`UPDATE foyer_submissions SET filing_due_at = NULL WHERE id = :id`, { id })
      await recordAudit(tx, portal.clock, actor, {
        ...{ event: 'document.kept-back', subject: `submission:${String(id)}`, pid: row.pid ?? undefined },
      })
      return true
    })
    if (done) kept.push(id)
  }
  return kept
}

const AT_ONCE = 200

interface Due {
  id: number
  /** When it was to be filed: ticked again, it has another. */
  due: Utc
}

/** Files what is due, each as whoever ticked it. What cannot be filed waits on, in its presser's hands, and says why. */
export async function fileDue(portal: Portal): Promise<void> {
  const all = await portal.db.select<Due>(
    // sql-safe: a number of ours
    `SELECT id, filing_due_at AS due FROM foyer_submissions
      WHERE filing_due_at <= :now AND state = 'waiting' ORDER BY filing_due_at LIMIT ${String(AT_ONCE)}`,
    { now: utc(portal.clock.now()) },
  )
  for (const one of all) {
    const reason = await fileOne(portal, one).catch((error: unknown) => {
      // Bytes that are not those that were sent, a full disk: one that fails keeps nobody else's from being filed.
      portal.log.error({ submission: one.id, err: error }, 'a submission that was ticked failed to be filed')
      return 'failed' as const
    })
    if (reason === undefined) continue
    portal.log.warn({ submission: one.id, reason }, 'a submission that was ticked could not be filed')
    await keepWaiting(portal, one, reason)
    // As where one is decided by hand: what is shown next is what the patient says now, and can be decided.
    if (reason === 'changed-in-host') await remakeSubmission(portal, one.id).catch(notRemade(portal, one.id))
  }
}

function notRemade({ log }: Portal, submission: number): (error: unknown) => void {
  return (error) => {
    log.error({ submission, err: error }, 'a document that was changed in the EMR could not be made anew')
  }
}

/** undefined: filed. */
async function fileOne(portal: Portal, { due, id }: Due): Promise<NotFiledReason | undefined> {
  const row = await findSubmission(portal.db, id)
  // Taken back, taken over or ticked anew since it was found to be due.
  if (row?.filing_due_at !== due || row.claimed_by === null || row.category_id === null) return 'over'
  if (row.pid === null) return 'no-chart'
  const user = (await colleagues(portal.db)).find(({ username }) => username === row.claimed_by)
  const member = user && (await staffMember(portal.db, user.id))
  // Somebody who may no longer do it by hand does not do it by the clock either.
  if (!member || !staffMay(portal.policy(), member, 'documents:audit')) return 'no-longer-allowed'
  const file = row.file_id === null ? undefined : await fileOf(portal.db, row.file_id)
  if (!file || row.filing_sha256 === null) return 'changed'
  const actor: Actor = { kind: 'staff', id: member.username, name: member.name, requestId: undefined }
  const seen = { id, pid: row.pid, version: row.version, sha256: row.filing_sha256 }
  const name = usualName(row, file.name)
  const outcome = await fileSubmission(portal, member, actor, { seen, categoryId: row.category_id, name, due })
  return outcome.ok ? undefined : outcome.reason
}

const CLOCK: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

/** Only as it was due then: ticked anew meanwhile, it is to be filed at its time. */
function keepWaiting(portal: Portal, { due, id }: Due, reason: NotFiledReason): Promise<void> {
  return inHand(portal, id, async (tx, row) => {
    if (row?.state !== 'waiting' || row.filing_due_at !== due) return
    await tx.change(
      `UPDATE foyer_submissions SET filing_due_at = NULL, filing_failed = :reason, filing_failed_at = :now WHERE id = :id`,
      { id, reason, now: utc(portal.clock.now()) },
    )
    await recordAudit(tx, portal.clock, CLOCK, {
      ...{ event: 'document.not-filed', subject: `submission:${String(id)}`, pid: row.pid ?? undefined },
      details: { reason },
    })
  })
}
