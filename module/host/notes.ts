import type { Tx } from '../platform/database.js'
import type { WallClock } from '../platform/clock.js'

/** A note to staff about a patient, as the host's addPnote writes it (facts §2.5, §7.4). */
export interface StaffNote {
  at: WallClock
  pid: number
  /** The host's own titles: 'Patient Reminders' for visits, 'New Patient' for registrations. */
  title: string
  text: string
  /** The addressee's username, or undefined for nobody in particular. */
  to: string | undefined
  /** Who writes: a username, or 'portal-user' for patients. */
  from: string
  /** As the host's message service writes it: with a group, and a line of its own (facts §6.4). */
  group?: string
}

export async function writeStaffNote(tx: Tx, note: StaffNote): Promise<number> {
  const to = note.to === undefined ? '' : ` to ${note.to}`
  return tx.insert(
    `INSERT INTO pnotes (date, body, pid, user, groupname, authorized, activity, title, assigned_to, message_status, update_date)
     VALUES (:at, :body, :pid, :from, :group, 1, 1, :title, :to, 'New', :at)`,
    {
      at: note.at,
      group: note.group ?? null,
      body: `${note.group === undefined ? '' : '\n'}${note.at.slice(0, 16)} (${note.from}${to}) ${note.text}`,
      pid: note.pid,
      from: note.from,
      title: note.title,
      to: note.to ?? null,
    },
  )
}
