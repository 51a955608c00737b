/** The bytes of a document are made by staff's side: it was sent in the host's own portal, changed there, or staff sign it. */
import { createHash } from 'node:crypto'
import { DateTime } from 'luxon'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { dropFile, removeDropped, storeBytes } from '../../../access/storedFiles.js'
import {
  documentsToAdopt,
  keepStaffSignature,
  markOfDocument,
  signDocument,
  staffSignature,
  type UnknownDocument,
} from '../../../host/onsiteAudit.js'
import { IN_REVIEW, keepsValues } from '../../../host/onsiteDocuments.js'
import { findPatient } from '../../../host/patients.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { isDrawn } from '../directives.js'
import { contentsOf } from '../filling/contents.js'
import { valuesOf } from '../filling/filledRows.js'
import { findFilling, sha256Of, unsignedFields, type Filling } from '../filling/filling.js'
import { signedBy } from '../filling/sending.js'
import { typedSignature } from '../filling/signing.js'
import { takeOver } from '../filling/there.js'
import { pinContents, pinnedContents, pinnedValues, type Pinned, type Signed } from '../pinned.js'
import { renderFilled } from '../rendering.js'
import { findSubmission, inHand, sendForAudit, type Submission } from '../submissions.js'
import { isInHost } from './answering.js'
import { tellOf, whyNotNow, type NotDecided, type Seen } from './deed.js'

/** The document that a submission was made of, as its row of the host's says. */
export function fillingOf(portal: Portal, row: Submission): Promise<Filling | undefined> {
  if (!isInHost(row)) return Promise.resolve(undefined)
  return findFilling(portal.db, portal, row.pid, row.onsite_id)
}

/** Of the answers that stand in the host's row, with more where staff sign; of everything else, what is pinned. */
function make(
  portal: Portal,
  filling: Filling,
  pinned: Pinned,
  more: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const { answers, document, parts, version } = filling
  return renderFilled(portal, {
    ...{ parts, title: document.title, pinned, answers: { ...answers, ...more } },
    version: version?.version,
  })
}

interface Sent {
  pid: number
  sentAt: Utc
  /** Undefined: nobody who is known here; the practice's language is taken. */
  accountId: number | undefined
  before?: Pinned | undefined
}

/** As of now: for what its patient sent in the host's own portal, or before such things were kept. */
async function pinNow(portal: Portal, filling: Filling, { accountId, before, pid, sentAt }: Sent): Promise<Pinned> {
  const language = before?.language ?? (await languageOf(portal, accountId))
  const { values } = await contentsOf(portal, portal.db, { pid }, filling, { language, now: portal.clock.now() })
  const { born, firstName = '', lastName = '', pubpid } = (await findPatient(portal.db, pid)) ?? {}
  const staffs = filling.fields.some(
    ({ by, kind, name }) => by === 'staff' && kind === 'signature' && isDrawn(filling.answers[name] ?? ''),
  )
  const signedHere = (before?.signed ?? []).filter(({ as }) => as === 'staff')
  return {
    ...{ language, ...pinnedValues(values), practice: { ...portal.practice() }, sentAt },
    patient: { firstName, lastName, born, chartNumber: pubpid },
    signed: [
      ...signedBy(portal, filling, [firstName, lastName].filter(Boolean).join(' ')),
      ...(staffs ? signedHere : []),
    ],
    there: filling.there && (signedHere.length > 0 && !staffs ? 'unsigned' : (before?.there ?? 'changed')),
  }
}

async function languageOf(portal: Portal, accountId: number | undefined): Promise<Language> {
  const { defaultLanguage } = portal.settings()
  if (accountId === undefined) return defaultLanguage
  const row = await portal.db.first<{ language: string | null }>(
    `SELECT language FROM foyer_accounts WHERE id = :accountId`,
    { accountId },
  )
  return isLanguage(row?.language) ? row.language : defaultLanguage
}

export type SignOutcome =
  | { ok: true }
  | NotDecided
  /** It asks for none, or has it. */
  | { ok: false; reason: 'nothing-to-sign' }

/**
 * New bytes with the member's signature in them, which are shown before they are filed: the version goes up. Nothing else
 * in them changes. They sign as who they are, with the signature that the host keeps of them where it has one.
 */
export async function signForPractice(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { address, seen }: { seen: Seen; address: string },
): Promise<SignOutcome> {
  const row = await findSubmission(portal.db, seen.id)
  const filling = row && (await fillingOf(portal, row))
  if (row?.pid == null || !filling) return { ok: false, reason: row ? 'nothing-to-sign' : 'not-found' }
  const fields = unsignedFields(filling)
  if (fields.length === 0) return { ok: false, reason: 'nothing-to-sign' }
  const kept = await staffSignature(portal.db, member.id)
  const isKept = kept !== undefined && isDrawn(kept)
  const image = isKept ? kept : await signatureOf(member)
  const more = Object.fromEntries(fields.map((field) => [field.name, image]))
  const before =
    (await pinnedContents(portal.db, row.id)) ??
    (await pinNow(portal, filling, { pid: row.pid, sentAt: row.sent_at, accountId: row.account_id ?? undefined }))
  const mine: Signed = { name: member.name, as: 'staff', at: utc(portal.clock.now()) }
  const pinned: Pinned = { ...before, signed: [...before.signed, mine] }
  const pdf = await make(portal, filling, pinned, more)
  const dropped: number[] = []
  const outcome = await inHand(portal, seen.id, async (tx, current): Promise<SignOutcome> => {
    const refusal = await whyNotNow(portal, tx, member, current, seen)
    if (!current || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    if (!isInHost(current)) return { ok: false, reason: 'nothing-to-sign' }
    await takeOver(tx, { ...filling, sha256: sha256Of(filling.source) }, utc(portal.clock.now()))
    await writeSignature(tx, portal, member, current, { filling, more, image, isKept, address })
    await pinContents(tx, current.id, pinned)
    dropped.push(...(await replaceBytes(tx, portal, current, { pdf, awaitsSignature: false })))
    const details = { sha256: createHash('sha256').update(pdf).digest('hex') }
    await tellOf(tx, portal, member, actor, {
      event: 'document.countersigned',
      row: current,
      details,
      hostEvent: 'document-review',
    })
    return { ok: true }
  })
  await removeDropped(portal, dropped)
  return outcome
}

/** Their name, typed; of a name of which nothing is to be seen, that by which they sign in. */
async function signatureOf({ name, username }: StaffMember): Promise<string> {
  for (const written of [name, username]) {
    const typed = await typedSignature(written)
    if (typed.ok) return typed.image
  }
  throw new Error(`There is no name by which ${username} could sign`)
}

interface Writing {
  filling: Filling
  more: Readonly<Record<string, string>>
  image: string
  /** The host has it already, and keeps it as it is. */
  isKept: boolean
  address: string
}

async function writeSignature(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  { onsite_id: onsiteId, pid }: { onsite_id: number; pid: number },
  { address, filling, image, isKept, more }: Writing,
): Promise<void> {
  const now = portal.clock.now()
  const at = wallClock(now)
  const values = valuesOf({ ...filling.answers, ...more }, filling.document.values)
  await signDocument(tx, portal.site, { onsiteId, pid, staffId: member.id, at, image, values })
  if (!keepsValues(portal.site)) {
    await tx.change(`UPDATE foyer_filled SET field_values = :values WHERE onsite_id = :onsiteId`, {
      ...{ onsiteId, values: JSON.stringify(values) },
    })
  }
  if (isKept) return
  const sha3 = createHash('sha3-512').update(image).digest('hex')
  await keepStaffSignature(tx, {
    ...{ staffId: member.id, name: member.name, image, sha3, at, address },
    epoch: Math.floor(now.toSeconds()),
  })
}

/** Answers the file that nothing refers to any more. */
async function replaceBytes(
  tx: Tx,
  portal: Portal,
  row: Submission,
  { awaitsSignature, pdf }: { pdf: Buffer; awaitsSignature: boolean },
): Promise<number[]> {
  const fileId = await storeBytes(
    portal,
    { name: `${row.title}.pdf`, mediaType: 'application/pdf', bytes: pdf, keptBy: `submission:${String(row.id)}` },
    tx,
  )
  const mark = row.onsite_id === null ? null : await markOfDocument(tx, portal.site, row.onsite_id)
  await tx.change(
    `UPDATE foyer_submissions
        SET file_id = :fileId, host_mark = :mark, filing_due_at = NULL, awaits_signature = :awaits, version = version + 1
      WHERE id = :id`,
    { id: row.id, fileId, mark, awaits: awaitsSignature ? 1 : 0 },
  )
  if (row.file_id === null) return []
  await dropFile(tx, row.file_id)
  return [row.file_id]
}

/** What was changed in the host's own portal since it was sent is made anew, and waits as it is now. */
export async function remakeSubmission(portal: Portal, id: number): Promise<boolean> {
  const row = await findSubmission(portal.db, id)
  const filling = row && (await fillingOf(portal, row))
  if (!row || !filling || row.pid === null || row.state !== 'waiting') return false
  const pinned = await pinNow(portal, filling, {
    ...{ pid: row.pid, sentAt: utc(portal.clock.now()), accountId: row.account_id ?? undefined },
    before: await pinnedContents(portal.db, id),
  })
  const pdf = await make(portal, filling, pinned)
  const awaitsSignature = unsignedFields(filling).length > 0
  const dropped: number[] = []
  await inHand(portal, id, async (tx, current) => {
    if (current?.state !== 'waiting' || current.version !== row.version) return
    await pinContents(tx, id, pinned)
    dropped.push(...(await replaceBytes(tx, portal, current, { pdf, awaitsSignature })))
    await recordAudit(tx, portal.clock, FOYER, {
      event: 'document.remade',
      subject: `submission:${String(id)}`,
      pid: row.pid ?? undefined,
    })
  })
  await removeDropped(portal, dropped)
  return dropped.length > 0
}

const FOYER: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }
const AT_ONCE = 200

/** Documents that were sent in the host's own portal come into the queue, each made into its bytes as its row says. */
export async function adoptDocuments(portal: Portal): Promise<void> {
  for (const unknown of await documentsToAdopt(portal.db, AT_ONCE)) {
    try {
      await adopt(portal, unknown)
    } catch (error) {
      // One that cannot be laid out holds up none of the others; it is tried again the next time.
      portal.log.warn(
        { err: error, document: unknown.onsiteId },
        'a document of the EMR could not be taken into the queue',
      )
    }
  }
}

async function adopt(portal: Portal, unknown: UnknownDocument): Promise<void> {
  const { activityId, onsiteId, pid, title } = unknown
  const filling = await findFilling(portal.db, portal, pid, onsiteId)
  if (!filling) return
  const sentAt = inUtc(portal, unknown.sentAt ?? undefined)
  const accountId = filling.sent?.account_id ?? undefined
  const pinned = await pinNow(portal, filling, { pid, sentAt, accountId })
  const pdf = await make(portal, filling, pinned)
  const before = await markOfDocument(portal.db, portal.site, onsiteId)
  const dropped: number[] = []
  await portal.db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid)])
    const now = await findFilling(tx, portal, pid, onsiteId, 'lock')
    if (now?.document.state !== IN_REVIEW || (await markOfDocument(tx, portal.site, onsiteId)) !== before) return
    if (now.sent?.state === 'waiting') return
    const fileId = await storeBytes(
      portal,
      { name: `${title}.pdf`, mediaType: 'application/pdf', bytes: pdf, keptBy: `document:${String(onsiteId)}` },
      tx,
    )
    const whose = { accountId: now.sent?.account_id ?? undefined, record: now.sent?.record ?? undefined, pid }
    const { id } = await sendForAudit(tx, portal, FOYER, {
      ...{ kind: 'document', ...whose, onsiteId, activityId, fileId, title, note: '' },
      awaitsSignature: unsignedFields(now).length > 0,
    })
    await pinContents(tx, id, pinned)
    // It waits under its old number with new bytes: nothing refers to those that came back.
    if (now.sent?.state !== 'returned' || now.sent.file_id === null) return
    await dropFile(tx, now.sent.file_id)
    dropped.push(now.sent.file_id)
  })
  await removeDropped(portal, dropped)
}

/** The host's wall clock as an instant; now, where it has none. */
function inUtc({ clock }: Portal, at: string | undefined): Utc {
  const there = at === undefined ? undefined : DateTime.fromSQL(at, { zone: clock.zone })
  return utc(there?.isValid ? there : clock.now())
}
