/** A registration finds its chart, or gets a new one: the grant, the chart's YES, and what was booked before. */
import { grant } from '../../../access/accounts.js'
import { openingOn } from '../../../access/ages.js'
import { isBarred } from '../../../access/codeBars.js'
import { comingFrom } from '../../../access/codeJoining.js'
import { beginOf } from '../../../access/grantDays.js'
import { writeLetter } from '../../../access/letters.js'
import { moveOwnRecord, nothingMoved, type Moved } from '../../../access/ownRecord.js'
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { createChart } from '../../../host/newChart.js'
import { openChart } from '../../../host/openChart.js'
import { findChart } from '../../../host/reads/candidates.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { day as dayOf, utc, wallClock, type Day, type Utc } from '../../../platform/clock.js'
import type { Queryable, Tx } from '../../../platform/database.js'
import { isLanguage } from '../../../platform/i18n.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { refreshKeys } from '../keeping.js'
import { inHand, personOf, type Registration } from '../registrations.js'
import { settle, tellOf, whyNotNow, type Deciding, type NotDecided } from './deed.js'
import { linksStanding, type GrantBefore } from './links.js'

export interface LinkInput extends Deciding {
  /** The chart; undefined: a new one is made. */
  pid: number | undefined
  /** What the account booked, sent and answered in its own record goes to the chart. */
  move: boolean
  /** The first day on which it opens anything. Undefined: today. */
  from?: Day | undefined
  /** Staff have read that somebody of this name or address lost this chart, and mean it. */
  despite?: boolean
}

export type LinkOutcome =
  | { ok: true; pid: number; record: string }
  | NotDecided
  /** No such chart. */
  | { ok: false; reason: 'no-chart' }
  /** Staff took this chart from this account: it is given back there, in so many words, not here. */
  | { ok: false; reason: 'revoked'; by: string | undefined }
  /** Staff took it from somebody of this name or e-mail address: asked for once more. */
  | { ok: false; reason: 'barred' }
  /** At the patient's age it would open nothing to a parent or guardian (access/ages.ts). */
  | { ok: false; reason: 'of-age' }
  /** The account was disabled, or merged into another. */
  | { ok: false; reason: 'no-account' }
  /** The account opens this chart from a day to come on: no link opens it before, as no code does (codeJoining.ts). */
  | { ok: false; reason: 'not-begun'; from: Utc }
  /** A first day is said, and the account has or had this chart already: it is set there. */
  | { ok: false; reason: 'has-access' }
  /** A first day is said, and the chart is their own, which opens at once, as by a code (codeIssuing.ts). */
  | { ok: false; reason: 'own-later' }

interface Holder {
  id: number
  own_record: string
  email: string | null
  display_name: string
  language: string | null
}

/** One transaction. Everything that it changed is kept beside it, so that it can be undone exactly (unlinking.ts). */
export async function linkRegistration(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: LinkInput,
): Promise<LinkOutcome> {
  const { id, pid: wanted } = input
  const turns = wanted === undefined ? [] : [chartTurn(wanted)]
  const outcome = await inHand(portal, id, (tx, row) => linkInTurn(portal, tx, member, actor, row, input), turns)
  if (outcome.ok) {
    const chart = await findChart(portal.db, portal.site, outcome.pid)
    if (chart) await refreshKeys(portal, [chart])
  }
  return outcome
}

async function linkInTurn(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  row: Registration | undefined,
  { despite = false, from: day, move, pid: wanted, seen }: LinkInput,
): Promise<LinkOutcome> {
  const refusal = whyNotNow(portal, member, row, seen)
  if (!row || refusal) return refusal ?? { ok: false, reason: 'not-found' }
  const holder = await accountOf(tx, row.account_id)
  if (!holder) return { ok: false, reason: 'no-account' }
  const chart = wanted === undefined ? undefined : await findChart(tx, portal.site, wanted)
  if (wanted !== undefined && !chart) return { ok: false, reason: 'no-chart' }
  const from = day !== undefined && day > dayOf(portal.clock.now()) ? beginOf(day, portal.clock.zone) : undefined
  if (from !== undefined && row.for_whom === 'me') return { ok: false, reason: 'own-later' }
  if (opensNothing(portal, row, chart, day)) return { ok: false, reason: 'of-age' }
  const pid = wanted ?? (await makeChart(tx, portal, member, row, holder))
  const before = await grantBefore(tx, holder.id, pid)
  if (before?.revoked_at != null) return { ok: false, reason: 'revoked', by: before.revoked_by ?? undefined }
  const comes = before && comingFrom({ from: before.valid_from }, portal)
  if (comes !== undefined) return { ok: false, reason: 'not-begun', from: comes }
  if (from !== undefined && before) return { ok: false, reason: 'has-access' }
  if (!despite && (await lostIt(tx, pid, row, holder.display_name))) return { ok: false, reason: 'barred' }

  const granted = await openTo(tx, portal, actor, row, { pid, before, from })
  const allowedBefore = await allowedNow(tx, portal, pid)
  const opened = await openChart(tx, { pid, by: member.username, at: wallClock(portal.clock.now()) })
  const own = { record: holder.own_record }
  const moved = move ? await moveOwnRecord(tx, portal, own, { record: granted, pid }) : nothingMoved
  // By another registration the account opens it already: as it was before that one is as it was before both.
  const [first] = await linksStanding(tx, holder.id, pid)
  const root = first ? first.grant_before : before
  const made: Made = { pid, record: granted, before: root, allowedBefore: opened.allowed ? allowedBefore : undefined }
  await remember(tx, portal, member, row, { ...made, madeAccess: opened.row, newChart: wanted === undefined, moved })
  await settle(tx, portal, member, row, { state: 'linked', pid, reason: '' })
  const details = {
    ...{ newChart: wanted === undefined, allowed: opened.allowed, madeAccess: opened.row },
    ...{ moved: moved.bookings.length, files: moved.uploads.length, forms: moved.assignments.length },
    ...{ relationship: row.relationship, ...(from === undefined ? {} : { from }) },
  }
  await tellOf(tx, portal, member, actor, { event: 'registration.linked', row, pid, details })
  await publish(tx, portal.clock, { event: 'record.linked', payload: { account: holder.id, pid, record: granted } })
  // From a day to come on, both sides are told of that day (accounts, families/firstDays.ts).
  if (from === undefined) await writeToHolder(tx, portal, actor, holder, { kind: 'registration.linked', row, pid })
  return { ok: true, pid, record: granted }
}

/** Undefined: gone or disabled. Locked: nobody merges it meanwhile. */
export function accountOf(tx: Tx, id: number): Promise<Holder | undefined> {
  return tx.first<Holder>(
    `SELECT id, own_record, email, display_name, language FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL FOR UPDATE`,
    { id },
  )
}

async function makeChart(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  row: Registration,
  holder: Holder,
): Promise<number> {
  const pid = await createChart(tx, {
    ...{ firstName: row.first_name, middleName: row.middle_name, lastName: row.last_name, birthName: row.birth_name },
    ...{ born: row.born, sex: row.sex, phone: row.phone, email: row.email, postalCode: row.postal_code },
    guardian: row.for_whom === 'me' ? undefined : { name: holder.display_name, relationship: row.relationship },
    at: wallClock(portal.clock.now()),
    by: member.id,
  })
  await takeTurn(tx, [chartTurn(pid)])
  return pid
}

/** `chart`: undefined where a new one is made, which says what the registration says. `from`: on that day, or today. */
export function opensNothing(
  { clock, settings }: Pick<Portal, 'clock' | 'settings'>,
  { born, relationship }: Pick<Registration, 'born' | 'relationship'>,
  chart: { born: Day | undefined } | undefined,
  from?: Day,
): boolean {
  const grant = { relationship, extent: 'full', born: chart ? chart.born : born, exempt: false }
  const today = dayOf(clock.now())
  return openingOn(grant, from !== undefined && from > today ? from : today, settings()).extent === undefined
}

/** Somebody with this account, name or e-mail address lost the chart, by another account perhaps. `name`: the holder's. */
export function lostIt(db: Queryable, pid: number, row: Registration, name: string): Promise<boolean> {
  const recipient = row.for_whom === 'me' ? personOf(row) : name
  return isBarred(db, pid, { recipient, accountId: row.account_id, email: row.email })
}

function grantBefore(tx: Tx, accountId: number, pid: number): Promise<GrantBefore | undefined> {
  return tx.first<GrantBefore>(
    `SELECT id, record, relationship, extent, valid_from, valid_until, revoked_at, revoked_by
       FROM foyer_grants WHERE account_id = :accountId AND pid = :pid`,
    { accountId, pid },
  )
}

/** A new grant, or the one there is, without its end and with everything open. Answers its record. */
async function openTo(
  tx: Tx,
  { clock }: Portal,
  actor: Actor,
  row: Registration,
  { before, from, pid }: { pid: number; before: GrantBefore | undefined; from: Utc | undefined },
): Promise<string> {
  const { account_id: accountId } = row
  if (!before) {
    return grant(tx, clock, { accountId, pid, relationship: row.relationship, extent: 'full', from, by: actor })
  }
  // Their own chart stays their own: as another's, the ages would close it to them.
  const relationship = before.relationship === 'self' ? 'self' : row.relationship
  await tx.change(
    `UPDATE foyer_grants SET relationship = :relationship, extent = 'full', valid_until = NULL, version = version + 1 WHERE id = :id`,
    { id: before.id, relationship },
  )
  await recordAudit(tx, clock, actor, {
    ...{ event: 'grant.made', subject: `account:${String(accountId)}`, pid, record: before.record },
    details: { relationship, extent: 'full' },
  })
  return before.record
}

async function allowedNow(tx: Tx, { site }: Portal, pid: number): Promise<string> {
  return (await findChart(tx, site, pid))?.allowed ?? ''
}

interface Made {
  pid: number
  record: string
  before: GrantBefore | undefined
  /** Undefined: the chart said YES already. */
  allowedBefore: string | undefined
}

async function remember(
  tx: Tx,
  { clock }: Portal,
  member: StaffMember,
  row: Registration,
  made: Made & { madeAccess: boolean; newChart: boolean; moved: Moved },
): Promise<void> {
  await tx.insert(
    `INSERT INTO foyer_registration_links
       (registration_id, account_id, pid, record, grant_before, allowed_before, made_access, new_chart, moved, linked_by, linked_at)
     VALUES (:registration, :account, :pid, :record, :before, :allowedBefore, :madeAccess, :newChart, :moved, :by, :now)`,
    {
      ...{ registration: row.id, account: row.account_id, pid: made.pid, record: made.record, by: member.username },
      before: made.before === undefined ? null : JSON.stringify(made.before),
      allowedBefore: made.allowedBefore ?? null,
      madeAccess: made.madeAccess ? 1 : 0,
      newChart: made.newChart ? 1 : 0,
      moved: JSON.stringify(made.moved),
      now: utc(clock.now()),
    },
  )
}

/** To the account's own address; a host's credential without one is told nothing but on its own pages. */
export async function writeToHolder(
  tx: Tx,
  portal: Portal,
  by: Actor,
  { email, id, language }: Holder,
  { kind, pid, row }: { kind: string; row: Registration; pid?: number },
): Promise<void> {
  if (email === null) return
  await writeLetter(tx, portal, {
    ...{ kind, channel: 'mail', to: email, accountId: id, pid, facts: { receipt: row.receipt }, by },
    language: isLanguage(language) ? language : portal.settings().defaultLanguage,
  })
}
