/**
 * Who stays out of a chart, whatever PIN they hold: the person whose access was revoked, not their account alone. A
 * person is known again by an account, by those merged into it, by the name and by the e-mail address of each. Names and
 * addresses are shared: staff may say of one code that it is for somebody else.
 */
import { accountsOfPerson, lostAccess, type LostAccess } from '../host/reads/redeeming.js'
import { utc, type Clock, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { plainName } from './placeholderNames.js'

/** Somebody with a code: what it says, and how they come. */
export interface Comer {
  /** Whom the code was made out to. */
  recipient: string
  /** 0: they have none yet. */
  accountId: number
  /** As typed by somebody who has none yet, else ''. */
  email: string
}

/** One revocation of access: given back and revoked anew, it is another. `123.20261123130000000` */
export function barKey({ grant, revokedAt }: Pick<LostAccess, 'grant' | 'revokedAt'>): string {
  return `${String(grant)}.${revokedAt.replace(/\D/g, '')}`
}

const nobody: ReadonlySet<string> = new Set()

/**
 * Whether this person's access to the chart was revoked and is not given back. `looked`: bars of which staff have said
 * that the code is somebody else's; an account that lost the access stays out all the same. Always two statements, whoever
 * it is and whether or not there is such a chart (pid 0), so that the time tells nothing.
 */
export async function isBarred(
  db: Queryable,
  pid: number,
  { recipient, accountId, email }: Comer,
  looked: ReadonlySet<string> = nobody,
): Promise<boolean> {
  const lost = await lostAccess(db, pid)
  const theirs = await accountsOfPerson(db, accountId)
  // What a patient's chart says of e-mail is often a parent's: it tells whom a barred person is, and not who comes.
  const names = new Set([recipient, ...theirs.map(({ name }) => name)].map(plainName))
  const emails = new Set(
    [email, ...theirs.map((each) => each.email ?? '')].map(plainEmail).filter((each) => each !== ''),
  )
  const accounts = new Set(theirs.map(({ account }) => account))
  const isAlike = (one: LostAccess) =>
    names.has(plainName(one.name)) || [one.email, one.chartEmail].some((each) => emails.has(plainEmail(each ?? '')))
  return lost.some((one) => accounts.has(one.account) || (!looked.has(barKey(one)) && isAlike(one)))
}

/** Whose lost access bars a code made out to this name, each once. */
export async function barsOfName(db: Queryable, pid: number, recipient: string): Promise<LostAccess[]> {
  return once((await lostAccess(db, pid)).filter(({ name }) => plainName(name) === plainName(recipient)))
}

/** Everybody whose access to this chart was revoked and is not given back, each once. */
export async function barsOfChart(db: Queryable, pid: number): Promise<LostAccess[]> {
  return once(await lostAccess(db, pid))
}

/** An account comes with those that were merged into it: of one revocation it is enough to tell once. */
function once(lost: readonly LostAccess[]): LostAccess[] {
  return [...new Map(lost.map((one) => [barKey(one), one])).values()]
}

interface LookedRow {
  grant: number
  revokedAt: Utc
}

/** Bars of which staff have said that this code is somebody else's; of code 0 none. One statement. */
export async function lookedBars(db: Queryable, code: number): Promise<ReadonlySet<string>> {
  const rows = await db.select<LookedRow>(
    `SELECT grant_id AS \`grant\`, revoked_at AS revokedAt FROM foyer_code_bars WHERE code_id = :code`,
    { code },
  )
  return new Set(rows.map(barKey))
}

/** The same of every code of a chart that nobody has used. One statement. */
export async function lookedBarsOfChart(db: Queryable, pid: number): Promise<Map<number, Set<string>>> {
  const rows = await db.select<LookedRow & { code: number }>(
    `SELECT b.code_id AS code, b.grant_id AS \`grant\`, b.revoked_at AS revokedAt
       FROM foyer_codes c JOIN foyer_code_bars b ON b.code_id = c.id
      WHERE c.pid = :pid AND c.redeemed_at IS NULL AND c.revoked_at IS NULL`,
    { pid },
  )
  const looked = new Map<number, Set<string>>()
  for (const row of rows) looked.set(row.code, (looked.get(row.code) ?? new Set()).add(barKey(row)))
  return looked
}

/**
 * Staff say that the code is for somebody else than these, as far as access to its chart was revoked from them. Answers
 * their grants (foyer_grants.id).
 */
export async function keepLooked(
  tx: Tx,
  { clock }: { clock: Clock },
  { code, pid }: { code: number; pid: number },
  keys: readonly string[],
  by: string,
): Promise<number[]> {
  if (keys.length === 0) return []
  const bars = (await barsOfChart(tx, pid)).filter((bar) => keys.includes(barKey(bar)))
  for (const { grant, revokedAt } of bars) {
    await tx.change(
      `INSERT IGNORE INTO foyer_code_bars (code_id, grant_id, revoked_at, looked_by, looked_at)
       VALUES (:code, :grant, :revokedAt, :by, :now)`,
      { code, grant, revokedAt, by, now: utc(clock.now()) },
    )
  }
  return bars.map(({ grant }) => grant)
}

/** What staff have said of a code so, the first first. */
export function lookedOf(db: Queryable, code: number): Promise<{ name: string; by: string; at: Utc }[]> {
  return db.select(
    `SELECT a.display_name AS name, b.looked_by AS \`by\`, b.looked_at AS at
       FROM foyer_code_bars b JOIN foyer_grants g ON g.id = b.grant_id JOIN foyer_accounts a ON a.id = g.account_id
      WHERE b.code_id = :code ORDER BY b.looked_at, b.grant_id`,
    { code },
  )
}

function plainEmail(email: string): string {
  return email.trim().toLowerCase()
}
