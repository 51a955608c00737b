/**
 * PINs and codes that an account used for a chart while it was linked to it by mistake: what they gave was meant, and
 * stays where one row can say it beside what there was before. What cannot is lost, and staff are told of it.
 */
import { joined, type Granted } from '../../../access/codeJoining.js'
import type { Portal } from '../../../access/portal.js'
import { membersOf } from '../../../host/family.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import { accountsOf, linkedSince, type Link } from './links.js'

export interface UsedCode {
  /** foyer_codes.id */
  id: number
  kind: 'pin' | 'code'
  recipient: string
  relationship: string
  extent: string
  /** When what it gave begins to open anything; null: when it was used. */
  opens_from: Utc | null
  redeemed_at: Utc
}

/** What the account opens without the link. */
export interface Stays extends Granted {
  /** The chart is their own by a PIN or a code that they used since. */
  byCode: boolean
}

export interface WithoutLink {
  /** Undefined: nothing. */
  stays: Stays | undefined
  lost: UsedCode[]
}

/** In the order in which they were used. */
export async function codesUsedSince(db: Queryable, link: Link, accounts: readonly number[]): Promise<UsedCode[]> {
  const { pid, undone_at } = link
  const since = await linkedSince(db, link)
  return db.select<UsedCode>(
    `SELECT id, kind, recipient, relationship, extent, opens_from, redeemed_at FROM foyer_codes
      WHERE pid = :pid AND redeemed_account IN (:accounts) AND redeemed_at BETWEEN :since AND :until ORDER BY redeemed_at, id`,
    { accounts, pid, since, until: undone_at ?? FOR_EVER },
  )
}

const FOR_EVER = '9999-12-31 00:00:00.000' as Utc

/** As it was before, and what these codes add to it, one after the other. Two statements. */
export async function withoutLink(
  db: Queryable,
  portal: Portal,
  { grant_before: before, pid, record }: Link,
  codes: readonly UsedCode[],
): Promise<WithoutLink> {
  const born = (await membersOf(db, [pid])).get(pid)?.born
  const kept = await db.first(`SELECT id FROM foyer_grants WHERE record = :record AND exempt_at IS NOT NULL`, {
    record,
  })
  const start: Stays | undefined = before && {
    ...{ relationship: before.relationship, extent: before.extent, exempt: kept !== undefined, byCode: false },
    ...{ from: before.valid_from, until: before.valid_until ?? undefined },
  }
  return codes.reduce<WithoutLink>(
    ({ lost, stays }, code) => {
      const { extent, relationship } = code
      const given = { relationship, extent, from: code.opens_from ?? undefined }
      const both = stays ? joined(stays, given, born, portal) : { ...given, until: undefined, exempt: false }
      if (!both) return { stays, lost: [...lost, code] }
      const byCode = stays?.byCode === true || (!before && relationship === 'self')
      return { stays: { ...both, byCode }, lost }
    },
    { stays: start, lost: [] },
  )
}

/** A code that was used, as the page of a link tells of it. */
export interface ToldCode extends UsedCode {
  isLost: boolean
}

/** Of a link that was taken back, as the trail kept it; of one that stands, what will become of each. */
export async function toldCodes(
  db: Queryable,
  portal: Portal,
  link: Link,
  standsByOther: boolean,
): Promise<ToldCode[]> {
  const codes = await codesUsedSince(db, link, await accountsOf(db, link))
  if (codes.length === 0) return []
  const lost =
    link.undone_at === null ? await lostLater(db, portal, link, codes, standsByOther) : await lostThen(db, link)
  return codes.map((code) => ({ ...code, isLost: lost.has(code.id) }))
}

async function lostLater(
  db: Queryable,
  portal: Portal,
  link: Link,
  codes: readonly UsedCode[],
  standsByOther: boolean,
): Promise<ReadonlySet<number>> {
  if (standsByOther) return new Set()
  return new Set((await withoutLink(db, portal, link, codes)).lost.map(({ id }) => id))
}

async function lostThen(
  db: Queryable,
  { pid, record, linked_at: since, undone_at }: Link,
): Promise<ReadonlySet<number>> {
  const rows = await db.select<{ subject: string }>(
    `SELECT subject FROM foyer_audit
      WHERE pid = :pid AND record = :record AND event = 'code.lost' AND at BETWEEN :since AND :until`,
    { pid, record, since, until: undone_at ?? FOR_EVER },
  )
  return new Set(rows.map(({ subject }) => Number(subject.replace('code:', ''))))
}
