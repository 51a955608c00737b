/**
 * The practice's own rules. One holds for each subject and permission; every change of one is kept beside it, so that
 * what held, why and by whom is told after it is gone.
 */
import type { Actor } from '../platform/audit.js'
import { utc, type Clock, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { readAccessLists, groupsOf, standingIn } from '../host/gacl.js'
import { staffAtWork } from '../host/staff.js'
import { loadPolicy, type Policy } from './policy.js'
import { memberOf, staffMay, type StaffMember } from './staff.js'

/** What a person decides about a permission: default takes back what was decided before. */
export const effects = ['allow', 'deny', 'default'] as const
export type Effect = (typeof effects)[number]

export interface RuleChange {
  /** `group:front`, `user:jane`, `extent:forms`, `own`. */
  subject: string
  permission: string
  effect: Effect
  reason: string
}

/** One line of what became of the rules of somebody, newest first where they are listed. */
export interface RuleHistory {
  at: Utc
  subject: string
  permission: string
  was: string
  effect: string
  reason: string
  author: string
}

/** Lets the rule hold, in place of the one before. Answers what held before. Under the caller's turn. */
export async function writeRule(tx: Tx, clock: Clock, by: Actor, change: RuleChange): Promise<Effect> {
  const { subject, permission, effect, reason } = change
  const before = await tx.first<{ effect: Effect }>(
    `SELECT effect FROM foyer_acl_rules WHERE subject = :subject AND permission = :permission`,
    { subject, permission },
  )
  const was = before?.effect ?? 'default'
  if (effect === 'default' && was === 'default') return was
  if (effect === 'default') {
    await tx.change(`DELETE FROM foyer_acl_rules WHERE subject = :subject AND permission = :permission`, {
      ...{ subject, permission },
    })
  } else {
    await tx.change(
      `INSERT INTO foyer_acl_rules (subject, permission, effect, reason, author, created_at)
       VALUES (:subject, :permission, :effect, :reason, :author, :now)
       ON DUPLICATE KEY UPDATE effect = VALUES(effect), reason = VALUES(reason), author = VALUES(author), created_at = VALUES(created_at)`,
      { subject, permission, effect, reason, author: by.name, now: utc(clock.now()) },
    )
  }
  await tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`)
  return was
}

/** Keeps what was decided, whichever table it went to. */
export async function rememberChange(
  tx: Tx,
  clock: Clock,
  by: Actor,
  change: Omit<RuleChange, 'effect'> & { was: string; effect: string },
): Promise<void> {
  const { subject, permission, was, effect, reason } = change
  await tx.insert(
    `INSERT INTO foyer_acl_history (at, subject, permission, was, effect, reason, author)
     VALUES (:now, :subject, :permission, :was, :effect, :reason, :author)`,
    { now: utc(clock.now()), subject, permission, was, effect, reason, author: by.name },
  )
}

/** The newest changes first; of every subject and permission where none is named. */
export function readHistory(
  db: Queryable,
  most: number,
  of: { subject?: string; permission?: string } = {},
): Promise<RuleHistory[]> {
  const named = [
    ...(of.subject === undefined ? [] : ['subject = :subject']),
    ...(of.permission === undefined ? [] : ['permission = :permission']),
  ]
  return db.select<RuleHistory>(
    // sql-safe: constants and a number
    `SELECT at, subject, permission, was, effect, reason, author FROM foyer_acl_history
      ${named.length === 0 ? '' : `WHERE ${named.join(' AND ')}`} ORDER BY id DESC LIMIT ${String(Math.trunc(most))}`,
    of,
  )
}

/** Everybody at work who may do it by what this transaction has written: the live decision, over all users at once. */
export async function holdersOf(tx: Tx, permission: string): Promise<StaffMember[]> {
  return holdersUnder(await loadPolicy(tx, 'as being written'), tx, permission)
}

/** The same under rules that were read already. Four statements, however many users there are. */
export async function holdersUnder(policy: Policy, db: Queryable, permission: string): Promise<StaffMember[]> {
  const lists = await readAccessLists(db)
  const users = await staffAtWork(db)
  return users.flatMap((user) => {
    const member = memberOf(user, standingIn(lists, groupsOf(lists, user.username), user.username))
    return member && staffMay(policy, member, permission) ? [member] : []
  })
}
