/** A document is sent: looked at once more as it will be filed, rendered once, and handed to staff; or not at all. */
import { DateTime } from 'luxon'
import type { Portal } from '../../../access/portal.js'
import { nameOf, type ChartScope } from '../../../access/scope.js'
import { dropFile, storeBytes } from '../../../access/storedFiles.js'
import { writeHostLog } from '../../../host/log.js'
import { IN_REVIEW, keepsValues, saveOnsiteDocument, withMark } from '../../../host/onsiteDocuments.js'
import { noteDocument } from '../../../host/portalActivity.js'
import { keepPatientSignature } from '../../../host/signatures.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import type { Language } from '../../../platform/i18n.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import { renderTemplate, type TemplateValues } from '../directives.js'
import { pinContents, pinnedValues, type Pinned, type Signed } from '../pinned.js'
import { renderFilled } from '../rendering.js'
import { dropSent } from '../sentBytes.js'
import { moveSubmission, sendForAudit, type Submission } from '../submissions.js'
import { missingIn, patientSignature } from './answers.js'
import { contentsOf } from './contents.js'
import { findFilling, markIn, sha256Of, unsignedFields, type Filling } from './filling.js'
import { markOf, noteSent, signingsOf, valuesOf } from './filledRows.js'
import { lookedAt, sealLooked, type Looked } from './sealing.js'
import { byOf, signedIn } from './signatures.js'
import { mayChange, type Standing } from './standing.js'
import { hostTextOf, takeOver } from './there.js'

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
  /** The practice's own number of the patient; undefined: the chart has none. */
  chartNumber: string | undefined
  language: Language
  /** The instant that it is of. */
  at: DateTime
}

/** Loads it as it would be sent now; `at`: as of the instant when its patient looked at it. */
export async function finishedDocument(
  portal: Portal,
  { scope, id, language, at = portal.clock.now() }: Pick<SendInput, 'scope' | 'id' | 'language'> & { at?: DateTime },
): Promise<Finished | undefined> {
  const filling = await findFilling(portal.db, portal, scope.pid, id)
  return filling && finish(portal, portal.db, scope, filling, { language, at })
}

/** With what will stand in it as of an instant. */
export async function finish(
  portal: Portal,
  db: Queryable,
  scope: ChartScope,
  filling: Filling,
  { language, at }: Pick<Finished, 'language' | 'at'>,
): Promise<Finished> {
  const { chartNumber, states, values } = await contentsOf(portal, db, scope, filling, { language, now: at })
  return { filling, values, chartNumber, language, at, missing: missingIn(filling.fields, filling.answers, states) }
}

/** What the page carries that its patient confirms: which text of which instant they had before them. */
export function seenOf(portal: Portal, finished: Finished): string {
  const { at, filling, language } = finished
  return sealLooked(portal, { id: filling.document.id, language, at, sha256: textMark(portal, finished) })
}

/** Says of two finished documents whether they say the same: hex SHA-256 of the text for the file. */
export function textMark(portal: Pick<Portal, 'speech'>, { filling, language, values }: Finished): string {
  return sha256Of(renderTemplate(filling.parts, values, 'file', portal.speech.in(language)))
}

/**
 * Sends it: the very bytes that will be filed are rendered once and kept, of the instant when they were looked at; the
 * host's row becomes In Review, its activity waiting, its signature the patient's; the submission waits for staff. Pressed
 * again, it gives the first number.
 */
export async function sendDocument(portal: Portal, actor: Actor, input: SendInput): Promise<SendOutcome> {
  const looked = lookedAt(portal, input.id, input.seen)
  const { id, language, scope } = input
  const finished = await finishedDocument(portal, { id, language, scope, ...(looked ? { at: looked.at } : {}) })
  const refusal = whyNotSent(portal, finished, looked)
  if (!finished || !looked || refusal) return refusal ?? { ok: false, reason: 'not-found' }
  // Before anybody waits for us: laying out pages takes its time. What has changed by then is seen under the turn.
  const pinned = pinnedOf(portal, scope, finished)
  const pdf = await pdfOf(portal, finished, pinned)
  return portal.db.transaction((tx) => sendInTurn(portal, tx, actor, input, looked, { before: finished, pinned, pdf }))
}

function whyNotSent(
  portal: Portal,
  finished: Finished | undefined,
  looked: Looked | undefined,
): SendOutcome | undefined {
  if (!finished) return { ok: false, reason: 'not-found' }
  const over = alreadySent(finished.filling)
  if (over) return over
  if (Object.keys(finished.missing).length > 0) return { ok: false, reason: 'missing', errors: finished.missing }
  return isAsLooked(portal, finished, looked) ? undefined : { ok: false, reason: 'changed' }
}

function isAsLooked(portal: Portal, finished: Finished, looked: Looked | undefined): boolean {
  return looked?.language === finished.language && looked.sha256 === textMark(portal, finished)
}

function alreadySent({ standing, sent }: Filling): SendOutcome | undefined {
  if (mayChange(standing)) return undefined
  if (standing === 'reviewed' && sent?.state === 'waiting') return { ok: true, receipt: sent.receipt, first: false }
  return { ok: false, reason: 'over', standing }
}

/** The document as staff read it and as it is filed. */
export function pdfOf(portal: Portal, { filling }: Finished, pinned: Pinned): Promise<Buffer> {
  const { answers, document, parts, version } = filling
  return renderFilled(portal, { parts, answers, title: document.title, pinned, version: version?.version })
}

/** Everything that it says besides its template and its answers, sent now by whoever acts in this scope. */
export function pinnedOf(
  portal: Portal,
  scope: ChartScope,
  { chartNumber, filling, language, values }: Finished,
): Pinned {
  const { firstName, lastName, born } = scope.patient
  return {
    ...{ language, ...pinnedValues(values), practice: { ...portal.practice() }, sentAt: utc(portal.clock.now()) },
    patient: { firstName, lastName, born, chartNumber },
    by: byOf(scope),
    signed: signedBy(portal, filling, nameOf(scope)),
  }
}

/** Who signed it. `patient`: the name of whoever signed in the host's own portal, which keeps none. */
export function signedBy(
  { clock }: Pick<Portal, 'clock'>,
  { answers, document, fields, filled }: Filling,
  patient: string,
): Signed[] {
  const there = document.signedAt === undefined ? undefined : DateTime.fromSQL(document.signedAt, { zone: clock.zone })
  return signedIn(fields, answers, signingsOf(filled), {
    name: filled?.signer ?? patient,
    at: filled?.signed_at ?? utc(there?.isValid ? there : clock.now()),
  })
}

interface Made {
  before: Finished
  pinned: Pinned
  pdf: Buffer
}

async function sendInTurn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  input: SendInput,
  looked: Looked,
  { before, pinned, pdf }: Made,
): Promise<SendOutcome> {
  const { scope, id } = input
  await takeTurn(tx, [patientTurn(scope)])
  const filling = await findFilling(tx, portal, scope.pid, id, 'lock')
  if (!filling) return { ok: false, reason: 'not-found' }
  const over = alreadySent(filling)
  if (over) return over
  if (markOf(filling.answers) !== markOf(before.filling.answers)) return { ok: false, reason: 'changed' }
  const now = await finish(portal, tx, scope, filling, looked)
  if (Object.keys(now.missing).length > 0) return { ok: false, reason: 'missing', errors: now.missing }
  if (!isAsLooked(portal, now, looked)) return { ok: false, reason: 'changed' }

  if (filling.sent) await endStale(portal, tx, actor, filling.sent)
  const html = renderTemplate(filling.parts, now.values, 'file', portal.speech.in(now.language))
  return { ok: true, receipt: await handIn(portal, tx, actor, input, filling, { html, pdf, pinned }), first: true }
}

/** Sent, and changed since with the host's own screens, which ask nobody: what waits is not what is sent now. */
async function endStale(portal: Portal, tx: Tx, actor: Actor, sent: Submission): Promise<void> {
  if (sent.state === 'waiting') {
    await moveSubmission(tx, portal, sent, { state: 'withdrawn', who: 'patient', by: actor.name })
    await dropSent(tx, sent)
  }
}

async function handIn(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  { scope, id, address }: SendInput,
  filling: Filling,
  { html, pdf, pinned }: { html: string; pdf: Buffer; pinned: Pinned },
): Promise<string> {
  const { answers, document, fields, filled, sent, source, version } = filling
  const now = portal.clock.now()
  const at = wallClock(now)
  const image = patientSignature(fields, answers)
  const fileId = await storeBytes(
    portal,
    { name: `${document.title}.pdf`, mediaType: 'application/pdf', bytes: pdf, keptBy: `document:${String(id)}` },
    tx,
  )
  await takeOver(tx, { ...filling, sha256: sha256Of(source) }, utc(now))
  // What was begun here goes by its pinned version; what was begun there has no other text than its own.
  const flattened = keepsValues(portal.site) || !version ? undefined : html
  await saveOnsiteDocument(tx, portal.site, {
    ...{ id, values: valuesOf(answers, document.values), state: IN_REVIEW },
    signature: image === undefined ? undefined : { at, image },
    flattened,
  })
  if (filled) {
    const hostText = flattened === undefined ? undefined : hostTextOf(withMark(flattened))
    await noteSent(tx, filled.id, { hostText, mark: markIn(portal, filling, answers) })
  }
  const activityId = await noteDocument(tx, { pid: scope.pid, documentId: id, title: document.title, at }, 'waiting')
  const by = pinned.signed.find(({ as }) => as === 'patient')?.by
  // The host keeps one signature a patient (facts §6.7), and offers it for what they sign next: that of somebody who
  // signs for them stands in the document alone. The name is who signed, never what somebody typed.
  if (image !== undefined && (by === undefined || by.relationship === 'self')) {
    const signator = nameOf(scope)
    await keepPatientSignature(tx, { pid: scope.pid, signator, image, at, epoch: Math.floor(now.toSeconds()), address })
  }
  const sentAs = await sendForAudit(tx, portal, actor, {
    ...{ kind: 'document', accountId: scope.account.id, record: scope.record, pid: scope.pid },
    ...{ onsiteId: id, activityId, fileId, title: document.title, note: '' },
    awaitsSignature: unsignedFields({ answers, fields }).length > 0,
  })
  const { receipt } = sentAs
  await pinContents(tx, sentAs.id, pinned)
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
