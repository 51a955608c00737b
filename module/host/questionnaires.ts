/**
 * Questionnaires and answers as the host keeps them (facts, Appendix A3). A new version of a questionnaire is a row of its
 * own with the same `questionnaire_id`, and the rows before it are no longer active: what the host lists is the newest.
 * Rows that the host itself put there may have no id of their own; their key is then `#` and the row's number.
 */
import { randomUUID } from 'node:crypto'
import type { Questionnaire, QuestionnaireResponse } from 'fhir/r4.js'
import type { WallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { HostSite } from './detect.js'

export interface RepositoryRow {
  /** The row. */
  id: number
  /** Names the questionnaire whatever its version. */
  key: string
  version: number
  name: string
  category: string | undefined
  status: string
  active: boolean
  /** FHIR, as it stands there: to be read by readQuestionnaire(). */
  questionnaire: string
}

/** Whether this site has the tables: they came with 7.0.1 (facts §1.1). */
export function keepsQuestionnaires(site: HostSite): boolean {
  return site.has('questionnaire_repository', 'questionnaire') && site.has('questionnaire_response', 'form_score')
}

const KEY = `COALESCE(NULLIF(questionnaire_id, ''), CONCAT('#', id))`

interface Row {
  id: number
  form_key: string
  version: number
  name: string | null
  category: string | null
  status: string | null
  active: number
  questionnaire: string | null
}

// sql-safe: names of columns, chosen here
const columns = (site: HostSite): string =>
  `id, ${KEY} AS form_key, version, name, status, active, questionnaire,
   ${site.has('questionnaire_repository', 'category') ? 'category' : 'NULL AS category'}`

function rowOf(row: Row): RepositoryRow {
  return {
    ...{ id: row.id, key: row.form_key, version: row.version, name: row.name ?? '', status: row.status ?? '' },
    ...{ category: row.category ?? undefined, active: row.active === 1, questionnaire: row.questionnaire ?? '' },
  }
}

/** The newest row of a questionnaire, whether it is active or not. */
export async function newestVersion(db: Queryable, site: HostSite, key: string): Promise<RepositoryRow | undefined> {
  const numbered = /^#(\d{1,18})$/.exec(key)
  const row = await db.first<Row>(
    // sql-safe: names of columns, and one of two conditions, chosen here
    `SELECT ${columns(site)} FROM questionnaire_repository
      WHERE ${numbered ? `id = :id AND COALESCE(questionnaire_id, '') = ''` : 'questionnaire_id = :key'}
      ORDER BY active DESC, version DESC, id DESC LIMIT 1`,
    { key, id: numbered ? Number(numbered[1]) : 0 },
  )
  return row && rowOf(row)
}

/** What patients can be asked: the newest active row that is not retired. Undefined: none. */
export async function activeVersion(db: Queryable, site: HostSite, key: string): Promise<RepositoryRow | undefined> {
  const row = await newestVersion(db, site, key)
  return row?.active && row.status !== 'retired' && row.questionnaire !== '' ? row : undefined
}

export async function repositoryRow(db: Queryable, site: HostSite, id: number): Promise<RepositoryRow | undefined> {
  const row = await db.first<Row>(`SELECT ${columns(site)} FROM questionnaire_repository WHERE id = :id`, { id }) // sql-safe: names of columns
  return row && rowOf(row)
}

export interface NewVersion {
  /** Of the questionnaire that it is the next version of; undefined: a new one. */
  key: string | undefined
  resource: Questionnaire
  /** What the host lists it as. */
  name: string
  category?: string | undefined
  /** users.id */
  providerId: number
  at: WallClock
}

/**
 * Writes the next version, which is the active one from now on. The resource says its version, and the id that the host
 * knows it by. The caller holds the questionnaire's turn (formTurn).
 */
export async function keepVersion(
  tx: Tx,
  site: HostSite,
  { key, resource, name, category, providerId, at }: NewVersion,
): Promise<RepositoryRow> {
  const before = key === undefined ? undefined : await newestVersion(tx, site, key)
  const uuid = randomUUID()
  const questionnaireId = await idFor(tx, site, { before, wanted: resource.id, uuid })
  const version = (before?.version ?? 0) + 1
  const id = isFhirId(questionnaireId) ? { id: questionnaireId } : {}
  const kept: Questionnaire = { ...resource, ...id, version: String(version) }
  if (before) await retireRows(tx, before.key, at)
  const row = {
    ...{ uuid: bytesOf(uuid), questionnaireId, version, name: name.slice(0, 255), providerId, at },
    status: resource.status,
    sourceUrl: resource.url ?? null,
    code: resource.code?.[0]?.code?.slice(0, 255) ?? null,
    codeDisplay: resource.code?.[0]?.display ?? null,
    questionnaire: JSON.stringify(kept),
    ...(site.has('questionnaire_repository', 'category') ? { category: category?.slice(0, 64) ?? null } : {}),
  }
  const rowId = await tx.insert(
    // sql-safe: one column more where the site has it
    `INSERT INTO questionnaire_repository
       (uuid, questionnaire_id, provider, version, created_date, modified_date, name, type, active, status, source_url,
        code, code_display, questionnaire, lform${'category' in row ? ', category' : ''})
     VALUES (:uuid, :questionnaireId, :providerId, :version, :at, :at, :name, 'Questionnaire', 1, :status, :sourceUrl,
        :code, :codeDisplay, :questionnaire, NULL${'category' in row ? ', :category' : ''})`,
    row,
  )
  await registerUuid(tx, uuid, 'questionnaire_repository', at)
  return {
    ...{ id: rowId, key: questionnaireId, version, name: row.name, category, status: resource.status, active: true },
    questionnaire: row.questionnaire,
  }
}

/** That of the versions before; of a new one its own, where nothing else has it. */
async function idFor(
  tx: Tx,
  site: HostSite,
  { before, wanted, uuid }: { before: RepositoryRow | undefined; wanted: string | undefined; uuid: string },
): Promise<string> {
  if (before && !before.key.startsWith('#')) return before.key
  if (wanted === undefined || !isFhirId(wanted)) return uuid
  return (await newestVersion(tx, site, wanted)) ? uuid : wanted
}

function isFhirId(text: string): boolean {
  return /^[A-Za-z0-9.-]{1,64}$/.test(text)
}

/** Nobody is asked it any more; what was answered stays. False: there is no such active questionnaire. */
export async function retire(tx: Tx, key: string, at: WallClock): Promise<boolean> {
  return (await retireRows(tx, key, at)) > 0
}

async function retireRows(tx: Tx, key: string, at: WallClock): Promise<number> {
  const numbered = /^#(\d{1,18})$/.exec(key)
  return tx.change(
    // sql-safe: one of two conditions, chosen here
    `UPDATE questionnaire_repository SET active = 0, modified_date = :at
      WHERE active = 1 AND ${numbered ? `id = :id AND COALESCE(questionnaire_id, '') = ''` : 'questionnaire_id = :key'}`,
    { key, id: numbered ? Number(numbered[1]) : 0, at },
  )
}

export interface NewResponse {
  pid: number
  /** The FHIR id, a uuid. */
  responseId: string
  form: Pick<RepositoryRow, 'id' | 'key' | 'name'>
  /** The questionnaire as it was asked, FHIR. */
  questionnaire: string
  response: QuestionnaireResponse
  /** Whole: the host keeps no tenths. */
  score: number | undefined
  at: WallClock
}

/**
 * A completed response in the chart, as the host lists it. `form_response` is what the host's own form player keeps of
 * its state: without it, it reads the FHIR response.
 */
export async function fileResponse(tx: Tx, response: NewResponse): Promise<number> {
  const { pid, responseId, form, questionnaire, score, at } = response
  const id = await tx.insert(
    `INSERT INTO questionnaire_response
       (uuid, response_id, questionnaire_foreign_id, questionnaire_id, questionnaire_name, patient_id, encounter,
        audit_user_id, creator_user_id, create_time, last_updated, version, status, questionnaire, questionnaire_response,
        form_response, form_score, tscore, error)
     VALUES (:uuid, :responseId, :formId, :key, :name, :pid, 0, NULL, NULL, :at, :at, 1, :status, :questionnaire, :response,
        NULL, :score, NULL, NULL)`,
    {
      ...{ uuid: bytesOf(responseId), responseId, formId: form.id, key: form.key, name: form.name, pid, at },
      ...{ questionnaire, status: response.response.status, response: JSON.stringify(response.response) },
      score: score === undefined ? null : Math.round(score),
    },
  )
  await registerUuid(tx, responseId, 'questionnaire_response', at)
  return id
}

/**
 * Takes a response out of a chart that it never belonged into. False: it is not there, or staff have worked on it in the
 * host (an encounter, a newer version), and it stays.
 */
export async function removeResponse(tx: Tx, { id, pid, responseId }: { id: number; pid: number; responseId: string }) {
  const gone = await tx.change(
    `DELETE FROM questionnaire_response
      WHERE id = :id AND patient_id = :pid AND response_id = :responseId AND COALESCE(encounter, 0) = 0 AND version = 1`,
    { id, pid, responseId },
  )
  if (gone === 0) return false
  await tx.change(`DELETE FROM uuid_registry WHERE uuid = :uuid AND table_name = 'questionnaire_response'`, {
    uuid: bytesOf(responseId),
  })
  return true
}

async function registerUuid(tx: Tx, uuid: string, table: string, at: WallClock): Promise<void> {
  await tx.insert(
    `INSERT INTO uuid_registry (uuid, table_name, table_id, table_vertical, couchdb, document_drive, mapped, created)
     VALUES (:uuid, :table, 'id', '', '', 0, 0, :at)`,
    { uuid: bytesOf(uuid), table, at },
  )
}

/** As the host keeps it, sixteen bytes (facts §12.6). */
function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}
