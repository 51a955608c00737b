/**
 * What was shown of patients, written before it is shown. A page waits for one insert, which many pages share: whoever
 * comes while one is under way joins the next.
 */
import { AUDIT_COLUMNS, auditRows, type Actor, type AuditEntry, type AuditValue } from './audit.js'
import type { Clock } from './clock.js'
import type { Database } from './database.js'
import { gatheringOf, type Several } from './gathering.js'

/**
 * Adds one line for each entry; resolves when they are on disk. Rejects when they could not be written: then nothing
 * may be shown. One INSERT is a transaction of its own, so it needs no BEGIN and no COMMIT.
 */
export function recordViews(db: Database, clock: Clock, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return Promise.resolve()
  return append(db, auditRows(clock, actor, entries))
}

const append = gatheringOf((db: Database, batches: Several<AuditValue[][]>): Promise<void> => {
  return db.append(`INSERT INTO foyer_audit (${AUDIT_COLUMNS}) VALUES :rows`, { rows: batches.flat() }) // sql-safe: a constant
})
