/** Questionnaires that stand in a document: asked for when it is begun, answered in their own place, before it is sent. */
import { assignForm } from '../../../access/formAssignments.js'
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { questionnaireNamed } from '../../../host/reads/questionnaireNames.js'
import type { Actor } from '../../../platform/audit.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
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

export interface FormInside {
  /** foyer_form_assignments.id */
  assignment: number
  /** waiting, sent, or withdrawn: then nobody asks for it any more. */
  state: 'waiting' | 'sent' | 'withdrawn'
  closedAt: Utc | undefined
}

/** By field. One that could not be asked for is not among them. */
export async function formsInside(db: Queryable, filledId: number): Promise<ReadonlyMap<string, FormInside>> {
  const rows = await db.select<{ field: string; id: number; state: FormInside['state']; closed_at: Utc | null }>(
    `SELECT f.field, a.id, a.state, a.closed_at
       FROM foyer_filled_forms f JOIN foyer_form_assignments a ON a.id = f.assignment_id WHERE f.filled_id = :filledId`,
    { filledId },
  )
  return new Map(
    rows.map((row) => [row.field, { assignment: row.id, state: row.state, closedAt: row.closed_at ?? undefined }]),
  )
}
