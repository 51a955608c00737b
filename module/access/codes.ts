/**
 * PINs and access codes: one thing with two kinds. Each opens one chart to one named person, once, until it expires or
 * is revoked. What can be done to them is in codeIssuing.ts and codeRedeeming.ts.
 */
import { utc, type Utc } from '../platform/clock.js'
import type { Queryable } from '../platform/database.js'
import { codeHash, codeSymbols } from './codeSymbols.js'
import { extentParts } from './ages.js'
import type { LetterState } from './letters.js'
import type { Portal } from './portal.js'

/** pin: of a family sheet or a welcome, opens all; code: opens a record to an extent. */
export type CodeKind = 'pin' | 'code'

/** What a code may open. `appointments` and `forms` have nothing in common (acl/policy.csv). */
export const codeExtents = ['appointments', 'forms', 'full'] as const
export type CodeExtent = (typeof codeExtents)[number]

/** What a grant may say: that of one code, or of two that were added up. */
export const grantExtents = [...codeExtents, 'appointments+forms'] as const

/** What both open together, as a grant's row says it: `appointments+forms` of a code for each. */
export function widerExtent(one: string, other: string): string {
  const parts = [one, other].flatMap(extentParts)
  return parts.includes('full') ? 'full' : codeExtents.filter((each) => parts.includes(each)).join('+') || one
}

export interface Code {
  id: number
  kind: CodeKind
  pid: number
  /** Whom it was made out to. */
  recipient: string
  relationship: string
  extent: string
  /** When what it gives begins to open anything. Undefined: as soon as it is used. */
  opensFrom: Utc | undefined
  /** What was made in one press: the sheet's name. */
  family: string
  language: string
  standing: CodeStanding
  issuedBy: string
  issuedAt: Utc
  expiresAt: Utc
  redeemedAt: Utc | undefined
  /** Of the account that redeemed it. */
  redeemedBy: string | undefined
  revokedAt: Utc | undefined
  revokedBy: string | undefined
  revokedReason: string | undefined
  /** Tries that failed. */
  failures: number
  /** The last letter that carries it. */
  letter: { state: LetterState; channel: string; to: string; errorCode: string | undefined } | undefined
  /** `K7QA9M4X` while it can be used; undefined afterwards, or when the portal's secret is another one now. */
  symbols: string | undefined
}

/** registered: redeemed. `revoked` before `expired`: somebody decided it. */
export type CodeStanding = 'pending' | 'registered' | 'revoked' | 'expired'

type Reader = Pick<Portal, 'clock' | 'secret'>

/** Codes of these charts, newest first, at most `most`. One statement. */
export async function codesOfPatients(
  db: Queryable,
  portal: Reader,
  pids: readonly number[],
  most: number,
): Promise<Code[]> {
  if (pids.length === 0) return []
  const rows = await db.select<Row>(
    // sql-safe: constants and a number
    `${selectCodes} WHERE c.pid IN (:pids) ORDER BY c.id DESC LIMIT ${String(Math.trunc(most))}`,
    { pids },
  )
  return rows.map((row) => codeOf(portal, row))
}

/** A code of this very chart: the address of one with another chart's pid leads nowhere. */
export async function findCode(
  db: Queryable,
  portal: Reader,
  { pid, id }: { pid: number; id: number },
): Promise<Code | undefined> {
  const row = await db.first<Row>(`${selectCodes} WHERE c.id = :id AND c.pid = :pid`, { id, pid }) // sql-safe: a constant
  return row && codeOf(portal, row)
}

/** What was made in one press, in its order; nothing unless this chart's is among it. */
export async function codesOfFamily(
  db: Queryable,
  portal: Reader,
  { pid, family }: { pid: number; family: string },
): Promise<Code[]> {
  const rows = await db.select<Row>(`${selectCodes} WHERE c.family = :family ORDER BY c.id`, { family }) // sql-safe: a constant
  return rows.some((row) => row.pid === pid) ? rows.map((row) => codeOf(portal, row)) : []
}

/** For the letter that carries it. */
export async function codeOfLetter(db: Queryable, portal: Reader, id: number): Promise<Code | undefined> {
  const row = await db.first<Row>(`${selectCodes} WHERE c.id = :id`, { id }) // sql-safe: a constant
  return row && codeOf(portal, row)
}

export interface CodeTry {
  at: Utc
  /** redeemed, or why not (codeRedeeming.ts); of another portal's release, any word. */
  outcome: string
  /** How many in one line: more than one where the limits turned them away. */
  tries: number
  /** The account that tried; undefined: somebody who had none yet. */
  account: string | undefined
}

/** Who tried this code, newest first. */
export async function triesOfCode(db: Queryable, codeId: number): Promise<CodeTry[]> {
  const rows = await db.select<{ at: Utc; outcome: string; tries: number; display_name: string | null }>(
    `SELECT t.at, t.outcome, t.tries, a.display_name FROM foyer_code_tries t LEFT JOIN foyer_accounts a ON a.id = t.account_id
      WHERE t.code_id = :codeId ORDER BY t.id DESC LIMIT 50`,
    { codeId },
  )
  return rows.map(({ at, outcome, tries, display_name: account }) => {
    return { at, outcome, tries, account: account ?? undefined }
  })
}

interface Row {
  id: number
  kind: CodeKind
  nonce: string
  code_hash: string
  pid: number
  recipient: string
  relationship: string
  extent: string
  opens_from: Utc | null
  family: string
  language: string
  issued_by: string
  issued_at: Utc
  expires_at: Utc
  redeemed_at: Utc | null
  redeemed_by: string | null
  revoked_at: Utc | null
  revoked_by: string | null
  revoked_reason: string | null
  failures: number
  letter_state: LetterState | null
  letter_channel: string | null
  letter_to: string | null
  letter_error: string | null
}

const selectCodes = `SELECT c.id, c.kind, c.nonce, c.code_hash, c.pid, c.recipient, c.relationship, c.extent, c.opens_from, c.family, c.language,
         c.issued_by, c.issued_at, c.expires_at, c.redeemed_at, a.display_name AS redeemed_by,
         c.revoked_at, c.revoked_by, c.revoked_reason,
         (SELECT CAST(COALESCE(SUM(t.tries), 0) AS SIGNED) FROM foyer_code_tries t WHERE t.code_id = c.id AND t.outcome <> 'redeemed') AS failures,
         l.state AS letter_state, l.channel AS letter_channel, l.recipient AS letter_to, l.error_code AS letter_error
    FROM foyer_codes c
    LEFT JOIN foyer_accounts a ON a.id = c.redeemed_account
    LEFT JOIN foyer_letters l ON l.id = c.letter_id`

function codeOf(portal: Reader, row: Row): Code {
  const standing = standingOf(row, utc(portal.clock.now()))
  const symbols = standing === 'pending' ? codeSymbols(portal, row.nonce) : undefined
  return {
    id: row.id,
    kind: row.kind,
    pid: row.pid,
    recipient: row.recipient,
    relationship: row.relationship,
    extent: row.extent,
    opensFrom: row.opens_from ?? undefined,
    family: row.family,
    language: row.language,
    standing,
    issuedBy: row.issued_by,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    redeemedAt: row.redeemed_at ?? undefined,
    redeemedBy: row.redeemed_by ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    revokedBy: row.revoked_by ?? undefined,
    revokedReason: row.revoked_reason ?? undefined,
    failures: row.failures,
    letter: letterOf(row),
    // Under another secret the same nonce says another PIN, which opens nothing: it is not said.
    symbols: symbols !== undefined && codeHash(portal, symbols) === row.code_hash ? symbols : undefined,
  }
}

/** What decides, of a row as the table has it. */
export function standingOf(
  row: { redeemed_at: Utc | null; revoked_at: Utc | null; expires_at: Utc },
  now: Utc,
): CodeStanding {
  if (row.redeemed_at !== null) return 'registered'
  if (row.revoked_at !== null) return 'revoked'
  return row.expires_at <= now ? 'expired' : 'pending'
}

function letterOf(row: Row): Code['letter'] {
  if (row.letter_state === null) return undefined
  return {
    state: row.letter_state,
    channel: row.letter_channel ?? '',
    to: row.letter_to ?? '',
    errorCode: row.letter_error ?? undefined,
  }
}
