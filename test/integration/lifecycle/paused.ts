/**
 * Upgrades databases until each stands where it was told to, says so, and waits there for its kill. Every write of an
 * upgrade is a transaction, a step's comes after its DDL: it stops before or after the one of this number.
 *
 *   node --import tsx test/integration/lifecycle/paused.ts '[{"url": "mysql://…", "at": 3, "side": "before"}]'
 */
import { upgrade } from '../../../module/lifecycle/upgrade.js'
import type { Database } from '../../../module/platform/database.js'
import { guestAt } from './guest.js'

export interface Pause {
  /** mysql://user:password@host:port/name */
  url: string
  /** Counted from 1. */
  at: number
  side: 'before' | 'after'
}

const pauses = JSON.parse(process.argv[2] ?? '[]') as Pause[]
await Promise.all(pauses.map(untilItStands))
console.log('All stand where they were told to.')

function untilItStands(pause: Pause): Promise<void> {
  return new Promise((stands, failed) => {
    const { context } = guestAt(pause.url)
    upgrade({ ...context, db: pausing(context.db, pause, stands) }).then(
      (outcome) => failed(new Error(`Was over before write ${String(pause.at)}: ${JSON.stringify(outcome)}`)),
      failed,
    )
  })
}

function pausing(db: Database, { at, side }: Pause, stands: () => void): Database {
  let writes = 0
  const forEver = (): Promise<never> => {
    stands()
    return new Promise(() => undefined)
  }
  return {
    ...db,
    async transaction(work) {
      writes += 1
      const isHere = writes === at
      if (isHere && side === 'before') return forEver()
      const result = await db.transaction(work)
      return isHere ? forEver() : result
    },
  }
}
