/**
 * A chart was opened to an account by mistake: what the account sent through that grant and what still waits there is
 * taken out of the chart. What staff have filed or confirmed by then stays, and is listed for them
 * (features/registration/staff/traces.ts).
 */
import { writeHostLog } from '../host/log.js'
import {
  DENIED,
  deleteOnsiteDocument,
  findOnsiteDocument,
  LOCKED,
  reopenOnsiteDocument,
} from '../host/onsiteDocuments.js'
import { moveBack } from '../host/ownBookings.js'
import { noteDocument } from '../host/portalActivity.js'
import { isOpenActivity, lockActivity, withdrawActivity } from '../host/profile/activity.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { utc, wallClock, type Utc } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { takeAnswersBack } from './formFiling.js'
import { takeFilesBack } from './ownRecord.js'
import type { Portal } from './portal.js'

interface WrongGrant {
  /** The account, and those that were joined with it. */
  accounts: readonly number[]
  pid: number
  /** The grant's. */
  record: string
  since: Utc
}

/** How many of each. */
export interface TakenBack {
  files: number
  documents: number
  forms: number
  changes: number
  bookings: number
  cancellations: number
}

/**
 * In the transaction that takes the grant away, with the turns of the chart and of the own record. Files, answers and
 * requested times become those of the account's own record; documents, drafts and changes of the profile are the
 * chart's and end.
 */
export async function takeBackWhatWasSent(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  grant: WrongGrant,
  own: { record: string },
): Promise<TakenBack> {
  return {
    files: await takeUploads(tx, grant, own),
    forms: await takeAnswersBack(tx, grant, own),
    documents: await endDocuments(tx, portal, actor, grant),
    changes: await endChanges(tx, portal, actor, grant),
    bookings: await takeRequests(tx, grant, own),
    cancellations: await endCancellations(tx, portal, grant),
  }
}

async function takeUploads(tx: Tx, { pid, record }: WrongGrant, own: { record: string }): Promise<number> {
  const ids = async (table: 'foyer_uploads' | 'foyer_submissions', besides: string) => {
    const rows = await tx.select<{ id: number }>(
      `SELECT id FROM ${table} WHERE record = :record AND pid = :pid ${besides}`, // sql-safe: constants
      { pid, record },
    )
    return rows.map(({ id }) => id)
  }
  const uploads = await ids('foyer_uploads', '')
  const submissions = await ids('foyer_submissions', `AND kind = 'upload'`)
  return takeFilesBack(tx, { pid }, own, { uploads, submissions })
}

/** `begun`: by the account itself; else it is the patient's own, on which the account went on. */
interface Document {
  onsite_id: number
  begun: number
}

async function endDocuments(tx: Tx, portal: Portal, actor: Actor, grant: WrongGrant): Promise<number> {
  const { accounts, pid, record } = grant
  const rows = await tx.select<Document>(
    `SELECT d.onsite_id, EXISTS (SELECT 1 FROM foyer_filled f WHERE f.onsite_id = d.onsite_id AND f.account_id IN (:accounts)) AS begun
       FROM (SELECT onsite_id FROM foyer_filled WHERE pid = :pid AND account_id IN (:accounts) AND saved_at >= :since
              UNION SELECT onsite_id FROM foyer_submissions
                     WHERE pid = :pid AND record = :record AND kind = 'document' AND onsite_id IS NOT NULL) d
      ORDER BY d.onsite_id`,
    { accounts, pid, record, since: grant.since },
  )
  let ended = 0
  for (const row of rows) if (await endDocument(tx, portal, actor, grant, row)) ended += 1
  return ended
}

/** The bytes that were sent stay with what was sent (foyer_submissions.file_id): they tell what was in it. */
async function endDocument(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  { pid }: WrongGrant,
  { begun, onsite_id: id }: Document,
): Promise<boolean> {
  const document = await findOnsiteDocument(tx, portal.site, pid, id, 'lock')
  if (!document || document.state === LOCKED || document.state === DENIED) return false
  const at = wallClock(portal.clock.now())
  await withdrawSent(tx, portal, actor, { pid, id })
  if (begun === 1) {
    await tx.change(
      `UPDATE foyer_form_assignments SET state = 'withdrawn', open_key = NULL, closed_by = :by, closed_at = :now
        WHERE pid = :pid AND state = 'waiting' AND occasion LIKE :occasion`,
      { pid, by: actor.name.slice(0, 255), now: utc(portal.clock.now()), occasion: `document:${String(id)}:%` },
    )
    await tx.change(`DELETE FROM foyer_filled WHERE onsite_id = :id`, { id })
    await noteDocument(tx, { pid, documentId: id, title: document.title, at }, 'deleted')
    await deleteOnsiteDocument(tx, pid, id)
  } else {
    await reopenOnsiteDocument(tx, id)
    await noteDocument(tx, { pid, documentId: id, title: document.title, at }, 'editing')
  }
  await writeHostLog(tx, {
    ...{ at, event: 'other-update', user: actor.id, pid, success: true, from: 'portal-dashboard' },
    comment: `Foyer: document ${String(id)} was taken out, since the chart had been opened to another person`,
  })
  return true
}

async function withdrawSent(
  tx: Tx,
  { clock }: Portal,
  actor: Actor,
  { id, pid }: { pid: number; id: number },
): Promise<void> {
  const sent = await tx.first<{ id: number }>(
    `SELECT id FROM foyer_submissions WHERE onsite_id = :id AND pid = :pid AND state IN ('waiting', 'returned')`,
    { id, pid },
  )
  if (!sent) return
  await tx.change(
    `UPDATE foyer_submissions
        SET state = 'withdrawn', decided_by = :by, decided_at = :now, claimed_by = NULL, claimed_at = NULL,
            open_key = NULL, filing_due_at = NULL, version = version + 1
      WHERE id = :id`,
    { id: sent.id, by: actor.id, now: utc(clock.now()) },
  )
  const subject = `submission:${String(sent.id)}`
  await recordAudit(tx, clock, actor, { event: 'document.withdrawn', subject, pid, details: { why: 'wrong-link' } })
}

async function endChanges(tx: Tx, { clock }: Portal, actor: Actor, { pid, record }: WrongGrant): Promise<number> {
  const rows = await tx.select<{ id: number; receipt: string; activity_id: number | null }>(
    `SELECT id, receipt, activity_id FROM foyer_profile_changes WHERE pid = :pid AND record = :record AND state = 'waiting'`,
    { pid, record },
  )
  const now = clock.now()
  for (const { activity_id: activityId, id, receipt } of rows) {
    const open = activityId === null ? undefined : await lockActivity(tx, activityId)
    if (open && isOpenActivity(open)) await withdrawActivity(tx, { id: open.id, pid, at: wallClock(now) })
    await tx.change(
      `UPDATE foyer_profile_changes
          SET state = 'withdrawn', outcomes = '[]', decided_at = :now, claimed_by = NULL, claimed_at = NULL, open_key = NULL,
              changed_at = :now, version = version + 1
        WHERE id = :id`,
      { id, now: utc(now) },
    )
    const subject = `profile-change:${String(id)}`
    const details = { receipt, why: 'wrong-link' }
    await recordAudit(tx, clock, actor, { event: 'profile.withdrawn', subject, pid, record, details })
  }
  return rows.length
}

/** Times that wait for an answer. One that would replace a visit of the chart's patient stays there for staff to answer. */
async function takeRequests(tx: Tx, { pid, record }: WrongGrant, own: { record: string }): Promise<number> {
  const rows = await tx.select<{ id: number; eid: number }>(
    `SELECT id, pc_eid AS eid FROM foyer_appointment_requests
      WHERE pid = :pid AND record = :record AND state IN ('requested', 'proposed') AND replaces_eid IS NULL ORDER BY id`,
    { pid, record },
  )
  const requests = rows.map((row) => ({ ...row, openKey: null, openSeat: null }))
  await moveBack(tx, requests, { pid, record }, own)
  return rows.length
}

function endCancellations(tx: Tx, { clock }: Portal, { pid, record }: WrongGrant): Promise<number> {
  return tx.change(
    `UPDATE foyer_cancellation_requests SET state = 'withdrawn', open_key = NULL, decided_at = :now
      WHERE pid = :pid AND record = :record AND open_key IS NOT NULL`,
    { pid, record, now: utc(clock.now()) },
  )
}
