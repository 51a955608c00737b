/**
 * Passwords that staff made. Whatever the host's column says (its globals decide that), one opens only the page on
 * which the patient makes an own one, and it does not live for ever.
 */
import type { Actor } from '../platform/audit.js'
import { utc, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { sha256 } from '../platform/ids.js'
import { seal, unseal } from '../platform/sealed.js'
import { canVerify, verifyHostPassword } from '../host/php/passwords.js'
import type { Portal } from './portal.js'

/**
 * Whether this password must be replaced before it opens anything. `hash` and `status` are those of the host's row
 * (portal_pwd, portal_pwd_status; facts §3.1). An open row of ours about another hash says nothing: the password was
 * changed elsewhere, so it is the patient's own.
 */
export async function mustChange(db: Queryable, pid: number, hash: string, status: number | null): Promise<boolean> {
  if (status !== 1) return true
  const open = await db.first(`SELECT id FROM foyer_credentials WHERE open_pid = :pid AND fingerprint = :fingerprint`, {
    pid,
    fingerprint: sha256(hash),
  })
  return open !== undefined
}

interface OpenRow {
  fingerprint: string
  first_hash: string | null
}

/** What the typed password says of what staff made. */
export interface ShownStanding {
  mustChange: boolean
  /** What the open row of ours must say from now on; undefined: it is right as it stands, or there is none. */
  becomes: 'same-password' | 'changed' | undefined
}

/**
 * The same of somebody who has just shown the password. The host creates a hash anew after a sign-in of its own where
 * its globals ask for another form (facts §3.3): the hash is another then, and the password still the one that staff
 * made. The hash it had first, sealed, tells.
 */
export async function standingShown(
  { db, secret }: Pick<Portal, 'db' | 'secret'>,
  { hash, pid, current }: { pid: number; hash: string; current: boolean },
  password: string,
): Promise<ShownStanding> {
  const row = await db.first<OpenRow>(`SELECT fingerprint, first_hash FROM foyer_credentials WHERE open_pid = :pid`, {
    pid,
  })
  if (!row) return { mustChange: !current, becomes: undefined }
  if (row.fingerprint === sha256(hash)) return { mustChange: true, becomes: undefined }
  const first = row.first_hash === null ? undefined : unseal(secret, PURPOSE, row.first_hash)
  if (first === undefined) return { mustChange: !current, becomes: undefined }
  return (await verifyHostPassword(password, first))
    ? { mustChange: true, becomes: 'same-password' }
    : { mustChange: !current, becomes: 'changed' }
}

const PURPOSE = 'staff-credential'

/** Writes down what a sign-in has shown of it, while the hash is held. */
export async function noteShown(
  tx: Tx,
  portal: Pick<Portal, 'clock'>,
  { pid, hash }: { pid: number; hash: string },
  { becomes }: ShownStanding,
): Promise<void> {
  if (becomes === 'changed') return endStaffCredential(tx, portal, pid)
  if (becomes === 'same-password')
    await tx.change(`UPDATE foyer_credentials SET fingerprint = :fingerprint WHERE open_pid = :pid`, {
      pid,
      fingerprint: sha256(hash),
    })
}

/**
 * Whether a passkey alone opens what the host's login opens. Not while that login waits to be made the patient's own
 * again: a reset or an expiry would otherwise leave a way in that its password does not have. Where the host has changed
 * the hash itself, only the password can tell whether it is the patient's own.
 */
export async function passkeyMayEnter(
  db: Queryable,
  { hash, pid, status }: { pid: number; hash: string; status: number | null },
): Promise<boolean> {
  if (!canVerify(hash) || status !== 1) return false
  return (await db.first(`SELECT id FROM foyer_credentials WHERE open_pid = :pid`, { pid })) === undefined
}

/** changed: the patient has an own one; replaced: staff made another; expired: nobody used it in time; gone: its login is. */
export type HowEnded = 'changed' | 'replaced' | 'expired' | 'gone'

/** Closes what staff made for this patient, in the transaction that makes it worthless. Nothing open: nothing happens. */
export async function endStaffCredential(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  pid: number,
  how: HowEnded = 'changed',
): Promise<void> {
  await tx.change(
    `UPDATE foyer_credentials SET ended_at = :now, ended = :how, open_pid = NULL, first_hash = NULL WHERE open_pid = :pid`,
    {
      pid,
      how,
      now: utc(clock.now()),
    },
  )
}

/** Notes that staff made this password: from now on it must be changed, until `temporaryPasswordDays` are over. */
export async function noteStaffCredential(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'secret' | 'settings'>,
  made: { pid: number; hash: string; by: Actor },
): Promise<{ id: number; expiresAt: Utc }> {
  await endStaffCredential(tx, portal, made.pid, 'replaced')
  const now = portal.clock.now()
  // With the end of the practice's day, so that a day can be named.
  const expiresAt = utc(now.plus({ days: portal.settings().temporaryPasswordDays }).endOf('day'))
  const id = await tx.insert(
    `INSERT INTO foyer_credentials (pid, fingerprint, first_hash, made_by, made_at, expires_at, open_pid)
     VALUES (:pid, :fingerprint, :first, :by, :now, :expiresAt, :pid)`,
    {
      ...{ pid: made.pid, by: made.by.name, now: utc(now), expiresAt },
      fingerprint: sha256(made.hash),
      first: seal(portal.secret, PURPOSE, made.hash),
    },
  )
  return { id, expiresAt }
}

export interface StaffCredential {
  id: number
  pid: number
  madeBy: string
  madeAt: Utc
  expiresAt: Utc
}

interface Row {
  id: number
  pid: number
  made_by: string
  made_at: Utc
  expires_at: Utc
}

/** What staff made for this patient, as long as its hash is the one that the host keeps. */
export async function findStaffCredential(
  db: Queryable,
  pid: number,
  hash: string,
): Promise<StaffCredential | undefined> {
  const row = await db.first<Row>(
    `SELECT id, pid, made_by, made_at, expires_at FROM foyer_credentials
      WHERE open_pid = :pid AND fingerprint = :fingerprint`,
    { pid, fingerprint: sha256(hash) },
  )
  return row && credentialOf(row)
}

/** Those whose time is over and that nobody was seen to use, the oldest first. */
export async function overdueStaffCredentials(
  db: Queryable,
  { clock }: Pick<Portal, 'clock'>,
  most: number,
): Promise<StaffCredential[]> {
  const rows = await db.select<Row>(
    `SELECT id, pid, made_by, made_at, expires_at FROM foyer_credentials
      WHERE ended_at IS NULL AND expires_at <= :now AND used_at IS NULL
      ORDER BY expires_at LIMIT ${String(Math.trunc(most))}`, // sql-safe: a number
    { now: utc(clock.now()) },
  )
  return rows.map(credentialOf)
}

/** Whether something staff made for this patient is open whose hash the host has changed since. */
export async function isOpenOtherwise(db: Queryable, id: number, hash: string): Promise<boolean> {
  const row = await db.first(
    `SELECT id FROM foyer_credentials
      WHERE id = :id AND open_pid IS NOT NULL AND first_hash IS NOT NULL AND fingerprint <> :fingerprint`,
    { id, fingerprint: sha256(hash) },
  )
  return row !== undefined
}

/** It was used at the host's own portal, which asks for no change: it must still be changed here, but stays usable. */
export async function noteUse(tx: Tx, { clock }: Pick<Portal, 'clock'>, id: number): Promise<void> {
  await tx.change(`UPDATE foyer_credentials SET used_at = :now WHERE id = :id`, { id, now: utc(clock.now()) })
}

function credentialOf(row: Row): StaffCredential {
  return {
    id: row.id,
    pid: row.pid,
    madeBy: row.made_by,
    madeAt: row.made_at,
    expiresAt: row.expires_at,
  }
}
