/** Questionnaires that stand in a document: asked for when it is begun, answered in their own place, before it is sent. */
import { assignForm } from '../../../access/formAssignments.js'
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { questionnaireNamed } from '../../../host/reads/questionnaireNames.js'
import type { Actor } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import type { Field } from '../directives.js'

interface Begun {
  /** onsite_documents.id */
  documentId: number
  filledId: number
  fields: readonly Field[]
}

/** One that the host does not have, or that waits for them already, is not asked for anew. */
export async function askForms(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  { pid }: ChartScope,
  { documentId, fields, filledId }: Begun,
): Promise<void> {
  for (const { kind, form, name } of fields) {
    if (kind !== 'questionnaire' || form === undefined) continue
    const key = await questionnaireNamed(tx, portal.site, form)
    if (key === undefined) continue
    const occasion = `document:${String(documentId)}:${name}`
    const asked = await assignForm(tx, portal, actor, { form: key, to: { pid }, origin: 'document', occasion })
    if (!('id' in asked)) continue
    await tx.insert(
      `INSERT INTO foyer_filled_forms (filled_id, field, assignment_id) VALUES (:filledId, :name, :assignment)`,
      { filledId, name, assignment: asked.id },
    )
  }
}
