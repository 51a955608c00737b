/** A questionnaire that staff are building: begun, changed step by step, thrown away. Published in publishing.ts. */
import type { Questionnaire } from 'fhir/r4.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, type Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { formTurn, takeTurn } from '../../../platform/turns.js'

export interface Draft {
  id: number
  /** Whose next version it will be; null: of a new one. */
  form_key: string | null
  based_on: number | null
  title: string
  questionnaire: Questionnaire
  made_by: string
  made_at: Utc
  changed_by: string
  changed_at: Utc
  version: number
}

export type DraftLine = Omit<Draft, 'questionnaire'>

type Row = DraftLine & { body: string }

const lineColumns = 'id, form_key, based_on, title, made_by, made_at, changed_by, changed_at, version'

/** Those that are open, the last changed first. */
export function openDrafts(db: Queryable): Promise<DraftLine[]> {
  // sql-safe: a constant
  return db.select<DraftLine>(
    `SELECT ${lineColumns} FROM foyer_form_drafts ORDER BY changed_at DESC, id DESC LIMIT 100`,
  )
}

export async function findDraft(db: Queryable, id: number): Promise<Draft | undefined> {
  const row = await db.first<Row>(`SELECT ${lineColumns}, body FROM foyer_form_drafts WHERE id = :id`, { id }) // sql-safe: a constant
  return row && draftOf(row)
}

function draftOf({ body, ...line }: Row): Draft {
  return { ...line, questionnaire: JSON.parse(body) as Questionnaire }
}

/** As staff see it in lists. */
export function titleOf({ name, title }: Pick<Questionnaire, 'name' | 'title'>): string {
  return (title ?? name ?? '').slice(0, 255)
}

export interface NewDraft {
  questionnaire: Questionnaire
  /** Whose next version it will be. */
  of?: { key: string; version: number }
}

/** One open draft for each questionnaire: where there is one already, that one, as it is. */
export async function beginDraft(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { of, questionnaire }: NewDraft,
): Promise<{ id: number; isNew: boolean }> {
  return portal.db.transaction(async (tx) => {
    if (of) {
      await takeTurn(tx, [formTurn(of.key)])
      const open = await tx.first<{ id: number }>(`SELECT id FROM foyer_form_drafts WHERE open_key = :key`, of)
      if (open) return { id: open.id, isNew: false }
    }
    const id = await tx.insert(
      `INSERT INTO foyer_form_drafts (form_key, based_on, title, body, made_by, made_at, changed_by, changed_at, open_key)
       VALUES (:key, :basedOn, :title, :body, :by, :now, :by, :now, :key)`,
      {
        ...{ key: of?.key ?? null, basedOn: of?.version ?? null, title: titleOf(questionnaire) },
        ...{ body: JSON.stringify(questionnaire), by: member.username, now: utc(portal.clock.now()) },
      },
    )
    await tell(tx, portal, actor, 'form.drafted', id)
    return { id, isNew: true }
  })
}

export type DraftRefusal =
  | { ok: false; reason: 'not-found' }
  /** Somebody changed it since the page was opened. */
  | { ok: false; reason: 'changed'; by: string; at: Utc }

export type Changed<More> = { ok: true; draft: Draft } | DraftRefusal | More

/**
 * Changes it in one transaction. `seen`: the version that the page showed. What `change` refuses is handed on and
 * nothing is written.
 */
export function changeDraft<More extends { ok: false }>(
  portal: Portal,
  member: StaffMember,
  { id, seen }: { id: number; seen: number | undefined },
  change: (questionnaire: Questionnaire) => { ok: true; questionnaire: Questionnaire } | More,
): Promise<Changed<More>> {
  return withDraft<Changed<More>>(portal, { id, seen }, async (tx, draft) => {
    const changed = change(draft.questionnaire)
    if (!changed.ok) return changed
    const { questionnaire } = changed
    const next = { by: member.username, now: utc(portal.clock.now()), title: titleOf(questionnaire) }
    await tx.change(
      `UPDATE foyer_form_drafts SET body = :body, title = :title, changed_by = :by, changed_at = :now, version = version + 1
        WHERE id = :id`,
      { ...next, id, body: JSON.stringify(questionnaire) },
    )
    return { ok: true, draft: { ...draft, questionnaire, title: next.title, version: draft.version + 1 } }
  })
}

/** The draft in hand, locked and as it was seen; or why not. */
export function withDraft<Outcome>(
  portal: Portal,
  { id, seen }: { id: number; seen: number | undefined },
  work: (tx: Tx, draft: Draft) => Promise<Outcome>,
): Promise<Outcome | DraftRefusal> {
  return portal.db.transaction(async (tx): Promise<Outcome | DraftRefusal> => {
    await takeTurn(tx, [`form-draft:${String(id)}`])
    const row = await tx.first<Row>(`SELECT ${lineColumns}, body FROM foyer_form_drafts WHERE id = :id`, { id }) // sql-safe: a constant
    if (!row) return { ok: false, reason: 'not-found' }
    if (seen !== undefined && seen !== row.version) {
      return { ok: false, reason: 'changed', by: row.changed_by, at: row.changed_at }
    }
    return work(tx, draftOf(row))
  })
}

/** Throws it away: what is published stays as it is. */
export function discardDraft(portal: Portal, actor: Actor, id: number): Promise<{ ok: true } | DraftRefusal> {
  return withDraft<{ ok: true }>(portal, { id, seen: undefined }, async (tx) => {
    await removeDraft(tx, id)
    await tell(tx, portal, actor, 'form.draft-discarded', id)
    return { ok: true }
  })
}

export async function removeDraft(tx: Tx, id: number): Promise<void> {
  await tx.change(`DELETE FROM foyer_form_drafts WHERE id = :id`, { id })
}

async function tell(tx: Tx, { clock }: Portal, actor: Actor, event: string, id: number): Promise<void> {
  await recordAudit(tx, clock, actor, { event, subject: `form-draft:${String(id)}` })
}
