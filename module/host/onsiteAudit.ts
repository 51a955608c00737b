/** What staff decide on a document of the host's, and what its own screens did meanwhile (facts §5.2, §6.2, §6.3). */
import type { WallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { HostSite } from './detect.js'
import { EDITING, IN_REVIEW, keepsValues, LOCKED, type TemplateValue } from './onsiteDocuments.js'

/** A document that staff refused for good. The host knows no word for it, and shows this one as it is. */
const DENIED = 'Denied'

/** How a document stands in the host now. */
export type HostStanding =
  /** In review, as it was sent. */
  | { kind: 'waiting' }
  /** In review, and something else stands in it than when it was sent. */
  | { kind: 'changed' }
  /** Charted by the host's own dashboard. */
  | { kind: 'charted'; by: string }
  /** The patient's again: it is being edited. */
  | { kind: 'taken-back' }
  /** The patient threw it away. */
  | { kind: 'thrown-away' }
  /** Staff took it off the host's own list. */
  | { kind: 'removed' }

interface Row {
  pid: number
  denial_reason: string
  signator: string | null
  status: string | null
  narrative: string | null
  mark: string | null
}

/** Of one document, locked until the transaction ends. `mark`: of what was sent; null where that is not known. */
export async function standingInHost(
  tx: Tx,
  site: HostSite,
  document: { onsiteId: number; pid: number; mark: string | null },
): Promise<HostStanding> {
  const row = await tx.first<Row>(
    // sql-safe: constants
    `SELECT d.pid, d.denial_reason, COALESCE(u.username, d.authorizing_signator) AS signator,
            ${activityOf('status')} AS status, ${activityOf('narrative')} AS narrative, ${markColumns(site)} AS mark
       FROM onsite_documents d LEFT JOIN users u ON u.id = CAST(d.authorizing_signator AS UNSIGNED)
      WHERE d.id = :onsiteId AND d.pid = :pid FOR UPDATE`,
    document,
  )
  if (!row) return thrownAway(tx, document)
  return standingOf(row, document.mark)
}

function standingOf({ denial_reason, mark, narrative, signator, status }: Row, sent: string | null): HostStanding {
  if (denial_reason === LOCKED) return { kind: 'charted', by: signator ?? '' }
  if (status === 'deleted') return { kind: byPatient(narrative) ? 'thrown-away' : 'removed' }
  if (denial_reason !== IN_REVIEW) return { kind: 'taken-back' }
  return { kind: sent === null || sent === mark ? 'waiting' : 'changed' }
}

async function thrownAway(db: Queryable, { onsiteId, pid }: { onsiteId: number; pid: number }): Promise<HostStanding> {
  const row = await db.first<{ narrative: string | null }>(
    `SELECT narrative FROM onsite_portal_activity
      WHERE patient_id = :pid AND activity = 'document' AND table_args = :args ORDER BY id DESC LIMIT 1`,
    { pid, args: String(onsiteId) },
  )
  return { kind: byPatient(row?.narrative ?? null) ? 'thrown-away' : 'removed' }
}

/** "Patient deleted un-charted template", where staff's own deed is told as "User deleted document". */
function byPatient(narrative: string | null): boolean {
  return narrative?.startsWith('Patient deleted') ?? false
}

/** The document's latest row on the host's list. */
function activityOf(column: 'status' | 'narrative' | 'id'): string {
  // sql-safe: one of three names of columns
  return `(SELECT a.${column} FROM onsite_portal_activity a
            WHERE a.patient_id = d.pid AND a.activity = 'document' AND a.table_args = CAST(d.id AS CHAR) ORDER BY a.id DESC LIMIT 1)`
}

/** Hex SHA-256 of what stands in a document: of its text, its fields and its signature. */
function markColumns(site: HostSite): string {
  const values = keepsValues(site) ? `COALESCE(d.template_data, '')` : `''`
  return `SHA2(CONCAT(SHA2(COALESCE(d.full_document, ''), 256), SHA2(${values}, 256), SHA2(COALESCE(d.patient_signature, ''), 256)), 256)`
}

/** What is kept of a document when it is sent, so that a change by the host's own screens is seen. */
export async function markOfDocument(db: Queryable, site: HostSite, onsiteId: number): Promise<string | null> {
  const row = await db.first<{ mark: string }>(
    `SELECT ${markColumns(site)} AS mark FROM onsite_documents d WHERE d.id = :onsiteId`, // sql-safe: constants
    { onsiteId },
  )
  return row?.mark ?? null
}

export interface Decision {
  onsiteId: number
  pid: number
  /** users.id */
  staffId: number
  at: WallClock
}

/** It lies in the chart: Locked, signed off by who filed it, its activity closed. */
export async function lockDocument(tx: Tx, decision: Decision): Promise<void> {
  await settle(tx, decision, LOCKED, { status: 'closed', pending: 'completed', taken: '' })
}

/** Refused for good. */
export async function denyDocument(tx: Tx, decision: Decision): Promise<void> {
  await settle(tx, decision, DENIED, { status: 'closed', pending: 'completed', taken: 'denied' })
}

/** The patient's again, to be corrected: as a draft that they saved. */
export async function giveBackDocument(tx: Tx, decision: Decision): Promise<void> {
  await settle(tx, decision, EDITING, { status: 'editing', pending: 'patient submission', taken: '' })
}

async function settle(
  tx: Tx,
  { at, onsiteId, pid, staffId }: Decision,
  state: string,
  to: { status: string; pending: string; taken: string },
): Promise<void> {
  const signed = state === LOCKED ? ', authorizing_signator = :signator' : ''
  const found = await tx.change(
    // sql-safe: constants
    `UPDATE onsite_documents SET denial_reason = :state, review_date = :at${signed} WHERE id = :onsiteId AND pid = :pid`,
    { onsiteId, pid, state, at, signator: String(staffId) },
  )
  if (found !== 1) throw new Error('The document of a submission is another patient’s, or gone')
  await tx.change(
    `UPDATE onsite_portal_activity
        SET status = :status, pending_action = :pending, action_taken = :taken, action_user = :staffId, action_taken_time = :at
      WHERE patient_id = :pid AND activity = 'document' AND table_args = :args AND status <> 'deleted'`,
    { ...to, pid, staffId, at, args: String(onsiteId) },
  )
}

/** Staff's signature, where the template asks for one: among its fields, and as the host keeps it apart. */
export async function signDocument(
  tx: Tx,
  site: HostSite,
  { at, image, onsiteId, pid, values }: Decision & { image: string; values: readonly TemplateValue[] },
): Promise<void> {
  const kept = keepsValues(site) ? ', template_data = :values' : ''
  await tx.change(
    // sql-safe: constants
    `UPDATE onsite_documents
        SET authorized_signature = :image, authorize_signed_time = :at, accept_signed_status = 1, review_date = :at${kept}
      WHERE id = :onsiteId AND pid = :pid`,
    { onsiteId, pid, at, image, values: JSON.stringify(values) },
  )
}

/** The signature that the host keeps of a member of staff, a data-URL; undefined: none. */
export async function staffSignature(db: Queryable, staffId: number): Promise<string | undefined> {
  const row = await db.first<{ image: string | null }>(
    `SELECT sig_image AS image FROM onsite_signatures WHERE pid = 0 AND user = :user AND type = 'admin-signature' LIMIT 1`,
    { user: String(staffId) },
  )
  return row?.image ?? undefined
}

/** Kept for the next document as the host does (facts §6.7): one a user, and the one that they have stays as it is. */
export async function keepStaffSignature(
  tx: Tx,
  signature: {
    staffId: number
    name: string
    image: string
    sha3: string
    at: WallClock
    epoch: number
    address: string
  },
): Promise<void> {
  const { staffId, ...row } = signature
  await tx.change(
    `INSERT INTO onsite_signatures
       (status, type, created, lastmod, pid, encounter, user, activity, authorized, signator, sig_image, signature, sig_hash, ip)
     VALUES ('filed', 'admin-signature', :epoch, :at, 0, NULL, :user, 0, NULL, :name, :image, NULL, :sha3, :address)
     ON DUPLICATE KEY UPDATE id = id`,
    { ...row, user: String(staffId), name: signature.name.slice(0, 255) },
  )
}

export interface UnknownDocument {
  onsiteId: number
  pid: number
  activityId: number
  title: string
  sentAt: WallClock | null
}

/** In review in the host, and not waiting here: sent in the host's own portal. The oldest first. */
export function documentsToAdopt(db: Queryable, most: number): Promise<UnknownDocument[]> {
  return db.select<UnknownDocument>(
    // sql-safe: constants and a number
    `SELECT d.id AS onsiteId, d.pid, a.id AS activityId, d.doc_type AS title, a.date AS sentAt
       FROM onsite_portal_activity a
       JOIN onsite_documents d ON d.id = CAST(a.table_args AS UNSIGNED) AND d.pid = a.patient_id
       LEFT JOIN foyer_submissions s ON s.onsite_id = d.id AND s.state = 'waiting'
      WHERE a.activity = 'document' AND a.status = 'waiting' AND d.denial_reason = '${IN_REVIEW}' AND s.id IS NULL
      ORDER BY a.id LIMIT ${String(Math.trunc(most))}`,
  )
}

/** Submissions that are open here, and in the host are gone, charted or taken back. */
export async function driftedSubmissions(db: Queryable, most: number): Promise<number[]> {
  const rows = await db.select<{ id: number }>(
    // sql-safe: constants and a number
    `SELECT s.id FROM foyer_submissions s
       LEFT JOIN onsite_documents d ON d.id = s.onsite_id AND d.pid = s.pid
       LEFT JOIN onsite_portal_activity a ON a.id = s.activity_id
      WHERE s.state IN ('waiting', 'returned') AND s.onsite_id IS NOT NULL
        AND (d.id IS NULL OR a.status = 'deleted' OR d.denial_reason = '${LOCKED}'
             OR (s.state = 'waiting' AND d.denial_reason <> '${IN_REVIEW}'))
      ORDER BY s.id LIMIT ${String(Math.trunc(most))}`,
  )
  return rows.map(({ id }) => id)
}
