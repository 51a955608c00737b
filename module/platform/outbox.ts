import type { Tx } from './database.js'
import { utc, type Clock } from './clock.js'

/** Something happened that others may act on afterwards: e-mails, counters, notices. Ids only, no clinical content. */
export interface OutboxEvent {
  event: string
  payload: Record<string, string | number | boolean | null>
}

/** Publishes inside the caller's transaction, so that an event is there exactly when what it tells of is. */
export async function publish(tx: Tx, clock: Clock, { event, payload }: OutboxEvent): Promise<void> {
  const now = utc(clock.now())
  await tx.insert(
    `INSERT INTO foyer_outbox (event, payload, created_at, due_at) VALUES (:event, :payload, :now, :now)`,
    { event, payload: JSON.stringify(payload), now },
  )
}
