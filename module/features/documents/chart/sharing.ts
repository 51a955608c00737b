/** Staff take a document of the chart back from its patient, or share it again: each decision with its reason, kept. */
import type { Portal } from '../../../access/portal.js'
import { isExpired } from '../../../access/release.js'
import type { StaffMember } from '../../../access/staff.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock, type Clock, type Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { documentForStaff, isShared, type StaffsDocument } from './released.js'

export interface SharingDecision {
  pid: number
  /** documents.id */
  document: number
  shared: boolean
  /** Kept for the practice; the patient does not read it. */
  reason: string
}

export type SharingOutcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** The EMR's end date has passed: shared or not, its patient would not find it. */
  | { ok: false; reason: 'expired' }
  /** Somebody else was faster: who, and when. */
  | { ok: false; reason: 'already'; by: string; at: Utc }

/** One transaction. What the patient sees changes with its commit, everywhere at once. */
export function decideSharing(
  portal: Portal,
  staff: StaffMember,
  actor: Actor,
  decision: SharingDecision,
): Promise<SharingOutcome> {
  return portal.db.transaction((tx) => decideSharingIn(tx, portal, staff, actor, decision))
}

/** The same inside the caller's transaction, which has read nothing yet. */
export async function decideSharingIn(
  tx: Tx,
  { clock, settings }: Pick<Portal, 'clock' | 'settings'>,
  staff: StaffMember,
  actor: Actor,
  decision: SharingDecision,
): Promise<SharingOutcome> {
  const { pid, shared } = decision
  await takeTurn(tx, [chartTurn(pid)])
  const document = await documentForStaff({ clock, settings }, tx, staff, { pid, id: decision.document })
  if (!document) return { ok: false, reason: 'not-found' }
  if (shared && isExpired(document, wallClock(clock.now()))) return { ok: false, reason: 'expired' }
  const { ruling } = document
  if (ruling === undefined ? shared && isShared(document) : ruling.shared === shared) {
    return { ok: false, reason: 'already', by: ruling?.by ?? '', at: ruling?.at ?? '' }
  }
  await writeRuling(tx, clock, actor, document, decision)
  const event = shared ? 'document.shared' : 'document.taken-back'
  await recordAudit(tx, clock, actor, { event, subject: `document:${String(document.id)}`, pid })
  await publish(tx, clock, { event, payload: { document: document.id, pid }, key: `patient:${String(pid)}` })
  return { ok: true }
}

async function writeRuling(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  { id, ruling }: StaffsDocument,
  { pid, shared, reason }: SharingDecision,
): Promise<void> {
  // Only what is there: an update of nothing would lock the gap where others' rows go.
  if (ruling) await tx.change(`UPDATE foyer_document_shares SET rules_for = NULL WHERE rules_for = :id`, { id })
  await tx.insert(
    `INSERT INTO foyer_document_shares (document_id, pid, shared, reason, decided_by, decided_at, rules_for)
     VALUES (:id, :pid, :shared, :reason, :by, :now, :id)`,
    { id, pid, shared: shared ? 1 : 0, reason, by: actor.name, now: utc(clock.now()) },
  )
}

export interface PastDecision {
  shared: boolean
  reason: string
  by: string
  at: Utc
}

/** Every decision about a document, the newest first. */
export async function sharingHistory(db: Queryable, pid: number, document: number): Promise<PastDecision[]> {
  const rows = await db.select<Omit<PastDecision, 'shared'> & { shared: number }>(
    `SELECT shared, reason, decided_by AS \`by\`, decided_at AS \`at\` FROM foyer_document_shares
      WHERE document_id = :document AND pid = :pid ORDER BY id DESC LIMIT 100`,
    { document, pid },
  )
  return rows.map((row) => ({ ...row, shared: row.shared !== 0 }))
}
