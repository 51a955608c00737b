/** The bytes of what was sent and is nobody's any more: its patient took it back, and its number alone stays. */
import { dropFile } from '../../access/storedFiles.js'
import type { Tx } from '../../platform/database.js'
import { dropEarlier } from './earlierFiles.js'
import type { Submission } from './submissions.js'

/** In the transaction that ends it. Answers the files, to be removed after it (storedFiles.ts `removeDropped`), or by the sweeper. */
export async function dropSent(tx: Tx, { file_id: fileId, id }: Pick<Submission, 'file_id' | 'id'>): Promise<number[]> {
  const earlier = await dropEarlier(tx, id)
  await tx.change(`UPDATE foyer_submissions SET file_id = NULL WHERE id = :id`, { id })
  await tx.change(`DELETE FROM foyer_sent_contents WHERE submission_id = :id`, { id })
  if (fileId === null) return earlier
  await dropFile(tx, fileId)
  return [fileId, ...earlier]
}
