/** A form that makes PINs or codes, or in which one is typed, is pressed twice: both presses have what the first one made. */
import type { Clock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { firstResult, rememberResult, resultOf, type Once } from '../platform/once.js'

export interface MadeCodes {
  ok: true
  family: string
  codes: ReadonlyArray<{ id: number; pid: number }>
}

/** The same form was sent before, with something else in it, and made what it said then. */
export interface UsedOtherwise {
  ok: false
  reason: 'used-otherwise'
}

/** What the form's first press made, for every press of it; without `once` each press counts. A press that was refused made nothing and may come again. */
export async function onceOnly<Refused extends { ok: false }>(
  tx: Tx,
  { clock }: { clock: Clock },
  once: Once | undefined,
  work: () => Promise<MadeCodes | Refused>,
): Promise<MadeCodes | Refused | UsedOtherwise> {
  const first = once && (await firstResult(tx, clock, once))
  if (first?.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
  if (first?.state === 'done') return { ok: true, family: first.result, codes: await codesIn(tx, first.result) }
  const outcome = await work()
  if (once && outcome.ok) await rememberResult(tx, once, outcome.family)
  return outcome
}

function codesIn(tx: Tx, family: string): Promise<Array<{ id: number; pid: number }>> {
  return tx.select<{ id: number; pid: number }>(`SELECT id, pid FROM foyer_codes WHERE family = :family ORDER BY id`, {
    family,
  })
}

export interface Opened {
  accountId: number
  record: string
  pid: number
  code: number
}

/** What was opened by the first press of a form in which a PIN or code is typed. Undefined: nothing, or by another. */
export async function openedBy(db: Queryable, once: Once): Promise<Opened | undefined> {
  const record = await resultOf(db, once)
  if (record === undefined) return undefined
  return db.first<Opened>(
    `SELECT g.account_id AS accountId, g.record, g.pid, MAX(c.id) AS code FROM foyer_grants g
       JOIN foyer_codes c ON c.pid = g.pid AND c.redeemed_account = g.account_id
      WHERE g.record = :record GROUP BY g.account_id, g.record, g.pid`,
    { record },
  )
}
