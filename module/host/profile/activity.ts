/** The one open proposal of a patient, as the host's own portal keeps it (facts §5.2). */
import type { WallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'

export interface ActivityRow {
  id: number
  date: WallClock | null
  patient_id: number
  status: string | null
  pending_action: string | null
  action_taken: string | null
  table_args: string | null
  action_user: number | null
  action_taken_time: WallClock | null
}

const columns = `id, date, patient_id, status, pending_action, action_taken, table_args, action_user, action_taken_time`

/** Waiting for staff: what the host itself looks up. `a` is the row. */
export const openActivity = `a.activity = 'profile' AND a.require_audit = 1 AND a.status = 'waiting' AND a.pending_action = 'review'`

/** The oldest, if the host left several. Locked: the caller has the chart's turn. */
export async function lockOpenActivity(tx: Tx, pid: number): Promise<ActivityRow | undefined> {
  const open = await tx.first<{ id: number }>(
    `SELECT a.id FROM onsite_portal_activity a WHERE a.patient_id = :pid AND ${openActivity} ORDER BY a.date, a.id LIMIT 1`, // sql-safe: a constant
    { pid },
  )
  const row = open && (await lockActivity(tx, open.id))
  return row && isOpenActivity(row) ? row : undefined
}

/** A profile row, whatever became of it. Undefined: deleted, or of another kind. */
export function lockActivity(tx: Tx, id: number): Promise<ActivityRow | undefined> {
  return tx.first<ActivityRow>(
    `SELECT ${columns} FROM onsite_portal_activity WHERE id = :id AND activity = 'profile' FOR UPDATE`, // sql-safe: a constant
    { id },
  )
}

export function isOpenActivity({ status, pending_action }: Pick<ActivityRow, 'status' | 'pending_action'>): boolean {
  return status === 'waiting' && pending_action === 'review'
}

/** A patient hands in a proposal. Answers its id. */
export function addActivity(tx: Tx, row: { pid: number; args: string; at: WallClock }): Promise<number> {
  return tx.insert(
    `INSERT INTO onsite_portal_activity
       (date, patient_id, activity, require_audit, pending_action, action_taken, status, narrative, table_action,
        table_args, action_user, action_taken_time, checksum)
     VALUES (:at, :pid, 'profile', 1, 'review', '', 'waiting', 'Patient request changes to demographics.', '',
        :args, 0, NULL, '0')`,
    row,
  )
}

/** Another one goes into the same row. */
export async function renewActivity(tx: Tx, row: { id: number; pid: number; args: string }): Promise<void> {
  await tx.change(`UPDATE onsite_portal_activity SET table_args = :args WHERE id = :id AND patient_id = :pid`, row)
}

export interface Closing {
  id: number
  pid: number
  args: string
  /** users.id of whoever decided. */
  by: number
  at: WallClock
  /** Something of it is in the chart now. */
  committed: boolean
}

/** Staff have decided. Accepted, it reads as if the host's own screen had committed it; the host has no word for none. */
export async function closeActivity(tx: Tx, { committed, ...row }: Closing): Promise<void> {
  await tx.change(
    `UPDATE onsite_portal_activity
        SET status = 'closed', pending_action = 'completed', action_taken = :taken, narrative = :narrative,
            table_action = :action, table_args = :args, action_user = :by, action_taken_time = :at
      WHERE id = :id AND patient_id = :pid`,
    {
      ...row,
      taken: committed ? 'accept' : 'reject',
      action: committed ? 'update' : '',
      narrative: committed
        ? 'Changes reviewed and committed to demographics.'
        : 'Changes reviewed and not committed to demographics.',
    },
  )
}

/** Its sender takes it back: as the host has it of documents that a patient deletes. */
export async function withdrawActivity(tx: Tx, row: { id: number; pid: number; at: WallClock }): Promise<void> {
  await tx.change(
    `UPDATE onsite_portal_activity
        SET status = 'deleted', pending_action = 'none', narrative = 'Patient withdrew changes to demographics.',
            table_action = 'delete', action_taken_time = :at
      WHERE id = :id AND patient_id = :pid`,
    row,
  )
}
