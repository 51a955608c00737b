/** A document that the practice asks for is begun: from then on it goes by the template as it is now, byte for byte. */
import { patientTurn, takeTurn } from '../../../platform/turns.js'
import type { ChartScope } from '../../../access/scope.js'
import type { Portal } from '../../../access/portal.js'
import { insertOnsiteDocument, withMark } from '../../../host/onsiteDocuments.js'
import { pinVersion } from '../../../host/templates.js'
import { dueDocuments, type DueDocument } from '../../../host/reads/dueDocuments.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { fieldsOf, parseTemplate } from '../directives.js'
import { unfillableIn, type Unfillable } from '../fillable.js'
import { insertFilled } from './filledRows.js'
import { findFilling } from './filling.js'
import { askForms } from './formsInside.js'
import { mayChange } from './standing.js'
import { hostTextOf } from './there.js'
import { pinnedVersion, pinPdfs, textOf } from './versions.js'

export type BeginOutcome =
  | { ok: true; id: number }
  | { ok: false; reason: 'not-asked' }
  /** A form or a file that stands in it is not there: it could never be sent. `what`: as the template calls them. */
  | { ok: false; reason: 'not-fillable'; title: string; what: Unfillable[] }

/**
 * Begins it, or goes on with the one that is begun. Answers onsite_documents.id. Refused: 'not-asked' (of this patient,
 * just now); 'not-fillable'.
 */
export async function beginDocument(
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  templateId: number,
): Promise<BeginOutcome> {
  return portal.db.transaction(async (tx): Promise<BeginOutcome> => {
    await takeTurn(tx, [patientTurn(scope)])
    const due = (await dueDocuments(tx, scope, portal.clock.now())).find((each) => each.templateId === templateId)
    if (!due) return { ok: false, reason: 'not-asked' }
    const begun = await openDraft(tx, portal, scope, due)
    if (begun !== undefined) return { ok: true, id: begun }

    const pinned = await pinVersion(tx, portal.clock, templateId)
    if (pinned === undefined) return { ok: false, reason: 'not-asked' }
    const version = await pinnedVersion(tx, pinned)
    const text = textOf(version, due.name)
    const fields = fieldsOf(parseTemplate(text))
    const what = await unfillableIn(tx, portal.site, fields)
    if (what.length > 0) return { ok: false, reason: 'not-fillable', title: due.name, what }
    const now = portal.clock.now()
    const id = await insertOnsiteDocument(tx, {
      ...{ pid: scope.pid, templateId, title: due.name, content: text, at: wallClock(now) },
    })
    const filledId = await insertFilled(tx, {
      ...{ onsiteId: id, pid: scope.pid, accountId: scope.account.id, templateId },
      ...{ versionId: version.id, sha256: version.sha256, hostText: hostTextOf(withMark(text)), now: utc(now) },
    })
    await pinPdfs(tx, portal, filledId, fields)
    await askForms(tx, portal, actor, scope, { documentId: id, filledId, fields })
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'document.begun', subject: `document:${String(id)}`, pid: scope.pid },
      details: { template: templateId, version: version.id },
    })
    return { ok: true, id }
  })
}

/** The one that is begun, unless it was refused for good: then another may be begun. */
async function openDraft(
  tx: Tx,
  portal: Portal,
  { pid }: ChartScope,
  { documentId, state }: DueDocument,
): Promise<number | undefined> {
  if (state !== 'begun' || documentId === undefined) return undefined
  const filling = await findFilling(tx, portal, pid, documentId)
  return filling && mayChange(filling.standing) ? documentId : undefined
}
