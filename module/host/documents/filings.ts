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

/**
 * Takes back what nobody will make a document of: the file first, then what says that it may be there. Never throws, so
 * that who calls it answers its own trouble: what cannot be taken back now keeps its row, for the sweeper.
 */
export async function abandon(place: ChartPlace, documents: string, { pid, driveUuid }: Intent): Promise<void> {
  try {
    await removeFile(documents, pid, driveUuid)
    await place.db.transaction((tx) =>
      tx.change(`DELETE FROM foyer_filings WHERE drive_uuid = :driveUuid`, { driveUuid }),
    )
  } catch (error) {
    staysBehind(place, error)
  }
}

// Not the error itself: its words name the path, and that names the patient.
function staysBehind({ log }: ChartPlace, error: unknown): void {
  log?.warn(
    { code: (error as NodeJS.ErrnoException).code },
    'a file that belongs to no document could not be removed; the sweeper will try again',
  )
}

/** Hours after which nobody is still at work on a file. */
const AT_WORK_HOURS = 6
const AT_ONCE = 200

/**
 * Removes files that belong to no document. Answers how many; none while the folder cannot be reached. One that cannot
 * be removed stops no other.
 */
export async function sweepFilings(place: ChartPlace): Promise<number> {
  const folder = await siteFolder(place.config)
  if (!folder.ok) return 0
  const before = utc(place.clock.now().minus({ hours: AT_WORK_HOURS }))
  let swept = 0
  for (let last = 0; ;) {
    const some = await place.db.select<Intent & { id: number }>(
      // sql-safe: a number of ours
      `SELECT id, pid, drive_uuid AS driveUuid FROM foyer_filings WHERE created_at < :before AND id > :last
        ORDER BY id LIMIT ${String(AT_ONCE)}`,
      { before, last },
    )
    for (const each of some) swept += (await sweep(place, folder.documents, each)) ? 1 : 0
    last = some.at(-1)?.id ?? last
    if (some.length < AT_ONCE) return swept
  }
}

/** Under the row's lock: who makes the document after all either comes before, or finds the row gone. */
async function sweep(place: ChartPlace, documents: string, { pid, driveUuid }: Intent): Promise<boolean> {
  try {
    return await place.db.transaction(async (tx) => {
      const there = await tx.change(`DELETE FROM foyer_filings WHERE drive_uuid = :driveUuid`, { driveUuid })
      if (there === 1) await removeFile(documents, pid, driveUuid)
      return there === 1
    })
  } catch (error) {
    staysBehind(place, error)
    return false
  }
}
