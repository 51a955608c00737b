/**
 * Sessions live in the database, so that several processes share them and they can be ended from outside. A row keeps
 * the hash of the id only; the cookie alone opens it.
 */
import session from 'express-session'
import type { Database } from '../platform/database.js'
import { utc, utcBefore, type Clock, type Utc } from '../platform/clock.js'
import { sha256 } from '../platform/ids.js'

export type Audience = 'patient' | 'staff'

export interface SessionLife {
  /** Minutes without a request (polls don't count). */
  idle: number
  /** Hours from sign-in, whatever happens. */
  limit: number
}

interface Row {
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
    const { idle, limit } = this.life()
    const now = this.clock.now()
    answer(done, async () => {
      const row = await this.db.first<Row>(
        `SELECT data, seen_at FROM foyer_sessions WHERE id_hash = :id AND audience = :audience AND seen_at > :awake AND created_at > :young`,
        {
          id: sha256(id),
          audience: this.audience,
          awake: utcBefore(now, idle * MINUTE_MS),
          young: utcBefore(now, limit * 60 * MINUTE_MS),
        },
      )
      return row ? { ...(JSON.parse(row.data) as session.SessionData), seenAt: row.seen_at } : null
    })
  }

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

  /** Left empty: a route that is no poll says so by `keepAwake`; express-session would count polls too. */
  override touch(_id: string, _data: session.SessionData, done: () => void = ignore): void {
    done()
  }
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
