/** What nobody needs any more: sessions that ended, tokens of forms that were sent days ago. */
import type { Database } from '../platform/database.js'
import { utc, type Clock } from '../platform/clock.js'
import type { SessionLife } from './sessions.js'

const FORM_DAYS = 2
/** Rows at a time, so that no other statement waits long. */
const AT_ONCE = 5000

/** Safe to run in several processes at once. Returns how many rows went. */
export async function sweep(db: Database, clock: Clock, lives: readonly SessionLife[]): Promise<number> {
  const now = clock.now()
  const longestIdle = Math.max(...lives.map((life) => life.idle))
  return db.transaction(async (tx) => {
    // sql-safe: a number of ours
    const sessions = await tx.change(`DELETE FROM foyer_sessions WHERE seen_at < :before LIMIT ${String(AT_ONCE)}`, {
      before: utc(now.minus({ minutes: longestIdle })),
    })
    // sql-safe: a number of ours
    const forms = await tx.change(`DELETE FROM foyer_once WHERE created_at < :before LIMIT ${String(AT_ONCE)}`, {
      before: utc(now.minus({ days: FORM_DAYS })),
    })
    return sessions + forms
  })
}
