/**
 * What a sent document says besides its template and its answers, as it was resolved when its patient looked at it: the
 * read page and every later making of its PDF take it from here, whatever the chart, the clock and the settings say by then.
 */
import type { Day, Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import type { Language } from '../../platform/i18n.js'
import type { ChartValue, TemplateValues } from './directives.js'

export interface Pinned {
  /** In which its patient read and signed it. */
  language: Language
  /** By directive, {CurrentDate:…} too. */
  chart: readonly (readonly [string, ChartValue])[]
  /** By field, in words: what was answered elsewhere. */
  done: readonly (readonly [string, string])[]
  practice: { name: string; phone: string }
  /** Whose it is; without a chart yet, the number is undefined. */
  patient: { firstName: string; lastName: string; born?: Day | undefined; chartNumber?: string | undefined }
  /** The document's own date. */
  sentAt: Utc
  /** Undefined: sent in the host's own portal, which does not say. */
  by?: By | undefined
  signed: readonly Signed[]
  /**
   * It was changed in the host's own portal after it was filled here, and says what it says there. unsigned: the practice
   * had signed what it said before.
   */
  there?: 'changed' | 'unsigned' | undefined
}

/** The account that acted, and what it is to the patient: `self`, `mother`, `proxy`, … */
export interface By {
  name: string
  relationship: string
}

export interface Signed {
  as: 'patient' | 'staff' | 'witness'
  /** As it was typed; of a drawing, who drew it, as far as that is known. */
  name: string
  at: Utc
  /** Undefined: signed by staff, or in the host's own portal. */
  kind?: 'typed' | 'drawn' | undefined
  by?: By | undefined
}

/** What a template is shown with. */
export function valuesOfPinned({ chart, done }: Pinned, answers: Readonly<Record<string, string>>): TemplateValues {
  return {
    chart: new Map(chart),
    answers,
    embedded: new Map(done.map(([name, text]) => [name, { href: '', done: text }])),
  }
}

/** The other way round. */
export function pinnedValues({ chart, embedded }: TemplateValues): Pick<Pinned, 'chart' | 'done'> {
  return {
    chart: [...chart],
    done: [...(embedded ?? [])].flatMap(([name, { done }]) => (done === undefined ? [] : [[name, done] as const])),
  }
}

/** In the transaction that sends it, or that makes its bytes anew. */
export async function pinContents(tx: Tx, submissionId: number, pinned: Pinned): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_sent_contents (submission_id, contents) VALUES (:submissionId, :contents)
     ON DUPLICATE KEY UPDATE contents = VALUES(contents)`,
    { submissionId, contents: JSON.stringify(pinned) },
  )
}

/** Undefined: it was sent before such things were kept, or is a file. */
export async function pinnedContents(db: Queryable, submissionId: number): Promise<Pinned | undefined> {
  const row = await db.first<{ contents: string }>(
    `SELECT contents FROM foyer_sent_contents WHERE submission_id = :submissionId`,
    { submissionId },
  )
  return row && (JSON.parse(row.contents) as Pinned)
}
