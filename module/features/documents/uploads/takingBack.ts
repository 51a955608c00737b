/** A patient takes back a file that they sent, as long as nobody has decided on it: its bytes go, its number stays. */
import type { Portal } from '../../../access/portal.js'
import { pidOf, type PatientScope } from '../../../access/scope.js'
import { dropFile, removeDropped } from '../../../access/storedFiles.js'
import { writeHostLog } from '../../../host/log.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import { dropEarlier } from '../earlierFiles.js'
import { ownSubmission, withdrawSubmission, type Whose } from '../submissions.js'
import { noteForStaff } from './checking.js'
import { uploadsTogether, type UploadStanding } from './upload.js'

export type TakeBackOutcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** Staff have decided, or it was refused: as it stands now. */
  | { ok: false; reason: 'over'; row: UploadStanding }

/** One transaction, in the patient's turn. What is taken back already stays so. */
export async function takeBackUpload(
  portal: Portal,
  actor: Actor,
  scope: PatientScope,
  { batch, id }: { batch: string; id: number },
): Promise<TakeBackOutcome> {
  const whose = { pid: pidOf(scope), record: scope.record }
  const { dropped, outcome } = await portal.db.transaction(async (tx) => {
    await takeTurn(tx, [patientTurn(whose)])
    const row = (await uploadsTogether(tx, whose, batch)).find((each) => each.id === id)
    if (!row) return { outcome: { ok: false, reason: 'not-found' } as const, dropped: [] }
    if (isTakenBack(row)) return { outcome: { ok: true } as const, dropped: [] }
    const files = await takeBack(tx, portal, actor, whose, row)
    if (files === undefined) return { outcome: { ok: false, reason: 'over', row } as const, dropped: [] }
    for (const file of files) await dropFile(tx, file)
    await tellHost(tx, portal, row)
    return { outcome: { ok: true } as const, dropped: files }
  })
  await removeDropped(portal, dropped)
  return outcome
}

/** The patient may still take it back. */
export function mayTakeBack({ state, submission_state: staff }: UploadStanding): boolean {
  return state === 'checking' || (state === 'sent' && (staff === 'waiting' || staff === 'returned'))
}

function isTakenBack({ state, submission_state: staff }: UploadStanding): boolean {
  return state === 'withdrawn' || (state === 'sent' && staff === 'withdrawn')
}

/** Answers the files that nothing refers to any more. Undefined: it is too late. */
function takeBack(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  whose: Whose,
  row: UploadStanding,
): Promise<number[] | undefined> {
  if (!mayTakeBack(row)) return Promise.resolve(undefined)
  return row.state === 'checking' ? unchecked(tx, portal, actor, row) : sent(tx, portal, actor, whose, row)
}

async function unchecked(tx: Tx, portal: Portal, actor: Actor, row: UploadStanding): Promise<number[]> {
  const { clock } = portal
  await tx.change(
    `UPDATE foyer_uploads SET state = 'withdrawn', file_id = NULL, checked_at = :now WHERE id = :id AND state = 'checking'`,
    { id: row.id, now: utc(clock.now()) },
  )
  const subject = `upload:${row.batch}`
  await recordAudit(tx, clock, actor, { event: 'document.withdrawn', subject, pid: row.pid ?? undefined })
  // It may have been the last that those sent with it waited for.
  await noteForStaff(tx, portal, row)
  return row.file_id === null ? [] : [row.file_id]
}

async function sent(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  whose: Whose,
  row: UploadStanding,
): Promise<number[] | undefined> {
  const receipt = row.receipt ?? ''
  const submission = await ownSubmission(tx, whose, receipt)
  if (submission?.file_id == null) return undefined
  if (!(await withdrawSubmission(tx, portal, actor, whose, receipt)).ok) return undefined
  await tx.change(`UPDATE foyer_submissions SET file_id = NULL WHERE id = :id`, { id: submission.id })
  await publish(tx, portal.clock, {
    event: 'document.withdrawn',
    payload: { submission: submission.id, account: submission.account_id, pid: submission.pid },
    key: `submission:${String(submission.id)}`,
  })
  return [submission.file_id, ...(await dropEarlier(tx, submission.id))]
}

async function tellHost(tx: Tx, { clock }: Portal, { id, pid }: UploadStanding): Promise<void> {
  if (pid === null) return
  await writeHostLog(tx, {
    ...{ at: wallClock(clock.now()), event: 'other-update', user: 'portal-user', pid, success: true },
    ...{ comment: `Foyer: upload ${String(id)} was taken back`, from: 'onsite-portal' },
  })
}
