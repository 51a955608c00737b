/** What a patient had sent under a number before, and staff returned: another file stands in its place now. */
import { dropFile, handOver } from '../../access/storedFiles.js'
import type { Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'

export interface EarlierFile {
  id: number
  submission_id: number
  /** Null: it was decided, and its bytes are gone. */
  file_id: number | null
  name: string
  media_type: string | null
  /** Hex, of the bytes that staff were shown. */
  sha256: string | null
  sent_at: Utc
  /** A username. */
  returned_by: string | null
  returned_at: Utc | null
  reason: string | null
}

/** The file of a returned submission is kept as what it was, before another takes its place: in that transaction. */
export async function keepEarlier(tx: Tx, submissionId: number): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_earlier_files
       (submission_id, file_id, name, media_type, sha256, sent_at, returned_by, returned_at, reason)
     SELECT s.id, s.file_id, s.title, f.media_type, f.sha256, s.sent_at, s.decided_by, s.decided_at, s.reason
       FROM foyer_submissions s LEFT JOIN foyer_files f ON f.id = s.file_id WHERE s.id = :submissionId`,
    { submissionId },
  )
  const kept = await tx.first<{ id: number; file_id: number | null }>(
    `SELECT id, file_id FROM foyer_earlier_files WHERE submission_id = :submissionId ORDER BY id DESC LIMIT 1`,
    { submissionId },
  )
  if (kept?.file_id != null) await handOver(tx, kept.file_id, `earlier:${String(kept.id)}`)
}

/** The oldest first. */
export function earlierFiles(db: Queryable, submissionId: number): Promise<EarlierFile[]> {
  return db.select<EarlierFile>(
    `SELECT id, submission_id, file_id, name, media_type, sha256, sent_at, returned_by, returned_at, reason
       FROM foyer_earlier_files WHERE submission_id = :submissionId ORDER BY id`,
    { submissionId },
  )
}

/** Their bytes go with the decision, inside its transaction; their names and reasons stay. Answers the files to remove. */
export async function dropEarlier(tx: Tx, submissionId: number): Promise<number[]> {
  const ids = (await earlierFiles(tx, submissionId)).flatMap(({ file_id: id }) => id ?? [])
  await tx.change(`UPDATE foyer_earlier_files SET file_id = NULL WHERE submission_id = :submissionId`, { submissionId })
  for (const id of ids) await dropFile(tx, id)
  return ids
}
