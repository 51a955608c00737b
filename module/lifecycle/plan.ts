import { HostRefused } from '../host/detect.js'
import { CannotArchive } from './archive.js'
import { openConnection, withLock, type LifecycleConnection } from './connection.js'
import { refuse, type LifecycleContext, type Outcome, type Refused } from './context.js'

/** One thing to do and the sentence that says it. What a dry run prints is what a run does. */
export interface Deed {
  says: string
  does(): Promise<void>
}

/** `already`: nothing to do, and why. */
export type Plan = Refused | { ok: true; deeds: readonly Deed[]; already: string }

/**
 * Makes the plan and carries it out while holding the lock that keeps every other lifecycle command off this
 * database. A dry run only reads: it makes the plan without waiting for anyone.
 */
export async function perform(
  context: LifecycleContext,
  makePlan: (connection: LifecycleConnection) => Promise<Plan>,
): Promise<Outcome> {
  const connection = await openConnection(context.url)
  try {
    if (context.dryRun) return await carryOut(context, () => makePlan(connection))
    return await withLock(connection, context.tell, () => carryOut(context, () => makePlan(connection)))
  } finally {
    await connection.close()
  }
}

/** The same for what needs no lock: a few rows in one transaction. */
export async function carryOut(context: LifecycleContext, makePlan: () => Promise<Plan>): Promise<Outcome> {
  try {
    const plan = await makePlan()
    if (!plan.ok) return plan
    if (plan.deeds.length === 0) return { ok: true, changed: false, sentences: [plan.already] }
    const sentences = plan.deeds.map(({ says }) => says)
    if (context.dryRun) return { ok: true, changed: false, sentences }
    for (const { says, does } of plan.deeds) {
      await does()
      context.tell(says)
    }
    return { ok: true, changed: true, sentences }
  } catch (error) {
    return refusalFrom(error)
  }
}

const LOCK_WAIT_TIMEOUT = 1205

function refusalFrom(error: unknown): Refused {
  if (error instanceof HostRefused) return refuse('not-a-host', error.message)
  if (error instanceof CannotArchive) {
    return refuse('cannot-export', `${error.message} Nothing was removed; the portal is switched off.`)
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as { errno?: number }).errno === LOCK_WAIT_TIMEOUT) {
      return refuse(
        'host-busy',
        'The EMR is using one of its tables and Foyer does not make it wait. What was done so far is kept: run the same command again.',
      )
    }
  }
  throw error
}
