/**
 * A file of the chart is either whole and known to the EMR, or gone: before its first byte a row of foyer_filings says
 * that it is being laid in. The row goes in the transaction that makes the document; what keeps it was left by a
 * process that died, or by a transaction that was rolled back.
 */
import { randomUUID } from 'node:crypto'
import { utc } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import type { ChartPlace } from './place.js'
import { removeFile, siteFolder } from './siteFolder.js'

export interface Intent {
  pid: number
  /** The file's name: 36 characters, random. */
  driveUuid: string
}

/** Committed before it answers, since the file comes next. */
export async function intend({ db, clock }: ChartPlace, pid: number): Promise<Intent> {
  const driveUuid = randomUUID()
  await db.append(`INSERT INTO foyer_filings (pid, drive_uuid, created_at) VALUES (:pid, :driveUuid, :now)`, {
    ...{ pid, driveUuid },
    now: utc(clock.now()),
  })
  return { pid, driveUuid }
}

/** The document is made in this transaction. Throws when the file was swept in the meantime. */
export async function fulfil(tx: Tx, { driveUuid }: Intent): Promise<void> {
  const there = await tx.change(`DELETE FROM foyer_filings WHERE drive_uuid = :driveUuid`, { driveUuid })
  if (there !== 1) throw new Error('A file was laid into the chart’s folder so long ago that it is gone again')
}

/** Takes back what nobody will make a document of: the file first, then what says that it may be there. */
export async function abandon(place: ChartPlace, documents: string, { pid, driveUuid }: Intent): Promise<void> {
  await removeFile(documents, pid, driveUuid)
  await place.db.transaction((tx) =>
    tx.change(`DELETE FROM foyer_filings WHERE drive_uuid = :driveUuid`, { driveUuid }),
  )
}

/** Hours after which nobody is still at work on a file. */
const AT_WORK_HOURS = 6
const AT_ONCE = 200

/** Removes files that belong to no document. Answers how many; none while the folder cannot be reached. */
export async function sweepFilings(place: ChartPlace): Promise<number> {
  const folder = await siteFolder(place.config)
  if (!folder.ok) return 0
  const before = utc(place.clock.now().minus({ hours: AT_WORK_HOURS }))
  const left = await place.db.select<Intent>(
    // sql-safe: a number of ours
    `SELECT pid, drive_uuid AS driveUuid FROM foyer_filings WHERE created_at < :before ORDER BY id LIMIT ${String(AT_ONCE)}`,
    { before },
  )
  for (const intent of left) await sweep(place, folder.documents, intent)
  return left.length
}

/** Under the row's lock: who makes the document after all either comes before, or finds the row gone. */
async function sweep({ db }: ChartPlace, documents: string, { pid, driveUuid }: Intent): Promise<void> {
  await db.transaction(async (tx) => {
    const there = await tx.change(`DELETE FROM foyer_filings WHERE drive_uuid = :driveUuid`, { driveUuid })
    if (there === 1) await removeFile(documents, pid, driveUuid)
  })
}
