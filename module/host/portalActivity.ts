/** What patients do that staff look at, as the host lists it: `onsite_portal_activity` (facts §5.2). */
import type { Queryable, Tx } from '../platform/database.js'
import type { WallClock } from '../platform/clock.js'

export interface DocumentActivity {
  pid: number
  /** onsite_documents.id */
  documentId: number
  /** The template's name. */
  title: string
  at: WallClock
}

/** How the patient's side of a document stands, as the host's rows say it (facts §5.2). */
const standings = {
  editing: { status: 'editing', pending: 'patient submission', action: 'update' },
  waiting: { status: 'waiting', pending: 'review', action: 'update' },
  deleted: { status: 'deleted', pending: 'none', action: 'delete' },
} as const

const DELETED = 'Patient deleted un-charted template'

/**
 * The document's one row, made where there is none. Answers its id. The caller holds the patient's turn, so that no
 * two make one.
 */
export async function noteDocument(
  tx: Tx,
  { pid, documentId, title, at }: DocumentActivity,
  standing: keyof typeof standings,
): Promise<number> {
  const { status, pending, action } = standings[standing]
  const narrative = standing === 'deleted' ? DELETED : title
  const known = await documentActivity(tx, pid, documentId)
  const row = { pid, at, status, pending, action, narrative, document: String(documentId) }
  if (known === undefined) {
    return tx.insert(
      `INSERT INTO onsite_portal_activity
         (date, patient_id, activity, require_audit, pending_action, action_taken, status, narrative, table_action,
          table_args, action_user, action_taken_time, checksum)
       VALUES (:at, :pid, 'document', 1, :pending, '', :status, :narrative, :action, :document, 0, :at, '0')`,
      row,
    )
  }
  await tx.change(
    `UPDATE onsite_portal_activity
        SET date = :at, require_audit = 1, pending_action = :pending, action_taken = '', status = :status,
            narrative = :narrative, table_action = :action, action_user = 0, action_taken_time = :at
      WHERE id = :id AND patient_id = :pid`,
    { ...row, id: known },
  )
  return known
}

/** The row of a document: the latest, where the host has made several. */
async function documentActivity(db: Queryable, pid: number, documentId: number): Promise<number | undefined> {
  const row = await db.first<{ id: number }>(
    `SELECT id FROM onsite_portal_activity
      WHERE patient_id = :pid AND activity = 'document' AND table_args = :document ORDER BY id DESC LIMIT 1`,
    { pid, document: String(documentId) },
  )
  return row?.id
}
