/**
 * How often something may be tried, counted before it is looked at. One statement takes a try of every key at once; the
 * window is fixed from its first try, so that trying again never makes it longer.
 */
import type { Database, Tx } from '../platform/database.js'
import type { Clock } from '../platform/clock.js'

export interface Allowance {
  /** At most 255 letters of ASCII; hashed where it is somebody's. */
  key: string
  /** Tries within the window. */
  most: number
}

export type Taken = { ok: true } | { ok: false; seconds: number }

/**
 * Takes one try of each key. Refused: one of them has none left; wait for so many seconds, and none was taken of the
 * others: who has used up their own tries uses up nobody else's. Stands even if what follows fails.
 */
export async function takeTries(
  db: Database,
  clock: Clock,
  allowances: readonly Allowance[],
  windowSeconds: number,
): Promise<Taken> {
  const now = clock.now().toMillis()
  // Sorted, so that two presses never wait for each other in a ring.
  const keys = allowances.map(({ key }) => key).sort()
  const rows = keys.map((key) => [key, 1, now + windowSeconds * 1000])
  return db.transaction(async (tx) => {
    await tx.change(
      `INSERT INTO foyer_attempts (\`key\`, points, expire) VALUES :rows
       ON DUPLICATE KEY UPDATE points = IF(expire <= :now, 1, points + 1), expire = IF(expire <= :now, VALUES(expire), expire)`,
      { rows, now },
    )
    const counted = await tx.select<{ key: string; points: number; expire: number }>(
      `SELECT \`key\`, points, expire FROM foyer_attempts WHERE \`key\` IN (:keys)`,
      { keys },
    )
    const over = counted.filter((row) => row.points > (allowances.find(({ key }) => key === row.key)?.most ?? 0))
    if (over.length === 0) return { ok: true }
    await giveBackTries(tx, keys)
    const last = Math.max(...over.map(({ expire }) => expire))
    return { ok: false, seconds: Math.max(1, Math.ceil((last - now) / 1000)) }
  })
}

/** Gives back one try of each key: it was none that failed. */
export async function giveBackTries(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.change(`UPDATE foyer_attempts SET points = GREATEST(points - 1, 0) WHERE \`key\` IN (:keys)`, {
    keys: [...keys].sort(),
  })
}
