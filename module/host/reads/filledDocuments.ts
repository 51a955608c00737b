/** What a patient has begun and sent, here or in the host's own portal, with what became of it. */
import type { Utc, WallClock } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

export interface FilledDocument {
  /** onsite_documents.id */
  id: number
  title: string
  /** denial_reason (facts §6.2). */
  hostState: string
  begunAt: WallClock
  /** The last save here; undefined: never. */
  savedAt: Utc | undefined
  /** State of what was sent of it last; undefined: nothing, or only in the host's own portal. */
  sentState: string | undefined
  receipt: string | undefined
  sentAt: Utc | undefined
  decidedAt: Utc | undefined
  /** What staff say to it. */
  reason: string | undefined
}

interface Row {
  id: number
  title: string
  host_state: string
  begun_at: WallClock
  saved_at: Utc | null
  sent_state: string | null
  receipt: string | null
  sent_at: Utc | null
  decided_at: Utc | null
  reason: string | null
}

const MOST = 200

/** The newest first, in one statement. */
export async function filledDocuments(db: Queryable, pid: number): Promise<FilledDocument[]> {
  const rows = await db.select<Row>(
    // sql-safe: a number
    `SELECT d.id, d.doc_type AS title, d.denial_reason AS host_state, d.create_date AS begun_at, f.saved_at,
            s.state AS sent_state, s.receipt, s.sent_at, s.decided_at, s.reason
       FROM onsite_documents d
       LEFT JOIN foyer_filled f ON f.onsite_id = d.id
       LEFT JOIN foyer_submissions s ON s.id = (SELECT MAX(last.id) FROM foyer_submissions last WHERE last.onsite_id = d.id)
      WHERE d.pid = :pid ORDER BY d.id DESC LIMIT ${String(MOST)}`,
    { pid },
  )
  return rows.map((row) => ({
    ...{ id: row.id, title: row.title, hostState: row.host_state, begunAt: row.begun_at },
    savedAt: row.saved_at ?? undefined,
    sentState: row.sent_state ?? undefined,
    receipt: row.receipt ?? undefined,
    sentAt: row.sent_at ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    reason: row.reason ?? undefined,
  }))
}

/** How many of a chart's documents staff have returned that no list of what is asked for leads to; a need's counting (feature.ts). */
export const returnedBehind = `SELECT COUNT(*) AS count, NULL AS day, COALESCE(MAX(s.title), '') AS name
      FROM foyer_submissions s JOIN onsite_documents d ON d.id = s.onsite_id
     WHERE s.kind = 'document' AND s.state = 'returned' AND s.pid = :pid
       AND (EXISTS (SELECT 1 FROM onsite_documents n WHERE n.pid = d.pid AND n.file_path = d.file_path AND n.id > d.id)
            OR NOT EXISTS (SELECT 1 FROM document_templates t WHERE t.id = d.file_path))`
