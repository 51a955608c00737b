/** Whose password the host's login of a chart is, before it is chosen anew. */
import { accountOfPid, signsInto } from '../../../access/personAccount.js'
import type { Queryable } from '../../../platform/database.js'

export type ChartLogin =
  /** Of this account, if it has been used. */
  | { kind: 'theirs'; accountId: number | undefined }
  /** Its account went into one that has another login, or none: that one's password is not this one's. */
  | { kind: 'merged'; stays: number }
  /** Its account is closed. */
  | { kind: 'closed'; id: number }

/** Looks, and changes nothing. */
export async function chartLogin(db: Queryable, pid: number): Promise<ChartLogin> {
  const [holder, into] = [await accountOfPid(db, pid), await signsInto(db, pid)]
  if (into.kind === 'closed') return into
  if (into.kind === 'its-own' && into.id !== holder) return { kind: 'merged', stays: into.id }
  return { kind: 'theirs', accountId: into.kind === 'new' ? undefined : into.id }
}
