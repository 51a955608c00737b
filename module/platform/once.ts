import { sha256 } from './ids.js'
import { utc, type Clock } from './clock.js'
import type { Queryable, Tx } from './database.js'

/** A form that creates something carries `_once`: pressed twice, it makes one thing and gives one answer. */
export interface Once {
  /** Whose form it is: a token of one account is nothing in another's hands. */
  owner: string
  token: string
  /** SHA-256 of the fields that matter. */
  bodyHash: string
}

export function onceOf(owner: string, token: string, fields: Record<string, unknown>): Once {
  const canonical = JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { owner, token, bodyHash: sha256(canonical) }
}

/**
 * The result that this form's first press gave, if there was one: a second press waits here until the first is
 * committed. 'used-otherwise': the same token came with another body.
 */
export async function firstResult(
  tx: Tx,
  clock: Clock,
  once: Once,
): Promise<{ state: 'new' } | { state: 'done'; result: string } | { state: 'used-otherwise' }> {
  const taken = await tx.change(
    `INSERT IGNORE INTO foyer_once (owner, token, body_hash, created_at) VALUES (:owner, :token, :bodyHash, :now)`,
    { ...once, now: utc(clock.now()) },
  )
  if (taken === 1) return { state: 'new' }
  const before = await tx.first<{ body_hash: string; result: string | null }>(
    `SELECT body_hash, result FROM foyer_once WHERE owner = :owner AND token = :token FOR UPDATE`,
    { ...once },
  )
  if (!before) return { state: 'used-otherwise' }
  if (before.result === null) {
    // A press that was refused made nothing: the same form may be sent again, mended.
    await tx.change(`UPDATE foyer_once SET body_hash = :bodyHash WHERE owner = :owner AND token = :token`, { ...once })
    return { state: 'new' }
  }
  return before.body_hash === once.bodyHash ? { state: 'done', result: before.result } : { state: 'used-otherwise' }
}

/** What this form's first press gave, where that is over and was the same; undefined: nothing. */
export async function resultOf(db: Queryable, { bodyHash, owner, token }: Once): Promise<string | undefined> {
  const row = await db.first<{ result: string | null }>(
    `SELECT result FROM foyer_once WHERE owner = :owner AND token = :token AND body_hash = :bodyHash`,
    { owner, token, bodyHash },
  )
  return row?.result ?? undefined
}

/** Keeps the result for the next press of the same form. */
export async function rememberResult(tx: Tx, once: Once, result: string): Promise<void> {
  await tx.change(`UPDATE foyer_once SET result = :result WHERE owner = :owner AND token = :token`, { ...once, result })
}
