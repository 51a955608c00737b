/** Who is known to Foyer by a name, whether or not the host still has their chart. */
import type { Queryable } from '../../platform/database.js'

/** An account's own record, and a chart that is gone. */
export interface KnownName {
  record: string | null
  pid: number | null
}

const BIRTH_DATE = /\b\d{4}-\d{2}-\d{2}\b/
const WORDS_MOST = 6
const PARTS = Array.from({ length: WORDS_MOST }, (_, at) => at)
const REGISTERED = `CONCAT_WS(' ', first_name, middle_name, last_name, birth_name)`

/**
 * Accounts in whose name every word is; the charts of their holders, and those that registrations were linked to, where
 * the host has them no more: at most `limit` of each, by name. One statement. The names are gone through in their key:
 * an account's name may begin with any of its words.
 */
export async function knownNames(db: Queryable, typed: string, limit: number): Promise<KnownName[]> {
  const born = BIRTH_DATE.exec(typed)?.[0]
  const words = typed.replace(BIRTH_DATE, ' ').split(/[\s,]+/)
  const parts = words.filter((word) => word !== '').slice(0, WORDS_MOST)
  if (parts.length === 0 && born === undefined) return []
  // One statement whatever is typed: a part that is not there is in every name.
  const all = (column: string) => PARTS.map((at) => `${column} LIKE :part${String(at)}`).join(' AND ') // sql-safe: constants and numbers
  const most = `LIMIT ${String(Math.trunc(limit))}` // sql-safe: a number
  return db.select<KnownName>(
    // sql-safe: constants and numbers
    `SELECT holder.own_record AS record, IF(p.pid IS NULL, COALESCE(own.pid, holder.host_pid), NULL) AS pid
       FROM (SELECT id FROM foyer_accounts
              WHERE ${all('display_name')}
                AND (:born IS NULL OR id IN (SELECT account_id FROM foyer_registrations WHERE ${OWN_BIRTH}))
              ORDER BY display_name, id ${most}) named
       JOIN foyer_accounts holder ON holder.id = named.id
       LEFT JOIN foyer_grants own ON own.account_id = holder.id AND own.relationship = 'self'
       LEFT JOIN patient_data p ON p.pid = COALESCE(own.pid, holder.host_pid)
      UNION
     (SELECT NULL, pid FROM foyer_registrations
       WHERE pid > 0 AND ${all(REGISTERED)} AND (:born IS NULL OR born = :born)
         AND NOT EXISTS (SELECT 1 FROM patient_data p WHERE p.pid = foyer_registrations.pid) ${most})`,
    {
      born: born ?? null,
      ...Object.fromEntries(
        PARTS.map((at) => [`part${String(at)}`, `%${(parts[at] ?? '').replace(/[\\%_]/g, '\\$&')}%`]),
      ),
    },
  )
}

/** Of a registration: for its sender, who was born then. */
const OWN_BIRTH = `born = :born AND for_whom = 'me'`
