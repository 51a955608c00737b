import { createHash } from 'node:crypto'
import type { Tx } from '../platform/database.js'
import type { WallClock } from '../platform/clock.js'

/** One line of the host's own log (facts §11). Never put a token or a password into the comment. */
export interface HostLogEntry {
  at: WallClock
  event: string
  category?: string
  /** The staff member's username, or the patient's portal account name. */
  user: string
  groupname?: string
  comment: string
  /** The host ends it with the part of the portal that wrote the line: ` Module:<card>` (facts §11.2). */
  notes?: string
  pid?: number | undefined
  success: boolean
  from: 'open-emr' | 'onsite-portal' | 'portal-dashboard' | 'portal-login'
}

/**
 * Writes the pair of rows without which the host's log viewer shows nothing: `log` with the comment in base64, and
 * `log_comment_encrypt` with the SHA3-512 over the thirteen values (facts §11.1).
 */
export async function writeHostLog(tx: Tx, entry: HostLogEntry): Promise<void> {
  const row = {
    date: entry.at,
    event: entry.event,
    category: entry.category ?? null,
    user: entry.user,
    groupname: entry.groupname ?? 'none',
    comments: Buffer.from(entry.comment, 'utf8').toString('base64'),
    user_notes: entry.notes ?? null,
    patient_id: entry.pid ?? null,
    success: entry.success ? 1 : 0,
    crt_user: null,
    log_from: entry.from,
    menu_item_id: null,
    ccda_doc_id: 0,
  }
  const id = await tx.insert(
    `INSERT INTO log (date, event, category, user, groupname, comments, user_notes, patient_id, success, crt_user, log_from, menu_item_id, ccda_doc_id)
     VALUES (:date, :event, :category, :user, :groupname, :comments, :user_notes, :patient_id, :success, :crt_user, :log_from, :menu_item_id, :ccda_doc_id)`,
    row,
  )
  await tx.insert(
    `INSERT INTO log_comment_encrypt (log_id, encrypt, checksum, checksum_api, version) VALUES (:id, 'No', :checksum, '', 4)`,
    { id, checksum: checksumOf(Object.values(row)) },
  )
}

/** Hex SHA3-512 of the values in the column order above, joined by nothing, NULL as '' (facts §11.1). */
export function checksumOf(values: readonly (string | number | null)[]): string {
  return createHash('sha3-512')
    .update(values.map((value) => value ?? '').join(''))
    .digest('hex')
}
