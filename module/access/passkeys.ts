/** Passkeys as they are kept: what a browser and its owner prove with, never a secret of theirs. */
import { utc, type Utc } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { sha256 } from '../platform/ids.js'
import type { Portal } from './portal.js'
import type { FactorOwner } from './secondFactors.js'

export interface Passkey {
  id: number
  owner: FactorOwner
  /** Base64url, as browsers say it. */
  credentialId: string
  publicKey: Uint8Array<ArrayBuffer>
  /** How often it says that it was used; those that are synchronised say 0. */
  counter: number
  transports: string[]
  /** As its owner calls it. */
  name: string
  createdAt: Utc
  usedAt: Utc | undefined
}

interface Row {
  id: number
  owner: FactorOwner
  credential_id: string
  public_key: string
  counter: number
  transports: string
  name: string
  created_at: Utc
  used_at: Utc | null
}

const columns = `id, owner, credential_id, public_key, counter, transports, name, created_at, used_at`

/** The oldest first. */
export async function passkeysOf(db: Queryable, owner: FactorOwner): Promise<Passkey[]> {
  const rows = await db.select<Row>(
    `SELECT ${columns} FROM foyer_passkeys WHERE owner = :owner ORDER BY id`, // sql-safe: a constant
    { owner },
  )
  return rows.map(passkeyOf)
}

/** The one that a browser names, whoever's it is. */
export async function findPasskey(db: Queryable, credentialId: string): Promise<Passkey | undefined> {
  const row = await db.first<Row>(
    `SELECT ${columns} FROM foyer_passkeys WHERE credential_hash = :hash`, // sql-safe: a constant
    { hash: sha256(credentialId) },
  )
  return row && passkeyOf(row)
}

function passkeyOf(row: Row): Passkey {
  return {
    id: row.id,
    owner: row.owner,
    credentialId: row.credential_id,
    publicKey: Uint8Array.from(Buffer.from(row.public_key, 'base64url')),
    counter: row.counter,
    transports: row.transports === '' ? [] : row.transports.split(','),
    name: row.name,
    createdAt: row.created_at,
    usedAt: row.used_at ?? undefined,
  }
}

export type NewPasskey = Pick<Passkey, 'credentialId' | 'publicKey' | 'counter' | 'transports'>

const TRANSPORT = /^[a-z-]{1,20}$/
const TRANSPORTS_MOST = 8

/** False: it is known here already, this owner's or somebody else's. */
export async function keepPasskey(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  owner: FactorOwner,
  { credentialId, publicKey, counter, transports, name }: NewPasskey & { name: string },
): Promise<boolean> {
  // Asked of the unique key: two presses at once are one.
  const kept = await tx.change(
    `INSERT IGNORE INTO foyer_passkeys
       (owner, credential_hash, credential_id, public_key, counter, transports, name, created_at)
     VALUES (:owner, :hash, :credentialId, :publicKey, :counter, :transports, :name, :now)`,
    {
      owner,
      hash: sha256(credentialId),
      credentialId,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      transports: transports
        .filter((each) => TRANSPORT.test(each))
        .slice(0, TRANSPORTS_MOST)
        .join(','),
      name,
      now: utc(clock.now()),
    },
  )
  return kept === 1
}

/** False: it has been used meanwhile, so that this answer may be a copy's. */
export async function notePasskeyUse(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  { id, counter }: Passkey,
  newCounter: number,
): Promise<boolean> {
  const noted = await tx.change(
    `UPDATE foyer_passkeys SET counter = :newCounter, used_at = :now WHERE id = :id AND counter = :counter`,
    { id, counter, newCounter, now: utc(clock.now()) },
  )
  return noted === 1
}

/** False: they have no such passkey. */
export async function renamePasskey(tx: Tx, owner: FactorOwner, id: number, name: string): Promise<boolean> {
  const found = await tx.first(`SELECT id FROM foyer_passkeys WHERE id = :id AND owner = :owner`, { id, owner })
  if (!found) return false
  await tx.change(`UPDATE foyer_passkeys SET name = :name WHERE id = :id AND owner = :owner`, { id, owner, name })
  return true
}

/** False: they have no such passkey. */
export async function removePasskey(tx: Tx, owner: FactorOwner, id: number): Promise<boolean> {
  return (await tx.change(`DELETE FROM foyer_passkeys WHERE id = :id AND owner = :owner`, { id, owner })) === 1
}
