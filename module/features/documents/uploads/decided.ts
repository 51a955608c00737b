/**
 * What staff have decided needs no copy in the store: of what they filed, the chart has the bytes, read back and found
 * equal before ours go; of what they denied nobody needs them once its time is over (setting deniedFilesKept). Of what its
 * patient took back, nobody does.
 */
import { createHash } from 'node:crypto'
import type { Portal } from '../../../access/portal.js'
import { fileOf, removeDropped } from '../../../access/storedFiles.js'
import { openChartDocument } from '../../../host/documents/opening.js'
import { documentsById } from '../../../host/reads/chartDocuments.js'
import { utc } from '../../../platform/clock.js'
import { dropSent } from '../sentBytes.js'
import { inHand, type Submission } from '../submissions.js'

interface Decided {
  id: number
  state: 'charted' | 'denied' | 'withdrawn'
  file_id: number
  document_id: number | null
}

const AT_ONCE = 100

/** Answers how many copies went. What cannot be read back from the chart keeps its copy, until it can. */
export async function dropDecided(portal: Portal): Promise<number> {
  const before = utc(portal.clock.now().minus({ days: portal.settings().deniedFilesKept }))
  let dropped = 0
  for (let last = 0; ;) {
    const some = await portal.db.select<Decided>(
      // sql-safe: a number of ours
      `SELECT id, state, file_id, document_id FROM foyer_submissions
        WHERE file_id IS NOT NULL AND id > :last
          AND (state = 'withdrawn' OR (kind = 'upload' AND (state = 'charted' OR (state = 'denied' AND decided_at <= :before))))
        ORDER BY id LIMIT ${String(AT_ONCE)}`,
      { last, before },
    )
    for (const each of some) dropped += (await isNeeded(portal, each)) ? 0 : await drop(portal, each)
    last = some.at(-1)?.id ?? last
    if (some.length < AT_ONCE) return dropped
  }
}

async function isNeeded(portal: Portal, { document_id: documentId, file_id: fileId, id, state }: Decided) {
  if (state !== 'charted') return false
  const [file, [document]] = await Promise.all([fileOf(portal.db, fileId), documentsById(portal.db, [documentId ?? 0])])
  const opened = file && document && (await openChartDocument(portal, document))
  if (!file || !opened?.ok) {
    portal.log.warn({ submission: id, document: documentId }, 'a filed upload cannot be read back; its copy is kept')
    return true
  }
  const hash = createHash('sha256')
  for await (const part of opened.body) hash.update(part as Buffer)
  return hash.digest('hex') !== file.sha256
}

async function drop(portal: Portal, { file_id: fileId, id, state }: Decided): Promise<number> {
  const gone = await inHand(portal, id, async (tx, row: Submission | undefined) => {
    if (row?.state !== state || row.file_id !== fileId) return []
    // What stood in its place before goes with it.
    return dropSent(tx, row)
  })
  await removeDropped(portal, gone)
  return gone.length
}
