/** A wrong link is taken back: everything that linking changed is as before, and what was done meanwhile is listed. */
import { takeFormsBack } from '../../../access/formFiling.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { closeChart } from '../../../host/closeChart.js'
import { reopenNote } from '../../../host/noteTypes.js'
import { moveBack, type MovedBooking } from '../../../host/ownBookings.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock, type Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn } from '../../../platform/turns.js'
import { claimOf, inHand, openKeyOf, type Registration } from '../registrations.js'
import { tellOf } from './deed.js'
import type { GrantBefore } from './linking.js'

export interface StandingLink {
  id: number
  account_id: number
  pid: number
  record: string
  grant_before: GrantBefore | undefined
  allowed_before: string | null
  made_access: boolean
  new_chart: boolean
  moved: MovedBooking[]
  linked_by: string
  linked_at: Utc
}

/** The link that stands; undefined: there is none, or it was taken back. */
export async function standingLink(db: Queryable, registration: number): Promise<StandingLink | undefined> {
  const row = await db.first<
    Omit<StandingLink, 'grant_before' | 'made_access' | 'new_chart' | 'moved'> & {
      grant_before: unknown
      made_access: number
      new_chart: number
      moved: unknown
    }
  >(
    `SELECT id, account_id, pid, record, grant_before, allowed_before, made_access, new_chart, moved, linked_by, linked_at
       FROM foyer_registration_links WHERE registration_id = :registration AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
    { registration },
  )
  if (!row) return undefined
  return {
    ...row,
    grant_before: row.grant_before === null ? undefined : (jsonOf(row.grant_before) as GrantBefore),
    made_access: row.made_access === 1,
    new_chart: row.new_chart === 1,
    moved: jsonOf(row.moved) as MovedBooking[],
  }
}

/** MySQL gives the value of JSON, MariaDB its text. */
function jsonOf(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value
}

/** One thing that the account saw or did in the chart since it was linked. */
export interface Trace {
  id: number
  at: Utc
  event: string
  subject: string
}

const TRACES_MOST = 500

/** Newest first: by the trail's own key of who acted, since the link. Views are among them. */
export function tracesSince(db: Queryable, link: StandingLink): Promise<Trace[]> {
  return db.select<Trace>(
    `SELECT id, at, event, subject FROM foyer_audit
      WHERE actor_kind = 'account' AND actor_id = :account AND at >= :since AND (pid = :pid OR record = :record)
      ORDER BY id DESC LIMIT ${String(TRACES_MOST)}`, // sql-safe: a number
    { account: String(link.account_id), since: link.linked_at, pid: link.pid, record: link.record },
  )
}

export type UnlinkOutcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** It is not linked, or no longer. */
  | { ok: false; reason: 'not-linked' }

/**
 * The grant goes, or is as it was; what was booked in the own record goes back there; the chart says what it said, and
 * the row that was made for it in the host's portal goes, unless somebody else uses either by now. A chart that was
 * made stays: it is the practice's. The registration waits again.
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
      await takeBack(tx, portal, member, actor, row, link, reason)
      return { ok: true }
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
  link: StandingLink,
  reason: string,
): Promise<void> {
  const { clock } = portal
  const { account_id: accountId, pid, record } = link
  const own = await tx.first<{ own_record: string }>(`SELECT own_record FROM foyer_accounts WHERE id = :accountId`, {
    accountId,
  })
  await moveBack(tx, link.moved, { pid, record }, { record: own?.own_record ?? '' })
  await takeFormsBack(tx, { pid }, { record: own?.own_record ?? '' })
  await restoreGrant(tx, link)
  // A login that joined the account over this grant is the patient's, not the account holder's (access/personAccount.ts).
  if (!link.grant_before) {
    await tx.change(
      `UPDATE foyer_accounts SET host_pid = NULL WHERE id = :accountId AND host_pid = :pid AND password_hash IS NOT NULL`,
      { accountId, pid },
    )
  }
  const closed = await closeChart(tx, {
    ...{ pid, by: member.username, at: wallClock(clock.now()) },
    ...{ allowedBefore: link.allowed_before ?? undefined, madeAccess: link.made_access },
  })
  await tx.change(
    `UPDATE foyer_registration_links SET undone_by = :by, undone_at = :now, undone_reason = :reason WHERE id = :id`,
    { id: link.id, by: member.username, now: utc(clock.now()), reason },
  )
  await waitAgain(tx, portal, row)
  const subject = `account:${String(accountId)}`
  await recordAudit(tx, clock, actor, { event: 'grant.revoked', subject, pid, record, details: { why: 'wrong-link' } })
  await tellOf(tx, portal, member, actor, { event: 'registration.unlinked', row, pid, details: { ...closed } })
  await publish(tx, clock, { event: 'record.unlinked', payload: { account: accountId, pid, record } })
}

/** There was none before, so there is none: a grant that was never meant must not bar the account from the chart. */
async function restoreGrant(tx: Tx, { grant_before: before, record }: StandingLink): Promise<void> {
  if (!before) {
    // One that staff have revoked since stays revoked: that is lifted in so many words.
    await tx.change(`DELETE FROM foyer_grants WHERE record = :record AND revoked_at IS NULL`, { record })
    return
  }
  await tx.change(
    `UPDATE foyer_grants SET relationship = :relationship, extent = :extent, valid_until = :until, version = version + 1 WHERE id = :id`,
    { id: before.id, relationship: before.relationship, extent: before.extent, until: before.valid_until },
  )
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
