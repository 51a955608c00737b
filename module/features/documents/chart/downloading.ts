/** A document leaves the chart: who took it stands in the audit trail and in the host's own log (facts §11.2). */
import type { Readable } from 'node:stream'
import type { Portal } from '../../../access/portal.js'
import { writeHostLog } from '../../../host/log.js'
import type { ChartDocument } from '../../../host/reads/chartDocuments.js'
import { recordAudit, recordAuditOfMany, type Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'

/** The same of one document whose file is open: the file is closed where it cannot be written down. */
export async function writeDownloadOf(
  portal: Portal,
  actor: Actor,
  { body, document }: { body: Readable; document: ChartDocument },
  from: Parameters<typeof writeDownload>[3],
): Promise<void> {
  try {
    await writeDownload(portal, actor, [document], from)
  } catch (error) {
    body.destroy()
    throw error
  }
}

/**
 * That several were asked for at once, before the first byte: what cannot be written down is not begun. Each stands in
 * the trail as downloaded when its turn comes, and not before (zipping.ts).
 */
export function writeArchiveAsked(portal: Portal, actor: Actor, documents: readonly ChartDocument[]): Promise<void> {
  const [first] = documents
  return portal.db.transaction(async (tx) => {
    if (!first) return
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'document.archive-asked', subject: `patient:${String(first.pid)}`, pid: first.pid },
      details: { documents: documents.length },
    })
  })
}

/** Written before the first byte is sent. */
export function writeDownload(
  portal: Portal,
  actor: Actor,
  documents: readonly ChartDocument[],
  from: 'onsite-portal' | 'portal-dashboard',
): Promise<void> {
  const { clock, db } = portal
  const [first] = documents
  return db.transaction(async (tx) => {
    if (!first) return
    await recordAuditOfMany(
      tx,
      clock,
      actor,
      documents.map(({ id, pid }) => ({ event: 'document.downloaded', subject: `document:${String(id)}`, pid })),
    )
    await writeHostLog(tx, {
      ...{ at: wallClock(clock.now()), event: 'download document', pid: first.pid, success: true, from },
      user: actor.kind === 'staff' ? actor.id : 'portal-user',
      comment: `Foyer: documents ${documents.map(({ id }) => id).join(', ')}`,
    })
  })
}
