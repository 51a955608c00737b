/**
 * Sessions live in the database, so that several processes share them and they can be ended from outside. A row keeps
 * the hash of the id only; the cookie alone opens it.
 */
import session from 'express-session'
import type { Database, Queryable, Tx } from '../platform/database.js'
import { utc, utcBefore, type Clock, type Utc } from '../platform/clock.js'
import { gathering, type Several } from '../platform/gathering.js'
import { sha256 } from '../platform/ids.js'

export type Audience = 'patient' | 'staff'

export interface SessionLife {
  /** Minutes without a request (polls don't count). */
  idle: number
  /** Hours from sign-in, whatever happens. */
  limit: number
}

interface Row {
  id_hash: string
  data: string
  seen_at: Utc
}

/** An express-session store over foyer_sessions for one audience. */
export class SessionStore extends session.Store {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audience: Audience,
    private readonly life: () => SessionLife,
  ) {
    super()
  }

  override get(id: string, done: (error: unknown, session?: session.SessionData | null) => void): void {
    answer(done, async () => {
      const hash = sha256(id)
      const row = (await this.rows(hash)).get(hash)
      return row ? { ...(JSON.parse(row.data) as session.SessionData), seenAt: row.seen_at } : null
    })
  }

  /** Every page asks, so those that come together are asked for together. */
  private readonly rows = gathering(async (hashes: Several<string>) => {
    const { idle, limit } = this.life()
    const now = this.clock.now()
    const rows = await this.db.select<Row>(
      `SELECT data, id_hash, seen_at FROM foyer_sessions
        WHERE id_hash IN (:hashes) AND audience = :audience AND seen_at > :awake AND created_at > :young`,
      {
        hashes,
        audience: this.audience,
        awake: utcBefore(now, idle * MINUTE_MS),
        young: utcBefore(now, limit * 60 * MINUTE_MS),
      },
    )
    return new Map(rows.map((row) => [row.id_hash, row]))
  })

  override set(id: string, data: session.SessionData, done: (error?: unknown) => void = ignore): void {
    const now = utc(this.clock.now())
    answer(done, () =>
      this.db.transaction(async (tx) => {
        await tx.change(
          `INSERT INTO foyer_sessions (id_hash, audience, owner, data, created_at, seen_at)
           VALUES (:id, :audience, :owner, :data, :now, :now)
           ON DUPLICATE KEY UPDATE data = VALUES(data), owner = VALUES(owner)`,
          { id: sha256(id), audience: this.audience, owner: ownerOf(data), data: JSON.stringify(data), now },
        )
      }),
    )
  }

  override destroy(id: string, done: (error?: unknown) => void = ignore): void {
    answer(done, () =>
      this.db.transaction(async (tx) => {
        await tx.change(`DELETE FROM foyer_sessions WHERE id_hash = :id`, { id: sha256(id) })
      }),
    )
  }

  // No `touch`: a route that is no poll says so by `keepAwake`. express-session would count polls too, and sends each
  // answer in two pieces to wait for it.
}

const MINUTE_MS = 60_000

/** Notes that the person is there. Written once a minute at most: most requests send nothing. */
export async function keepAwake(
  db: Database,
  clock: Clock,
  id: string,
  session: { seenAt?: Utc | undefined },
): Promise<void> {
  const now = clock.now()
  if (session.seenAt !== undefined && session.seenAt > utcBefore(now, MINUTE_MS)) return
  await db.transaction(async (tx) => {
    await tx.change(`UPDATE foyer_sessions SET seen_at = :now WHERE id_hash = :id`, { id: sha256(id), now: utc(now) })
  })
}

/** Whether it is still there: asked again by what has taken long. */
export async function sessionStands(db: Database, id: string): Promise<boolean> {
  return (await db.first(`SELECT id_hash FROM foyer_sessions WHERE id_hash = :id`, { id: sha256(id) })) !== undefined
}

/** Where somebody is signed in, as they would know it again. */
export interface Place {
  address: string
  /** "Firefox, Windows"; '' where the browser does not tell. */
  device: string
}

/** Kept with a session that has just begun. */
export async function notePlace(db: Database, id: string, { address, device }: Place): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.change(`UPDATE foyer_sessions SET address = :address, device = :device WHERE id_hash = :id`, {
      id: sha256(id),
      address: address.slice(0, 64),
      device: device.slice(0, 255),
    })
  })
}

/** A session that goes on under another id stays where it is and lives no longer than it would have. */
export async function keepPlace(db: Database, before: OpenSession, id: string): Promise<void> {
  const { address, device, since } = before
  await db.transaction(async (tx) => {
    await tx.change(
      `UPDATE foyer_sessions SET address = :address, device = :device, created_at = :since WHERE id_hash = :id`,
      { id: sha256(id), address, device, since },
    )
  })
}

export interface OpenSession extends Place {
  /** Names it on its owner's page; opens nothing. */
  hash: string
  since: Utc
  seen: Utc
}

interface OpenRow {
  id_hash: string
  address: string
  device: string
  created_at: Utc
  seen_at: Utc
}

const openColumns = 'id_hash, address, device, created_at, seen_at'

/** By its id. Undefined: it has ended. */
export async function findSession(db: Queryable, id: string): Promise<OpenSession | undefined> {
  const hash = sha256(id)
  const row = await db.first<OpenRow>(`SELECT ${openColumns} FROM foyer_sessions WHERE id_hash = :hash`, { hash }) // sql-safe: a constant
  return row && openOf(row)
}

/** Where an account (or a users.id) is signed in now, the latest seen first. */
export async function sessionsOf(
  db: Queryable,
  clock: Clock,
  of: { audience: Audience; owner: number; life: SessionLife },
): Promise<OpenSession[]> {
  const now = clock.now()
  const rows = await db.select<OpenRow>(
    // sql-safe: a constant
    `SELECT ${openColumns} FROM foyer_sessions
      WHERE audience = :audience AND owner = :owner AND seen_at > :awake AND created_at > :young
      ORDER BY seen_at DESC`,
    {
      audience: of.audience,
      owner: String(of.owner),
      awake: utcBefore(now, of.life.idle * MINUTE_MS),
      young: utcBefore(now, of.life.limit * 60 * MINUTE_MS),
    },
  )
  return rows.map(openOf)
}

function openOf({ id_hash: hash, address, device, created_at: since, seen_at: seen }: OpenRow): OpenSession {
  return { hash, address, device, since, seen }
}

/**
 * Ends every session of an account (or of a users.id), but the one that is kept, named by its hash. Its browser is
 * signed out at the next request. Returns how many ended.
 */
export async function endSessions(tx: Tx, audience: Audience, owner: number, keep = ''): Promise<number> {
  return tx.change(`DELETE FROM foyer_sessions WHERE audience = :audience AND owner = :owner AND id_hash <> :keep`, {
    ...{ audience, keep },
    owner: String(owner),
  })
}

/** Whether an account is still signed in by this session, named by its hash. */
export async function isSessionOf(db: Queryable, account: number, hash: string): Promise<boolean> {
  const found = await db.first(
    `SELECT id_hash FROM foyer_sessions WHERE id_hash = :hash AND audience = 'patient' AND owner = :owner`,
    { hash, owner: String(account) },
  )
  return found !== undefined
}

/** Ends one session of an account. False: it is not one of its own, or has ended. */
export async function endSession(tx: Tx, audience: Audience, owner: number, hash: string): Promise<boolean> {
  const ended = await tx.change(
    `DELETE FROM foyer_sessions WHERE audience = :audience AND owner = :owner AND id_hash = :hash`,
    { audience, owner: String(owner), hash },
  )
  return ended === 1
}

function ownerOf(data: session.SessionData): string | null {
  return data.passport?.user.id.toString() ?? null
}

function ignore(): void {
  // express-session may leave out the callback.
}

function answer<Result>(done: (error: unknown, result?: Result) => void, work: () => Promise<Result>): void {
  work().then(
    (result) => {
      done(null, result)
    },
    (error: unknown) => {
      done(error)
    },
  )
}
