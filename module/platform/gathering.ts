/** One at least. */
export type Several<Ask> = readonly [Ask, ...Ask[]]

/**
 * One piece of work for all who ask at about the same time. Whoever comes while it is under way joins the next, never
 * that one: an answer is never older than its question, and twenty who ask at once cost the database two statements.
 */
export function gathering<Ask, Got>(work: (asks: Several<Ask>) => Promise<Got>): (ask: Ask) => Promise<Got> {
  let underWay: Promise<unknown> = Promise.resolve()
  let next: { asks: [Ask, ...Ask[]]; got: Promise<Got> } | undefined

  const open = (ask: Ask): Promise<Got> => {
    const asks: [Ask, ...Ask[]] = [ask]
    const got = underWay.then(() => {
      next = undefined
      return work(asks)
    })
    next = { asks, got }
    // The next waits for this one to end, however it ends: who asked hears how.
    underWay = got.catch(() => undefined)
    return got
  }

  return (ask) => {
    if (!next) return open(ask)
    next.asks.push(ask)
    return next.got
  }
}

/** The same, kept apart for each database, or whatever else is asked. */
export function gatheringOf<Asked extends object, Ask, Got>(
  work: (asked: Asked, asks: Several<Ask>) => Promise<Got>,
): (asked: Asked, ask: Ask) => Promise<Got> {
  const lines = new WeakMap<Asked, (ask: Ask) => Promise<Got>>()
  return (asked, ask) => {
    const line = lines.get(asked) ?? gathering<Ask, Got>((asks) => work(asked, asks))
    lines.set(asked, line)
    return line(ask)
  }
}
