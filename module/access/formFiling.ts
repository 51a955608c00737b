/**
 * Answers in the chart. What an account answered before it had one lies in Foyer's rows; linking files it, and a link that
 * was wrong takes it out again.
 */
import { DateTime } from 'luxon'
import type { QuestionnaireResponse } from 'fhir/r4.js'
import { fileResponse, keepsQuestionnaires, removeResponse, repositoryRow } from '../host/questionnaires.js'
import { chartReference } from '../host/reads/forms.js'
import { utc, wallClock, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { openKeyOf } from './formAssignments.js'
import { formVersion, type FormVersion } from './formVersions.js'
import type { Portal } from './portal.js'
import { readAnswers } from './questionnaires/model.js'
import { toResponse } from './questionnaires/response.js'

interface Row {
  id: number
  response_id: string
  version_id: number
  pid: number | null
  host_id: number | null
  answers: string
  score: string | null
  sent_at: Utc
  sender: string | null
}

async function rowOf(db: Queryable, id: number): Promise<Row> {
  const row = await db.first<Row>(
    `SELECT r.id, r.response_id, r.version_id, r.pid, r.host_id, r.answers, r.score, r.sent_at, a.display_name AS sender
       FROM foyer_form_responses r LEFT JOIN foyer_accounts a ON a.id = r.sent_by WHERE r.id = :id`,
    { id },
  )
  if (!row) throw new Error(`No answers ${String(id)}`)
  return row
}

/** Answers as FHIR has them, whether they are in a chart or not. `id`: foyer_form_responses.id */
export async function fhirOf(
  db: Queryable,
  { clock }: Pick<Portal, 'clock'>,
  id: number,
): Promise<QuestionnaireResponse> {
  const row = await rowOf(db, id)
  return responseOf(db, clock.zone, row, await formVersion(db, row.version_id))
}

async function responseOf(db: Queryable, zone: string, row: Row, version: FormVersion): Promise<QuestionnaireResponse> {
  const about = row.pid === null ? undefined : await chartReference(db, row.pid)
  const sender = row.sender === null ? {} : { author: { display: row.sender }, source: { display: row.sender } }
  const authored = DateTime.fromSQL(row.sent_at, { zone: 'utc' }).setZone(zone)
  return toResponse(version.form, readAnswers(row.answers), {
    ...{ id: row.response_id, status: 'completed', questionnaireId: version.key, ...sender },
    authored: authored.toISO({ suppressMilliseconds: true }) ?? '',
    ...(about ? { subject: about } : {}),
  })
}

/** Writes the row that the host lists (questionnaire_response), once. Without these tables the answers stay with Foyer. */
export async function fileAnswers(tx: Tx, portal: Pick<Portal, 'clock' | 'site'>, id: number): Promise<void> {
  const { clock, site } = portal
  const row = await rowOf(tx, id)
  if (row.pid === null || row.host_id !== null || !keepsQuestionnaires(site)) return
  const version = await formVersion(tx, row.version_id)
  const listed = await repositoryRow(tx, site, version.repositoryId)
  const hostId = await fileResponse(tx, {
    ...{ pid: row.pid, responseId: row.response_id, questionnaire: version.body },
    form: { id: version.repositoryId, key: version.key, name: listed?.name ?? version.form.title.text },
    response: await responseOf(tx, clock.zone, row, version),
    score: row.score === null ? undefined : Number(row.score),
    at: wallClock(clock.now()),
  })
  await tx.change(`UPDATE foyer_form_responses SET host_id = :hostId WHERE id = :id`, { id, hostId })
}

/** What moved into a chart with its own record, so that a link that was wrong takes the same out again. */
export interface MovedForms {
  /** foyer_form_assignments.id */
  assignments: number[]
  /** Of those, the ones that were withdrawn since the chart is asked the same already. */
  twins: number[]
  /** foyer_form_responses.id */
  responses: number[]
}

/** The own record `from` has found its chart: what waits there waits for the chart now, what was answered is filed. */
export async function moveFormsToChart(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  from: { record: string },
  { pid }: { pid: number },
): Promise<MovedForms> {
  const asked = await tx.select<{ id: number; form_key: string; state: string }>(
    `SELECT id, form_key, state FROM foyer_form_assignments WHERE record = :record AND pid IS NULL ORDER BY id`,
    from,
  )
  const twins: number[] = []
  for (const { id, form_key } of asked.filter(({ state }) => state === 'waiting')) {
    const openKey = openKeyOf({ pid }, form_key)
    const there = await tx.first(`SELECT id FROM foyer_form_assignments WHERE open_key = :openKey`, { openKey })
    // The chart is asked the same already: one of the two is enough. What was begun stays, should the link be wrong.
    if (there) {
      twins.push(id)
      await withdrawTwin(tx, portal, id)
    } else await tx.change(`UPDATE foyer_form_assignments SET open_key = :openKey WHERE id = :id`, { id, openKey })
  }
  const moved = { pid, record: from.record }
  await tx.change(
    `UPDATE foyer_form_assignments SET pid = :pid, from_record = record, version = version + 1
      WHERE record = :record AND pid IS NULL`,
    moved,
  )
  const sent = await tx.select<{ id: number }>(
    `SELECT id FROM foyer_form_responses WHERE record = :record AND pid IS NULL ORDER BY id`,
    from,
  )
  await tx.change(
    `UPDATE foyer_form_responses SET pid = :pid, from_record = record, version = version + 1
      WHERE record = :record AND pid IS NULL`,
    moved,
  )
  for (const { id } of sent) await fileAnswers(tx, portal, id)
  return { assignments: asked.map(({ id }) => id), twins, responses: sent.map(({ id }) => id) }
}

async function withdrawTwin(tx: Tx, { clock }: Pick<Portal, 'clock'>, id: number): Promise<void> {
  await tx.change(
    `UPDATE foyer_form_assignments SET state = 'withdrawn', open_key = NULL, closed_by = 'Foyer', closed_at = :now WHERE id = :id`,
    { id, now: utc(clock.now()) },
  )
}

/** Two accounts have become one: what the own record of the one was asked and answered is the other's. */
export async function moveFormsToAccount(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  from: { own_record: string },
  into: { id: number; own_record: string },
): Promise<void> {
  const waiting = await tx.select<{ id: number; form_key: string }>(
    `SELECT id, form_key FROM foyer_form_assignments WHERE record = :record AND pid IS NULL AND state = 'waiting'`,
    { record: from.own_record },
  )
  for (const { id, form_key } of waiting) {
    const openKey = openKeyOf({ accountId: into.id, record: into.own_record }, form_key)
    const there = await tx.first(`SELECT id FROM foyer_form_assignments WHERE open_key = :openKey`, { openKey })
    if (there) {
      await withdrawTwin(tx, portal, id)
      await tx.change(`DELETE FROM foyer_form_fillings WHERE assignment_id = :id`, { id })
    } else await tx.change(`UPDATE foyer_form_assignments SET open_key = :openKey WHERE id = :id`, { id, openKey })
  }
  const values = { from: from.own_record, into: into.own_record, account: into.id }
  await tx.change(
    `UPDATE foyer_form_assignments SET account_id = :account, record = :into, from_record = IF(from_record = :from, :into, from_record)
      WHERE record = :from`,
    values,
  )
  await tx.change(
    `UPDATE foyer_form_responses SET account_id = :account, record = :into, from_record = IF(from_record = :from, :into, from_record)
      WHERE record = :from`,
    values,
  )
}

/**
 * The link was wrong: what came from the own record goes back, and what these accounts answered of it since; but what
 * staff have worked on in the chart.
 */
export async function takeFormsBack(
  tx: Tx,
  { accounts, pid }: { accounts: readonly number[]; pid: number },
  to: { record: string },
  { assignments, responses, twins }: MovedForms,
): Promise<void> {
  const filed = await tx.select<FiledRow>(
    `SELECT id, response_id, host_id FROM foyer_form_responses
      WHERE pid = :pid AND (id IN (:responses) OR assignment_id IN (:assignments) AND sent_by IN (:accounts)) ORDER BY id`,
    { accounts, pid, responses: orNone(responses), assignments: orNone(assignments) },
  )
  for (const row of filed) await takeAnswersOut(tx, row, pid, to)
  for (const id of assignments) {
    const row = await tx.first<{ form_key: string; state: string }>(
      `SELECT form_key, state FROM foyer_form_assignments a WHERE a.id = :id AND a.pid = :pid
          AND NOT EXISTS (SELECT 1 FROM foyer_form_responses r WHERE r.assignment_id = a.id AND r.pid = a.pid)`,
      { id, pid },
    )
    if (!row) continue
    const waits = row.state === 'waiting' || (row.state === 'withdrawn' && twins.includes(id))
    const openKey = waits ? await freeKey(tx, openKeyOf({ accountId: 0, record: to.record }, row.form_key)) : null
    const state = waits ? (openKey === null ? 'withdrawn' : 'waiting') : row.state
    await tx.change(
      `UPDATE foyer_form_assignments
          SET pid = NULL, record = :record, from_record = NULL, open_key = :openKey, state = :state,
              closed_by = IF(:state = 'waiting', NULL, closed_by), closed_at = IF(:state = 'waiting', NULL, closed_at),
              version = version + 1
        WHERE id = :id`,
      { id, openKey, state, record: to.record },
    )
  }
}

interface FiledRow {
  id: number
  response_id: string
  host_id: number | null
}

/** False: staff have worked on it in the host, and it stays. */
async function takeAnswersOut(
  tx: Tx,
  { host_id: hostId, id, response_id: responseId }: FiledRow,
  pid: number,
  to: { record: string },
): Promise<boolean> {
  if (hostId !== null && !(await removeResponse(tx, { id: hostId, pid, responseId }))) return false
  await tx.change(
    `UPDATE foyer_form_responses
        SET pid = NULL, record = :record, from_record = NULL, host_id = NULL, version = version + 1 WHERE id = :id`,
    { id, record: to.record },
  )
  return true
}

/** The key, unless the same is asked there again meanwhile. */
async function freeKey(tx: Tx, openKey: string): Promise<string | null> {
  return (await tx.first(`SELECT id FROM foyer_form_assignments WHERE open_key = :openKey`, { openKey }))
    ? null
    : openKey
}

/** IN () is no SQL. */
function orNone(ids: readonly number[]): readonly number[] {
  return ids.length === 0 ? [0] : ids
}

/**
 * What these accounts answered in a chart since it was opened to them by mistake, and nobody has looked at: it goes into
 * the own record `to`, and the chart's patient is asked again. Drafts of theirs go. Answers how many were taken out.
 */
export async function takeAnswersBack(
  tx: Tx,
  { accounts, pid, since }: { accounts: readonly number[]; pid: number; since: Utc },
  to: { record: string },
): Promise<number> {
  await tx.change(
    `DELETE f FROM foyer_form_fillings f JOIN foyer_form_assignments a ON a.id = f.assignment_id
      WHERE a.pid = :pid AND a.state = 'waiting' AND f.saved_by IN (:accounts) AND f.begun_at >= :since`,
    { accounts, pid, since },
  )
  await tx.change(
    `DELETE k FROM foyer_form_kept_answers k JOIN foyer_form_assignments a ON a.id = k.assignment_id
      WHERE a.pid = :pid AND k.saved_by IN (:accounts) AND k.saved_at >= :since`,
    { accounts, pid, since },
  )
  const rows = await tx.select<FiledRow & { assignment_id: number | null; form_key: string }>(
    `SELECT id, response_id, host_id, assignment_id, form_key FROM foyer_form_responses
      WHERE pid = :pid AND sent_by IN (:accounts) AND sent_at >= :since AND state = 'waiting' ORDER BY id`,
    { accounts, pid, since },
  )
  let taken = 0
  for (const row of rows) {
    if (!(await takeAnswersOut(tx, row, pid, to))) continue
    taken += 1
    // One answer to an assignment: the next one is the patient's.
    await tx.change(`UPDATE foyer_form_responses SET assignment_id = NULL WHERE id = :id`, { id: row.id })
    const openKey = await freeKey(tx, openKeyOf({ pid }, row.form_key))
    if (row.assignment_id === null || openKey === null) continue
    await tx.change(
      `UPDATE foyer_form_assignments
          SET state = 'waiting', open_key = :openKey, closed_by = NULL, closed_at = NULL, version = version + 1
        WHERE id = :id AND pid = :pid AND state = 'sent'`,
      { openKey, pid, id: row.assignment_id },
    )
  }
  return taken
}
