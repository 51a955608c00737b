/** What a patient has sent for staff to audit: its states, who may move it, and how it is found. */
import type { Portal } from '../../access/portal.js'
import { markOfDocument } from '../../host/onsiteAudit.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { utc, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { isReceiptNumber, receiptNumber } from '../../platform/ids.js'
import { publish } from '../../platform/outbox.js'
import { patientTurn, submissionTurn, takeTurn } from '../../platform/turns.js'
import { keepEarlier } from './earlierFiles.js'

/** document: a template that was filled. upload: a file as the patient has it. */
export type SubmissionKind = 'document' | 'upload'

/**
 * - waiting: for staff
 * - returned: to the patient, for correction; sent again it waits again, under the same number
 * - denied: with a reason that the patient reads
 * - charted: it lies in the chart
 * - withdrawn: by the patient
 * - removed: in the EMR's own screens
 */
export type SubmissionState = 'waiting' | 'returned' | 'denied' | 'charted' | 'withdrawn' | 'removed'

/** host: the EMR's own screens, which ask nobody. */
export type Mover = 'patient' | 'staff' | 'host'

const moves: Record<SubmissionState, Partial<Record<SubmissionState, readonly Mover[]>>> = {
  waiting: {
    returned: ['staff'],
    denied: ['staff'],
    charted: ['staff', 'host'],
    withdrawn: ['patient', 'host'],
    removed: ['host'],
  },
  returned: { waiting: ['patient'], charted: ['host'], withdrawn: ['patient', 'host'], removed: ['host'] },
  denied: {},
  charted: {},
  withdrawn: {},
  removed: {},
}

/** The one place that says who may move a submission from which state to which. */
export function mayMove(from: SubmissionState, to: SubmissionState, who: Mover): boolean {
  return moves[from][to]?.includes(who) ?? false
}

/** Somebody may still do something with it. */
export function isOpen({ state }: Pick<Submission, 'state'>): boolean {
  return Object.keys(moves[state]).length > 0
}

export interface Submission {
  id: number
  /** To read out on the telephone: `K7QA-9M4X`. */
  receipt: string
  kind: SubmissionKind
  /** Null: sent in the host's own portal. */
  account_id: number | null
  /** The opaque id of the record it was sent in. */
  record: string | null
  /** Whose chart it goes into: its own patient's, never a current one. Null while the account has no chart. */
  pid: number | null
  /** Its row of the host's, where it is a document. */
  onsite_id: number | null
  activity_id: number | null
  /** The very bytes that will be filed (access/storedFiles.ts). */
  file_id: number | null
  title: string
  /** What the patient wrote along. */
  note: string
  /** Names what was sent together. */
  batch: string | null
  state: SubmissionState
  /** What the virus scan said: `clean`, `unscanned`, … */
  scan: string | null
  category_id: number | null
  claimed_by: string | null
  claimed_at: Utc | null
  /** A username, or how the host calls who did it. */
  decided_by: string | null
  decided_at: Utc | null
  /** What the patient reads of a return or a denial. */
  reason: string | null
  /** Field names that staff marked for correction, each with what is wrong. */
  marks: string | Readonly<Record<string, string>> | null
  document_id: number | null
  filed_name: string | null
  version: number
  sent_at: Utc
  /** Of its row of the host's, as it was sent (host/onsiteAudit.ts). */
  host_mark: string | null
  /** Staff have ticked it with others to be filed then: until that they can take it back. */
  filing_due_at: Utc | null
  /** Hex, of the bytes that were shown then. */
  filing_sha256: string | null
  /** Why it could not be filed when it was due (audit/notFiled.ts), and when that was. */
  filing_failed: string | null
  filing_failed_at: Utc | null
  /** 1: the template asks for a signature of the practice, and nobody has signed yet. */
  awaits_signature: number
}

const columns = `id, receipt, kind, account_id, record, pid, onsite_id, activity_id, file_id, title, note, batch, state, scan,
  category_id, claimed_by, claimed_at, decided_by, decided_at, reason, marks, document_id, filed_name, version, sent_at, host_mark, filing_due_at,
  filing_sha256, filing_failed, filing_failed_at, awaits_signature`

export function findSubmission(db: Queryable, id: number): Promise<Submission | undefined> {
  return db.first<Submission>(`SELECT ${columns} FROM foyer_submissions WHERE id = :id`, { id }) // sql-safe: a constant
}

/** The newest first. A chart's own; or, in an account's own record, what it sent there and is in no chart. */
export function submissionsOf(db: Queryable, whose: Whose, most = 100): Promise<Submission[]> {
  return db.select<Submission>(
    // sql-safe: constants and a number
    `SELECT ${columns} FROM foyer_submissions WHERE ${ofPatient(whose)} ORDER BY sent_at DESC, id DESC LIMIT ${String(Math.trunc(most))}`,
    { pid: whose.pid ?? null, record: whose.record },
  )
}

/** One of this patient's: anybody else's is not there. */
export async function ownSubmission(db: Queryable, whose: Whose, receipt: string): Promise<Submission | undefined> {
  if (!isReceiptNumber(receipt)) return undefined
  return db.first<Submission>(
    `SELECT ${columns} FROM foyer_submissions WHERE receipt = :receipt AND ${ofPatient(whose)}`, // sql-safe: constants
    { receipt, pid: whose.pid ?? null, record: whose.record },
  )
}

/** The newest of a document of the host's, if it was ever sent. */
export function submissionOfDocument(db: Queryable, onsiteId: number): Promise<Submission | undefined> {
  return db.first<Submission>(
    `SELECT ${columns} FROM foyer_submissions WHERE onsite_id = :onsiteId ORDER BY id DESC LIMIT 1`, // sql-safe: a constant
    { onsiteId },
  )
}

/** Whose it is: a scope with its chart's pid (access/scope.ts), or without one the account's own record. */
export interface Whose {
  pid?: number | undefined
  record: string
}

function ofPatient({ pid }: Whose): string {
  return pid === undefined ? 'pid IS NULL AND record = :record' : 'pid = :pid'
}

/** What staff marked for correction, by the field's name (facts §6.1). */
export function marksOf({ marks }: Pick<Submission, 'marks'>): Readonly<Record<string, string>> {
  if (marks === null) return {}
  return typeof marks === 'string' ? (JSON.parse(marks) as Record<string, string>) : marks
}

export interface NewSubmission {
  kind: SubmissionKind
  accountId: number | undefined
  record: string | undefined
  pid: number | undefined
  onsiteId?: number | undefined
  activityId?: number | undefined
  /** The very bytes that will be filed, kept by the caller in the same transaction. */
  fileId: number
  title: string
  note: string
  batch?: string | undefined
  scan?: string | undefined
  /** The template asks for a signature of the practice, and nobody has signed yet. */
  awaitsSignature?: boolean | undefined
  /** What may wait only once, where it has no row of the host's: `draft:12`. */
  thing?: string | undefined
  /** The file that staff returned, whose place this one takes. Where that is not returned any more, it is one of its own. */
  replaces?: number | undefined
}

/**
 * Sends it to staff, inside the caller's transaction, which has taken the patient's turn (turns.ts `patientTurn`) before
 * it read anything. One that was returned waits again under its number; one that waits already is the result as it is.
 * Publishes `document.sent`.
 */
export async function sendForAudit(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  actor: Actor,
  sent: NewSubmission,
): Promise<{ id: number; receipt: string }> {
  const openKey = openKeyOf(sent)
  // Not FOR UPDATE: whoever moves it has the patient's turn too, and a lock on what is not there would be one on a gap.
  const open = await openOne(tx, openKey, sent)
  if (open?.state === 'waiting') return { id: open.id, receipt: open.receipt }
  const mark = sent.onsiteId === undefined ? null : await markOfDocument(tx, portal.site, sent.onsiteId)
  const values = { ...bound(sent), mark, now: utc(portal.clock.now()) }
  const { id, receipt } = open ? await sendAgain(tx, open, values) : await sendFirst(tx, openKey, values)
  const subject = `submission:${String(id)}`
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'document.sent', subject, pid: sent.pid, record: sent.record },
    details: { kind: sent.kind, file: sent.fileId, again: open !== undefined },
  })
  await publish(tx, portal.clock, {
    event: 'document.sent',
    payload: { submission: id, account: sent.accountId ?? null, pid: sent.pid ?? null },
    key: subject,
  })
  return { id, receipt }
}

function openOne(tx: Tx, openKey: string, { replaces, ...whose }: NewSubmission): Promise<Submission | undefined> {
  if (replaces === undefined) {
    return tx.first<Submission>(`SELECT ${columns} FROM foyer_submissions WHERE open_key = :openKey`, { openKey }) // sql-safe: a constant
  }
  const { pid, record = '' } = whose
  return tx.first<Submission>(
    // sql-safe: constants
    `SELECT ${columns} FROM foyer_submissions
      WHERE id = :replaces AND kind = 'upload' AND state = 'returned' AND ${ofPatient({ pid, record })}`,
    { replaces, record, pid: pid ?? null },
  )
}

function openKeyOf({ fileId, onsiteId, thing }: NewSubmission): string {
  if (onsiteId !== undefined) return `document:${String(onsiteId)}`
  return thing ?? `file:${String(fileId)}`
}

type Bound = ReturnType<typeof bound> & { mark: string | null; now: Utc }

async function sendFirst(tx: Tx, openKey: string, values: Bound): Promise<{ id: number; receipt: string }> {
  const receipt = receiptNumber()
  const id = await tx.insert(
    `INSERT INTO foyer_submissions
       (receipt, kind, account_id, record, pid, onsite_id, activity_id, file_id, title, note, batch, state, scan, sent_at,
        open_key, host_mark, awaits_signature)
     VALUES (:receipt, :kind, :accountId, :record, :pid, :onsiteId, :activityId, :fileId, :title, :note, :batch, 'waiting',
        :scan, :now, :openKey, :mark, :awaitsSignature)`,
    { ...values, receipt, openKey },
  )
  return { id, receipt }
}

/** What was claimed stays claimed: who returned it gets it back. */
async function sendAgain(
  tx: Tx,
  { id, kind, receipt }: Submission,
  values: Bound,
): Promise<{ id: number; receipt: string }> {
  // Of a document the host's row tells; of a file nothing would.
  if (kind === 'upload') await keepEarlier(tx, id)
  await tx.change(
    `UPDATE foyer_submissions
        SET state = 'waiting', pid = :pid, activity_id = :activityId, file_id = :fileId, title = :title, note = :note,
            batch = COALESCE(:batch, batch), scan = :scan, sent_at = :now, decided_by = NULL, decided_at = NULL, reason = NULL, marks = NULL,
            host_mark = :mark, awaits_signature = :awaitsSignature, version = version + 1
      WHERE id = :id`,
    { ...values, id },
  )
  return { id, receipt }
}

function bound(sent: NewSubmission) {
  return {
    kind: sent.kind,
    accountId: sent.accountId ?? null,
    record: sent.record ?? null,
    pid: sent.pid ?? null,
    onsiteId: sent.onsiteId ?? null,
    activityId: sent.activityId ?? null,
    fileId: sent.fileId,
    title: sent.title.slice(0, 255),
    note: sent.note,
    batch: sent.batch ?? null,
    scan: sent.scan ?? null,
    awaitsSignature: sent.awaitsSignature === true ? 1 : 0,
  }
}

/**
 * Takes one in hand and does the work in one transaction: turns first (its own and its patient's), before anything is
 * read, then the row, locked. Undefined: there is none.
 */
export async function inHand<Outcome>(
  portal: Portal,
  id: number,
  work: (tx: Tx, row: Submission | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  const known = await findSubmission(portal.db, id)
  return portal.db.transaction(async (tx) => {
    if (!known) return work(tx, undefined)
    await takeTurn(tx, [submissionTurn(id), ...patientsTurn(known)])
    const row = await tx.first<Submission>(`SELECT ${columns} FROM foyer_submissions WHERE id = :id FOR UPDATE`, { id }) // sql-safe: a constant
    return work(tx, row)
  })
}

function patientsTurn({ pid, record }: Submission): string[] {
  return pid === null && record === null ? [] : [patientTurn({ pid: pid ?? undefined, record: record ?? '' })]
}

export interface Ending {
  state: SubmissionState
  who: Mover
  /** A username, or who the host says it was. */
  by: string
  reason?: string | undefined
  marks?: Readonly<Record<string, string>> | undefined
  categoryId?: number | undefined
  documentId?: number | undefined
  filedName?: string | undefined
}

/** Moves it on, inside the transaction that has it in hand. Throws when this mover may not: the caller has asked before. */
export async function moveSubmission(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  row: Submission,
  to: Ending,
): Promise<void> {
  if (!mayMove(row.state, to.state, to.who)) throw new Error(`${row.state} does not become ${to.state} by ${to.who}`)
  await tx.change(
    `UPDATE foyer_submissions
        SET state = :state, decided_by = :by, decided_at = :now, reason = :reason, marks = :marks,
            category_id = COALESCE(:categoryId, category_id), document_id = :documentId, filed_name = :filedName,
            claimed_by = IF(:open, claimed_by, NULL), claimed_at = IF(:open, claimed_at, NULL),
            open_key = IF(:open, open_key, NULL), filing_due_at = NULL, filing_failed = NULL, filing_failed_at = NULL,
            version = version + 1
      WHERE id = :id`,
    {
      id: row.id,
      state: to.state,
      by: to.by,
      now: utc(clock.now()),
      reason: to.reason ?? null,
      marks: to.marks ? JSON.stringify(to.marks) : null,
      categoryId: to.categoryId ?? null,
      documentId: to.documentId ?? null,
      filedName: to.filedName ?? null,
      open: isOpen({ state: to.state }),
    },
  )
}

export type WithdrawOutcome = { ok: true } | { ok: false; reason: 'not-found' | 'over'; state?: SubmissionState }

/** The patient takes it back, inside the caller's transaction, which has taken the patient's turn first and moves the host's rows. */
export async function withdrawSubmission(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  whose: Whose,
  receipt: string,
): Promise<WithdrawOutcome> {
  const found = await ownSubmission(tx, whose, receipt)
  if (!found) return { ok: false, reason: 'not-found' }
  if (!mayMove(found.state, 'withdrawn', 'patient')) return { ok: false, reason: 'over', state: found.state }
  await moveSubmission(tx, portal, found, { state: 'withdrawn', who: 'patient', by: actor.name })
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'document.withdrawn', subject: `submission:${String(found.id)}` },
    pid: found.pid ?? undefined,
  })
  return { ok: true }
}

/** Who has claimed it and since when, as long as the claim has not lapsed (setting claimMinutes). */
export function holderOf(
  portal: Portal,
  { claimed_by: by, claimed_at: since }: Pick<Submission, 'claimed_by' | 'claimed_at'>,
): { by: string; since: Utc } | undefined {
  return by !== null && since !== null && since > claimedSince(portal) ? { by, since } : undefined
}

/** A claim made earlier than this has lapsed. */
export function claimedSince(portal: Portal): Utc {
  return utc(portal.clock.now().minus({ minutes: portal.settings().claimMinutes }))
}
