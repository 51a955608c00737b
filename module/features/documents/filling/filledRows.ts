/** What Foyer knows besides the host of a document that a patient fills: its row, and texts that were kept aside. */
import { createHash } from 'node:crypto'
import type { TemplateValue } from '../../../host/onsiteDocuments.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import type { Answers } from './answers.js'
import type { Signing, Signings } from './signatures.js'

export interface FilledRow {
  id: number
  onsite_id: number
  /** The template's bytes as they are pinned; null: begun in the host's own portal, whose copy it goes by. */
  version_id: number | null
  sha256: string
  saved_at: Utc
  /** The page that saved last, and which of its saves it was. */
  saved_on: string | null
  saved_number: number
  /** The mark of what that left. */
  saved_mark: string | null
  /** Only where the site keeps no fields itself: as it would. */
  field_values: string | null
  sign_kind: 'typed' | 'drawn' | null
  /** As typed; of a drawing, the account's name. */
  signer: string | null
  signed_at: Utc | null
  /** JSON: Signings. Null: nobody has signed it here. */
  signings: string | null
  /** Hex SHA-256 of the text in the host's row, as Foyer left it; null: of before such things were kept. */
  host_text: string | null
}

export function filledRowOf(db: Queryable, onsiteId: number, lock: 'lock' | 'look'): Promise<FilledRow | undefined> {
  return db.first<FilledRow>(
    // sql-safe: constants
    `SELECT id, onsite_id, version_id, sha256, saved_at, saved_on, saved_number, saved_mark, field_values, sign_kind, signer,
            signed_at, signings, host_text
       FROM foyer_filled WHERE onsite_id = :onsiteId${lock === 'lock' ? ' FOR UPDATE' : ''}`,
    { onsiteId },
  )
}

export interface NewFilled {
  onsiteId: number
  pid: number
  accountId: number
  templateId: number | undefined
  versionId: number | undefined
  sha256: string
  hostText: string
  now: Utc
}

export function insertFilled(tx: Tx, { templateId, versionId, ...row }: NewFilled): Promise<number> {
  return tx.insert(
    `INSERT INTO foyer_filled (onsite_id, pid, account_id, template_id, version_id, sha256, host_text, saved_at)
     VALUES (:onsiteId, :pid, :accountId, :templateId, :versionId, :sha256, :hostText, :now)`,
    { ...row, templateId: templateId ?? null, versionId: versionId ?? null },
  )
}

export interface Save {
  id: number
  page: Page
  mark: string
  /** Where the site keeps none itself. */
  values: string | null
  /** The patient's own, as far as it was made here. */
  signing: Signing | undefined
  signings: Signings
  now: Utc
}

/** The page that saves: who it is, which of its saves this is, and the mark of what it was made from. */
export interface Page {
  on: string
  number: number
  seen: string
}

export async function noteSave(tx: Tx, { id, page, mark, values, signing, signings, now }: Save): Promise<void> {
  await tx.change(
    `UPDATE foyer_filled
        SET saved_at = :now, saved_on = :on, saved_number = :number, saved_mark = :mark, field_values = :values,
            sign_kind = :kind, signer = :signer, signed_at = :signedAt, signings = :signings
      WHERE id = :id`,
    {
      ...{ id, on: page.on, number: page.number, mark, values, now },
      ...{ kind: signing?.kind ?? null, signer: signing?.name ?? null, signedAt: signing?.at ?? null },
      signings: Object.keys(signings).length === 0 ? null : JSON.stringify(signings),
    },
  )
  // What this page had typed is in the document now.
  await tx.change(`DELETE FROM foyer_kept_texts WHERE filled_id = :id AND saved_on = :on`, { id, on: page.on })
}

/** What the host's row says now was sent from here. A page that saved something else does not know of it. */
export async function noteSent(
  tx: Tx,
  id: number,
  { hostText, mark }: { mark: string; hostText: string | undefined },
): Promise<void> {
  await tx.change(
    `UPDATE foyer_filled
        SET saved_on = IF(saved_mark <=> :mark, saved_on, NULL), saved_mark = :mark, host_text = COALESCE(:hostText, host_text)
      WHERE id = :id`,
    { id, mark, hostText: hostText ?? null },
  )
}

/** It goes by the host's own text from now on; nothing has been said in it yet. */
export async function noteTakenOver(tx: Tx, id: number, { hostText, sha256 }: { hostText: string; sha256: string }) {
  await tx.change(
    `UPDATE foyer_filled
        SET version_id = NULL, sha256 = :sha256, host_text = :hostText, saved_on = NULL, saved_number = 0, saved_mark = NULL,
            field_values = NULL, sign_kind = NULL, signer = NULL, signed_at = NULL, signings = NULL
      WHERE id = :id`,
    { id, hostText, sha256 },
  )
}

/** The row goes, and what hangs on it; the host's is the caller's. */
export async function deleteFilled(tx: Tx, id: number): Promise<void> {
  await tx.change(`DELETE FROM foyer_filled WHERE id = :id`, { id })
}

/** Says of two contents whether they are the same: hex SHA-256 of what is answered, in the order of names. */
export function markOf(answers: Answers): string {
  const said = Object.entries(answers).filter(([, value]) => value !== '')
  return createHash('sha256')
    .update(JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
}

/** As the host keeps them (facts §6.2). What it kept besides, stays. */
export function valuesOf(answers: Answers, before: readonly TemplateValue[]): TemplateValue[] {
  const others = before.filter(({ name }) => !(name in answers))
  return [...others, ...Object.entries(answers).map(([name, value]) => ({ name, value }))]
}

/** Keeps what a page typed that did not know of a later save: the latest of each page. */
export async function keepText(tx: Tx, filledId: number, page: Page, answers: Answers, now: Utc): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_kept_texts (filled_id, saved_on, saved_number, field_values, saved_at)
     VALUES (:filledId, :on, :number, :values, :now)
     ON DUPLICATE KEY UPDATE field_values = IF(VALUES(saved_number) >= saved_number, VALUES(field_values), field_values),
       saved_at = VALUES(saved_at), saved_number = GREATEST(saved_number, VALUES(saved_number))`,
    { filledId, on: page.on, number: page.number, values: JSON.stringify(answers), now },
  )
}

/** False: there is none of this document. */
export async function dropKeptText(tx: Tx, filledId: number, id: number): Promise<boolean> {
  const gone = await tx.change(`DELETE FROM foyer_kept_texts WHERE id = :id AND filled_id = :filledId`, {
    id,
    filledId,
  })
  return gone > 0
}

/** By field: who signed what. */
export function signingsOf(filled: Pick<FilledRow, 'signings'> | undefined): Signings {
  return filled?.signings == null ? {} : (JSON.parse(filled.signings) as Signings)
}
