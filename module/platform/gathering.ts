import { setTimeout as sleep } from 'node:timers/promises'

/** One at least. */
export type Several<Ask> = readonly [Ask, ...Ask[]]

/**
 * One piece of work for all who ask at about the same time. Whoever comes while it is under way joins the next, never
 * that one: an answer is never older than its question, and twenty who ask at once cost the database two statements.
 */
export function gathering<Ask, Got>(
  work: (asks: Several<Ask>) => Promise<Got>,
  { restFor = 0 }: Gathering = {},
): (ask: Ask) => Promise<Got> {
  let underWay: Promise<unknown> = Promise.resolve()
  let next: { asks: [Ask, ...Ask[]]; got: Promise<Got> } | undefined

  const open = (ask: Ask): Promise<Got> => {
    const asks: [Ask, ...Ask[]] = [ask]
    let began = 0
    const got = underWay.then(() => {
      next = undefined
      began = performance.now()
      return work(asks)
    })
    next = { asks, got }
    // The next waits for this one to end, however it ends: who asked hears how.
    const over = got.catch(() => undefined)
    underWay = restFor === 0 ? over : over.then(() => rest((performance.now() - began) * restFor))
    return got
  }

  return (ask) => {
    if (!next) return open(ask)
    next.asks.push(ask)
    return next.got
  }
}

export interface Gathering {
  /**
   * For work that is the same for all and grows with the practice, such as a count: so many times as long as it took it
   * then rests, 50 ms at most, and so takes no more than its share of the database however many ask. 0: it does not.
   */
  restFor?: number
}

const LONGEST_REST_MS = 50
/** A timer's own unit: what takes less is not worth resting after. */
const SHORTEST_REST_MS = 1

async function rest(ms: number): Promise<void> {
  if (ms >= SHORTEST_REST_MS) await sleep(Math.min(ms, LONGEST_REST_MS))
}

/** The same, kept apart for each database, or whatever else is asked. */
export function gatheringOf<Asked extends object, Ask, Got>(
  work: (asked: Asked, asks: Several<Ask>) => Promise<Got>,
  options: Gathering = {},
): (asked: Asked, ask: Ask) => Promise<Got> {
  const lines = new WeakMap<Asked, (ask: Ask) => Promise<Got>>()
  return (asked, ask) => {
    const line = lines.get(asked) ?? gathering<Ask, Got>((asks) => work(asked, asks), options)
    lines.set(asked, line)
    return line(ask)
  }
}
