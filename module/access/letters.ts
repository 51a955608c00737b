/**
 * Letters that Foyer sends: by e-mail or as a text message, never with anything clinical in them. Written in the
 * transaction of what they tell of; the notifications wing sends them afterwards and keeps what became of each.
 */
import type { Actor } from '../platform/audit.js'
import { utc, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import type { Language } from '../platform/i18n.js'
import { publish } from '../platform/outbox.js'
import type { Portal } from './portal.js'

export type Channel = 'mail' | 'sms'

/** What the wording needs: ids, names of things, choices. No secret, nothing clinical. */
export type LetterFacts = Record<string, string | number>

export interface NewLetter {
  /** As a wing's `letters` names it: `credential.reset`. */
  kind: string
  channel: Channel
  /** An e-mail address or a telephone number, checked by whoever took it. */
  to: string
  language: Language
  /** Whose panel shows what became of it. */
  pid?: number | undefined
  accountId?: number | undefined
  facts?: LetterFacts
  by: Actor
  /** Never tried, for this reason (`no-consent`, `no-address`): kept all the same, so that the panel tells. */
  refused?: string | undefined
}

export type LetterState = 'waiting' | 'sent' | 'failed' | 'refused' | 'closed'

export interface Letter {
  id: number
  kind: string
  channel: Channel
  to: string
  language: string
  pid: number | undefined
  accountId: number | undefined
  facts: LetterFacts
  state: LetterState
  /** Why it failed or was refused: `no-mail-server`, `no-consent`, the server's own code. */
  errorCode: string | undefined
  writtenBy: string
  writtenAt: Utc
  sentAt: Utc | undefined
}

/** Writes it down and lets it go out once the transaction has committed. Returns its id. */
export async function writeLetter(tx: Tx, { clock }: Pick<Portal, 'clock'>, letter: NewLetter): Promise<number> {
  const id = await tx.insert(
    `INSERT INTO foyer_letters (kind, channel, recipient, language, pid, account_id, facts, state, error_code, written_by, written_at)
     VALUES (:kind, :channel, :to, :language, :pid, :accountId, :facts, :state, :errorCode, :by, :now)`,
    {
      kind: letter.kind,
      channel: letter.channel,
      to: letter.to,
      language: letter.language,
      pid: letter.pid ?? null,
      accountId: letter.accountId ?? null,
      facts: JSON.stringify(letter.facts ?? {}),
      state: letter.refused === undefined ? 'waiting' : 'refused',
      errorCode: letter.refused ?? null,
      by: letter.by.name,
      now: utc(clock.now()),
    },
  )
  if (letter.refused === undefined) await send(tx, clock, id, letter)
  return id
}

/**
 * In order for one person, whoever has been away: a patient who has two letters reads them as they happened. One that
 * is refused for good is given up at once, so it holds up nobody.
 */
async function send(
  tx: Tx,
  clock: Portal['clock'],
  id: number,
  { accountId, pid }: Pick<NewLetter, 'accountId' | 'pid'>,
): Promise<void> {
  const about = pid === undefined ? `account:${String(accountId ?? 0)}` : `patient:${String(pid)}`
  const nobodys = pid === undefined && accountId === undefined
  await publish(tx, clock, {
    event: 'letter.written',
    payload: { letter: id },
    ...(nobodys ? {} : { key: `letters:${about}` }),
  })
}

interface Row {
  id: number
  kind: string
  channel: Channel
  recipient: string
  language: string
  pid: number | null
  account_id: number | null
  facts: string | LetterFacts
  state: LetterState
  error_code: string | null
  written_by: string
  written_at: Utc
  sent_at: Utc | null
}

const columns = `id, kind, channel, recipient, language, pid, account_id, facts, state, error_code, written_by, written_at, sent_at`

export async function findLetter(db: Queryable, id: number): Promise<Letter | undefined> {
  const row = await db.first<Row>(`SELECT ${columns} FROM foyer_letters WHERE id = :id`, { id }) // sql-safe: a constant
  return row && letterOf(row)
}

/** Whose letters: those about one patient, or those to an account that are about no patient's chart. */
export type LettersOf = { pid: number } | { accountId: number }

// sql-safe: constants
const whose = (of: LettersOf) => ('pid' in of ? 'pid = :pid' : 'account_id = :accountId AND pid IS NULL')

const open = `state IN ('failed', 'refused')`

/** How many are shown at once of those that wait for staff: the rest come as these are dealt with. */
const OPEN_MOST = 200

/** What staff have to deal with, however old it is; below it the `newest` others. Newest first in each. */
export async function lettersAbout(db: Queryable, of: LettersOf, newest: number): Promise<Letter[]> {
  const most = String(Math.trunc(newest))
  const rows = await db.select<Row>(
    // sql-safe: constants and numbers
    `(SELECT ${columns}, 1 AS waits FROM foyer_letters WHERE ${whose(of)} AND ${open} ORDER BY id DESC LIMIT ${String(OPEN_MOST)})
      UNION ALL
     (SELECT ${columns}, 0 FROM foyer_letters WHERE ${whose(of)} AND NOT ${open} ORDER BY id DESC LIMIT ${most})
      ORDER BY waits DESC, id DESC`,
    of,
  )
  return rows.map(letterOf)
}

/** The last of these kinds that was written about a patient. */
export async function lastLetter(db: Queryable, pid: number, kinds: readonly string[]): Promise<Letter | undefined> {
  const row = await db.first<Row>(
    `SELECT ${columns} FROM foyer_letters WHERE pid = :pid AND kind IN (:kinds) ORDER BY id DESC LIMIT 1`, // sql-safe: a constant
    { pid, kinds: [...kinds] },
  )
  return row && letterOf(row)
}

function letterOf(row: Row): Letter {
  return {
    id: row.id,
    kind: row.kind,
    channel: row.channel,
    to: row.recipient,
    language: row.language,
    pid: row.pid ?? undefined,
    accountId: row.account_id ?? undefined,
    facts: typeof row.facts === 'string' ? (JSON.parse(row.facts) as LetterFacts) : row.facts,
    state: row.state,
    errorCode: row.error_code ?? undefined,
    writtenBy: row.written_by,
    writtenAt: row.written_at,
    sentAt: row.sent_at ?? undefined,
  }
}

/** It went to the next server. */
export async function markSent(tx: Tx, { clock }: Pick<Portal, 'clock'>, id: number, messageId: string): Promise<void> {
  await tx.change(
    `UPDATE foyer_letters SET state = 'sent', error_code = NULL, message_id = :messageId, sent_at = :now WHERE id = :id`,
    { id, messageId: messageId.slice(0, 255), now: utc(clock.now()) },
  )
}

/** Not sent: `final` gives it up, so that staff see it and decide; else it is tried again. */
export async function markUnsent(tx: Tx, id: number, errorCode: string, final: boolean): Promise<void> {
  await tx.change(
    `UPDATE foyer_letters SET state = IF(:final, 'failed', state), error_code = :errorCode WHERE id = :id AND state = 'waiting'`,
    { id, errorCode: errorCode.slice(0, 64), final },
  )
}

/** One letter among those of a patient or of an account. */
export type OneLetter = LettersOf & { id: number }

/** Staff dealt with one that failed or was refused. False: there was nothing to deal with. */
export async function closeLetter(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  letter: OneLetter,
  by: Actor,
): Promise<boolean> {
  const closed = await tx.change(
    // sql-safe: constants
    `UPDATE foyer_letters SET state = 'closed', closed_by = :by, closed_at = :now
      WHERE id = :id AND ${whose(letter)} AND ${open}`,
    { ...letter, by: by.name, now: utc(clock.now()) },
  )
  return closed === 1
}

/**
 * Puts one that failed on its way again. `to`: where it goes now, also where it could go nowhere before. False: it is not
 * one that failed.
 */
export async function sendAgain(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  letter: OneLetter,
  to?: string,
): Promise<boolean> {
  const again = await tx.change(
    // sql-safe: constants
    `UPDATE foyer_letters SET state = 'waiting', error_code = NULL, recipient = COALESCE(:to, recipient)
      WHERE id = :id AND ${whose(letter)} AND (state = 'failed' OR (state = 'refused' AND :to IS NOT NULL))`,
    { ...letter, to: to ?? null },
  )
  if (again === 1) await send(tx, clock, letter.id, letter)
  return again === 1
}

/** Whether it is one of theirs. */
export async function isLetterOf(db: Queryable, letter: OneLetter): Promise<boolean> {
  const found = await db.first(`SELECT id FROM foyer_letters WHERE id = :id AND ${whose(letter)}`, { ...letter }) // sql-safe: constants
  return found !== undefined
}
