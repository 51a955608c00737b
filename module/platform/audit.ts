import type { Tx } from './database.js'
import { utc, type Clock, type Utc } from './clock.js'

/** Who acts: a patient's account, a staff user of the host, or Foyer itself. */
export interface Actor {
  kind: 'account' | 'staff' | 'system'
  /** Account id, or the host's username. */
  id: string
  name: string
  requestId: string | undefined
  /** In whose record an account is at work, and what it is to that patient. */
  actingAs?: ActingAs | undefined
}

export interface ActingAs {
  /** The record's opaque id: a grant's, or that of the account's own record. */
  record: string
  /** `self`, `mother`, `proxy`, …; undefined in the account's own record. */
  relationship: string | undefined
}

/** One line of the audit trail. `details` holds keys and numbers, never free text that a person typed. */
export interface AuditEntry {
  event: string
  /** What it was done to, e.g. `appointment:4711`; of a view, the pattern of the page's address. */
  subject: string
  /** Whose chart, if any. */
  pid?: number | undefined
  /** As which record the actor acted, where that is not the one the actor is at work in. */
  record?: string | undefined
  details?: Record<string, string | number | boolean | null>
}

/** The columns that are written, in the order of `auditRows`. */
export const AUDIT_COLUMNS =
  'at, actor_kind, actor_id, actor_name, pid, record, relationship, event, subject, details, request_id'

const NAME_MOST = 255

export type AuditValue = string | number | null

/** Of entries that were done, or shown, at one and the same moment. */
export function auditRows(clock: Clock, actor: Actor, entries: readonly AuditEntry[]): AuditValue[][] {
  const at = utc(clock.now())
  return entries.map((entry) => auditValues(at, actor, entry))
}

function auditValues(at: Utc, actor: Actor, entry: AuditEntry): AuditValue[] {
  const record = entry.record ?? actor.actingAs?.record
  return [
    at,
    actor.kind,
    actor.id,
    // The host lets a first and a last name have 255 letters each.
    actor.name.slice(0, NAME_MOST),
    entry.pid ?? null,
    record ?? null,
    (record === actor.actingAs?.record ? actor.actingAs?.relationship : undefined) ?? null,
    entry.event,
    entry.subject,
    JSON.stringify(entry.details ?? {}),
    actor.requestId ?? null,
  ]
}

/** Adds to the audit trail inside the caller's transaction: what is not written down did not happen. */
export async function recordAudit(tx: Tx, clock: Clock, actor: Actor, entry: AuditEntry): Promise<void> {
  await tx.insert(`INSERT INTO foyer_audit (${AUDIT_COLUMNS}) VALUES :rows`, {
    rows: auditRows(clock, actor, [entry]),
  })
}

/** The same of several things that were done in one go, one at least: one statement. */
export async function recordAuditOfMany(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  entries: readonly AuditEntry[],
): Promise<void> {
  await tx.insert(`INSERT INTO foyer_audit (${AUDIT_COLUMNS}) VALUES :rows`, {
    rows: auditRows(clock, actor, entries),
  })
}
