/** What the host's own portal does to a document that is filled in Foyer too, as each version keeps it (facts §6.2). */
import { keepsValues, MARK, valuesIn } from '../../module/host/onsiteDocuments.js'
import type { TestPractice } from './practice.js'

interface HostRow {
  template_data?: string | null
  full_document: Buffer
}

export interface There {
  /** What stood there, and what is typed in its place; nothing stood there: by the field's name. */
  from: string
  to: string
  /** Sent there, or only saved. */
  state: 'In Review' | 'Editing'
}

/**
 * Sites since 7.0.2 keep the field, earlier ones the page: where that is the template still, it is saved with what was
 * typed in the place of its first line.
 */
export async function changeThere(practice: TestPractice, id: number, { from, state, to }: There): Promise<void> {
  const row = await practice.db.first<HostRow>(`SELECT * FROM onsite_documents WHERE id = :id`, { id })
  if (!row) throw new Error(`No document ${String(id)}`)
  await practice.db.transaction(async (tx) => {
    if (keepsValues(practice.portal.site)) {
      const others = valuesIn(row.template_data ?? null).filter(({ name }) => name !== 'text_input0')
      const values = JSON.stringify([...others, { name: 'text_input0', value: to }])
      await tx.change(`UPDATE onsite_documents SET template_data = :values, denial_reason = :state WHERE id = :id`, {
        ...{ id, state, values },
      })
    } else {
      const before = row.full_document.toString('utf8')
      const text = (before.includes(from) ? before.replace(from, to) : before.replace('{TextInput}', to)).replace(
        MARK,
        '',
      )
      await tx.change(`UPDATE onsite_documents SET full_document = :text, denial_reason = :state WHERE id = :id`, {
        ...{ id, state, text: Buffer.from(text + MARK) },
      })
    }
    const [status, pending] = state === 'Editing' ? ['editing', 'patient submission'] : ['waiting', 'review']
    await tx.change(
      `UPDATE onsite_portal_activity SET status = :status, pending_action = :pending
        WHERE activity = 'document' AND table_args = :args`,
      { status, pending, args: String(id) },
    )
  })
}
