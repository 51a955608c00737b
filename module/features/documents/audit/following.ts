/** What the EMR's own screens do to documents is followed: sent there, charted there, given back or thrown away. */
import type { Job } from '../../../feature.js'
import type { Portal } from '../../../access/portal.js'
import { driftedSubmissions } from '../../../host/onsiteAudit.js'
import { inHand, isOpen } from '../submissions.js'
import { fileDue } from './batch.js'
import { followHost } from './deed.js'
import { adoptDocuments } from './remaking.js'

const AT_ONCE = 500

export async function followDocuments(portal: Portal): Promise<void> {
  for (const id of await driftedSubmissions(portal.db, AT_ONCE)) {
    await inHand(portal, id, async (tx, row) => {
      if (row && isOpen(row)) await followHost(portal, tx, row)
    })
  }
  await adoptDocuments(portal)
}

export const jobs: readonly Job[] = [
  { name: 'follow-documents', everySeconds: 60, run: followDocuments },
  { name: 'file-ticked', everySeconds: 10, run: fileDue },
]
