/** What linking wrote down of itself, so that a wrong link is taken back exactly and told of afterwards. */
import { accountsOfPerson } from '../../../host/reads/redeeming.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'

/** A grant of an account on a chart, as it was before; revoked ones too. */
export interface GrantBefore {
  id: number
  record: string
  relationship: string
  extent: string
  /** Links that were made before this was kept say none: it had begun. */
  valid_from?: Utc
  valid_until: Utc | null
  revoked_at: Utc | null
  revoked_by: string | null
}

export interface Link {
  id: number
  registration_id: number
  account_id: number
  pid: number
  record: string
  /** Before the first of the links that stand for this account and chart; undefined: there was none. */
  grant_before: GrantBefore | undefined
  allowed_before: string | null
  made_access: boolean
  new_chart: boolean
  /** As the row keeps it (access/ownRecord.ts `movedIn`). */
  moved: unknown
  linked_by: string
  linked_at: Utc
  undone_by: string | null
  undone_at: Utc | null
  undone_reason: string | null
}

const columns = `id, registration_id, account_id, pid, record, grant_before, allowed_before, made_access, new_chart, moved,
  linked_by, linked_at, undone_by, undone_at, undone_reason`

/** All of a registration, those that were taken back too; the newest first. */
export async function linksOf(db: Queryable, registration: number): Promise<Link[]> {
  const rows = await db.select<Row>(
    `SELECT ${columns} FROM foyer_registration_links WHERE registration_id = :registration ORDER BY id DESC`, // sql-safe: a constant
    { registration },
  )
  return rows.map(linkOf)
}

/** The link that stands; undefined: there is none, or it was taken back. */
export async function standingLink(db: Queryable, registration: number): Promise<Link | undefined> {
  return (await linksOf(db, registration)).find(({ undone_at }) => undone_at === null)
}

/** The links that stand of an account with a chart: of several registrations of one person. */
export async function linksStanding(db: Queryable, accountId: number, pid: number): Promise<Link[]> {
  const rows = await db.select<Row>(
    // sql-safe: a constant
    `SELECT ${columns} FROM foyer_registration_links
      WHERE account_id = :accountId AND pid = :pid AND undone_at IS NULL ORDER BY id`,
    { accountId, pid },
  )
  return rows.map(linkOf)
}

/**
 * Since when an account has opened a chart by links alone: by this one, or by one from before that stood when it came.
 * What was done between the two was done through both.
 */
export async function linkedSince(db: Queryable, { account_id: accountId, id, linked_at, pid }: Link): Promise<Utc> {
  const before = await db.select<Pick<Link, 'linked_at' | 'undone_at'>>(
    `SELECT linked_at, undone_at FROM foyer_registration_links
      WHERE account_id = :accountId AND pid = :pid AND id < :id ORDER BY id DESC`,
    { accountId, pid, id },
  )
  return before.reduce(
    (since, each) => (each.undone_at === null || each.undone_at >= since ? each.linked_at : since),
    linked_at,
  )
}

/** The account of a link and those that were joined with it: the trail keeps the names under which each acted. */
export async function accountsOf(db: Queryable, { account_id: accountId }: Link): Promise<number[]> {
  return (await accountsOfPerson(db, accountId)).map(({ account }) => account)
}

interface Row extends Omit<Link, 'grant_before' | 'made_access' | 'new_chart'> {
  grant_before: unknown
  made_access: number
  new_chart: number
}

function linkOf(row: Row): Link {
  return {
    ...row,
    grant_before: row.grant_before === null ? undefined : (jsonOf(row.grant_before) as GrantBefore),
    made_access: row.made_access === 1,
    new_chart: row.new_chart === 1,
    moved: jsonOf(row.moved),
  }
}

/** MySQL gives the value of JSON, MariaDB its text. */
function jsonOf(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value
}
