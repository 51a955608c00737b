/**
 * A link opens one thing once. Its token is keyed out of the row's own random id: whoever sends the letter can say it,
 * and neither the row, the outbox nor the letter holds it.
 */
import { createHmac } from 'node:crypto'
import { utc, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { opaqueId, sha256 } from '../platform/ids.js'
import type { Portal } from './portal.js'

/** What a link is for. A token of one purpose opens nothing of another. */
export type LinkPurpose = 'verify-email' | 'reset-password' | 'book' | 'register'

/** Ids and choices, as they were when it was made. */
export type LinkFacts = Record<string, string | number | boolean | null>

export interface NewLink {
  purpose: LinkPurpose
  accountId?: number | undefined
  minutes: number
  facts?: LinkFacts
}

export interface Link {
  id: string
  purpose: LinkPurpose
  accountId: number | undefined
  facts: LinkFacts
  expiresAt: Utc
}

type Keyed = Pick<Portal, 'secret'>
type Timed = Pick<Portal, 'clock' | 'secret'>

/** Makes a link. Give its id to the letter; `linkToken` says the token when the letter is sent. */
export async function makeLink(tx: Tx, portal: Timed, wanted: NewLink): Promise<string> {
  const id = opaqueId()
  const now = portal.clock.now()
  await tx.change(
    `INSERT INTO foyer_links (id, purpose, token_hash, account_id, facts, created_at, expires_at)
     VALUES (:id, :purpose, :hash, :accountId, :facts, :now, :until)`,
    {
      id,
      purpose: wanted.purpose,
      hash: sha256(linkToken(portal, id)),
      accountId: wanted.accountId ?? null,
      facts: JSON.stringify(wanted.facts ?? {}),
      now: utc(now),
      until: utc(now.plus({ minutes: wanted.minutes })),
    },
  )
  return id
}

/** 43 characters of base64url. */
export function linkToken({ secret }: Keyed, id: string): string {
  return createHmac('sha256', secret).update(`link:${id}`).digest('base64url')
}

interface Row {
  id: string
  account_id: number | null
  facts: string | LinkFacts
  expires_at: Utc
}

/** The link of a token as long as it opens: undefined when unknown, used, or too old. Looking does not use it. */
export async function findLink(
  db: Queryable,
  { clock }: Pick<Portal, 'clock'>,
  purpose: LinkPurpose,
  token: string,
): Promise<Link | undefined> {
  const row = await db.first<Row>(
    `SELECT id, account_id, facts, expires_at FROM foyer_links
      WHERE token_hash = :hash AND purpose = :purpose AND used_at IS NULL AND expires_at > :now`,
    { hash: sha256(token), purpose, now: utc(clock.now()) },
  )
  return row && linkOf(row, purpose)
}

function linkOf(row: Row, purpose: LinkPurpose): Link {
  return {
    id: row.id,
    purpose,
    accountId: row.account_id ?? undefined,
    // MySQL gives the value of JSON, MariaDB its text.
    facts: typeof row.facts === 'string' ? (JSON.parse(row.facts) as LinkFacts) : row.facts,
    expiresAt: row.expires_at,
  }
}

/** The link that an account was sent last, as long as it opens. */
export async function lastLink(
  db: Queryable,
  { clock }: Pick<Portal, 'clock'>,
  accountId: number,
  purpose: LinkPurpose,
): Promise<Link | undefined> {
  const row = await db.first<Row>(
    `SELECT id, account_id, facts, expires_at FROM foyer_links
      WHERE account_id = :accountId AND purpose = :purpose AND used_at IS NULL AND expires_at > :now
      ORDER BY created_at DESC LIMIT 1`,
    { accountId, purpose, now: utc(clock.now()) },
  )
  return row && linkOf(row, purpose)
}

/** One that was used within its time: whoever opens it again has done what it was for. */
export async function usedLink(
  db: Queryable,
  { clock }: Pick<Portal, 'clock'>,
  purpose: LinkPurpose,
  token: string,
): Promise<Link | undefined> {
  const row = await db.first<Row>(
    `SELECT id, account_id, facts, expires_at FROM foyer_links
      WHERE token_hash = :hash AND purpose = :purpose AND used_at IS NOT NULL AND expires_at > :now`,
    { hash: sha256(token), purpose, now: utc(clock.now()) },
  )
  return row && linkOf(row, purpose)
}

/** Uses it up. False: somebody was faster, or its time is over; nothing must happen then. */
export async function useLink(tx: Tx, { clock }: Pick<Portal, 'clock'>, id: string): Promise<boolean> {
  const now = utc(clock.now())
  const used = await tx.change(
    `UPDATE foyer_links SET used_at = :now WHERE id = :id AND used_at IS NULL AND expires_at > :now`,
    { id, now },
  )
  return used === 1
}

/** Every link of this purpose that is still out: a new one, or a changed password, makes the old ones worthless. */
export async function endLinks(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  accountId: number,
  purpose: LinkPurpose,
): Promise<void> {
  await tx.change(
    `UPDATE foyer_links SET used_at = :now WHERE account_id = :accountId AND purpose = :purpose AND used_at IS NULL`,
    { accountId, purpose, now: utc(clock.now()) },
  )
}
