/** Two accounts of one person become one, or one of them is shut. */
import { widerExtent } from '../../../access/codes.js'
import { tellOfMerge } from '../../../access/merged.js'
import { joinOwnRecords } from '../../../access/ownRecord.js'
import type { Portal } from '../../../access/portal.js'
import { moveFactors } from '../../../access/movingFactors.js'
import { factorOwner, type FactorOwner } from '../../../access/secondFactors.js'
import { endSessions } from '../../../access/sessions.js'
import type { StaffMember } from '../../../access/staff.js'
import { writeHostLog } from '../../../host/log.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { utc, wallClock, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { accountTurn, chartTurn, recordTurn, takeTurn } from '../../../platform/turns.js'
import { claimOf, findRegistration, isOpen, openKeyOf } from '../registrations.js'
import { linksStanding, type GrantBefore } from './links.js'

export type AccountOutcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** Disabled or merged already: by whom. */
  | { ok: false; reason: 'not-in-use'; by: string | undefined }
  /** In use already, or joined with another. */
  | { ok: false; reason: 'not-disabled' }
  /** With itself, or with one that is not in use. */
  | { ok: false; reason: 'no-other' }

interface AccountRow {
  id: number
  own_record: string
  disabled_at: Utc | null
  disabled_by: string | null
  merged_into: number | null
}

/** Nobody signs in with it any more, and whoever is signed in is out. Its grants stay as they are, and open nothing. */
export function disableAccount(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { account, reason }: { account: number; reason: string },
): Promise<AccountOutcome> {
  return portal.db.transaction(async (tx): Promise<AccountOutcome> => {
    await takeTurn(tx, [accountTurn(account)])
    const row = await lockAccount(tx, account)
    if (!row) return { ok: false, reason: 'not-found' }
    if (row.disabled_at !== null) return { ok: false, reason: 'not-in-use', by: row.disabled_by ?? undefined }
    await shut(tx, portal, member, { account, reason, into: undefined })
    await tellOf(tx, portal, member, actor, { event: 'account.disabled', account, details: {} })
    return { ok: true }
  })
}

/** What was disabled signs in again, and its grants open what they opened. One that was joined with another stays so. */
export function enableAccount(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  account: number,
): Promise<AccountOutcome> {
  return portal.db.transaction(async (tx): Promise<AccountOutcome> => {
    await takeTurn(tx, [accountTurn(account)])
    const row = await lockAccount(tx, account)
    if (!row) return { ok: false, reason: 'not-found' }
    if (row.disabled_at === null || row.merged_into !== null) return { ok: false, reason: 'not-disabled' }
    await tx.change(
      `UPDATE foyer_accounts SET disabled_at = NULL, disabled_by = NULL, disabled_reason = NULL WHERE id = :account`,
      { account },
    )
    await tellOf(tx, portal, member, actor, { event: 'account.enabled', account, details: {} })
    return { ok: true }
  })
}

/**
 * `from` goes into `into`: records, bookings, files, forms and registrations move; what was revoked for one is revoked
 * for both.
 */
export async function mergeAccounts(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { from, into, reason }: { from: number; into: number; reason: string },
): Promise<AccountOutcome> {
  if (from === into) return { ok: false, reason: 'no-other' }
  const known = await portal.db.select<AccountRow>(
    `SELECT id, own_record, disabled_at, disabled_by, merged_into FROM foyer_accounts WHERE id IN (:both)`,
    { both: [from, into] },
  )
  // Of their charts too: who revokes a grant (families/deciding.ts) takes the patient's turn.
  const charts = await portal.db.select<{ pid: number }>(`SELECT pid FROM foyer_grants WHERE account_id IN (:both)`, {
    both: [from, into],
  })
  const turns = [
    ...known.flatMap(({ id, own_record }) => [accountTurn(id), recordTurn(own_record)]),
    ...charts.map(({ pid }) => chartTurn(pid)),
  ]
  return portal.db.transaction(async (tx): Promise<AccountOutcome> => {
    await takeTurn(tx, turns)
    const [one, other] = [await lockAccount(tx, from), await lockAccount(tx, into)]
    if (!one) return { ok: false, reason: 'not-found' }
    if (one.disabled_at !== null) return { ok: false, reason: 'not-in-use', by: one.disabled_by ?? undefined }
    if (other?.disabled_at !== null) return { ok: false, reason: 'no-other' }
    await moveLinks(tx, portal, one.id, other.id)
    const grants = await moveGrants(tx, portal, one.id, other.id)
    await moveLogin(tx, one.id, other.id)
    const bookings = await moveBookings(tx, one, other)
    await joinOwnRecords(tx, portal, one, other)
    const registrations = await moveRegistrations(tx, portal, one.id, other.id)
    await moveLetters(tx, one.id, other.id)
    const guarded = await moveFactors(tx, portal, factorOf(one), factorOf(other))
    // Whoever is in came in by a password alone.
    if (guarded) await endSessions(tx, 'patient', other.id)
    await shut(tx, portal, member, { account: one.id, reason, into: other.id })
    await tellOfMerge(tx, portal, actor, { kind: 'account.merged', to: one.id, stays: other.id })
    await tellOfMerge(tx, portal, actor, { kind: 'account.joined', to: other.id, stays: other.id })
    const details = { into: other.id, grants, bookings, registrations, factors: guarded ? 1 : 0 }
    await tellOf(tx, portal, member, actor, { event: 'account.merged', account: one.id, details })
    return { ok: true }
  })
}

function factorOf({ id }: AccountRow): FactorOwner {
  return factorOwner({ kind: 'account', id })
}

function lockAccount(tx: Tx, id: number): Promise<AccountRow | undefined> {
  return tx.first<AccountRow>(
    `SELECT id, own_record, disabled_at, disabled_by, merged_into FROM foyer_accounts WHERE id = :id FOR UPDATE`,
    { id },
  )
}

/** A chart that both open is opened as far as either had it; a revocation of either holds. */
async function moveGrants(tx: Tx, { clock }: Portal, from: number, into: number): Promise<number> {
  const now = utc(clock.now())
  await tx.change(
    `UPDATE foyer_grants theirs JOIN foyer_grants mine ON mine.pid = theirs.pid AND mine.account_id = :from
        SET theirs.revoked_at = mine.revoked_at, theirs.revoked_by = mine.revoked_by, theirs.revoked_reason = mine.revoked_reason,
            theirs.version = theirs.version + 1
      WHERE theirs.account_id = :into AND theirs.revoked_at IS NULL AND mine.revoked_at IS NOT NULL`,
    { from, into },
  )
  for (const pair of await pairsOf(tx, from, into)) await joinPair(tx, pair, now)
  const moved = await tx.change(
    `UPDATE foyer_grants mine LEFT JOIN foyer_grants theirs ON theirs.pid = mine.pid AND theirs.account_id = :into
        SET mine.account_id = :into WHERE mine.account_id = :from AND theirs.id IS NULL`,
    { from, into },
  )
  await tx.change(
    `UPDATE foyer_grants SET revoked_at = :now, revoked_by = 'Foyer', revoked_reason = 'merged'
      WHERE account_id = :from AND revoked_at IS NULL`,
    { from, now },
  )
  return moved
}

interface PairedGrant extends GrantBefore {
  account_id: number
  pid: number
  valid_from: Utc
  exempt_at: Utc | null
  exempt_by: string | null
  exempt_reason: string | null
}

interface Pair {
  mine: PairedGrant
  theirs: PairedGrant
}

/** Charts that both accounts open, or opened. */
async function pairsOf(tx: Tx, from: number, into: number): Promise<Pair[]> {
  const rows = await tx.select<PairedGrant>(
    `SELECT id, record, relationship, extent, valid_from, valid_until, revoked_at, revoked_by, exempt_at, exempt_by, exempt_reason,
            account_id, pid
       FROM foyer_grants WHERE account_id IN (:from, :into) ORDER BY id`,
    { from, into },
  )
  return rows.flatMap((mine) => {
    const theirs = rows.find((row) => row.account_id === into && row.pid === mine.pid)
    return mine.account_id === from && theirs ? [{ mine, theirs }] : []
  })
}

/** Everything that was done in the one record is found in the other, links and what they would take back too. */
async function joinPair(tx: Tx, { mine, theirs }: Pair, now: Utc): Promise<void> {
  const joined = theirs.revoked_at === null ? joinedGrant(theirs, mine, now) : theirs
  const exempt = theirs.exempt_at === null ? mine : theirs
  await tx.change(
    `UPDATE foyer_grants
        SET relationship = :relationship, extent = :extent, valid_from = :from, valid_until = :until, exempt_at = :exemptAt,
            exempt_by = :exemptBy, exempt_reason = :exemptReason, version = version + 1
      WHERE id = :id`,
    {
      ...{ id: theirs.id, relationship: joined.relationship, extent: joined.extent },
      ...{ from: joined.valid_from, until: joined.valid_until },
      ...{ exemptAt: exempt.exempt_at, exemptBy: exempt.exempt_by, exemptReason: exempt.exempt_reason },
    },
  )
  for (const table of ofRecords) {
    // sql-safe: a constant
    await tx.change(`UPDATE ${table} SET record = :into WHERE record = :from`, {
      from: mine.record,
      into: theirs.record,
    })
  }
}

const ofRecords = [
  ...['foyer_appointment_requests', 'foyer_cancellation_requests', 'foyer_uploads', 'foyer_submissions'],
  'foyer_profile_changes',
] as const

/**
 * As far as either runs: one that has ended gives nothing to the other, and one that has not begun gives nothing before
 * its day, nor shuts the other until then.
 */
function joinedGrant<Kind extends GrantBefore>(theirs: Kind, mine: Kind, now: Utc): Kind {
  const isOver = (one: Kind) => one.revoked_at !== null || (one.valid_until !== null && one.valid_until <= now)
  const isComing = ({ valid_from: from = '' }: Kind) => from > now
  if (isOver(mine) || (isComing(mine) && !isComing(theirs) && !isOver(theirs))) return theirs
  const relationship = [theirs, mine].some((each) => each.relationship === 'self') ? 'self' : theirs.relationship
  if (isOver(theirs) || (isComing(theirs) && !isComing(mine))) {
    const { extent, valid_from, valid_until } = mine
    return { ...theirs, relationship, extent, valid_from, valid_until }
  }
  const ends = [theirs.valid_until, mine.valid_until]
  return {
    ...{ ...theirs, relationship, extent: widerExtent(theirs.extent, mine.extent) },
    valid_from: (theirs.valid_from ?? '') > (mine.valid_from ?? '') ? theirs.valid_from : mine.valid_from,
    valid_until: ends.includes(null) ? null : (ends.toSorted().at(-1) ?? null),
  }
}

/**
 * The host's login too, where the one that remains has none and is the patient's own: its password is changed there,
 * and a reset ends the sessions there.
 */
async function moveLogin(tx: Tx, from: number, into: number): Promise<void> {
  const login = await tx.first<{ pid: number }>(
    `SELECT mine.host_pid AS pid FROM foyer_accounts mine
       JOIN foyer_accounts theirs ON theirs.id = :into AND theirs.host_pid IS NULL
       JOIN foyer_grants g ON g.account_id = theirs.id AND g.pid = mine.host_pid AND g.relationship = 'self' AND g.revoked_at IS NULL
      WHERE mine.id = :from`,
    { from, into },
  )
  if (!login) return
  await tx.change(`UPDATE foyer_accounts SET host_pid = NULL WHERE id = :from`, { from })
  await tx.change(`UPDATE foyer_accounts SET host_pid = :pid WHERE id = :into`, { into, pid: login.pid })
}

async function moveBookings(tx: Tx, from: AccountRow, into: AccountRow): Promise<number> {
  const values = { from: from.id, into: into.id, fromRecord: from.own_record, intoRecord: into.own_record }
  // Seats and wishes are named by the record: what waits is counted without them too.
  const moved = await tx.change(
    `UPDATE foyer_appointment_requests
        SET record = :intoRecord, open_key = NULL, open_seat = NULL, version = version + 1
      WHERE record = :fromRecord AND pid IS NULL`,
    values,
  )
  await tx.change(`UPDATE foyer_appointment_requests SET account_id = :into WHERE account_id = :from`, values)
  await tx.change(`UPDATE foyer_cancellation_requests SET record = :intoRecord WHERE record = :fromRecord`, values)
  await tx.change(`UPDATE foyer_cancellation_requests SET account_id = :into WHERE account_id = :from`, values)
  return moved
}

/** One that waits for somebody for whom another waits already is joined with it. */
async function moveRegistrations(tx: Tx, { clock }: Portal, from: number, into: number): Promise<number> {
  const rows = await tx.select<{ id: number }>(`SELECT id FROM foyer_registrations WHERE account_id = :from`, { from })
  for (const { id } of rows) {
    const row = await findRegistration(tx, id)
    if (!row) continue
    const openKey = isOpen(row) ? openKeyOf(into, claimOf(row)) : null
    const other =
      openKey === null
        ? undefined
        : await tx.first<{ id: number }>(`SELECT id FROM foyer_registrations WHERE open_key = :openKey`, { openKey })
    await tx.change(
      `UPDATE foyer_registrations
          SET account_id = :into, open_key = IF(:other, NULL, :openKey), state = IF(:other, 'merged', state),
              decided_at = IF(:other, :now, decided_at), version = version + 1
        WHERE id = :id`,
      { id, into, openKey, other: other ? 1 : 0, now: utc(clock.now()) },
    )
  }
  return rows.length
}

/** One that never arrived waits for staff on the page of the account that stays (web/letters.ts). */
async function moveLetters(tx: Tx, from: number, into: number): Promise<void> {
  await tx.change(`UPDATE foyer_letters SET account_id = :into WHERE account_id = :from`, { from, into })
}

/**
 * So that each is taken back as exactly as before. Where both accounts have the chart, a link's record is that of the
 * grant that stays; and what is left without the link is what either had without it.
 */
async function moveLinks(tx: Tx, { clock }: Portal, from: number, into: number): Promise<void> {
  for (const { mine, theirs } of await pairsOf(tx, from, into)) {
    const [ofMine, ofTheirs] = [await linksStanding(tx, from, mine.pid), await linksStanding(tx, into, mine.pid)]
    const links = [...ofMine, ...ofTheirs].map(({ id }) => id)
    const without = joinedRoots(
      ofTheirs[0] ? ofTheirs[0].grant_before : theirs,
      ofMine[0] ? ofMine[0].grant_before : mine,
      utc(clock.now()),
    )
    const root = without && JSON.stringify({ ...without, id: theirs.id, record: theirs.record })
    if (links.length > 0) {
      await tx.change(`UPDATE foyer_registration_links SET grant_before = :root WHERE id IN (:links)`, {
        links,
        root: root ?? null,
      })
    }
    await tx.change(`UPDATE foyer_registration_links SET record = :into WHERE record = :from`, {
      from: mine.record,
      into: theirs.record,
    })
  }
  await tx.change(`UPDATE foyer_registration_links SET account_id = :into WHERE account_id = :from`, { from, into })
}

function joinedRoots(theirs: GrantBefore | undefined, mine: GrantBefore | undefined, now: Utc) {
  return theirs && mine ? joinedGrant(theirs, mine, now) : (theirs ?? mine)
}

async function shut(
  tx: Tx,
  { clock }: Portal,
  member: StaffMember,
  { account, into, reason }: { account: number; reason: string; into: number | undefined },
): Promise<void> {
  await tx.change(
    `UPDATE foyer_accounts
        SET disabled_at = :now, disabled_by = :by, disabled_reason = :reason, merged_into = :into WHERE id = :account`,
    { account, reason: reason.slice(0, 255), into: into ?? null, by: member.username, now: utc(clock.now()) },
  )
  await endSessions(tx, 'patient', account)
}

async function tellOf(
  tx: Tx,
  { clock }: Portal,
  member: StaffMember,
  actor: Actor,
  deed: { event: string; account: number; details: Record<string, number> },
): Promise<void> {
  const subject = `account:${String(deed.account)}`
  await recordAudit(tx, clock, actor, { event: deed.event, subject, details: deed.details })
  await publish(tx, clock, { event: deed.event, payload: { account: deed.account, ...deed.details }, key: subject })
  await writeHostLog(tx, {
    at: wallClock(clock.now()),
    event: 'patient-access',
    user: member.username,
    comment: `Foyer: ${deed.event}, account ${String(deed.account)}`,
    success: true,
    from: 'portal-dashboard',
  })
}
