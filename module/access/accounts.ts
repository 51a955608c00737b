import {
  DataTypes,
  type Model,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type ModelStatic,
  type Sequelize,
} from 'sequelize'
import type { Queryable, Tx } from '../platform/database.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { utc, type Clock, type Utc } from '../platform/clock.js'
import { opaqueId } from '../platform/ids.js'

interface AccountModel extends Model<InferAttributes<AccountModel>, InferCreationAttributes<AccountModel>> {
  id: CreationOptional<number>
  own_record: string
  host_pid: number | null
  email: CreationOptional<string | null>
  email_verified_at: CreationOptional<string | null>
  password_hash: CreationOptional<string | null>
  language: CreationOptional<string | null>
  display_name: string
  created_at: string
}

interface GrantModel extends Model<InferAttributes<GrantModel>, InferCreationAttributes<GrantModel>> {
  id: CreationOptional<number>
  record: string
  account_id: number
  pid: number
  relationship: string
  extent: string
  valid_from: string
  granted_by: string
  granted_at: string
}

function accountsOf(sequelize: Sequelize): ModelStatic<AccountModel> {
  return defined<AccountModel>(sequelize, 'foyer_accounts', {
    id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
    own_record: DataTypes.STRING(22),
    host_pid: DataTypes.BIGINT,
    email: DataTypes.STRING,
    email_verified_at: DataTypes.STRING,
    password_hash: DataTypes.STRING,
    language: DataTypes.STRING,
    display_name: DataTypes.STRING,
    // A string all the way: Foyer's times are UTC text (clock.ts).
    created_at: DataTypes.STRING,
  })
}

function grantsOf(sequelize: Sequelize): ModelStatic<GrantModel> {
  return defined<GrantModel>(sequelize, 'foyer_grants', {
    id: { type: DataTypes.BIGINT.UNSIGNED, primaryKey: true, autoIncrement: true },
    record: DataTypes.STRING(22),
    account_id: DataTypes.BIGINT.UNSIGNED,
    pid: DataTypes.BIGINT,
    relationship: DataTypes.STRING,
    extent: DataTypes.STRING,
    valid_from: DataTypes.STRING,
    granted_by: DataTypes.STRING,
    granted_at: DataTypes.STRING,
  })
}

function defined<Row extends Model>(
  sequelize: Sequelize,
  name: string,
  columns: Parameters<Sequelize['define']>[1],
): ModelStatic<Row> {
  return (sequelize.models[name] ?? sequelize.define(name, columns, { tableName: name })) as ModelStatic<Row>
}

/**
 * The account of a host credential: made at its first sign-in, with the grant that opens its own chart, unless staff
 * took that chart from the one who signed in with it before (`barred`). Two first sign-ins at once make one.
 */
export async function accountOfCredential(
  tx: Tx,
  clock: Clock,
  credential: { pid: number; patientName: string; barred?: boolean },
): Promise<{ id: number; created: boolean }> {
  const sequelize = tx.sequelize
  const accounts = accountsOf(sequelize)
  const now = utc(clock.now())
  const [account, created] = await accounts.findOrCreate({
    where: { host_pid: credential.pid },
    defaults: {
      own_record: opaqueId(),
      host_pid: credential.pid,
      // The host lets a first and a last name have 255 letters each.
      display_name: credential.patientName.slice(0, 255),
      created_at: now,
    },
    transaction: tx.transaction,
  })
  if (created && credential.barred !== true) {
    await grant(tx, clock, {
      accountId: account.id,
      pid: credential.pid,
      relationship: 'self',
      extent: 'full',
      by: systemActor,
    })
  }
  return { id: account.id, created }
}

export interface NewAccount {
  /** As typed, without spaces around it. */
  email: string
  /** The address was proved (a link that was sent there has been opened). */
  verified: boolean
  /** An own one (ownPasswords.ts); null until it is chosen: nobody signs in before. */
  passwordHash: string | null
  displayName: string
  language: string | undefined
}

/** An account on an e-mail of its own. It opens its own record only. Undefined: the address has an account already. */
export async function createAccount(
  tx: Tx,
  clock: Clock,
  wanted: NewAccount,
): Promise<{ id: number; ownRecord: string } | undefined> {
  const now = utc(clock.now())
  // Asked of the unique key, under which two at once are one: a read before would let both through.
  const [account, created] = await accountsOf(tx.sequelize).findOrCreate({
    where: { email: wanted.email },
    defaults: {
      own_record: opaqueId(),
      host_pid: null,
      email: wanted.email,
      email_verified_at: wanted.verified ? now : null,
      password_hash: wanted.passwordHash,
      display_name: wanted.displayName.slice(0, 255),
      language: wanted.language ?? null,
      created_at: now,
    },
    transaction: tx.transaction,
  })
  return created ? { id: account.id, ownRecord: account.own_record } : undefined
}

export interface EmailAccount {
  id: number
  email: string
  verified: boolean
  passwordHash: string | undefined
  displayName: string
  language: string | undefined
  disabled: boolean
}

/** The account of an e-mail address, compared as the column's collation does (capitals don't count). */
export async function accountOfEmail(db: Queryable, email: string): Promise<EmailAccount | undefined> {
  const row = await db.first<{
    id: number
    email: string
    email_verified_at: Utc | null
    password_hash: string | null
    display_name: string
    language: string | null
    disabled_at: Utc | null
  }>(
    `SELECT id, email, email_verified_at, password_hash, display_name, language, disabled_at
       FROM foyer_accounts WHERE email = :email`,
    { email: email.trim() },
  )
  if (!row) return undefined
  return {
    id: row.id,
    email: row.email,
    verified: row.email_verified_at !== null,
    passwordHash: row.password_hash ?? undefined,
    displayName: row.display_name,
    language: row.language ?? undefined,
    disabled: row.disabled_at !== null,
  }
}

const systemActor: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

export interface NewGrant {
  accountId: number
  pid: number
  relationship: string
  extent: string
  /** Opens nothing before. Undefined: it opens at once. */
  from?: Utc | undefined
  by: Actor
}

/** Opens a chart to an account. Returns the new record's opaque id. */
export async function grant(tx: Tx, clock: Clock, wanted: NewGrant): Promise<string> {
  const now = utc(clock.now())
  const row = await grantsOf(tx.sequelize).create(
    {
      record: opaqueId(),
      account_id: wanted.accountId,
      pid: wanted.pid,
      relationship: wanted.relationship,
      extent: wanted.extent,
      valid_from: wanted.from ?? now,
      granted_by: wanted.by.name,
      granted_at: now,
    },
    { transaction: tx.transaction },
  )
  await recordAudit(tx, clock, wanted.by, {
    event: 'grant.made',
    subject: `account:${String(wanted.accountId)}`,
    pid: wanted.pid,
    record: row.record,
    details: {
      ...{ relationship: wanted.relationship, extent: wanted.extent },
      ...(wanted.from === undefined ? {} : { from: wanted.from }),
    },
  })
  return row.record
}
