/** Staff accept a submission: the very bytes that they were shown become a document of its own patient's chart. */
import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { fileOf, type StoredFile } from '../../../access/storedFiles.js'
import { chartCategories, openSpecs, portalCategory, type ChartCategory } from '../../../host/documents/categories.js'
import { fileLaid, layIntoChart, type LaidBytes, type NotFiled } from '../../../host/documents/filing.js'
import { abandon } from '../../../host/documents/filings.js'
import { siteFolder } from '../../../host/documents/siteFolder.js'
import { lockDocument } from '../../../host/onsiteAudit.js'
import type { Actor } from '../../../platform/audit.js'
import { day as dayOf, type Utc } from '../../../platform/clock.js'
import type { Database } from '../../../platform/database.js'
import { shorterName } from '../../../platform/letters.js'
import { findSubmission, inHand, moveSubmission, type Submission } from '../submissions.js'
import { decisionOf, isInHost } from './answering.js'
import { overOf, tellOf, whyNotNow, type NotDecided, type Seen } from './deed.js'

export interface FileInput {
  seen: Seen
  categoryId: number
  /** As the chart lists it. */
  name: string
  /** By the clock: only as long as it is to be filed then, and nobody took that back. */
  due?: Utc
}

export type FileOutcome =
  | { ok: true; documentId: number }
  | NotDecided
  /** The account has no chart yet. */
  | { ok: false; reason: 'no-chart' }
  /** No such category, or not one that this member may open. */
  | { ok: false; reason: 'no-category' }
  /** The virus scan has found something, or has not looked yet. */
  | { ok: false; reason: 'not-scanned' }
  | { ok: false; reason: NotFiled }

/**
 * Lays the bytes into the EMR's folder, and then, in one transaction, makes the document, and moves the submission and
 * the host's rows. Killed in between, it waits as before, and the sweeper takes away what was laid (host/documents).
 */
export async function fileSubmission(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: FileInput,
): Promise<FileOutcome> {
  const row = await findSubmission(portal.db, input.seen.id)
  const early = await whyNotEvenBegun(portal, member, row, input)
  if (!row || early) return early ?? { ok: false, reason: 'not-found' }
  const file = row.file_id === null ? undefined : await fileOf(portal.db, row.file_id)
  if (!file || row.pid === null || file.sha256 !== input.seen.sha256) return { ok: false, reason: 'changed' }

  const laid = await layDown(portal, row.pid, file)
  if (!laid.ok) return laid
  const outcome = await fileInTurn(portal, member, actor, input, file, laid.laid)
  if (!outcome.ok) await takeAway(portal, laid.laid)
  return outcome
}

async function whyNotEvenBegun(
  portal: Portal,
  member: StaffMember,
  row: Submission | undefined,
  { categoryId, seen }: FileInput,
): Promise<Extract<FileOutcome, { ok: false }> | undefined> {
  if (!row) return { ok: false, reason: 'not-found' }
  if (row.state !== 'waiting') return overOf(row)
  if (row.pid === null) return { ok: false, reason: 'no-chart' }
  if (!isScanned(row)) return { ok: false, reason: 'not-scanned' }
  if (row.pid !== seen.pid || row.version !== seen.version) return { ok: false, reason: 'changed' }
  const offered = await categoriesFor(portal.db, member.username)
  return offered.some(({ id }) => id === categoryId) ? undefined : { ok: false, reason: 'no-category' }
}

/** What a virus scan objects to, or has still to look at, is not filed. Without a scanner there is nothing to wait for. */
export function isScanned({ scan }: Pick<Submission, 'scan'>): boolean {
  return scan === null || scan === 'clean' || scan === 'unscanned' || scan === 'none'
}

/** Those of the chart's categories that this member may open. Two statements. */
export async function categoriesFor(db: Database, username: string): Promise<ChartCategory[]> {
  const all = await chartCategories(db)
  const open = await openSpecs(db, username, all)
  return all.filter(({ acoSpec }) => open.has(acoSpec))
}

/** Where it belongs unless staff say otherwise (facts §6.3, §6.4). */
export function usualCategory(all: readonly ChartCategory[], { kind }: Pick<Submission, 'kind'>): number | undefined {
  return portalCategory(all, kind === 'upload' ? 'Patient' : 'Reviewed')?.id
}

/** Letters of a name in the chart: more are no name. */
export const NAME_MOST = 200

/** As the chart lists it, unless staff say otherwise: never longer than what they may say themselves. */
export function usualName({ kind, title }: Pick<Submission, 'kind' | 'title'>, fileName: string): string {
  return shorterName(kind === 'upload' ? fileName : `${title}.pdf`, NAME_MOST)
}

async function layDown(portal: Portal, pid: number, file: StoredFile) {
  const hash = createHash('sha256')
  const laid = await layIntoChart(portal, {
    ...{ pid, bytes: file.bytes },
    open: async () => Readable.from(counted(await portal.files.open(file.key), hash)),
  })
  if (laid.ok && hash.digest('hex') !== file.sha256) {
    await takeAway(portal, laid.laid)
    throw new Error('The bytes of a submission are not those that were shown')
  }
  return laid
}

async function* counted(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const part of source) {
    hash.update(part)
    yield part
  }
}

async function takeAway(portal: Portal, laid: LaidBytes): Promise<void> {
  const folder = await siteFolder(portal.config)
  if (folder.ok) await abandon(portal, folder.documents, laid)
}

function fileInTurn(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { categoryId, due, name, seen }: FileInput,
  file: StoredFile,
  laid: LaidBytes,
): Promise<FileOutcome> {
  return inHand(portal, seen.id, async (tx, row): Promise<FileOutcome> => {
    const refusal = await whyNotNow(portal, tx, member, row, seen)
    if (!row || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    if (row.pid !== laid.pid || !isScanned(row)) return { ok: false, reason: 'changed' }
    if (due !== undefined && row.filing_due_at !== due) return { ok: false, reason: 'changed' }
    const documentId = await fileLaid(tx, portal, laid, {
      ...{ categoryId, name, mediaType: file.mediaType, ownerId: member.id },
      ...{ pid: laid.pid, day: dayOf(portal.clock.now()) },
    })
    if (isInHost(row)) await lockDocument(tx, decisionOf(portal, member, row))
    await moveSubmission(tx, portal, row, {
      ...{ state: 'charted', who: 'staff', by: member.username },
      ...{ categoryId, documentId, filedName: name },
    })
    const details = { document: documentId, category: categoryId, sha256: file.sha256 }
    const event = 'document.filed'
    await tellOf(tx, portal, member, actor, { event, row, details, hostEvent: 'chart document', letter: event })
    return { ok: true, documentId }
  })
}
