/**
 * The kind of note by which a registration reaches the host's own staff messages: 'New Patient Portal User', an option
 * of its list of kinds (facts §5.4). Foyer adds it when it first writes such a note and takes it away at uninstall,
 * unless a note is of that kind: those are the practice's, and the list must know them.
 */
import type { Queryable, Tx } from '../platform/database.js'
import type { WallClock } from '../platform/clock.js'

export const NEW_PORTAL_USER = 'New Patient Portal User'
/** Says that the option is Foyer's: one that the practice made itself stays. */
const OURS = 'foyer'

/** The option is there and is active or not, as the practice has it. */
export async function ensureNoteType(tx: Tx): Promise<void> {
  const there = await tx.first<{ one: number }>(
    `SELECT 1 AS one FROM list_options WHERE list_id = 'note_type' AND option_id = :option`,
    { option: NEW_PORTAL_USER },
  )
  if (there) return
  await tx.change(
    `INSERT IGNORE INTO list_options
       (list_id, option_id, title, seq, is_default, option_value, mapping, notes, codes, toggle_setting_1,
        toggle_setting_2, activity, subtype, edit_options)
     SELECT 'note_type', :option, :option, COALESCE(MAX(seq), 0) + 10, 0, 0, '', :ours, '', 0, 0, 1, '', 1
       FROM list_options WHERE list_id = 'note_type'`,
    { option: NEW_PORTAL_USER, ours: OURS },
  )
}

/** Takes the option away if it is Foyer's and no note is of its kind. */
export async function removeNoteType(tx: Tx): Promise<void> {
  await tx.change(
    `DELETE FROM list_options
      WHERE list_id = 'note_type' AND option_id = :option AND notes = :ours
        AND NOT EXISTS (SELECT 1 FROM pnotes WHERE pnotes.title = :option)`,
    { option: NEW_PORTAL_USER, ours: OURS },
  )
}

/** Closes a note as the host's list does when staff press Completed. One that is closed or gone stays so. */
export async function completeNote(
  tx: Tx,
  id: number,
  by: { userId: number; pid: number | undefined },
  at: WallClock,
): Promise<void> {
  await tx.change(
    `UPDATE pnotes SET message_status = 'Done', update_by = :userId, update_date = :at, pid = COALESCE(:pid, pid)
      WHERE id = :id AND message_status <> 'Done' AND COALESCE(deleted, 0) = 0`,
    { id, at, userId: by.userId, pid: by.pid ?? null },
  )
}

/**
 * Opens a note again that was completed with the decision which is taken back now, or by the host's own screens, which
 * take `activity` from it too.
 */
export async function reopenNote(tx: Tx, id: number, at: WallClock): Promise<void> {
  await tx.change(`UPDATE pnotes SET message_status = 'New', activity = 1, pid = 0, update_date = :at WHERE id = :id`, {
    id,
    at,
  })
}

/** Completed, as the host's list has it (facts §7.4): a note that was deleted was not dealt with. */
export const NOTE_COMPLETED = `(n.message_status = 'Done' OR n.activity = 0) AND COALESCE(n.deleted, 0) = 0`

/** Who completed a note in the host's own list ('': the host doesn't say), and when; undefined: it is open. */
export async function whoCompleted(
  db: Queryable,
  id: number,
): Promise<{ by: string; at: WallClock | null } | undefined> {
  const row = await db.first<{ by: string | null; at: WallClock | null }>(
    `SELECT u.username AS \`by\`, n.update_date AS at FROM pnotes n LEFT JOIN users u ON u.id = n.update_by
      WHERE n.id = :id AND ${NOTE_COMPLETED}`, // sql-safe: a constant
    { id },
  )
  return row && { by: row.by ?? '', at: row.at }
}
