/** A letter to everybody who may see it that there is a new document: not which, nor of whom. */
import { writeLetter } from '../../../access/letters.js'
import type { Portal } from '../../../access/portal.js'
import { addresseeOf } from '../../../access/readers.js'
import { canSee, readerOf } from '../../../access/release.js'
import type { LetterKind } from '../../../feature.js'
import { documentsById, type ChartDocument } from '../../../host/reads/chartDocuments.js'
import { readersOf, type Reader } from '../../../host/reads/documentReaders.js'
import type { Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'

export const letters: readonly LetterKind[] = [{ kind: 'document.added', values: () => ({ path: '/portal' }) }]

export interface Letters {
  /** On their way. */
  written: number
  /** To readers who have no address, or none that may be written to: kept in the patient's panel with the reason. */
  refused: number
}

/** About these documents of a chart, to who may see one of them. Both 0: nobody may. */
export async function tellReaders(
  tx: Tx,
  portal: Portal,
  by: Actor,
  pid: number,
  ids: readonly number[],
): Promise<Letters> {
  const letters = { written: 0, refused: 0 }
  for (const reader of await readersAmong(tx, portal, pid, await documentsById(tx, ids))) {
    const to = addresseeOf(portal, reader)
    await writeLetter(tx, portal, { kind: 'document.added', channel: 'mail', pid, by, ...to })
    letters[to.refused === undefined ? 'written' : 'refused'] += 1
  }
  return letters
}

/** Who opens the chart now and may see one of these documents of it. One statement. */
export async function readersAmong(
  db: Queryable,
  portal: Portal,
  pid: number,
  documents: readonly ChartDocument[],
): Promise<Reader[]> {
  const readers = await readersOf(db, pid, utc(portal.clock.now()))
  return readers.filter((reader) => {
    const viewer = readerOf(portal, pid, reader)
    return documents.some((document) => canSee(viewer, document))
  })
}
