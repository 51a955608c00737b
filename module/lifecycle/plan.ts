import { HostRefused } from '../host/detect.js'
import { CannotArchive } from './archive.js'
import { openConnection, withLock, type LifecycleConnection } from './connection.js'
import { english, type Said } from './said.js'
import { refuse, type LifecycleContext, type Outcome, type Refused } from './context.js'

/** One thing to do and the sentence that says it. What a dry run prints is what a run does. */
export interface Deed {
  says: Said
  /** Answers with what forbids it and all that comes after it; what came before stays done. */
  does(): Promise<void> | Promise<Refused | undefined>
}

/** `already`: nothing to do, and why. `remarks`: what to know besides. */
export type Plan = Refused | { ok: true; deeds: readonly Deed[]; already: Said; remarks?: readonly Said[] }

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
    const { deeds, already, remarks = [] } = plan
    if (deeds.length === 0) return { ok: true, changed: false, sentences: [already], remarks }
    const sentences = deeds.map(({ says }) => says)
    if (context.dryRun) return { ok: true, changed: false, sentences, remarks }
    for (const { says, does } of deeds) {
      const refused = await does()
      if (refused) return refused
      context.tell(english(says))
    }
    return { ok: true, changed: true, sentences, remarks }
  } catch (error) {
    return refusalFrom(error)
  }
}

const LOCK_WAIT_TIMEOUT = 1205

function refusalFrom(error: unknown): Refused {
  if (error instanceof HostRefused) {
    return refuse('not-a-host', { key: 'life.notHost', params: { found: error.found, needed: error.needed } })
  }
  if (error instanceof CannotArchive) {
    return refuse('cannot-export', { key: 'life.cannotArchive', params: { why: error.message } })
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as { errno?: number }).errno === LOCK_WAIT_TIMEOUT) {
      return refuse('host-busy', { key: 'life.hostBusy' })
    }
  }
  throw error
}
