/** The grants that a person has on a chart already, beside what a code for them would give (codeJoining.ts). */
import { utc, type Day, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { comingFrom, joined, whyNotJoined, type Granted, type NotJoined } from './codeJoining.js'
import { plainName } from './placeholderNames.js'
import type { Portal } from './portal.js'
import type { ScopeRules } from './scope.js'

/** What somebody holds, or would be given, of one chart. */
export interface CodeGift {
  pid: number
  /** Whom the code is made out to. */
  recipient: string
  relationship: string
  extent: string
  /** Its first instant. Undefined: as soon as it is used. */
  from: Utc | undefined
}

export interface InTheWay {
  reason: NotJoined
  /** foyer_grants.id */
  grant: number
  /** When that one begins. */
  from: Utc
}

interface NamedGrant {
  id: number
  relationship: string
  extent: string
  valid_from: Utc
  valid_until: Utc | null
  exempt: number
  name: string
}

/**
 * The grant of the person whom a code names to which it could not be added. Known by the name, as far as that goes:
 * whoever else uses the code finds out then. Undefined: none. One statement.
 */
export async function grantInTheWay(
  db: Queryable,
  rules: ScopeRules,
  gift: CodeGift,
  born: Day | undefined,
): Promise<InTheWay | undefined> {
  const rows = await db.select<NamedGrant>(
    `SELECT g.id, g.relationship, g.extent, g.valid_from, g.valid_until, g.exempt_at IS NOT NULL AS exempt, a.display_name AS name
       FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
      WHERE g.pid = :pid AND g.revoked_at IS NULL AND a.disabled_at IS NULL ORDER BY g.id`,
    { pid: gift.pid },
  )
  const found = rows.find((row) => {
    // A father may have his son's name.
    if ((row.relationship === 'self') !== (gift.relationship === 'self')) return false
    return plainName(row.name) === plainName(gift.recipient) && !joined(grantedIn(row), gift, born, rules)
  })
  return found && { reason: whyNotJoined(grantedIn(found), rules), grant: found.id, from: found.valid_from }
}

/** A grant's row, as what it says of itself. */
export function grantedIn(row: Omit<NamedGrant, 'id' | 'name'>): Granted {
  return {
    ...{ relationship: row.relationship, extent: row.extent, exempt: row.exempt === 1 },
    ...{ from: row.valid_from, until: row.valid_until ?? undefined },
  }
}

/** The grant says from now on what `joined` made of it. */
export async function writeJoined(tx: Tx, portal: Portal, id: number, after: Granted): Promise<void> {
  await tx.change(
    `UPDATE foyer_grants
        SET extent = :extent, relationship = :relationship, valid_from = COALESCE(:from, LEAST(valid_from, :now)),
            valid_until = :until, exempt_at = IF(:exempt, exempt_at, NULL), exempt_by = IF(:exempt, exempt_by, NULL),
            exempt_reason = IF(:exempt, exempt_reason, NULL), version = version + 1
      WHERE id = :id`,
    {
      ...{ id, extent: after.extent, relationship: after.relationship, now: utc(portal.clock.now()) },
      ...{ from: comingFrom(after, portal) ?? null, until: after.until ?? null, exempt: after.exempt ? 1 : 0 },
    },
  )
}
