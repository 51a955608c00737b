/** A wrong link is taken back: everything that linking changed is as before, and what was done meanwhile is listed. */
import { comingFrom } from '../../../access/codeJoining.js'
import { movedIn, nothingMoved, takeOwnRecordBack, type Moved } from '../../../access/ownRecord.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { takeBackWhatWasSent, type TakenBack } from '../../../access/wrongGrant.js'
import { closeChart } from '../../../host/closeChart.js'
import { reopenNote } from '../../../host/noteTypes.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn } from '../../../platform/turns.js'
import { claimOf, findRegistration, inHand, openKeyOf, type Registration } from '../registrations.js'
import { codesUsedSince, withoutLink, type Stays } from './codesUsed.js'
import { tellOf } from './deed.js'
import { accountsOf, linkedSince, linksStanding, standingLink, type Link } from './links.js'

export type UnlinkOutcome =
  /** `codesLost`: PINs and codes used meanwhile whose gift no row can say beside what there was before. */
  | { ok: true; link: number; codesLost: number }
  | { ok: false; reason: 'not-found' }
  /** It is not linked, or no longer. */
  | { ok: false; reason: 'not-linked' }

/**
 * The grant goes, or is as it was; what was in the own record goes back there, and what was sent through the wrong grant
 * and still waits; the chart says what it said, and the row that was made for it in the host's portal goes, unless
 * somebody else uses either by now. A chart that was made stays: it is the practice's. The registration waits again.
 */
export async function unlinkRegistration(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { id, reason }: { id: number; reason: string },
): Promise<UnlinkOutcome> {
  const known = await standingLink(portal.db, id)
  const turns = known ? [chartTurn(known.pid)] : []
  return inHand(
    portal,
    id,
    async (tx, row): Promise<UnlinkOutcome> => {
      if (!row) return { ok: false, reason: 'not-found' }
      const link = row.state === 'linked' ? await standingLink(tx, id) : undefined
      if (!link || link.id !== known?.id) return { ok: false, reason: 'not-linked' }
      const codesLost = await takeBack(tx, portal, member, actor, row, link, reason)
      return { ok: true, link: link.id, codesLost }
    },
    turns,
  )
}

async function takeBack(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  row: Registration,
  link: Link,
  reason: string,
): Promise<number> {
  const { pid } = link
  await tx.change(
    `UPDATE foyer_registration_links SET undone_by = :by, undone_at = :now, undone_reason = :reason WHERE id = :id`,
    { id: link.id, by: member.username, now: utc(portal.clock.now()), reason },
  )
  // By another registration the account opens this chart still: what this link brought is that one's from now on.
  const [other] = await linksStanding(tx, link.account_id, pid)
  const details = other ? await handOver(tx, row, link, other) : await shutChart(tx, portal, member, actor, row, link)
  await waitAgain(tx, portal, row)
  await tellOf(tx, portal, member, actor, { event: 'registration.unlinked', row, pid, details })
  // What was taken out along with it, a moment after it was begun, is in its list, too (traces.ts).
  await tx.change(`UPDATE foyer_registration_links SET undone_at = :now WHERE id = :id`, {
    ...{ id: link.id, now: utc(portal.clock.now()) },
  })
  return 'codesLost' in details ? details.codesLost : 0
}

async function handOver(tx: Tx, row: Registration, link: Link, other: Link): Promise<{ standsBy: number }> {
  const own = await ownRecordOf(tx, link)
  const [mine, theirs] = [await movedIn(tx, link.moved, own, link.pid), await movedIn(tx, other.moved, own, link.pid)]
  await tx.change(
    `UPDATE foyer_registration_links
        SET allowed_before = COALESCE(allowed_before, :allowed), made_access = GREATEST(made_access, :made), moved = :moved
      WHERE id = :id`,
    {
      ...{ id: other.id, allowed: link.allowed_before, made: link.made_access ? 1 : 0 },
      moved: JSON.stringify(bothMoved(theirs, mine)),
    },
  )
  const stands = await findRegistration(tx, other.registration_id)
  if (stands && link.grant_before?.relationship !== 'self') {
    await tx.change(
      `UPDATE foyer_grants SET relationship = :to, version = version + 1 WHERE record = :record AND relationship = :was`,
      { record: link.record, was: row.relationship, to: stands.relationship },
    )
  }
  return { standsBy: other.registration_id }
}

function bothMoved(one: Moved, other: Moved): Moved {
  return {
    bookings: [...one.bookings, ...other.bookings],
    uploads: [...one.uploads, ...other.uploads],
    submissions: [...one.submissions, ...other.submissions],
    assignments: [...one.assignments, ...other.assignments],
    twins: [...one.twins, ...other.twins],
    responses: [...one.responses, ...other.responses],
  }
}

async function ownRecordOf(tx: Tx, { account_id: accountId }: Link): Promise<string> {
  const own = await tx.first<{ own_record: string }>(`SELECT own_record FROM foyer_accounts WHERE id = :accountId`, {
    accountId,
  })
  return own?.own_record ?? ''
}

const nothingTaken: TakenBack = { files: 0, documents: 0, forms: 0, changes: 0, bookings: 0, cancellations: 0 }

async function shutChart(tx: Tx, portal: Portal, member: StaffMember, actor: Actor, row: Registration, link: Link) {
  const { clock } = portal
  const { account_id: accountId, pid, record } = link
  const own = { record: await ownRecordOf(tx, link) }
  const accounts = await accountsOf(tx, link)
  const { lost, stays } = await withoutLink(tx, portal, link, await codesUsedSince(tx, link, accounts))
  const moved = stays?.byCode === true ? nothingMoved : await movedIn(tx, link.moved, own.record, pid)
  await takeOwnRecordBack(tx, { accounts, pid, record }, own, moved)
  const sent = { accounts, pid, record, since: await linkedSince(tx, link) }
  const taken = stays ? nothingTaken : await takeBackWhatWasSent(tx, portal, actor, sent, own)
  await restoreGrant(tx, portal, link, row, stays)
  // A login that joined the account over this grant is the patient's, not the account holder's (access/personAccount.ts).
  if (!stays) {
    await tx.change(
      `UPDATE foyer_accounts SET host_pid = NULL WHERE id = :accountId AND host_pid = :pid AND password_hash IS NOT NULL`,
      { accountId, pid },
    )
  }
  const closed = await closeChart(tx, {
    ...{ pid, by: member.username, at: wallClock(clock.now()) },
    ...{ allowedBefore: link.allowed_before ?? undefined, madeAccess: link.made_access },
  })
  const [subject, why] = [`account:${String(accountId)}`, 'wrong-link']
  const event = stays ? 'grant.changed' : 'grant.revoked'
  await publish(tx, clock, { event: 'record.unlinked', payload: { account: accountId, pid, record } })
  await recordAudit(tx, clock, actor, { event, subject, pid, record, details: { why } })
  for (const { id } of lost) {
    await recordAudit(tx, clock, actor, { event: 'code.lost', subject: `code:${String(id)}`, pid, record })
  }
  return { ...closed, ...taken, codesLost: lost.length }
}

/**
 * There was none before, so there is none: a grant that was never meant must not bar the account from the chart. What
 * was there is as it was, but what staff have decided on it since. What opens from a day to come on is closed until then.
 */
async function restoreGrant(
  tx: Tx,
  portal: Portal,
  { grant_before: before, record }: Link,
  row: Registration,
  stays: Stays | undefined,
) {
  if (stays) {
    const left = before?.relationship === 'self' ? 'self' : row.relationship
    await tx.change(
      `UPDATE foyer_grants
          SET relationship = IF(relationship = :left, :relationship, relationship), extent = IF(extent = 'full', :extent, extent),
              valid_from = GREATEST(valid_from, COALESCE(:from, valid_from)), valid_until = COALESCE(valid_until, :until),
              version = version + 1
        WHERE record = :record`,
      {
        ...{ record, left, relationship: stays.relationship, extent: stays.extent, until: stays.until ?? null },
        from: comingFrom(stays, portal) ?? null,
      },
    )
    return
  }
  // One that staff have revoked since stays revoked: that is lifted in so many words.
  const grant = await tx.first<{ id: number }>(
    `SELECT id FROM foyer_grants WHERE record = :record AND revoked_at IS NULL FOR UPDATE`,
    { record },
  )
  if (!grant) return
  // What was decided on it meanwhile is in the trail; a later grant must not be found with its history.
  await tx.change(`DELETE FROM foyer_grant_changes WHERE grant_id = :id`, grant)
  await tx.change(`DELETE FROM foyer_grant_notices WHERE grant_id = :id`, grant)
  await tx.change(`DELETE FROM foyer_grants WHERE id = :id`, grant)
}

/** Unless the same account has asked for the same person anew meanwhile: that one waits then. */
async function waitAgain(tx: Tx, { clock }: Portal, row: Registration): Promise<void> {
  const openKey = openKeyOf(row.account_id, claimOf(row))
  const other = await tx.first<{ id: number }>(`SELECT id FROM foyer_registrations WHERE open_key = :openKey`, {
    openKey,
  })
  await tx.change(
    `UPDATE foyer_registrations
        SET state = IF(:other, 'withdrawn', 'waiting'), open_key = IF(:other, NULL, :openKey), pid = NULL,
            decided_by = NULL, decided_at = IF(:other, :now, NULL), decision_reason = NULL, version = version + 1
      WHERE id = :id`,
    { id: row.id, openKey, other: other ? 1 : 0, now: utc(clock.now()) },
  )
  if (row.note_id !== null && !other) await reopenNote(tx, row.note_id, wallClock(clock.now()))
}
