/** What hangs on a document that a patient fills: its pinned text, PDFs to read, forms in it, texts that were kept aside. */
import type { Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import type { Answers } from './answers.js'

export interface Surroundings {
  /** Undefined: begun in the host's own portal, whose copy it goes by. */
  version: PinnedText | undefined
  /** PDFs that it asks to be read: by the template's id, the version as it was when it was begun. */
  pdfs: ReadonlyMap<number, number>
  /** By field. One that could not be asked for is not among them. */
  forms: ReadonlyMap<string, FormInside>
  /** The newest first. */
  kept: readonly KeptText[]
}

export interface PinnedText {
  /** document_templates.id */
  templateId: number
  /** The first is 1. */
  version: number
  mime: string
  content: Buffer
}

export interface FormInside {
  /** foyer_form_assignments.id */
  assignment: number
  /** waiting, sent, or withdrawn: then nobody asks for it any more. */
  state: 'waiting' | 'sent' | 'withdrawn'
  closedAt: Utc | undefined
}

/** What a page had typed that did not know of a later save. */
export interface KeptText {
  id: number
  answers: Answers
  savedAt: Utc
}

/** Of a document that is not known here: nothing hangs on it. */
export const ALONE: Surroundings = { version: undefined, pdfs: new Map(), forms: new Map(), kept: [] }

/** One statement, however much there is. Throws where its pinned text is gone: what is pinned is never removed. */
export async function surroundingsOf(
  db: Queryable,
  { id, version_id: versionId }: { id: number; version_id: number | null },
): Promise<Surroundings> {
  // The columns of these tables differ in their collations, which a union does not put up with.
  const rows = await db.select<Row>(
    `SELECT 'version' AS kind, v.template_id AS id, v.version AS number, CONVERT(v.mime USING utf8mb4) AS word,
            NULL AS name, NULL AS at, v.content
       FROM foyer_template_versions v WHERE v.id = :versionId
     UNION ALL
     SELECT 'pdf', p.template_id, p.version_id, NULL, NULL, NULL, NULL
       FROM foyer_filled_pdfs p WHERE p.filled_id = :id
     UNION ALL
     SELECT 'form', a.id, NULL, CONVERT(a.state USING utf8mb4), CONVERT(f.field USING utf8mb4), CAST(a.closed_at AS CHAR), NULL
       FROM foyer_filled_forms f JOIN foyer_form_assignments a ON a.id = f.assignment_id WHERE f.filled_id = :id
     UNION ALL
     (SELECT 'kept', k.id, NULL, NULL, NULL, CAST(k.saved_at AS CHAR), k.field_values
        FROM foyer_kept_texts k WHERE k.filled_id = :id ORDER BY k.saved_at DESC, k.id DESC LIMIT 20)`,
    { id, versionId },
  )
  const version = rows.find(isOf('version'))
  if (versionId !== null && !version) throw new Error(`Version ${String(versionId)} of a template is gone`)
  return {
    version: version && {
      ...{ templateId: version.id, version: version.number, mime: version.word, content: version.content },
    },
    pdfs: new Map(rows.filter(isOf('pdf')).map(({ id: template, number }) => [template, number])),
    forms: new Map(rows.filter(isOf('form')).map((row) => [row.name, formOf(row)])),
    kept: rows.filter(isOf('kept')).map(keptOf).sort(newestFirst),
  }
}

interface Rows {
  version: { kind: 'version'; id: number; number: number; word: string; content: Buffer }
  pdf: { kind: 'pdf'; id: number; number: number }
  form: { kind: 'form'; id: number; name: string; word: FormInside['state']; at: Utc | null }
  kept: { kind: 'kept'; id: number; at: Utc; content: Buffer }
}

type Row = Rows[keyof Rows]

function isOf<K extends keyof Rows>(kind: K): (row: Row) => row is Rows[K] {
  return (row): row is Rows[K] => row.kind === kind
}

function formOf({ at, id, word }: Rows['form']): FormInside {
  return { assignment: id, state: word, closedAt: at ?? undefined }
}

function keptOf({ at, content, id }: Rows['kept']): KeptText {
  return { id, savedAt: at, answers: JSON.parse(content.toString('utf8')) as Answers }
}

function newestFirst(a: KeptText, b: KeptText): number {
  return a.savedAt === b.savedAt ? b.id - a.id : a.savedAt < b.savedAt ? 1 : -1
}
