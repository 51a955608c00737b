/** What a patient takes back or throws away, as long as nobody has decided on it. */
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { removeDropped } from '../../../access/storedFiles.js'
import { writeHostLog } from '../../../host/log.js'
import { deleteOnsiteDocument, reopenOnsiteDocument } from '../../../host/onsiteDocuments.js'
import { noteDocument } from '../../../host/portalActivity.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import { dropSent } from '../sentBytes.js'
import { withdrawSubmission } from '../submissions.js'
import { findFilling, type Filling } from './filling.js'
import { deleteFilled, dropKeptText } from './filledRows.js'
import { mayRemove, mayWithdraw, type Standing } from './standing.js'

export type TakeBackOutcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** Staff have decided, or it is not with them. */
  | { ok: false; reason: 'over'; standing: Standing }

/** What was sent is the patient's own draft again (host states Editing and editing). */
export function withdrawDocument(
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  id: number,
): Promise<TakeBackOutcome> {
  return inTurn(portal, scope, id, async (tx, filling, dropped) => {
    const { document, sent, standing } = filling
    if (!mayWithdraw(standing, sent)) return { ok: false, reason: 'over', standing }
    if (sent?.state === 'waiting') {
      const outcome = await withdrawSubmission(tx, portal, actor, scope, sent.receipt)
      if (!outcome.ok) return { ok: false, reason: 'over', standing }
      // Staff read no page of it any more.
      dropped.push(...(await dropSent(tx, sent)))
    }
    await reopenOnsiteDocument(tx, id)
    const at = wallClock(portal.clock.now())
    await noteDocument(tx, { pid: scope.pid, documentId: id, title: document.title, at }, 'editing')
    await tellHost(portal, tx, scope, `document ${String(id)} was taken back`)
    if (!sent) await recordAudit(tx, portal.clock, actor, entry('document.withdrawn', scope, id))
    return { ok: true }
  })
}

/** A draft is thrown away: the host deletes its row and keeps a line that says so (facts §5.2, §6.2). */
export function removeDraft(portal: Portal, actor: Actor, scope: ChartScope, id: number): Promise<TakeBackOutcome> {
  return inTurn(portal, scope, id, async (tx, { document, filled, standing }) => {
    if (!mayRemove(standing)) return { ok: false, reason: 'over', standing }
    const at = wallClock(portal.clock.now())
    await noteDocument(tx, { pid: scope.pid, documentId: id, title: document.title, at }, 'deleted')
    if (filled) await deleteFilled(tx, filled.id)
    await deleteOnsiteDocument(tx, scope.pid, id)
    // What was sent of it once has no row in the host any more.
    await tx.change(`UPDATE foyer_submissions SET onsite_id = NULL WHERE onsite_id = :id AND state = 'withdrawn'`, {
      id,
    })
    await tellHost(portal, tx, scope, `draft ${String(id)} was thrown away`)
    await recordAudit(tx, portal.clock, actor, entry('document.draft-removed', scope, id))
    return { ok: true }
  })
}

/** A text that was kept aside is not needed any more. */
export function dismissText(
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  { id, kept }: { id: number; kept: number },
): Promise<TakeBackOutcome> {
  return inTurn(portal, scope, id, async (tx, { filled }) => {
    if (!filled || !(await dropKeptText(tx, filled.id, kept))) return { ok: false, reason: 'not-found' }
    await recordAudit(tx, portal.clock, actor, entry('document.text-dismissed', scope, id))
    return { ok: true }
  })
}

async function inTurn(
  portal: Portal,
  scope: ChartScope,
  id: number,
  work: (tx: Tx, filling: Filling, dropped: number[]) => Promise<TakeBackOutcome>,
): Promise<TakeBackOutcome> {
  const { dropped, outcome } = await portal.db.transaction(async (tx) => {
    await takeTurn(tx, [patientTurn(scope)])
    const filling = await findFilling(tx, portal, scope.pid, id, 'lock')
    const files: number[] = []
    const done: TakeBackOutcome = filling ? await work(tx, filling, files) : { ok: false, reason: 'not-found' }
    return { outcome: done, dropped: files }
  })
  await removeDropped(portal, dropped)
  return outcome
}

function entry(event: string, scope: ChartScope, id: number) {
  return { event, subject: `document:${String(id)}`, pid: scope.pid }
}

function tellHost(portal: Portal, tx: Tx, scope: ChartScope, what: string): Promise<void> {
  return writeHostLog(tx, {
    ...{ at: wallClock(portal.clock.now()), event: 'other-update', user: 'portal-user', pid: scope.pid },
    ...{ comment: `Foyer: ${what}`, success: true, from: 'onsite-portal' },
  })
}
