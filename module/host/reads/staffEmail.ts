import type { Queryable } from '../../platform/database.js'
import { isMailbox } from '../../platform/emailAddress.js'

/** Where the practice writes to one of its own. Undefined: the host has no address of theirs. */
export async function staffEmail(db: Queryable, id: number): Promise<string | undefined> {
  const row = await db.first<{ email: string | null }>(`SELECT email FROM users WHERE id = :id`, { id })
  const email = row?.email?.trim() ?? ''
  return isMailbox(email) ? email : undefined
}

export interface StaffToTell {
  username: string
  /** As the host has it, usable or not. */
  email: string
}

/** Those of these usernames who are at work in the practice. */
export async function staffToTell(db: Queryable, usernames: readonly string[]): Promise<StaffToTell[]> {
  if (usernames.length === 0) return []
  const rows = await db.select<{ username: string; email: string | null }>(
    `SELECT username, email FROM users WHERE username IN (:usernames) AND active = 1 ORDER BY id`,
    { usernames },
  )
  return rows.map(({ email, username }) => ({ username, email: email?.trim() ?? '' }))
}
