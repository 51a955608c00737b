import type { Queryable, Tx } from '../platform/database.js'
import { gatheringOf, type Several } from '../platform/gathering.js'
import type { WallClock } from '../platform/clock.js'
import type { HostSite } from './detect.js'

/** A user of the host who works there. */
export interface StaffUser {
  id: number
  username: string
  name: string
  active: boolean
  /** Sees patients: has a calendar column of their own. */
  authorized: boolean
  /** May be written to by patients (facts §4.4). */
  portalUser: boolean
  passwordHash: string | undefined
}

export interface StaffLogin extends StaffUser {
  failures: number
  /** Wall clock of the newest failure; undefined where the host keeps none (before 7.0.2). */
  lastFailure: WallClock | undefined
}

interface StaffRow {
  id: number
  username: string
  fname: string | null
  lname: string | null
  active: number
  authorized: number | null
  portal_user: number
  password: string | null
}

const staffColumns = `u.id, u.username, u.fname, u.lname, u.active, u.authorized, u.portal_user, s.password`

/**
 * The user who signs in by this name, compared byte by byte as the host does (facts §3.7). Undefined without a row in
 * users_secure or in `groups`: the host would not let them in either.
 */
export async function findStaffLogin(db: Queryable, site: HostSite, username: string): Promise<StaffLogin | undefined> {
  const lastFailure = site.has('users_secure', 'last_login_fail') ? 's.last_login_fail' : 'NULL'
  const row = await db.first<StaffRow & { failures: number | null; last_failure: string | null }>(
    // sql-safe: one of two constants
    `SELECT ${staffColumns}, s.login_fail_counter AS failures, ${lastFailure} AS last_failure
       FROM users u JOIN users_secure s ON s.id = u.id AND BINARY s.username = BINARY u.username
      WHERE u.username = :username AND BINARY u.username = BINARY :username
        AND EXISTS (SELECT 1 FROM \`groups\` g WHERE g.user = u.username)`,
    { username },
  )
  if (!row) return undefined
  return { ...staffOf(row), failures: row.failures ?? 0, lastFailure: row.last_failure ?? undefined }
}

/** The user as of now, or undefined when deleted. */
export async function findStaff(db: Queryable, id: number): Promise<StaffUser | undefined> {
  return (await usersOf(db, id)).get(id)
}

// Every page of staff's asks, so those that come together are asked for together.
const usersOf = gatheringOf(async (db: Queryable, ids: Several<number>): Promise<Map<number, StaffUser>> => {
  const rows = await db.select<StaffRow>(
    `SELECT ${staffColumns} FROM users u JOIN users_secure s ON s.id = u.id WHERE u.id IN (:ids)`, // sql-safe: a constant
    { ids },
  )
  return new Map(rows.map((row) => [row.id, staffOf(row)]))
})

/** Counts a wrong password where the host counts it, so that both lock after the same number (facts §3.7). */
export async function countStaffFailure(tx: Tx, site: HostSite, id: number, at: WallClock): Promise<void> {
  const more = site.has('users_secure', 'last_login_fail')
    ? ', last_login_fail = :at, total_login_fail_counter = COALESCE(total_login_fail_counter, 0) + 1'
    : ''
  await tx.change(
    // sql-safe: one of two constants
    `UPDATE users_secure SET login_fail_counter = COALESCE(login_fail_counter, 0) + 1${more} WHERE id = :id`,
    { id, at },
  )
}

export async function clearStaffFailures(tx: Tx, id: number): Promise<void> {
  await tx.change(`UPDATE users_secure SET login_fail_counter = 0 WHERE id = :id AND login_fail_counter <> 0`, { id })
}

function staffOf(row: StaffRow): StaffUser {
  return {
    id: row.id,
    username: row.username,
    name: [row.fname, row.lname].filter((part) => part !== null && part !== '').join(' ') || row.username,
    active: row.active === 1,
    authorized: row.authorized === 1,
    portalUser: row.portal_user === 1,
    passwordHash: row.password ?? undefined,
  }
}

/** The user of exactly this name, at work or not, who can sign in to the host. */
export async function findStaffByName(db: Queryable, username: string): Promise<StaffUser | undefined> {
  const row = await db.first<StaffRow>(
    // sql-safe: a constant
    `SELECT ${staffColumns} FROM users u JOIN users_secure s ON s.id = u.id
      WHERE u.username = :username AND BINARY u.username = BINARY :username`,
    { username },
  )
  return row && staffOf(row)
}

/** Finds by user name or by either name, as typed so far: at most `limit`, those at work first. '' finds anybody. */
export async function searchStaff(db: Queryable, typed: string, limit: number): Promise<StaffUser[]> {
  const words = typed.trim().split(/\s+/).slice(0, 3)
  const like = Object.fromEntries(words.map((word, at) => [`w${String(at)}`, `%${word.replace(/[\\%_]/g, '\\$&')}%`]))
  const found = Object.keys(like).map((w) => `CONCAT_WS(' ', u.username, u.fname, u.lname) LIKE :${w}`)
  const rows = await db.select<StaffRow>(
    // sql-safe: constants, names of ours and a number
    `SELECT ${staffColumns} FROM users u JOIN users_secure s ON s.id = u.id
      WHERE ${found.join(' AND ')} ORDER BY u.active DESC, u.lname, u.fname, u.id LIMIT ${String(Math.trunc(limit))}`,
    like,
  )
  return rows.map(staffOf)
}

/** Everybody who is at work and can sign in: who holds something is looked for among them. */
export async function staffAtWork(db: Queryable): Promise<StaffUser[]> {
  const rows = await db.select<StaffRow>(
    // sql-safe: a constant
    `SELECT ${staffColumns} FROM users u JOIN users_secure s ON s.id = u.id
      WHERE u.active = 1 AND EXISTS (SELECT 1 FROM \`groups\` g WHERE g.user = u.username)`,
  )
  return rows.map(staffOf)
}

/** Whether patients may write to this user (facts §4.4). */
export async function setPortalUser(tx: Tx, id: number, on: boolean): Promise<void> {
  await tx.change(`UPDATE users SET portal_user = :on WHERE id = :id`, { id, on: on ? 1 : 0 })
}
