import type { Clock } from './clock.js'
import { lastChange } from './database.js'

/** What is true of everybody, grows with the practice and is asked for by every page: an answer serves for a moment. */
export interface Lately<Asked, Ask, Got> {
  /** Milliseconds for which an answer is given again. */
  keepFor: number
  /** Nothing older than this is given, by the clock of performance.now(). */
  changedAt: (asked: Asked) => number
  /** Whether what was answered then answers this, too. */
  answers: (got: Got, ask: Ask) => boolean
}

/**
 * The same work, whose last answer is given again while it is young and nothing has changed since it was asked for. `fresh`:
 * for whoever has just changed something, perhaps through another process: never an older one.
 */
export function latelyOf<Asked extends object, Ask, Got>(
  work: (asked: Asked, ask: Ask) => Promise<Got>,
  { answers, changedAt, keepFor }: Lately<Asked, Ask, Got>,
): (asked: Asked, ask: Ask, how?: { fresh?: boolean }) => Promise<Got> {
  const last = new WeakMap<Asked, { at: number; got: Got }>()

  return async (asked, ask, { fresh = false } = {}) => {
    const at = performance.now()
    const known = last.get(asked)
    const serves = known && at - known.at < keepFor && known.at > changedAt(asked) && answers(known.got, ask)
    if (serves && !fresh) return known.got
    const got = await work(asked, ask)
    // As old as its question. Who asked later may have been answered sooner.
    if ((last.get(asked)?.at ?? 0) < at) last.set(asked, { at, got })
    return got
  }
}

const A_SECOND = 1000

/**
 * The rule of what pages count: a second old at most, older than nothing that this process has changed, nor than what
 * its reader has. Asked for by the pool that it is counted on.
 */
export const forASecond = { keepFor: A_SECOND, changedAt: lastChange }

/** Whether it is a second old at most by the practice's clock, too, which tests set. `at`: in milliseconds. */
export function isOfThisSecond(at: number, clock: Clock): boolean {
  return Math.abs(clock.now().toMillis() - at) < A_SECOND
}
