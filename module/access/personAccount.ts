/** Which account the host's credential of a person opens: one a person, however they come in. */
import { accountInUse } from '../host/reads/redeeming.js'
import type { Clock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { recordAudit } from '../platform/audit.js'
import { accountOfCredential } from './accounts.js'

interface Holder {
  id: number
  password_hash: string | null
  opens: number
}

/** What a credential signs into, as things stand. */
export type Into =
  /** The account that it belongs to, or that one was merged into. */
  | { kind: 'its-own'; id: number }
  /** That account is closed. `id`: the one that it belongs to. */
  | { kind: 'closed'; id: number }
  /** The account with an e-mail of its own whose holder is this patient. */
  | { kind: 'joins'; id: number }
  | { kind: 'new' }

interface Looked {
  into: Into
  /** An account with an e-mail that had the credential and is no longer this patient's own. */
  lets: number | undefined
}

/** Looks, and changes nothing. */
export async function signsInto(db: Queryable, pid: number): Promise<Into> {
  return (await lookedUp(db, pid)).into
}

async function lookedUp(db: Queryable, pid: number): Promise<Looked> {
  const holder = await holderOf(db, pid)
  const isTheirs = holder && (holder.password_hash === null || holder.opens === 1)
  if (isTheirs) {
    const id = await accountInUse(db, holder.id)
    return { into: id === undefined ? { kind: 'closed', id: holder.id } : { kind: 'its-own', id }, lets: undefined }
  }
  const own = await ownAccountOf(db, pid)
  return { into: own === undefined ? { kind: 'new' } : { kind: 'joins', id: own }, lets: holder?.id }
}

/** The account that this credential signs into, made or joined where it has to be. Undefined: it is closed. */
export async function accountOfPerson(
  tx: Tx,
  clock: Clock,
  credential: { pid: number; patientName: string },
): Promise<number | undefined> {
  const { into, lets } = await lookedUp(tx, credential.pid)
  if (lets !== undefined) await tx.change(`UPDATE foyer_accounts SET host_pid = NULL WHERE id = :lets`, { lets })
  if (into.kind === 'closed') return undefined
  if (into.kind === 'its-own') return into.id
  if (into.kind === 'new') {
    // Whoever had the login lost the chart: signing in again must not give it back. Staff do, in so many words.
    const barred =
      (lets !== undefined && (await lostTheChart(tx, lets, credential.pid))) || (await isLost(tx, credential.pid))
    return (await accountOfCredential(tx, clock, { ...credential, barred })).id
  }
  await tx.change(`UPDATE foyer_accounts SET host_pid = :pid WHERE id = :own AND host_pid IS NULL`, {
    own: into.id,
    pid: credential.pid,
  })
  const actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined } as const
  const subject = `account:${String(into.id)}`
  await recordAudit(tx, clock, actor, { event: 'account.credential-joined', subject, pid: credential.pid })
  return into.id
}

function holderOf(db: Queryable, pid: number): Promise<Holder | undefined> {
  return db.first<Holder>(
    `SELECT a.id, a.password_hash,
            EXISTS (SELECT 1 FROM foyer_grants g WHERE g.account_id = a.id AND g.pid = :pid AND g.relationship = 'self'
                                                   AND g.revoked_at IS NULL) AS opens
       FROM foyer_accounts a WHERE a.host_pid = :pid`,
    { pid },
  )
}

async function lostTheChart(db: Queryable, accountId: number, pid: number): Promise<boolean> {
  const revoked = await db.first(
    `SELECT id FROM foyer_grants
      WHERE account_id = :accountId AND pid = :pid AND relationship = 'self' AND revoked_at IS NOT NULL`,
    { accountId, pid },
  )
  return revoked !== undefined
}

/** An account let go of this login when staff took the chart from its holder (families/deciding.ts). */
async function isLost(db: Queryable, pid: number): Promise<boolean> {
  const lost = await db.first(
    // Of whichever account by now: what was revoked goes along when accounts are merged.
    `SELECT a.id FROM foyer_accounts a JOIN foyer_grants g ON g.pid = a.lost_login AND g.relationship = 'self'
      WHERE a.lost_login = :pid AND g.revoked_at IS NOT NULL`,
    { pid },
  )
  return lost !== undefined
}

/**
 * Staff took a patient's chart from this account: the patient's login goes with it, in the same transaction, so that its
 * password is not this account's to change any more. An account that has no other way in keeps it, and opens nothing.
 */
export async function letGoOfLogin(tx: Tx, { accountId, pid }: { accountId: number; pid: number }): Promise<void> {
  await tx.change(
    `UPDATE foyer_accounts SET lost_login = host_pid, host_pid = NULL
      WHERE id = :accountId AND host_pid = :pid AND password_hash IS NOT NULL`,
    { accountId, pid },
  )
}

/** Staff gave it back: the login too, unless it has been used meanwhile and belongs to another account. */
export async function takeLoginBack(tx: Tx, { accountId, pid }: { accountId: number; pid: number }): Promise<void> {
  const other = await accountOfPid(tx, pid)
  await tx.change(
    `UPDATE foyer_accounts SET host_pid = COALESCE(host_pid, :login), lost_login = NULL
      WHERE id = :accountId AND lost_login = :pid`,
    { accountId, pid, login: other === undefined ? pid : null },
  )
}

/** One account only: with two of them somebody has to look first. */
async function ownAccountOf(db: Queryable, pid: number): Promise<number | undefined> {
  const [one, other] = await db.select<{ id: number }>(
    `SELECT a.id FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
      WHERE g.pid = :pid AND g.relationship = 'self' AND g.revoked_at IS NULL AND a.disabled_at IS NULL
        AND a.host_pid IS NULL AND a.password_hash IS NOT NULL AND a.email_verified_at IS NOT NULL LIMIT 2`,
    { pid },
  )
  return other ? undefined : one?.id
}

/**
 * Every account in which somebody may be by this patient's credential: the one that it belongs to, and the one into which
 * that was merged, where they are. None that is closed has sessions.
 */
export async function accountsEntered(db: Queryable, pid: number): Promise<number[]> {
  const holder = await accountOfPid(db, pid)
  const into = await signsInto(db, pid)
  const entered = into.kind === 'its-own' ? [into.id] : []
  return [...new Set([...(holder === undefined ? [] : [holder]), ...entered])]
}

/** The account to which a patient's credential belongs, if it has been used. */
export async function accountOfPid(db: Queryable, pid: number): Promise<number | undefined> {
  const row = await db.first<{ id: number }>(`SELECT id FROM foyer_accounts WHERE host_pid = :pid`, { pid })
  return row?.id
}
