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
  type UnknownDocument,
} from '../../../host/onsiteAudit.js'
import { IN_REVIEW, keepsValues } from '../../../host/onsiteDocuments.js'
import { findPatient, type Patient } from '../../../host/patients.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { isDrawn, type Field, type TemplateValues } from '../directives.js'
import { contentsOf } from '../filling/contents.js'
import { valuesOf } from '../filling/filledRows.js'
import { findFilling, type Filling } from '../filling/filling.js'
import { typedSignature } from '../filling/signing.js'
import { versionNumberOf } from '../filling/versions.js'
import { renderFilled, type Signed } from '../rendering.js'
import { findSubmission, inHand, sendForAudit, type Submission } from '../submissions.js'
import { isCorrectable } from './answering.js'
import { tellOf, whyNotNow, type NotDecided, type Seen } from './deed.js'

/** Staff's own fields that nobody has signed yet. */
export function unsignedFields({ answers, fields }: Pick<Filling, 'answers' | 'fields'>): Field[] {
  return fields.filter(({ by, kind, name }) => by === 'staff' && kind === 'signature' && !isDrawn(answers[name] ?? ''))
}

/** The document that a submission was made of, as its row of the host's says. */
export function fillingOf(portal: Portal, row: Submission): Promise<Filling | undefined> {
  if (!isCorrectable(row)) return Promise.resolve(undefined)
  return findFilling(portal.db, portal, row.pid, row.onsite_id)
}

interface Made {
  pdf: Buffer
  title: string
}

/** Of what stands in the host's row, with more answers where staff sign. */
async function make(
  portal: Portal,
  { pid, sentAt, signed }: { pid: number; sentAt: Utc; signed: readonly Signed[] },
  filling: Filling,
  more: Readonly<Record<string, string>> = {},
): Promise<Made> {
  const language = portal.settings().defaultLanguage
  const { values } = await contentsOf(portal, portal.db, { pid }, filling, language)
  const patient = await findPatient(portal.db, pid)
  const title = filling.document.title
  const pdf = await renderFilled(portal, {
    ...{ parts: filling.parts, title, language, sentAt, signed },
    values: { ...values, answers: { ...values.answers, ...more } } satisfies TemplateValues,
    version: await versionNumberOf(portal.db, filling.filled?.version_id ?? undefined),
    patient: nameOf(patient),
  })
  return { pdf, title }
}

function nameOf(patient: Patient | undefined) {
  const { born, firstName = '', lastName = '', pubpid } = patient ?? {}
  return { firstName, lastName, born, chartNumber: pubpid }
}

function patientsSignature({ answers, fields, filled }: Filling, fallback: string): Signed[] {
  const signs = fields.some(
    ({ by, kind, name }) => by === 'patient' && kind === 'signature' && isDrawn(answers[name] ?? ''),
  )
  if (!signs) return []
  return [{ name: filled?.signer ?? fallback, as: 'patient', at: filled?.signed_at ?? '' }]
}

export type SignOutcome =
  | { ok: true }
  | NotDecided
  /** It asks for none, or has it. */
  | { ok: false; reason: 'nothing-to-sign' }

/** New bytes with staff's signature in them, which are shown before they are filed: the version goes up. */
export async function signForPractice(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { address, name, seen }: { seen: Seen; name: string; address: string },
): Promise<SignOutcome> {
  const row = await findSubmission(portal.db, seen.id)
  const filling = row && (await fillingOf(portal, row))
  if (row?.pid == null || !filling) return { ok: false, reason: row ? 'nothing-to-sign' : 'not-found' }
  const fields = unsignedFields(filling)
  if (fields.length === 0) return { ok: false, reason: 'nothing-to-sign' }
  const image = await typedSignature(name)
  const more = Object.fromEntries(fields.map((field) => [field.name, image]))
  const now = utc(portal.clock.now())
  const signed: Signed[] = [...signaturesOf(portal, filling), { name, as: 'staff', at: now }]
  const { pdf } = await make(portal, { pid: row.pid, sentAt: row.sent_at, signed }, filling, more)
  const dropped: number[] = []
  const outcome = await inHand(portal, seen.id, async (tx, current): Promise<SignOutcome> => {
    const refusal = await whyNotNow(portal, tx, member, current, seen)
    if (!current || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    if (!isCorrectable(current)) return { ok: false, reason: 'nothing-to-sign' }
    await writeSignature(tx, portal, member, current, { filling, more, image, name, address })
    dropped.push(...(await replaceBytes(tx, portal, current, pdf)))
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

function signaturesOf(portal: Portal, filling: Filling): Signed[] {
  return patientsSignature(filling, '').map((each) => ({
    ...each,
    at: each.at === '' ? inUtc(portal, filling.document.signedAt) : each.at,
  }))
}

interface Writing {
  filling: Filling
  more: Readonly<Record<string, string>>
  image: string
  name: string
  address: string
}

async function writeSignature(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  { onsite_id: onsiteId, pid }: { onsite_id: number; pid: number },
  { address, filling, image, more, name }: Writing,
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
  const sha3 = createHash('sha3-512').update(image).digest('hex')
  await keepStaffSignature(tx, {
    staffId: member.id,
    name,
    image,
    sha3,
    at,
    epoch: Math.floor(now.toSeconds()),
    address,
  })
}

/** Answers the file that nothing refers to any more. */
async function replaceBytes(tx: Tx, portal: Portal, row: Submission, pdf: Buffer): Promise<number[]> {
  const fileId = await storeBytes(
    portal,
    { name: `${row.title}.pdf`, mediaType: 'application/pdf', bytes: pdf, keptBy: `submission:${String(row.id)}` },
    tx,
  )
  const mark = row.onsite_id === null ? null : await markOfDocument(tx, portal.site, row.onsite_id)
  await tx.change(
    `UPDATE foyer_submissions SET file_id = :fileId, host_mark = :mark, filing_due_at = NULL, version = version + 1 WHERE id = :id`,
    { id: row.id, fileId, mark },
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
  const sentAt = utc(portal.clock.now())
  const { pdf } = await make(portal, { pid: row.pid, sentAt, signed: signaturesOf(portal, filling) }, filling)
  const dropped: number[] = []
  await inHand(portal, id, async (tx, current) => {
    if (current?.state !== 'waiting' || current.version !== row.version) return
    dropped.push(...(await replaceBytes(tx, portal, current, pdf)))
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
  const { pdf } = await make(portal, { pid, sentAt, signed: signaturesOf(portal, filling) }, filling)
  const before = await markOfDocument(portal.db, portal.site, onsiteId)
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
    await sendForAudit(tx, portal, FOYER, { kind: 'document', ...whose, onsiteId, activityId, fileId, title, note: '' })
  })
}

/** The host's wall clock as an instant; now, where it has none. */
function inUtc({ clock }: Portal, at: string | undefined): Utc {
  const there = at === undefined ? undefined : DateTime.fromSQL(at, { zone: clock.zone })
  return utc(there?.isValid ? there : clock.now())
}
