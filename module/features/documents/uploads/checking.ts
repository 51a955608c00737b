/**
 * What becomes of a file that a patient has sent: it is looked at for viruses, a picture is encoded anew, and then it
 * waits for staff; or it is refused, its bytes are removed, and the patient reads why. Right after it came where that is
 * quick, else by a job, again and again until the scanner answers: nothing passes unscanned where there is a scanner.
 */
import type { Job } from '../../../feature.js'
import type { Portal } from '../../../access/portal.js'
import {
  beginFile,
  dropFile,
  dropUnkept,
  fileOf,
  handOver,
  keepFile,
  removeDropped,
  type StoredFile,
} from '../../../access/storedFiles.js'
import { writeStaffNote } from '../../../host/notes.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { scan, type ClamdTimes } from '../../../platform/clamd.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import type { StoredBytes } from '../../../platform/files/store.js'
import { encodeAnew, isPicture, PictureFailed } from '../../../platform/files/pictures.js'
import { publish } from '../../../platform/outbox.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import { writeToSender } from '../sender.js'
import { sendForAudit } from '../submissions.js'
import { uploadColumns, type Scan, type Upload, type UploadRefusal } from './upload.js'

export const checkUploads: Job = {
  name: 'check-uploads',
  everySeconds: 5,
  async run(portal) {
    for (;;) {
      const next = await nextDue(portal)
      if (next === undefined) return
      await checkUpload(portal, next)
    }
  },
}

async function nextDue({ db, clock }: Portal): Promise<number | undefined> {
  const row = await db.first<{ id: number }>(
    `SELECT id FROM foyer_uploads
      WHERE state = 'checking' AND due_at <= :now AND (held_until IS NULL OR held_until <= :now)
      ORDER BY due_at, id LIMIT 1`,
    { now: utc(clock.now()) },
  )
  return row?.id
}

const AT_ONCE_MS = 4000
const AT_ONCE_BYTES = 8 * 1024 * 1024
const quick: ClamdTimes = { connecting: 1000, silence: 4000 }

/** While the sender waits for the page: what is quick. The rest is the job's. */
export async function checkAtOnce(portal: Portal, batch: string): Promise<void> {
  const rows = await portal.db.select<{ id: number; bytes: number }>(
    `SELECT u.id, f.bytes FROM foyer_uploads u JOIN foyer_files f ON f.id = u.file_id
      WHERE u.batch = :batch AND u.state = 'checking' ORDER BY u.id`,
    { batch },
  )
  const until = Date.now() + AT_ONCE_MS
  for (const { id, bytes } of rows) {
    if (Date.now() > until) return
    // What was sent is kept and will be looked at: that is what its sender is told, whatever fails now.
    if (bytes <= AT_ONCE_BYTES) await checkUpload(portal, id, quick).catch(noted(portal, id))
  }
}

function noted({ log }: Portal, upload: number): (error: unknown) => void {
  return (error) => {
    log.error({ upload, err: error }, 'a file could not be looked at; it waits')
  }
}

/** Nobody else checks it meanwhile. */
const HOLD_MINUTES = 10

/** `times`: while its sender waits, who reads at once what becomes of it. Without: they are written to if it is refused. */
export async function checkUpload(portal: Portal, id: number, times?: ClamdTimes): Promise<void> {
  const taken = await take(portal, id)
  if (!taken) return
  const upload = { ...taken, late: times === undefined }
  try {
    await look(portal, upload, times)
  } catch (error) {
    // How often its scanner was silent is not counted: only how often this failed.
    const last = error instanceof PictureFailed && upload.picture_tries + 1 >= PICTURE_TRIES
    if (last) await refuse(portal, upload, 'not-prepared')
    else await putOff(portal, upload, String(error))
    if (!(error instanceof PictureFailed)) throw error
  }
}

/** Half an hour, with the pauses between them. */
const PICTURE_TRIES = 8

async function look(portal: Portal, upload: Taken, times?: ClamdTimes): Promise<void> {
  const file = upload.file_id === null ? undefined : await fileOf(portal.db, upload.file_id)
  if (!file) {
    await refuse(portal, upload, 'unreadable')
    return
  }
  const found = await scanned(portal, file, times)
  if (found.outcome === 'unreachable') await putOff(portal, upload, found.why)
  else if (found.outcome === 'infected') await refuse(portal, upload, 'infected', found.virus)
  else if (found.outcome === 'too-large') await refuse(portal, upload, 'unscannable')
  else if (isPicture(file.mediaType)) await passPicture(portal, upload, file, found.scan)
  else await pass(portal, upload, found.scan)
}

/** `late`: nobody waits for it. */
type Taken = Upload & { late: boolean }

async function take({ db, clock }: Portal, id: number): Promise<Upload | undefined> {
  const now = clock.now()
  const taken = await db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_uploads SET held_until = :until, attempts = attempts + 1
        WHERE id = :id AND state = 'checking' AND (held_until IS NULL OR held_until <= :now)`,
      { id, now: utc(now), until: utc(now.plus({ minutes: HOLD_MINUTES })) },
    ),
  )
  if (taken !== 1) return undefined
  return db.first<Upload>(`SELECT ${uploadColumns} FROM foyer_uploads u WHERE u.id = :id`, { id }) // sql-safe: a constant
}

type Found =
  | { outcome: 'passed'; scan: Scan }
  | { outcome: 'infected'; virus: string }
  | { outcome: 'too-large' }
  | { outcome: 'unreachable'; why: string }

async function scanned(portal: Portal, { key }: StoredFile, times?: ClamdTimes): Promise<Found> {
  const { clamd } = portal.config
  if (clamd === undefined) return { outcome: 'passed', scan: 'unscanned' }
  const found = await scan(clamd, await portal.files.open(key), times)
  return found.outcome === 'clean' ? { outcome: 'passed', scan: 'clean' } : found
}

const FIRST_PAUSE_SECONDS = 15
const LONGEST_PAUSE_SECONDS = 600

async function putOff({ db, clock, log }: Portal, { id, attempts }: Upload, why: string): Promise<void> {
  log.warn({ upload: id, attempts, why }, 'a file could not be looked at yet; it waits')
  const seconds = Math.min(FIRST_PAUSE_SECONDS * 2 ** Math.min(attempts - 1, 10), LONGEST_PAUSE_SECONDS)
  await db.transaction((tx) =>
    tx.change(`UPDATE foyer_uploads SET held_until = NULL, due_at = :due WHERE id = :id AND state = 'checking'`, {
      id,
      due: utc(clock.now().plus({ seconds })),
    }),
  )
}

/** The new picture takes the place of what was sent, of which nothing stays. */
async function passPicture(portal: Portal, upload: Taken, file: StoredFile, scan: Scan): Promise<void> {
  const { mediaType, name } = file
  if (!isPicture(mediaType)) return
  await beginPicture(portal, upload)
  const begun = await beginFile(portal.db, portal.clock, { name, mediaType })
  try {
    const { readable, result } = await encodeAnew(mediaType, await portal.files.open(file.key), (picture) =>
      portal.files.receive(picture, Infinity, begun.key),
    )
    if (readable) await pass(portal, upload, scan, { ...result, id: begun.id })
    else await refuse(portal, upload, 'unreadable')
  } finally {
    await dropUnkept(portal, [begun.id])
  }
}

/** Counted before it is tried: this process may be the one that dies of it. */
async function beginPicture({ db }: Portal, { id }: Upload): Promise<void> {
  await db.transaction((tx) =>
    tx.change(`UPDATE foyer_uploads SET picture_tries = picture_tries + 1 WHERE id = :id`, { id }),
  )
}

/** `picture`: what is filed in place of the file that was sent. */
async function pass(portal: Portal, upload: Upload, scan: Scan, picture?: StoredBytes & { id: number }): Promise<void> {
  const dropped = await settled(portal, upload, async (tx, row, fileId) => {
    const sent = await sendForAudit(tx, portal, senderOf(row), {
      kind: 'upload',
      accountId: row.account_id,
      record: row.record,
      pid: row.pid ?? undefined,
      fileId: picture?.id ?? fileId,
      title: row.name,
      note: row.note,
      batch: row.batch,
      scan,
      replaces: row.replaces ?? undefined,
    })
    if (sent.id === row.replaces) await standAside(tx, sent.id)
    await tx.change(
      `UPDATE foyer_uploads
          SET state = 'sent', submission_id = :submission, scan = :scan, file_id = NULL, checked_at = :now
        WHERE id = :id`,
      { id: row.id, scan, submission: sent.id, now: utc(portal.clock.now()) },
    )
    const keptBy = `submission:${String(sent.id)}`
    if (!picture) {
      await handOver(tx, fileId, keptBy)
      return []
    }
    await keepFile(tx, picture.id, picture, keptBy)
    await dropFile(tx, fileId)
    return [fileId]
  })
  await removeDropped(portal, dropped)
}

/** What was sent under this number before. */
async function standAside(tx: Tx, submission: number): Promise<void> {
  await tx.change(`UPDATE foyer_uploads SET state = 'replaced' WHERE submission_id = :submission AND state = 'sent'`, {
    submission,
  })
}

/** Its bytes go; its name and the reason stay, for the patient to read. */
async function refuse(portal: Portal, upload: Taken, reason: UploadRefusal, virus?: string): Promise<void> {
  const dropped = await settled(portal, upload, async (tx, row, fileId) => {
    await tx.change(
      `UPDATE foyer_uploads
          SET state = 'refused', reason = :reason, virus = :virus, file_id = NULL, checked_at = :now
        WHERE id = :id`,
      { id: row.id, reason, virus: virus ?? null, now: utc(portal.clock.now()) },
    )
    if (row.file_id !== null) await dropFile(tx, fileId)
    await recordAudit(tx, portal.clock, senderOf(row), {
      ...{ event: 'upload.refused', subject: `upload:${row.batch}`, pid: row.pid ?? undefined },
      details: { reason, upload: row.id },
    })
    await publish(tx, portal.clock, {
      event: 'upload.refused',
      payload: { upload: row.id, account: row.account_id, pid: row.pid, reason },
      key: `upload:${row.batch}`,
    })
    if (upload.late) {
      const facts = { batch: row.batch }
      await writeToSender(tx, portal, senderOf(row), row, { kind: 'upload.refused', facts })
    }
    return row.file_id === null ? [] : [fileId]
  })
  await removeDropped(portal, dropped)
}

/** In one transaction, in the patient's turn; nothing where somebody else was faster. What the work drops is the result. */
async function settled(
  portal: Portal,
  { id, pid, record }: Upload,
  work: (tx: Tx, row: Upload, fileId: number) => Promise<number[]>,
): Promise<number[]> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [patientTurn({ pid: pid ?? undefined, record })])
    const row = await tx.first<Upload>(
      `SELECT ${uploadColumns} FROM foyer_uploads u WHERE u.id = :id FOR UPDATE`, // sql-safe: a constant
      { id },
    )
    if (row?.state !== 'checking') return []
    const dropped = await work(tx, row, row.file_id ?? 0)
    await noteForStaff(tx, portal, row)
    return dropped
  })
}

/** Once for what was sent together, when the last of it is with staff: as the host notes an upload (facts §6.4). */
export async function noteForStaff(
  tx: Tx,
  { clock }: Portal,
  { batch, pid }: Pick<Upload, 'batch' | 'pid'>,
): Promise<void> {
  if (pid === null) return
  const rows = await tx.select<Pick<Upload, 'name' | 'state'>>(
    `SELECT name, state FROM foyer_uploads WHERE batch = :batch ORDER BY id`,
    { batch },
  )
  const sent = rows.filter(({ state }) => state === 'sent')
  if (sent.length === 0 || rows.some(({ state }) => state === 'checking')) return
  await writeStaffNote(tx, {
    at: wallClock(clock.now()),
    ...{ pid, title: 'New Document', from: 'portal-user', to: 'portal-user', group: 'Default' },
    text: `A patient has sent ${String(sent.length)} new ${sent.length === 1 ? 'document' : 'documents'} through the portal: ${sent.map(({ name }) => name).join(', ')}`,
  })
}

/** Whoever sent it: what comes of it is their doing. */
function senderOf({ account_id, sender, record, relationship }: Upload): Actor {
  return {
    kind: 'account',
    id: String(account_id),
    name: sender,
    requestId: undefined,
    actingAs: { record, relationship: relationship ?? undefined },
  }
}
