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

/** The own record `from` has found its chart: what waits there waits for the chart now, what was answered is filed. */
export async function moveFormsToChart(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'site'>,
  from: { record: string },
  { pid }: { pid: number },
): Promise<void> {
  const waiting = await tx.select<{ id: number; form_key: string }>(
    `SELECT id, form_key FROM foyer_form_assignments WHERE record = :record AND pid IS NULL AND state = 'waiting'`,
    from,
  )
  for (const { id, form_key } of waiting) {
    const openKey = openKeyOf({ pid }, form_key)
    const there = await tx.first(`SELECT id FROM foyer_form_assignments WHERE open_key = :openKey`, { openKey })
    // The chart is asked the same already: one of the two is enough.
    if (there) await withdrawTwin(tx, portal, id)
    else await tx.change(`UPDATE foyer_form_assignments SET open_key = :openKey WHERE id = :id`, { id, openKey })
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
}

async function withdrawTwin(tx: Tx, { clock }: Pick<Portal, 'clock'>, id: number): Promise<void> {
  await tx.change(
    `UPDATE foyer_form_assignments SET state = 'withdrawn', open_key = NULL, closed_by = 'Foyer', closed_at = :now WHERE id = :id`,
    { id, now: utc(clock.now()) },
  )
  await tx.change(`DELETE FROM foyer_form_fillings WHERE assignment_id = :id`, { id })
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
    if (there) await withdrawTwin(tx, portal, id)
    else await tx.change(`UPDATE foyer_form_assignments SET open_key = :openKey WHERE id = :id`, { id, openKey })
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

/** The link was wrong: everything that came from the own record goes back, but what staff have worked on in the chart. */
export async function takeFormsBack(tx: Tx, { pid }: { pid: number }, to: { record: string }): Promise<void> {
  const filed = await tx.select<{ id: number; response_id: string; host_id: number | null }>(
    `SELECT id, response_id, host_id FROM foyer_form_responses WHERE from_record = :record AND pid = :pid ORDER BY id`,
    { record: to.record, pid },
  )
  for (const { id, response_id: responseId, host_id: hostId } of filed) {
    if (hostId !== null && !(await removeResponse(tx, { id: hostId, pid, responseId }))) continue
    await tx.change(
      `UPDATE foyer_form_responses SET pid = NULL, from_record = NULL, host_id = NULL, version = version + 1 WHERE id = :id`,
      { id },
    )
  }
  const asked = await tx.select<{ id: number; form_key: string; state: string }>(
    `SELECT a.id, a.form_key, a.state FROM foyer_form_assignments a WHERE a.from_record = :record AND a.pid = :pid`,
    { record: to.record, pid },
  )
  for (const { id, form_key, state } of asked) {
    const openKey = state === 'waiting' ? openKeyOf({ accountId: 0, record: to.record }, form_key) : null
    await tx.change(
      `UPDATE foyer_form_assignments SET pid = NULL, from_record = NULL, open_key = :openKey, version = version + 1 WHERE id = :id`,
      { id, openKey },
    )
  }
}
