/** Asking for a document: one patient, a group, who has a profile, everybody. And taking it back. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { findRequest, type RequestRow, type Target } from '../../../host/reads/templates.js'
import { patientNames } from '../../../host/reads/patientNames.js'
import {
  ensureGroupProfile,
  isInProfile,
  profileOfGroup,
  putMembership,
  removeMembership,
  templateLists,
} from '../../../host/templateProfiles.js'
import {
  EVERYBODY,
  LIBRARY,
  addVersion,
  copiesOtherwise,
  findTemplate,
  putTemplate,
  removeSent,
  renameSent,
  wasSent,
  type Template,
} from '../../../host/templates.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { day as dayOf, daysLater, utc, type Day } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn, templateTurn } from '../../../platform/turns.js'
import { isRetired } from './keeping.js'

export interface Asking {
  /** document_templates.id of the library. */
  sourceId: number
  target: Target
  /** Days from one document to the next; undefined: once. */
  everyDays: number | undefined
  /** Of the first, or of the only one. undefined: as `dueDays` says; else no date. */
  dueOn: Day | undefined
  /** Of what recurs: days after each round opens by which it is due. undefined: as many as the first has. */
  dueDays?: number | undefined
  /** Days before it; undefined: no reminder. */
  remindDays: number | undefined
}

export type AskOutcome =
  | { ok: true; requestId: number }
  /** not-found: no such template in the library; no-patient: no such chart; no-set: no such group or profile. */
  | { ok: false; reason: 'not-found' | 'retired' | 'no-patient' | 'no-set' }

/** Asked again of the same, it takes the place of the request that runs. */
export function askForDocument(portal: Portal, staff: StaffMember, actor: Actor, asking: Asking): Promise<AskOutcome> {
  return portal.db.transaction((tx) => askIn(tx, portal, staff, actor, asking))
}

/** What it takes of a portal. */
export type Where = Pick<Portal, 'clock' | 'site'>

/** The same inside a transaction. `staff`: users.id of who asks. */
export async function askIn(
  tx: Tx,
  portal: Where,
  staff: Pick<StaffMember, 'id'>,
  actor: Actor,
  wish: Asking,
): Promise<AskOutcome> {
  const asking = withFirstDay(wish, dayOf(portal.clock.now()))
  const { sourceId, target } = asking
  // A group or a profile stays in its list while it is asked.
  const turns = target.kind === 'patient' ? [chartTurn(target.pid)] : ['templates']
  await takeTurn(tx, [templateTurn(sourceId), ...turns])
  const template = await findTemplate(tx, sourceId, 'lock')
  if (template?.pid !== LIBRARY) return { ok: false, reason: 'not-found' }
  if (await isRetired(tx, sourceId)) return { ok: false, reason: 'retired' }
  const told = await tellHost(tx, portal, staff, template, asking)
  if (!told.ok) return told
  const requestId = await insertRequest(tx, portal, actor, asking, told)
  await insertNotices(tx, portal, requestId, asking)
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'document.asked', subject: `template:${String(sourceId)}` },
    ...(target.kind === 'patient' ? { pid: target.pid } : {}),
    details: {
      ...{ request: requestId, of: target.kind, set: 'set' in target ? target.set : null },
      ...{ due: asking.dueOn ?? null, everyDays: asking.everyDays ?? null, dueDays: asking.dueDays ?? null },
    },
  })
  await publish(tx, portal.clock, {
    event: 'document.asked',
    payload: { request: requestId, template: told.templateId, pid: target.kind === 'patient' ? target.pid : null },
    key: `template:${String(sourceId)}`,
  })
  return { ok: true, requestId }
}

/** The first round opens today. What is asked once has no rounds. */
function withFirstDay(asking: Asking, today: Day): Asking {
  const { dueDays, dueOn, everyDays } = asking
  if (everyDays === undefined || dueDays === undefined) return { ...asking, dueDays: undefined }
  return { ...asking, dueOn: dueOn ?? daysLater(today, dueDays) }
}

type Told = { ok: true; templateId: number; hostRow: number | null; set: string } | Extract<AskOutcome, { ok: false }>

/** As OpenEMR's own portal lists it (facts §6.1): a copy for one or for all, a row of a profile for a set. */
async function tellHost(
  tx: Tx,
  portal: Where,
  staff: Pick<StaffMember, 'id'>,
  template: Template,
  asking: Asking,
): Promise<Told> {
  const { target } = asking
  if (target.kind === 'patient') return sendCopy(tx, portal, staff, template, asking, target.pid)
  if (target.kind === 'all') return sendCopy(tx, portal, staff, template, asking, EVERYBODY)
  const lists = await templateLists(tx)
  const option = (target.kind === 'group' ? lists.groups : lists.profiles).find(({ id }) => id === target.set)
  if (!option) return { ok: false, reason: 'no-set' }
  const profile =
    target.kind === 'profile'
      ? target.set
      : await ensureGroupProfile(tx, portal, { group: option.id, title: option.title, providerId: staff.id })
  const told = { ok: true, templateId: template.id, set: target.set } as const
  // What the practice put into a profile itself stays as it is, and stays when it is taken back.
  if (target.kind === 'profile' && (await isInProfile(tx, template.id, profile))) return { ...told, hostRow: null }
  const hostRow = await putMembership(tx, portal, { ...ruleFor(template, asking, staff, true), profile })
  return { ...told, hostRow }
}

async function sendCopy(
  tx: Tx,
  portal: Where,
  staff: Pick<StaffMember, 'id'>,
  template: Template,
  asking: Asking,
  pid: number,
): Promise<Told> {
  const location = pid === EVERYBODY ? 'All Patients' : (await patientNames(tx, [pid])).get(pid)
  if (location === undefined) return { ok: false, reason: 'no-patient' }
  const { category, content, mime, name } = template
  await keepCopy(tx, asking, { category, name })
  const copy = { pid, name, category, mime, content, location, providerId: staff.id }
  const templateId = await putTemplate(tx, portal, copy)
  // The copy's bytes are one of the library's versions, whichever screen wrote them.
  await addVersion(tx, portal.clock, { templateId: template.id, mime, content }, { by: '', changed: 'host' })
  const again = pid !== EVERYBODY && (await wasSent(tx, templateId, pid))
  const rule = ruleFor({ ...template, id: templateId }, asking, staff, !again)
  return { ok: true, templateId, hostRow: await putMembership(tx, portal, rule), set: '' }
}

/**
 * The host knows a copy by its name and category. Where the library's has others by now, the copy that runs gets them,
 * or its patient had two, and what they began would stay behind with the first.
 */
async function keepCopy(
  tx: Tx,
  { sourceId, target }: Asking,
  { category, name }: Pick<Template, 'category' | 'name'>,
): Promise<void> {
  const pid = target.kind === 'patient' ? target.pid : null
  const copies = await copiesOtherwise(tx, { sourceId, target: target.kind, pid, category, name })
  for (const id of copies) {
    if (await renameSent(tx, { id, category, name })) continue
    await removeMembership(tx, id, '')
    await removeSent(tx, id)
  }
}

/** `once` says to the host not to show it when it was sent; asked again, it must be shown once more. */
function ruleFor(
  { category, id, name }: Template,
  { everyDays }: Asking,
  staff: Pick<StaffMember, 'id'>,
  once: boolean,
) {
  return {
    ...{ templateId: id, profile: '', name, category, providerId: staff.id },
    ...{ recurring: everyDays !== undefined, periodDays: everyDays ?? 0, once: everyDays === undefined && once },
  }
}

async function insertRequest(
  tx: Tx,
  { clock }: Where,
  actor: Actor,
  { dueDays, dueOn, everyDays, remindDays, sourceId, target }: Asking,
  { hostRow, set, templateId }: Extract<Told, { ok: true }>,
): Promise<number> {
  const row = {
    ...{ templateId, sourceId, set, hostRow, target: target.kind, by: actor.name, now: utc(clock.now()) },
    pid: target.kind === 'patient' ? target.pid : null,
  }
  const running = await tx.first<{ host_row: number | null }>(
    `SELECT MAX(host_row) AS host_row FROM foyer_document_requests
      WHERE template_id = :templateId AND target = :target AND pid <=> :pid AND set_name = :set AND withdrawn_at IS NULL`,
    row,
  )
  await tx.change(
    `UPDATE foyer_document_requests SET withdrawn_by = :by, withdrawn_at = :now
      WHERE (template_id = :templateId OR source_id = :sourceId) AND target = :target AND pid <=> :pid AND set_name = :set AND withdrawn_at IS NULL`,
    row,
  )
  return tx.insert(
    `INSERT INTO foyer_document_requests
       (template_id, source_id, target, pid, set_name, recurring, period_days, due_on, due_days, remind_days, host_row, asked_by,
        asked_at)
     VALUES (:templateId, :sourceId, :target, :pid, :set, :recurring, :periodDays, :dueOn, :dueDays, :remindDays, :hostRow, :by,
        :now)`,
    {
      ...row,
      // A row of a profile that an earlier request wrote is this one's from now on.
      hostRow: hostRow ?? running?.host_row ?? null,
      ...{ recurring: everyDays === undefined ? 0 : 1, periodDays: everyDays ?? 0 },
      ...{ dueOn: dueOn ?? null, dueDays: dueDays ?? null, remindDays: remindDays ?? null },
    },
  )
}

/** Told now, and once more before its day. Rounds that come later are told by the job. */
async function insertNotices(
  tx: Tx,
  { clock }: Where,
  requestId: number,
  { dueOn, remindDays }: Asking,
): Promise<void> {
  const today = dayOf(clock.now())
  const remindOn = dueOn === undefined || remindDays === undefined ? undefined : daysLater(dueOn, -remindDays)
  const days = [
    { kind: 'asked', day: today },
    // A day that is over already: the first letter says it all.
    ...(remindOn !== undefined && remindOn > today ? [{ kind: 'due', day: remindOn }] : []),
  ]
  for (const { kind, day } of days) {
    await tx.insert(`INSERT INTO foyer_document_notices (request_id, kind, day) VALUES (:requestId, :kind, :day)`, {
      requestId,
      kind,
      day,
    })
  }
}

export type TakeBackOutcome =
  | { ok: true; request: RequestRow }
  | { ok: false; reason: 'not-found' }
  /** It was taken back, or asked for anew, already. */
  | { ok: false; reason: 'over' }

/** What was begun stays with the patient; what was sent stays with the practice. The template is not asked for any more. */
export async function takeBack(portal: Portal, actor: Actor, requestId: number): Promise<TakeBackOutcome> {
  const known = await findRequest(portal.db, requestId)
  if (!known) return { ok: false, reason: 'not-found' }
  return portal.db.transaction(async (tx): Promise<TakeBackOutcome> => {
    await takeTurn(tx, [templateTurn(known.source_id), ...(known.pid === null ? [] : [chartTurn(known.pid)])])
    const request = await findRequest(tx, requestId)
    if (!request) return { ok: false, reason: 'not-found' }
    if (request.withdrawn_at !== null) return { ok: false, reason: 'over' }
    await tx.change(
      `UPDATE foyer_document_requests SET withdrawn_by = :by, withdrawn_at = :now WHERE id = :requestId`,
      { requestId, by: actor.name, now: utc(portal.clock.now()) },
    )
    await takeFromHost(tx, request)
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: 'document.unasked', subject: `template:${String(request.source_id)}` },
      ...(request.pid === null ? {} : { pid: request.pid }),
      details: { request: requestId, of: request.target },
    })
    return { ok: true, request }
  })
}

async function takeFromHost(tx: Tx, { host_row, set_name, target, template_id }: RequestRow): Promise<void> {
  if (target === 'patient' || target === 'all') {
    await removeMembership(tx, template_id, '')
    await removeSent(tx, template_id)
  } else if (host_row !== null) {
    await removeMembership(tx, template_id, target === 'group' ? profileOfGroup(set_name) : set_name)
  }
}
