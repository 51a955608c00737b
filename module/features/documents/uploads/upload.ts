/** A file that a patient has sent, from its arrival until it is with staff, and what came of it there. */
import type { Queryable } from '../../../platform/database.js'
import type { Utc } from '../../../platform/clock.js'
import type { FileRefusalReason } from '../../../web/routes.js'
import { isOpaqueId } from '../../../platform/ids.js'
import type { SubmissionState, Whose } from '../submissions.js'

/**
 * - type: not one that the practice takes. page: HTML or SVG, which can act by itself. macros: a document that holds a
 *   program. heic: a picture that only some telephones can show.
 * - infected: the scanner found a virus. unscannable: more than the scanner takes. unreadable: a picture that is none.
 *   not-prepared: a picture that the server failed to encode anew, time and again.
 */
export type UploadRefusal =
  FileRefusalReason | 'type' | 'page' | 'macros' | 'heic' | 'infected' | 'unscannable' | 'unreadable' | 'not-prepared'

/** clean: the scanner found nothing. unscanned: the practice has no scanner. */
export type Scan = 'clean' | 'unscanned'

export interface Upload {
  id: number
  batch: string
  account_id: number
  /** How the account is named that sent it, and what its holder is to the patient. */
  sender: string
  relationship: string | null
  record: string
  pid: number | null
  /** Null: its bytes are gone, or with its submission. */
  file_id: number | null
  name: string
  media_type: string
  note: string
  /** replaced: staff returned it, and another stands in its place. */
  state: 'checking' | 'sent' | 'refused' | 'withdrawn' | 'replaced'
  reason: UploadRefusal | null
  virus: string | null
  scan: Scan | null
  submission_id: number | null
  /** The returned submission that it is sent in place of. */
  replaces: number | null
  attempts: number
  /** How often it was begun to be encoded anew. */
  picture_tries: number
  sent_at: Utc
}

/** With what staff have made of it. */
export interface UploadStanding extends Upload {
  receipt: string | null
  submission_state: SubmissionState | null
  /** documents.id, once it is in the chart. */
  document_id: number | null
  /** What staff wrote of a return or a denial. */
  staff_reason: string | null
}

export const uploadColumns = `u.id, u.batch, u.account_id, u.sender, u.relationship, u.record, u.pid, u.file_id, u.name,
  u.media_type, u.note, u.state, u.reason, u.virus, u.scan, u.submission_id, u.replaces, u.attempts, u.picture_tries, u.sent_at`

const standing = `SELECT ${uploadColumns}, s.receipt, s.state AS submission_state, s.document_id, s.reason AS staff_reason
   FROM foyer_uploads u LEFT JOIN foyer_submissions s ON s.id = u.submission_id`

/** What was sent together, in the form's order: of this patient. Empty: there is none, or it is another's. */
export async function uploadsTogether(db: Queryable, whose: Whose, batch: string): Promise<UploadStanding[]> {
  if (!isOpaqueId(batch)) return []
  return db.select<UploadStanding>(
    `${standing} WHERE u.batch = :batch AND ${ofPatient(whose)} ORDER BY u.id`, // sql-safe: constants
    { batch, record: whose.record, pid: whose.pid ?? null },
  )
}

const LISTED_MOST = 30

/** What this patient has sent: what staff returned, then the newest first. */
export async function uploadsOf(db: Queryable, whose: Whose): Promise<UploadStanding[]> {
  return db.select<UploadStanding>(
    // sql-safe: constants and a number
    `${standing} WHERE ${ofPatient(whose)} 
      ORDER BY (u.state = 'sent' AND s.state = 'returned') IS TRUE DESC, u.sent_at DESC, u.id DESC LIMIT ${String(LISTED_MOST)}`,
    { record: whose.record, pid: whose.pid ?? null },
  )
}

// As submissions are found: a chart's own, or what was sent in an account's own record and is in no chart.
function ofPatient({ pid }: Whose): string {
  return pid === undefined ? 'u.pid IS NULL AND u.record = :record' : 'u.pid = :pid'
}
