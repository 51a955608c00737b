/** A document that a patient fills: the host's row, what Foyer knows besides, and the template that it goes by. */
import { createHash } from 'node:crypto'
import type { Portal } from '../../../access/portal.js'
import { findOnsiteDocument, keepsValues, valuesIn, type OnsiteDocument } from '../../../host/onsiteDocuments.js'
import type { Queryable } from '../../../platform/database.js'
import { fieldsOf, isDrawn, parseTemplate, type Field, type Parts } from '../directives.js'
import { submissionOfDocument, type Submission } from '../submissions.js'
import type { Answers } from './answers.js'
import { filledRowOf, type FilledRow } from './filledRows.js'
import { standingOf, type Standing } from './standing.js'
import { ALONE, surroundingsOf, type PinnedText, type Surroundings } from './surroundings.js'
import { textOf } from './versions.js'

export interface Filling extends Surroundings {
  document: OnsiteDocument
  /** Undefined: begun in the host's own portal, and not yet saved here. */
  filled: FilledRow | undefined
  /** What was sent of it last. */
  sent: Submission | undefined
  standing: Standing
  /** The text that it goes by. */
  source: string
  parts: Parts
  fields: readonly Field[]
  /** Of its fields, '' where nothing is said. */
  answers: Answers
}

/** One of this chart's; of anybody else's there is none. `lock`: nobody changes it until the transaction ends. Four statements. */
export async function findFilling(
  db: Queryable,
  portal: Pick<Portal, 'site'>,
  pid: number,
  id: number,
  lock: 'lock' | 'look' = 'look',
): Promise<Filling | undefined> {
  const document = await findOnsiteDocument(db, portal.site, pid, id, lock)
  if (!document) return undefined
  const filled = await filledRowOf(db, id, lock)
  const sent = await submissionOfDocument(db, id)
  const around = filled ? await surroundingsOf(db, filled) : ALONE
  const source = sourceOf(document, around.version)
  const parts = parseTemplate(source)
  const fields = fieldsOf(parts)
  const values = keepsValues(portal.site) ? document.values : valuesIn(filled?.field_values ?? null)
  const said = new Map(values.map(({ name, value }) => [name, value]))
  return {
    ...{ ...around, document: { ...document, values }, filled, sent, standing: standingOf(document.state, sent) },
    ...{ source, parts, fields },
    answers: Object.fromEntries(fields.map(({ name }) => [name, said.get(name) ?? ''])),
  }
}

/** Staff's own fields that nobody has signed yet. */
export function unsignedFields({ answers, fields }: Pick<Filling, 'answers' | 'fields'>): Field[] {
  return fields.filter(({ by, kind, name }) => by === 'staff' && kind === 'signature' && !isDrawn(answers[name] ?? ''))
}

/** The text that it goes by: pinned, or the copy that the host made when it was begun there. */
function sourceOf({ copy, title }: OnsiteDocument, pinned: PinnedText | undefined): string {
  return pinned ? textOf(pinned, title) : hostCopy(copy)
}

/** Without the host's mark of a document of today (facts §6.2). */
function hostCopy(content: Buffer): string {
  return content.toString('utf8').replace(/<input[^>]*\bportal_version\b[^>]*>\s*$/i, '')
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
