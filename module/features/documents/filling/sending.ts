/** A document is sent: looked at once more as it will be filed, rendered once, and handed to staff; or not at all. */
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { dropFile, storeBytes } from '../../../access/storedFiles.js'
import { writeHostLog } from '../../../host/log.js'
import { IN_REVIEW, keepsValues, saveOnsiteDocument } from '../../../host/onsiteDocuments.js'
import { findPatient } from '../../../host/patients.js'
import { noteDocument } from '../../../host/portalActivity.js'
import { keepPatientSignature } from '../../../host/signatures.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import type { Language } from '../../../platform/i18n.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import { renderTemplate, type TemplateValues } from '../directives.js'
import { renderFilled } from '../rendering.js'
import { moveSubmission, sendForAudit, type Submission } from '../submissions.js'
import { missingIn, patientSignature } from './answers.js'
import { contentsOf } from './contents.js'
import { findFilling, sha256Of, type Filling } from './filling.js'
import { markOf, valuesOf } from './filledRows.js'
import { signerOf } from './signing.js'
import { mayChange, type Standing } from './standing.js'
import { versionNumberOf } from './versions.js'

export interface SendInput {
  scope: ChartScope
  /** onsite_documents.id */
  id: number
  /** What was on the page that is confirmed (`seenOf`). */
  seen: string
  language: Language
  /** Where from, as far as proxies are trusted. */
  address: string
}

export type SendOutcome =
  /** `first`: by this press; false: it was sent already. */
  | { ok: true; receipt: string; first: boolean }
  | { ok: false; reason: 'not-found' }
  /** Staff have it, or have decided, or it is gone. */
  | { ok: false; reason: 'over'; standing: Standing }
  /** By field: a key of words. */
  | { ok: false; reason: 'missing'; errors: Readonly<Record<string, string>> }
  /** It is not what was looked at: saved from another page since, or the chart says something else now. */
  | { ok: false; reason: 'changed' }

/** A document with everything that will stand in it. */
export interface Finished {
  filling: Filling
  values: TemplateValues
  /** What keeps it from being sent, by field: a key of words. */
  missing: Readonly<Record<string, string>>
}

/** Loads it as it would be sent now. */
export async function finishedDocument(
  portal: Portal,
  { scope, id, language }: Pick<SendInput, 'scope' | 'id' | 'language'>,
): Promise<Finished | undefined> {
  const filling = await findFilling(portal.db, portal, scope.pid, id)
  if (!filling) return undefined
  const { values, done } = await contentsOf(portal, portal.db, scope, filling, language)
  return { filling, values, missing: missingIn(filling.fields, filling.answers, done) }
}

/** Says of two finished documents whether they say the same: hex SHA-256 of the text for the file. */
export function seenOf(portal: Portal, { filling, values }: Finished, language: Language): string {
  return sha256Of(renderTemplate(filling.parts, values, 'file', portal.speech.in(language)))
}

/**
 * Sends it: the very bytes that will be filed are rendered once and kept; the host's row becomes In Review, its activity
 * waiting, its signature the patient's; the submission waits for staff. Pressed again, it gives the first number.
 */
export async function sendDocument(portal: Portal, actor: Actor, input: SendInput): Promise<SendOutcome> {
  const finished = await finishedDocument(portal, input)
  const refusal = whyNotSent(portal, finished, input)
  if (!finished || refusal) return refusal ?? { ok: false, reason: 'not-found' }
  // Before anybody waits for us: laying out pages takes its time. What has changed by then is seen under the turn.
  const pdf = await pdfOf(portal, input, finished)
  return portal.db.transaction((tx) => sendInTurn(portal, tx, actor, input, finished, pdf))
}

function whyNotSent(portal: Portal, finished: Finished | undefined, input: SendInput): SendOutcome | undefined {
  if (!finished) return { ok: false, reason: 'not-found' }
  const { filling, missing } = finished
  const over = alreadySent(filling)
  if (over) return over
  if (Object.keys(missing).length > 0) return { ok: false, reason: 'missing', errors: missing }
  return seenOf(portal, finished, input.language) === input.seen ? undefined : { ok: false, reason: 'changed' }
}

function alreadySent({ standing, sent }: Filling): SendOutcome | undefined {
  if (mayChange(standing)) return undefined
  if (standing === 'reviewed' && sent?.state === 'waiting') return { ok: true, receipt: sent.receipt, first: false }
  return { ok: false, reason: 'over', standing }
}

/** The document as staff read it and as it is filed. */
export async function pdfOf(
  portal: Portal,
  { scope, language }: Pick<SendInput, 'scope' | 'language'>,
  { filling, values }: Finished,
): Promise<Buffer> {
  const patient = await findPatient(portal.db, scope.pid)
  const { document, filled, parts } = filling
  return renderFilled(portal, {
    ...{ parts, values, title: document.title, language, sentAt: utc(portal.clock.now()) },
    version: await versionNumberOf(portal.db, filled?.version_id ?? undefined),
    patient: { ...scope.patient, chartNumber: patient?.pubpid },
    signed: signedBy(filling, scope),
  })
}

function signedBy({ answers, filled, fields }: Filling, scope: ChartScope) {
  const signed = patientSignature(fields, answers) !== undefined
  const at = filled?.signed_at ?? undefined
  return signed && at !== undefined ? [{ name: filled?.signer ?? signerOf(scope), as: 'patient', at } as const] : []
}

async function sendInTurn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: SendInput,
  { filling: before }: Finished,
  pdf: Buffer,
): Promise<SendOutcome> {
  const { scope, id, language } = input
  await takeTurn(tx, [patientTurn(scope)])
  const filling = await findFilling(tx, portal, scope.pid, id, 'lock')
  if (!filling) return { ok: false, reason: 'not-found' }
  const over = alreadySent(filling)
  if (over) return over
  if (markOf(filling.answers) !== markOf(before.answers)) return { ok: false, reason: 'changed' }
  const { done, values } = await contentsOf(portal, tx, scope, filling, language)
  const errors = missingIn(filling.fields, filling.answers, done)
  if (Object.keys(errors).length > 0) return { ok: false, reason: 'missing', errors }
  if (seenOf(portal, { filling, values, missing: {} }, language) !== input.seen) return { ok: false, reason: 'changed' }

  if (filling.sent) await endStale(portal, tx, actor, filling.sent)
  const html = renderTemplate(filling.parts, values, 'file', portal.speech.in(language))
  return { ok: true, receipt: await handIn(portal, tx, actor, input, filling, { html, pdf }), first: true }
}

/** Sent, and changed since with the host's own screens, which ask nobody: what waits is not what is sent now. */
async function endStale(portal: Portal, tx: Tx, actor: Actor, sent: Submission): Promise<void> {
  if (sent.state === 'waiting') {
    await moveSubmission(tx, portal, sent, { state: 'withdrawn', who: 'patient', by: actor.name })
  }
}

async function handIn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  { scope, id, address }: SendInput,
  { answers, document, fields, filled, sent }: Filling,
  { html, pdf }: { html: string; pdf: Buffer },
): Promise<string> {
  const now = portal.clock.now()
  const at = wallClock(now)
  const image = patientSignature(fields, answers)
  const fileId = await storeBytes(
    portal,
    { name: `${document.title}.pdf`, mediaType: 'application/pdf', bytes: pdf, keptBy: `document:${String(id)}` },
    tx,
  )
  await saveOnsiteDocument(tx, portal.site, {
    ...{ id, values: valuesOf(answers, document.values), state: IN_REVIEW },
    signature: image === undefined ? undefined : { at, image },
    // What was begun here goes by its pinned version; what was begun there has no other text than its own.
    flattened: keepsValues(portal.site) || (filled?.version_id ?? null) === null ? undefined : html,
  })
  const activityId = await noteDocument(tx, { pid: scope.pid, documentId: id, title: document.title, at }, 'waiting')
  if (image !== undefined) {
    const signator = filled?.signer ?? signerOf(scope)
    await keepPatientSignature(tx, { pid: scope.pid, signator, image, at, epoch: Math.floor(now.toSeconds()), address })
  }
  const { receipt } = await sendForAudit(tx, portal, actor, {
    ...{ kind: 'document', accountId: scope.account.id, record: scope.record, pid: scope.pid },
    ...{ onsiteId: id, activityId, fileId, title: document.title, note: '' },
  })
  // It waits under its old number with new bytes: nothing refers to those that came back.
  if (sent?.state === 'returned' && sent.file_id !== null) await dropFile(tx, sent.file_id)
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'document.signed', subject: `document:${String(id)}`, pid: scope.pid },
    details: { signature: filled?.sign_kind ?? 'none', version: filled?.version_id ?? null },
  })
  await writeHostLog(tx, {
    ...{ at, event: 'other-update', user: 'portal-user', pid: scope.pid, success: true, from: 'onsite-portal' },
    comment: `Foyer: document ${String(id)} was sent for review, ${receipt}`,
  })
  return receipt
}
