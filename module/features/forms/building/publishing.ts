/** A draft becomes the version that patients are asked; one that is no longer wanted is retired. Answers stay with theirs. */
import type { Questionnaire } from 'fhir/r4.js'
import { readQuestionnaire, type ReadProblem } from '../../../access/questionnaires/reading.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { writeHostLog } from '../../../host/log.js'
import { keepsQuestionnaires, keepVersion, newestVersion, repositoryRow, retire } from '../../../host/questionnaires.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { formTurn, takeTurn } from '../../../platform/turns.js'
import { removeDraft, titleOf, withDraft, type DraftRefusal } from './drafts.js'

export type Published =
  /** questionnaire_repository.id */
  | { ok: true; formId: number; key: string; version: number }
  | DraftRefusal
  | { ok: false; reason: 'unreadable'; problems: readonly ReadProblem[] }
  /** The host is older than its own tables of questionnaires (facts §1.1). */
  | { ok: false; reason: 'no-tables' }

/** Publishes it and ends the draft. */
export function publishDraft(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { id, seen }: { id: number; seen: number | undefined },
): Promise<Published> {
  return withDraft<Published>(portal, { id, seen }, async (tx, draft): Promise<Published> => {
    if (!keepsQuestionnaires(portal.site)) return { ok: false, reason: 'no-tables' }
    const reading = readQuestionnaire(draft.questionnaire)
    if (!reading.ok) return { ok: false, reason: 'unreadable', problems: reading.problems }
    const key = draft.form_key ?? draft.questionnaire.id
    if (key !== undefined) await takeTurn(tx, [formTurn(key)])
    const resource: Questionnaire = { ...draft.questionnaire, status: 'active' }
    const kept = await keepVersion(tx, portal.site, {
      ...{ key, resource, name: titleOf(resource), providerId: member.id },
      at: wallClock(portal.clock.now()),
    })
    await removeDraft(tx, id)
    await tell(tx, portal, member, actor, 'form.published', kept)
    return { ok: true, formId: kept.id, key: kept.key, version: kept.version }
  })
}

/** Whose next version this would be: that of the questionnaire with its id, where there is one. */
export async function predecessorOf(
  portal: Pick<Portal, 'db' | 'site'>,
  { id }: Questionnaire,
): Promise<{ key: string; version: number } | undefined> {
  const row = id === undefined ? undefined : await newestVersion(portal.db, portal.site, id)
  return row && { key: row.key, version: row.version }
}

/** Nobody is asked it from now on. What was asked already can still be answered. */
export async function retireForm(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  formId: number,
): Promise<{ ok: true } | { ok: false; reason: 'not-found' | 'retired' }> {
  const row = await repositoryRow(portal.db, portal.site, formId)
  if (!row) return { ok: false, reason: 'not-found' }
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [formTurn(row.key)])
    if (!(await retire(tx, row.key, wallClock(portal.clock.now())))) return { ok: false, reason: 'retired' }
    await tell(tx, portal, member, actor, 'form.retired', row)
    return { ok: true }
  })
}

async function tell(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  event: string,
  { id, key, version }: { id: number; key: string; version: number },
): Promise<void> {
  const subject = `form:${String(id)}`
  await recordAudit(tx, portal.clock, actor, { event, subject, details: { version } })
  await publish(tx, portal.clock, { event, payload: { form: id, version }, key: subject })
  await writeHostLog(tx, {
    ...{ at: wallClock(portal.clock.now()), event: 'other-update', user: member.username, success: true },
    ...{ comment: `Foyer: ${event}, ${key}, version ${String(version)}`, from: 'portal-dashboard' },
  })
}
