import type { Tx } from './database.js'
import { utc, type Clock } from './clock.js'

/** Who acts: a patient's account, a staff user of the host, or Foyer itself. */
export interface Actor {
  kind: 'account' | 'staff' | 'system'
  /** Account id, or the host's username. */
  id: string
  name: string
  requestId: string | undefined
}

/** One line of the audit trail. `details` holds keys and numbers, never free text that a person typed. */
export interface AuditEntry {
  event: string
  /** What it was done to, e.g. `appointment:4711`. */
  subject: string
  /** Whose chart, if any. */
  pid?: number | undefined
  /** As which record the actor acted (a grant's opaque id). */
  record?: string | undefined
  details?: Record<string, string | number | boolean | null>
}

/** Adds to the audit trail inside the caller's transaction: what is not written down did not happen. */
export async function recordAudit(tx: Tx, clock: Clock, actor: Actor, entry: AuditEntry): Promise<void> {
  await tx.insert(
    `INSERT INTO foyer_audit (at, actor_kind, actor_id, actor_name, pid, record, event, subject, details, request_id)
     VALUES (:at, :kind, :id, :name, :pid, :record, :event, :subject, :details, :requestId)`,
    {
      at: utc(clock.now()),
      kind: actor.kind,
      id: actor.id,
      name: actor.name,
      pid: entry.pid ?? null,
      record: entry.record ?? null,
      event: entry.event,
      subject: entry.subject,
      details: JSON.stringify(entry.details ?? {}),
      requestId: actor.requestId ?? null,
    },
  )
}
