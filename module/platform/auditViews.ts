/**
 * What was shown of patients, written before it is shown. A page waits for one insert, which many pages share: whoever
 * comes while one is under way joins the next.
 */
import { AUDIT_COLUMNS, auditValues, type Actor, type AuditEntry, type AuditValue } from './audit.js'
import type { Clock } from './clock.js'
import type { Database } from './database.js'

interface Batch {
  rows: AuditValue[][]
  written: Promise<void>
}

interface Queue {
  underWay: Promise<void>
  next: Batch | undefined
}

const queues = new WeakMap<Database, Queue>()

/**
 * Adds one line for each entry; resolves when they are on disk. Rejects when they could not be written: then nothing
 * may be shown. One INSERT is a transaction of its own, so it needs no BEGIN and no COMMIT.
 */
export function recordViews(db: Database, clock: Clock, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return Promise.resolve()
  const queue = queues.get(db) ?? { underWay: Promise.resolve(), next: undefined }
  queues.set(db, queue)
  const batch = queue.next ?? openBatch(db, queue)
  batch.rows.push(...entries.map((entry) => auditValues(clock, actor, entry)))
  return batch.written
}

function openBatch(db: Database, queue: Queue): Batch {
  const rows: AuditValue[][] = []
  const written = queue.underWay.then(() => {
    queue.next = undefined
    return write(db, rows)
  })
  // The next batch waits for this one to end, however it ends; who waits for its rows hears how.
  queue.underWay = written.catch(() => undefined)
  queue.next = { rows, written }
  return queue.next
}

function write(db: Database, rows: AuditValue[][]): Promise<void> {
  return db.append(`INSERT INTO foyer_audit (${AUDIT_COLUMNS}) VALUES :rows`, { rows }) // sql-safe: a constant
}
