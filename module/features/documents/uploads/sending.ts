/** A patient sends files: what can be taken is kept and waits to be checked; what cannot is remembered with the reason. */
import type { Portal } from '../../../access/portal.js'
import { pidOf, type PatientScope } from '../../../access/scope.js'
import { keepFile } from '../../../access/storedFiles.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { opaqueId } from '../../../platform/ids.js'
import { isOfKind, kindsIn, nameFor } from '../../../platform/mediaTypes.js'
import { firstResult, rememberResult, type Once } from '../../../platform/once.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import type { FileRefusal, ReceivedFile } from '../../../web/routes.js'
import { ownSubmission, type Submission, type SubmissionState } from '../submissions.js'
import type { UploadRefusal } from './upload.js'

export interface Refused {
  name: string
  reason: UploadRefusal
}

export interface Sorted {
  taken: readonly ReceivedFile[]
  refused: readonly Refused[]
}

/** By what is in them, never by their names. */
export function sorted(
  { settings }: Pick<Portal, 'settings'>,
  files: readonly ReceivedFile[],
  refusals: readonly FileRefusal[],
): Sorted {
  const allowed = kindsIn(settings().uploadKinds)
  const refused = files.flatMap(({ name, mediaType }): Refused[] =>
    isOfKind(mediaType, allowed) ? [] : [{ name, reason: whyNot(mediaType) }],
  )
  return {
    taken: files.filter(({ mediaType }) => isOfKind(mediaType, allowed)),
    refused: [...refused, ...refusals],
  }
}

function whyNot(mediaType: string): UploadRefusal {
  if (['text/html', 'image/svg+xml', 'application/xml', 'application/xhtml+xml'].includes(mediaType)) return 'page'
  if (mediaType === 'application/vnd.ms-office.macro') return 'macros'
  return /^image\/hei[cf]/.test(mediaType) ? 'heic' : 'type'
}

export interface SendInput extends Sorted {
  scope: PatientScope
  note: string
  once: Once | undefined
  /** The number of a file that staff returned: the one that is sent takes its place. */
  replaces?: string
}

export type SendOutcome =
  | { ok: true; batch: string }
  | { ok: false; reason: 'used-otherwise' }
  /** There is none of that number to send again; as it stands, where there is one. */
  | { ok: false; reason: 'not-returned'; state: SubmissionState | undefined }
  /** Another that takes its place has come, and is looked at. */
  | { ok: false; reason: 'under-way' }

/** One transaction. Pressed again, it gives the first batch. */
export async function sendFiles(portal: Portal, actor: Actor, input: SendInput): Promise<SendOutcome> {
  const { scope, once } = input
  return portal.db.transaction(async (tx): Promise<SendOutcome> => {
    await takeTurn(tx, [patientTurn({ pid: pidOf(scope), record: scope.record })])
    if (once) {
      const before = await firstResult(tx, portal.clock, once)
      if (before.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
      if (before.state === 'done') return { ok: true, batch: before.result }
    }
    const replaced = await replacedBy(tx, input)
    if (replaced && !replaced.ok) return replaced
    const batch = opaqueId()
    const whole = replaced ? { ...input, note: input.note === '' ? replaced.row.note : input.note } : input
    for (const file of input.taken) await keep(tx, portal, batch, whole, file, replaced?.row)
    for (const refused of input.refused) await remember(tx, portal, batch, input, refused)
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'upload.received', subject: `upload:${batch}`, pid: pidOf(scope) },
      details: { files: input.taken.length, refused: input.refused.length },
    })
    if (once) await rememberResult(tx, once, batch)
    return { ok: true, batch }
  })
}

type Replaced = { ok: true; row: Submission } | Extract<SendOutcome, { ok: false }>

/** In the patient's turn. Undefined: nothing is to be replaced. */
async function replacedBy(tx: Tx, { replaces, scope }: SendInput): Promise<Replaced | undefined> {
  if (replaces === undefined) return undefined
  const row = await ownSubmission(tx, { pid: pidOf(scope), record: scope.record }, replaces)
  if (row?.kind !== 'upload' || row.state !== 'returned') {
    return { ok: false, reason: 'not-returned', state: row?.state }
  }
  const coming = await tx.first(`SELECT id FROM foyer_uploads WHERE state = 'checking' AND replaces = :id LIMIT 1`, {
    id: row.id,
  })
  return coming ? { ok: false, reason: 'under-way' } : { ok: true, row }
}

async function keep(
  tx: Tx,
  portal: Portal,
  batch: string,
  input: SendInput,
  file: ReceivedFile,
  replaced: Submission | undefined,
): Promise<void> {
  const now = utc(portal.clock.now())
  const id = await tx.insert(
    `INSERT INTO foyer_uploads
       (batch, account_id, sender, relationship, record, pid, file_id, name, media_type, note, state, due_at, sent_at, replaces)
     VALUES (:batch, :accountId, :sender, :relationship, :record, :pid, :fileId, :name, :mediaType, :note, 'checking',
        :now, :now, :replaces)`,
    {
      ...senderOf(input.scope),
      ...{ batch, now, fileId: file.id, note: input.note, mediaType: file.mediaType },
      replaces: replaced?.id ?? null,
      name: nameFor(file.name, file.mediaType),
    },
  )
  await keepFile(tx, file.id, file, `upload:${String(id)}`)
}

async function remember(tx: Tx, portal: Portal, batch: string, input: SendInput, refused: Refused): Promise<void> {
  await tx.insert(
    `INSERT INTO foyer_uploads
       (batch, account_id, sender, relationship, record, pid, name, media_type, note, state, reason, sent_at, checked_at)
     VALUES (:batch, :accountId, :sender, :relationship, :record, :pid, :name, '', '', 'refused', :reason, :now, :now)`,
    { ...senderOf(input.scope), ...refused, batch, now: utc(portal.clock.now()) },
  )
}

function senderOf(scope: PatientScope) {
  return {
    accountId: scope.account.id,
    sender: scope.account.name,
    relationship: scope.kind === 'chart' ? scope.relationship : null,
    record: scope.record,
    pid: pidOf(scope) ?? null,
  }
}
