/**
 * A PIN or an access code is used. Tries are counted before anything is looked at; whatever is wrong looks the same from
 * outside: the same words, the same statements, the same time. Staff see beside the code what it was.
 */
import { isSomebodyElse, triedCode, type TriedCode } from '../host/reads/redeeming.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { utc, type Day, type Utc } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { sha256 } from '../platform/ids.js'
import { firstResult, rememberResult, type Once } from '../platform/once.js'
import { publish } from '../platform/outbox.js'
import { accountTurn, chartTurn, takeTurn } from '../platform/turns.js'
import { createAccount, grant } from './accounts.js'
import { giveBackTries, takeTries, type Allowance } from './attempts.js'
import { isBarred, lookedBars, type Comer } from './codeBars.js'
import { grantedIn, writeJoined } from './codeGrants.js'
import { comingFrom, joined, whyNotJoined, type NotJoined } from './codeJoining.js'
import { standingOf } from './codes.js'
import { openedBy } from './codesOnce.js'
import { codeHash, typedSymbols } from './codeSymbols.js'
import { blockOf } from './limits.js'
import { moveOwnRecordOf } from './ownRecord.js'
import type { PasswordFlaw } from './passwordPolicy.js'
import type { Portal } from './portal.js'
import { sendVerification } from './verification.js'

export interface CodeTyped {
  /** As it was typed: spaces, hyphens and capitals don't count. */
  symbols: string
  /** The patient's date of birth. */
  born: Day
  /** Where it came from. */
  address: string
  requestId: string
  /** The form that it was typed into: pressed again, it has what its first press opened. */
  once?: Once | undefined
}

/** Who redeems it: an account, or somebody who makes one with it. */
export type Redeemer =
  | { kind: 'account'; id: number; name: string }
  | {
      kind: 'new'
      /** As typed; not proved yet. */
      email: string
      /** Called once, after the tries are counted, right or wrong: a flood hashes nothing, and a right PIN takes no longer. */
      hashPassword: () => Promise<string>
      /** Called where the PIN and the date are right: the names that only the code knows must not be the password. */
      judgePassword: (names: readonly string[]) => PasswordFlaw | undefined
      language: string | undefined
    }

export type Redeemed =
  | { ok: true; accountId: number; record: string; pid: number; code: number }
  /** Wrong PIN, wrong date, expired, used, revoked, barred: all one answer. */
  | { ok: false; reason: 'refused' }
  | { ok: false; reason: 'too-many'; seconds: number }
  /** The PIN and the date were right, and the address has an account: sign in, then enter the PIN. */
  | { ok: false; reason: 'email-taken' }
  /** The PIN and the date were right, and the password is hardly anything but a name that they stand for. */
  | { ok: false; reason: 'weak'; flaw: PasswordFlaw }
  /** This very form made the account: sign in. */
  | { ok: false; reason: 'made-before' }

const WINDOW_SECONDS = 60 * 60

/** Opens the code's chart to the account: a new grant, or the one it has with what the code gives. */
export async function redeemCode(portal: Portal, redeemer: Redeemer, typed: CodeTyped): Promise<Redeemed> {
  const { db, clock } = portal
  const hash = codeHash(portal, typedSymbols(typed.symbols))
  const tried = await triedCode(db, hash)
  const looked = await lookedBars(db, tried?.id ?? 0)
  const barred = await isBarred(db, tried?.pid ?? 0, comerOf(redeemer, tried), looked)
  const allowances = allowancesOf(portal, redeemer, typed, hash)
  const room = await takeTries(db, clock, allowances, WINDOW_SECONDS)
  if (!room.ok) {
    await noteLimited(portal, tried, hash)
    return { ok: false, reason: 'too-many', seconds: room.seconds }
  }

  const keys = allowances.map(({ key }) => key)
  const passwordHash = redeemer.kind === 'new' ? await redeemer.hashPassword() : ''
  const wrong = whyNot(portal, tried, typed.born, barred)
  if (wrong !== undefined || !tried) {
    const first = await pressedBefore(portal, redeemer, typed, keys)
    return first ?? refuse(portal, redeemer, typed, tried, wrong ?? 'unknown')
  }
  const flaw = redeemer.kind === 'new' ? redeemer.judgePassword([tried.recipient, tried.patientName]) : undefined
  if (flaw) return refuseWeak(portal, redeemer, typed, tried, flaw)
  try {
    return await db.transaction((tx) =>
      open(tx, portal, redeemer.kind === 'new' ? { ...redeemer, passwordHash } : redeemer, typed, tried, keys),
    )
  } catch (error) {
    if (!(error instanceof Undone)) throw error
    const first = await pressedBefore(portal, redeemer, typed, keys)
    if (first) return first
    if (error.why === 'email-taken') return refuseTaken(portal, redeemer, typed, tried)
    return refuse(portal, redeemer, typed, tried, error.why)
  }
}

/**
 * Four counts at once: of who tries, of the code that is typed, of the birth date that is typed (a PIN is guessed for
 * somebody whose birth date is known), of the network address. Those who are signed in have counts of their own, so that
 * no storm of strangers at /portal/join keeps them out; what a stranger merely types (a birth date, an e-mail) is counted
 * widely, or five tries would keep everybody out who was born that day.
 *
 * The odds: a PIN is one of 31^8 = 8.5e11. For one birth date strangers have WIDELY = 1,000 tries an hour, and accounts
 * as many again: 336,000 in the seven days that a PIN lives. Where ten PINs wait for children born that day, from however
 * many addresses: 336,000 * 10 / 8.5e11, four in a million. One address alone (100 tries an hour) has two in ten million,
 * one account (5 tries an hour) one in a hundred million. Who holds a PIN and guesses the date has 5 tries an hour, however
 * many they are, and 5 with accounts.
 */
function allowancesOf(portal: Portal, redeemer: Redeemer, typed: CodeTyped, hash: string): Allowance[] {
  const { pinTries: most, signInTriesPerAddress } = portal.settings()
  const isKnown = redeemer.kind === 'account'
  const who = isKnown ? `account ${String(redeemer.id)}` : redeemer.email.trim().toLowerCase()
  const among = isKnown ? 'known' : 'stranger'
  return [
    { key: `code-account:${sha256(who)}`, most: isKnown ? most : WIDELY },
    // Of no chart: somebody with an old PIN of it would keep out whom another was made out to.
    { key: `code-target:${among}:${sha256(hash)}`, most },
    { key: `code-born:${among}:${typed.born}`, most: WIDELY },
    { key: `code-address:${among}:${sha256(blockOf(typed.address))}`, most: Math.max(most, signInTriesPerAddress) },
  ]
}

/** Tries an hour, of all that share what anybody may type. */
const WIDELY = 1000

/**
 * As staff read it in the history. somebody-else: the code is the patient's own, and the account is not theirs;
 * otherwise-open, not-begun: the account opens the chart already, or will from a day on, by a grant to which it cannot be
 * added (codeJoining.ts); weak-password: all was right but the password; email-taken: but the address has an account.
 */
type Failure = WhyNot | NotJoined | 'somebody-else' | 'weak-password' | 'email-taken'

/** What is wrong whoever comes with it, and that this person may not. */
type WhyNot = 'unknown' | 'wrong-birth-date' | 'expired' | 'used' | 'revoked' | 'barred' | 'closed'

/** What is known of whoever holds the code (codeBars.ts). */
function comerOf(redeemer: Redeemer, code: TriedCode | undefined): Comer {
  const recipient = code?.recipient ?? ''
  return redeemer.kind === 'account'
    ? { recipient, accountId: redeemer.id, email: '' }
    : { recipient, accountId: 0, email: redeemer.email }
}

/** Undefined: it opens the chart. `barred`: this person's access to it was revoked (codeBars.ts). */
export function whyNot(
  portal: Pick<Portal, 'clock'>,
  tried: TriedCode | undefined,
  born: Day,
  barred: boolean,
): WhyNot | undefined {
  if (!tried) return 'unknown'
  const standing = standingOf(tried, utc(portal.clock.now()))
  if (standing === 'registered') return 'used'
  if (standing !== 'pending') return standing
  if (tried.born !== born) return 'wrong-birth-date'
  if (!tried.open) return 'closed'
  return barred ? 'barred' : undefined
}

/** To whoever had nothing but the form it is only said that it opened something: an account is entered by its password. */
async function pressedBefore(
  { db }: Portal,
  redeemer: Redeemer,
  { once }: CodeTyped,
  keys: readonly string[],
): Promise<Redeemed | undefined> {
  const first = once && (await openedBy(db, once))
  if (!first) return undefined
  await db.transaction((tx) => giveBackTries(tx, keys))
  return redeemer.kind === 'new' ? { ok: false, reason: 'made-before' } : { ok: true, ...first }
}

async function refuse(
  portal: Portal,
  redeemer: Redeemer,
  typed: CodeTyped,
  tried: TriedCode | undefined,
  outcome: Failure,
): Promise<Redeemed> {
  await tellOfRefusal(portal, redeemer, typed, tried, outcome)
  return { ok: false, reason: 'refused' }
}

/**
 * The code is not used up, and the try is not given back: each costs a hash, and a wrong guess at the PIN has paid as
 * much. A password that is no name opens the record within the tries that are left.
 */
async function refuseWeak(
  portal: Portal,
  redeemer: Redeemer,
  typed: CodeTyped,
  tried: TriedCode,
  flaw: PasswordFlaw,
): Promise<Redeemed> {
  await tellOfRefusal(portal, redeemer, typed, tried, 'weak-password')
  return { ok: false, reason: 'weak', flaw }
}

/** Staff see that a right PIN opened nothing, and whoever asks so which addresses have accounts is seen asking. */
async function refuseTaken(portal: Portal, redeemer: Redeemer, typed: CodeTyped, tried: TriedCode): Promise<Redeemed> {
  await tellOfRefusal(portal, redeemer, typed, tried, 'email-taken')
  return { ok: false, reason: 'email-taken' }
}

async function tellOfRefusal(
  { db, clock }: Portal,
  redeemer: Redeemer,
  typed: CodeTyped,
  tried: TriedCode | undefined,
  outcome: Failure,
): Promise<void> {
  await db.transaction(async (tx) => {
    const accountId = redeemer.kind === 'account' ? redeemer.id : undefined
    await noteTry(tx, clock, tried, accountId, outcome)
    await recordAudit(tx, clock, actorOf(redeemer, typed, accountId), {
      event: 'code.refused',
      subject: tried ? `code:${String(tried.id)}` : 'code',
      pid: tried?.pid,
      details: { outcome },
    })
  })
}

/** Thrown inside the transaction: everything that it did is taken back. */
class Undone extends Error {
  constructor(readonly why: Failure) {
    super(why)
  }
}

type NewHolder = Extract<Redeemer, { kind: 'new' }> & { passwordHash: string }

async function open(
  tx: Tx,
  portal: Portal,
  redeemer: Extract<Redeemer, { kind: 'account' }> | NewHolder,
  typed: CodeTyped,
  code: TriedCode,
  keys: readonly string[],
): Promise<Redeemed> {
  const { clock } = portal
  await takeTurn(tx, [...(redeemer.kind === 'account' ? [accountTurn(redeemer.id)] : []), chartTurn(code.pid)])
  // In turn: merged or disabled since the request came in, it would use the code up and open nothing.
  if (redeemer.kind === 'account' && !(await isInUse(tx, redeemer.id))) throw new Undone('closed')
  // Revoked in the same moment: whoever revokes has the chart's turn, too.
  if (await isBarred(tx, code.pid, comerOf(redeemer, code), await lookedBars(tx, code.id))) throw new Undone('barred')
  // As the patient, a parent would be none for the ages any more, and what they entered of themselves went into the chart.
  const own = code.relationship === 'self'
  if (own && redeemer.kind === 'account' && (await isSomebodyElse(tx, redeemer.id, code.pid))) {
    throw new Undone('somebody-else')
  }
  if (typed.once && (await firstResult(tx, clock, typed.once)).state !== 'new') throw new Undone('used')
  const accountId = redeemer.kind === 'account' ? redeemer.id : await newAccount(tx, portal, redeemer, typed, code)
  await use(tx, portal, code, accountId)
  const actor = actorOf(redeemer, typed, accountId, code.recipient)
  const { extent, record } = await openRecord(tx, portal, actor, code, accountId)
  // What opens less of the chart would hide from them what they entered themselves.
  if (own && extent === 'full') await moveOwnRecordOf(tx, portal, accountId, { record, pid: code.pid })
  await giveBackTries(tx, keys)
  if (typed.once) await rememberResult(tx, typed.once, record)
  await noteTry(tx, clock, code, accountId, 'redeemed')
  const subject = `code:${String(code.id)}`
  await recordAudit(tx, clock, actor, { event: 'code.redeemed', subject, pid: code.pid, record })
  await publish(tx, clock, {
    event: 'code.redeemed',
    payload: { code: code.id, pid: code.pid, account: accountId },
    key: subject,
  })
  return { ok: true, accountId, record, pid: code.pid, code: code.id }
}

async function isInUse(tx: Tx, id: number): Promise<boolean> {
  return (await tx.first(`SELECT id FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL`, { id })) !== undefined
}

async function newAccount(
  tx: Tx,
  portal: Portal,
  { email, passwordHash, language }: NewHolder,
  typed: CodeTyped,
  { recipient: displayName }: TriedCode,
): Promise<number> {
  const { clock } = portal
  const made = await createAccount(tx, clock, { email, verified: false, passwordHash, displayName, language })
  if (!made) throw new Undone('email-taken')
  const actor: Actor = { kind: 'account', id: String(made.id), name: displayName, requestId: typed.requestId }
  await recordAudit(tx, clock, actor, { event: 'account.made', subject: `account:${String(made.id)}` })
  await publish(tx, clock, { event: 'account.made', payload: { account: made.id } })
  await sendVerification(tx, portal, { id: made.id, email, language })
  return made.id
}

/** Of many presses at once one finds it unused. */
async function use(tx: Tx, { clock }: Portal, code: TriedCode, accountId: number): Promise<void> {
  const used = await tx.change(
    `UPDATE foyer_codes SET redeemed_at = :now, redeemed_account = :accountId, active_key = NULL
      WHERE id = :id AND redeemed_at IS NULL AND revoked_at IS NULL AND expires_at > :now`,
    { id: code.id, accountId, now: utc(clock.now()) },
  )
  if (used !== 1) throw new Undone('used')
}

interface GrantRow {
  id: number
  record: string
  relationship: string
  extent: string
  valid_from: Utc
  valid_until: Utc | null
  exempt: number
  revoked_at: Utc | null
}

/** The grant of this account and chart, made or joined with what the code gives; one that was revoked stays so. */
async function openRecord(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  code: TriedCode,
  accountId: number,
): Promise<{ record: string; extent: string }> {
  const { clock } = portal
  const { pid, relationship, extent } = code
  const given = { relationship, extent, from: code.opens_from ?? undefined }
  const before = await tx.first<GrantRow>(
    `SELECT id, record, relationship, extent, valid_from, valid_until, exempt_at IS NOT NULL AS exempt, revoked_at
       FROM foyer_grants WHERE account_id = :accountId AND pid = :pid`,
    { accountId, pid },
  )
  if (!before) {
    const from = comingFrom(given, portal)
    const record = await grant(tx, clock, { accountId, pid, relationship, extent, from, by: actor })
    await publish(tx, clock, { event: 'grant.made', payload: { account: accountId, pid } })
    return { record, extent }
  }
  if (before.revoked_at !== null) throw new Undone('barred')
  const granted = grantedIn(before)
  const after = joined(granted, given, code.born, portal)
  if (!after) throw new Undone(whyNotJoined(granted, portal))
  await writeJoined(tx, portal, before.id, after)
  await recordAudit(tx, clock, actor, {
    event: 'grant.widened',
    subject: `account:${String(accountId)}`,
    pid,
    record: before.record,
    details: { before: before.extent, after: after.extent },
  })
  await publish(tx, clock, { event: 'grant.widened', payload: { account: accountId, pid } })
  return { record: before.record, extent: after.extent }
}

function noteTry(
  tx: Tx,
  clock: Portal['clock'],
  code: TriedCode | undefined,
  accountId: number | undefined,
  outcome: Failure | 'redeemed',
): Promise<number> {
  return tx.insert(
    `INSERT INTO foyer_code_tries (code_id, pid, account_id, outcome, at) VALUES (:code, :pid, :account, :outcome, :now)`,
    {
      code: code?.id ?? null,
      pid: code?.pid ?? null,
      account: accountId ?? null,
      outcome,
      now: utc(clock.now()),
    },
  )
}

/**
 * Turned away by the limits: one row an hour of each code, with how many they were. What is no code shares a few rows, so
 * that it costs the same and fills nothing.
 */
async function noteLimited({ db, clock }: Portal, code: TriedCode | undefined, hash: string): Promise<void> {
  const now = clock.now()
  const hour = Math.trunc(now.toMillis() / (WINDOW_SECONDS * 1000))
  const key = `${code ? String(code.id) : `none ${hash.slice(0, 2)}`} ${String(hour)}`
  await db.transaction((tx) =>
    tx.change(
      `INSERT INTO foyer_code_tries (code_id, pid, outcome, at, limited_key) VALUES (:code, :pid, 'limited', :now, :key)
       ON DUPLICATE KEY UPDATE tries = tries + 1, at = VALUES(at)`,
      { code: code?.id ?? null, pid: code?.pid ?? null, now: utc(now), key },
    ),
  )
}

function actorOf(redeemer: Redeemer, { requestId }: CodeTyped, accountId: number | undefined, recipient = ''): Actor {
  if (accountId === undefined)
    return { kind: 'system', id: 'unknown', name: 'Somebody who is not signed in', requestId }
  const name = redeemer.kind === 'account' ? redeemer.name : recipient
  return { kind: 'account', id: String(accountId), name, requestId }
}
