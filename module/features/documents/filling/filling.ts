/** A document that a patient fills: the host's row, what Foyer knows besides, and the template that it goes by. */
import { createHash } from 'node:crypto'
import type { Portal } from '../../../access/portal.js'
import {
  findOnsiteDocument,
  keepsValues,
  valuesIn,
  type OnsiteDocument,
  type TemplateValue,
} from '../../../host/onsiteDocuments.js'
import type { Queryable } from '../../../platform/database.js'
import { fieldsOf, isDrawn, parseTemplate, type Field, type Parts } from '../directives.js'
import { submissionOfDocument, type Submission } from '../submissions.js'
import type { Answers } from './answers.js'
import { controlsAsText } from './controls.js'
import { filledRowOf, markOf, type FilledRow } from './filledRows.js'
import { standingOf, type Standing } from './standing.js'
import { ALONE, surroundingsOf, type Surroundings } from './surroundings.js'
import { byLabel, hostTextOf, isAnsweredThere, isWrittenThere, unsaid, type There } from './there.js'
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
  /** Undefined: the host's own portal has changed nothing since it was saved here. */
  there: There | undefined
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
  const { version } = around
  const values = keepsValues(portal.site) ? document.values : valuesIn(filled?.field_values ?? null)
  const read = readAs(version ? textOf(version, document.title) : hostCopy(document.copy), values)
  const whole = {
    ...around,
    document: { ...document, values },
    filled,
    sent,
    standing: standingOf(document.state, sent),
  }
  if (filled && (await isWrittenThere(db, portal.site, { document, filled, sent, version }))) {
    const before = version ? byLabel(read.fields, read.answers) : namedIn(values)
    const there = { text: true, before, labels: version ? read.fields : [] }
    const bare = { ...document, values: [] }
    return {
      ...whole,
      ...readAs(hostCopy(document.copy), []),
      version: undefined,
      document: bare,
      filled: unsaid(filled),
      there,
    }
  }
  const isOthers = filled !== undefined && isAnsweredThere(portal.site, filled, read.fields, read.answers)
  return { ...whole, ...read, there: isOthers ? { text: false, before: {}, labels: [] } : undefined }
}

/** A text with what was said in it. */
function readAs(source: string, values: readonly TemplateValue[]) {
  const parts = parseTemplate(source)
  const fields = fieldsOf(parts)
  const said = new Map(values.map(({ name, value }) => [name, value]))
  return { source, parts, fields, answers: Object.fromEntries(fields.map(({ name }) => [name, said.get(name) ?? ''])) }
}

/** The text that they were said in is gone, so that their names are all there is. */
function namedIn(values: readonly TemplateValue[]): Answers {
  return Object.fromEntries(values.filter(({ value }) => value !== '').map(({ name, value }) => [name, value]))
}

/**
 * By which a page knows what it was made from, with these answers. Where that is the host's own text, it begins with that
 * text's: it may change under a page, and then the same names are other fields.
 */
export function markIn(
  { site }: Pick<Portal, 'site'>,
  { document, version }: Pick<Filling, 'document' | 'version'>,
  answers: Answers,
): string {
  if (keepsValues(site) || version) return markOf(answers)
  return hostTextOf(document.copy).slice(0, TEXT_PART) + markOf(answers).slice(TEXT_PART)
}

const TEXT_PART = 16

/** A page that was made of another text than the host's that it goes by now: what is typed there is of other fields. */
export function isOfOtherText(portal: Pick<Portal, 'site'>, filling: Filling, seen: string): boolean {
  if (keepsValues(portal.site) || filling.version) return false
  return seen.slice(0, TEXT_PART) !== markIn(portal, filling, filling.answers).slice(0, TEXT_PART)
}

/** Staff's own fields that nobody has signed yet. */
export function unsignedFields({ answers, fields }: Pick<Filling, 'answers' | 'fields'>): Field[] {
  return fields.filter(({ by, kind, name }) => by === 'staff' && kind === 'signature' && !isDrawn(answers[name] ?? ''))
}

/** Without the host's mark of a document of today (facts §6.2). */
function hostCopy(content: Buffer): string {
  return controlsAsText(content.toString('utf8').replace(/<input[^>]*\bportal_version\b[^>]*>\s*$/i, ''))
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
