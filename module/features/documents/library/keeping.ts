/** The library's own verbs: write a template, change it, go back, retire it. Every change is a version that stays. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { putMembership, removeMembership, templateLists } from '../../../host/templateProfiles.js'
import {
  LIBRARY,
  addVersion,
  changeTemplate,
  findTemplate,
  findVersion,
  libraryNamesake,
  PDF,
  putTemplate,
  type Changed,
  type Namesake,
  type Template,
} from '../../../host/templates.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { sha256 } from '../../../platform/ids.js'
import { takeTurn, templateTurn } from '../../../platform/turns.js'

export interface Draft {
  name: string
  category: string
  mime: string
  content: Buffer
  note: string
}

export type KeepOutcome =
  | { ok: true; id: number }
  | { ok: false; reason: 'not-found' }
  /** Another template of the library has this name in this category. */
  | { ok: false; reason: 'name-taken'; by: Namesake }
  /** Somebody changed it since the page was opened. */
  | { ok: false; reason: 'changed' }
  /** A text in a PDF's place, or a PDF in a text's: who has begun the one could not go on with the other. */
  | { ok: false; reason: 'another-kind' }

/** A new template of the library. */
export function addTemplate(
  portal: Portal,
  staff: StaffMember,
  actor: Actor,
  draft: Draft,
  changed: Extract<Changed, 'written' | 'uploaded'>,
): Promise<KeepOutcome> {
  return portal.db.transaction((tx) => addIn(tx, portal, staff, actor, draft, changed))
}

/** The same inside a transaction. `staff`: users.id of who wrote it. */
export async function addIn(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  staff: Pick<StaffMember, 'id'>,
  actor: Actor,
  draft: Draft,
  changed: Extract<Changed, 'written' | 'uploaded'>,
): Promise<KeepOutcome> {
  await takeTurn(tx, ['templates'])
  const by = await libraryNamesake(tx, draft)
  if (by) return { ok: false, reason: 'name-taken', by }
  const id = await putTemplate(tx, portal, { ...draft, pid: LIBRARY, providerId: staff.id, location: 'Repository' })
  await keepVersion(tx, portal, actor, { ...draft, id }, changed)
  return { ok: true, id }
}

/** `seen`: the template's content as the page showed it. */
export async function editTemplate(
  portal: Portal,
  actor: Actor,
  { id, seen, ...draft }: Draft & { id: number; seen: string },
): Promise<KeepOutcome> {
  return portal.db.transaction(async (tx): Promise<KeepOutcome> => {
    await takeTurn(tx, ['templates', templateTurn(id)])
    const now = await libraryTemplate(tx, id)
    if (!now) return { ok: false, reason: 'not-found' }
    if ((draft.mime === PDF) !== (now.mime === PDF)) return { ok: false, reason: 'another-kind' }
    if (markOf(now) !== seen) return { ok: false, reason: 'changed' }
    const by = await libraryNamesake(tx, { ...draft, profile: now.profile })
    if (by && by.id !== id) return { ok: false, reason: 'name-taken', by }
    // Of texts the host has two kinds, and goes by them (facts §6.1): it stays the one that it is.
    const next = { ...draft, id, mime: now.mime }
    await keepHostVersion(tx, portal, now)
    await changeTemplate(tx, portal, next)
    const isUpload = now.mime === PDF && !now.content.equals(draft.content)
    await keepVersion(tx, portal, actor, next, isUpload ? 'uploaded' : 'edited')
    return { ok: true, id }
  })
}

/** Names what a page showed: when it was changed by whatever screen, another. */
export function markOf({ category, content, modified, name }: Template): string {
  return sha256([modified, name, category, content.toString('base64')].join('\n')).slice(0, 32)
}

/** What it says again what it said in that version; the versions since stay. */
export async function goBack(
  portal: Portal,
  actor: Actor,
  { id, versionId }: { id: number; versionId: number },
): Promise<KeepOutcome> {
  return portal.db.transaction(async (tx): Promise<KeepOutcome> => {
    await takeTurn(tx, ['templates', templateTurn(id)])
    const now = await libraryTemplate(tx, id)
    const version = await findVersion(tx, versionId)
    if (version?.templateId !== id || !now) return { ok: false, reason: 'not-found' }
    const { content, mime } = version
    const { category, name } = now
    await keepHostVersion(tx, portal, now)
    await changeTemplate(tx, portal, { id, name, category, mime, content })
    const note = String(version.version)
    await keepVersion(tx, portal, actor, { id, mime, content, note }, 'back')
    return { ok: true, id }
  })
}

/** One of the library; what was sent to somebody is not. */
export async function libraryTemplate(db: Queryable, id: number): Promise<Template | undefined> {
  const template = await findTemplate(db, id)
  return template?.pid === LIBRARY ? template : undefined
}

/** What one of the host's screens wrote is a version before it is written over. */
async function keepHostVersion(tx: Tx, { clock }: Portal, { id, content, mime }: Template): Promise<void> {
  await addVersion(tx, clock, { templateId: id, content, mime }, { by: '', changed: 'host' })
}

async function keepVersion(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  actor: Actor,
  { id, content, mime, note }: Pick<Draft, 'content' | 'mime' | 'note'> & { id: number },
  changed: Changed,
): Promise<void> {
  const by = actor.name
  const versionId = await addVersion(tx, clock, { templateId: id, content, mime }, { by, changed, note })
  await recordAudit(tx, clock, actor, {
    ...{ event: `template.${changed}`, subject: `template:${String(id)}` },
    details: { version: versionId },
  })
}

/** Retired, it is not offered when documents are asked for. False: there is no such template. */
export async function retire(portal: Portal, actor: Actor, id: number, on: boolean): Promise<boolean> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [templateTurn(id)])
    if (!(await libraryTemplate(tx, id))) return false
    const changed = on
      ? await tx.change(
          `INSERT IGNORE INTO foyer_template_retirements (template_id, retired_by, retired_at) VALUES (:id, :by, :now)`,
          { id, by: actor.name, now: utc(portal.clock.now()) },
        )
      : await tx.change(`DELETE FROM foyer_template_retirements WHERE template_id = :id`, { id })
    if (changed > 0) {
      await recordAudit(tx, portal.clock, actor, {
        ...{ event: on ? 'template.retired' : 'template.restored', subject: `template:${String(id)}` },
      })
    }
    return true
  })
}

export async function isRetired(db: Queryable, id: number): Promise<boolean> {
  const row = await db.first<{ one: number }>(
    `SELECT 1 AS one FROM foyer_template_retirements WHERE template_id = :id`,
    { id },
  )
  return row !== undefined
}

/** The template is in exactly these of the practice's profiles. False: there is no such template. */
export async function setProfiles(
  portal: Portal,
  staff: StaffMember,
  actor: Actor,
  { id, on, off }: { id: number; on: readonly string[]; off: readonly string[] },
): Promise<boolean> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, ['templates', templateTurn(id)])
    const template = await libraryTemplate(tx, id)
    if (!template) return false
    const { category, name } = template
    // Another of staff may have removed one meanwhile.
    const there = (await templateLists(tx)).profiles.map((profile) => profile.id)
    for (const profile of on.filter((each) => there.includes(each))) {
      await putMembership(tx, portal, {
        ...{ templateId: id, profile, name, category, providerId: staff.id },
        ...{ recurring: false, periodDays: 0, once: true },
      })
    }
    for (const profile of off) await removeMembership(tx, id, profile)
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'template.profiles', subject: `template:${String(id)}` },
      details: { on: on.length, off: off.length },
    })
    return true
  })
}
