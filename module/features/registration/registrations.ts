/** What somebody says of themselves or of their child, from the first word to the decision. */
import type { Portal } from '../../access/portal.js'
import { utc, type Day, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { isReceiptNumber, sha256 } from '../../platform/ids.js'
import { accountTurn, recordTurn, takeTurn } from '../../platform/turns.js'
import type { Claim } from '../../access/matching/matching.js'
import { plainName } from '../../access/matching/phonetic.js'

/**
 * - waiting: for staff
 * - asked: the practice has a question
 * - linked, refused: decided; closed: its note was completed in the host's messages, and nobody decided here
 * - withdrawn: by whoever sent it; merged: into another account's
 */
export type RegistrationState = 'waiting' | 'asked' | 'linked' | 'refused' | 'closed' | 'withdrawn' | 'merged'

export interface Registration {
  id: number
  receipt: string
  account_id: number
  for_whom: 'me' | 'child'
  /** What the account's holder is to the patient: `self`, `mother`, … */
  relationship: string
  first_name: string
  middle_name: string
  last_name: string
  birth_name: string
  born: Day
  sex: string
  phone: string
  email: string
  postal_code: string
  message: string
  state: RegistrationState
  question: string | null
  asked_by: string | null
  asked_at: Utc | null
  answer: string | null
  answered_at: Utc | null
  claimed_by: string | null
  claimed_at: Utc | null
  decided_by: string | null
  decided_at: Utc | null
  decision_reason: string | null
  pid: number | null
  note_id: number | null
  version: number
  created_at: Utc
}

const columns = `id, receipt, account_id, for_whom, relationship, first_name, middle_name, last_name, birth_name, born, sex,
  phone, email, postal_code, message, state, question, asked_by, asked_at, answer, answered_at, claimed_by, claimed_at,
  decided_by, decided_at, decision_reason, pid, note_id, version, created_at`

export function findRegistration(db: Queryable, id: number): Promise<Registration | undefined> {
  return db.first<Registration>(`SELECT ${columns} FROM foyer_registrations WHERE id = :id`, { id }) // sql-safe: a constant
}

/** One of this account's own: anybody else's is not there. */
export async function ownRegistration(
  db: Queryable,
  accountId: number,
  receipt: string,
): Promise<Registration | undefined> {
  if (!isReceiptNumber(receipt)) return undefined
  return db.first<Registration>(
    `SELECT ${columns} FROM foyer_registrations WHERE receipt = :receipt AND account_id = :accountId`, // sql-safe: a constant
    { accountId, receipt },
  )
}

/** Newest first. */
export function registrationsOf(db: Queryable, accountId: number): Promise<Registration[]> {
  return db.select<Registration>(
    `SELECT ${columns} FROM foyer_registrations WHERE account_id = :accountId ORDER BY id DESC LIMIT 50`, // sql-safe: a constant
    { accountId },
  )
}

export function isOpen({ state }: Pick<Registration, 'state'>): boolean {
  return state === 'waiting' || state === 'asked'
}

export function claimOf(row: Registration): Claim {
  return {
    forWhom: row.for_whom,
    firstName: row.first_name,
    middleName: row.middle_name,
    lastName: row.last_name,
    birthName: row.birth_name,
    born: row.born,
    sex: row.sex,
    phone: row.phone,
    email: row.email,
    postalCode: row.postal_code,
  }
}

/** "Maria Santos": the person it is about. */
export function personOf(row: Pick<Registration, 'first_name' | 'last_name'>): string {
  return `${row.first_name} ${row.last_name}`
}

/** One account and one person, however the name is spelled in capitals and accents: sent twice, it is one. */
export function openKeyOf(accountId: number, claim: Pick<Claim, 'firstName' | 'lastName' | 'born'>): string {
  const person = [claim.firstName, claim.lastName].map(plainName).join('|')
  return `${String(accountId)}:${sha256(`${person}|${claim.born}`).slice(0, 32)}`
}

/**
 * Takes one in hand and does the work in one transaction: turns first (its own, its account's and that of the account's
 * own record, and `more`), before anything is read, then the row, locked. Undefined: there is none.
 */
export async function inHand<Outcome>(
  portal: Portal,
  id: number,
  work: (tx: Tx, row: Registration | undefined) => Promise<Outcome>,
  more: readonly string[] = [],
): Promise<Outcome> {
  const known = await portal.db.first<{ account_id: number; own_record: string }>(
    `SELECT r.account_id, a.own_record FROM foyer_registrations r JOIN foyer_accounts a ON a.id = r.account_id WHERE r.id = :id`,
    { id },
  )
  return portal.db.transaction(async (tx) => {
    if (!known) return work(tx, undefined)
    const ofAccount = [accountTurn(known.account_id), recordTurn(known.own_record)]
    await takeTurn(tx, [turnOf(id), ...ofAccount, ...more])
    // sql-safe: a constant
    return work(
      tx,
      await tx.first<Registration>(`SELECT ${columns} FROM foyer_registrations WHERE id = :id FOR UPDATE`, { id }),
    )
  })
}

export function turnOf(id: number): string {
  return `registration:${String(id)}`
}

/** Who has claimed it and since when, as long as the claim has not lapsed (setting claimMinutes). */
export function holderOf(
  portal: Portal,
  { claimed_by: by, claimed_at: since }: Pick<Registration, 'claimed_by' | 'claimed_at'>,
): { by: string; since: Utc } | undefined {
  return by !== null && since !== null && since > claimedSince(portal) ? { by, since } : undefined
}

/** A claim made earlier than this has lapsed. */
export function claimedSince(portal: Portal): Utc {
  return utc(portal.clock.now().minus({ minutes: portal.settings().claimMinutes }))
}
