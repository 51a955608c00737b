/** What staff decide on answers: claimed, read, or asked again. Each is one transaction, and whoever was faster is named. */
import { assignForm, type FormTarget } from '../../../access/formAssignments.js'
import { pinVersion } from '../../../access/formVersions.js'
import { holderToBe, staysWith, type ClaimHow } from '../../../access/claiming.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { writeHostLog } from '../../../host/log.js'
import { activeVersion, keepsQuestionnaires } from '../../../host/questionnaires.js'
import { markAudited } from '../../../host/reads/formReviews.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { writeWritten } from '../answering/merging.js'
import { completeUrgentNotes } from '../letters/urgent.js'
import { writeAboutForm } from '../letters/writing.js'
import { holderOf, inHand, type InHand, type SentAnswers } from './sentAnswers.js'

export type NotDecided =
  | { ok: false; reason: 'not-found' }
  /** Somebody has read it already. */
  | { ok: false; reason: 'over'; by: string | undefined; at: Utc | undefined }
  /** Somebody else is at it. */
  | { ok: false; reason: 'claimed'; by: string; since: Utc }
  /** It is not as the page showed it. */
  | { ok: false; reason: 'changed' }

export interface Deciding extends InHand {
  /** As the page showed it; undefined: whatever it is. */
  seen: number | undefined
}

function whyNotNow(
  portal: Portal,
  member: StaffMember,
  sent: SentAnswers | undefined,
  seen: number | undefined,
): NotDecided | undefined {
  if (!sent) return { ok: false, reason: 'not-found' }
  if (sent.state !== 'waiting') return { ok: false, reason: 'over', by: sent.reviewedBy, at: sent.reviewedAt }
  const holder = holderOf(portal, sent)
  if (holder && holder.by !== member.username) return { ok: false, reason: 'claimed', ...holder }
  return seen !== undefined && seen !== sent.version ? { ok: false, reason: 'changed' } : undefined
}

export type ClaimOutcome = { ok: true } | NotDecided | { ok: false; reason: 'no-such-colleague' }

/** For me, from whoever has it, back, or to a colleague. */
export async function claimAnswers(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  of: InHand,
  how: ClaimHow,
): Promise<ClaimOutcome> {
  const next = await holderToBe(portal, member, how, 'forms:review')
  if (!next) return { ok: false, reason: 'no-such-colleague' }
  return inHand(portal, of, async (tx, sent): Promise<ClaimOutcome> => {
    const refusal = whyNotNow(portal, member, sent, undefined)
    const isTaken = refusal?.reason === 'claimed' && !staysWith(refusal, member, how)
    if (!sent || (refusal && !isTaken)) return refusal ?? { ok: false, reason: 'not-found' }
    const at = next.to === undefined ? null : utc(portal.clock.now())
    await tx.change(`UPDATE foyer_form_responses SET claimed_by = :to, claimed_at = :at WHERE id = :id`, {
      ...{ id: sent.id, at, to: next.to ?? null },
    })
    await recordAudit(tx, portal.clock, actor, {
      ...{ event: claimEvents[how.kind], subject: subjectOf(sent), pid: sent.pid, record: sent.record },
      details: { from: holderOf(portal, sent)?.by ?? null, to: next.to ?? null },
    })
    return { ok: true }
  })
}

const claimEvents: Record<ClaimHow['kind'], string> = {
  claim: 'form.claimed',
  take: 'form.taken-over',
  release: 'form.released',
  'hand-over': 'form.handed-over',
}

function subjectOf({ id }: SentAnswers): string {
  return `form-response:${String(id)}`
}

export type ReviewOutcome = { ok: true } | NotDecided

/** Somebody has read it. What they note is kept with it; the host shows who it was. */
export function reviewAnswers(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { note, seen, ...of }: Deciding & { note: string },
): Promise<ReviewOutcome> {
  return inHand(portal, of, async (tx, sent): Promise<ReviewOutcome> => {
    const refusal = whyNotNow(portal, member, sent, seen)
    if (!sent || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    await settle(tx, portal, member, sent, { note, askedAgain: undefined })
    await tell(tx, portal, member, actor, 'form.reviewed', sent)
    return { ok: true }
  })
}

async function settle(
  tx: Tx,
  { clock }: Portal,
  member: StaffMember,
  sent: SentAnswers,
  { askedAgain, note }: { note: string; askedAgain: number | undefined },
): Promise<void> {
  await tx.change(
    `UPDATE foyer_form_responses
        SET state = 'reviewed', reviewed_by = :by, reviewed_at = :now, note = NULLIF(:note, ''), asked_again = :askedAgain,
            claimed_by = NULL, claimed_at = NULL, version = version + 1
      WHERE id = :id`,
    { id: sent.id, by: member.username, now: utc(clock.now()), note, askedAgain: askedAgain ?? null },
  )
  if (sent.flag === 'urgent') await completeUrgentNotes(tx, { clock }, sent, member.id)
  const { hostId, pid, responseId } = sent
  if (hostId === undefined || pid === undefined) return
  await markAudited(tx, { id: hostId, pid, responseId, userId: member.id, at: wallClock(clock.now()) })
}

async function tell(
  tx: Tx,
  { clock }: Portal,
  member: StaffMember,
  actor: Actor,
  event: string,
  sent: SentAnswers,
): Promise<void> {
  const { id, pid, receipt, record } = sent
  await recordAudit(tx, clock, actor, { event, subject: subjectOf(sent), pid, record, details: { receipt } })
  await publish(tx, clock, { event, payload: { response: id, pid: pid ?? null }, key: subjectOf(sent) })
  await writeHostLog(tx, {
    ...{ at: wallClock(clock.now()), event: 'patient-record-update', user: member.username, pid, success: true },
    ...{ comment: `Foyer: ${event}, ${receipt}`, from: 'portal-dashboard' },
  })
}

export type ReturnOutcome =
  | ReviewOutcome
  /** It is retired, or cannot be asked any more: nobody can answer it again. */
  | { ok: false; reason: 'no-such-form' }

/** The patient is asked the same again, with what staff say about it, beginning from what they answered. */
export function returnAnswers(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { seen, text, ...of }: Deciding & { text: string },
): Promise<ReturnOutcome> {
  return inHand(portal, of, async (tx, sent): Promise<ReturnOutcome> => {
    const refusal = whyNotNow(portal, member, sent, seen)
    if (!sent || refusal) return refusal ?? { ok: false, reason: 'not-found' }
    const to = targetOf(sent)
    const asked = await assignForm(tx, portal, actor, { form: sent.key, to, origin: 'hand' })
    const again = asked.ok || asked.reason === 'waits-already' ? asked.id : undefined
    if (again === undefined) return { ok: false, reason: 'no-such-form' }
    await sayWhy(tx, portal, sent, again, text)
    await beginFrom(tx, portal, sent, again)
    await settle(tx, portal, member, sent, { note: text, askedAgain: again })
    await tell(tx, portal, member, actor, 'form.returned', sent)
    await writeAboutForm(tx, portal, actor, { kind: 'form.returned', ...sent })
    return { ok: true }
  })
}

function targetOf({ accountId, pid, record }: SentAnswers): FormTarget {
  return pid === undefined ? { accountId: accountId ?? 0, record: record ?? '' } : { pid }
}

/**
 * What staff say stands on this one alone, beside what the practice said about the form when it asked it: later rounds say
 * that again, and nothing of the return.
 */
async function sayWhy(tx: Tx, { clock }: Portal, sent: SentAnswers, again: number, text: string): Promise<void> {
  await tx.change(
    `UPDATE foyer_form_assignments a
       LEFT JOIN foyer_form_assignments before_it ON before_it.id = (SELECT r.assignment_id FROM foyer_form_responses r WHERE r.id = :sent)
        SET a.return_note = :text, a.told_at = :now, a.note = IF(a.note = '', COALESCE(before_it.note, ''), a.note)
      WHERE a.id = :again`,
    { again, sent: sent.id, text: text.slice(0, 1000), now: utc(clock.now()) },
  )
}

/** Their answers stand there again, where the questionnaire is still the same and nothing was begun. */
async function beginFrom(tx: Tx, { clock, site }: Portal, sent: SentAnswers, assignment: number): Promise<void> {
  const row = keepsQuestionnaires(site) ? await activeVersion(tx, site, sent.key) : undefined
  if (!row || (await pinVersion(tx, clock, row)) !== sent.versionId) return
  const answers = writeWritten(new Map([...sent.answers].map(([path, values]) => [path, [[1, values, 'foyer', 0]]])))
  await tx.change(
    `INSERT IGNORE INTO foyer_form_fillings (assignment_id, version_id, revision, answers, begun_at, saved_at, saved_by)
     VALUES (:assignment, :versionId, 1, :answers, :now, :now, NULL)`,
    { assignment, versionId: sent.versionId, answers, now: utc(clock.now()) },
  )
}
