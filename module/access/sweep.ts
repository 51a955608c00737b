/** What nobody needs any more: sessions that ended, tokens of forms sent days ago, events delivered long ago. */
import type { Database, Values } from '../platform/database.js'
import { utc, type Clock } from '../platform/clock.js'
import { staleWishes } from './bookingWishes.js'
import { CHALLENGE_KEPT_MINUTES } from './challenges.js'
import type { SessionLife } from './sessions.js'

export interface Keeping {
  /** How long sessions of each audience live. */
  lives: readonly SessionLife[]
  /** Days for which delivered events are kept. */
  eventDays: number
}

const FORM_DAYS = 2
/** Rows at a time, so that no other statement waits long. */
const AT_ONCE = 5000

/** Safe to run in several processes at once. Returns how many rows went. */
export async function sweep(db: Database, clock: Clock, { lives, eventDays }: Keeping): Promise<number> {
  const now = clock.now()
  const longestIdle = Math.max(...lives.map((life) => life.idle))
  const sessions = await removeAll(db, `DELETE FROM foyer_sessions WHERE seen_at < :before`, {
    before: utc(now.minus({ minutes: longestIdle })),
  })
  const forms = await removeAll(db, `DELETE FROM foyer_once WHERE created_at < :before`, {
    before: utc(now.minus({ days: FORM_DAYS })),
  })
  const presses = await removeAll(db, `DELETE FROM foyer_undo WHERE done_at < :before`, {
    before: utc(now.minus({ days: FORM_DAYS })),
  })
  const challenges = await removeAll(db, `DELETE FROM foyer_used_challenges WHERE used_at < :before`, {
    before: utc(now.minus({ minutes: CHALLENGE_KEPT_MINUTES })),
  })
  // PINs that were none: nobody's history, so nobody reads them.
  const tries = await removeAll(db, `DELETE FROM foyer_code_tries WHERE code_id IS NULL AND at < :before`, {
    before: utc(now.minus({ days: FORM_DAYS })),
  })
  // With its deliveries, whose rows hang on it.
  const events = await removeAll(db, `DELETE FROM foyer_outbox WHERE done_at < :before`, {
    before: utc(now.minus({ days: eventDays })),
  })
  let wishes = 0
  for (const { statement, values } of staleWishes(clock)) wishes += await removeAll(db, statement, values)
  return sessions + forms + presses + challenges + tries + events + wishes
}

async function removeAll(db: Database, statement: string, values: Values): Promise<number> {
  for (let removed = 0; ;) {
    // sql-safe: a statement and a number of ours
    const went = await db.transaction((tx) => tx.change(`${statement} LIMIT ${String(AT_ONCE)}`, values))
    removed += went
    if (went < AT_ONCE) return removed
  }
}
