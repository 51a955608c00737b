/** Thrown when so many wait already that one more would wait in vain. */
export class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting'
}

/** Runs the work when its turn comes. */
export type Turnstile = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Lets `inside` pieces of work run at once and `waiting` wait in order; rejects those beyond with TooManyWaiting. */
export function turnstile(inside: number, waiting: number): Turnstile {
  const queue: (() => void)[] = []
  let running = 0

  const enter = (): Promise<void> | undefined => {
    if (running < inside) {
      running += 1
      return undefined
    }
    if (queue.length >= waiting) throw new TooManyWaiting(`${waiting} are waiting already`)
    return new Promise((resolve) => {
      queue.push(resolve)
    })
  }
  /** Whoever leaves hands the place to the next, so that nobody slips in between. */
  const leave = (): void => {
    const next = queue.shift()
    if (next) next()
    else running -= 1
  }

  return async (work) => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
