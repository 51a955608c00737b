import type { Queryable } from '../../platform/database.js'
import { isMailbox } from '../../platform/emailAddress.js'

/** Where the practice writes to one of its own. Undefined: the host has no address of theirs. */
export async function staffEmail(db: Queryable, id: number): Promise<string | undefined> {
  const row = await db.first<{ email: string | null }>(`SELECT email FROM users WHERE id = :id`, { id })
  const email = row?.email?.trim() ?? ''
  return isMailbox(email) ? email : undefined
}
