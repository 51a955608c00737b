/** How it stands with the chain: what is sealed, and when somebody last looked. */
import type { Portal } from '../../access/portal.js'
import { chainKey } from '../../platform/auditChain.js'
import { storedAnchor } from '../../platform/auditAnchors.js'
import { verifyTrail, type Verdict } from '../../platform/auditCheck.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import type { Utc } from '../../platform/clock.js'

export interface ChainState {
  /** undefined: nothing was ever sealed; 'broken': not as Foyer left it. */
  sealed: { count: number; until: Utc } | 'broken' | undefined
  /** Entries without a seal, at most WAITING_COUNTED + 1. */
  waiting: number
  verified: { at: Utc; by: string; rows: number; all: boolean; bad: string | undefined } | undefined
}

export const WAITING_COUNTED = 1000

/** Three statements. */
export async function chainState({ db, secret }: Portal): Promise<ChainState> {
  const [anchor, waits, last] = await Promise.all([
    storedAnchor(db, chainKey(secret)),
    db.first<{ waiting: number }>(
      // sql-safe: a number
      `SELECT COUNT(*) AS waiting FROM (SELECT 1 FROM foyer_audit WHERE unsealed = 1 LIMIT ${WAITING_COUNTED + 1}) w`,
    ),
    db.first<{ at: Utc; actor_name: string; details: string }>(
      `SELECT at, actor_name, CAST(details AS CHAR) AS details FROM foyer_audit
        WHERE event = 'audit-trail.verified' ORDER BY at DESC, id DESC LIMIT 1`,
    ),
  ])
  return {
    sealed: anchor === 'forged' ? 'broken' : anchor && { count: anchor.seq, until: anchor.at },
    waiting: waits?.waiting ?? 0,
    verified: last && { at: last.at, by: last.actor_name, ...verdictIn(last.details) },
  }
}

interface Noted {
  rows: number
  all: boolean
  bad: string | undefined
}

function verdictIn(details: string): Noted {
  const { rows, all, whole, bad } = JSON.parse(details) as Record<string, unknown>
  return { rows: Number(rows), all: all === true, bad: whole === true ? undefined : typeof bad === 'string' ? bad : '' }
}

export const NEWEST_VERIFIED = 20_000

/** Goes through the newest entries, and writes down who had it done and what came of it. */
export async function verifyNewest({ clock, config, db, secret }: Portal, actor: Actor): Promise<Verdict> {
  const verdict = await verifyTrail({ db, key: chainKey(secret), folder: config.dataDir, newest: NEWEST_VERIFIED })
  const { bad, rows, end } = verdict
  await db.transaction((tx) =>
    recordAudit(tx, clock, actor, {
      event: 'audit-trail.verified',
      subject: 'audit-trail',
      details: { rows, all: rows === end?.seq, whole: !bad, fault: bad?.fault ?? null, bad: bad?.id ?? null },
    }),
  )
  return verdict
}
