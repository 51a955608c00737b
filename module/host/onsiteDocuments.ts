/**
 * What patients fill, as the host keeps it: one row a document, its state in words in `denial_reason` (facts §6.2). What
 * is begun in the host's own portal is such a row too, and is filled and sent from here like ours.
 */
import type { Queryable, Tx } from '../platform/database.js'
import type { WallClock } from '../platform/clock.js'
import type { HostSite } from './detect.js'

/** One field as the host keeps it in `template_data`: JSON, an array of these. */
export interface TemplateValue {
  name: string
  value: string
}

/** The host's own words in `denial_reason`. Other texts mean what is said of a blank one: nothing was sent yet. */
export const NEW = 'New'
export const EDITING = 'Editing'
export const IN_REVIEW = 'In Review'
export const LOCKED = 'Locked'
/** Foyer's own: the host knows no word for it, and shows this one as it is. */
export const DENIED = 'Denied'

export interface OnsiteDocument {
  id: number
  pid: number
  /** The template's name when it was begun. */
  title: string
  /** As it stands in `denial_reason`. */
  state: string
  begunAt: WallClock
  signedAt: WallClock | undefined
  /** Undefined: of before templates had a table (facts §6.2, legacy). */
  templateId: number | undefined
  values: TemplateValue[]
  /** What it was begun from: the template's own text, copied then (facts §6.2). */
  copy: Buffer
}

interface Row {
  id: number
  pid: number
  doc_type: string
  denial_reason: string
  create_date: WallClock
  patient_signed_time: WallClock | null
  file_path: string
  template_data: string | null
  full_document: Buffer | null
}

/** A document of this patient's; of another's there is none. `lock`: until the transaction ends. */
export async function findOnsiteDocument(
  db: Queryable,
  site: HostSite,
  pid: number,
  id: number,
  lock: 'lock' | 'look' = 'look',
): Promise<OnsiteDocument | undefined> {
  const row = await db.first<Row>(
    // sql-safe: constants
    `SELECT id, pid, doc_type, denial_reason, create_date, patient_signed_time, file_path, full_document,
            ${valuesColumn(site)} AS template_data
       FROM onsite_documents WHERE id = :id AND pid = :pid${lock === 'lock' ? ' FOR UPDATE' : ''}`,
    { id, pid },
  )
  return row && documentOf(row)
}

/** Sites of before 7.0.2 keep no fields (facts §6.2). */
function valuesColumn(site: HostSite): string {
  return keepsValues(site) ? 'template_data' : 'NULL'
}

/** Whether the host itself keeps what was typed. */
export function keepsValues(site: HostSite): boolean {
  return site.has('onsite_documents', 'template_data')
}

function documentOf(row: Row): OnsiteDocument {
  return {
    id: row.id,
    pid: row.pid,
    title: row.doc_type,
    state: row.denial_reason,
    begunAt: row.create_date,
    signedAt: row.patient_signed_time ?? undefined,
    templateId: /^[1-9]\d{0,9}$/.test(row.file_path) ? Number(row.file_path) : undefined,
    values: valuesIn(row.template_data),
    copy: row.full_document ?? Buffer.alloc(0),
  }
}

/** The fields in a row of the host's; anything else than its JSON reads as none. */
export function valuesIn(json: string | null): TemplateValue[] {
  try {
    const read: unknown = JSON.parse(json ?? '[]')
    return Array.isArray(read) ? read.flatMap(valueOf) : []
  } catch {
    return []
  }
}

function valueOf(entry: unknown): TemplateValue[] {
  const { name, value } = (entry ?? {}) as { name?: unknown; value?: unknown }
  if (typeof name !== 'string') return []
  return typeof value === 'string' || typeof value === 'number' ? [{ name, value: String(value) }] : []
}

/** The host's own mark of a document that has its fields apart from its text; without it, it is "legacy" (facts §6.2). */
export const MARK = '<input id="portal_version" name="portal_version" type="hidden" value="New">'

/** As it stands in the row: the text, and the mark. */
export function withMark(text: string): Buffer {
  return Buffer.from(text + MARK, 'utf8')
}

export interface NewDocument {
  pid: number
  templateId: number
  title: string
  /** The template as it is pinned. */
  content: string
  at: WallClock
}

/** A document is begun: state New. Every column that strict servers insist on is supplied. Answers its id. */
export function insertOnsiteDocument(tx: Tx, document: NewDocument): Promise<number> {
  const { content, ...values } = document
  return tx.insert(
    `INSERT INTO onsite_documents
       (pid, facility, provider, encounter, create_date, doc_type, patient_signed_status, patient_signed_time,
        authorize_signed_time, accept_signed_status, authorizing_signator, review_date, denial_reason,
        authorized_signature, patient_signature, full_document, file_name, file_path)
     VALUES (:pid, 0, 0, 0, :at, :title, 0, NULL, NULL, 0, '', NULL, :state, NULL, NULL, :content, :title, :path)`,
    {
      ...values,
      title: document.title.slice(0, 255),
      state: NEW,
      content: withMark(content),
      path: String(document.templateId),
    },
  )
}

export interface SavedDraft {
  id: number
  values: readonly TemplateValue[]
  signature: Signed | undefined
  state: typeof EDITING | typeof IN_REVIEW
  /** Sites that keep no fields show the text itself: with what was typed in it. */
  flattened?: string | undefined
}

/** When, and the picture as a data-URL. */
export interface Signed {
  at: WallClock
  image: string
}

/** What was typed and signed, and how it stands now. False: the document is gone. */
export async function saveOnsiteDocument(tx: Tx, site: HostSite, draft: SavedDraft): Promise<boolean> {
  const { id, values, signature, state, flattened } = draft
  const kept = keepsValues(site) ? ', template_data = :values' : ''
  const text = flattened === undefined ? '' : ', full_document = :text'
  const found = await tx.change(
    // sql-safe: constants
    `UPDATE onsite_documents
        SET denial_reason = :state, patient_signed_status = :signed, patient_signed_time = :at,
            patient_signature = :image${kept}${text} WHERE id = :id`,
    {
      ...{ id, state, signed: signature ? 1 : 0, at: signature?.at ?? null, image: signature?.image ?? null },
      values: JSON.stringify(values),
      text: withMark(flattened ?? ''),
    },
  )
  return found > 0
}

/** What was sent comes back to the patient: it can be changed again. */
export async function reopenOnsiteDocument(tx: Tx, id: number): Promise<void> {
  await tx.change(`UPDATE onsite_documents SET denial_reason = :state WHERE id = :id`, { id, state: EDITING })
}

/** As the host's own portal does it (facts §6.2): the row is gone. Only of what was not sent. */
export async function deleteOnsiteDocument(tx: Tx, pid: number, id: number): Promise<void> {
  await tx.change(`DELETE FROM onsite_documents WHERE id = :id AND pid = :pid`, { id, pid })
}
