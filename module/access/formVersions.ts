/** Questionnaires as patients were asked them: kept byte for byte, since the host changes its rows in place. */
import { utc, type Clock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { sha256 } from '../platform/ids.js'
import type { RepositoryRow } from '../host/questionnaires.js'
import type { Form } from './questionnaires/model.js'
import { readQuestionnaire } from './questionnaires/reading.js'

export interface FormVersion {
  id: number
  key: string
  repositoryId: number
  version: number
  /** FHIR, as it was. */
  body: string
  form: Form
}

/** Keeps this row as it is now, once; answers foyer_form_versions.id. */
export async function pinVersion(tx: Tx, clock: Clock, row: RepositoryRow): Promise<number> {
  const values = { key: row.key, repositoryId: row.id, sha256: sha256(row.questionnaire) }
  const known = () =>
    tx.first<{ id: number }>(
      `SELECT id FROM foyer_form_versions WHERE repository_id = :repositoryId AND sha256 = :sha256`,
      values,
    )
  const before = await known()
  if (before) return before.id
  // Two may begin in the same moment: one row, and the second is told its id all the same.
  return tx.insert(
    `INSERT INTO foyer_form_versions (form_key, repository_id, version, sha256, body, kept_at)
     VALUES (:key, :repositoryId, :version, :sha256, :body, :now)
     ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)`,
    { ...values, version: row.version, body: row.questionnaire, now: utc(clock.now()) },
  )
}

/** Throws where it is not there: what points to it holds it. */
export async function formVersion(db: Queryable, id: number): Promise<FormVersion> {
  const row = await db.first<{ id: number; form_key: string; repository_id: number; version: number; body: string }>(
    `SELECT id, form_key, repository_id, version, body FROM foyer_form_versions WHERE id = :id`,
    { id },
  )
  const reading = row && readOnce(row.body)
  if (!row || !reading) throw new Error(`No version ${String(id)} of a questionnaire`)
  return {
    ...{ id: row.id, key: row.form_key, repositoryId: row.repository_id, version: row.version },
    ...{ body: row.body, form: reading },
  }
}

const read = new Map<string, Form>()
const READ_MOST = 100

/** Reading is pure: what was read of these bytes before is read of them again. */
function readOnce(body: string): Form | undefined {
  const hash = sha256(body)
  const before = read.get(hash)
  if (before) return before
  const reading = readQuestionnaire(body)
  if (!reading.ok) return undefined
  if (read.size >= READ_MOST) read.clear()
  read.set(hash, reading.questionnaire)
  return reading.questionnaire
}
