/** What the host's own portal made of a document since it was saved here: its word is the later one, and counts. */
import { createHash } from 'node:crypto'
import type { HostSite } from '../../../host/detect.js'
import { markOfDocument } from '../../../host/onsiteAudit.js'
import { IN_REVIEW, keepsValues, withMark, type OnsiteDocument } from '../../../host/onsiteDocuments.js'
import type { Translate } from '../../../platform/i18n.js'
import { opaqueId } from '../../../platform/ids.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import type { Field } from '../directives.js'
import type { Submission } from '../submissions.js'
import type { Answers } from './answers.js'
import { keepText, markOf, noteTakenOver, type FilledRow } from './filledRows.js'
import type { PinnedText } from './surroundings.js'
import { textOf } from './versions.js'

export interface There {
  /** It goes by the host's text, in which what was answered stands as text. */
  text: boolean
  /** What was answered here and is not among the answers any more, by what stands beside each field. */
  before: Answers
  /** Of the fields that it had. */
  labels: readonly Pick<Field, 'label' | 'name'>[]
}

interface Known {
  document: OnsiteDocument
  filled: FilledRow
  sent: Submission | undefined
  version: PinnedText | undefined
}

/**
 * Sites of before 7.0.2 keep no fields: what their portal saves is the text (facts §6.2). Another text than Foyer left is
 * of theirs. Where that was not kept yet, what is certain counts: what was only begun, and what waits.
 */
export async function isWrittenThere(
  db: Queryable,
  site: HostSite,
  { document, filled, sent, version }: Known,
): Promise<boolean> {
  if (keepsValues(site)) return false
  if (filled.host_text !== null) return filled.host_text !== hostTextOf(document.copy)
  if (!sent) return version !== undefined && !document.copy.equals(withMark(textOf(version, document.title)))
  if (document.state !== IN_REVIEW || sent.state !== 'waiting' || sent.host_mark === null) return false
  return (await markOfDocument(db, site, document.id)) !== sent.host_mark
}

/** Other answers in the host's row than Foyer left there. Staff's own signature is no answer. */
export function isAnsweredThere(
  site: HostSite,
  filled: FilledRow,
  fields: readonly Field[],
  answers: Answers,
): boolean {
  if (!keepsValues(site) || filled.saved_mark === null) return false
  const unsigned = fields.flatMap(({ by, name }) => (by === 'staff' ? [] : [[name, answers[name] ?? ''] as const]))
  return ![markOf(answers), markOf(Object.fromEntries(unsigned))].includes(filled.saved_mark)
}

export function hostTextOf(copy: Buffer): string {
  return createHash('sha256').update(copy).digest('hex')
}

/** What was said, under the words beside each field: it outlives the template that it was said in. */
export function byLabel(fields: readonly Pick<Field, 'label' | 'name'>[], answers: Answers): Answers {
  const said: Record<string, string> = {}
  for (const { label, name } of fields) {
    const value = answers[name] ?? ''
    if (value !== '') said[freeIn(said, label === '' ? name : label)] = value
  }
  return said
}

/** What a page of another text posted, by what stood beside its fields there; by their names, where that is not known any more. */
export function typedInOther(
  { there }: { there: There | undefined },
  body: Readonly<Record<string, unknown>>,
): Answers {
  const typed = Object.entries(body).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && fieldName.test(name) ? [[name, value.trim()]] : [],
  )
  const labels = there?.labels ?? []
  const fields = typed.map(([name]) => ({ name, label: labels.find((each) => each.name === name)?.label ?? '' }))
  return byLabel(fields, Object.fromEntries(typed))
}

/** As the host makes them (facts §6.1). */
const fieldName =
  /^(?:text_area|text_input|check|ynradio|tfradio|group_radio|inline_radio|(?:patient|witness)_signature)\d{1,4}$/

/** The words for an answer that is kept under `byLabel`; beside some fields there stood none. */
export function saidLabel(t: Translate, label: string): string {
  if (!fieldName.test(label)) return label
  return t(label.includes('signature') ? 'directive.signed' : 'filling.there.field')
}

function freeIn(taken: Answers, label: string): string {
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? label : `${label} (${String(number)})`
    if (!(free in taken)) return free
  }
}

/** As far as it still counts: what was saved and signed here is not what the host's text says. */
export function unsaid(filled: FilledRow): FilledRow {
  return {
    ...{ ...filled, version_id: null, field_values: null, saved_on: null, saved_number: 0, saved_mark: null },
    ...{ sign_kind: null, signer: null, signed_at: null, signings: null },
  }
}

/** From now on it goes by the host's text, in the transaction that writes into it here; what was answered before is kept aside. */
export async function takeOver(
  tx: Tx,
  { document, filled, sha256, there }: Pick<Known, 'document'> & Taken,
  now: Utc,
): Promise<void> {
  if (!filled || !there?.text) return
  if (Object.keys(there.before).length > 0) {
    await keepText(tx, filled.id, { on: opaqueId(), number: 0, seen: '' }, there.before, now)
  }
  await noteTakenOver(tx, filled.id, { sha256, hostText: hostTextOf(document.copy) })
}

interface Taken {
  filled: FilledRow | undefined
  there: There | undefined
  /** Hex, of the text that it goes by. */
  sha256: string
}
