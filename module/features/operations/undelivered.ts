/** Events that a listener could not be given, and what staff decide of each. */
import type { Portal } from '../../access/portal.js'
import type { Queue } from '../../feature.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { finishEvent, lockEvent } from '../../platform/outbox.js'

/** The count and the list are of the same rows. */
const dead = `FROM foyer_outbox_deliveries delivery JOIN foyer_outbox event ON event.id = delivery.event_id
              WHERE delivery.state = 'dead'`

export const queue: Queue = {
  key: 'operations',
  title: 'operations.title',
  icon: 'arrow-repeat',
  path: '/operations',
  fragment: '/operations/undelivered',
  permission: 'operations:manage',
  // sql-safe: a constant of this file
  counting: `SELECT COUNT(*) AS count, TIMESTAMPDIFF(SECOND, MIN(event.created_at), :utc) AS oldest, 0 AS taken ${dead}`,
}

export interface UndeliveredRow {
  id: number
  event_id: number
  event: string
  payload: string | Record<string, unknown>
  listener: string
  attempts: number
  error_code: string | null
  created_at: Utc
}

/** The oldest first. */
export function undelivered(db: Queryable, most: number): Promise<UndeliveredRow[]> {
  return db.select<UndeliveredRow>(
    // sql-safe: constants and a number of ours
    `SELECT ${columns} ${dead} ORDER BY event.created_at, delivery.id LIMIT ${String(most)}`,
  )
}

const columns = `delivery.id, delivery.event_id, event.event, event.payload, delivery.listener, delivery.attempts,
                 delivery.error_code, event.created_at`

/** One that waits for a decision; undefined: there is none of this number, or not any more. */
export function findUndelivered(db: Queryable, id: number): Promise<UndeliveredRow | undefined> {
  // sql-safe: constants
  return db.first<UndeliveredRow>(`SELECT ${columns} ${dead} AND delivery.id = :id`, { id })
}

export type Decision = { ok: true } | { ok: false; reason: 'decided' }

/** It is tried again from the beginning, as often as at first. 'decided': somebody has been faster. */
export function tryAgain(portal: Portal, actor: Actor, id: number): Promise<Decision> {
  return decide(portal, actor, id, 'delivery.tried-again', (tx, now) =>
    tx.change(
      `UPDATE foyer_outbox_deliveries SET state = 'waiting', attempts = 0, due_at = :now, finished_at = NULL
        WHERE id = :id AND state = 'dead'`,
      { id, now },
    ),
  )
}

/** It will not be delivered, and somebody has said why. 'decided': somebody has been faster. */
export function setAside(portal: Portal, actor: Actor, id: number, reason: string): Promise<Decision> {
  return decide(portal, actor, id, 'delivery.set-aside', (tx, now) =>
    tx.change(
      `UPDATE foyer_outbox_deliveries SET state = 'aside', closed_by = :by, closed_reason = :reason, finished_at = :now
        WHERE id = :id AND state = 'dead'`,
      { id, now, by: actor.id, reason },
    ),
  )
}

async function decide(
  { clock, db }: Portal,
  actor: Actor,
  id: number,
  what: string,
  how: (tx: Tx, now: Utc) => Promise<number>,
): Promise<Decision> {
  const row = await findUndelivered(db, id)
  if (!row) return { ok: false, reason: 'decided' }
  return db.transaction(async (tx) => {
    const now = utc(clock.now())
    await lockEvent(tx, row.event_id)
    if ((await how(tx, now)) === 0) return { ok: false, reason: 'decided' }
    await finishEvent(tx, row.event_id, now)
    await recordAudit(tx, clock, actor, {
      event: what,
      subject: `delivery:${String(id)}`,
      details: { event: row.event, listener: row.listener, attempts: row.attempts, code: row.error_code },
    })
    return { ok: true }
  })
}
